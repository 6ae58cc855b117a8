//! The replicated register: what its quorums promise under any faults, and what they do not.

use core::time::Duration;

use super::clients::{Findings, World};
use super::{Schedule, say, schedules};
use halfopen_core::cluster::{RegisterSettings, Repair, Resolve};
use proptest::prelude::*;

/// A run through the storm, and, healed, on until everything that mends has mended.
fn weathered(schedule: &Schedule, settings: RegisterSettings) -> Findings {
    let every = Some(Duration::from_millis(500));
    let settings = RegisterSettings { anti_entropy_every: every, handoff_every: every, ..settings };
    let mut world = World::new(schedule, settings);
    world.run(Schedule::calm(), true);
    super::heal_links(&mut world.cluster);
    let quiet = Schedule::calm() + Duration::from_secs(120);
    world.run(quiet, false);
    world.findings()
}

fn numbers() -> impl Strategy<Value = (Schedule, RegisterSettings)> {
    let schedule = Schedule::any(3..=7);
    (schedule, any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<bool>()).prop_map(
        |(schedule, copies, write, repairs)| {
            let nodes = schedule.nodes;
            let copies = copies.index(usize::from(nodes.min(5))) as u8 + 1;
            let write = write.index(usize::from(copies)) as u8 + 1;
            let read = copies + 1 - write;
            let read_repair = if repairs { Repair::Behind } else { Repair::Never };
            (schedule, RegisterSettings { nodes, copies, read, write, read_repair, ..RegisterSettings::default() })
        },
    )
}

#[test]
fn strict_quorums_that_overlap_are_never_stale_and_lose_nothing() {
    let (mut went_back, mut acknowledged, mut told) = (0, 0, String::new());
    schedules("R + W > N, strict, version vectors, disks", 2000, numbers(), |(schedule, settings)| {
        let found = weathered(&schedule, settings);
        prop_assert_eq!(found.stale, 0, "{}", found.told[0]);
        prop_assert_eq!(found.lost, 0, "{}", found.told[2]);
        prop_assert_eq!(found.split, 0, "all copies agree");
        acknowledged += found.acknowledged;
        if found.went_back > 0 {
            went_back += 1;
            told = found.told[1].clone();
        }
        Ok(())
    });
    say(&format!("of {acknowledged} answered operations none was stale or lost, but in {went_back} schedules reads"));
    say(&format!("went back, so they are not linearizable: {told}"));
    assert!(went_back > 0 && acknowledged > 50_000);
}

#[test]
fn reads_that_repair_first_never_go_back() {
    let mut acknowledged = 0;
    schedules("R + W > N, strict, repairing first", 2000, numbers(), |(schedule, settings)| {
        let found = weathered(&schedule, RegisterSettings { read_repair: Repair::First, ..settings });
        prop_assert_eq!((found.stale, found.lost, found.split), (0, 0, 0));
        prop_assert_eq!(found.went_back, 0, "{}", found.told[1]);
        acknowledged += found.acknowledged;
        Ok(())
    });
    assert!(acknowledged > 50_000);
}

#[test]
fn hints_that_are_kept_bring_every_write_home() {
    let (mut stale, mut told) = (0, String::new());
    schedules("sloppy, hints for ever", 1000, numbers(), |(schedule, settings)| {
        let found = weathered(&schedule, RegisterSettings { sloppy: true, ..settings });
        prop_assert_eq!(found.lost, 0, "{}", found.told[2]);
        prop_assert_eq!(found.split, 0);
        if found.stale > 0 {
            stale += 1;
            told = found.told[0].clone();
        }
        Ok(())
    });
    say(&format!("sloppy quorums lost nothing in the end, but reads were stale in {stale} schedules: {told}"));
    assert!(stale > 0);
}

/// In how many of so many schedules something is lost, and stale.
fn broken(what: &str, tries: u64, settings: RegisterSettings) -> (u64, u64) {
    let (mut lost, mut stale, mut told) = (0, 0, [String::new(), String::new()]);
    for seed in 0..tries {
        let schedule = Schedule { seed, nodes: 5, loss: 0, twice: 0, ordered: false, every: 700, keep: 200 };
        let found = weathered(&schedule, settings);
        assert_eq!(found.split, 0, "copies agree, also on what is wrong");
        if found.lost > 0 {
            lost += 1;
            told[0] = found.told[2].clone();
        }
        if found.stale > 0 {
            stale += 1;
            told[1] = found.told[0].clone();
        }
    }
    say(&format!("{what}: of {tries} schedules {lost} lost a write, {stale} read stale. {}. {}", told[0], told[1]));
    (lost, stale)
}

#[test]
fn what_else_is_chosen_loses_writes_or_reads_stale() {
    let plain = RegisterSettings::default();
    let (lost, _) = broken("last write wins", 20, RegisterSettings { resolve: Resolve::LastWrite, ..plain });
    assert!(lost > 0);
    let hints_kept = Some(Duration::from_millis(1));
    let (lost, _) =
        broken("a sloppy quorum that throws hints away", 100, RegisterSettings { sloppy: true, hints_kept, ..plain });
    assert!(lost > 0);
    let (lost, _) = broken("disks that forget", 100, RegisterSettings { durable: false, write: 1, read: 3, ..plain });
    assert!(lost > 0);
    let (lost, stale) = broken("R + W = N", 20, RegisterSettings { read: 1, ..plain });
    assert!(lost == 0 && stale > 0);
    assert_eq!(broken("R + W > N", 20, plain), (0, 0));
}
