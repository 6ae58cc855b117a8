//! Cases of the policy `retry`: retries and breakers in layers.

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::backoff::{self, Jitter, Kind};
use halfopen_core::breaker::{self, Breaker};
use halfopen_core::retry::{Config, Outcome, Retry, Settings, Verdict};
use halfopen_core::rng::{Seed, Stream};
use serde_json::Value;

use super::read::Object;
use super::{Got, Malformed, PLACES, Policy, TIMES_MAX};

/// The most layers of a case; each is a call inside a call.
const LAYERS_MAX: usize = 100;

/// The layers, outermost first, and the last request through them.
pub(super) struct Replay {
    layers: Vec<Layer>,
    run: Run,
}

enum Layer {
    Breaker(Box<Breaker<PLACES>>),
    Retry(Box<Config>),
}

/// How a request, or a part of its way, ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    Success,
    Failure,
    Refused,
}

/// One request on its way.
struct Run {
    now: Instant,
    /// How the innermost executions go; the last one repeats.
    outcomes: Vec<Ended>,
    executions: u32,
    /// Executions and refusals.
    attempts: u32,
    slept: Duration,
    /// How it ended.
    ended: Ended,
    /// The cases have no jitter, so what it says plays no part.
    jitter: Stream,
}

impl Policy for Replay {
    const ACTIONS: &'static [&'static str] = &["run"];
    const BESIDE: &'static [&'static str] = &[];

    fn start(config: &Value) -> Result<Self, Malformed> {
        let layers = Object::new(config, "config", &["layers"])?.list("layers")?.ok_or("config.layers is missing")?;
        if layers.len() > LAYERS_MAX {
            return Err(format!("config.layers has {} layers, more than {LAYERS_MAX}", layers.len()));
        }
        let layers = layers.iter().enumerate().map(|(index, layer)| read_layer(layer, index));
        let run = Run {
            now: Instant::ZERO,
            outcomes: Vec::new(),
            executions: 0,
            attempts: 0,
            slept: Duration::ZERO,
            ended: Ended::Success,
            jitter: Seed(0).stream("jitter"),
        };
        Ok(Self { layers: layers.collect::<Result<_, _>>()?, run })
    }

    fn act(&mut self, action: &str, step: &Object<'_>, now: Instant) -> Result<(), Malformed> {
        let outcomes = step.list(action)?.into_iter().flatten();
        let outcome = |value: &Value| match value.as_str() {
            Some("success") => Ok(Ended::Success),
            Some("failure") => Ok(Ended::Failure),
            _ => Err(format!("run: {} is neither success nor failure", super::shown(value))),
        };
        self.run.outcomes = outcomes.map(outcome).collect::<Result<_, _>>()?;
        (self.run.now, self.run.executions, self.run.attempts, self.run.slept) = (now, 0, 0, Duration::ZERO);
        self.run.ended = self.run.through(&mut self.layers)?;
        // A breaker that nobody asked at the end may still be due to change by itself.
        for layer in &mut self.layers {
            if let Layer::Breaker(breaker) = layer {
                breaker.handle_timeout(self.run.now);
            }
        }
        Ok(())
    }

    fn observe(&self, key: &str) -> Option<Got> {
        let states = self.layers.iter().filter_map(|layer| match layer {
            Layer::Breaker(breaker) => Some(breaker.state().name().to_owned()),
            Layer::Retry(_) => None,
        });
        Some(match key {
            "executions" => Got::Count(u64::from(self.run.executions)),
            "slept" => Got::About(self.run.slept),
            "result" => Got::Word(self.run.ended.word().to_owned()),
            "breakers" => Got::Words(states.collect()),
            _ => return None,
        })
    }

    fn busy_until(&self) -> Instant {
        self.run.now
    }
}

impl Ended {
    fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Refused => "refused",
        }
    }
}

impl Run {
    /// Sends the request through these layers.
    fn through(&mut self, layers: &mut [Layer]) -> Result<Ended, Malformed> {
        match layers {
            [] => {
                self.attempt()?;
                let last = self.outcomes.len().checked_sub(1).ok_or("run lists no outcome")?;
                let outcome = self.outcomes.get(last.min(self.executions as usize));
                self.executions += 1;
                Ok(outcome.copied().unwrap_or(Ended::Failure))
            }
            [Layer::Breaker(breaker), inside @ ..] => {
                let Ok(permit) = breaker.try_acquire(self.now) else {
                    self.attempt()?;
                    return Ok(Ended::Refused);
                };
                let ended = self.through(inside)?;
                match ended {
                    Ended::Success => breaker.on_success(permit, self.now),
                    Ended::Failure | Ended::Refused => breaker.on_failure(permit, self.now),
                }
                Ok(ended)
            }
            [Layer::Retry(config), inside @ ..] => {
                let mut retry = Retry::new(self.now);
                loop {
                    let ended = self.through(inside)?;
                    let outcome = match ended {
                        Ended::Success => Outcome::Success,
                        Ended::Failure => Outcome::FAILED,
                        Ended::Refused => Outcome::REFUSED,
                    };
                    match retry.on_result(config, outcome, &mut self.jitter, self.now) {
                        Verdict::Wait { until, wait } => {
                            self.now = until;
                            self.slept = self.slept.saturating_add(wait);
                            retry.begin(until);
                        }
                        Verdict::Done | Verdict::GiveUp { .. } => return Ok(ended),
                    }
                }
            }
        }
    }

    fn attempt(&mut self) -> Result<(), Malformed> {
        self.attempts += 1;
        if self.attempts > TIMES_MAX {
            return Err(format!("run takes more than {TIMES_MAX} attempts"));
        }
        Ok(())
    }
}

fn read_layer(layer: &Value, index: usize) -> Result<Layer, Malformed> {
    let path = format!("config.layers[{index}]");
    let kinds = ["breaker", "retry"];
    let layer = Object::new(layer, &path, &kinds)?;
    let (kind, at) = (layer.one_of(&kinds)?, |error: &dyn std::fmt::Display| format!("{path}: {error}"));
    if kind == "breaker" {
        let settings = super::breaker::settings(layer.required(kind)?, &layer.at(kind))?;
        let config = breaker::Config::new(settings).map_err(|error| at(&error))?;
        return Ok(Layer::Breaker(Box::new(Breaker::new(config, Instant::ZERO).map_err(|error| at(&error))?)));
    }
    let retry = Object::new(layer.required(kind)?, &layer.at(kind), &["attempts", "backoff", "retries_refusals"])?;
    let backoff = match retry.get("backoff") {
        Some(backoff) => super::backoff::settings(backoff, &retry.at("backoff"))?,
        None => backoff::Settings::plain(Kind::None),
    };
    if backoff.jitter != Jitter::None || matches!(backoff.kind, Kind::Decorrelated { .. }) {
        return Err(format!("{} is random, which does not go with retry", retry.at("backoff")));
    }
    let settings = Settings {
        attempts: retry.count("attempts")?.ok_or_else(|| format!("{} is missing", retry.at("attempts")))?,
        backoff,
        total_time: None,
        attempt_timeout: None,
        retries_refusals: retry.flag("retries_refusals")?.unwrap_or(true),
    };
    Ok(Layer::Retry(Box::new(Config::new(settings).map_err(|error| at(&error))?)))
}
