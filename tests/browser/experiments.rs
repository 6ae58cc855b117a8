//! The page of the experiment: run, watched, stopped, saved.

use serde_json::json;

use crate::support::{Outcome, in_browser};

#[test]
fn the_figure_is_run_watched_and_stopped() -> Outcome {
    in_browser(async |page| {
        page.open("").await?;
        page.click("Backoff and jitter").await?;
        page.says("h1", "Backoff and jitter").await?;
        assert_eq!(page.accessibility_violations().await?, [""; 0]);
        // Ten runs a point are few enough to wait for.
        page.script("document.querySelector('.experiment input[type=radio]').click()", vec![]).await?;
        page.click("Run it").await?;
        page.says(".experiment .hint", "950 runs in").await?;
        let titles = page.texts(".chart-title").await?;
        assert_eq!(titles, ["Time until all clients have written", "Writes until all clients have written"]);
        assert_eq!(page.accessibility_violations().await?, [""; 0]);

        // A long one shows what it has so far, and can be stopped.
        page.script("[...document.querySelectorAll('.experiment input[type=radio]')].pop().click()", vec![]).await?;
        page.click("Run it").await?;
        page.says(".experiment .progress label", " of 95").await?;
        page.says(".chart-told", "With 190 clients").await?;
        page.click("Cancel").await?;
        page.says(".experiment .hint", "Stopped. The figure shows the runs so far.").await?;
        let left = page.script("return document.querySelector('.experiment .progress') === null", vec![]).await?;
        assert_eq!(left, json!(true));
        Ok(())
    })
}
