//! The rules with the current numbers in them.

use super::Lab;
use super::guard::{End, Kind, Make, Seen};
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
        (2 * u64::from(seen.in_flight) < u64::from(seen.before))
            .then(|| format!("2 × {} in flight < {}: it is not in use, and stays", seen.in_flight, seen.before))
    };
    match rule {
        Rule::Aimd { decrease_permille, timeout } => {
            let now = guard.seen.as_ref().map_or_else(none, |seen| {
                let took = text::about(seen.rtt);
                let because = if seen.end == End::Refused {
                    "a server refused it".to_owned()
                } else if seen.end == End::GaveUp {
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
                    "AIMD: a request over {}, for nobody or refused by a server → limit × {}; else, where at least half of it is in use, limit + 1",
                    text::about(timeout),
                    text::decimal(decrease_permille.into(), 3)
                ),
                now,
            }
        }
        Rule::Vegas { alpha, beta, .. } => {
            let now = guard.seen.as_ref().map_or_else(none, |seen| match unused(seen) {
                Some(unused) if !learns(seen) && !seen.dropped() => unused,
                _ => vegas(seen, [alpha, beta]),
            });
            Why {
                rule: format!(
                    "Vegas: queue = limit × (1 − least time ÷ time); under {alpha} × step it grows, over {beta} × step it falls, by the step: the digits of the limit less one, but at least 1; it grows by {beta} × step where the queue is no longer than the step; a refusal is no sample"
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
                    "gradient = tolerance × long-run mean ÷ time, from 0.5 to 1; the limit goes {} of the way to limit × gradient + {queue}; a refusal is no sample",
                    share_said(f64::from(smoothing_permille) / 1000.0)
                ),
                now,
            }
        }
    }
}

/// Whether a sample of a Vegas limit set the least time, and moved nothing.
fn learns(seen: &Seen) -> bool {
    seen.probe || seen.unloaded.is_none_or(|least| seen.rtt < least)
}

/// What a sample made of a Vegas limit; its thresholds are multiplied with the step.
fn vegas(seen: &Seen, thresholds: [u32; 2]) -> String {
    let (took, limit) = (text::about(seen.rtt), seen.before);
    let step = limit.checked_ilog10().unwrap_or(0).max(1);
    let [alpha, beta] = thresholds.map(|threshold| threshold.saturating_mul(step));
    let least = match seen.unloaded {
        None => {
            return format!("the first one took {took}: that is the least time so far, and the limit stays {limit}");
        }
        Some(least) if seen.rtt < least => {
            return format!("{took} < {}: that is the least time now, and the limit stays {limit}", text::about(least));
        }
        Some(_) if seen.probe => {
            return format!(
                "every 30 × limit requests the least time is taken anew: now it is {took}, and the limit stays {limit}"
            );
        }
        Some(least) => least,
    };
    let moves = |wanted: u32| match seen.after {
        after if after == wanted => format!("{limit} → {after}"),
        after if after > wanted => format!("{limit} → {after}, the least it may be"),
        after => format!("{limit} → {after}, the most it may be"),
    };
    if seen.dropped() {
        return format!(
            "its caller had gone after {took}, so it falls by {step}: {}",
            moves(limit.saturating_sub(step))
        );
    }
    // As the core reckons it.
    let late = u128::from(limit) * (seen.rtt - least).as_nanos();
    let queue = late.div_ceil(seen.rtt.as_nanos().max(1));
    let (rule, wanted) = if queue <= step.into() {
        (format!("≤ {step}, so it grows by {beta}"), limit.saturating_add(beta))
    } else if queue < alpha.into() {
        (format!("< {alpha}, so it grows by {step}"), limit.saturating_add(step))
    } else if queue > beta.into() {
        (format!("> {beta}, so it falls by {step}"), limit.saturating_sub(step))
    } else {
        (format!("from {alpha} to {beta}, so it stays"), limit)
    };
    format!("{limit} × (1 − {} ÷ {took}) = {queue} queue, {rule}: {}", text::about(least), moves(wanted))
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
