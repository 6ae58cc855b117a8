//! Cases of the policy `adaptive_limit`.

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::adaptive::{Config, Limit, Rule, Sample, Settings, Thresholds};
use serde_json::Value;

use super::read::Object;
use super::{Got, Malformed, Policy};

/// A limit.
pub(super) struct Replay {
    limit: Limit,
}

impl Policy for Replay {
    const ACTIONS: &'static [&'static str] = &["sample"];
    const BESIDE: &'static [&'static str] = &[];

    fn start(config: &Value) -> Result<Self, Malformed> {
        let config = Config::new(settings(config)?).map_err(|error| format!("config: {error}"))?;
        Ok(Self { limit: Limit::new(config) })
    }

    fn act(&mut self, action: &str, step: &Object<'_>, _now: Instant) -> Result<(), Malformed> {
        let known = ["rtt", "in_flight", "dropped"];
        let Some(sample) = step.object(action, &known)? else { return Ok(()) };
        self.limit.on_sample(Sample {
            rtt: sample.time("rtt")?.ok_or("sample.rtt is missing")?,
            in_flight: sample.count("in_flight")?.ok_or("sample.in_flight is missing")?,
            dropped: sample.flag("dropped")?.unwrap_or_default(),
        });
        Ok(())
    }

    fn observe(&self, key: &str) -> Option<Got> {
        (key == "limit").then(|| Got::Count(u64::from(self.limit.get())))
    }
}

fn settings(config: &Value) -> Result<Settings, Malformed> {
    let kind = config.get("kind").and_then(Value::as_str).unwrap_or_default();
    let known: &[&str] = match kind {
        "aimd" => &["kind", "initial", "min", "max", "decrease", "timeout"],
        _ => &["kind", "initial", "min", "max", "alpha", "beta"],
    };
    let config = Object::new(config, "config", known)?;
    let missing = |key: &str| format!("{} is missing", config.at(key));
    let count = |key: &str| config.count(key)?.ok_or_else(|| missing(key));
    let rule = match config.word("kind", &[("aimd", 0), ("vegas", 1)])?.ok_or_else(|| missing("kind"))? {
        0 => Rule::Aimd {
            decrease_permille: config.thousandths("decrease")?.unwrap_or(900),
            timeout: config.time("timeout")?.unwrap_or(Duration::from_secs(5)),
        },
        _ => Rule::Vegas {
            alpha: count("alpha")?,
            beta: count("beta")?,
            thresholds: Thresholds::Fixed,
            probe_multiplier: None,
        },
    };
    Ok(Settings { rule, initial: count("initial")?, min: count("min")?, max: count("max")? })
}
