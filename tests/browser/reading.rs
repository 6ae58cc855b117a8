//! What a reader comes to read, and how long it stays: the newest reason, announcements, charts on paper.

use crate::support::{Outcome, in_browser};
use serde_json::json;
use thirtyfour::Key;

#[test]
fn a_changes_reason_stays_when_routine_follows() -> Outcome {
    in_browser(async |page| {
        // Requests are turned away at once after it has opened, each with an entry of its own.
        page.open("#/circuit-breaker?latency=50ms&open_for=30s").await?;
        // Every line that stands there, in its order, however short.
        let watch = "window.stood = []; const last = document.querySelector('.last');
            new MutationObserver(() => stood.at(-1) === last.textContent || stood.push(last.textContent))
                .observe(last, { childList: true, subtree: true, characterData: true })";
        page.script(watch, vec![]).await?;
        page.click("Break the backend").await?;
        page.click("Send 10").await?;
        page.logged("Turned away without calling the backend.").await?;
        page.says(".last", "▲ open. 3 failures in a row").await?;
        let log = page.log_entries().await?;
        assert!(!log[0].contains("▲ open."), "something came after it: {log:?}");
        // A while later the newest entry has its turn.
        page.says(".last", "Turned away without calling the backend.").await?;
        let stood: Vec<String> = serde_json::from_value(page.script("return stood", vec![]).await?)?;
        let opened = stood.iter().position(|line| line.starts_with("▲ open.")).ok_or("it opened")?;
        assert_eq!(stood.len(), opened + 2, "nothing stood between: {stood:?}");
        Ok(())
    })
}

#[test]
fn traffic_turned_on_at_rest_plays() -> Outcome {
    in_browser(async |page| {
        page.open("#/circuit-breaker").await?;
        page.reach("Traffic").await?;
        for _ in 0..6 {
            page.hit(Key::Right).await?;
        }
        page.says("[data-readout=requests] dd", "1").await?;
        page.click("Pause").await?;
        page.is_as_native().await?;
        // Whoever paused wants it to stand, whatever they turn.
        page.script("document.getElementById('inline-knob').focus()", vec![]).await?;
        page.hit(Key::Right).await?;
        page.says(".hint", "Holds from").await?;
        page.is_as_native().await?;
        Ok(())
    })
}

#[test]
fn nothing_of_a_future_that_is_gone_is_announced() -> Outcome {
    in_browser(async |page| {
        page.open("#/circuit-breaker?latency=50ms").await?;
        page.click("Break the backend").await?;
        page.click("Send 10").await?;
        page.announces("▲ open.").await?;
        page.click("Pause").await?;
        page.standing().await?;
        page.reach("Time").await?;
        page.hit(Key::Home).await?;
        page.says(".transport .t", "0.0 s").await?;
        let said = page.announced().await?;
        assert!(!said.iter().any(|said| said.contains("open.")), "{said:?}");
        Ok(())
    })
}

#[test]
fn charts_that_were_never_scrolled_to_are_printed() -> Outcome {
    in_browser(async |page| {
        page.resize(800, 500).await?;
        page.open("#/circuit-breaker").await?;
        page.click("Send 10").await?;
        page.says("[data-readout=answered] dd", "10").await?;
        page.click("Pause").await?;
        page.standing().await?;
        let painted = "return [...document.querySelectorAll('.chart canvas')].map(canvas => {
            const bytes = canvas.width && canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            return bytes ? new Set(new Uint32Array(bytes.buffer)).size > 8 && canvas.toDataURL() : false;
        })";
        let before = page.script(painted, vec![]).await?;
        page.script("dispatchEvent(new Event('beforeprint'))", vec![]).await?;
        let after = page.script(painted, vec![]).await?;
        assert_ne!(after, before, "they were out of sight, and are now of this moment");
        let last = "document.querySelector('.chart:last-child').scrollIntoView()";
        page.script(last, vec![]).await?;
        page.eventually("scrolled to, they look the same", async || {
            Ok((page.script(painted, vec![]).await? == after).then_some(()))
        })
        .await?;
        assert!(after.as_array().is_some_and(|all| all.len() > 1 && all.iter().all(|one| *one != json!(false))));
        Ok(())
    })
}
