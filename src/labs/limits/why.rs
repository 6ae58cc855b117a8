//! The rules with the current numbers in them.

use super::Lab;
use super::guard::{Kind, Make, Seen};
use super::hedge::{ENOUGH, When};
use super::numbers::{many, share_said};
use crate::lab::scene::Why;
use crate::lab::text;

fn line(rule: &str, now: String) -> Why {
    Why { rule: rule.to_owned(), now }
}

pub(super) fn why(lab: &Lab) -> Vec<Why> {
    let mut why = vec![late(lab), little(lab)];
    why.extend(guard(lab));
    why.extend(copies(lab));
    why.push(goodput(lab));
    why
}

/// Whether what comes now is answered in time.
fn late(lab: &Lab) -> Why {
    let setup = &lab.setup;
    let queued = lab.main.queued();
    let answer = setup.work(queued) + setup.service();
    let longer = if answer > setup.timeout { "longer" } else { "not longer" };
    line(
        "an answer comes too late when queue ÷ capacity + the time to serve one is longer than callers wait",
        format!(
            "{} ÷ {}/s + {} = {}, {longer} than {}",
            text::grouped(queued.into()),
            many(setup.capacity()),
            text::about(setup.service()),
            text::about(answer),
            text::about(setup.timeout)
        ),
    )
}

/// Little's law: in the servers = finished a second × time there.
fn little(lab: &Lab) -> Why {
    let setup = &lab.setup;
    let done = lab.main.rates.rate(|bucket| bucket.good + bucket.wasted);
    let inside = lab.main.inside();
    let now = if done > 0.0 {
        format!(
            "{} ÷ {}/s = {} now; {} in them would take {}",
            text::grouped(inside.into()),
            many(done),
            text::about(std::time::Duration::from_secs_f64(f64::from(inside) / done)),
            many(setup.patience()),
            text::about(setup.timeout)
        )
    } else {
        format!("{} in them, none finished yet", text::grouped(inside.into()))
    };
    line("Little's law: time in the servers = requests in them ÷ requests finished a second", now)
}

fn guard(lab: &Lab) -> Option<Why> {
    let setup = &lab.setup;
    let guard = &lab.main.guard;
    let number = |number: u32| text::grouped(number.into());
    match setup.kind {
        Kind::None => None,
        Kind::Window => Some(line(
            "fixed window: permits are counted from the beginning of each window; up to twice as many fit around a boundary",
            format!(
                "{} of {} left until the next window; at most {} in a window's length so far",
                number(guard.permits(lab.now).unwrap_or(0)),
                number(setup.permits),
                number(super::numbers::most_in_a_window(lab).unwrap_or(0))
            ),
        )),
        Kind::Bucket | Kind::Gcra => Some(line(
            if setup.kind == Kind::Bucket {
                "token bucket: one token every window ÷ permits, as many as the burst at most; in any window's length at most burst + permits"
            } else {
                "GCRA: one every T = window ÷ permits, up to (burst − 1) × T before its time; the same as a token bucket that holds the burst"
            },
            format!(
                "{} of {} tokens, one more every {}; {} + {} = {}",
                number(guard.permits(lab.now).unwrap_or(0)),
                number(setup.burst),
                text::about(setup.window / setup.permits.max(1)),
                number(setup.burst),
                number(setup.permits),
                number(setup.burst + setup.permits)
            ),
        )),
        Kind::Fixed => {
            let limit = guard.limit().unwrap_or(0);
            Some(line(
                "fixed limit: time in the servers at most = limit ÷ capacity, where that is more than the time to serve one",
                format!(
                    "{} of {} in flight; {} ÷ {}/s = {}",
                    number(guard.in_flight().unwrap_or(0)),
                    number(limit),
                    number(limit),
                    many(setup.capacity()),
                    text::about(setup.work(limit))
                ),
            ))
        }
        Kind::Aimd | Kind::Vegas | Kind::Gradient => Some(adaptive(lab)),
    }
}

fn adaptive(lab: &Lab) -> Why {
    let guard = &lab.main.guard;
    let rule = match lab.setup.guard {
        Make::Adaptive(config) => config.settings().rule,
        _ => halfopen_core::adaptive::Settings::AIMD.rule,
    };
    use halfopen_core::adaptive::Rule;
    let none = || format!("limit {}; no request has come back yet", guard.limit().unwrap_or(0));
    let moved = |seen: &Seen| format!("{} → {}", seen.before, seen.after);
    let unused = |seen: &Seen| {
        (2 * u64::from(seen.in_flight) < u64::from(seen.before) && !seen.dropped)
            .then(|| format!("2 × {} in flight < {}: it is not in use, and stays", seen.in_flight, seen.before))
    };
    match rule {
        Rule::Aimd { decrease_permille, timeout } => {
            let now = guard.seen.as_ref().map_or_else(none, |seen| {
                let took = text::about(seen.rtt);
                let because = if seen.dropped {
                    format!("its caller had gone after {took}")
                } else if seen.rtt > timeout {
                    format!("{took} > {}", text::about(timeout))
                } else if let Some(unused) = unused(seen) {
                    unused
                } else {
                    format!("{took} ≤ {}, and in use", text::about(timeout))
                };
                format!("{because}: {}", moved(seen))
            });
            Why {
                rule: format!(
                    "AIMD: a request over {} or for nobody → limit × {}; else, where at least half of it is in use, limit + 1",
                    text::about(timeout),
                    text::decimal(decrease_permille.into(), 3)
                ),
                now,
            }
        }
        Rule::Vegas { alpha, beta, .. } => {
            let now = guard.seen.as_ref().map_or_else(none, |seen| {
                let least = seen.unloaded.unwrap_or(seen.rtt);
                let queue = f64::from(seen.before) * (1.0 - least.as_secs_f64() / seen.rtt.as_secs_f64().max(1e-9));
                format!(
                    "{} × (1 − {} ÷ {}) = {} queue: {}",
                    seen.before,
                    text::about(least),
                    text::about(seen.rtt),
                    many(libm::ceil(queue.max(0.0))),
                    unused(seen).unwrap_or_else(|| moved(seen))
                )
            });
            Why {
                rule: format!(
                    "Vegas: queue = limit × (1 − least time ÷ time); under {alpha} × step it grows, over {beta} × step it falls, by the step: the digits of the limit less one"
                ),
                now,
            }
        }
        Rule::Gradient { smoothing_permille, queue, tolerance_permille, .. } => {
            let tolerance = f64::from(tolerance_permille) / 1000.0;
            let now = guard.seen.as_ref().map_or_else(none, |seen| {
                let long = seen.unloaded.unwrap_or(seen.rtt);
                let gradient = (tolerance * long.as_secs_f64() / seen.rtt.as_secs_f64().max(1e-9)).clamp(0.5, 1.0);
                format!(
                    "{} × {} ÷ {}, so gradient {}: {}",
                    text::decimal(tolerance_permille.into(), 3),
                    text::about(long),
                    text::about(seen.rtt),
                    text::decimal(libm::round(gradient * 100.0) as i64, 2),
                    unused(seen).unwrap_or_else(|| moved(seen))
                )
            });
            Why {
                rule: format!(
                    "gradient = tolerance × long-run mean ÷ time, from 0.5 to 1; the limit goes {} of the way to limit × gradient + {queue}",
                    share_said(f64::from(smoothing_permille) / 1000.0)
                ),
                now,
            }
        }
    }
}

fn copies(lab: &Lab) -> Option<Why> {
    let (admitted, copies, won) = lab.lately();
    let after = match (lab.setup.hedge, lab.main.hedging.delay()) {
        (When::Never, _) => return None,
        (_, Some(delay)) if delay >= lab.setup.timeout => {
            format!("after {}, when callers have gone", text::about(delay))
        }
        (_, Some(delay)) => format!("after {}", text::about(delay)),
        (_, None) => format!("once {ENOUGH} first copies have been seen"),
    };
    Some(line(
        "extra load = copies ÷ requests let in: the share that is not answered by the time a copy goes out",
        format!(
            "{after}: {} ÷ {} = {}; {} copies were first",
            text::grouped(copies as i64),
            text::grouped(admitted as i64),
            share_said(copies as f64 / admitted.max(1) as f64),
            text::grouped(won as i64)
        ),
    ))
}

fn goodput(lab: &Lab) -> Why {
    let (second, seconds) = lab.main.rates.last();
    let rate = |number: u32| many(f64::from(number) / seconds);
    line(
        "goodput = finished a second − finished for nobody",
        format!("{} − {} = {}/s", rate(second.good + second.wasted), rate(second.wasted), rate(second.good)),
    )
}
