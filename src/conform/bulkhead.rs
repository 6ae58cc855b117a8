//! Cases of the policy `bulkhead`.

use std::collections::BTreeMap;

use halfopen_core::Instant;
use halfopen_core::bulkhead::{Admitted, Bulkhead, Call, Config, Event, Permit, Settings};
use serde_json::Value;

use super::read::{Object, whole};
use super::{Got, Malformed, PLACES, Policy, TIMES_MAX};

/// A bulkhead, who is in it, and what the last step made of it.
pub(super) struct Replay {
    bulkhead: Box<Bulkhead<PLACES>>,
    /// As the file says it; the bulkhead's own is no larger than its places.
    queue: u32,
    executing: BTreeMap<u64, Permit>,
    rejected: u64,
    started: Vec<u64>,
    /// `results` of this step, if it launched.
    results: Option<Vec<Launched>>,
}

#[derive(Clone, Copy)]
enum Launched {
    Executing,
    Queued,
    Rejected,
}

impl Policy for Replay {
    const ACTIONS: &'static [&'static str] = &["launch", "finish", "cancel"];
    const BESIDE: &'static [&'static str] = &[];

    fn start(config: &Value) -> Result<Self, Malformed> {
        let config = Object::new(config, "config", &["parallel", "queue"])?;
        let parallel = config.count("parallel")?.ok_or("config.parallel is missing")?;
        let queue = config.count("queue")?.unwrap_or_default();
        let places = u32::try_from(PLACES).unwrap_or(u32::MAX).min(queue);
        let bulkhead = Config::new(Settings::pool(parallel, places)).and_then(Bulkhead::new);
        let bulkhead = Box::new(bulkhead.map_err(|error| format!("config: {error}"))?);
        Ok(Self { bulkhead, queue, executing: BTreeMap::new(), rejected: 0, started: Vec::new(), results: None })
    }

    fn act(&mut self, action: &str, step: &Object<'_>, now: Instant) -> Result<(), Malformed> {
        self.started.clear();
        self.results = None;
        let number = whole(step.required(action)?).ok_or_else(|| format!("{action} is no whole number"))?;
        match action {
            "launch" => self.launch(number, now),
            "finish" => {
                let permit =
                    self.executing.remove(&number).ok_or_else(|| format!("finish: {number} is not executing"))?;
                let mut begun = Vec::new();
                self.bulkhead.release(permit, now, &mut |event| begun.push(event));
                for event in begun {
                    if let Event::Started { permit, .. } = event {
                        self.begin(permit);
                    }
                }
                Ok(())
            }
            _ => match self.bulkhead.cancel(Call(number), now, &mut |_| {}) {
                true => Ok(()),
                false => Err(format!("cancel: {number} is not queued")),
            },
        }
    }

    fn observe(&self, key: &str) -> Option<Got> {
        Some(match key {
            "executing" => Got::Count(u64::from(self.bulkhead.in_use())),
            "queued" => Got::Count(u64::from(self.bulkhead.waiting())),
            "rejected" => Got::Count(self.rejected),
            "started" => Got::Counts(self.started.clone()),
            "results" => {
                let word = |result: &Launched| match result {
                    Launched::Executing => "executing",
                    Launched::Queued => "queued",
                    Launched::Rejected => "rejected",
                };
                Got::Words(self.results.as_ref()?.iter().map(|result| word(result).to_owned()).collect())
            }
            _ => return None,
        })
    }
}

impl Replay {
    fn launch(&mut self, calls: u64, now: Instant) -> Result<(), Malformed> {
        if calls > u64::from(TIMES_MAX) {
            return Err(format!("launch is {calls}, more than {TIMES_MAX}"));
        }
        let mut results = Vec::new();
        for _ in 0..calls {
            // Nothing waits with a limit, and nothing ends here: there is nothing to tell.
            results.push(match self.bulkhead.try_acquire(now, &mut |_| {}) {
                Ok(Admitted::Started(permit)) => {
                    self.begin(permit);
                    Launched::Executing
                }
                Ok(Admitted::Waiting(_)) => Launched::Queued,
                Err(rejected) if rejected.waiting < self.queue => {
                    return Err(format!("launch: more than {PLACES} calls would be queued"));
                }
                Err(_) => {
                    self.rejected += 1;
                    Launched::Rejected
                }
            });
        }
        self.results = Some(results);
        Ok(())
    }

    fn begin(&mut self, permit: Permit) {
        self.started.push(permit.call().0);
        self.executing.insert(permit.call().0, permit);
    }
}
