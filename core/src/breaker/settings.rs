//! What can be set: plain data, as a person writes it down. [`Config`](super::Config) is the validated form.

use core::fmt;
use core::time::Duration;

/// Everything that can be set on a breaker, as plain data with public fields.
///
/// [`Settings::default`] has the defaults of `tests/conformance/README.md`, where each switch is described with the
/// library it comes from; that file has no default for `trip`, and here it is 5 failures in a row, as in Envoy's
/// outlier detection (`consecutive_5xx`). Nothing is checked before [`Config::new`](super::Config::new).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What opens a closed breaker.
    pub trip: Trip,
    /// Which results `closed` and `metrics_only` judge by. Default: the last 100.
    pub window: Window,
    /// Recorded results needed before a rate or a number of failures is judged; 0 and 1 mean the same, and a number
    /// above a [`Window::Calls`] acts as that window. A [`Trip::Consecutive`] does not look at it. Default: 1.
    pub minimum_calls: u32,
    /// `true`: judge after every recorded result; `false`: only after a failure. Default: `true`.
    pub success_may_trip: bool,
    /// Judge slow calls too, in addition to `trip`. Default: no call is slow.
    pub slow: Option<Slow>,
    /// How long `open` refuses. Default: 60 s, every time.
    pub open_for: OpenFor,
    /// Whether the wait is over when the elapsed time has reached it (`AtLeast`, the default) or passed it (`Above`).
    pub wait_over: Compare,
    /// What ends `open` once the wait is over. Default: the first ask.
    pub half_open_by: HalfOpenBy,
    /// What `half_open` lets through and how it decides.
    pub half_open: HalfOpen,
    /// The longest that `half_open` may last. Default: no limit.
    pub max_half_open: Option<MaxHalfOpen>,
    /// What becomes of results of calls that were granted in an earlier stay. Default: dropped.
    pub late_results: LateResults,
    /// The state at the beginning, entered without an event. Default: closed.
    pub start_in: State,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            trip: Trip::Consecutive { failures: 5 },
            window: Window::Calls { calls: 100 },
            minimum_calls: 1,
            success_may_trip: true,
            slow: None,
            open_for: OpenFor::constant(Duration::from_secs(60)),
            wait_over: Compare::AtLeast,
            half_open_by: HalfOpenBy::Ask,
            half_open: HalfOpen::default(),
            max_half_open: None,
            late_results: LateResults::Drop,
            start_in: State::Closed,
        }
    }
}

/// The states of a breaker: three of its own, and three that are entered by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Calls pass; their results are recorded and judged.
    #[default]
    Closed,
    /// Calls are refused until the wait is over.
    Open,
    /// A few probes pass and decide between `closed` and `open`.
    HalfOpen,
    /// By hand: calls are refused, without an end.
    ForcedOpen,
    /// By hand: calls pass and nothing is recorded.
    Disabled,
    /// By hand: calls pass; recorded and judged like `closed`, but never left by itself.
    MetricsOnly,
}

impl State {
    /// All states, the three of the breaker's own first.
    pub const ALL: [Self; 6] =
        [Self::Closed, Self::Open, Self::HalfOpen, Self::ForcedOpen, Self::Disabled, Self::MetricsOnly];

    /// The name, in lower case with underscores, such as `half_open`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
            Self::ForcedOpen => "forced_open",
            Self::Disabled => "disabled",
            Self::MetricsOnly => "metrics_only",
        }
    }
}

impl fmt::Display for State {
    /// [`State::name`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How a number is held against its threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Compare {
    /// `>=`: reaching the threshold is enough (resilience4j, Polly).
    #[default]
    AtLeast,
    /// `>`: it must be passed (opossum, cockatiel).
    Above,
}

impl Compare {
    /// Whether `value` exceeds `threshold` in this sense.
    #[inline]
    pub fn exceeds<T: PartialOrd>(self, value: T, threshold: T) -> bool {
        match self {
            Self::AtLeast => value >= threshold,
            Self::Above => value > threshold,
        }
    }
}

/// What opens a closed breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trip {
    /// So many failures in a row. A success ends the run, an ignored result does not; neither does a result that
    /// leaves a [`Window::Calls`] or [`Window::Time`], but the end of a [`Window::Fixed`] does.
    Consecutive {
        /// At least 1.
        failures: u32,
    },
    /// At least so many failures in the window, once it holds [`Settings::minimum_calls`] results.
    Failures {
        /// At least 1. More than a [`Window::Calls`] can hold never trips.
        failures: u32,
    },
    /// A share of failures among the results in the window, once it holds [`Settings::minimum_calls`] of them.
    Rate {
        /// The threshold in percent, 0 to 100.
        percent: u32,
        /// Whether reaching it is enough.
        compare: Compare,
    },
}

/// Which results are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The last so many results.
    Calls {
        /// At least 1, at most the `N` of the [`Breaker`](super::Breaker).
        calls: u32,
    },
    /// The results of the last `time`, in equal buckets aligned to [`Instant::ZERO`](crate::Instant::ZERO). A result
    /// leaves with its bucket, so at most `time` after it came.
    Time {
        /// The length, above zero; `time / buckets` is a whole number of nanoseconds.
        time: Duration,
        /// At least 1, at most the `N` of the [`Breaker`](super::Breaker).
        buckets: u32,
    },
    /// Tumbling windows aligned to the entry into the state; at the end of each all of it is forgotten.
    Fixed {
        /// The length, above zero.
        length: Duration,
    },
}

/// When calls are slow, and how many of them are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slow {
    /// A call is slow when it took strictly longer; above zero.
    pub longer_than: Duration,
    /// Reaching this share of slow calls is too many; percent, 0 to 100. Slow failures count too.
    pub percent: u32,
}

/// How long `open` refuses.
///
/// The n-th entry into `open` since the breaker last was closed (or disabled, or in metrics_only) waits
/// `min(cap, initial × factor^(n−1))`. The wait grows step by step, each step rounded up to a whole nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenFor {
    /// The first wait, above zero.
    pub initial: Duration,
    /// What every further wait is multiplied by, in thousandths: 1000 keeps it, 1500 makes it half as long again. At
    /// least 1.
    pub factor_permille: u32,
    /// The longest wait, above zero.
    pub cap: Option<Duration>,
}

impl OpenFor {
    /// The same wait every time.
    pub const fn constant(wait: Duration) -> Self {
        Self { initial: wait, factor_permille: 1000, cap: None }
    }
}

/// What ends `open` once the wait is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HalfOpenBy {
    /// The first ask; until then the state stays `open`, however late.
    #[default]
    Ask,
    /// The clock, asked or not; [`Breaker::poll_timeout`](super::Breaker::poll_timeout) says when.
    Clock,
}

/// What `half_open` lets through and how it decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HalfOpen {
    /// How many probes; at least 1. Default: 1.
    pub permits: u32,
    /// Whether `permits` counts all probes of the stay or those under way. Default: all.
    pub permits_limit: PermitsLimit,
    /// What an ignored result of a probe does. Default: gives its permit back.
    pub ignored: Ignored,
    /// How the probes decide. Default: the first success closes, the first failure reopens.
    pub decide: Decide,
}

impl Default for HalfOpen {
    fn default() -> Self {
        Self {
            permits: 1,
            permits_limit: PermitsLimit::Total,
            ignored: Ignored::ReturnsPermit,
            decide: Decide::Numbers { successes: 1, failures: 1 },
        }
    }
}

/// What [`HalfOpen::permits`] counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PermitsLimit {
    /// So many are granted per stay in `half_open`; results do not give a permit back (resilience4j).
    #[default]
    Total,
    /// So many at a time; a result gives its permit back (failsafe).
    InFlight,
}

/// What an ignored result of a probe does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ignored {
    /// Gives its permit back, so another probe may pass (resilience4j).
    #[default]
    ReturnsPermit,
    /// Uses its permit up; with [`PermitsLimit::InFlight`] it is given back all the same.
    KeepsPermit,
    /// Is a success in every respect while in `half_open` (opossum, cockatiel).
    CountsAsSuccess,
}

/// How the probes of a stay in `half_open` decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decide {
    /// Reopens at so many failures, closes at so many successes, not necessarily in a row. Slow calls are not judged.
    Numbers {
        /// At least 1; with [`PermitsLimit::Total`] at most the permits.
        successes: u32,
        /// At least 1.
        failures: u32,
    },
    /// Judges the share of failures (and of slow calls) once, at the `after`-th result of the stay.
    Rate {
        /// The threshold in percent, 0 to 100.
        percent: u32,
        /// Whether reaching it is enough to reopen.
        compare: Compare,
        /// How many results are needed, at least 1; with [`PermitsLimit::Total`] at most the permits. `None`: as
        /// many as there are permits.
        after: Option<u32>,
        /// Reopen before that, as soon as the failures so far exceed the threshold whatever is still to come.
        early: bool,
    },
}

/// The longest that `half_open` may last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxHalfOpen {
    /// How long, above zero.
    pub after: Duration,
    /// Where it goes then.
    pub then: Then,
}

/// Where a stay in `half_open` that ran out of time goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Then {
    /// To `open`: no verdict is a bad verdict (resilience4j's default).
    #[default]
    Open,
    /// To `closed`.
    Closed,
}

/// What becomes of a result whose call was granted in a stay, or a [`Window::Fixed`], that has ended since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LateResults {
    /// It changes nothing and causes no event (gobreaker's generations).
    #[default]
    Drop,
    /// It is treated like a result of the current state, except that it gives no permit back (resilience4j, Polly).
    Count,
}
