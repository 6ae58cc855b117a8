//! What Chromium's trace says of the page's main thread: what scripts took, when frames began, where we put marks.

use crate::support::{Outcome, Page};
use serde_json::{Value, json};
use std::time::Duration;

/// Asks for the trace; the driver hands it out as its performance log.
pub(crate) fn wanted(capabilities: &mut Value) {
    capabilities["goog:loggingPrefs"]["performance"] = json!("ALL");
    capabilities["goog:chromeOptions"]["perfLoggingPrefs"] = json!({
        "enableNetwork": false,
        "enablePage": false,
        "traceCategories": "devtools.timeline,blink.user_timing",
    });
}

/// Events that are scripts at work, what they call at once included. WebAssembly is a script as well.
const SCRIPT: [&str; 6] =
    ["EvaluateScript", "EventDispatch", "FireAnimationFrame", "FunctionCall", "RunMicrotasks", "TimerFire"];

/// A script at work, not called by another one; milliseconds.
struct Piece {
    from: f64,
    to: f64,
    /// Of the processor: what else the machine does, and makes this one wait for, is not in it.
    took: f64,
}

/// The main thread between two marks; milliseconds.
#[derive(Default)]
pub(crate) struct Trace {
    script: Vec<Piece>,
    /// When each frame's scripts began.
    frames: Vec<f64>,
    marks: Vec<(String, f64)>,
}

/// Puts a mark.
pub(crate) async fn mark(page: &Page, name: &str) -> Outcome {
    page.script("performance.mark(arguments[0])", vec![json!(name)]).await?;
    Ok(())
}

impl Trace {
    /// The trace from a mark that was put to now.
    pub(crate) async fn since(page: &Page, begun: &str) -> Outcome<Self> {
        const END: &str = "end of a trace";
        mark(page, END).await?;
        let mut events = Vec::new();
        // The driver hands out what Chromium has sent by then, which need not be all.
        loop {
            let log = page.driver.get_log("performance").await?;
            events.extend(log.iter().filter_map(|entry| {
                let mut entry: Value = serde_json::from_str(&entry.message).ok()?;
                (entry["message"]["method"] == "Tracing.dataCollected").then(|| entry["message"]["params"].take())
            }));
            if events.iter().any(|event| event["name"] == END) {
                return Self::of(&events, begun).ok_or_else(|| format!("the trace has no mark {begun:?}").into());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn of(events: &[Value], begun: &str) -> Option<Self> {
        let begin = events.iter().find(|event| event["name"] == begun)?;
        let mut trace = Self::default();
        let millis = |value: &Value| value.as_f64().unwrap_or(0.0) / 1e3;
        for event in events {
            let (name, from) = (event["name"].as_str().unwrap_or_default(), millis(&event["ts"]));
            // Of other threads, or before.
            if event["pid"] != begin["pid"] || event["tid"] != begin["tid"] || from < millis(&begin["ts"]) {
                continue;
            }
            if event["cat"].as_str().is_some_and(|cat| cat.contains("blink.user_timing")) {
                trace.marks.push((name.to_owned(), from));
            }
            if event["ph"] == "X" && SCRIPT.contains(&name) {
                trace.script.push(Piece { from, to: from + millis(&event["dur"]), took: millis(&event["tdur"]) });
            }
            if name == "FireAnimationFrame" {
                trace.frames.push(from);
            }
        }
        trace.frames.sort_by(f64::total_cmp);
        trace.script.sort_by(|a, b| a.from.total_cmp(&b.from).then(b.to.total_cmp(&a.to)));
        // One inside another is part of it.
        trace.script.dedup_by(|inner, outer| inner.from < outer.to);
        Some(trace)
    }

    /// Milliseconds of the scripts that were at work between two instants.
    pub(crate) fn script(&self, from: f64, to: f64) -> f64 {
        self.script.iter().filter(|piece| piece.from < to && from < piece.to).map(|piece| piece.took).sum()
    }

    /// Milliseconds of script in each whole frame: from where its scripts begin to where the next one's do.
    pub(crate) fn frames(&self) -> Vec<f64> {
        self.frames.windows(2).map(|pair| self.script(pair[0], pair[1])).collect()
    }

    /// Where marks of this name were put, in order.
    pub(crate) fn marks(&self, name: &str) -> Vec<f64> {
        let mut marks: Vec<f64> = self.marks.iter().filter(|mark| mark.0 == name).map(|mark| mark.1).collect();
        marks.sort_by(f64::total_cmp);
        marks
    }
}
