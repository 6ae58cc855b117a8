//! The fallback itself.

use core::fmt;
use core::time::Duration;

use super::config::{Config, Step};
use crate::time::Instant;

/// A fallback for one question, whose answers are `T`; one a key, where questions have keys. Verbs take `now`; an answer
/// from the future has the age zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback<T> {
    config: Config,
    fixed: Option<T>,
    cached: Option<(T, Instant)>,
}

/// An answer that says what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer<T> {
    /// The answer.
    pub value: T,
    /// Where it comes from.
    pub source: Source,
    /// How long ago its provider gave it; `None` for [`Source::Static`], which nobody gave.
    pub age: Option<Duration>,
}

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The provider that was asked.
    Primary,
    /// The same, earlier.
    Cached,
    /// The second provider.
    Second,
    /// Nobody: the value that is always there.
    Static,
}

impl Source {
    /// The name, such as `cached`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Cached => "cached",
            Self::Second => "second",
            Self::Static => "static",
        }
    }
}

impl fmt::Display for Source {
    /// [`Source::name`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What to do after a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next<T> {
    /// Pass this on.
    Answer(Answer<T>),
    /// Ask the second provider, and tell how that went.
    AskSecond(AskedSecond),
    /// Pass the failure on.
    Nothing(Nothing),
}

/// A second provider is being asked for one request. Hand it back with its result; if it is dropped nothing happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedSecond {
    /// The step after it.
    next: usize,
}

/// No step has an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nothing {
    /// How old the last good answer is that was too old, if there was one.
    pub cached: Option<Duration>,
}

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cached {
            None => f.write_str("there is nothing to fall back on"),
            Some(age) => {
                write!(f, "there is nothing to fall back on but an answer that is {:.3} old", crate::Span(age))
            }
        }
    }
}

impl core::error::Error for Nothing {}

impl<T: Clone> Fallback<T> {
    /// A fallback that has seen no answer yet. `fixed` is the value of [`Step::Static`]; without one that step is passed
    /// over.
    pub const fn new(config: Config, fixed: Option<T>) -> Self {
        Self { config, fixed, cached: None }
    }

    /// The first provider answered: remembered for [`Step::Cached`], unless it remembers a later one.
    pub fn on_success(&mut self, value: T, now: Instant) -> Answer<T> {
        if self.cached.as_ref().is_none_or(|(_, then)| *then <= now) {
            self.cached = Some((value.clone(), now));
        }
        Answer { value, source: Source::Primary, age: Some(Duration::ZERO) }
    }

    /// The first provider failed, or was not asked because a breaker refused.
    pub fn on_failure(&self, now: Instant) -> Next<T> {
        self.from(0, now)
    }

    /// The second provider answered. It is not remembered: it may be another kind of answer.
    pub fn on_second_success(&self, asked: AskedSecond, value: T) -> Answer<T> {
        // What was asked has been answered.
        let AskedSecond { .. } = asked;
        Answer { value, source: Source::Second, age: Some(Duration::ZERO) }
    }

    /// The second provider failed too.
    pub fn on_second_failure(&self, asked: AskedSecond, now: Instant) -> Next<T> {
        self.from(asked.next, now)
    }

    /// The last good answer and when it was given, however old.
    pub fn cached(&self) -> Option<(&T, Instant)> {
        self.cached.as_ref().map(|(value, then)| (value, *then))
    }

    /// Forgets the last good answer: it is known to be wrong now.
    pub fn forget(&mut self) {
        self.cached = None;
    }

    /// Goes on with other steps; what it remembers stays.
    pub fn reconfigure(&mut self, config: Config) {
        self.config = config;
    }

    /// What it runs on.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    fn from(&self, step: usize, now: Instant) -> Next<T> {
        let mut index = step;
        while let Some(step) = self.config.step(index) {
            index += 1;
            match step {
                Step::Second => return Next::AskSecond(AskedSecond { next: index }),
                Step::Cached { max_age } => {
                    if let Some((value, then)) = &self.cached
                        && now - *then <= max_age
                    {
                        let age = Some(now - *then);
                        return Next::Answer(Answer { value: value.clone(), source: Source::Cached, age });
                    }
                }
                Step::Static => {
                    if let Some(value) = &self.fixed {
                        return Next::Answer(Answer { value: value.clone(), source: Source::Static, age: None });
                    }
                }
            }
        }
        let asked = self.config.steps().any(|step| matches!(step, Step::Cached { .. }));
        let cached = self.cached.as_ref().filter(|_| asked).map(|(_, then)| now - *then);
        Next::Nothing(Nothing { cached })
    }
}
