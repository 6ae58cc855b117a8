//! The cascade: a pool fills where no breaker lets go, the other does not, and healing empties both.

use crate::support::{Outcome, Page, in_browser};
use halfopen::labs;
use thirtyfour::Key;

#[test]
fn one_pool_fills_and_the_other_does_not() -> Outcome {
    in_browser(async |page| {
        page.open("#/cascade").await?;
        assert_eq!(page.text("h1").await?, "Cascading failure");
        page.picture_says("a backend that is hanging; pool without a breaker not full").await?;
        page.click("Speed 1×").await?;
        for _ in 0..6 {
            page.click("Faster").await?;
        }
        page.says(".dials", "64×").await?;
        page.click("Play").await?;
        page.logged("✕ hanging. The backend takes calls and never answers").await?;
        page.logged("The first timeouts return, 5 s after the backend hung").await?;
        page.logged("▲ open. 5 failures in a row; the threshold is 5.").await?;
        page.logged("✕ pool full, without. Without a breaker, all 10 000 threads wait for the backend.").await?;
        page.picture_says("pool without a breaker full, pool with a breaker not full").await?;
        page.click("Heal the backend").await?;
        page.logged("● healed. The backend answers again.").await?;
        page.logged("● pool open, without.").await?;
        page.logged("● closed.").await?;
        page.picture_says("a backend that is answering; pool without a breaker not full").await?;
        page.click("Pause").await?;
        let told = page.is_as_native().await?;
        let value = |label: &str| told.readouts.iter().find(|told| told.0 == label).map(|told| &*told.1);
        assert_eq!(value("pool full, without"), Some("10 s"));
        assert_eq!(value("pool full, with"), Some("never"));
        page.click("Why").await?;
        page.says("[data-part=why]", "threads held = rate × time held").await?;
        Ok(())
    })
}

#[test]
fn the_presets_tell_the_rest_of_the_truth() -> Outcome {
    in_browser(async |page| {
        // What the presets say, and whether and when the pools are full by 20 s.
        let outcomes = [
            ("30 s timeout", "A breaker does not replace a timeout.", ["10 s", "10 s"]),
            ("2 s, one attempt", "Neither pool fills", ["never", "never"]),
            ("5 s, 3 attempts", "The breaker opens when the first timeouts return", ["10 s", "never"]),
        ];
        page.open("#/cascade?t=20s").await?;
        page.is_as_native().await?;
        for (preset, note, full) in outcomes {
            page.click(preset).await?;
            page.says(".knobs .note", note).await?;
            page.eventually("the run was played again", async || {
                Ok((page.texts("[data-readout^=full_at] dd").await? == full).then_some(()))
            })
            .await?;
            assert_eq!(page.texts(".transport .t").await?, ["20.0 s"]);
            page.is_as_native().await?;
        }
        Ok(())
    })
}

#[test]
fn it_can_be_played_by_keyboard() -> Outcome {
    in_browser(async |page| {
        // Fewer threads and shorter waits, at the same proportions.
        page.open("#/cascade?rate=100&threads=200&timeout=1s&open_for=1s").await?;
        page.reach("Speed 1×").await?;
        page.hit(Key::Enter).await?;
        page.hit(Key::Tab).await?;
        page.reach("Speed").await?;
        page.hit(Key::End).await?;
        page.says(".dials", "64×").await?;
        page.reach("Play").await?;
        page.hit(Key::Space).await?;
        page.logged("✕ pool full, without.").await?;
        page.logged("▲ open. 5 failures in a row; the threshold is 5.").await?;
        page.press("h").await?;
        page.logged("● healed.").await?;
        page.logged("● pool open, without.").await?;
        page.reach("Pause").await?;
        page.hit(Key::Enter).await?;
        page.is_as_native().await?;
        // Its presets, by keyboard too: the run starts over with them, up to the same instant.
        page.reach("2 s, one attempt").await?;
        page.hit(Key::Enter).await?;
        page.says(".knobs .note", "Neither pool fills").await?;
        page.is_as_native().await?;
        // The backend of either lane can be pressed.
        page.reach("Backend, ✓ answering: Make the backend hang").await?;
        page.hit(Key::Space).await?;
        page.says(".hint", "it took effect there").await?;
        page.press(".").await?;
        page.is_as_native().await?;
        page.picture_says("a backend that is hanging").await?;
        Ok(())
    })
}

#[test]
fn the_outlook_is_computed_from_the_settings() -> Outcome {
    in_browser(async |page: &Page| {
        page.open("#/cascade?t=1s&attempts=2").await?;
        page.is_as_native().await?;
        page.click("What these settings mean").await?;
        let lab = labs::find("cascade").ok_or("there is a cascade")?;
        let mut config = lab.defaults();
        config.set_text("attempts", "2").map_err(|error| format!("{error:?}"))?;
        let facts = (lab.about.outlook)(&config);
        let values: Vec<String> = facts.iter().map(|fact| crate::native::single(&fact.value)).collect();
        assert_eq!(page.texts("[data-part=outlook] dd strong").await?, values);
        assert_eq!(values[0], "10 000 of 10 000 threads");
        Ok(())
    })
}
