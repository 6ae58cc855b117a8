//! Unavailability against exact rational arithmetic: a relative error of 10⁻¹² at most, down to 10⁻³⁰⁰.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use core::time::Duration;

use halfopen_core::availability::{
    Block, CommonCause, Failover, Incident, Objective, Repair, SMALLEST, Unavailability, k_of_n_alike, parallel,
    part_for, quorum, series, weighted,
};
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use proptest::prelude::*;

fn exact(value: f64) -> BigRational {
    BigRational::from_float(value).unwrap()
}

fn one() -> BigRational {
    BigRational::one()
}

/// Whether a result is as near to the truth as is promised.
fn is_near(told: Unavailability, truth: &BigRational) -> bool {
    let allowed = exact(1e-12) * truth;
    match told.share() {
        Some(share) => (exact(share) - truth).abs() <= allowed,
        // Told as being below, which it is.
        None => truth.is_positive() && *truth < exact(SMALLEST) * exact(1.0 + 1e-12),
    }
}

/// A system, to be worked out both ways.
#[derive(Clone, Debug)]
enum System {
    Part(f64),
    Series(Vec<Self>),
    KOfN(usize, f64, Vec<Self>),
    Failover(f64, u64, Vec<Self>),
}

const REPAIR: u64 = 3600;

impl System {
    fn block(&self) -> Block {
        let blocks = |systems: &[Self]| systems.iter().map(Self::block).collect::<Vec<_>>();
        match self {
            Self::Part(down) => Block::part(Unavailability::new(*down).unwrap()),
            Self::Series(all) => Block::series(blocks(all)).unwrap(),
            Self::KOfN(needed, beta, all) => {
                Block::k_of_n(*needed, blocks(all), CommonCause::new(*beta).unwrap()).unwrap()
            }
            Self::Failover(works, takes, both) => {
                let seconds = Duration::from_secs;
                let how = Failover { works: *works, takes: seconds(*takes), repair: seconds(REPAIR) };
                Block::failover(both[0].block(), both[1].block(), how).unwrap()
            }
        }
    }

    /// The same with a block that never is down.
    fn without(&self, path: &[usize]) -> Self {
        let [place, rest @ ..] = path else { return Self::Part(0.0) };
        let mut changed = self.clone();
        match &mut changed {
            Self::Part(_) => {}
            Self::Series(all) | Self::KOfN(_, _, all) | Self::Failover(_, _, all) => {
                all[*place] = all[*place].without(rest);
            }
        }
        changed
    }

    fn truth(&self) -> BigRational {
        match self {
            Self::Part(down) => exact(*down),
            Self::Series(all) => one() - all.iter().fold(one(), |up, part| up * (one() - part.truth())),
            Self::KOfN(needed, beta, all) => {
                let downs: Vec<BigRational> = all.iter().map(Self::truth).collect();
                let [alone] = &downs[..] else {
                    let shared = downs.iter().min().unwrap() * exact(*beta);
                    if shared == one() {
                        return one();
                    }
                    // By itself and by the shared cause, each is down as often as it says.
                    let own = |down: &BigRational| (down - &shared) / (one() - &shared);
                    let own: Vec<BigRational> = downs.iter().map(own).collect();
                    let own = k_of_n_truth(*needed, &own);
                    return &shared + &own - &shared * &own;
                };
                alone.clone()
            }
            Self::Failover(works, takes, both) => {
                let (primary, standby) = (both[0].truth(), both[1].truth());
                let (works, fails) = (exact(*works), one() - exact(*works));
                let switching = exact((*takes as f64 / REPAIR as f64).min(1.0));
                let rest = (one() - &switching) * standby;
                primary * (fails + works * (switching + rest))
            }
        }
    }
}

/// The chance that fewer than `needed` are up, from the chances of each number being up.
fn k_of_n_truth(needed: usize, downs: &[BigRational]) -> BigRational {
    let mut up = vec![one()];
    for down in downs {
        let mut next = vec![BigRational::zero(); up.len() + 1];
        for (many, chance) in up.iter().enumerate() {
            next[many] += chance * down;
            next[many + 1] += chance * (one() - down);
        }
        up = next;
    }
    up.iter().take(needed).fold(BigRational::zero(), |sum, chance| sum + chance)
}

/// From one down to the smallest of floats, each size alike often, and the ends.
fn share() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => (0.0..16.0_f64).prop_map(|nines| libm::pow(10.0, -nines)),
        2 => (0.0..300.0_f64).prop_map(|nines| libm::pow(10.0, -nines)),
        2 => 0.0..1.0_f64,
        1 => (0.0..16.0_f64).prop_map(|nines| 1.0 - libm::pow(10.0, -nines)),
        1 => Just(0.0),
        1 => Just(1.0),
    ]
}

fn system(share: impl Strategy<Value = f64> + 'static) -> impl Strategy<Value = System> {
    share.prop_map(System::Part).prop_recursive(5, 24, 5, |inner| {
        let several = || prop::collection::vec(inner.clone(), 1..5);
        prop_oneof![
            several().prop_map(System::Series),
            (several(), 0..5_usize, prop_oneof![Just(0.0), 0.0..=1.0_f64])
                .prop_map(|(all, needed, beta)| System::KOfN(1 + needed % all.len(), beta, all)),
            (prop::collection::vec(inner.clone(), 2), 0.0..=1.0_f64, 0..2 * REPAIR)
                .prop_map(|(both, works, takes)| System::Failover(works, takes, both)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn systems_are_as_exact_as_promised(system in system(share())) {
        let (told, truth) = (system.block().down(), system.truth());
        prop_assert!(is_near(told, &truth), "{told:?}, {system:?}");
    }

    #[test]
    fn what_blocks_contribute_is_what_changes_without_them(system in system(share())) {
        let whole = system.block();
        for one in whole.contributions() {
            // From never to always in a straight line, through how often it is down now.
            let block = one.path.iter().fold(&whole, |block, place| &block.children()[*place]);
            let down = exact(block.down().share().unwrap_or(0.0));
            let ends = [one.if_never, one.if_always].map(|end| exact(end.share().unwrap_or(0.0)));
            let line = (exact(1.0) - &down) * &ends[0] + &down * &ends[1];
            // A shared cause depends on the least of its group, so the line there is bent; it is no part of this.
            if !has_common_cause(&system) {
                let told = exact(whole.down().share().unwrap_or(0.0));
                prop_assert!((&line - &told).abs() <= exact(1e-11) * &told + exact(1e-299), "{:?}", one.path);
            }
            // But for the last bit, where it makes no difference.
            prop_assert!(ends[0] <= &ends[1] * exact(1.0 + 1e-12));
        }
    }

    /// However little that is beside the rest, of which enough is up.
    #[test]
    fn what_a_block_costs_is_as_exact(system in system(share().prop_map(|share| share * 0.1))) {
        if !has_common_cause(&system) {
            let truth = system.truth();
            for one in system.block().contributions() {
                let without = system.without(&one.path).truth();
                prop_assert!(is_near(one.costs, &(&truth - &without)), "{:?} of {system:?}: {:?}", one.path, one.costs);
            }
        }
    }

    /// Of parts of which one suffices, more in common is never better.
    #[test]
    fn what_is_in_common_does_not_help(downs in prop::collection::vec(share(), 2..5), betas in [0.0..=1.0_f64, 0.0..=1.0]) {
        let down = |beta| {
            let parts = downs.iter().map(|down| Block::part(Unavailability::new(*down).unwrap())).collect();
            exact(Block::parallel(parts, CommonCause::new(beta).unwrap()).unwrap().down().share().unwrap_or(0.0))
        };
        let (less, more) = (betas[0].min(betas[1]), betas[0].max(betas[1]));
        prop_assert!(down(less) <= down(more) * exact(1.0 + 1e-12));
    }

    #[test]
    fn parts_alike_are_the_same_in_every_way(down in share(), n in 1..24_u32, k in 0..24_u32) {
        let needed = 1 + k % n;
        let part = Unavailability::new(down).unwrap();
        let truth = k_of_n_truth(needed as usize, &vec![exact(down); n as usize]);
        let alike = k_of_n_alike(needed, n, part);
        prop_assert!(is_near(alike, &truth), "{alike:?}");
        prop_assert!(is_near(series((0..n).map(|_| part)), &k_of_n_truth(n as usize, &vec![exact(down); n as usize])));
        prop_assert!(is_near(quorum(n, part), &k_of_n_truth(n as usize / 2 + 1, &vec![exact(down); n as usize])));
    }
}

fn has_common_cause(system: &System) -> bool {
    match system {
        System::Part(_) => false,
        System::Series(all) | System::Failover(_, _, all) => all.iter().any(has_common_cause),
        System::KOfN(_, beta, all) => *beta > 0.0 || all.iter().any(has_common_cause),
    }
}

#[test]
fn a_thousand_parts_are_as_exact_as_promised() {
    // Shares that no float holds exactly, all different; their product is far below what a float can be.
    let shares: Vec<f64> = (1..=1000).map(|i| 1e-3 / (1.0 + f64::from(i) / 7.0)).collect();
    let parts = || shares.iter().map(|share| Unavailability::new(*share).unwrap());
    let truth = one() - shares.iter().fold(one(), |up, share| up * (one() - exact(*share)));
    assert!(is_near(series(parts()), &truth));
    let product = parallel(parts());
    assert_eq!(product.share(), None);
    let logs: f64 = shares.iter().map(|share| -libm::log10(*share)).sum();
    assert!((product.nines() - logs).abs() < 1e-8);
    let half = System::KOfN(500, 0.0, shares.iter().map(|share| System::Part(0.4 + share)).collect()).block().down();
    assert!(half.share().unwrap() > 0.0 && half.share().unwrap() < 1e-6, "{half:?}");
}

/// The time that overlaps, incident by incident, at every instant of which no more than all requests fail.
fn lost_truth(incidents: &[Incident], until: u64) -> BigRational {
    let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap();
    let mut ends: Vec<u64> = incidents.iter().flat_map(|one| [nanos(one.start), nanos(one.end())]).collect();
    ends.extend([0, until]);
    ends.retain(|end| *end <= until);
    ends.sort_unstable();
    ends.windows(2).fold(BigRational::zero(), |lost, pair| {
        let during = incidents.iter().filter(|one| nanos(one.start) <= pair[0] && pair[1] <= nanos(one.end()));
        let failing = during.fold(BigRational::zero(), |sum, one| sum + exact(one.failing.share().unwrap()));
        lost + seconds_truth(pair[1] - pair[0]) * failing.min(one())
    })
}

fn seconds_truth(nanos: u64) -> BigRational {
    BigRational::new(nanos.into(), 1_000_000_000_u64.into())
}

fn is_close(told: f64, truth: &BigRational) -> bool {
    (exact(told) - truth).abs() <= exact(1e-12) * truth
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_weighted_by_requests_is_as_exact(parts in prop::collection::vec((0.0..1e9_f64, share()), 1..30)) {
        let told = weighted(parts.iter().map(|(weight, down)| (*weight, Unavailability::new(*down).unwrap())));
        let all = parts.iter().fold(BigRational::zero(), |sum, part| sum + exact(part.0));
        if all.is_zero() {
            prop_assert_eq!(told, None);
        } else {
            let failed = parts.iter().fold(BigRational::zero(), |sum, part| sum + exact(part.0) * exact(part.1));
            prop_assert!(is_near(told.unwrap(), &(failed / all)), "{told:?}");
        }
    }

    #[test]
    fn times_between_failures_and_to_repair_are_as_exact(between in share(), repair in share(), scale in 1e-3..1e9_f64) {
        let (between_failures, to_repair) = (between * scale, repair * 1e6);
        prop_assume!(between_failures > 0.0 || to_repair > 0.0);
        let told = Repair { between_failures, to_repair }.unavailability().unwrap();
        let truth = exact(to_repair) / (exact(between_failures) + exact(to_repair));
        prop_assert!(is_near(told, &truth), "{told:?}");
    }

    /// A part that is a little better keeps the target, and one that is a little worse does not.
    #[test]
    fn how_good_a_part_must_be_is_as_exact(target in share(), many in 1..40_u32) {
        let part = part_for(Unavailability::new(target).unwrap(), many);
        // What is too small to be told as a number cannot be held against one.
        prop_assume!(part.share().is_some());
        let part = exact(part.share().unwrap());
        let whole = |part: BigRational| {
            let up = (one() - part).max(BigRational::zero());
            one() - (0..many).fold(one(), |all, _| all * &up)
        };
        let (better, worse) = (whole(&part * exact(1.0 - 1e-12)), whole(&part * exact(1.0 + 1e-12)));
        prop_assert!(better <= exact(target) && exact(target) <= worse, "{many} for {target}: {part}");
    }

    #[test]
    fn budgets_and_what_is_spent_of_them_are_as_exact(
        may_fail in (0.0..12.0_f64).prop_map(|nines| libm::pow(10.0, -nines)),
        window in 1..u64::from(u32::MAX),
        parts in prop::collection::vec((0.0..1.2_f64, 0.0..0.5_f64, (0.0..12.0_f64).prop_map(|nines| libm::pow(10.0, -nines))), 0..8),
        until in 0.0..1.2_f64,
    ) {
        // Windows from microseconds to a month, in nanoseconds.
        let window = window * 1_000_000;
        let part_of = |share: f64| Duration::from_nanos((window as f64 * share) as u64);
        let objective =
            Objective { may_fail: Unavailability::new(may_fail).unwrap(), window: Duration::from_nanos(window) };
        let incidents: Vec<Incident> = parts
            .iter()
            .map(|(start, length, failing)| Incident {
                start: part_of(*start),
                length: part_of(*length),
                failing: Unavailability::new(*failing).unwrap(),
            })
            .collect();
        let budget = seconds_truth(window) * exact(may_fail);
        prop_assert!(is_close(objective.budget(), &budget));
        let until = part_of(until);
        let lost = lost_truth(&incidents, u64::try_from(until.as_nanos()).unwrap().min(window));
        let told = objective.spent(&incidents, until);
        prop_assert!(is_close(told, &(lost / budget)), "{told}");
    }
}
