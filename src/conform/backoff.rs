//! Cases of the policy `backoff`.

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::backoff::{Config, ConfigError, Jitter, Kind, Series, Settings};
use serde_json::Value;

use super::read::{Object, shown};
use super::{Got, Malformed, Policy};

/// The longest time that the core's settings take.
const LONGEST: Duration = Duration::from_nanos(1 << 53);

/// A series of waits and what the last step made of it.
pub(super) struct Replay {
    config: Config,
    series: Series,
    delays: Vec<Option<Duration>>,
}

impl Policy for Replay {
    const ACTIONS: &'static [&'static str] = &["next"];
    const BESIDE: &'static [&'static str] = &["hint"];

    fn start(config: &Value) -> Result<Self, Malformed> {
        let config = Config::new(settings(config, "config")?).map_err(|error| format!("config: {error}"))?;
        Ok(Self { config, series: Series::new(), delays: Vec::new() })
    }

    fn act(&mut self, action: &str, step: &Object<'_>, _now: Instant) -> Result<(), Malformed> {
        let hint = step.time("hint")?;
        let draws = step.list(action)?.into_iter().flatten();
        let draw = |value: &Value| {
            let draw = value.as_f64().filter(|draw| (0.0..=1.0).contains(draw));
            draw.ok_or_else(|| format!("next: {} is no number from 0 to 1", shown(value)))
        };
        let draws = draws.map(draw).collect::<Result<Vec<_>, _>>()?;
        if hint.is_some() && draws.len() != 1 {
            return Err(format!("hint goes with one draw, not with {}", draws.len()));
        }
        self.delays = draws.into_iter().map(|draw| self.series.next(&self.config, draw, hint)).collect();
        Ok(())
    }

    fn observe(&self, key: &str) -> Option<Got> {
        (key == "delays").then(|| Got::Abouts(self.delays.clone()))
    }
}

/// A backoff config of the README, at `path`.
pub(super) fn settings(config: &Value, path: &str) -> Result<Settings, Malformed> {
    let known = ["kind", "base", "factor", "cap", "cap_after_jitter", "jitter", "max_delays", "total", "hint_slack"];
    let config = Object::new(config, path, &known)?;
    let base = config.time("base")?.ok_or_else(|| format!("{} is missing", config.at("base")))?;
    let factor_permille = config.thousandths("factor")?.unwrap_or(2000);
    let kinds = [
        ("constant", Kind::Constant { base }),
        ("linear", Kind::Linear { base }),
        ("exponential", Kind::Exponential { base, factor_permille }),
        ("decorrelated", Kind::Decorrelated { base }),
    ];
    let kind = config.word("kind", &kinds)?.ok_or_else(|| format!("{} is missing", config.at("kind")))?;
    // The core's range ends at 104 days. A limit over it limits nothing that can be told apart.
    let limit = |key: &str| Ok::<_, Malformed>(config.time(key)?.map(|time| time.min(LONGEST)));
    let settings = Settings {
        cap: limit("cap")?,
        cap_after_jitter: config.flag("cap_after_jitter")?.unwrap_or_default(),
        jitter: jitter(&config)?,
        max_delays: config.count("max_delays")?,
        total: limit("total")?,
        hint_slack: limit("hint_slack")?,
        ..Settings::plain(kind)
    };
    // The rules know no such error: a base that is cut every time is as good as the cap.
    if let Err(ConfigError::BaseOverCap { cap, .. }) = Config::new(settings) {
        let spread = !settings.cap_after_jitter;
        let jitter = if spread { settings.jitter } else { Jitter::None };
        return Ok(Settings { kind: Kind::Constant { base: cap }, jitter, ..settings });
    }
    Ok(settings)
}

fn jitter(config: &Object<'_>) -> Result<Jitter, Malformed> {
    if !config.get("jitter").is_some_and(Value::is_object) {
        let words = [("none", Jitter::None), ("full", Jitter::Full), ("equal", Jitter::Equal)];
        return Ok(config.word("jitter", &words)?.unwrap_or_default());
    }
    let kinds = ["plus_minus", "plus"];
    let Some(jitter) = config.object("jitter", &kinds)? else { return Ok(Jitter::None) };
    let kind = jitter.one_of(&kinds)?;
    let permille = jitter.thousandths(kind)?.unwrap_or_default();
    Ok(if kind == "plus" { Jitter::Plus { permille } } else { Jitter::PlusMinus { permille } })
}
