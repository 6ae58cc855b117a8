//! Predictions and goals of every lab, by mouse and by keyboard: what would answer is held back, the run tells, and a
//! wrong answer is told what may lie behind it.

use crate::support::{Outcome, Page, in_browser};
use halfopen::lab::{Guess, Prediction, Verdict};
use halfopen::labs::LABS;
use thirtyfour::Key;

/// What a prediction's answer becomes, and how a reader types it.
fn judged(slug: &str, prediction: &Prediction, number: f64) -> Outcome<(String, Verdict)> {
    let fragment = format!("/{slug}?{}&t={}ms", prediction.setup, prediction.at_ms);
    let scene = crate::native::session(&fragment)?.scene(halfopen::lab::View::default());
    let readout = scene.readouts.iter().find(|readout| readout.id == prediction.readout).ok_or("no readout")?;
    let typed = if readout.value.ends_with('%') { number * 100.0 } else { number };
    Ok((typed.to_string(), prediction.judge(Some(Guess::Plain(typed)), readout)))
}

/// Shows the end of a run that answers. It plays for seconds only, which a busy machine may take to look once: what
/// stands while it plays is not waited for.
async fn skip_to_the_end(page: &Page) -> Outcome {
    let find = "[...document.querySelectorAll('#asked button')].find(b => b.textContent.trim() === 'Show it now')";
    page.eventually("the run plays or has answered", async || {
        let asked = page.texts("#asked").await?.concat();
        if asked.contains("Not so.") {
            return Ok(Some(()));
        }
        page.script(&format!("{find}?.click()"), vec![]).await?;
        Ok(None)
    })
    .await
}

const HELD: &str = "Held back until you have answered the question or skipped it.";

#[test]
fn a_wrong_answer_is_told_what_lies_behind_it() -> Outcome {
    in_browser(async |page| {
        for lab in LABS {
            let slug = lab.about.slug;
            let Some(prediction) = lab.about.predictions.first() else { continue };
            let Some((wrong, why)) = prediction.misconceptions.first() else { continue };
            let (typed, verdict) = judged(slug, prediction, *wrong)?;
            page.open(&format!("#/{slug}?t=1s")).await?;
            page.says("[data-readout] dd", "").await?;
            page.click("Predict").await?;
            page.says(".question", prediction.question).await?;
            assert_eq!(page.texts(".claim, .held").await?, [HELD, HELD], "{slug}");
            let shown = page.texts("[data-readout], .chart, [data-part=outlook], [data-part=why]").await?;
            assert_eq!(shown, [""; 0], "{slug}");
            assert_eq!(page.accessibility_violations().await?, [""; 0], "{slug}");

            // What is no number is no answer.
            page.click("Your answer").await?;
            page.press("a few").await?;
            page.click("Commit").await?;
            page.says("#guess-said", "It takes a number that is not below zero").await?;
            page.eventually("the field has the focus again", async || {
                Ok(page.focused().await?.contains("Your answer").then_some(()))
            })
            .await?;
            for _ in "a few".chars() {
                page.press(Key::Backspace.value().to_string()).await?;
            }
            page.press(typed.as_str()).await?;
            page.click("Commit").await?;
            skip_to_the_end(page).await?;
            page.says("#asked", "Not so.").await?;
            page.says("#asked", why).await?;
            page.announces(&verdict.sentence()).await?;
            let (predicted, off, _) = verdict.predicted.ok_or("a number was predicted")?;
            let told = [predicted, verdict.happened, off].map(|text| crate::native::single(&text));
            assert_eq!(page.texts(".verdict dd").await?, told, "{slug}");
            // All of it is there again, of the run that answered.
            assert_eq!(page.texts(".held").await?, [""; 0]);
            page.is_as_native().await?;
            assert_eq!(page.accessibility_violations().await?, [""; 0], "{slug}");

            // Once more; then the reader's own run is back.
            page.click("Play it again").await?;
            skip_to_the_end(page).await?;
            page.says("#asked", "Not so.").await?;
            page.click("Undo").await?;
            page.eventually("the reader's own run is back", async || {
                Ok(page.fragment().await?.starts_with(&format!("/{slug}?t=1s")).then_some(()))
            })
            .await?;
        }
        Ok(())
    })
}

#[test]
fn a_right_answer_by_keys_alone() -> Outcome {
    in_browser(async |page| {
        for lab in LABS {
            let slug = lab.about.slug;
            let Some(prediction) = lab.about.predictions.first() else { continue };
            let (typed, verdict) = judged(slug, prediction, prediction.answer)?;
            page.open(&format!("#/embed/{slug}")).await?;
            page.tab_to("Predict").await?;
            page.hit(Key::Enter).await?;
            page.says(".question", prediction.question).await?;
            page.tab_to("Your answer").await?;
            page.press(typed.as_str()).await?;
            page.hit(Key::Enter).await?;
            // It plays in eight seconds; a busy machine takes longer over a heavy lab.
            if page.says("#asked", "Right.").await.is_err() {
                page.says("#asked", "Right.").await?;
            }
            page.announces(&verdict.sentence()).await?;
            assert!(page.focused().await?.starts_with(prediction.question), "the focus is at the answer");
            page.is_as_native().await?;
            // Another run of it is no answer.
            page.tab_to("Answer again").await?;
            page.hit(Key::Enter).await?;
            page.tab_to("Skip").await?;
            page.hit(Key::Enter).await?;
            page.says("#asked", "It plays to").await?;
            page.script("document.querySelector('.actions button').click()", vec![]).await?;
            page.says("#asked", "You made another run of it").await?;
        }
        Ok(())
    })
}

#[test]
fn goals_are_reached_and_told() -> Outcome {
    in_browser(async |page| {
        for lab in LABS {
            let slug = lab.about.slug;
            for (index, goal) in lab.about.goals.iter().enumerate() {
                // To where its run ends the reader plays themselves.
                let proof: Vec<&str> = goal.proof.split('&').filter(|pair| !pair.starts_with("t=")).collect();
                page.open(&format!("#/{slug}?{}", proof.join("&"))).await?;
                page.click("Goals").await?;
                let line = format!("[data-part=goals] li:nth-child({})", index + 1);
                page.says(&line, &format!("○{}open", goal.task)).await?;
                page.script(&format!("document.querySelector('{line} summary').click()"), vec![]).await?;
                page.says(&line, goal.hint).await?;
                page.click("Speed 1×").await?;
                for _ in 0..6 {
                    page.click("Faster").await?;
                }
                page.click("Play").await?;
                page.says(&line, &format!("✓{}reached", goal.task)).await?;
                page.says("[data-part=log] li", &format!("✓ goal reached. {}", goal.task)).await?;
                page.says("[data-part=goals] summary", &format!("of {} reached", lab.about.goals.len())).await?;
                page.click("Pause").await?;
                // It is no entry of the run.
                page.is_as_native().await?;
                assert_eq!(page.accessibility_violations().await?, [""; 0], "{slug}");
            }
        }
        Ok(())
    })
}
