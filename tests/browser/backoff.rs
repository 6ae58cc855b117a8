//! Backoff: the attempts and their table, a re-roll, strategies overlaid, the programs, and the faults to be found.

use crate::support::{Outcome, Page, in_browser};
use halfopen::lab::Language;
use halfopen::labs;
use thirtyfour::Key;

#[test]
fn the_attempts_are_told_and_a_reroll_begins_anew() -> Outcome {
    in_browser(async |page| {
        page.open("#/backoff").await?;
        assert_eq!(page.text("h1").await?, "Backoff timelines");
        page.says(".claim", "7.5 s on average, 15 s at most").await?;
        page.picture_says("try and what comes of it; the backend is broken").await?;
        page.click("Speed 1×").await?;
        for _ in 0..4 {
            page.click("Faster").await?;
        }
        page.click("Play").await?;
        page.logged("Client 1: attempt 1 failed; it waits").await?;
        page.logged("✕ gave up. Client 1: attempt 5 failed. All 5 attempts are used up.").await?;
        page.logged("Round 1 is over: 0 of 40 requests were answered.").await?;
        page.click("Heal the backend").await?;
        page.picture_says("the backend is well").await?;
        page.click("Re-roll the jitter").await?;
        page.logged("↻ re-rolled. The same 40 clients begin anew").await?;
        page.logged("✓ answered.").await?;
        page.click("Pause").await?;
        page.is_as_native().await?;
        // The table is the run's own, and says what many explanations get wrong.
        let fragment = page.fragment().await?;
        let table = crate::native::session(&fragment)?.tables_of(halfopen::lab::Lane::A).remove(0);
        let cells: Vec<String> = table.rows.iter().flatten().map(|cell| crate::native::single(cell)).collect();
        assert_eq!(page.texts("[data-table=attempts] tbody > tr > *").await?, cells);
        page.says("[data-table=attempts]", "the mean wait is half of its ceiling, not the ceiling").await?;
        page.click("Why").await?;
        page.says("[data-part=why]", "ceiling n = min(cap, base × factor^(n − 1))").await?;
        Ok(())
    })
}

#[test]
fn presets_and_overlays_redraw_the_whole_round() -> Outcome {
    in_browser(async |page| {
        page.open("#/backoff?t=30s").await?;
        page.is_as_native().await?;
        page.click("backon").await?;
        page.says(".knobs .note", "a wait may pass the cap").await?;
        page.says("[data-table=attempts]", "It may pass the cap of 60 s.").await?;
        page.is_as_native().await?;
        page.click("apply knobs from the start").await?;
        page.click("Overlaid strategies").await?;
        page.click("Decorrelated").await?;
        page.says("svg[role=group]", "Overlaid: decorrelated").await?;
        page.is_as_native().await?;
        page.click("Picture as text").await?;
        page.says(".dg-text", "Overlaid: no jitter").await?;
        assert_eq!(page.accessibility_violations().await?, [""; 0]);
        Ok(())
    })
}

#[test]
fn it_can_be_played_by_keyboard() -> Outcome {
    in_browser(async |page| {
        page.open("#/backoff?base=100ms&takes=20ms").await?;
        page.reach("Play").await?;
        page.hit(Key::Space).await?;
        page.logged("✕ gave up.").await?;
        page.press("h").await?;
        page.logged("● healed.").await?;
        page.press("r").await?;
        page.logged("↻ re-rolled.").await?;
        page.logged("✓ answered.").await?;
        page.reach("Pause").await?;
        page.hit(Key::Enter).await?;
        page.is_as_native().await?;
        // The backend can be pressed in the picture, too.
        page.reach("Backend, ● well: Break the backend").await?;
        page.hit(Key::Space).await?;
        page.picture_says("the backend is broken").await?;
        Ok(())
    })
}

#[test]
fn the_programs_are_made_from_the_knobs() -> Outcome {
    in_browser(async |page| {
        page.open("#/backoff?preset=grpc&t=1s").await?;
        page.is_as_native().await?;
        let lab = labs::find("backoff").ok_or("there is such a lab")?;
        let program = |preset: &str, language: Language| -> Outcome<String> {
            let config = lab.preset(preset).ok_or("no such preset")?;
            let found = (lab.programs)(&config).into_iter().find(|program| program.language == language);
            Ok(found.ok_or("no such program")?.text)
        };
        let shown = async |page: &Page| -> Outcome<String> {
            let code = page.script("return document.querySelector('pre.code').textContent", vec![]).await?;
            Ok(code.as_str().unwrap_or_default().to_owned())
        };
        page.click("As a program").await?;
        page.says("pre.code", "import asyncio").await?;
        assert_eq!(shown(page).await?, program("grpc", Language::Python)?);
        page.click("Rust").await?;
        page.says("pre.code", "use halfopen_core::").await?;
        assert_eq!(shown(page).await?, program("grpc", Language::Rust)?);
        page.click("Polly v8").await?;
        page.says("pre.code", "Kind::Constant").await?;
        assert_eq!(shown(page).await?, program("polly", Language::Rust)?);
        assert_eq!(page.accessibility_violations().await?, [""; 0]);
        if let Some(saved) = {
            page.click("Save").await?;
            page.saved("charge.rs").await?
        } {
            assert_eq!(String::from_utf8(saved)?, program("polly", Language::Rust)?);
        }
        Ok(())
    })
}

#[test]
fn faults_are_found_with_the_mouse_and_played() -> Outcome {
    in_browser(async |page| {
        page.open("#/backoff?t=2s").await?;
        page.is_as_native().await?;
        page.click("Find the faults").await?;
        page.says("[data-part=exercise]", "0 of 4 found").await?;
        page.click("Line 17").await?;
        page.click("This line shows a fault").await?;
        page.says("[data-part=exercise] [role=status]", "✕ Line 17 does what it should.").await?;
        page.click("Line 5").await?;
        page.click("This line shows a fault").await?;
        page.says("[data-part=exercise] [role=status]", "✓ Line 5 is one: once open, it returns early for ever.")
            .await?;
        page.click("Play it").await?;
        page.logged("▲ open. 5 failures in a row; the threshold is 5.").await?;
        page.logged("● healed.").await?;
        page.logged("Round 2 is over: 0 of 40 requests were answered.").await?;
        page.says("svg[role=group]", "▲ open, for ever").await?;
        let told = page.is_as_native().await?;
        assert!(told.readouts.contains(&("answered".to_owned(), "0".to_owned())), "{told:?}");
        // What was found stays found, and mended it goes well.
        page.says("[data-part=exercise]", "1 of 4 found").await?;
        page.click("Play it mended").await?;
        page.logged("● closed. The probe succeeded.").await?;
        let told = page.is_as_native().await?;
        assert!(told.readouts.contains(&("answered".to_owned(), "45".to_owned())), "{told:?}");
        // Two steps back is the reader's own run.
        page.click("Undo").await?;
        page.click("Undo").await?;
        page.eventually("the reader's own run is back", async || {
            Ok(page.fragment().await?.starts_with("/backoff?t=2s").then_some(()))
        })
        .await?;
        Ok(())
    })
}

#[test]
fn faults_are_found_by_keys_alone() -> Outcome {
    in_browser(async |page| {
        page.open("#/backoff?t=2s").await?;
        page.is_as_native().await?;
        page.reach("Find the faults").await?;
        page.hit(Key::Enter).await?;
        page.reach("Line 1:").await?;
        page.hit(Key::Space).await?;
        for _ in 0..3 {
            page.hit(Key::Down).await?;
        }
        assert_eq!(page.focused().await?, "Line 4: if breaker.state == \"open\":");
        page.reach("This line shows a fault").await?;
        page.hit(Key::Enter).await?;
        page.announces("✓ Line 4 is one: the breaker is asked once, outside the retry. 1 of 4 found.").await?;
        page.reach("Show me the rest").await?;
        page.hit(Key::Enter).await?;
        page.says("[data-part=exercise]", "4 of 4 found").await?;
        assert_eq!(page.accessibility_violations().await?, [""; 0]);
        page.reach("Play it").await?;
        page.hit(Key::Enter).await?;
        page.logged("Round 1 is over: 0 of 40 requests were answered.").await?;
        let told = page.is_as_native().await?;
        assert!(told.readouts.contains(&("calls past an open breaker".to_owned(), "160".to_owned())), "{told:?}");
        Ok(())
    })
}
