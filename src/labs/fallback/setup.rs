//! What the knobs say, in the types of the core, and what follows from them before anything runs.

use std::time::Duration;

use halfopen_core::fallback::{self, Settings, Step};
use halfopen_core::sim::{Arrivals, Rate};

use super::Part;
use super::market::{LIST_PRICE, drift};
use crate::lab::text::{self, about, euros};
use crate::lab::{Config, Fact};

#[derive(Clone)]
pub(super) struct Setup {
    pub(super) fallback: [fallback::Config; 3],
    /// How old a cached answer may be, part by part.
    pub(super) limits: [Duration; 3],
    /// Thousandths a minute.
    pub(super) rise: u32,
    pub(super) volatility: u32,
    /// Thousandths of pages.
    pub(super) orders: u32,
    /// Percent of the difference.
    pub(super) loss: u32,
    /// Thousandths of the price.
    pub(super) margin: u32,
    pub(super) timeout: Duration,
    pub(super) patience: Duration,
    pub(super) latency: Duration,
    pub(super) second: Duration,
    pub(super) hangs: bool,
    pub(super) errors: u32,
    pub(super) arrivals: Arrivals,
}

/// Whether a part's fallback has this step.
pub(super) fn uses(config: &Config, part: &str, step: &str) -> bool {
    let chosen = config.choice(part);
    chosen == step || chosen == "chain"
}

impl Setup {
    pub(super) fn new(config: &Config) -> Self {
        let limits = ["price_age", "recs_age", "stock_age"].map(|age| config.duration(age));
        let mut ages = limits.into_iter();
        let fallback = Part::ALL.map(|part| {
            let cached = Step::Cached { max_age: ages.next().unwrap_or_default() };
            let steps: &[Step] = match config.choice(part.id()) {
                "cached" => &[cached],
                "second" => &[Step::Second],
                "static" => &[Step::Static],
                "chain" => &[cached, Step::Second, Step::Static],
                _ => &[],
            };
            #[expect(clippy::unreachable, reason = "each list above is in order")]
            let Ok(fallback) = fallback::Config::new(Settings { steps }) else {
                unreachable!("no step twice, and a fixed value last")
            };
            fallback
        });
        let rate = Rate::from_millihertz(config.count("rate"));
        Self {
            fallback,
            limits,
            rise: config.small("rise"),
            volatility: config.small("volatility"),
            orders: config.small("orders"),
            loss: config.small("loss"),
            margin: config.small("margin"),
            timeout: config.duration("timeout"),
            patience: config.duration("patience"),
            latency: config.duration("latency"),
            second: config.duration("second_latency"),
            hangs: config.choice("broken") == "hangs",
            errors: config.small("errors"),
            arrivals: match (config.count("rate"), config.choice("arrivals")) {
                (0, _) => Arrivals::None,
                (_, "poisson") => Arrivals::Poisson { rate },
                _ => Arrivals::Constant { rate },
            },
        }
    }

    /// What an order costs on average at a price of this age, as a share of the price.
    pub(super) fn stale(&self, age: Duration) -> f64 {
        drift(age, self.rise, self.volatility) * f64::from(self.loss) / 100.0
    }

    /// The age at which a stale price costs as much as an order earns; nothing where that takes longer than a cache may.
    pub(super) fn break_even(&self) -> Option<Duration> {
        let earns = f64::from(self.margin) / 1000.0;
        let (mut young, mut old) = (Duration::ZERO, Duration::from_secs(3600));
        if self.stale(old) < earns {
            return None;
        }
        for _ in 0..40 {
            let middle = young + (old - young) / 2;
            if self.stale(middle) < earns { young = middle } else { old = middle }
        }
        Some(old)
    }

    pub(super) fn orders_per_second(&self) -> f64 {
        self.arrivals.mean_per_sec() * f64::from(self.orders) / 1000.0
    }

    /// Which caches are filled when the run begins, such as "the cache for price was"; none where no part has one, or where
    /// no service answers in time.
    pub(super) fn filled(&self) -> Option<String> {
        if self.latency > self.patience.min(self.timeout) {
            return None;
        }
        let cached =
            |part: &Part| self.fallback[*part as usize].steps().any(|step| matches!(step, Step::Cached { .. }));
        let kept: Vec<&str> = Part::ALL.into_iter().filter(cached).map(Part::name).collect();
        Some(match kept.as_slice() {
            [] => return None,
            [one] => format!("the cache for {one} was"),
            [one, other] => format!("the caches for {one} and {other} were"),
            _ => "all three caches were".to_owned(),
        })
    }

    /// How old a price may be that is shown.
    fn price_limit(&self) -> Option<Duration> {
        self.fallback[0].steps().find_map(|step| match step {
            Step::Cached { max_age } => Some(max_age),
            _ => None,
        })
    }
}

/// A share of the price as money, at the list price.
fn of_list(share: f64) -> String {
    euros(libm::round(share * LIST_PRICE as f64) as u64)
}

/// Steps in words, such as "cached up to 30 s, then nothing".
pub(super) fn steps(config: &fallback::Config) -> String {
    let mut said: Vec<String> = config
        .steps()
        .map(|step| match step {
            Step::Cached { max_age } => format!("cached up to {}", about(max_age)),
            Step::Second => "a second provider".to_owned(),
            Step::Static => "a fixed value".to_owned(),
        })
        .collect();
    if !config.steps().any(|step| step == Step::Static) {
        said.push("nothing".to_owned());
    }
    said.join(", then ")
}

pub(super) fn outlook(config: &Config) -> Vec<Fact> {
    let setup = Setup::new(config);
    let fact = |label: &str, value: String, because: String| Fact { label: label.to_owned(), value, because };
    let (lasts, because) = match (config.choice("price"), setup.price_limit()) {
        ("cached", Some(limit)) => (about(limit), "As long as the last good price is good.".to_owned()),
        ("none", _) => {
            ("no time".to_owned(), "The price has no fallback, and without a price there is no page.".to_owned())
        }
        _ => ("as long as it takes".to_owned(), format!("The price falls back on {}.", steps(&setup.fallback[0]))),
    };
    let mut facts = vec![fact("Without the price service the page lasts", lasts, because)];
    if let Some(limit) = setup.price_limit() {
        facts.push(fact(
            "An order at the oldest price costs",
            of_list(setup.stale(limit)),
            format!(
                "On average, at 100 €: the price rises by {} a minute and moves by {}, over {}; {} of the difference counts.",
                config.show("rise"),
                config.show("volatility"),
                about(limit),
                config.show("loss")
            ),
        ));
    }
    facts.push(fact(
        "A stale price costs more than an error from",
        setup.break_even().map_or_else(|| "over 1\u{a0}h".to_owned(), about),
        format!("An error loses what the order earns, {} at 100 €.", of_list(f64::from(setup.margin) / 1000.0)),
    ));
    if setup.filled().is_some() {
        facts.push(fact(
            "When the run begins the cache is",
            "filled".to_owned(),
            "A page has just been loaded; a cache that is empty would stand in for nothing.".to_owned(),
        ));
    }
    let second = setup.fallback.iter().any(|fallback| fallback.steps().any(|step| step == Step::Second));
    let takes = setup.patience + if second { setup.second } else { Duration::ZERO };
    facts.push(fact(
        "A page takes, while a service hangs",
        about(takes.min(setup.timeout)),
        format!(
            "{} of patience{}; {} at most.",
            about(setup.patience),
            if second { format!(" and {} for the second provider", about(setup.second)) } else { String::new() },
            about(setup.timeout)
        ),
    ));
    facts
}

pub(super) fn conflicts(config: &Config) -> Vec<String> {
    let setup = Setup::new(config);
    let mut told = Vec::new();
    if setup.latency > setup.patience.min(setup.timeout) {
        told.push(format!(
            "A service answers in {}, the page waits {}: every call counts as failed.",
            about(setup.latency),
            about(setup.patience.min(setup.timeout))
        ));
    }
    let second: Vec<&str> =
        Part::ALL.into_iter().filter(|part| uses(config, part.id(), "second")).map(Part::name).collect();
    if !second.is_empty() && setup.patience + setup.second > setup.timeout {
        told.push(format!(
            "While a service hangs, {} of patience and {} of the second provider are more than the page's {}: for {} the second comes too late.",
            about(setup.patience),
            about(setup.second),
            about(setup.timeout),
            second.join(", ")
        ));
    }
    if let (Some(limit), Some(even)) = (setup.price_limit(), setup.break_even())
        && limit > even
    {
        told.push(format!(
            "A price may be {} old, but from {} on it costs more than the order earns: an error would be cheaper.",
            about(limit),
            about(even)
        ));
    }
    told
}

/// A rate with up to three decimals.
pub(super) fn rate(number: f64) -> String {
    text::decimal(libm::round(number * 1000.0) as i64, 3)
}
