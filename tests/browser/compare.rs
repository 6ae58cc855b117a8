//! Two lanes side by side, by mouse and by keyboard, and repeating on many seeds.

use serde_json::json;

use crate::support::{Outcome, in_browser};

#[test]
fn a_knob_turned_in_b_makes_the_difference() -> Outcome {
    in_browser(async |page| {
        page.open("#/circuit-breaker?rate=20/s&do=2:break&t=6s").await?;
        page.click("Compare A and B").await?;
        page.says(".against .note", "Same seed, same clicks, and the same chance for each request").await?;
        assert_eq!(page.texts(".lane-name").await?, ["A", "B"]);
        assert_eq!(page.texts(".differing tbody tr").await?, [""; 0], "B begins as A is");

        // By the field's keyboard: eight failures instead of three, in B only.
        page.write("#knob-threshold", "8").await?;
        page.says(".differing tbody tr", "Failures to open").await?;
        let fragment = page.fragment().await?;
        assert!(fragment.contains("b.threshold=8") || fragment.contains("set:b.threshold:8"), "{fragment}");

        // The link carries both.
        page.open("#/circuit-breaker?rate=20/s&b.threshold=8&do=2:break&t=6s").await?;
        page.logged("A ▲ open").await?;
        page.logged("8 failures in a row; the threshold is 8").await?;
        assert_eq!(page.texts(".differing td").await?, ["3", "8"]);
        assert_eq!(page.accessibility_violations().await?, [""; 0]);
        let titles = page.texts(".chart-title").await?;
        assert!(titles.contains(&"State and failures in a row · B".to_owned()), "{titles:?}");

        page.click("Keep B").await?;
        page.eventually("one lane again", async || {
            Ok((page.texts(".lane-name").await?.is_empty() && page.fragment().await?.contains("threshold=8"))
                .then_some(()))
        })
        .await?;
        page.click("Undo").await?;
        page.says(".lane + .lane .lane-name", "B").await?;
        Ok(())
    })
}

#[test]
fn one_seed_is_an_anecdote() -> Outcome {
    in_browser(async |page| {
        page.open("#/circuit-breaker?rate=20/s&broken_percent=40&b.threshold=6&do=1:break&t=20s").await?;
        page.script("document.querySelector('[data-part=seeds] summary').click()", vec![]).await?;
        page.click("Repeat").await?;
        page.says("[data-part=seeds] .note", "100 seeds").await?;
        let rows = page.texts("[data-part=seeds] tbody tr").await?;
        let opened = rows.iter().find(|row| row.starts_with("times opened")).ok_or("there is such a row")?;
        assert!(opened.contains('±') && opened.ends_with("more than chance"), "{opened}");
        let heads = page.texts("[data-part=seeds] thead th").await?;
        assert_eq!(json!(heads), json!(["mean of", "A", "B", "B − A", ""]));
        Ok(())
    })
}
