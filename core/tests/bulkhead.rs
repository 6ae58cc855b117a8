//! The bulkhead: its stories, and a model that keeps every call in a list.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers")]

use core::time::Duration;
use std::collections::BTreeMap;

use halfopen_core::Instant;
use halfopen_core::bulkhead::{Admitted, Bulkhead, Call, Config, Event, OnTimeout, Permit, Settings};
use proptest::prelude::*;

fn at(nanos: u64) -> Instant {
    Instant::from_nanos(nanos)
}

fn bulkhead(settings: Settings) -> Bulkhead<8> {
    Bulkhead::new(Config::new(settings).unwrap()).unwrap()
}

fn started(admitted: Admitted) -> Permit {
    match admitted {
        Admitted::Started(permit) => permit,
        Admitted::Waiting(call) => panic!("{call:?} waits"),
    }
}

#[test]
fn work_that_nobody_waits_for_holds_its_slot_or_not() {
    for (on_timeout, more) in [(OnTimeout::HoldsSlot, false), (OnTimeout::FreesSlot, true)] {
        let mut bulkhead = bulkhead(Settings { on_timeout, ..Settings::pool(2, 0) });
        let mut sink = |event: Event| panic!("{event:?}");
        let mut permits: Vec<_> = (0..2).map(|_| started(bulkhead.try_acquire(at(0), &mut sink).unwrap())).collect();
        for permit in &mut permits {
            bulkhead.abandon(permit, at(10), &mut sink);
            bulkhead.abandon(permit, at(10), &mut sink);
            assert!(permit.is_abandoned());
        }
        assert_eq!(bulkhead.at_work(), 2, "giving up waiting ends no work");
        let next = bulkhead.try_acquire(at(11), &mut sink);
        assert_eq!(next.is_ok(), more);
        if more {
            assert_eq!((bulkhead.in_use(), bulkhead.loose(), bulkhead.held(), bulkhead.at_work()), (1, 2, 0, 3));
            permits.push(started(next.unwrap()));
        } else {
            assert_eq!((bulkhead.in_use(), bulkhead.loose(), bulkhead.held(), bulkhead.at_work()), (2, 0, 2, 2));
        }
        for permit in permits {
            bulkhead.release(permit, at(20), &mut sink);
        }
        assert_eq!((bulkhead.in_use(), bulkhead.at_work(), bulkhead.held()), (0, 0, 0));
    }
}

#[test]
fn a_wait_ends_at_its_limit_and_not_before() {
    let settings = Settings::semaphore(1, 8, Duration::from_nanos(100));
    for (released, begins) in [(99, true), (100, false), (5000, false)] {
        let (mut bulkhead, mut told) = (bulkhead(settings), Vec::new());
        let first = started(bulkhead.try_acquire(at(0), &mut |_| {}).unwrap());
        assert_eq!(bulkhead.try_acquire(at(0), &mut |_| {}), Ok(Admitted::Waiting(Call(2))));
        assert_eq!(bulkhead.poll_timeout(), Some(at(100)));
        bulkhead.release(first, at(released), &mut |event| told.push(event));
        match &told[..] {
            [Event::Started { at: then, permit, waited }] if begins => {
                assert_eq!((*then, permit.call(), waited.as_nanos()), (at(released), Call(2), 99));
            }
            [Event::GaveUp { at: then, call: Call(2), waited }] if !begins => {
                assert_eq!((*then, waited.as_nanos()), (at(100), 100));
            }
            other => panic!("{other:?}"),
        }
    }
    // Without any wait nobody queues, whatever places there are.
    let mut none = bulkhead(Settings { max_wait: Some(Duration::ZERO), ..settings });
    let _first = started(none.try_acquire(at(0), &mut |_| {}).unwrap());
    let told = none.try_acquire(at(0), &mut |_| {}).unwrap_err().to_string();
    assert_eq!(told, "1 of 1 slot is in use and there is no place to wait");
}

#[test]
fn settings_may_change_on_the_way() {
    let (mut bulkhead, mut told) = (bulkhead(Settings::pool(1, 4)), Vec::new());
    let mut permits = vec![started(bulkhead.try_acquire(at(0), &mut |_| {}).unwrap())];
    (0..4).for_each(|_| _ = bulkhead.try_acquire(at(0), &mut |_| {}).unwrap());
    let three = Config::new(Settings::pool(3, 1)).unwrap();
    bulkhead.reconfigure(three, at(5), &mut |event| told.push(event)).unwrap();
    for event in told.drain(..) {
        let Event::Started { permit, .. } = event else { panic!("{event:?}") };
        permits.push(permit);
    }
    assert_eq!(permits.iter().map(|permit| permit.call().0).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!((bulkhead.in_use(), bulkhead.waiting()), (3, 2));
    assert!(bulkhead.try_acquire(at(6), &mut |_| {}).is_err(), "more wait than there are places");
    // Fewer slots: nobody begins before enough have ended. A shorter wait holds for those who wait.
    let one = Config::new(Settings::pool(1, 1)).unwrap();
    bulkhead.reconfigure(one, at(7), &mut |_| panic!("nothing happens")).unwrap();
    bulkhead.release(permits.pop().unwrap(), at(8), &mut |_| panic!("two are still in"));
    bulkhead.release(permits.pop().unwrap(), at(8), &mut |_| panic!("one is still in"));
    let short = Config::new(Settings::semaphore(1, 1, Duration::from_nanos(3))).unwrap();
    bulkhead.reconfigure(short, at(9), &mut |event| told.push(event)).unwrap();
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|event| matches!(event, Event::GaveUp { at: then, .. } if *then == at(9))), "{told:?}");
    let wide = Config::new(Settings::pool(1, 9)).unwrap();
    let refused = bulkhead.reconfigure(wide, at(9), &mut |_| {}).unwrap_err();
    assert_eq!(refused.to_string(), "queue is 9, outside 0 to 8");
    let long = Settings { max_wait: Some(Duration::MAX), ..Settings::default() };
    assert!(Config::new(long).unwrap_err().to_string().starts_with("max_wait is "));
}

/// A call of the model.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Is {
    Waiting {
        asked: u64,
    },
    Running,
    /// Running, holding a slot or not, though nobody waits.
    Forgotten {
        slot: bool,
    },
    Over,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// A list of all calls, gone through from the front for everything; and what must hold of any bulkhead.
    #[test]
    fn it_is_the_models(
        parallel in 0u32..5, queue in 0u32..=8, max_wait in prop::option::of(0u64..30), frees in any::<bool>(),
        steps in prop::collection::vec((prop_oneof![3 => 0u64..4, 1 => 0u64..40], 0u8..10, any::<prop::sample::Index>()), 1..120),
    ) {
        let on_timeout = if frees { OnTimeout::FreesSlot } else { OnTimeout::HoldsSlot };
        let limit = max_wait.map(Duration::from_nanos);
        let mut bulkhead = bulkhead(Settings { parallel, queue, max_wait: limit, on_timeout });
        let mut model: Vec<Is> = Vec::new();
        let mut permits: BTreeMap<u64, Permit> = BTreeMap::new();
        let (mut now, mut rejected, mut gave_up, mut cancelled, mut begun) = (0, 0u64, 0u64, 0u64, Vec::new());
        for (later, action, pick) in steps {
            now += later;
            let mut expected: Vec<(u64, u64, bool)> = Vec::new();
            let mut events = Vec::new();
            // Whoever waited too long is gone first.
            for (index, call) in model.iter_mut().enumerate() {
                if let (Is::Waiting { asked }, Some(limit)) = (*call, max_wait) && asked + limit <= now {
                    *call = Is::Over;
                    gave_up += 1;
                    expected.push((asked + limit, index as u64 + 1, false));
                }
            }
            let slots = |model: &[Is]| {
                model.iter().filter(|call| matches!(call, Is::Running | Is::Forgotten { slot: true })).count()
            };
            let waiting = |model: &[Is]| model.iter().filter(|call| matches!(call, Is::Waiting { .. })).count();
            let running: Vec<u64> = permits.keys().copied().collect();
            match action {
                0..=4 => {
                    let free = slots(&model) < parallel as usize;
                    let place = waiting(&model) < queue as usize && max_wait != Some(0);
                    let got = bulkhead.try_acquire(at(now), &mut |event| events.push(event));
                    let number = model.len() as u64 + 1;
                    match got {
                        Ok(Admitted::Started(permit)) => {
                            prop_assert!(free);
                            prop_assert_eq!(permit.call(), Call(number));
                            begun.push(number);
                            permits.insert(number, permit);
                            model.push(Is::Running);
                        }
                        Ok(Admitted::Waiting(call)) => {
                            prop_assert!(!free && place && call == Call(number));
                            model.push(Is::Waiting { asked: now });
                        }
                        Err(refused) => {
                            prop_assert!(!free && !place && refused.call == Call(number));
                            rejected += 1;
                            model.push(Is::Over);
                        }
                    }
                }
                5..=7 if !running.is_empty() => {
                    let number = *pick.get(&running);
                    bulkhead.release(permits.remove(&number).unwrap(), at(now), &mut |event| events.push(event));
                    model[number as usize - 1] = Is::Over;
                }
                8 if !running.is_empty() => {
                    let number = *pick.get(&running);
                    bulkhead.abandon(permits.get_mut(&number).unwrap(), at(now), &mut |event| events.push(event));
                    if model[number as usize - 1] == Is::Running {
                        model[number as usize - 1] = Is::Forgotten { slot: !frees };
                    }
                }
                9 if !model.is_empty() => {
                    let index = pick.index(model.len());
                    let waits = matches!(model[index], Is::Waiting { .. });
                    let told = bulkhead.cancel(Call(index as u64 + 1), at(now), &mut |event| events.push(event));
                    prop_assert_eq!(told, waits);
                    if waits {
                        model[index] = Is::Over;
                        cancelled += 1;
                    }
                }
                _ => bulkhead.handle_timeout(at(now), &mut |event| events.push(event)),
            }
            // A freed slot goes to the first in the list that waits.
            while slots(&model) < parallel as usize
                && let Some(index) = model.iter().position(|call| matches!(call, Is::Waiting { .. }))
            {
                model[index] = Is::Running;
                begun.push(index as u64 + 1);
                expected.push((now, index as u64 + 1, true));
            }
            let told: Vec<_> = events.into_iter().map(|event| match event {
                Event::Started { at, permit, .. } => {
                    let told = (at.as_nanos(), permit.call().0, true);
                    permits.insert(permit.call().0, permit);
                    told
                }
                Event::GaveUp { at, call, .. } => (at.as_nanos(), call.0, false),
            }).collect();
            prop_assert_eq!(told, expected);
            prop_assert_eq!((bulkhead.in_use() as usize, bulkhead.waiting() as usize), (slots(&model), waiting(&model)));
            prop_assert!(bulkhead.in_use() <= parallel && bulkhead.waiting() <= queue);
            prop_assert!(bulkhead.in_use() == parallel || bulkhead.waiting() == 0, "a freed slot is never lost");
            prop_assert_eq!(bulkhead.at_work(), permits.len() as u64);
            prop_assert_eq!(bulkhead.at_work(), u64::from(bulkhead.in_use()) + bulkhead.loose());
            prop_assert!(bulkhead.held() <= bulkhead.in_use());
            let totals = bulkhead.totals();
            prop_assert_eq!((totals.rejected, totals.gave_up, totals.cancelled), (rejected, gave_up, cancelled));
            prop_assert_eq!((totals.asked, totals.started), (model.len() as u64, begun.len() as u64));
            let ends = totals.started + totals.rejected + totals.gave_up + totals.cancelled;
            prop_assert_eq!(totals.asked, ends + u64::from(bulkhead.waiting()));
            let line: Vec<u64> = bulkhead.line().map(|(call, _)| call.0).collect();
            prop_assert!(line.is_sorted());
        }
        prop_assert!(begun.is_sorted(), "first come, first served");
    }
}
