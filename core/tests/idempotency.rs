//! Idempotency keys: their stories, and a model that keeps all that ever happened.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers")]

use core::time::Duration;

use halfopen_core::Instant;
use halfopen_core::idempotency::{
    Begun, Config, InFlight, Refused, Settings, Store, Superseded, Ticket, WhenFull, fingerprint,
};
use proptest::prelude::*;

fn at(nanos: u64) -> Instant {
    Instant::from_nanos(nanos)
}

fn store(settings: Settings) -> Store<u8, u32, 4> {
    Store::new(Config::new(settings).unwrap()).unwrap()
}

fn executes(begun: Result<Begun<u32>, Refused>) -> Ticket {
    match begun {
        Ok(Begun::Execute(ticket)) => ticket,
        other => panic!("{other:?}"),
    }
}

const SMALL: Settings = Settings {
    ttl: Duration::from_nanos(100),
    lease: None,
    capacity: 2,
    in_flight: InFlight::Refuse,
    when_full: WhenFull::Refuse,
};

#[test]
fn a_key_is_done_once_and_forgotten_in_time() {
    let mut store = store(SMALL);
    let ticket = executes(store.begin(1, 7, at(0)));
    assert_eq!(store.begin(1, 7, at(1)), Err(Refused::InFlight { since: at(0) }));
    assert_eq!(store.begin(1, 8, at(1)), Err(Refused::OtherPayload));
    store.complete(ticket, 42, at(10)).unwrap();
    assert_eq!(store.poll_timeout(), Some(at(110)));
    assert_eq!(store.begin(1, 7, at(109)), Ok(Begun::Done { answer: 42, age: Duration::from_nanos(99) }));
    assert_eq!(store.begin(1, 8, at(109)), Err(Refused::OtherPayload));
    // At its end it is as if it had never been, for any payload.
    let again = executes(store.begin(1, 8, at(110)));
    store.abort(again, at(111)).unwrap();
    assert_eq!((store.in_flight(at(111)), store.done(at(111)), store.executions()), (0, 0, 2));
    assert!(fingerprint(b"a") != fingerprint(b"b") && fingerprint(b"a") == fingerprint(b"a"));
}

#[test]
fn a_full_store_refuses_or_forgets_the_oldest() {
    for when_full in [WhenFull::Refuse, WhenFull::EvictOldest] {
        let mut store = store(Settings { when_full, ..SMALL });
        let first = executes(store.begin(1, 0, at(0)));
        let second = executes(store.begin(2, 0, at(0)));
        let told = store.begin(3, 0, at(1)).unwrap_err();
        assert_eq!(told.to_string(), "the store is full with 2 keys", "what is in flight is never put out");
        store.complete(second, 22, at(2)).unwrap();
        store.complete(first, 11, at(3)).unwrap();
        let third = store.begin(3, 0, at(4));
        if when_full == WhenFull::Refuse {
            assert_eq!(third, Err(Refused::Full { keys: 2 }));
            assert!(executes(store.begin(3, 0, at(102))) != executes(store.begin(2, 0, at(103))));
        } else {
            let _ticket = executes(third);
            assert_eq!((store.evicted(), store.in_flight(at(4)), store.done(at(4))), (1, 1, 1));
            assert!(matches!(store.begin(1, 0, at(5)), Ok(Begun::Done { answer: 11, .. })));
        }
    }
}

#[test]
fn a_lost_execution_is_done_again_after_its_lease() {
    let mut store = store(Settings { lease: Some(Duration::from_nanos(50)), in_flight: InFlight::Wait, ..SMALL });
    let lost = executes(store.begin(1, 0, at(0)));
    assert_eq!(store.begin(1, 0, at(49)), Ok(Begun::Wait { since: at(0) }));
    let second = executes(store.begin(1, 0, at(50)));
    assert_eq!(store.complete(lost, 1, at(60)), Err(Superseded), "it is another's now");
    // Late, but nobody else has begun: better kept than done twice.
    store.complete(second, 2, at(500)).unwrap();
    assert_eq!(store.begin(1, 0, at(599)), Ok(Begun::Done { answer: 2, age: Duration::from_nanos(99) }));
    // Another key takes an empty place before it takes that of one that may yet come.
    let slow = executes(store.begin(2, 0, at(600)));
    let other = executes(store.begin(3, 0, at(700)));
    assert_eq!((store.complete(other, 3, at(700)), store.complete(slow, 4, at(701))), (Ok(()), Ok(())));
}

#[test]
fn what_has_expired_does_not_come_back_with_a_longer_time_to_live() {
    let longer = Config::new(Settings { ttl: Duration::from_nanos(1_000), ..SMALL }).unwrap();
    let mut store = store(SMALL);
    let ticket = executes(store.begin(1, 7, at(0)));
    store.complete(ticket, 42, at(10)).unwrap();
    let mut kept = store.clone();
    kept.reconfigure(longer, at(109)).unwrap();
    assert_eq!(kept.begin(1, 7, at(500)), Ok(Begun::Done { answer: 42, age: Duration::from_nanos(490) }));
    store.reconfigure(longer, at(110)).unwrap();
    let _ticket = executes(store.begin(1, 7, at(110)));
    assert_eq!(store.executions(), 2);
}

#[test]
fn what_is_purged_is_told_once_and_a_request_whose_lease_has_ended_may_yet_be_done() {
    let mut store = store(Settings { lease: Some(Duration::from_nanos(50)), ..SMALL });
    let slow = executes(store.begin(1, 0, at(0)));
    let quick = executes(store.begin(2, 0, at(0)));
    store.complete(quick, 22, at(10)).unwrap();
    let held: Vec<_> =
        store.entries(at(20)).map(|held| (*held.key, held.answer.copied(), held.since, held.ends)).collect();
    assert_eq!(held, [(1, None, at(0), Some(at(50))), (2, Some(22), at(10), Some(at(110)))]);
    assert_eq!(store.entries(at(50)).count(), 1);
    let mut told = Vec::new();
    for now in [109, 110, 111] {
        store.purge(at(now), &mut |held| told.push((now, *held.key, held.answer.copied())));
    }
    assert_eq!(told, [(110, 2, Some(22))]);
    store.complete(slow, 11, at(120)).unwrap();
    assert_eq!((store.done(at(120)), store.executions()), (1, 2));
}

#[test]
fn numbers_are_checked() {
    let told = |settings| Config::new(settings).unwrap_err().to_string();
    assert!(told(Settings { ttl: Duration::ZERO, ..SMALL }).starts_with("ttl is 0 s, outside 1 ns to "));
    assert!(told(Settings { lease: Some(Duration::ZERO), ..SMALL }).starts_with("lease is 0 s"));
    assert_eq!(told(Settings { capacity: 0, ..SMALL }), "capacity is 0, outside 1 to 4294967295");
    let large = Config::new(Settings { capacity: 5, ..SMALL }).unwrap();
    assert_eq!(Store::<u8, u32, 4>::new(large).unwrap_err().to_string(), "capacity is 5, outside 1 to 4");
    assert!(store(SMALL).reconfigure(large, at(0)).is_err());
}

/// A key of the model.
#[derive(Clone, Debug)]
struct Known {
    payload: u64,
    since: u64,
    /// The answer, or the ticket of who is at it.
    state: Result<u32, Ticket>,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    /// Without leases: a map from keys to what is known of them. Never two executions of a key at a time, and a stored
    /// answer is what everybody gets until it expires or, where that is permitted, is put out.
    #[test]
    fn it_is_the_models(
        capacity in 1u32..=4, evicts in any::<bool>(), waits in any::<bool>(), ttl in 1u64..60,
        steps in prop::collection::vec((prop_oneof![3 => 0u64..5, 1 => 0u64..60], 0u8..6, 0u64..2, 0u8..8), 1..80),
    ) {
        let mut ttl = ttl;
        let settings = Settings {
            ttl: Duration::from_nanos(ttl),
            capacity,
            in_flight: if waits { InFlight::Wait } else { InFlight::Refuse },
            when_full: if evicts { WhenFull::EvictOldest } else { WhenFull::Refuse },
            ..SMALL
        };
        let mut store = store(settings);
        let mut model: std::collections::BTreeMap<u8, Known> = Default::default();
        let (mut now, mut answers) = (0, 0);
        for (later, key, payload, action) in steps {
            now += later;
            let gone: Vec<u8> = model
                .iter()
                .filter(|(_, known)| known.state.is_ok() && known.since + ttl <= now)
                .map(|(key, _)| *key)
                .collect();
            model.retain(|key, _| !gone.contains(key));
            if action == 6 {
                let mut told = Vec::new();
                store.purge(at(now), &mut |held| told.push(*held.key));
                // Some may have given their place to another before.
                prop_assert!(gone.iter().all(|key| told.contains(key)) && told.iter().all(|key| !model.contains_key(key)));
            } else if action == 7 {
                ttl = 1 + (payload * 7 + u64::from(key) * 13) % 60;
                let config = Config::new(Settings { ttl: Duration::from_nanos(ttl), ..settings }).unwrap();
                prop_assert_eq!(store.reconfigure(config, at(now)), Ok(()));
                model.retain(|_, known| known.state.is_err() || now < known.since + ttl);
            } else if action < 4 {
                let got = store.begin(key, payload, at(now));
                if let Some(known) = model.get(&key) {
                    let expected = match &known.state {
                        _ if known.payload != payload => Err(Refused::OtherPayload),
                        Ok(answer) => Ok(Begun::Done { answer: *answer, age: Duration::from_nanos(now - known.since) }),
                        Err(_) if waits => Ok(Begun::Wait { since: at(known.since) }),
                        Err(_) => Err(Refused::InFlight { since: at(known.since) }),
                    };
                    prop_assert_eq!(got, expected);
                } else {
                    let mut room = model.len() < capacity as usize;
                    if !room && evicts {
                        let done = model.iter().filter(|(_, known)| known.state.is_ok());
                        let oldest = done.map(|(key, known)| (known.since, *key)).min();
                        // Of several that are as old any may go; the store is asked which.
                        let age = oldest.map(|(since, _)| since);
                        let gone = model.iter().find(|(key, known)| {
                            known.state.is_ok() && Some(known.since) == age
                                && !matches!(store.clone().begin(**key, known.payload, at(now)), Ok(Begun::Done { .. }))
                        }).map(|(key, _)| *key);
                        room = gone.is_some_and(|gone| model.remove(&gone).is_some());
                        prop_assert_eq!(room, oldest.is_some());
                    }
                    match got {
                        Ok(Begun::Execute(ticket)) => {
                            prop_assert!(room);
                            model.insert(key, Known { payload, since: now, state: Err(ticket) });
                        }
                        other => {
                            prop_assert!(!room);
                            prop_assert_eq!(other, Err(Refused::Full { keys: capacity }));
                        }
                    }
                }
            } else if let Some(Known { state: Err(ticket), .. }) = model.get(&key).cloned() {
                if action == 4 {
                    answers += 1;
                    prop_assert_eq!(store.complete(ticket, answers, at(now)), Ok(()));
                    let known = model.get_mut(&key).unwrap();
                    (known.since, known.state) = (now, Ok(answers));
                } else {
                    prop_assert_eq!(store.abort(ticket, at(now)), Ok(()));
                    model.remove(&key);
                }
            }
            let in_flight = model.values().filter(|known| known.state.is_err()).count();
            prop_assert_eq!((store.in_flight(at(now)), store.done(at(now))), (in_flight, model.len() - in_flight));
            prop_assert!(model.len() <= capacity as usize);
            let held = store.entries(at(now)).map(|held| (*held.key, (held.answer.copied(), held.since)));
            let known = model.iter().map(|(key, known)| (*key, (known.state.clone().ok(), at(known.since))));
            prop_assert_eq!(held.collect::<std::collections::BTreeMap<_, _>>(), known.collect());
        }
    }
}
