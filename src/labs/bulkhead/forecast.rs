//! What the settings mean before anything runs: Little's law, and what pools of other sizes would cost.

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

pub(super) fn claim(config: &Config) -> String {
    let setup = Setup::new(config);
    let (payments, orders) = (setup.needs(Kind::Payments, true), setup.needs(Kind::Orders, false));
    let (all, own, noun) = (setup.slots(None), setup.slots(Some(Kind::Payments)), setup.noun(2));
    let need = format!("Slow payments need {} {noun}", law(&setup, Kind::Payments, true));
    let shared = if setup.shared > 0 { " What both still share, no bulkhead divides." } else { "" };
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
            (false, false) => "about",
        };
        format!(
            "{need}. They take what one pool of {all} has: {about} {answered} of the orders are answered, though orders need only {}. With {own} of their own, payments fail alone.{shared}",
            threads(orders)
        )
    } else {
        format!("{need}, and orders {}: one pool of {all} bears both, without a bulkhead.{shared}", threads(orders))
    }
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
