//! How parts make a whole.

use core::time::Duration;

use super::down::{NoShare, Unavailability};
use super::scaled::Scaled;

/// All parts are needed. Of none: never down.
pub fn series(parts: impl IntoIterator<Item = Unavailability>) -> Unavailability {
    too_few(parts, &mut [Scaled::ZERO])
}

/// One part suffices. Of none: always down.
pub fn parallel(parts: impl IntoIterator<Item = Unavailability>) -> Unavailability {
    Unavailability(parts.into_iter().fold(Scaled::ONE, |product, part| product * part.0))
}

/// `needed` of these parts are needed: never down if that is 0, always if it is more than there are.
pub fn k_of_n<const N: usize>(needed: usize, parts: [Unavailability; N]) -> Unavailability {
    let Some(spare) = N.checked_sub(needed) else { return Unavailability::ALWAYS };
    if needed == 0 {
        return Unavailability::NEVER;
    }
    let mut room = [Scaled::ZERO; N];
    room.get_mut(..=spare).map_or(Unavailability::NEVER, |room| too_few(parts, room))
}

/// `needed` of `n` parts are needed, all of which are down as often as this one. The tail of the binomial distribution, term by
/// term: the work grows with `n`.
pub fn k_of_n_alike(needed: u32, n: u32, part: Unavailability) -> Unavailability {
    if needed == 0 {
        return Unavailability::NEVER;
    }
    let (Some(spare), down, up) = (n.checked_sub(needed), part.0, part.0.complement()) else {
        return Unavailability::ALWAYS;
    };
    if up.is_zero() {
        return Unavailability::ALWAYS;
    }
    // The first count of parts down that is too many, and its chance.
    let first = spare + 1;
    let ways = (1..=first).fold(Scaled::ONE, |chance, i| {
        chance * down * Scaled::new(f64::from(n - first + i)) * Scaled::new(1.0 / f64::from(i))
    });
    let mut chance = ways * up.power(n - first);
    let mut sum = chance;
    let odds = down / up;
    for many in first..n {
        let step = odds * Scaled::new(f64::from(n - many) / f64::from(many + 1));
        chance = chance * step;
        // From here on each term is less than half of the one before, and all of them less than the last digit.
        if step < Scaled::new(0.5) && sum + chance == sum {
            break;
        }
        sum = sum + chance;
    }
    Unavailability(sum.min(Scaled::ONE))
}

/// A majority of `n` parts alike is needed, as for reads and writes of a replicated store: ⌊n/2⌋ + 1 of them.
pub fn quorum(n: u32, part: Unavailability) -> Unavailability {
    k_of_n_alike(n / 2 + 1, n, part)
}

/// The chance that more parts are down than there are to spare, one less than `room` has places. `room[j]` is the chance that j
/// of the parts so far are down; only sums and products of what is not negative, so that nothing cancels.
pub(super) fn too_few(parts: impl IntoIterator<Item = Unavailability>, room: &mut [Scaled]) -> Unavailability {
    room.fill(Scaled::ZERO);
    if let Some(none) = room.first_mut() {
        *none = Scaled::ONE;
    }
    let mut sum = Scaled::ZERO;
    for Unavailability(down) in parts {
        let up = down.complement();
        sum = sum + room.last().map_or(Scaled::ZERO, |last| *last * down);
        let mut fewer = Scaled::ZERO;
        for chance in room.iter_mut() {
            let was = *chance;
            *chance = was * up + fewer * down;
            fewer = was;
        }
    }
    Unavailability(sum.min(Scaled::ONE))
}

/// By requests instead of by time: each share of the traffic, in any unit, with how often it fails. An hour down at night costs
/// fewer requests than one at noon.
///
/// `None` when there is no traffic, or a weight is negative or no number.
pub fn weighted(parts: impl IntoIterator<Item = (f64, Unavailability)>) -> Option<Unavailability> {
    let (mut all, mut failed) = (0.0, Scaled::ZERO);
    for (weight, down) in parts {
        if !(0.0..=f64::MAX).contains(&weight) {
            return None;
        }
        all += weight;
        failed = failed + Scaled::new(weight) * down.0;
    }
    let share = (0.0 < all && all <= f64::MAX).then(|| failed * Scaled::new(1.0 / all))?;
    Some(Unavailability(share.min(Scaled::ONE)))
}

/// Parts that are alike fail together: from the same mistake, the same power, the same deployment. The beta-factor model: this
/// share of each part's unavailability is shared with all others of its group, the rest is its own (K. N. Fleming, 1975; IEC
/// 61508-6, annex D).
///
/// Where parts differ, the shared cause is the share of the one that is down least: a cause that takes all of them down cannot
/// be more frequent than that. What is their own is such that every part is down as often as before, by both together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CommonCause(f64);

impl CommonCause {
    /// All parts fail independently.
    pub const NONE: Self = Self(0.0);

    /// From the share, 0 to 1; 0.1 is a common first guess.
    ///
    /// # Errors
    /// [`NoShare`] for anything else.
    pub fn new(share: f64) -> Result<Self, NoShare> {
        if (0.0..=1.0).contains(&share) { Ok(Self(share)) } else { Err(NoShare(share)) }
    }

    /// The share.
    pub const fn share(self) -> f64 {
        self.0
    }

    /// What is left of a part that is its own, in a group of which the part that is down least is down `least`: (u − s) ÷
    /// (1 − s) for the shared cause s, so that both together are u.
    #[must_use]
    pub fn own(self, part: Unavailability, least: Unavailability) -> Unavailability {
        let (share, rest) = (Scaled::new(self.0), Scaled::new(1.0 - self.0));
        let least = least.0.min(part.0);
        if share.is_zero() || least.is_zero() {
            return part;
        }
        // u − s and 1 − s in sums of what is not negative, so that nothing cancels.
        let above = (part.0 - least) + rest * least;
        let all = rest + share * least.complement();
        Unavailability((above / all).min(Scaled::ONE))
    }

    /// How often the shared cause takes all these parts down.
    pub fn shared(self, parts: impl IntoIterator<Item = Unavailability>) -> Unavailability {
        least(parts).part(self.0)
    }

    /// `n` parts alike of which `needed` are needed.
    pub fn k_of_n_alike(self, needed: u32, n: u32, part: Unavailability) -> Unavailability {
        if needed == 0 {
            return Unavailability::NEVER;
        }
        // One of one is no group that could fail together.
        if n == 1 {
            return k_of_n_alike(needed, n, part);
        }
        k_of_n_alike(needed, n, self.own(part, part)).and(self.shared([part]))
    }
}

/// The one that is down least; never, of none.
pub(super) fn least(parts: impl IntoIterator<Item = Unavailability>) -> Unavailability {
    parts.into_iter().map(|part| part.0).reduce(Scaled::min).map_or(Unavailability::NEVER, Unavailability)
}

/// A standby that takes over when the primary fails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failover {
    /// The share of takeovers that work, 0 to 1. Where one does not, the service is down until the primary is repaired.
    pub works: f64,
    /// How long a takeover takes, during which the service is down.
    pub takes: Duration,
    /// How long the primary takes to be repaired.
    pub repair: Duration,
}

impl Failover {
    /// Both together. While the primary is down, the service is down for the takeover, then as often as the standby is; where
    /// the takeover does not work, all of that time. A takeover that takes longer than the repair is of no use.
    ///
    /// Numbers outside their range are taken as its ends.
    pub fn of(self, primary: Unavailability, standby: Unavailability) -> Unavailability {
        let [works, fails, switching, switched] = self.shares();
        let down = fails + works * (switching + switched * standby.0);
        Unavailability(primary.0 * down.min(Scaled::ONE))
    }

    /// How much more often both are down with a standby that always is than with one that never is: what a standby can cost.
    pub fn by_standby(self, primary: Unavailability) -> Unavailability {
        let [works, _, _, switched] = self.shares();
        Unavailability(primary.0 * works * switched)
    }

    /// Of takeovers, those that work and that do not; of the primary's repair, the takeover and what comes after it.
    fn shares(self) -> [Scaled; 4] {
        let works = if self.works.is_nan() { 0.0 } else { self.works.clamp(0.0, 1.0) };
        let repair = self.repair.as_secs_f64();
        let switching = if repair > 0.0 { (self.takes.as_secs_f64() / repair).min(1.0) } else { 1.0 };
        [works, 1.0 - works, switching, 1.0 - switching].map(Scaled::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn down(share: f64) -> Unavailability {
        Unavailability::new(share).unwrap()
    }

    fn near(left: Unavailability, right: f64) {
        let left = left.share().unwrap();
        assert!((left - right).abs() <= 1e-14 * right, "{left} is not {right}");
    }

    #[test]
    fn a_shared_cause_takes_the_nines_away() {
        let beta = CommonCause::new(0.1).unwrap();
        // 1e-4 and (9e-4)³: 99.99 %, not nine nines.
        let three = beta.k_of_n_alike(1, 3, down(0.001));
        let own = 9e-4 / (1.0 - 1e-4);
        near(three, 1e-4 + own * own * own * (1.0 - 1e-4));
        near(CommonCause::NONE.k_of_n_alike(1, 3, down(0.001)), 1e-9);
        near(CommonCause::new(1.0).unwrap().k_of_n_alike(1, 3, down(0.001)), 1e-3);
        assert_eq!(beta.k_of_n_alike(1, 1, down(0.001)), down(0.001), "alone it shares with nobody");
        assert_eq!(beta.k_of_n_alike(2, 1, down(0.001)), Unavailability::ALWAYS);
        assert!(CommonCause::new(1.5).is_err() && CommonCause::new(f64::NAN).is_err());
    }

    #[test]
    fn a_part_is_down_as_often_with_a_shared_cause() {
        for share in [0.0, 1e-9, 0.1, 0.5, 0.999_999, 1.0] {
            let cause = CommonCause::new(share).unwrap();
            for (part, least) in [(0.1, 0.1), (0.9, 1e-9), (1.0, 0.3), (1.0, 1.0), (1e-200, 1e-300), (0.3, 0.0)] {
                let (part, least) = (down(part), down(least));
                near(cause.own(part, least).and(cause.shared([part, least])), part.share().unwrap());
            }
        }
        // What is always down does not help by having a cause in common.
        let beta = CommonCause::new(0.1).unwrap();
        assert_eq!(beta.k_of_n_alike(1, 3, Unavailability::ALWAYS), Unavailability::ALWAYS);
        let (shared, own) = (0.099_999, 0.9 * 0.999_99 / (1.0 - 0.099_999));
        near(beta.k_of_n_alike(1, 3, down(0.999_99)), shared + (1.0 - shared) * own * own * own);
    }

    #[test]
    fn k_of_n_has_its_ends() {
        let parts = [0.1, 0.2, 0.3].map(down);
        near(k_of_n(3, parts), series(parts).share().unwrap());
        near(k_of_n(1, parts), parallel(parts).share().unwrap());
        near(k_of_n(2, parts), 0.1 * 0.2 * 0.7 + 0.1 * 0.8 * 0.3 + 0.9 * 0.2 * 0.3 + 0.1 * 0.2 * 0.3);
        assert_eq!(k_of_n(0, parts), Unavailability::NEVER);
        assert_eq!(k_of_n(4, parts), Unavailability::ALWAYS);
        assert_eq!((series([]), parallel([])), (Unavailability::NEVER, Unavailability::ALWAYS));
        for needed in 0..=4 {
            let alike = k_of_n_alike(needed, 3, down(0.2));
            let one_by_one = k_of_n(needed as usize, [down(0.2); 3]);
            assert!((alike.nines() - one_by_one.nines()).abs() < 1e-13 || alike == one_by_one, "{needed}");
        }
        assert_eq!(k_of_n_alike(2, 3, Unavailability::ALWAYS), Unavailability::ALWAYS);
        assert_eq!(k_of_n_alike(2, 3, Unavailability::NEVER), Unavailability::NEVER);
        near(quorum(3, down(0.01)), 3.0 * 1e-4 * 0.99 + 1e-6);
        near(quorum(5, down(0.01)), 10.0 * 1e-6 * 0.9801 + 5.0 * 1e-8 * 0.99 + 1e-10);
    }

    #[test]
    fn a_takeover_takes_time_and_may_fail() {
        let (primary, standby) = (down(0.001), down(0.001));
        let hour = Duration::from_secs(3600);
        let perfect = Failover { works: 1.0, takes: Duration::ZERO, repair: hour };
        near(perfect.of(primary, standby), 1e-6);
        near(Failover { works: 0.9, ..perfect }.of(primary, standby), 1e-3 * (0.1 + 0.9 * 1e-3));
        // A minute of each hour.
        let slow = Failover { takes: Duration::from_secs(60), ..perfect };
        near(slow.of(primary, standby), 1e-3 * (1.0 / 60.0 + 59.0 / 60.0 * 1e-3));
        for useless in [Failover { works: 0.0, ..perfect }, Failover { takes: 2 * hour, ..perfect }] {
            assert_eq!(useless.of(primary, standby), primary);
        }
    }

    #[test]
    fn requests_weigh_more_than_hours() {
        // An hour down at night, when a tenth of the traffic is there.
        let by_requests = weighted([(23.0 * 10.0, Unavailability::NEVER), (1.0, Unavailability::ALWAYS)]).unwrap();
        near(by_requests, 1.0 / 231.0);
        assert_eq!(weighted([]), None);
        assert_eq!(weighted([(-1.0, Unavailability::NEVER)]), None);
        assert_eq!(weighted([(f64::NAN, Unavailability::NEVER)]), None);
    }
}
