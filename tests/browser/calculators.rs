//! The calculators: turned by keys, kept in the address, said aloud; a broken link is put right in words.

use halfopen::calculators::CALCULATORS;
use halfopen::lab::link;
use thirtyfour::Key;

use crate::support::{Outcome, Page, in_browser};

/// What the page at this fragment says, as the command line would.
fn headline(fragment: &str) -> Outcome<String> {
    let one = CALCULATORS.iter().find(|one| one.slug == link::path(fragment)).ok_or("no calculator")?;
    Ok(crate::native::single(&(one.answer)(&link::read_page(fragment, one.knobs).0).headline))
}

/// Waits until the address has this in it, and checks that page and program say the same of it.
async fn at(page: &Page, part: &str) -> Outcome<String> {
    let fragment = page
        .eventually(&format!("the address has {part:?}"), async || {
            Ok(Some(page.fragment().await?).filter(|fragment| fragment.contains(part)))
        })
        .await?;
    page.says(".headline", &headline(&fragment)?).await?;
    Ok(fragment)
}

#[test]
fn every_calculator_answers_as_the_program_does() -> Outcome {
    in_browser(async |page| {
        page.open("").await?;
        page.click("Availability calculators").await?;
        for one in CALCULATORS {
            page.says("h1", one.title).await?;
            assert_eq!(page.focused().await?, one.title);
            page.says(".headline", &headline(one.slug)?).await?;
            assert_eq!(page.driver.title().await?, format!("{} · Halfopen", one.title));
            assert_eq!(page.texts(".notices li").await?, [""; 0]);
            assert_eq!(page.accessibility_violations().await?, [""; 0], "{}", one.slug);
            // On to the next, by its card.
            let next = CALCULATORS.iter().skip_while(|other| *other != one).nth(1);
            if let Some(next) = next {
                page.click(next.title).await?;
            }
        }
        page.click("Availability").await?;
        page.says("h1", "Availability").await?;
        Ok(())
    })
}

#[test]
fn a_knob_turned_by_keys_stays_in_the_address() -> Outcome {
    in_browser(async |page| {
        page.open("#/availability/replicas").await?;
        page.says(".headline", "It takes 3").await?;
        page.tab_to("Common cause").await?;
        page.hit(Key::Right).await?;
        let fragment = at(page, "common=").await?;
        page.announces("No number of replicas").await?;
        page.says(".chart-told", "").await?;
        assert_eq!(page.accessibility_violations().await?, [""; 0]);
        page.reload().await?;
        assert_eq!(page.fragment().await?, fragment);
        page.says(".headline", "No number of replicas").await?;
        // What is typed is read as people write it.
        page.driver.find(thirtyfour::By::Css("#knob-target")).await?.click().await?;
        page.script("document.querySelector('#knob-target').select()", vec![]).await?;
        page.press("99,97").await?;
        page.hit(Key::Enter).await?;
        at(page, "target=99.97").await?;
        assert!(page.value("#link").await?.ends_with(&format!("#{}", page.fragment().await?)));
        assert!(page.value("#command").await?.starts_with("halfopen calculate replicas --target 99.97%"));
        page.click("Copy link").await?;
        page.eventually("it is told what became of copying", async || {
            Ok(page.texts(".copyable [role=status]").await?.into_iter().find(|told| !told.is_empty()))
        })
        .await?;
        // Many turns in a row: the last one stands.
        page.tab_to("Copy command").await?;
        page.driver.find(thirtyfour::By::Css("input[aria-labelledby=knob-common-label]")).await?.focus().await?;
        for _ in 0..12 {
            page.hit(Key::Right).await?;
        }
        let shown = page.value("#link").await?;
        let end = shown.split_once('#').map_or("", |(_, end)| end);
        at(page, end).await?;
        Ok(())
    })
}

#[test]
fn a_document_is_read_line_by_line() -> Outcome {
    in_browser(async |page| {
        page.open("#/availability/sla?services=web%2099%25").await?;
        page.says(".headline", "One service alone").await?;
        page.click("Services").await?;
        page.hit(Key::Enter).await?;
        page.press("db 99").await?;
        page.says(".said", "99 has no unit: write 99%, or 99 nines.").await?;
        page.press("%").await?;
        page.script("document.activeElement.blur()", vec![]).await?;
        at(page, "db").await?;
        page.says(".headline", "2 services together are 98.01 % available").await?;
        assert_eq!(page.texts(".table tbody th").await?, ["web", "db"]);
        Ok(())
    })
}

#[test]
fn broken_addresses_are_put_right_in_words() -> Outcome {
    in_browser(async |page| {
        for (fragment, title, notices) in [
            (
                "#/availability/nins?available=99%",
                "Nines and downtime",
                &["There is no page called “availability/nins”. This is the nearest: Nines and downtime."][..],
            ),
            (
                "#/availability/chain?lenght=3&length=0&target=often",
                "Chain length for a target",
                &[
                    "“lenght” is not a setting here; it was skipped.",
                    "length=0 is outside 1 to 100 000; it was set to 1.",
                    "target=often could not be read: “often” is no availability. Write 99.9%, three nines, 8.76h/year, or 30d/1h.",
                ],
            ),
            (
                "#/availability/weather",
                "See systems fail, and see what holds",
                &[
                    "There is no page called “availability/weather”. This is the front page.",
                    "Did you mean “Availability”?",
                ],
            ),
            (
                "#/experiments/other",
                "See systems fail, and see what holds",
                &["There is no page called “experiments/other”. This is the front page."],
            ),
        ] {
            page.open(fragment).await?;
            page.says("h1", title).await?;
            let told: Vec<String> =
                page.texts(".notices li").await?.iter().map(|told| crate::native::single(told)).collect();
            assert_eq!(told, notices, "{fragment}");
            assert_eq!(page.accessibility_violations().await?, [""; 0], "{fragment}");
        }
        Ok(())
    })
}
