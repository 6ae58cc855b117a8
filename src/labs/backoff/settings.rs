//! What the knobs say, in the types of the core, and what becomes of knobs that contradict each other.

use std::time::Duration;

use halfopen_core::backoff::{self, Jitter, Kind};
use halfopen_core::breaker::{self, OpenFor, Trip, Window};
use halfopen_core::retry;

use crate::lab::{Config, text};

/// The same clients with another jitter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overlay {
    NoJitter,
    Full,
    Equal,
    Plus,
    Decorrelated,
}

/// How the clients use their breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    None,
    EachAttempt,
    /// Asked once, before the first attempt; results are reported all the same.
    AskedOnce,
    /// Asked before each attempt, and never told how it went.
    NeverTold,
    /// Its state is read instead of a permit taken while it is open; results are reported.
    StateRead,
}

/// All of it.
#[derive(Clone)]
pub(super) struct Setup {
    pub(super) retry: retry::Config,
    pub(super) overlays: Vec<(Overlay, retry::Config)>,
    pub(super) clients: u32,
    pub(super) spread: Duration,
    pub(super) takes: Duration,
    /// Of each request, while the backend is broken.
    pub(super) fails: u32,
    /// Failing attempts have done the work.
    pub(super) after_the_work: bool,
    pub(super) key: bool,
    pub(super) guard: Guard,
    pub(super) breaker: breaker::Config,
}

impl Overlay {
    pub(super) const ALL: [Self; 5] = [Self::NoJitter, Self::Full, Self::Equal, Self::Plus, Self::Decorrelated];

    /// The knob that lays it over.
    pub(super) fn knob(self) -> &'static str {
        match self {
            Self::NoJitter => "overlay_none",
            Self::Full => "overlay_full",
            Self::Equal => "overlay_equal",
            Self::Plus => "overlay_plus",
            Self::Decorrelated => "overlay_decorrelated",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::NoJitter => "no jitter",
            Self::Full => "full jitter",
            Self::Equal => "equal jitter",
            Self::Plus => "added jitter",
            Self::Decorrelated => "decorrelated",
        }
    }

    /// The strategy over which it is laid, with this one's jitter instead.
    fn instead_of(self, own: backoff::Settings, factor_permille: u32) -> backoff::Settings {
        let kind = match (self, own.kind) {
            (Self::Decorrelated, Kind::Exponential { base, .. } | Kind::Linear { base } | Kind::Constant { base }) => {
                Kind::Decorrelated { base }
            }
            (Self::Decorrelated, kind) => kind,
            (_, Kind::Decorrelated { base }) => Kind::Exponential { base, factor_permille },
            (_, kind) => kind,
        };
        let jitter = match self {
            Self::NoJitter | Self::Decorrelated => Jitter::None,
            Self::Full => Jitter::Full,
            Self::Equal => Jitter::Equal,
            Self::Plus => Jitter::Plus { permille: 1000 },
        };
        // Without waits there is nothing to disturb.
        let jitter = if kind == Kind::None { own.jitter } else { jitter };
        backoff::Settings { kind, jitter, ..own }
    }
}

impl Guard {
    fn of(config: &Config) -> Self {
        match config.choice("breaker") {
            "each_attempt" => Self::EachAttempt,
            "asked_once" => Self::AskedOnce,
            "never_told" => Self::NeverTold,
            "state_read" => Self::StateRead,
            _ => Self::None,
        }
    }

    /// Whether a refusal is followed by another attempt. The hand-written versions return early instead.
    fn retries_refusals(self) -> bool {
        !matches!(self, Self::AskedOnce | Self::StateRead)
    }
}

impl Setup {
    pub(super) fn new(config: &Config) -> Self {
        let attempts = config.small("attempts");
        let guard = Guard::of(config);
        let own = backoff(config).0;
        let retry = |backoff, guard: Guard| {
            let settings = retry::Settings {
                attempts,
                backoff,
                total_time: None,
                attempt_timeout: None,
                retries_refusals: guard.retries_refusals(),
            };
            #[expect(clippy::unreachable, reason = "no knob leads there, as the registry walk shows")]
            let Ok(config) = retry::Config::new(settings) else {
                unreachable!("the waits were checked, and the table's least number of attempts is 1")
            };
            config
        };
        let factor = config.small("factor");
        let overlays = Overlay::ALL.into_iter().filter(|overlay| config.flag(overlay.knob()));
        let overlays = overlays.map(|overlay| (overlay, fitted(overlay.instead_of(own, factor)).0));
        let overlays = overlays.filter(|(_, settings)| *settings != own);
        Self {
            retry: retry(own, guard),
            overlays: overlays.map(|(overlay, settings)| (overlay, retry(settings, Guard::None))).collect(),
            clients: config.small("clients"),
            spread: config.duration("spread"),
            takes: config.duration("takes"),
            fails: config.small("fails"),
            after_the_work: config.choice("failure") == "after",
            key: config.flag("key"),
            guard,
            breaker: breaker(config),
        }
    }
}

/// Whether an overlay, switched on, would show anything.
pub(super) fn is_overlaid(config: &Config, overlay: Overlay) -> bool {
    let own = backoff(config).0;
    fitted(overlay.instead_of(own, config.small("factor"))).0 != own
}

/// The waits that the knobs describe, and what had to be made of them.
pub(super) fn backoff(config: &Config) -> (backoff::Settings, Vec<String>) {
    let base = config.duration("base");
    let kind = match config.choice("kind") {
        "linear" => Kind::Linear { base },
        "constant" => Kind::Constant { base },
        "decorrelated" => Kind::Decorrelated { base },
        "none" => Kind::None,
        _ => Kind::Exponential { base, factor_permille: config.small("factor") },
    };
    let permille = config.small("width");
    let jitter = match (kind, config.choice("jitter")) {
        // It has a jitter of its own, and nothing to wait for has none.
        (Kind::Decorrelated { .. } | Kind::None, _) | (_, "none") => Jitter::None,
        (_, "equal") => Jitter::Equal,
        (_, "plus_minus") => Jitter::PlusMinus { permille },
        (_, "plus") => Jitter::Plus { permille },
        (_, "up_to") => Jitter::UpTo { most: config.duration("adds") },
        _ => Jitter::Full,
    };
    let cap = Some(config.duration("cap")).filter(|cap| !cap.is_zero() && kind != Kind::None);
    let cap_after_jitter = cap.is_some() && config.flag("cap_last") && !matches!(kind, Kind::Decorrelated { .. });
    fitted(backoff::Settings { cap, cap_after_jitter, jitter, ..backoff::Settings::plain(kind) })
}

/// The same with a base that the cap permits.
fn fitted(settings: backoff::Settings) -> (backoff::Settings, Vec<String>) {
    match (backoff::Config::new(settings), settings.cap) {
        (Err(backoff::ConfigError::BaseOverCap { base: over, .. }), Some(base)) => {
            let kind = match settings.kind {
                Kind::Linear { .. } => Kind::Linear { base },
                Kind::Constant { .. } => Kind::Constant { base },
                Kind::Decorrelated { .. } => Kind::Decorrelated { base },
                Kind::Exponential { factor_permille, .. } => Kind::Exponential { base, factor_permille },
                Kind::None => Kind::None,
            };
            let (over, cap) = (text::about(over), text::about(base));
            (
                backoff::Settings { kind, ..settings },
                vec![format!("The base of {over} is over the cap of {cap}, and acts as {cap}.")],
            )
        }
        _ => (settings, Vec::new()),
    }
}

/// The breaker of the knobs: a count of failures in a row, one probe.
pub(super) fn breaker(config: &Config) -> breaker::Config {
    let settings = breaker::Settings {
        trip: Trip::Consecutive { failures: config.small("threshold") },
        window: Window::Calls { calls: 1 },
        open_for: OpenFor::constant(config.duration("open_for")),
        ..breaker::Settings::default()
    };
    #[expect(clippy::unreachable, reason = "no knob leads there, as the registry walk shows")]
    let Ok(valid) = breaker::Config::new(settings) else {
        unreachable!("the table's ranges lie within the core's, which the registry walk tries")
    };
    valid
}
