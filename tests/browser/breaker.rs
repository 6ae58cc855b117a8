//! The circuit breaker's whole story by mouse: it opens, turns away, probes and closes, and says why each time.

use crate::support::{Outcome, Page, in_browser};
use thirtyfour::prelude::*;

/// Short waits; opens for long enough to be seen and clicked.
const LINK: &str = "#/circuit-breaker?latency=50ms&open_for=4s";

#[test]
fn it_opens_probes_and_closes() -> Outcome {
    in_lab(async |page| {
        page.click("Break the backend").await?;
        page.logged("You broke the backend: 100 % of its calls fail.").await?;
        page.says("[data-action=break]", "Backend is broken · heal").await?;
        for failures in 1..=3 {
            page.click("Send request").await?;
            page.eventually("the request has failed", async || {
                let log = page.log_entries().await?;
                let failed = log.iter().filter(|entry| entry.contains("Failed: the backend answered 500.")).count();
                Ok((failed == failures).then_some(()))
            })
            .await?;
        }
        page.logged("▲ open. 3 failures in a row; the threshold is 3.").await?;
        page.click("Send request").await?;
        page.logged("Turned away without calling the backend. Took 0 ms instead of 50 ms.").await?;
        page.says("[data-readout=turned_away] dd", "1").await?;
        page.picture_says("breaker (open)").await?;
        page.announces("▲ open. 3 failures in a row").await?;

        // The wait goes by faster than the clock on the wall; nothing probes by itself.
        page.click("Speed 1×").await?;
        page.click("Faster").await?;
        page.click("Faster").await?;
        page.says(".dials", "4×").await?;
        page.logged("▲ still open. The 4 s wait is over, but nothing probes by itself: the next request will.").await?;
        page.announces("▲ still open.").await?;
        page.click("Send request").await?;
        page.logged("◐ half-open.").await?;
        page.logged("This request is the probe; others are turned away until it returns.").await?;
        page.logged("▲ open again.").await?;

        page.click("Backend is broken · heal").await?;
        page.logged("You healed the backend.").await?;
        page.eventually("the second wait is over", async || {
            let log = page.log_entries().await?;
            Ok((log.iter().filter(|entry| entry.contains("▲ still open.")).count() == 2).then_some(()))
        })
        .await?;
        page.click("Send request").await?;
        page.logged("● closed.").await?;
        page.picture_says("breaker (closed)").await?;
        page.announces("● closed.").await?;

        page.click("Pause").await?;
        let told = page.is_as_native().await?;
        assert_eq!(told.log.iter().filter(|entry| entry.starts_with("◐ half-open.")).count(), 2);
        assert!(page.fragment().await?.starts_with("/circuit-breaker?open_for=4s&latency=50ms&t="));
        Ok(())
    })
}

#[test]
fn the_picture_can_be_acted_on() -> Outcome {
    in_lab(async |page| {
        // The backend's menu, by mouse: it opens beside its mark, Escape puts it away.
        page.click("Backend, ✓ answers in 50 ms: 4 actions").await?;
        let items = ["Break the backend", "Make it slow", "Make it hang", "Take it down"];
        assert_eq!(page.texts("[role=menu] [role=menuitem]").await?, items);
        page.press(Key::Escape.value().to_string()).await?;
        assert_eq!(page.texts("[role=menu]").await?, [""; 0]);
        page.click("Backend, ✓ answers in 50 ms: 4 actions").await?;
        page.click("Make it hang").await?;
        page.logged("You made the backend hang: it takes calls and never answers.").await?;
        page.says("svg .dg-node title, svg .dg-node", "never answers").await?;
        assert_eq!(page.texts("[role=menu]").await?, [""; 0]);

        page.click("Caller, 0 sent: 3 actions").await?;
        page.driver.find(By::XPath("//*[@role='menuitem'][.='Send request']")).await?.click().await?;
        page.logged("so the caller gave up").await?;

        page.click("● closed").await?;
        page.click("Force open").await?;
        page.logged("■ forced open. You forced it: every request is turned away until you close it.").await?;
        page.picture_says("breaker (forced open)").await?;
        page.click("■ forced open").await?;
        page.click("Reset to closed").await?;
        page.logged("● closed. You closed it: it counts from zero.").await?;

        // All of it can be read as well, with the same actions.
        page.click("Picture as text").await?;
        page.says(".dg-text tr", "Backend… never answers").await?;
        page.driver.find(By::XPath("//*[@class='dg-text']//button[.='Heal the backend']")).await?.click().await?;
        page.logged("You healed the backend.").await?;
        page.click("Pause").await?;
        page.is_as_native().await?;
        Ok(())
    })
}

#[test]
fn time_is_under_the_readers_hand() -> Outcome {
    in_lab(async |page| {
        page.open("#/circuit-breaker?open_for=1s&latency=50ms&t=4s&do=0.5:break,1:send_10,3:heal,3.5:send").await?;
        let whole = page.is_as_native().await?;
        assert_eq!(page.text(".transport .t").await?, "4.0 s");
        // From entry to entry of the log, back and forth: first to the latest one, then to the one before.
        page.click("Step back").await?;
        let latest = page.is_as_native().await?;
        assert_eq!(latest.log, whole.log);
        assert_ne!(page.text(".transport .t").await?, "4.0 s");
        page.click("Step back").await?;
        let before = page.is_as_native().await?;
        assert!(before.log.len() < whole.log.len() && whole.log.ends_with(&before.log));
        page.click("Step").await?;
        assert_eq!(page.is_as_native().await?, latest);
        // By an entry to its instant.
        page.click("1.3 s▲ open.").await?;
        page.says(".transport .t", "1.3 s").await?;
        let opened = page.is_as_native().await?;
        assert_eq!(opened.log[0], "▲ open. 3 failures in a row; the threshold is 3.");
        // By the bar: its first quarter lies before anything happened to the breaker.
        let bar = page.driver.find(By::Css(".scrub")).await?;
        let (left, _) = (bar.rect().await?.width / 2.0 - 4.0, ());
        page.driver.action_chain().move_to_element_with_offset(&bar, -(left as i64), 0).click().perform().await?;
        page.eventually("the bar is at its beginning", async || {
            let at = bar.attr("aria-valuenow").await?.unwrap_or_default();
            Ok((at.parse::<u64>()? < 400).then_some(()))
        })
        .await?;
        assert_eq!(page.is_as_native().await?.log, [""; 0]);
        page.picture_says("breaker (closed)").await?;
        Ok(())
    })
}

fn in_lab(test: impl AsyncFnOnce(&Page) -> Outcome) -> Outcome {
    in_browser(async |page| {
        page.open(LINK).await?;
        assert_eq!(page.text("h1").await?, "Circuit breaker");
        test(page).await
    })
}

/// Watches the breaker's picture until it has changed often enough, and tells the milliseconds in which it changed six times
/// at least, which are three flashes.
const FLASHES: &str = "
    const [done] = arguments, changes = [];
    let last = null;
    const look = now => {
        const state = /breaker \\((.*?)\\)/.exec(document.querySelector('.pic svg').getAttribute('aria-label'))[1];
        if (state !== last) changes.push(now);
        last = state;
        if (changes.length < 21) return requestAnimationFrame(look);
        done(Math.min(...changes.slice(7).map((at, index) => at - changes[index + 1])));
    };
    requestAnimationFrame(look)";

#[test]
fn the_picture_does_not_flash_at_any_speed() -> Outcome {
    in_browser(async |page| {
        page.open("#/circuit-breaker?rate=20&open_for=1s&do=0:break").await?;
        page.click("Play").await?;
        page.click("Speed 1×").await?;
        for _ in 0..6 {
            page.click("Faster").await?;
        }
        page.says(".dials", "64×").await?;
        page.says(".hint", "States change too fast to show").await?;
        let shortest = page.driver.execute_async(FLASHES, vec![]).await?.json().as_f64();
        assert!(shortest >= Some(950.0), "{shortest:?}");
        Ok(())
    })
}

impl Page {
    /// Waits until the picture's text alternative contains this.
    pub(crate) async fn picture_says(&self, part: &str) -> Outcome {
        let body = "return document.querySelector('.diagram svg[role=group]').getAttribute('aria-label')";
        self.eventually(&format!("the picture says {part:?}"), async || {
            Ok(self.script(body, vec![]).await?.as_str().filter(|name| name.contains(part)).map(|_| ()))
        })
        .await
    }

    /// Waits until a live region says this.
    pub(crate) async fn announces(&self, part: &str) -> Outcome {
        let part = &crate::native::single(part);
        self.eventually(&format!("{part:?} is announced"), async || {
            Ok(self.announced().await?.iter().any(|text| text.contains(part)).then_some(()))
        })
        .await
    }
}
