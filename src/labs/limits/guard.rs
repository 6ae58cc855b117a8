//! What stands in front of the server: nothing, a rate limiter, a fixed limit or an adaptive one, all asked alike.

use std::cmp::Ordering;
use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::adaptive::{self, Outcome, Permit, Rejected};
use halfopen_core::limiter::{self, Limited};

use crate::lab::{Config, text, wording};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    None,
    Window,
    Bucket,
    Gcra,
    Fixed,
    Aimd,
    Vegas,
    Gradient,
}

impl Kind {
    pub(super) fn of(config: &Config) -> Self {
        match config.choice("guard") {
            "none" => Self::None,
            "window" => Self::Window,
            "bucket" => Self::Bucket,
            "gcra" => Self::Gcra,
            "fixed" => Self::Fixed,
            "vegas" => Self::Vegas,
            "gradient" => Self::Gradient,
            _ => Self::Aimd,
        }
    }

    pub(super) const fn is_rate(self) -> bool {
        matches!(self, Self::Window | Self::Bucket | Self::Gcra)
    }

    pub(super) const fn is_adaptive(self) -> bool {
        matches!(self, Self::Aimd | Self::Vegas | Self::Gradient)
    }

    /// Whether it limits what is in the server at a time.
    pub(super) const fn is_concurrent(self) -> bool {
        self.is_adaptive() || matches!(self, Self::Fixed)
    }

    /// Its name as a label.
    pub(super) fn title(self) -> String {
        let name = self.name();
        let (first, rest) = name.split_at(1);
        first.to_ascii_uppercase() + rest
    }

    /// Its name with the article, as a sentence begins or goes on.
    pub(super) fn the(self, begins: bool) -> String {
        match (self, begins) {
            (Self::Gcra, _) => self.name().to_owned(),
            (_, true) => format!("The {}", self.name()),
            (_, false) => format!("the {}", self.name()),
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::None => "no guard",
            Self::Window => "fixed window",
            Self::Bucket => "token bucket",
            Self::Gcra => "GCRA",
            Self::Fixed => "fixed limit",
            Self::Aimd => "AIMD limit",
            Self::Vegas => "Vegas limit",
            Self::Gradient => "gradient limit",
        }
    }
}

/// What a guard is made of, validated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Make {
    None,
    Rate(limiter::Config),
    Fixed(u32),
    Adaptive(adaptive::Config),
}

/// Leave to enter. It is handed back when the work is done; a guard that was put there since knows nothing of it.
#[derive(Clone, Debug)]
pub(super) struct Pass {
    generation: u32,
    permit: Option<Permit>,
    in_flight: u32,
}

/// Why a request was turned away.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turned {
    Rate(Limited),
    Full(Rejected),
}

impl Turned {
    /// As a sentence.
    pub(super) fn said(self) -> String {
        match self {
            Self::Rate(limited) => {
                format!("The next permit is free in {}, and nobody waits for one.", text::about(limited.wait))
            }
            Self::Full(rejected) => wording::sentence(&rejected.to_string().replace("call", "request")),
        }
    }
}

/// How a request that was let in went, as far as its guard is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Answered,
    /// The server did it for a caller who had gone.
    GaveUp,
    /// The server turned it away, at once.
    Refused,
    /// It never went out.
    Unsent,
}

/// A sample that an adaptive limit saw, and what it made of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) rtt: Duration,
    pub(super) in_flight: u32,
    pub(super) end: End,
    pub(super) before: u32,
    pub(super) after: u32,
    /// What it took as the time without a queue.
    pub(super) unloaded: Option<Duration>,
    /// It was that sample of a Vegas limit whose time is the least from then on, whatever it is.
    pub(super) probe: bool,
}

impl Seen {
    pub(super) fn dropped(&self) -> bool {
        self.end != End::Answered
    }
}

#[derive(Clone, Debug)]
pub(super) struct Guard {
    machine: Machine,
    generation: u32,
    /// The last sample, and the last ones that let the limit fall and grow.
    pub(super) seen: Option<Seen>,
    pub(super) fell: Option<Seen>,
    pub(super) grew: Option<Seen>,
}

#[derive(Clone, Debug)]
enum Machine {
    None,
    Rate(limiter::Limiter),
    Fixed { limit: u32, in_flight: u32 },
    Adaptive(adaptive::Limiter),
}

impl Machine {
    fn new(make: Make) -> Self {
        match make {
            Make::None => Self::None,
            Make::Rate(config) => Self::Rate(limiter::Limiter::new(config)),
            Make::Fixed(limit) => Self::Fixed { limit, in_flight: 0 },
            Make::Adaptive(config) => Self::Adaptive(adaptive::Limiter::new(config)),
        }
    }
}

impl Guard {
    pub(super) fn new(make: Make) -> Self {
        Self { machine: Machine::new(make), generation: 0, seen: None, fell: None, grew: None }
    }

    /// Another guard, or the same with other settings, which keeps what it knows.
    pub(super) fn set(&mut self, make: Make, now: Instant) {
        match (&mut self.machine, make) {
            (Machine::None, Make::None) => {}
            (Machine::Rate(limiter), Make::Rate(config)) => limiter.reconfigure(config, now),
            (Machine::Fixed { limit, .. }, Make::Fixed(other)) => *limit = other,
            (Machine::Adaptive(limiter), Make::Adaptive(config)) => {
                if limiter.state().config() != &config {
                    limiter.reconfigure(config);
                    (self.seen, self.fell, self.grew) = (None, None, None);
                }
            }
            (machine, make) => {
                *machine = Machine::new(make);
                self.generation = self.generation.wrapping_add(1);
                (self.seen, self.fell, self.grew) = (None, None, None);
            }
        }
    }

    /// Asks to let one in.
    pub(super) fn ask(&mut self, now: Instant) -> Result<Pass, Turned> {
        let generation = self.generation;
        let free = Pass { generation, permit: None, in_flight: 0 };
        match &mut self.machine {
            Machine::None => Ok(free),
            Machine::Rate(limiter) => limiter.try_acquire(1, now).map(|_| free).map_err(Turned::Rate),
            Machine::Fixed { limit, in_flight } if *in_flight >= *limit => {
                Err(Turned::Full(Rejected { in_flight: *in_flight, limit: *limit }))
            }
            Machine::Fixed { in_flight, .. } => {
                *in_flight += 1;
                Ok(free)
            }
            Machine::Adaptive(limiter) => match limiter.try_acquire(now) {
                Ok(permit) => Ok(Pass { generation, permit: Some(permit), in_flight: limiter.in_flight() }),
                Err(rejected) => Err(Turned::Full(rejected)),
            },
        }
    }

    /// A request that was let in has ended.
    pub(super) fn back(&mut self, pass: Pass, end: End, now: Instant) {
        if pass.generation != self.generation {
            return;
        }
        match (&mut self.machine, pass.permit) {
            (Machine::Fixed { in_flight, .. }, _) => *in_flight = in_flight.saturating_sub(1),
            (Machine::Adaptive(limiter), Some(permit)) => {
                let (rtt, before, state) = (now.since(permit.asked()), limiter.limit(), limiter.state());
                let (unloaded, probe) = (state.unloaded(), state.probe_in() == Some(1));
                let by_loss = matches!(state.config().settings().rule, adaptive::Rule::Aimd { .. });
                let outcome = match end {
                    End::Answered => Outcome::Success,
                    End::GaveUp => Outcome::Dropped,
                    // It took no time, which says nothing to a rule that goes by the time that requests take.
                    End::Refused if by_loss => Outcome::Dropped,
                    End::Refused | End::Unsent => Outcome::Ignored,
                };
                let after = limiter.on_result(permit, outcome, now);
                if outcome == Outcome::Ignored {
                    return;
                }
                let seen = Seen { rtt, in_flight: pass.in_flight, end, before, after, unloaded, probe };
                self.seen = Some(seen);
                match after.cmp(&before) {
                    Ordering::Less => self.fell = Some(seen),
                    Ordering::Greater => self.grew = Some(seen),
                    Ordering::Equal => {}
                }
            }
            _ => {}
        }
    }

    /// How many may be in the server at a time, if that is limited.
    pub(super) fn limit(&self) -> Option<u32> {
        match &self.machine {
            Machine::Fixed { limit, .. } => Some(*limit),
            Machine::Adaptive(limiter) => Some(limiter.limit()),
            _ => None,
        }
    }

    /// How many it has let in that are not handed back.
    pub(super) fn in_flight(&self) -> Option<u32> {
        match &self.machine {
            Machine::Fixed { in_flight, .. } => Some(*in_flight),
            Machine::Adaptive(limiter) => Some(limiter.in_flight()),
            _ => None,
        }
    }

    /// Permits that are free, of a rate limiter.
    pub(super) fn permits(&self, now: Instant) -> Option<u32> {
        match &self.machine {
            Machine::Rate(limiter) => limiter.available(now).map(|free| u32::try_from(free.max(0)).unwrap_or(u32::MAX)),
            _ => None,
        }
    }
}
