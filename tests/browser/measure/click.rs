//! The first click: a reader on a phone presses the first thing that can be pressed, as soon as it is there.
//!
//! The line is the one that Lighthouse's mobile preset simulates (`xtask/src/line.rs`), the processor is slowed down as
//! much as it does. The browser's own brake for lines is not used: it makes every request wait 562 ms, to make up for
//! connections that it lets stand at once; the 190 kB of the first visit alone would take 2.1 s.

use crate::sheet::{Budget, Sheet, each, median};
use crate::support::{Outcome, in_session, variable};
use serde_json::json;

/// Runs, each with a new browser, of which the median counts.
const RUNS: usize = 5;
/// Seconds from following the link to the picture that answers the click.
const ANSWER_MAX: f64 = 2.0;
/// How much slower the phone is than this machine: Lighthouse's number.
const SLOWER: u32 = 4;

/// Presses the first action of the first lab once it is there, and notes when time runs in the picture.
const PRESS: &str = "
    const look = () => {
        const button = document.querySelector('button.action:not([disabled])');
        if (!button) return requestAnimationFrame(look);
        window.pressed = performance.now();
        button.click();
        const answered = () => document.querySelector('.play[aria-label=Pause]')
            ? requestAnimationFrame(() => { window.answered = performance.now(); })
            : requestAnimationFrame(answered);
        requestAnimationFrame(answered);
    };
    requestAnimationFrame(look);";

pub(crate) fn measure(sheet: &mut Sheet) -> Outcome {
    if !sheet.wants("first click") {
        return Ok(());
    }
    let (mut pressed, mut answered) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        in_session(crate::alone, async |page| {
            let cdp = page.driver.cdp();
            cdp.send_raw("Emulation.setCPUThrottlingRate", json!({ "rate": SLOWER })).await?;
            page.screen(412, 823, 1.75).await?;
            cdp.send_raw("Page.addScriptToEvaluateOnNewDocument", json!({ "source": PRESS })).await?;
            page.driver.goto(variable("HALFOPEN_SLOW_URL")?).await?;
            let look = async || page.script("return window.answered && [pressed, answered]", vec![]).await;
            let times = page
                .eventually("the click is answered", async || {
                    let [pressed, answered] = serde_json::from_value(look().await?).unwrap_or([0.0, 0.0]);
                    Ok((answered > 0.0).then_some((pressed / 1e3, answered / 1e3)))
                })
                .await?;
            pressed.push(times.0);
            answered.push(times.1);
            Ok(())
        })?;
    }
    let budget = Budget::AtMost(ANSWER_MAX);
    sheet.add("first click answered", median(&answered), "s", budget, each(&answered, "s"));
    sheet.add("first click possible", median(&pressed), "s", Budget::None, each(&pressed, "s"));
    Ok(())
}
