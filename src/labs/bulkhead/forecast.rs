//! What the settings mean before anything runs: Little's law, and what pools of other sizes would cost.

use super::lane::AT_WORK_MAX;
use super::numbers::{percent, threads};
use super::setup::{Kind, Setup};
use crate::lab::{Config, Fact, text};

/// The share of requests turned away by so many slots with so many places before them, where `load` slots would be in use
/// if there were enough. A. K. Erlang's loss formula, by its recursion, for any distribution of times; then a place at a time,
/// which is exact for exponential times. Whoever waits does so without end.
pub(super) fn turned_away(load: f64, slots: u32, places: u32) -> f64 {
    let lost = (1..=slots).fold(1.0, |lost, slots| load * lost / (f64::from(slots) + load * lost));
    let each = load / f64::from(slots.max(1));
    (0..places).fold(lost, |lost, _| each * lost / (1.0 + each * lost))
}

/// Slots that are idle on average.
pub(super) fn idle(load: f64, slots: u32, places: u32) -> f64 {
    (f64::from(slots) - load * (1.0 - turned_away(load, slots, places))).max(0.0)
}

/// Little's law with its numbers: “20/s × 100 ms = 2”.
pub(super) fn law(setup: &Setup, kind: Kind, slow: bool) -> String {
    let holds = std::time::Duration::from_secs_f64(setup.holds(kind, slow).clamp(0.0, 1e9));
    format!("{}/s × {} = {}", threads(setup.per_second(kind)), text::about(holds), threads(setup.needs(kind, slow)))
}

/// What becomes of orders behind their bulkhead while payments are slow.
struct Apart {
    /// Slow payments at work on average, with a slot or without.
    payments: f64,
    /// The share of orders that is answered in time, and the share if nothing at all were shared.
    answered: f64,
    alone: f64,
    /// How long an order takes on average.
    takes: f64,
}

fn apart(setup: &Setup) -> Apart {
    let (kind, load) = (Some(Kind::Payments), setup.needs(Kind::Payments, true));
    let busy = load * (1.0 - turned_away(load, setup.slots(kind), queue(setup, kind)));
    let holds = setup.holds(Kind::Payments, true).max(1e-9);
    let payments = busy * setup.takes(Kind::Payments, true).as_secs_f64() / holds;
    let (answered, takes) = orders(setup, Some(payments.min(AT_WORK_MAX as f64)));
    Apart { payments, answered, alone: orders(setup, None).0, takes }
}

/// The share of orders that their own pool answers in time with so many payments at work, and how long one takes on average.
/// Orders come and go one by one, as if their times were exponential; how long one takes depends on how many are at work as
/// it begins. Without a number, nothing is shared.
fn orders(setup: &Setup, payments: Option<f64>) -> (f64, f64) {
    let (slots, places) = (setup.slots(Some(Kind::Orders)), queue(setup, Some(Kind::Orders)));
    let (rate, timeout) = (setup.per_second(Kind::Orders), setup.timeout.as_secs_f64());
    let usual = setup.takes(Kind::Orders, false);
    let takes = |orders: u32| {
        let stretched = |payments: f64| setup.stretched(usual, libm::round(payments) as u64 + u64::from(orders));
        (usual + payments.map_or_else(Default::default, stretched)).as_secs_f64()
    };
    let held = |takes: f64| match (setup.frees, setup.varied) {
        (false, _) => takes,
        (true, true) => takes * (1.0 - libm::exp(-timeout / takes)),
        (true, false) => takes.min(timeout),
    };
    let in_time = |takes: f64, left: f64| match setup.varied {
        true => 1.0 - libm::exp(-left.max(0.0) / takes),
        false => f64::from(u8::from(takes <= left)),
    };
    // How likely it is that so many are there, up to a factor.
    let (mut likely, mut all, mut answered, mut time) = (1.0, 0.0, 0.0, 0.0);
    for there in 0..=slots + places {
        let at_work = there.min(slots);
        if there > 0 {
            likely *= rate * held(takes(at_work)) / f64::from(at_work.max(1));
        }
        all += likely;
        if there < slots + places {
            // Whoever comes now waits for those before it.
            let its = takes((at_work + 1).min(slots));
            let before = f64::from((there + 1).saturating_sub(slots));
            answered += likely * in_time(its, timeout - before * held(takes(slots)) / f64::from(slots.max(1)));
            time += likely * its;
        }
        if likely > 1e100 {
            [likely, all, answered, time] = [likely, all, answered, time].map(|number| number / 1e100);
        }
    }
    let begun = all - likely;
    (answered / all, if begun > 0.0 { time / begun } else { takes(slots) })
}

/// From this share on, all are answered.
const WELL: f64 = 0.99;

pub(super) fn claim(config: &Config) -> String {
    let setup = Setup::new(config);
    let (payments, orders) = (setup.needs(Kind::Payments, true), setup.needs(Kind::Orders, false));
    let (all, own, noun) = (setup.slots(None), setup.slots(Some(Kind::Payments)), setup.noun(2));
    let need = format!("Slow payments need {} {noun}", law(&setup, Kind::Payments, true));
    if setup.per_second(Kind::Payments) == 0.0 {
        return "Without payments there is nothing that could take the orders’ threads.".to_owned();
    }
    if payments + orders > f64::from(all) {
        // Whoever gets in is answered; of those who wait, no other share than of those who come gets in.
        let answered = percent(1.0 - turned_away(payments + orders, all, 0));
        let about = match (setup.shared > 0, setup.frees && setup.queue(None) > 0) {
            (true, true) => "very roughly",
            (true, false) => "at most",
            // Who has waited holds a thread for what is left of the timeout.
            (false, true) => "at least",
            // Which is a bound itself.
            (false, false) if answered.starts_with("under") => "",
            (false, false) => "about",
        };
        let about = if about.is_empty() { String::new() } else { format!("{about} ") };
        let only = if orders < f64::from(all) { "though orders need only" } else { "and orders need" };
        format!(
            "{need}. They take what one pool of {all} has: {about}{answered} of the orders are answered, {only} {}. {}",
            threads(orders),
            behind(&setup, own)
        )
    } else {
        let lost = turned_away(payments + orders, all, queue(&setup, None));
        let bears = if lost > 1.0 - WELL {
            format!("would bear both on average, and turns {} away", percent(lost))
        } else {
            "bears both, without a bulkhead".to_owned()
        };
        let shared = match fail_too(&setup) {
            Some(said) => format!(" {said}"),
            None if setup.shared > 0 && payments + orders > f64::from(setup.full_speed) => {
                format!(" But what both share is at full speed up to {}, and no bulkhead divides it.", setup.full_speed)
            }
            None => DIVIDES_NOTHING[usize::from(setup.shared > 0)].to_owned(),
        };
        format!("{need}, and orders {}: one pool of {all} {bears}.{shared}", threads(orders))
    }
}

/// Said where something is shared.
const DIVIDES_NOTHING: [&str; 2] = ["", " What both still share, no bulkhead divides."];

/// What bulkheads change for orders.
fn behind(setup: &Setup, own: u32) -> String {
    let shared = DIVIDES_NOTHING[usize::from(setup.shared > 0)];
    fail_too(setup).unwrap_or_else(|| format!("With {own} of their own, payments fail alone.{shared}"))
}

/// That orders fail behind their bulkhead as well, and why, if they do.
fn fail_too(setup: &Setup) -> Option<String> {
    let apart = apart(setup);
    if setup.per_second(Kind::Orders) == 0.0 || apart.answered >= WELL {
        return None;
    }
    let answered = percent(apart.answered);
    let (slots, places) = (setup.slots(Some(Kind::Orders)), setup.queue(Some(Kind::Orders)));
    let of = Kind::Orders;
    let why = if apart.alone - apart.answered > 0.01 {
        let about = |seconds: f64| text::about(std::time::Duration::from_secs_f64(libm::round(seconds * 1e3) / 1e3));
        format!(
            "with {} at work, what both share makes an order take {} on average, not {}",
            text::counted(libm::round(apart.payments) as u64, "payment", "payments"),
            about(apart.takes),
            text::about(setup.takes(of, false))
        )
    } else {
        let queue = match places {
            0 => "without a queue".to_owned(),
            _ => format!("with {} to wait", text::counted(places.into(), "place", "places")),
        };
        format!("they need {} on average, and {slots} {queue} are too few, whatever payments do", law(setup, of, false))
    };
    Some(format!("Behind bulkheads some orders fail too, and about {answered} are answered: {why}."))
}

pub(super) fn outlook(config: &Config) -> Vec<Fact> {
    let setup = Setup::new(config);
    let noun = setup.noun(2);
    let needs = |label: &str, kind: Kind, slow: bool| {
        let (need, has) = (setup.needs(kind, slow), setup.slots(Some(kind)));
        let idle = f64::from(has) - need;
        let rest = if idle >= 0.0 {
            format!("{} idle on average", threads(idle))
        } else {
            format!("saturated, {} too few", threads(-idle))
        };
        Fact {
            label: label.to_owned(),
            value: format!("{} of {has} {noun}", threads(need)),
            because: format!("Little’s law: {}; {rest}", law(&setup, kind, slow)),
        }
    };
    let orders = setup.needs(Kind::Orders, false);
    let free = (f64::from(setup.slots(None)) - orders).max(0.0);
    let rate = setup.per_second(Kind::Payments);
    let fills = setup.needs(Kind::Payments, true) > free && rate > 0.0;
    let after = std::time::Duration::from_secs_f64(if fills { (free / rate).min(1e9) } else { 0.0 });
    let lost = |kind: Option<Kind>| {
        let load = kind.map_or_else(
            || setup.needs(Kind::Payments, false) + setup.needs(Kind::Orders, false),
            |kind| setup.needs(kind, false),
        );
        percent(turned_away(load, setup.slots(kind), queue(&setup, kind)))
    };
    vec![
        needs("Payments need, as usual", Kind::Payments, false),
        needs("Payments need, slow", Kind::Payments, true),
        needs("Orders need", Kind::Orders, false),
        Fact {
            label: "Slow payments fill the shared pool".to_owned(),
            value: if fills { format!("after {}", text::about(after)) } else { "never".to_owned() },
            because: format!("({} − {} for orders) ÷ {}/s", setup.slots(None), threads(orders), threads(rate)),
        },
        Fact {
            label: "Turned away as usual, behind bulkheads".to_owned(),
            value: format!("{} of payments, {} of orders", lost(Some(Kind::Payments)), lost(Some(Kind::Orders))),
            because: format!(
                "Erlang’s formula for pools of {} and {}; one pool of {} would turn away {}",
                setup.slots(Some(Kind::Payments)),
                setup.slots(Some(Kind::Orders)),
                setup.slots(None),
                lost(None)
            ),
        },
    ]
}

/// Places before the slots of a pool; of a semaphore's line, as many as are served within the longest wait.
pub(super) fn queue(setup: &Setup, kind: Option<Kind>) -> u32 {
    let places = setup.queue(kind);
    if !setup.semaphore {
        return places;
    }
    let usual = kind.map_or(setup.usual[1], |kind| setup.usual[kind as usize]).as_secs_f64();
    let served = setup.wait().as_secs_f64() / usual.max(1e-9) * f64::from(setup.slots(kind));
    (served.min(f64::from(places))) as u32
}

#[cfg(test)]
mod tests {
    use super::{idle, turned_away};

    #[test]
    fn erlang_knew() {
        // (2³/3!) ÷ (1 + 2 + 2²/2! + 2³/3!).
        assert!((turned_away(2.0, 3, 0) - 4.0 / 19.0).abs() < 1e-12);
        // M/M/1/2 at full load: three states, equally likely.
        assert!((turned_away(1.0, 1, 1) - 1.0 / 3.0).abs() < 1e-12);
        assert!((idle(1.0, 1, 1) - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(turned_away(0.0, 5, 0), 0.0);
        // Far too few: what they can serve of what comes.
        assert!((turned_away(1e6, 100, 0) - 0.9999).abs() < 1e-6);
    }
}
