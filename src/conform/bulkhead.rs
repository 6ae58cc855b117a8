//! Cases of the policy `bulkhead`.

use std::collections::{BTreeMap, VecDeque};

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
    /// Calls so far; the last one's number.
    launched: u64,
    executing: BTreeMap<u64, Permit>,
    /// Those that wait in the bulkhead, and what it calls them.
    waiting: BTreeMap<u64, Call>,
    /// Those that wait until it has a place for them to wait in: a case may have as many as it likes, and a bulkhead has
    /// a fixed number of places.
    behind: VecDeque<u64>,
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
        Ok(Self {
            bulkhead,
            queue,
            launched: 0,
            executing: BTreeMap::new(),
            waiting: BTreeMap::new(),
            behind: VecDeque::new(),
            rejected: 0,
            started: Vec::new(),
            results: None,
        })
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
                        let named = self.waiting.iter().find(|waits| *waits.1 == permit.call()).map(|waits| *waits.0);
                        let number = named.ok_or_else(|| format!("finish: {} was not queued", permit.call().0))?;
                        self.waiting.remove(&number);
                        self.begin(number, permit);
                    }
                }
                self.move_up(now)
            }
            _ => {
                if let Ok(place) = self.behind.binary_search(&number) {
                    self.behind.remove(place);
                    return Ok(());
                }
                let call = self.waiting.remove(&number);
                if call.is_some_and(|call| self.bulkhead.cancel(call, now, &mut |_| {})) {
                    self.move_up(now)
                } else {
                    Err(format!("cancel: {number} is not queued"))
                }
            }
        }
    }

    fn observe(&self, key: &str) -> Option<Got> {
        Some(match key {
            "executing" => Got::Count(u64::from(self.bulkhead.in_use())),
            "queued" => Got::Count(u64::from(self.bulkhead.waiting()) + self.behind.len() as u64),
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
            self.launched += 1;
            let result = if self.behind.is_empty() {
                // Nothing waits with a limit, and nothing ends here: there is nothing to tell.
                self.ask(self.launched, now)
            } else {
                Launched::Rejected
            };
            let waiting = u64::from(self.bulkhead.waiting()) + self.behind.len() as u64;
            results.push(match result {
                Launched::Rejected if waiting < u64::from(self.queue) => {
                    self.behind.push_back(self.launched);
                    Launched::Queued
                }
                Launched::Rejected => {
                    self.rejected += 1;
                    Launched::Rejected
                }
                other => other,
            });
        }
        self.results = Some(results);
        Ok(())
    }

    fn ask(&mut self, number: u64, now: Instant) -> Launched {
        match self.bulkhead.try_acquire(now, &mut |_| {}) {
            Ok(Admitted::Started(permit)) => {
                self.begin(number, permit);
                Launched::Executing
            }
            Ok(Admitted::Waiting(call)) => {
                self.waiting.insert(number, call);
                Launched::Queued
            }
            Err(_) => Launched::Rejected,
        }
    }

    /// The first of those behind takes a place that has become free.
    fn move_up(&mut self, now: Instant) -> Result<(), Malformed> {
        match self.behind.pop_front().map(|number| self.ask(number, now)) {
            None | Some(Launched::Queued) => Ok(()),
            Some(_) => Err("a place that was free was not".into()),
        }
    }

    fn begin(&mut self, number: u64, permit: Permit) {
        self.started.push(number);
        self.executing.insert(number, permit);
    }
}
