//! The retry storm: an outage, a storm that outlasts it, and the ways out, by mouse and by keyboard.

use crate::support::{Outcome, in_browser};
use thirtyfour::Key;

#[test]
fn the_storm_outlasts_the_outage_until_the_circle_is_broken() -> Outcome {
    in_browser(async |page| {
        page.open("#/retry-storm").await?;
        assert_eq!(page.text("h1").await?, "Retry storm");
        page.picture_says("a server that serves 1000/s; healthy").await?;
        page.click("Speed 1×").await?;
        for _ in 0..3 {
            page.click("Faster").await?;
        }
        page.says(".dials", "8×").await?;
        page.click("Play").await?;
        page.click("Start an outage").await?;
        page.logged("✕ outage. The server takes requests and never answers.").await?;
        page.logged("▲ queue too long. Whoever joins behind 241 requests would be answered after 251 ms").await?;
        page.logged("▲ queue full. All 2000 places are taken, 2 s of work.").await?;
        page.picture_says("a server that never answers; outage").await?;
        page.click("End the outage").await?;
        page.logged("● outage over.").await?;
        page.logged("✕ all work is waste.").await?;
        page.logged("■ metastable. The outage has been over for").await?;
        page.picture_says("a server that works for nobody; metastable").await?;
        // Ending the load is not needed: fewer places are.
        page.click("Pause").await?;
        page.is_as_native().await?;
        page.click("places in the queue 2000").await?;
        page.write("#knob-queue", "100").await?;
        page.logged("You set “Places in the queue” from 2000 to 100").await?;
        page.click("Play").await?;
        page.logged("● recovered.").await?;
        page.click("Pause").await?;
        let told = page.is_as_native().await?;
        let value = |label: &str| told.readouts.iter().find(|told| told.0 == label).map(|told| &*told.1);
        assert_ne!(value("time to recover"), Some("not yet"));
        page.says("[data-part=goals]", "2 of 3 reached").await?;
        assert_eq!(page.accessibility_violations().await?, [""; 0]);
        Ok(())
    })
}

#[test]
fn it_can_be_stormed_by_keyboard() -> Outcome {
    in_browser(async |page| {
        page.open("#/retry-storm").await?;
        page.reach("Speed 1×").await?;
        page.hit(Key::Enter).await?;
        page.hit(Key::Tab).await?;
        page.reach("Speed").await?;
        for _ in 0..3 {
            page.hit(Key::Right).await?;
        }
        page.says(".dials", "8×").await?;
        page.reach("Play").await?;
        page.hit(Key::Space).await?;
        page.press("o").await?;
        page.logged("✕ outage.").await?;
        page.logged("▲ queue full.").await?;
        // The same key ends it, as the button does.
        page.press("o").await?;
        page.logged("● outage over.").await?;
        page.logged("■ metastable.").await?;
        // An empty queue alone does not help: it is full again within moments.
        page.press("r").await?;
        page.logged("● restarted.").await?;
        page.reach("Pause").await?;
        page.hit(Key::Enter).await?;
        page.is_as_native().await?;
        // A preset plays the whole run again.
        page.reach("Load shedding").await?;
        page.hit(Key::Enter).await?;
        page.says(".knobs .note", "Whoever would wait too long is turned away at once.").await?;
        page.is_as_native().await?;
        page.says("[data-part=log]", "● recovered.").await?;
        // The server of the picture can be pressed.
        page.reach("Server, ✓ serves 1000/s").await?;
        page.hit(Key::Space).await?;
        Ok(())
    })
}

#[test]
fn ten_thousand_clients_are_drawn_and_told() -> Outcome {
    in_browser(async |page| {
        page.open("#/retry-storm?clients=10000&capacity=10000&queue=10000&do=1:start,4:end&t=12s").await?;
        page.is_as_native().await?;
        page.picture_says("000 clients, a queue and a server that works for nobody; metastable").await?;
        for width in [320, 768, 1440] {
            if page.can_emulate() {
                page.screen(width, 900, 1.0).await?;
                let wide = page.script("return document.documentElement.scrollWidth", vec![]).await?;
                assert!(wide.as_u64() <= Some(width.into()), "{width}: {wide}");
            }
        }
        Ok(())
    })
}
