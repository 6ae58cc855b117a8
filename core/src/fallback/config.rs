//! What can be set, and the same validated once.

use core::fmt;
use core::time::Duration;

/// One thing to do when the first provider fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The first provider's last answer, unless it is older.
    Cached {
        /// Exactly as old is young enough.
        max_age: Duration,
    },
    /// Ask a second provider.
    Second,
    /// A value that is always there; nothing comes after it.
    Static,
}

impl Step {
    /// The name, such as `cached`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cached { .. } => "cached",
            Self::Second => "second",
            Self::Static => "static",
        }
    }
}

/// Everything that can be set on a fallback. Nothing is checked before [`Config::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings<'a> {
    /// What to do, in this order, until there is an answer: each kind of step once at most, `Static` last. None: every
    /// failure is passed on.
    pub steps: &'a [Step],
}

/// There are three kinds of step.
pub(super) const STEPS: usize = 3;

/// Settings that were found valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    steps: [Option<Step>; STEPS],
}

impl Config {
    /// Checks settings.
    ///
    /// # Errors
    /// A kind of step is there twice, or one comes after `Static` and would never be reached.
    pub fn new(settings: Settings<'_>) -> Result<Self, ConfigError> {
        let mut steps = [None; STEPS];
        let mut last: Option<Step> = None;
        for (index, step) in settings.steps.iter().enumerate() {
            if settings.steps.iter().take(index).any(|before| before.name() == step.name()) {
                return Err(ConfigError::Twice { step: *step });
            }
            if last == Some(Step::Static) {
                return Err(ConfigError::Unreachable { step: *step });
            }
            last = Some(*step);
            // As many places as kinds, and no kind twice.
            if let Some(place) = steps.get_mut(index) {
                *place = last;
            }
        }
        Ok(Self { steps })
    }

    /// The steps, in their order.
    pub fn steps(&self) -> impl Iterator<Item = Step> + '_ {
        self.steps.iter().flatten().copied()
    }

    pub(super) fn step(&self, index: usize) -> Option<Step> {
        self.steps.get(index).copied().flatten()
    }
}

/// Why settings were turned down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A kind of step is there twice.
    Twice {
        /// The second of them.
        step: Step,
    },
    /// A step comes after `Static`, which always answers.
    Unreachable {
        /// Which.
        step: Step,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twice { step } => write!(f, "the step {} is there twice", step.name()),
            Self::Unreachable { step } => {
                write!(f, "the step {} comes after static, which always answers", step.name())
            }
        }
    }
}

impl core::error::Error for ConfigError {}
