//! What the knobs describe: the chain of calls, how long C takes, and what comes in.

use std::rc::Rc;
use std::time::Duration;

use halfopen_core::deadline::{Hop, Worst};
use halfopen_core::sim::{Arrivals, Latency, Rate};
use halfopen_core::{backoff, retry};

use crate::lab::{Config, Unit, Value};

/// The hops in the order of a call. All but the last call on.
pub(super) const CLIENT: usize = 0;
pub(super) const A: usize = 1;
pub(super) const B: usize = 2;
pub(super) const C: usize = 3;
/// As they are named in a sentence.
pub(super) const NAMES: [&str; 4] = ["the client", "A", "B", "C"];
/// As they are named where a line begins.
pub(super) const HEADS: [&str; 4] = ["Client", "A", "B", "C"];
/// The knobs of the timeouts and of the attempts of those that call on.
pub(super) const TIMEOUTS: [&str; 3] = ["client_timeout", "a_timeout", "b_timeout"];
pub(super) const ATTEMPTS: [&str; 3] = ["client_attempts", "a_attempts", "b_attempts"];

/// How the hops call each other.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Chain {
    /// Of client, A and B: timeout of an attempt, attempts, and the waits between them.
    pub(super) layers: [retry::Config; 3],
    /// From one hop to the next, one way.
    pub(super) way: Duration,
    /// What A and B work themselves before they call on.
    pub(super) work: Duration,
    /// What of a deadline is kept back.
    pub(super) margin: Duration,
    /// The least that C is asked with, where the deadline travels along.
    pub(super) least: Duration,
    /// Whether the deadline travels along.
    pub(super) propagate: bool,
}

/// All that can be set.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    pub(super) chain: Rc<Chain>,
    /// How long C works.
    pub(super) latency: Latency,
    pub(super) arrivals: Arrivals,
    /// Threads of each hop.
    pub(super) threads: u32,
    /// Which hop hangs from the beginning; the client stands for none.
    pub(super) hangs: usize,
    /// For the chart alone: of a thousand calls so many hang.
    pub(super) hang_permille: u32,
}

/// One hop's calls with this timeout, so many attempts and these waits.
pub(super) fn layer(timeout: Option<Duration>, attempts: u32, waits: backoff::Settings) -> retry::Config {
    let settings = retry::Settings { attempts, backoff: waits, attempt_timeout: timeout, ..retry::Settings::default() };
    #[expect(clippy::unreachable, reason = "no knob leads there, as the registry walk shows")]
    let Ok(config) = retry::Config::new(settings) else {
        unreachable!("the table's ranges lie within the core's, which the registry walk tries")
    };
    config
}

impl Setup {
    pub(super) fn new(config: &Config) -> Self {
        let rate = Rate::from_millihertz(config.count("rate"));
        let median = config.duration("latency");
        let latency = match config.choice("shape") {
            "constant" => Latency::constant(median),
            // Half of the draws are under mean × ln 2.
            "exponential" => Latency::exponential(halfopen_core::rng::scaled(median, 1.0 / core::f64::consts::LN_2)),
            _ => Latency::log_normal(median, config.small("sigma")),
        };
        Self {
            chain: Rc::new(Chain::new(config)),
            latency,
            arrivals: if config.choice("arrivals") == "poisson" {
                Arrivals::Poisson { rate }
            } else {
                Arrivals::Constant { rate }
            },
            threads: config.small("threads"),
            hangs: match config.choice("hangs") {
                "a" => A,
                "b" => B,
                "c" => C,
                _ => CLIENT,
            },
            hang_permille: config.small("hang_share"),
        }
    }

    /// The time within which C answers 99 of 100 calls.
    pub(super) fn p99(&self) -> Duration {
        self.latency.quantile(0.99)
    }
}

impl Chain {
    fn new(config: &Config) -> Self {
        let jitter = if config.choice("jitter") == "full" { backoff::Jitter::Full } else { backoff::Jitter::None };
        let kind = backoff::Kind::Exponential { base: config.duration("wait"), factor_permille: 2000 };
        let waits = backoff::Settings { jitter, ..backoff::Settings::plain(kind) };
        let of = |number: usize| {
            let (timeout, attempts) = (TIMEOUTS.get(number), ATTEMPTS.get(number));
            let timeout = timeout.map(|knob| config.duration(knob)).filter(|timeout| !timeout.is_zero());
            layer(timeout, attempts.map_or(1, |knob| config.small(knob)), waits)
        };
        Self {
            layers: [of(CLIENT), of(A), of(B)],
            way: config.duration("way"),
            work: config.duration("work"),
            margin: config.duration("margin"),
            least: config.duration("least"),
            propagate: config.flag("propagate"),
        }
    }

    /// The calls that this hop makes. C makes none.
    pub(super) fn layer(&self, hop: usize) -> Option<&retry::Config> {
        self.layers.get(hop)
    }

    /// What an attempt of this hop waits at most by itself.
    pub(super) fn timeout(&self, hop: usize) -> Option<Duration> {
        self.layer(hop)?.settings().attempt_timeout
    }

    pub(super) fn attempts(&self, hop: usize) -> u32 {
        self.layer(hop).map_or(1, |layer| layer.settings().attempts)
    }

    /// What a call takes beside what the callee spends on calling on: there and back, and its own work.
    pub(super) fn around(&self) -> Duration {
        self.way * 2 + self.work
    }

    /// The least time with which this hop calls on.
    pub(super) fn needs(&self, hop: usize) -> Duration {
        let further = u32::try_from(B.saturating_sub(hop)).unwrap_or(0);
        self.way * 2 + self.least + self.around() * further
    }

    /// What this hop's next call takes of a deadline.
    pub(super) fn hop(&self, hop: usize) -> Hop {
        Hop { timeout: self.timeout(hop), margin: self.margin, needs: self.needs(hop) }
    }

    /// What each hop spends at worst on calling on, from the client to B.
    pub(super) fn worst(&self) -> [Worst; 3] {
        let mut inside = Worst::of_a_call(None);
        let mut all = [inside; 3];
        for (worst, layer) in all.iter_mut().zip(&self.layers).rev() {
            *worst = inside.behind(layer);
            inside = self.called(*worst);
        }
        all
    }

    /// What a hop spends at worst on calling on, from its attempt of that number on: C may hang for ever. C calls nobody.
    pub(super) fn worst_from(&self, hop: usize, first: u32) -> Option<Worst> {
        let inside = match self.worst().get(hop + 1) {
            Some(inside) => self.called(*inside),
            None => Worst::of_a_call(None),
        };
        Some(inside.behind_from(self.layer(hop)?, first))
    }

    /// The worst case of a hop's calling on, as the hop above it has it that calls it.
    fn called(&self, worst: Worst) -> Worst {
        Worst { time: worst.time.map(|time| time.saturating_add(self.around())), ..worst }
    }
}

/// The knob of a timeout with this value.
pub(super) fn told(timeout: Option<Duration>) -> String {
    let nanos = timeout.map_or(0, |timeout| i64::try_from(timeout.as_nanos()).unwrap_or(i64::MAX));
    Unit::Limit.show(nanos)
}

/// The same as a value.
pub(super) fn value(timeout: Option<Duration>) -> Value {
    Value::Number(timeout.map_or(0, |timeout| i64::try_from(timeout.as_nanos()).unwrap_or(i64::MAX)))
}
