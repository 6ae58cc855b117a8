//! Faults: what is wrong with a server, and what becomes of a call to it.

use core::time::Duration;

use crate::rng::Stream;

/// What is wrong with a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Nothing.
    #[default]
    Healthy,
    /// Answers as fast as ever, but some answers are failures.
    Failing {
        /// How many of a thousand calls fail: 0 … 1000; more counts as 1000.
        permille: u32,
    },
    /// Answers well but late: latency × `factor_permille` / 1000 + `extra`.
    Slow {
        /// Thousandths of the healthy latency: 1000 is unchanged, 10,000 is ten times as long.
        factor_permille: u32,
        /// Added after that. Any duration.
        extra: Duration,
    },
    /// Accepts calls and never answers them.
    Hung,
    /// Refuses calls at once: nobody listens.
    Down,
}

impl Fault {
    /// Every `permille` of a thousand calls fails.
    pub const fn failing(permille: u32) -> Self {
        Self::Failing { permille }
    }

    /// Latencies are `factor` times as long.
    pub const fn slower(factor: u32) -> Self {
        Self::Slow { factor_permille: factor.saturating_mul(1_000), extra: Duration::ZERO }
    }

    /// Latencies are `extra` longer.
    pub const fn delayed(extra: Duration) -> Self {
        Self::Slow { factor_permille: 1_000, extra }
    }

    /// What becomes of one call that would take `latency` if nothing were wrong; a failure takes as long as a success.
    ///
    /// Always tosses the coin that [`Fault::Failing`] needs, so that switching a fault shifts no later draw.
    pub fn judge(&self, latency: Duration, stream: &mut Stream) -> Fate {
        let permille = if let Self::Failing { permille } = *self { permille } else { 0 };
        let fails = stream.chance_permille(permille);
        self.judge_by(latency, |_| fails)
    }

    /// [`Fault::judge`] with a coin of the caller's, asked for with its thousandths where it decides and nowhere else.
    pub(super) fn judge_by(&self, latency: Duration, fails: impl FnOnce(u32) -> bool) -> Fate {
        match *self {
            Self::Healthy => Fate::Answers { after: latency, ok: true },
            Self::Failing { permille } => Fate::Answers { after: latency, ok: !fails(permille) },
            Self::Slow { factor_permille, extra } => {
                let nanos = latency.as_nanos().saturating_mul(u128::from(factor_permille)) / 1_000;
                let longer = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
                Fate::Answers { after: longer.saturating_add(extra), ok: true }
            }
            Self::Hung => Fate::Never,
            Self::Down => Fate::Refused,
        }
    }
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It is answered.
    Answers {
        /// So long after it was begun.
        after: Duration,
        /// Whether the answer is a success.
        ok: bool,
    },
    /// It is never answered.
    Never,
    /// It is refused at once.
    Refused,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn each_fault_does_what_it_says() {
        let mut stream = Seed(1).stream("faults");
        let mut judge = |fault: Fault| fault.judge(10 * MS, &mut stream);
        let answers = |after, ok| Fate::Answers { after, ok };
        assert_eq!(judge(Fault::Healthy), answers(10 * MS, true));
        assert_eq!(judge(Fault::failing(1_000)), answers(10 * MS, false));
        assert_eq!(judge(Fault::failing(0)), answers(10 * MS, true));
        assert_eq!(judge(Fault::slower(3)), answers(30 * MS, true));
        assert_eq!(judge(Fault::delayed(5 * MS)), answers(15 * MS, true));
        assert_eq!(judge(Fault::Slow { factor_permille: 1_500, extra: MS }), answers(16 * MS, true));
        assert_eq!(judge(Fault::Hung), Fate::Never);
        assert_eq!(judge(Fault::Down), Fate::Refused);
        let long = Fault::slower(u32::MAX).judge(Duration::MAX, &mut stream);
        assert_eq!(long, answers(Duration::from_nanos(u64::MAX), true));
    }

    #[test]
    fn the_coin_is_always_tossed() {
        let mut expected = Seed(1).stream("faults");
        Fault::Healthy.judge(MS, &mut expected);
        for fault in [Fault::failing(300), Fault::slower(2), Fault::Hung, Fault::Down] {
            let mut stream = Seed(1).stream("faults");
            fault.judge(MS, &mut stream);
            assert_eq!(stream, expected);
        }
    }

    #[test]
    fn the_share_is_right_and_grows_with_the_knob() {
        let failed = |permille| {
            let mut stream = Seed(9).stream("faults");
            let fault = Fault::failing(permille);
            (0..20_000)
                .map(|_| matches!(fault.judge(MS, &mut stream), Fate::Answers { ok: false, .. }))
                .collect::<std::vec::Vec<_>>()
        };
        let (few, many) = (failed(100), failed(300));
        let share = |fails: &[bool]| fails.iter().filter(|&&fails| fails).count() as f64 / fails.len() as f64;
        assert!((share(&few) - 0.1).abs() < 0.01 && (share(&many) - 0.3).abs() < 0.015);
        // The same coins: whoever fails at 10 % fails at 30 % too.
        assert!(few.iter().zip(&many).all(|(few, many)| !few || *many));
    }
}
