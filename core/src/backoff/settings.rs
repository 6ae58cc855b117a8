//! What can be set: plain data, as a person writes it down. [`Config`](super::Config) is the validated form.

use core::time::Duration;

/// Everything that can be set on a backoff, as plain data with public fields.
///
/// The `n`-th wait, counted from 0, is made in this order: the planned wait ([`Kind`]), the cap, the jitter, the
/// server's hint; with [`Settings::cap_after_jitter`] the cap comes after the jitter. [`Settings::default`] has the
/// numbers of the AWS SDKs' standard mode since 10 November 2026 (50 ms doubled up to 20 s, full jitter, hints cut
/// to 5 s over the wait). Nothing is checked before [`Config::new`](super::Config::new); no time may be over 2⁵³ ns,
/// which is 104 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How the waits grow.
    pub kind: Kind,
    /// The longest planned wait, above zero. Jitter that adds ([`Jitter::PlusMinus`], [`Jitter::Plus`],
    /// [`Jitter::UpTo`]) may pass it, and so may a hint.
    pub cap: Option<Duration>,
    /// Cap what the jitter has made instead of what it is made from (Polly). Cutting last keeps every wait at or under
    /// the cap, but once the plan lies well over it all waits are equal, and the jitter is gone.
    pub cap_after_jitter: bool,
    /// What chance does to the planned wait. Clients that wait equally long come back together.
    pub jitter: Jitter,
    /// So many waits, then none: `max_delays` after the first attempt.
    pub max_delays: Option<u32>,
    /// No wait with which the sum of all of them would pass this; above zero.
    pub total: Option<Duration>,
    /// By how much a server's hint may lengthen a wait (it never shortens one): AWS cuts at 5 s. `None`: without limit.
    pub hint_slack: Option<Duration>,
}

impl Settings {
    /// Waits of this kind: no cap, no jitter, no end, and hints obeyed without limit.
    pub const fn plain(kind: Kind) -> Self {
        Self {
            kind,
            cap: None,
            cap_after_jitter: false,
            jitter: Jitter::None,
            max_delays: None,
            total: None,
            hint_slack: None,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cap: Some(Duration::from_secs(20)),
            jitter: Jitter::Full,
            hint_slack: Some(Duration::from_secs(5)),
            ..Self::plain(Kind::Exponential { base: Duration::from_millis(50), factor_permille: 2000 })
        }
    }
}

/// How the waits grow, before cap and jitter; `n` counts from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No wait at all, n of them.
    None,
    /// `base` every time.
    Constant {
        /// Above zero.
        base: Duration,
    },
    /// `base × (n + 1)`.
    Linear {
        /// Above zero.
        base: Duration,
    },
    /// `base × factorⁿ`.
    Exponential {
        /// Above zero.
        base: Duration,
        /// In thousandths: 2000 doubles, 1500 makes each half as long again. At least 1000.
        factor_permille: u32,
    },
    /// `min(cap, U(base, 3 × previous))`, where `previous` is `base` at first and then the wait before, hints apart
    /// ("decorrelated jitter": M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015). It is
    /// random by itself and takes no [`Jitter`].
    Decorrelated {
        /// Above zero.
        base: Duration,
    },
}

/// What chance does to a planned wait `d`. `U(x, y)` is uniform from x to y.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Jitter {
    /// Nothing: `d`.
    #[default]
    None,
    /// `U(0, d)`: spreads most, and waits half as long on average (AWS Architecture Blog, 2015; AWS SDKs, Envoy).
    Full,
    /// `d/2 + U(0, d/2)`: never less than half (AWS Architecture Blog, 2015).
    Equal,
    /// `d × U(1 − w, 1 + w)`: a quarter in Polly, half in resilience4j, a fifth in gRPC.
    PlusMinus {
        /// w in thousandths, at most 1000.
        permille: u32,
    },
    /// `d × U(1, 1 + w)`: added on top, so it may pass the cap (backon, with w = 1).
    Plus {
        /// w in thousandths.
        permille: u32,
    },
    /// `d + U(0, most)`: the same spread at every attempt, on top, so it may pass the cap (Google Cloud's "truncated
    /// exponential backoff" adds up to a second, and caps afterwards).
    UpTo {
        /// The most that is added, above zero.
        most: Duration,
    },
}
