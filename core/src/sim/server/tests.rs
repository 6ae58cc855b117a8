use super::*;
use crate::rng::Seed;
use core::time::Duration;
use proptest::prelude::*;
use std::string::ToString as _;
use std::vec;

const MS: Duration = Duration::from_millis(1);

fn ms(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

/// Two places, a queue of two, 10 ms a call.
fn small() -> ServerConfig {
    ServerConfig::new(2, Latency::constant(10 * MS)).with_queue(2)
}

fn server(config: ServerConfig) -> Server {
    Server::new(config, Seed(1).fork("server", 0))
}

fn offer(server: &mut Server, now: Instant, id: u64) -> Ticket {
    server.offer(now, id).unwrap().ticket()
}

fn ids(calls: impl Iterator<Item = Call>) -> Vec<u64> {
    calls.map(|call| call.id).collect()
}

#[test]
fn serves_queues_refuses_and_serves_the_next() {
    let mut server = server(small());
    let first = offer(&mut server, ms(0), 1);
    offer(&mut server, ms(1), 2);
    assert!(matches!(server.offer(ms(2), 3), Ok(Accepted::Queued { ahead: 0, .. })));
    assert!(matches!(server.offer(ms(3), 4), Ok(Accepted::Queued { ahead: 1, .. })));
    let full = server.offer(ms(4), 5).unwrap_err();
    assert_eq!(full.to_string(), "the server is full: 2 in service, 2 waiting");
    assert_eq!(server.finish(ms(9), first), None, "not yet due");
    let finished = server.finish(ms(10), first).unwrap();
    assert_eq!((finished.id, finished.ok, finished.waited, finished.took), (1, true, Duration::ZERO, 10 * MS));
    let next = finished.next.unwrap();
    assert_eq!((next.id, next.waited, next.ends), (3, 8 * MS, Some(ms(20))));
    assert_eq!((server.finish(ms(10), first), server.cancel(ms(10), first)), (None, None), "the ticket is spent");
    assert_eq!((ids(server.calls_in_service()), ids(server.calls_queued())), (vec![2, 3], vec![4]));
    assert_eq!(*server.counters(), Counters { offered: 5, refused: 1, served: 1, ..Counters::default() });
}

#[test]
fn newest_first() {
    let mut server = server(ServerConfig { capacity: 1, order: Order::NewestFirst, ..small() });
    let first = offer(&mut server, ms(0), 1);
    offer(&mut server, ms(1), 2);
    offer(&mut server, ms(2), 3);
    assert_eq!(server.finish(ms(10), first).and_then(|done| done.next).map(|next| next.id), Some(3));
}

#[test]
fn a_queue_outlives_its_callers_or_not() {
    let run = |abandoned| {
        let mut server = server(ServerConfig { capacity: 1, abandoned, ..small() });
        let first = offer(&mut server, ms(0), 1);
        let second = offer(&mut server, ms(0), 2);
        let cancelled = [server.cancel(ms(5), second), server.cancel(ms(6), first)];
        (cancelled, server.finish(ms(10), first), server)
    };
    let (cancelled, finished, server) = run(Abandoned::GoOn);
    assert_eq!(cancelled, [Some(Cancelled::GoesOn); 2]);
    assert!(finished.is_some_and(|done| done.abandoned && done.next.is_some_and(|next| next.id == 2)));
    assert_eq!((server.counters().wasted, server.abandoned()), (1, 1));
    let (cancelled, finished, server) = run(Abandoned::DropWaiting);
    assert_eq!(cancelled, [Some(Cancelled::Dropped { next: None }), Some(Cancelled::GoesOn)]);
    assert!(finished.is_some_and(|done| done.abandoned && done.next.is_none()));
    assert_eq!((server.counters().wasted, server.counters().cancelled), (1, 1));
    let (cancelled, finished, server) = run(Abandoned::Drop);
    assert_eq!(cancelled, [Some(Cancelled::Dropped { next: None }); 2]);
    assert_eq!((finished, server.in_service(), server.counters().cancelled), (None, 0, 2));
}

#[test]
fn a_hung_server_holds_its_calls_and_answers_them_when_it_heals() {
    let mut server = server(small());
    let first = offer(&mut server, ms(0), 1);
    assert_eq!(server.set_fault(ms(5), Fault::Hung), Changed::default());
    let Ok(Accepted::Started(second)) = server.offer(ms(6), 2) else { panic!("it accepts what it will not answer") };
    assert_eq!(second.ends, None);
    assert_eq!(server.finish(ms(10), first), None, "the calls that were there hang too");
    let changed = server.set_fault(ms(100), Fault::slower(2));
    let resumed: Vec<_> = changed.started.iter().map(|started| (started.id, started.ends)).collect();
    assert_eq!(resumed, vec![(1, Some(ms(120))), (2, Some(ms(120)))]);
    assert!(server.finish(ms(120), first).is_some_and(|done| done.ok && done.took == 120 * MS));
}

#[test]
fn a_server_that_goes_down_loses_what_it_had() {
    let mut server = server(small());
    let tickets: Vec<_> = (1..=4).map(|id| offer(&mut server, ms(0), id)).collect();
    server.cancel(ms(1), tickets[3]);
    server.set_fault(ms(1), Fault::Hung);
    let lost = server.set_fault(ms(2), Fault::Down).lost;
    assert_eq!(lost.iter().map(|lost| lost.abandoned).collect::<Vec<_>>(), [false, false, false, true]);
    assert_eq!(lost.iter().map(|lost| lost.ticket).collect::<Vec<_>>(), tickets);
    assert_eq!(server.offer(ms(3), 5), Err(Refused::Down));
    // The two that waited, one of them for nobody, were no work.
    let Counters { failed, lost, wasted, .. } = *server.counters();
    assert_eq!((failed, lost, wasted, server.abandoned()), (2, 2, 0, 0));
    server.set_fault(ms(4), Fault::Healthy);
    assert!(matches!(server.offer(ms(4), 6), Ok(Accepted::Started(_))));
}

#[test]
fn settings_turned_in_the_middle() {
    let mut server = server(ServerConfig { queue: UNLIMITED, ..small() });
    let tickets: Vec<_> = (0..10).map(|id| offer(&mut server, ms(0), id)).collect();
    let more = server.set_config(ms(1), ServerConfig { capacity: 5, queue: 1, ..small() });
    assert_eq!(
        more.started.iter().map(|started| (started.id, started.ends)).collect::<Vec<_>>(),
        [(2, Some(ms(11))), (3, Some(ms(11))), (4, Some(ms(11)))]
    );
    assert_eq!(server.queued(), 5, "nobody is turned out");
    for &ticket in &tickets[5..9] {
        server.cancel(ms(2), ticket);
    }
    let less = server.set_config(ms(2), ServerConfig { capacity: 4, abandoned: Abandoned::DropWaiting, ..small() });
    assert_eq!(
        less.lost.iter().map(|lost| (lost.id, lost.ticket)).collect::<Vec<_>>(),
        [5, 6, 7, 8].map(|id| (id, tickets[id as usize]))
    );
    assert_eq!((less.started, ids(server.calls_queued())), (vec![], vec![9]));
    assert!(server.finish(ms(10), tickets[0]).is_some_and(|done| done.next.is_none()), "one too many still");
    assert!(server.finish(ms(10), tickets[1]).is_some_and(|done| done.next.is_some()));
}

#[test]
fn a_call_has_its_luck_whatever_else_is_offered() {
    let config = ServerConfig::new(UNLIMITED, Latency::log_normal(10 * MS, 800));
    let (mut one, mut other) = (server(config), server(config));
    let ends = |server: &mut Server, id| match server.offer(ms(0), id) {
        Ok(Accepted::Started(started)) => started.ends,
        _ => None,
    };
    for id in (0..50).filter(|id| id % 3 != 0) {
        ends(&mut other, id);
    }
    assert!((50..100).all(|id| ends(&mut one, id) == ends(&mut other, id)));
    // And a failing call takes as long as it would have taken.
    one.set_fault(ms(0), Fault::failing(500));
    assert!((100..150).all(|id| ends(&mut one, id) == ends(&mut other, id)));
}

#[test]
fn a_hundred_thousand_places() {
    let mut server = server(ServerConfig::new(100_000, Latency::exponential(10 * MS)).with_queue(100_000));
    let tickets: Vec<_> = (0..200_000).map(|id| offer(&mut server, ms(0), id)).collect();
    assert_eq!(
        server.offer(ms(0), 0),
        Err(Refused::Full { in_service: 100_000, queued: 100_000 }),
        "{:?}",
        server.counters()
    );
    for ticket in tickets {
        server.finish(ms(3_600_000), ticket);
        server.finish(ms(3_600_000), ticket);
    }
    // Those that began at the first finish end after it: all of the first half are done, the second half is begun.
    assert_eq!((server.counters().served, server.in_service(), server.queued()), (100_000, 100_000, 0));
}

/// The same server, plain and slow: two vectors.
struct Model {
    config: ServerConfig,
    fault: Fault,
    seed: Seed,
    serving: Vec<Held>,
    queue: Vec<Held>,
    counters: Counters,
}

#[derive(Clone, Copy)]
struct Held {
    id: u64,
    ends: Option<Instant>,
    ok: bool,
    abandoned: bool,
}

impl Model {
    fn begin(&self, now: Instant, held: Held) -> Held {
        let call = self.seed.fork("call", held.id);
        let latency = self.config.latency.draw(&mut call.stream("latency"));
        let (ends, ok) = match self.fault.judge(latency, &mut call.stream("faults")) {
            Fate::Answers { after, ok } => (Some(now + after), ok),
            _ => (None, false),
        };
        Held { ends, ok, ..held }
    }

    fn fill(&mut self, now: Instant) {
        while (self.serving.len() as u64) < u64::from(self.config.capacity) && !self.queue.is_empty() {
            let newest = self.config.order == Order::NewestFirst;
            let held = self.queue.remove(if newest { self.queue.len() - 1 } else { 0 });
            self.serving.push(self.begin(now, held));
        }
    }

    fn drop_abandoned(&mut self) {
        let before = self.serving.len() + self.queue.len();
        match self.config.abandoned {
            Abandoned::GoOn => {}
            Abandoned::DropWaiting => self.queue.retain(|held| !held.abandoned),
            Abandoned::Drop => {
                self.queue.retain(|held| !held.abandoned);
                self.serving.retain(|held| !held.abandoned);
            }
        }
        self.counters.cancelled += (before - self.serving.len() - self.queue.len()) as u64;
    }

    fn count(&mut self, held: Held, ok: bool) {
        *(if ok { &mut self.counters.served } else { &mut self.counters.failed }) += 1;
        self.counters.wasted += u64::from(held.abandoned);
    }

    fn offer(&mut self, now: Instant, id: u64) {
        self.counters.offered += 1;
        let room = self.serving.len() < self.config.capacity as usize || self.queue.len() < self.config.queue as usize;
        if self.fault == Fault::Down || !room {
            self.counters.refused += 1;
        } else {
            self.queue.push(Held { id, ends: None, ok: false, abandoned: false });
            self.fill(now);
        }
    }

    fn finish(&mut self, now: Instant, id: u64) {
        if let Some(at) = self.serving.iter().position(|held| held.id == id && held.ends.is_some_and(|e| e <= now)) {
            let held = self.serving.remove(at);
            self.count(held, held.ok);
            self.fill(now);
        }
    }

    fn cancel(&mut self, now: Instant, id: u64) {
        for held in self.serving.iter_mut().chain(&mut self.queue).filter(|held| held.id == id) {
            held.abandoned = true;
        }
        self.drop_abandoned();
        self.fill(now);
    }

    fn set_fault(&mut self, now: Instant, fault: Fault) {
        let before = core::mem::replace(&mut self.fault, fault);
        if fault == Fault::Down {
            let cut_off: Vec<_> = self.serving.drain(..).collect();
            cut_off.into_iter().for_each(|held| self.count(held, false));
            self.counters.lost += self.queue.drain(..).count() as u64;
        } else if fault == Fault::Hung {
            self.serving.iter_mut().for_each(|held| held.ends = None);
        } else if before == Fault::Hung {
            self.serving = self.serving.iter().map(|&held| self.begin(now, held)).collect();
        }
    }

    fn set_config(&mut self, now: Instant, config: ServerConfig) {
        self.config = config;
        self.drop_abandoned();
        self.fill(now);
    }
}

#[derive(Clone, Debug)]
enum Step {
    Offer,
    Finish(prop::sample::Index),
    Cancel(prop::sample::Index),
    Fault(Fault),
    Config(ServerConfig),
}

fn any_config() -> impl Strategy<Value = ServerConfig> {
    let order = prop_oneof![Just(Order::OldestFirst), Just(Order::NewestFirst)];
    let abandoned = prop_oneof![Just(Abandoned::GoOn), Just(Abandoned::DropWaiting), Just(Abandoned::Drop)];
    let limit = || prop_oneof![8 => 0u32..6, 1 => Just(UNLIMITED)];
    (limit(), limit(), order, abandoned).prop_map(|(capacity, queue, order, abandoned)| ServerConfig {
        capacity,
        queue,
        order,
        abandoned,
        latency: Latency::exponential(3 * MS),
    })
}

fn any_step() -> impl Strategy<Value = Step> {
    let faults = vec![Fault::Healthy, Fault::failing(300), Fault::slower(3), Fault::Hung, Fault::Down];
    prop_oneof![
        12 => Just(Step::Offer),
        8 => any::<prop::sample::Index>().prop_map(Step::Finish),
        4 => any::<prop::sample::Index>().prop_map(Step::Cancel),
        1 => prop::sample::select(faults).prop_map(Step::Fault),
        1 => any_config().prop_map(Step::Config),
    ]
}

proptest! {
    #[test]
    fn agrees_with_the_model_and_balances(
        config in any_config(),
        steps in prop::collection::vec((0u64..3_000_000, any_step()), 1..250),
    ) {
        let seed = Seed(3);
        let mut server = Server::new(config, seed);
        let counters = Counters::default();
        let mut model =
            Model { config, fault: Fault::Healthy, seed, serving: vec![], queue: vec![], counters };
        let mut tickets: Vec<(Ticket, u64)> = Vec::new();
        let mut now = Instant::ZERO;
        for (id, (pause, step)) in steps.into_iter().enumerate() {
            let id = id as u64;
            now = now + Duration::from_nanos(pause);
            match step {
                Step::Offer => {
                    tickets.extend(server.offer(now, id).ok().map(|accepted| (accepted.ticket(), id)));
                    model.offer(now, id);
                }
                // Any ticket ever given, most of them spent.
                Step::Finish(index) if !tickets.is_empty() => {
                    let (ticket, id) = tickets[index.index(tickets.len())];
                    let finished = server.finish(now, ticket);
                    prop_assert!(finished.is_none_or(|finished| finished.id == id));
                    model.finish(now, id);
                }
                Step::Cancel(index) if !tickets.is_empty() => {
                    let (ticket, id) = tickets[index.index(tickets.len())];
                    server.cancel(now, ticket);
                    model.cancel(now, id);
                }
                Step::Finish(_) | Step::Cancel(_) => {}
                Step::Fault(fault) => {
                    server.set_fault(now, fault);
                    model.set_fault(now, fault);
                }
                Step::Config(config) => {
                    server.set_config(now, config);
                    model.set_config(now, config);
                }
            }
            let shown = |calls: &[Held]| calls.iter().map(|h| (h.id, h.ends, h.abandoned)).collect::<Vec<_>>();
            let shows = |call: Call| (call.id, call.ends, call.abandoned);
            prop_assert_eq!(server.calls_in_service().map(shows).collect::<Vec<_>>(), shown(&model.serving));
            prop_assert_eq!(server.calls_queued().map(shows).collect::<Vec<_>>(), shown(&model.queue));
            prop_assert_eq!(*server.counters(), model.counters);
            let there = u64::from(server.in_service()) + u64::from(server.queued());
            let Counters { offered, refused, served, failed, cancelled, lost, wasted } = *server.counters();
            prop_assert_eq!(offered, refused + served + failed + cancelled + lost + there);
            prop_assert!(wasted <= served + failed);
            let abandoned = server.calls_in_service().chain(server.calls_queued()).filter(|c| c.abandoned).count();
            prop_assert_eq!(server.abandoned() as usize, abandoned);
            prop_assert_eq!(server.calls_in_service().count() as u64, u64::from(server.in_service()));
            // A place is never empty while somebody waits.
            prop_assert!(server.queued() == 0 || server.in_service() >= server.config().capacity);
        }
    }
}
