//! The numbers: readouts, the rules with the current numbers in them, and what became of all requests.

use halfopen_core::Instant;

use super::forecast::law;
use super::setup::{Arranged, Kind};
use super::{Lab, lane::Lane};
use crate::lab::scene::{Button, Readout, Table, Tone, Why};
use crate::lab::text;

/// Orders of which fewer are answered starve.
const WELL: f64 = 0.95;

pub(super) fn many(number: u32) -> String {
    text::grouped(number.into())
}

fn whole(number: u64) -> String {
    text::grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

/// A number of threads, or of requests a second, with a decimal where it is small.
pub(super) fn threads(number: f64) -> String {
    if number < 100.0 {
        text::decimal(libm::round(number * 10.0) as i64, 1)
    } else {
        text::grouped(libm::round(number) as i64)
    }
}

/// A share as a percentage; all of it only where it is all.
pub(super) fn percent(share: f64) -> String {
    let permille = share.clamp(0.0, 1.0) * 1000.0;
    let exact = !(10.0..=990.0).contains(&permille);
    let tenths = if permille > 990.0 { libm::floor(permille) } else { libm::round(permille) } as i64;
    let tenths = if exact { tenths } else { (tenths + 5) / 10 * 10 };
    let least = if share > 0.0 && tenths == 0 { "under 0.1".to_owned() } else { text::decimal(tenths, 1) };
    format!("{least}\u{a0}%")
}

pub(super) fn buttons(lab: &Lab) -> Vec<Button> {
    let (sends, label) =
        if lab.slow.is_some() { ("usual", "Make payments quick again") } else { ("slow", "Make payments slow") };
    vec![Button { action: "slow", sends, label: label.to_owned(), pressed: None, enabled: true }]
}

impl Lab {
    /// The share of requests of this kind that was answered lately.
    pub(super) fn share(&self, arranged: Arranged, kind: Kind) -> Option<f64> {
        self.of(arranged).of(kind).recent.sum(self.now).0.share()
    }

    /// Whether too few orders are answered.
    pub(super) fn starves(&self, arranged: Arranged) -> bool {
        self.share(arranged, Kind::Orders).is_some_and(|share| share < WELL)
    }
}

fn goodput(lane: &Lane, now: Instant) -> Option<f64> {
    let mut answers = 0;
    let mut length = 0.0;
    for account in &lane.accounts {
        let (sum, seconds) = account.recent.sum(now);
        (answers, length) = (answers + sum.answered, seconds);
    }
    (length > 0.0).then(|| f64::from(answers) / length)
}

pub(super) fn readouts(lab: &Lab) -> Vec<Readout> {
    let none = || "none yet".to_owned();
    let share = |id, label, arranged, kind| {
        let number = lab.share(arranged, kind);
        let tone = match number {
            Some(share) if share < WELL => Tone::Bad,
            Some(_) => Tone::Ok,
            None => Tone::Plain,
        };
        Readout { id, label, number, value: number.map_or_else(none, percent), tone }
    };
    let wait = |id, label, arranged| {
        let mean = lab.of(arranged).of(Kind::Orders).recent.sum(lab.now).0.mean_wait();
        let value = mean.map_or_else(none, text::about);
        Readout { id, label, number: mean.map(|mean| mean.as_secs_f64()), value, tone: Tone::Plain }
    };
    let lost = |id, label, arranged| {
        let lost = lab.of(arranged).of(Kind::Orders).without_slot();
        Readout::count(id, label, lost, if lost > 0 { Tone::Bad } else { Tone::Plain })
    };
    let used = |id, label, arranged| {
        let used = lab.of(arranged).in_use();
        let value = format!("{used} of {}", lab.setup.slots(None));
        Readout { id, label, number: Some(used.into()), value, tone: Tone::Plain }
    };
    let good = |id, label, arranged| {
        let number = goodput(lab.of(arranged), lab.now);
        let value = number.map_or_else(none, |number| format!("{}/s", threads(number)));
        Readout { id, label, number, value, tone: Tone::Plain }
    };
    let (one, two) = (Arranged::Shared, Arranged::Apart);
    let mut all = vec![
        share("orders_shared", "orders answered, shared pool", one, Kind::Orders),
        share("orders_apart", "orders answered, bulkheads", two, Kind::Orders),
        share("payments_apart", "payments answered, bulkheads", two, Kind::Payments),
        wait("wait_shared", "mean wait of orders, shared pool", one),
        wait("wait_apart", "mean wait of orders, bulkheads", two),
        lost("lost_shared", "orders turned away, shared pool", one),
        lost("lost_apart", "orders turned away, bulkheads", two),
        used("threads_shared", "in use, shared pool", one),
        used("threads_apart", "in use, bulkheads", two),
        good("goodput_shared", "answered a second, shared pool", one),
        good("goodput_apart", "answered a second, bulkheads", two),
    ];
    if let Some(since) = lab.slow {
        let slow = lab.now.since(since);
        let (number, value) = (Some(slow.as_secs_f64()), text::about(slow));
        all.push(Readout { id: "slow_for", label: "payments slow for", number, value, tone: Tone::Half });
    }
    let payments = lab.of(two).of(Kind::Payments);
    if lab.setup.frees || payments.loose > 0 {
        all.push(Readout::count("at_work", "payments at work, bulkheads", payments.at_work(), Tone::Plain));
    }
    all
}

pub(super) fn why(lab: &Lab) -> Vec<Why> {
    let (setup, slow) = (&lab.setup, lab.slow.is_some());
    let (own, orders) = (setup.slots(Some(Kind::Payments)), setup.slots(Some(Kind::Orders)));
    let noun = setup.noun(2);
    let shared = lab.of(Arranged::Shared);
    let held: u32 = shared.accounts.iter().map(|account| account.held).sum();
    let wait = setup.wait();
    let mut why = vec![
        Why {
            rule: format!("{noun} needed = rate × time each is held (Little’s law)"),
            now: format!(
                "payments: {} of {own}; orders: {} of {orders}",
                law(setup, Kind::Payments, slow),
                law(setup, Kind::Orders, slow)
            ),
        },
        Why {
            rule: format!(
                "a {} goes to whoever has waited longest, whatever for",
                if setup.semaphore { "permit that is given back" } else { "thread that is free" }
            ),
            now: format!(
                "shared pool: {} of {} in use for payments, {} for orders",
                shared.of(Kind::Payments).slots,
                setup.slots(None),
                shared.of(Kind::Orders).slots
            ),
        },
        Why {
            rule: if setup.frees {
                format!("a timeout ends the waiting and frees the {}, but the work goes on", setup.noun(1))
            } else {
                format!("a timeout ends the waiting, not the work, which goes on holding its {}", setup.noun(1))
            },
            now: if setup.frees {
                let loose = |arranged: Arranged| lab.of(arranged).accounts.iter().map(|account| account.loose).sum();
                format!(
                    "at work without one: {} in the shared pool, {} behind bulkheads",
                    many(loose(Arranged::Shared)),
                    many(loose(Arranged::Apart))
                )
            } else {
                format!("after {}: {held} of the shared pool are held for nobody", text::about(setup.timeout))
            },
        },
        Why {
            rule: "none free: wait while there is a place, else be turned away".to_owned(),
            now: match (setup.queue(None), wait.is_zero()) {
                (0, _) | (_, true) => "nobody waits: turned away at once".to_owned(),
                (places, false) => format!("{places} places in all, for {} at most", text::about(wait)),
            },
        },
    ];
    let at_work = |arranged: Arranged| lab.of(arranged).at_work();
    why.push(if setup.shared == 0 {
        Why {
            rule: "a bulkhead of threads divides threads: CPU, memory and database stay shared".to_owned(),
            now: "here nothing of these runs short; “What both still share” changes that".to_owned(),
        }
    } else {
        let takes = |arranged: Arranged| {
            let usual = setup.usual[Kind::Orders as usize];
            text::about(usual + setup.stretched(usual, at_work(arranged)))
        };
        Why {
            rule: format!(
                "{}\u{a0}% of the work takes longer with calls at work ÷ {} (at least 1, at most 10)",
                setup.shared, setup.full_speed
            ),
            now: format!(
                "at work: {} and {}; an order that begins now takes {} in the shared pool, {} behind its bulkhead",
                whole(at_work(Arranged::Shared)),
                whole(at_work(Arranged::Apart)),
                takes(Arranged::Shared),
                takes(Arranged::Apart)
            ),
        }
    });
    why
}

/// What became of all requests.
pub(super) fn fates(lab: &Lab) -> Table {
    let mut rows = Vec::new();
    for arranged in Arranged::ALL {
        for kind in Kind::ALL {
            let account = lab.of(arranged).of(kind);
            let numbers = [
                account.came,
                account.answered,
                account.late,
                account.gave_up,
                account.rejected,
                account.in_flight(),
                account.slots.into(),
                account.held.into(),
                account.loose.into(),
            ];
            let name = format!("{}, {}", kind.name(), arranged.name());
            rows.push([name].into_iter().chain(numbers.map(whole)).collect());
        }
    }
    Table {
        id: "fates",
        title: "What became of all requests",
        note: "What came is what was answered, what failed in one of three ways, and what is in flight. Work that is held for nobody, or goes on without a thread, has failed already.".to_owned(),
        heads: vec![
            "requests",
            "came",
            "answered",
            "timed out at work",
            "gave up waiting",
            "turned away",
            "in flight",
            "threads in use",
            "held for nobody",
            "at work without one",
        ],
        rows,
        current: None,
    }
}
