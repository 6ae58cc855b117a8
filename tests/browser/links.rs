//! Links: what is seen can be sent, comes back the same, and a broken one is put right in words.

use crate::support::{Outcome, Page, in_browser};
use serde_json::json;
use thirtyfour::prelude::*;

const RUN: &str = "#/circuit-breaker?open_for=2s&latency=50ms&t=4s&do=0.5:break,1:send_10,3:heal,3.5:send";

#[test]
fn a_link_replays_the_run_of_the_command_line() -> Outcome {
    in_browser(async |page| {
        for link in [
            RUN,
            "#/circuit-breaker?preset=resilience4j&rate=20&seed=7&t=30s&do=2:break,12:heal",
            "#/circuit-breaker?rate=5&seed=99&t=20s&do=1:slow,6:set:threshold:2,9:heal,9:send_malformed",
            "#/cascade?rate=200&threads=1000&arrivals=poisson&seed=3&t=12.5s&do=11:heal",
        ] {
            page.open(link).await?;
            let told = page.is_as_native().await?;
            assert!(told.log.len() > 2, "{link}: {told:?}");
            assert_eq!(page.texts(".notices li").await?, [""; 0], "{link}");
        }
        Ok(())
    })
}

#[test]
fn a_reload_restores_the_same_state() -> Outcome {
    in_browser(async |page| {
        page.open("#/circuit-breaker?open_for=1s&latency=50ms").await?;
        page.click("Break the backend").await?;
        page.click("Send 10").await?;
        page.logged("▲ still open.").await?;
        page.click("Send request").await?;
        page.logged("▲ open again.").await?;
        page.click("Pause").await?;
        let (told, fragment) = (page.is_as_native().await?, page.fragment().await?);
        page.reload().await?;
        page.says(".hint", "Play on, or act.").await?;
        assert_eq!(page.is_as_native().await?, told);
        assert_eq!(page.fragment().await?, fragment);
        // And so does a window of its own.
        page.open(&format!("#{fragment}")).await?;
        assert_eq!(page.is_as_native().await?, told);
        Ok(())
    })
}

#[test]
fn the_link_can_be_copied() -> Outcome {
    in_browser(async |page| {
        page.open(&format!("{RUN}&v=1")).await?;
        page.is_as_native().await?;
        let address = page.driver.current_url().await?.to_string();
        page.click("Share").await?;
        assert_eq!(page.value("#share-link").await?, address);
        let embed = page.value("#share-embed").await?;
        assert!(embed.starts_with("<iframe src=\"http://") && embed.contains("#/embed/circuit-breaker?"), "{embed}");
        page.click("Copy link to this moment").await?;
        let told =
            page.eventually("it is told what became of copying", async || Ok(page.texts(".copy .bubble").await?.pop()));
        if told.await?.contains("Copy it by hand") {
            assert_eq!(page.value("#copy-by-hand").await?, address);
            return Ok(());
        }
        // Into a field that takes any text.
        page.click("Speed 1×").await?;
        let seed = page.driver.find(By::Css("#seed")).await?;
        seed.clear().await?;
        seed.click().await?;
        page.driver.action_chain().key_down(Key::Control).send_keys("v").key_up(Key::Control).perform().await?;
        page.eventually("what was copied can be pasted", async || {
            Ok((page.value("#seed").await? == address).then_some(()))
        })
        .await
    })
}

#[test]
fn another_click_in_the_past_replaces_the_future() -> Outcome {
    in_browser(async |page| {
        page.open(RUN).await?;
        let future = page.is_as_native().await?;
        let fragment = page.fragment().await?;
        page.click("You broke the backend").await?;
        page.says(".transport .t", "0.5 s").await?;
        page.is_as_native().await?;
        page.click("Backend is broken · heal").await?;
        page.logged("You healed the backend.").await?;
        page.click("Send request").await?;
        page.logged("Answered in 50 ms.").await?;
        page.click("Pause").await?;
        let other = page.is_as_native().await?;
        assert!(!page.fragment().await?.contains("send_10"));
        assert!(!other.log.iter().any(|entry| entry.starts_with("▲ open.")));
        // The two clicks are taken back, one after the other; then the first future is there again.
        page.click("Undo").await?;
        page.click("Undo").await?;
        page.eventually("the future is there again", async || {
            Ok(page.fragment().await?.contains("3:heal,3.5:send").then_some(()))
        })
        .await?;
        let bar = page.driver.find(By::Css(".scrub")).await?;
        bar.focus().await?;
        page.hit(Key::End).await?;
        page.says(".transport .t", "4.0 s").await?;
        assert_eq!(page.is_as_native().await?, future);
        assert_eq!(page.fragment().await?, fragment_of(&fragment));
        page.click("Redo").await?;
        page.click("Redo").await?;
        page.eventually("the other future is back", async || {
            Ok((!page.fragment().await?.contains("send_10")).then_some(()))
        })
        .await?;
        page.is_as_native().await?;
        Ok(())
    })
}

#[test]
fn back_and_forward_lead_through_the_labs() -> Outcome {
    in_browser(async |page| {
        page.open("").await?;
        page.click("Cascading failure").await?;
        page.says("h1", "Cascading failure").await?;
        page.eventually("the window is called so too", async || {
            Ok((page.driver.title().await? == "Cascading failure · Halfopen").then_some(()))
        })
        .await?;
        page.click("Circuit breaker").await?;
        page.says("h1", "Circuit breaker").await?;
        page.click("Send request").await?;
        page.logged("Answered in 500 ms.").await?;
        page.click("Pause").await?;
        let told = page.is_as_native().await?;
        page.driver.back().await?;
        page.says("h1", "Cascading failure").await?;
        page.driver.back().await?;
        page.says("h1", "See systems fail, and see what holds").await?;
        page.driver.forward().await?;
        page.driver.forward().await?;
        page.says("h1", "Circuit breaker").await?;
        assert_eq!(page.is_as_native().await?, told);
        Ok(())
    })
}

#[test]
fn the_run_of_the_front_page_is_there_again() -> Outcome {
    in_browser(async |page| {
        page.open("").await?;
        page.click("Break the backend").await?;
        page.click("Send request").await?;
        page.says(".last", "Failed: the backend answered 500.").await?;
        page.click("Pause").await?;
        page.says(".out a", "Open the whole lab").await?;
        let there = page.text(".transport .t").await?;
        page.click("Open the whole lab, just as it stands").await?;
        page.says("h1", "Circuit breaker").await?;
        let told = page.is_as_native().await?;
        page.driver.back().await?;
        page.says("h1", "See systems fail, and see what holds").await?;
        page.says(".transport .t", &there).await?;
        page.says("[data-part=log] li, .last", "Failed: the backend answered 500.").await?;
        page.click("Open the whole lab, just as it stands").await?;
        page.says("h1", "Circuit breaker").await?;
        assert_eq!(page.is_as_native().await?, told);
        // Whoever goes to the front page by a link of it begins anew.
        page.click("Halfopen, front page").await?;
        page.says(".transport .t", "0.0 s").await?;
        Ok(())
    })
}

#[test]
fn a_broken_link_is_put_right_in_words() -> Outcome {
    let long = format!("#/circuit-breaker?do={}", "1:send,".repeat(100_000 / 7));
    let many = format!("#/circuit-breaker?do={}", "1:send,".repeat(6_000));
    let cases = [
        ("#/circiut-breaker", "There is no page called “circiut-breaker”. This is the front page."),
        ("#/embed/nothing", "There is no lab called “nothing”."),
        ("#/nothing/at/all?x=1", "There is no page called “nothing/at/all”."),
        ("#/circuit-breaker?treshold=3", "“treshold” is not a setting here; it was skipped."),
        ("#/circuit-breaker?threshold=1000", "threshold=1000 is outside 1 to 100"),
        ("#/circuit-breaker?threshold=many", "threshold=many could not be read"),
        ("#/circuit-breaker?seed=-1", "“-1” is no seed"),
        ("#/circuit-breaker?t=soon", "“soon” is no time"),
        ("#/circuit-breaker?preset=nobody", "There is no preset called “nobody”."),
        ("#/circuit-breaker?v=9", "This link was made with engine 9"),
        ("#/circuit-breaker?open_for=2s&do=0.5:break,1:se", "Action 2 (“1:se”) was skipped"),
        ("#/circuit-breaker?open_for=", "open_for= could not be read"),
        ("#/circuit-breaker?threshold=%FF%FE", "is not UTF-8"),
        ("#/circuit-breaker?%F0%28=%ZZ%", "is not UTF-8"),
        ("#/circuit-breaker?<img src=x onerror=document.title='hacked'>=1", "is not a setting here"),
        ("#/<script>document.title='hacked'</script>", "There is no"),
        ("#/circuit-breaker?do=1:<script>document.title='hacked'</script>", "was skipped"),
        ("#javascript:document.title='hacked'", "There is no page called “javascript:document.title='hacked'”."),
        (&*long, "The link is 97 KiB long; only its first 64 KiB were read."),
        (&*many, "Only the first 5000 actions were taken over."),
    ];
    in_browser(async |page| {
        for (link, notice) in cases {
            page.open(link).await?;
            let which = &link[..link.len().min(60)];
            let said = page.says(".notices li", notice).await.map_err(|error| format!("{which}: {error}"))?;
            assert!(said.chars().count() < 250, "{which}: {said}");
            assert_eq!(page.texts("h1").await?.len(), 1, "{which}");
            assert_eq!(page.texts(".notices li :not(a)").await?, [""; 0], "{which}");
            assert!(!page.driver.title().await?.contains("hacked"), "{which}");
            assert_eq!(page.console_errors().await?, [""; 0], "{which}");
        }
        // A slip in the name keeps the rest: one click leads to what was meant.
        page.open("#/circiut-breaker?threshold=4&t=2s").await?;
        page.click("Did you mean “Circuit breaker”?").await?;
        page.standing().await?;
        assert_eq!(page.value("#knob-threshold").await?, "4");
        page.open("#/nothing").await?;
        page.click("Dismiss").await?;
        page.eventually("the notice is gone", async || Ok(page.texts(".notice").await?.is_empty().then_some(()))).await
    })
}

#[test]
fn nonsense_in_a_field_is_named_and_changes_nothing() -> Outcome {
    in_browser(async |page| {
        page.open(RUN).await?;
        let told = page.is_as_native().await?;
        let fragment = page.fragment().await?;
        page.write("#knob-open_for", "soonish").await?;
        page.says("#knob-open_for-said", "It takes ").await?;
        assert_eq!(page.value("#knob-open_for").await?, "soonish");
        let invalid = "return document.querySelector('#knob-open_for').getAttribute('aria-invalid')";
        assert_eq!(page.script(invalid, vec![]).await?, json!("true"));
        assert_eq!((page.is_as_native().await?, page.fragment().await?), (told, fragment));
        // Too much is brought to the nearest end, and that is said.
        page.click("apply knobs from the start").await?;
        page.write("#knob-threshold", "5000").await?;
        page.says("#knob-threshold-said", "It goes from 1 to 100").await?;
        page.eventually("the threshold is 100", async || {
            Ok(page.fragment().await?.contains("threshold=100").then_some(()))
        })
        .await?;
        assert_eq!(page.value("#knob-threshold").await?, "100");
        for (typed, taken) in [("0.5 s", "open_for=500ms"), ("1,5 s", "open_for=1.5s")] {
            page.write("#knob-open_for", typed).await?;
            page.eventually("it is taken", async || Ok(page.fragment().await?.contains(taken).then_some(()))).await?;
        }
        page.is_as_native().await?;
        Ok(())
    })
}

/// An address in the form that the page writes it.
fn fragment_of(fragment: &str) -> String {
    match halfopen::lab::link::read(fragment, halfopen::labs::LABS).0 {
        halfopen::lab::link::Target::Lab(link) => link.write().trim_start_matches('#').to_owned(),
        _ => fragment.to_owned(),
    }
}

impl Page {
    /// Replaces what stands in a field, and presses Enter.
    pub(crate) async fn write(&self, selector: &str, text: &str) -> Outcome {
        let field = self.driver.find(By::Css(selector)).await?;
        field.click().await?;
        self.driver.action_chain().key_down(Key::Control).send_keys("a").key_up(Key::Control).perform().await?;
        self.press(text).await?;
        self.press(Key::Enter.value().to_string()).await
    }
}
