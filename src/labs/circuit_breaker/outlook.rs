//! What these settings mean before anything runs: how soon the breaker opens in an outage, how often for nothing.

use halfopen_core::breaker::{self, Estimate, Traffic, Trip, Window};

use super::{knobs, settings};
use crate::lab::{Config, Fact, text};

pub(super) fn outlook(config: &Config) -> Vec<Fact> {
    let breaker = settings::breaker(config).0;
    // From the states that are entered by hand it never opens.
    if !knobs::OPENS(config) {
        return Vec::new();
    }
    // The forecast leaves slow calls out.
    let slow = if breaker.settings().slow.is_some() {
        " Slow calls are left out; with them it may open earlier and more often."
    } else {
        ""
    };
    let calls_per_second = config.count("outlook_rate") as f64 / 1000.0;
    let failing = config.count("outlook_failing") as f64 / 100.0;
    let healthy = config.count("outlook_healthy") as f64 / 1000.0;
    let instances = config.small("outlook_instances");
    let (rate, errors) = (config.show("outlook_rate"), config.show("outlook_healthy"));
    let mut facts = Vec::new();
    let outage = Traffic { calls_per_second, failing };
    if let (Some(seconds), Some(calls)) = (breaker.seconds_to_open(outage), breaker.calls_to_open(outage)) {
        facts.push(Fact {
            label: format!("Time to open when {} of calls fail", config.show("outlook_failing")),
            value: estimate(seconds, seconds_said),
            because: format!(
                "{} at {rate}; {}.{slow}",
                estimate(calls, |calls| some(calls, "call", "calls")),
                rule(&breaker)
            ),
        });
    }
    if let Some(opened) = breaker.false_openings(Traffic { calls_per_second, failing: healthy }, instances) {
        facts.push(Fact {
            label: format!("False openings a day at {errors} errors, one instance"),
            value: estimate(opened.per_day, number),
            because: format!("Nothing is wrong with the backend; {errors} of calls fail by chance, at {rate}.{slow}"),
        });
        facts.push(Fact {
            label: format!("The same for {}", text::counted(instances.into(), "instance", "instances")),
            value: estimate(opened.per_day_all, number),
            because: format!(
                "Each instance has its own breaker and {rate} of its own. That any of them opens within a day: {}.{slow}",
                estimate(opened.any_in_a_day, |share| format!("{}\u{a0}%", number(share * 100.0)))
            ),
        });
    }
    facts
}

fn rule(breaker: &breaker::Config) -> &'static str {
    match breaker.settings().trip {
        Trip::Consecutive { .. } if !matches!(breaker.settings().window, Window::Fixed { .. }) => {
            "the mean until so many failures come in a row, (1 − pⁿ) / (pⁿ (1 − p)) calls"
        }
        _ => "counted from an empty window, each call failing on its own",
    }
}

/// A number with what it is worth.
fn estimate(estimate: Estimate, said: impl Fn(f64) -> String) -> String {
    match estimate {
        Estimate::Exact(value) => said(value),
        Estimate::Approximate(value) => format!("about {}", said(value)),
        Estimate::AtLeast(value) => format!("at least {}", said(value)),
        Estimate::AtMost(value) => format!("at most {}", said(value)),
        Estimate::Never => "never".to_owned(),
    }
}

fn seconds_said(seconds: f64) -> String {
    const DAY: f64 = 86_400.0;
    match seconds {
        s if s >= 365.0 * DAY => some(s / (365.0 * DAY), "year", "years"),
        s if s >= 2.0 * DAY => some(s / DAY, "day", "days"),
        s => text::about(std::time::Duration::try_from_secs_f64(s).unwrap_or_default()),
    }
}

/// So many of something.
fn some(value: f64, one: &str, many: &str) -> String {
    let number = number(value);
    let what = if number == "1" { one } else { many };
    format!("{number} {what}")
}

/// Two decimals below a thousand, whole numbers above, and powers of ten where those would not be read.
fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let exponent = libm::floor(libm::log10(libm::fabs(value))) as i32;
    match exponent {
        -4..=-1 => fixed(value, (2 - exponent) as u32),
        0..=2 => text::decimal(libm::round(value * 100.0) as i64, 2),
        3..=8 => text::grouped(libm::round(value) as i64),
        _ => {
            let mantissa = value / libm::pow(10.0, f64::from(exponent));
            format!("{} × 10^{exponent}", fixed(mantissa, 1))
        }
    }
}

/// With so many decimals, zeros too.
fn fixed(value: f64, decimals: u32) -> String {
    text::fixed(libm::round(value * libm::pow(10.0, f64::from(decimals))) as u64, decimals)
}
