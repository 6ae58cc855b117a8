//! How many it takes, and how many it bears.

use super::combine::{CommonCause, series};
use super::down::Unavailability;
use super::scaled::Scaled;

/// The most replicas that are tried.
pub const REPLICAS_MAX: u32 = 1000;

/// How many replicas, of which one suffices, are down no more than `target`. `None` where no number of up to 1,000 is enough: a
/// shared cause is a floor that more of the same does not lower.
pub fn replicas_for(target: Unavailability, replica: Unavailability, cause: CommonCause) -> Option<u32> {
    (1..=REPLICAS_MAX).find(|n| within(cause.k_of_n_alike(1, *n, replica), target))
}

/// How many parts in series, all needed, are together down no more than `target`; `u32::MAX` for that many or more.
pub fn longest_chain(target: Unavailability, part: Unavailability) -> u32 {
    if part.0.is_zero() || target == Unavailability::ALWAYS {
        return u32::MAX;
    }
    if part == Unavailability::ALWAYS || target < part {
        return 0;
    }
    // ln(1 − target) / ln(1 − part), by what nothing cancels in; then looked at, for a rounding may be off by one.
    let (target_share, share) = (target.0.to_f64(), part.0.to_f64());
    let guess = if target_share < f64::EPSILON { 0.0 } else { libm::log1p(-target_share) / libm::log1p(-share) };
    // Shares too small for that are proportional: (1 − u)ⁿ is 1 − n·u there.
    let guess = if guess > 0.0 { guess } else { libm::pow(10.0, part.nines() - target.nines()) };
    let mut many = libm::floor(guess).clamp(1.0, f64::from(u32::MAX)) as u32;
    let fits = |many: u32| within(chain(many, part), target);
    if many < CHAIN_EXACT_MAX {
        while many > 1 && !fits(many) {
            many -= 1;
        }
        while fits(many + 1) {
            many += 1;
        }
    }
    many
}

/// How often each of `many` parts in series, all needed and all alike, may be down for them to be down no more than `target`
/// together: 1 − (1 − target)^(1/many). With no parts at all, always.
pub fn part_for(target: Unavailability, many: u32) -> Unavailability {
    if many == 0 || target == Unavailability::ALWAYS {
        return Unavailability::ALWAYS;
    }
    let (share, many) = (target.0.to_f64(), f64::from(many));
    // Shares too small for a logarithm are proportional.
    if share < f64::EPSILON {
        return Unavailability(target.0 * Scaled::new(1.0 / many));
    }
    Unavailability(Scaled::new(-libm::expm1(libm::log1p(-share) / many)))
}

/// Chains up to this length are worked out part by part; what [`longest_chain`] says of longer ones may be off by a few.
pub const CHAIN_EXACT_MAX: u32 = 100_000;

/// Down no more than that, but for what the numbers here are exact to: three of 99.9 % do reach nine nines.
fn within(down: Unavailability, target: Unavailability) -> bool {
    down.0 <= target.0 * Scaled::new(1.0 + 1e-12)
}

fn chain(many: u32, part: Unavailability) -> Unavailability {
    series((0..many).map(|_| part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn down(share: f64) -> Unavailability {
        Unavailability::new(share).unwrap()
    }

    #[test]
    fn replicas_reach_a_target_or_never() {
        assert_eq!(replicas_for(down(1e-9), down(0.001), CommonCause::NONE), Some(3));
        assert_eq!(replicas_for(down(0.9e-9), down(0.001), CommonCause::NONE), Some(4));
        assert_eq!(replicas_for(down(0.5), down(0.001), CommonCause::NONE), Some(1));
        let beta = CommonCause::new(0.1).unwrap();
        assert_eq!(replicas_for(down(1e-5), down(0.001), beta), None, "the floor is 1e-4");
        assert_eq!(replicas_for(down(1.1e-4), down(0.001), beta), Some(2));
        assert_eq!(replicas_for(down(0.5), Unavailability::ALWAYS, CommonCause::NONE), None);
    }

    #[test]
    fn a_chain_is_as_long_as_its_target_bears() {
        // Ten of 99.99 % are 99.9 %, just so: 1 − 0.9999¹⁰ is 0.00099955.
        assert_eq!(longest_chain(down(0.001), down(0.0001)), 10);
        assert_eq!(longest_chain(down(0.0001), down(0.001)), 0);
        assert_eq!(longest_chain(down(0.001), down(0.001)), 1);
        assert_eq!(longest_chain(down(0.5), down(0.001)), 692);
        assert_eq!(longest_chain(down(1e-18), down(1e-20)), 100);
        assert_eq!(longest_chain(down(0.1), Unavailability::NEVER), u32::MAX);
        assert_eq!(longest_chain(Unavailability::ALWAYS, down(0.5)), u32::MAX);
    }

    #[test]
    fn parts_are_as_good_as_their_chain_needs() {
        for target in [0.5, 0.001, 1e-9, 1e-15, 1e-18, 1e-200] {
            for many in [1, 2, 10, 1000] {
                let part = part_for(down(target), many);
                let whole = chain(many, part).share().unwrap();
                assert!((whole / target - 1.0).abs() < 1e-12, "{many} for {target}: {whole}");
            }
        }
        assert_eq!(part_for(Unavailability::NEVER, 3), Unavailability::NEVER);
        assert_eq!(part_for(Unavailability::ALWAYS, 3), Unavailability::ALWAYS);
        assert_eq!(part_for(down(0.1), 0), Unavailability::ALWAYS);
    }
}
