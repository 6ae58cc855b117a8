//! Cases of the policy `breaker`.

use core::time::Duration;
use std::collections::BTreeMap;

use halfopen_core::Instant;
use halfopen_core::breaker::{
    Breaker, Compare, Config, Decide, Event, HalfOpen, HalfOpenBy, Ignored, LateResults, MaxHalfOpen, OpenFor, Outcome,
    Permit, PermitsLimit, Settings, Slow, State, Then, Trip, Window,
};
use serde_json::Value;

use super::read::{Object, id};
use super::{Got, Malformed, PLACES, Policy, TIMES_MAX};

/// Events of one step that are kept to be compared.
const EVENTS_MAX: usize = 1_000_000;

const COMPARE: &[(&str, Compare)] = &[(">=", Compare::AtLeast), (">", Compare::Above)];

/// A breaker and what the steps so far have left behind.
pub(super) struct Replay {
    breaker: Box<Breaker<PLACES>>,
    /// The permissions that are held, by the name the case gives them.
    held: BTreeMap<String, Permit>,
    /// What happened in this step; empty unless the step expects something of it.
    events: Vec<Event>,
    now: Instant,
    /// `permitted` and `retry_after` of the last ask of this step, if it had one.
    asked: Option<(bool, Option<Duration>)>,
    /// `refused` of this step, if it forced.
    refused: Option<bool>,
}

impl Policy for Replay {
    const ACTIONS: &'static [&'static str] = &["ask", "finish", "release", "call", "force", "look"];
    const BESIDE: &'static [&'static str] = &["id", "took", "times"];

    fn start(config: &Value) -> Result<Self, Malformed> {
        let config = Config::new(settings(config, "config")?).map_err(|error| format!("config: {error}"))?;
        let breaker = Breaker::new(config, Instant::ZERO).map_err(|error| format!("config: {error}"))?;
        Ok(Self {
            breaker: Box::new(breaker),
            held: BTreeMap::new(),
            events: Vec::new(),
            now: Instant::ZERO,
            asked: None,
            refused: None,
        })
    }

    fn act(&mut self, action: &str, step: &Object<'_>, now: Instant) -> Result<(), Malformed> {
        self.events.clear();
        (self.now, self.asked, self.refused) = (now, None, None);
        let beside: &[&str] = match action {
            "ask" => &["id"],
            "finish" => &["id", "took"],
            "call" => &["took", "times"],
            _ => &[],
        };
        if let Some(key) = Self::BESIDE.iter().find(|key| step.get(key).is_some() && !beside.contains(key)) {
            return Err(format!("{key} does not go with {action}"));
        }
        // The breaker sums up what it slept through; told one by one, every transition is an event.
        let told = step.get("expect").is_some_and(|expect| expect.get("events").is_some());
        while told && let Some(due) = self.breaker.poll_timeout().filter(|due| *due <= now) {
            self.breaker.handle_timeout_with(due, &mut |event| self.events.push(event));
            countable(&self.events)?;
        }
        let events = &mut self.events;
        let sink = &mut |event| {
            if told && events.len() <= EVENTS_MAX {
                events.push(event);
            }
        };
        match action {
            "ask" => {
                truth(step, action)?;
                let id = id(step.required("id")?)?;
                let answer = self.breaker.try_acquire_with(now, sink);
                self.asked = Some((answer.is_ok(), answer.as_ref().err().and_then(|refusal| refusal.retry_after)));
                if let Ok(permit) = answer {
                    self.held.insert(id, permit);
                }
            }
            "finish" => {
                let outcome = outcome(step, action)?;
                let id = id(step.required("id")?)?;
                let permit = self.held.remove(&id).ok_or_else(|| format!("id {id} is not held"))?;
                self.breaker.on_result_with(permit, outcome, step.time("took")?, now, sink);
            }
            "release" => {
                let id = id(step.required("release")?)?;
                let permit = self.held.remove(&id).ok_or_else(|| format!("release: id {id} is not held"))?;
                self.breaker.release_with(permit, now, sink);
            }
            "call" => {
                let outcome = outcome(step, action)?;
                let took = step.time("took")?.unwrap_or(Duration::ZERO);
                let times = step.count("times")?.unwrap_or(1);
                if !(1..=TIMES_MAX).contains(&times) {
                    return Err(format!("times is {times}, outside 1 to {TIMES_MAX}"));
                }
                for _ in 0..times {
                    self.asked = Some(match self.breaker.try_acquire_with(now, sink) {
                        Ok(permit) => {
                            self.breaker.on_result_with(permit, outcome, Some(took), now, sink);
                            (true, None)
                        }
                        Err(refusal) => (false, refusal.retry_after),
                    });
                }
            }
            "force" => {
                let state = step.word("force", &STATES)?.unwrap_or_default();
                self.refused = Some(self.breaker.force_with(state, now, sink).is_err());
            }
            _ => {
                truth(step, action)?;
                self.breaker.handle_timeout_with(now, sink);
            }
        }
        countable(&self.events)
    }

    fn observe(&self, key: &str) -> Option<Got> {
        let figures = self.breaker.figures(self.now);
        Some(match key {
            "permitted" => Got::Flag(self.asked?.0),
            "retry_after" => Got::Time(self.asked?.1),
            "refused" => Got::Flag(self.refused?),
            "state" => Got::Word(self.breaker.state().name().into()),
            "buffered" => Got::Count(figures.buffered),
            "failed" => Got::Count(figures.failed),
            "succeeded" => Got::Count(figures.succeeded),
            "slow" => Got::Count(figures.slow),
            "failure_rate_percent" => Got::Number(figures.failure_rate.map(|rate| rate.percent())),
            "slow_rate_percent" => Got::Number(figures.slow_rate.map(|rate| rate.percent())),
            "not_permitted" => Got::Count(figures.not_permitted),
            "events" => Got::Words(self.events.iter().map(|event| event.kind.to_string()).collect()),
            _ => return None,
        })
    }
}

fn countable(events: &[Event]) -> Result<(), Malformed> {
    if events.len() > EVENTS_MAX {
        return Err(format!("expect.events: more than {EVENTS_MAX} events since the step before"));
    }
    Ok(())
}

const STATES: [(&str, State); 6] = {
    let all = State::ALL;
    let mut states = [("", State::Closed); 6];
    let mut index = 0;
    while index < all.len() {
        states[index] = (all[index].name(), all[index]);
        index += 1;
    }
    states
};

/// The value of an action that says no more than that it is done.
fn truth(step: &Object<'_>, action: &str) -> Result<(), Malformed> {
    match step.flag(action)? {
        Some(true) => Ok(()),
        _ => Err(format!("{action} must be true")),
    }
}

fn outcome(step: &Object<'_>, action: &str) -> Result<Outcome, Malformed> {
    let words = [("success", Outcome::Success), ("failure", Outcome::Failure), ("ignored", Outcome::Ignored)];
    step.word(action, &words)?.ok_or_else(|| format!("{action} is missing"))
}

/// A breaker config of the README, at `path`.
pub(super) fn settings(config: &Value, path: &str) -> Result<Settings, Malformed> {
    let known = [
        "trip",
        "window",
        "minimum_calls",
        "success_may_trip",
        "slow",
        "open_for",
        "wait_over",
        "half_open_by",
        "half_open",
        "max_half_open",
        "late_results",
        "start_in",
    ];
    let config = Object::new(config, path, &known)?;
    let default = Settings::default();
    let count =
        |object: &Object<'_>, key: &str| object.count(key)?.ok_or_else(|| format!("{} is missing", object.at(key)));
    let time =
        |object: &Object<'_>, key: &str| object.time(key)?.ok_or_else(|| format!("{} is missing", object.at(key)));
    config.required("trip")?;
    let mut settings = default;
    if let Some(trip) = config.object("trip", &["consecutive", "failures", "rate_percent", "compare"])? {
        let rule = trip.one_of(&["consecutive", "failures", "rate_percent"])?;
        if rule != "rate_percent" && trip.get("compare").is_some() {
            return Err(format!("{} does not go with {rule}", trip.at("compare")));
        }
        let number = count(&trip, rule)?;
        settings.trip = match rule {
            "consecutive" => Trip::Consecutive { failures: number },
            "failures" => Trip::Failures { failures: number },
            _ => Trip::Rate { percent: number, compare: trip.word("compare", COMPARE)?.unwrap_or_default() },
        };
    }
    if let Some(window) = config.object("window", &["calls", "time", "buckets", "fixed"])? {
        let kind = window.one_of(&["calls", "time", "fixed"])?;
        if kind != "time" && window.get("buckets").is_some() {
            return Err(format!("{} does not go with {kind}", window.at("buckets")));
        }
        settings.window = match kind {
            "calls" => Window::Calls { calls: count(&window, "calls")? },
            "time" => Window::Time { time: time(&window, "time")?, buckets: count(&window, "buckets")? },
            _ => Window::Fixed { length: time(&window, "fixed")? },
        };
    }
    settings.minimum_calls = config.count("minimum_calls")?.unwrap_or(default.minimum_calls);
    settings.success_may_trip = config.flag("success_may_trip")?.unwrap_or(default.success_may_trip);
    if let Some(slow) = config.object("slow", &["longer_than", "rate_percent"])? {
        let (longer_than, percent) = (time(&slow, "longer_than")?, count(&slow, "rate_percent")?);
        settings.slow = Some(Slow { longer_than, percent });
    }
    if config.get("open_for").is_some_and(Value::is_string) {
        settings.open_for = OpenFor::constant(time(&config, "open_for")?);
    } else if let Some(open_for) = config.object("open_for", &["initial", "factor", "cap"])? {
        settings.open_for = OpenFor {
            initial: time(&open_for, "initial")?,
            factor_permille: open_for.thousandths("factor")?.unwrap_or(1000),
            cap: open_for.time("cap")?,
        };
    }
    settings.wait_over = config.word("wait_over", COMPARE)?.unwrap_or_default();
    let by = [("ask", HalfOpenBy::Ask), ("clock", HalfOpenBy::Clock)];
    settings.half_open_by = config.word("half_open_by", &by)?.unwrap_or_default();
    if let Some(half_open) = config.object("half_open", &["permits", "permits_limit", "ignored", "decide"])? {
        settings.half_open = half_open_settings(&half_open)?;
    }
    if let Some(limit) = config.object("max_half_open", &["after", "then"])? {
        let then = [("open", Then::Open), ("closed", Then::Closed)];
        let then = limit.word("then", &then)?.unwrap_or_default();
        settings.max_half_open = Some(MaxHalfOpen { after: time(&limit, "after")?, then });
    }
    let late = [("drop", LateResults::Drop), ("count", LateResults::Count)];
    settings.late_results = config.word("late_results", &late)?.unwrap_or_default();
    settings.start_in = config.word("start_in", &STATES)?.unwrap_or_default();
    Ok(settings)
}

fn half_open_settings(half_open: &Object<'_>) -> Result<HalfOpen, Malformed> {
    let mut settings = HalfOpen::default();
    settings.permits = half_open.count("permits")?.unwrap_or(settings.permits);
    let limit = [("total", PermitsLimit::Total), ("in_flight", PermitsLimit::InFlight)];
    settings.permits_limit = half_open.word("permits_limit", &limit)?.unwrap_or_default();
    let ignored = [
        ("returns_permit", Ignored::ReturnsPermit),
        ("keeps_permit", Ignored::KeepsPermit),
        ("counts_as_success", Ignored::CountsAsSuccess),
    ];
    settings.ignored = half_open.word("ignored", &ignored)?.unwrap_or_default();
    let known = ["successes", "failures", "rate_percent", "compare", "after", "early"];
    let Some(decide) = half_open.object("decide", &known)? else { return Ok(settings) };
    let by_rate = decide.get("rate_percent").is_some();
    let strangers: &[&str] = if by_rate { &["successes", "failures"] } else { &["compare", "after", "early"] };
    if let Some(key) = strangers.iter().find(|key| decide.get(key).is_some()) {
        let rule = if by_rate { "rate_percent" } else { "successes and failures" };
        return Err(format!("{} does not go with {rule}", decide.at(key)));
    }
    settings.decide = if by_rate {
        Decide::Rate {
            percent: decide.count("rate_percent")?.unwrap_or_default(),
            compare: decide.word("compare", COMPARE)?.unwrap_or_default(),
            after: decide.count("after")?,
            early: decide.flag("early")?.unwrap_or_default(),
        }
    } else {
        let need = |key| decide.count(key)?.ok_or_else(|| format!("{} is missing", decide.at(key)));
        Decide::Numbers { successes: need("successes")?, failures: need("failures")? }
    };
    Ok(settings)
}
