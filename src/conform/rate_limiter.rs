//! Cases of the policy `rate_limiter`.

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::limiter::{Config, Limiter, Rule, Settings};
use serde_json::Value;

use super::read::Object;
use super::{Got, Malformed, Policy, TIMES_MAX};

/// A limiter and what the last step made of it.
pub(super) struct Replay {
    limiter: Limiter,
    now: Instant,
    /// Of the last ask, if it was permitted.
    wait: Option<Duration>,
}

impl Policy for Replay {
    const ACTIONS: &'static [&'static str] = &["ask"];
    const BESIDE: &'static [&'static str] = &["times"];

    fn start(config: &Value) -> Result<Self, Malformed> {
        let config = Config::new(settings(config)?).map_err(|error| format!("config: {error}"))?;
        Ok(Self { limiter: Limiter::new(config), now: Instant::ZERO, wait: None })
    }

    fn act(&mut self, action: &str, step: &Object<'_>, now: Instant) -> Result<(), Malformed> {
        self.now = now;
        let permits = step.count(action)?.unwrap_or_default();
        let times = step.count("times")?.unwrap_or(1);
        if !(1..=TIMES_MAX).contains(&times) {
            return Err(format!("times is {times}, outside 1 to {TIMES_MAX}"));
        }
        for _ in 0..times {
            self.wait = self.limiter.try_acquire(permits, now).ok().map(|grant| grant.wait);
        }
        Ok(())
    }

    fn observe(&self, key: &str) -> Option<Got> {
        let smooth = matches!(self.limiter.config().settings().rule, Rule::Smooth { .. });
        Some(match key {
            "wait" => Got::Time(self.wait),
            "permitted" => Got::Flag(self.wait.is_some()),
            "available" => Got::Integer(self.limiter.available(self.now)?),
            "next_free" if smooth => Got::Time(self.limiter.next_free().map(|next| next - Instant::ZERO)),
            _ => return None,
        })
    }
}

fn settings(config: &Value) -> Result<Settings, Malformed> {
    let kind = config.get("kind").and_then(Value::as_str).unwrap_or_default();
    let known: &[&str] = match kind {
        "periods" => &["kind", "permits", "period", "max_wait"],
        "smooth" => &["kind", "interval", "max_wait"],
        _ => &["kind", "capacity", "refill_every", "max_wait"],
    };
    let config = Object::new(config, "config", known)?;
    let missing = |key: &str| format!("{} is missing", config.at(key));
    let time = |key: &str| config.time(key)?.ok_or_else(|| missing(key));
    let count = |key: &str| config.count(key)?.ok_or_else(|| missing(key));
    let kinds = [("periods", 0), ("smooth", 1), ("bucket", 2)];
    let rule = match config.word("kind", &kinds)?.ok_or_else(|| missing("kind"))? {
        0 => Rule::Periods { permits: count("permits")?, period: time("period")? },
        1 => Rule::Smooth { interval: time("interval")? },
        _ => Rule::Bucket { capacity: count("capacity")?, refill_every: time("refill_every")? },
    };
    Ok(Settings { rule, max_wait: config.time("max_wait")? })
}
