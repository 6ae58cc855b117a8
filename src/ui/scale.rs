//! The values a slider stops at: round ones, so that every press of an arrow key changes something, and no value is odd.

use crate::lab::{Kind, Knob, Unit};

/// Stops of a slider at most, about.
const STOPS: i64 = 200;
/// Round numbers of a decade, in tenths.
const ROUND: [i64; 21] = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 90];

/// The stops of a number knob, from its least value to its greatest. Empty for other knobs.
pub(crate) fn stops(knob: &Knob) -> Vec<i64> {
    let Kind::Number { unit, min, max, log, default } = knob.kind else { return Vec::new() };
    // Percentages are compared with each other, not with their multiples.
    let mut stops = if log && unit != Unit::Percent { decades(unit, min, max) } else { even(min, max) };
    stops.retain(|stop| (min..=max).contains(stop));
    for stop in [min, max, default] {
        let place = stops.partition_point(|other| *other < stop);
        stops.insert(place, stop);
    }
    stops.dedup();
    stops
}

/// The stop nearest to a value.
pub(crate) fn nearest(stops: &[i64], value: i64) -> usize {
    let after = stops.partition_point(|stop| *stop < value);
    match (after.checked_sub(1).and_then(|before| stops.get(before)), stops.get(after)) {
        (Some(before), Some(next)) if value.abs_diff(*before) < value.abs_diff(*next) => after - 1,
        (_, Some(_)) => after,
        _ => stops.len().saturating_sub(1),
    }
}

fn even(min: i64, max: i64) -> Vec<i64> {
    let range = max.saturating_sub(min);
    let mut step = 1_i64;
    while range / step > STOPS {
        // 1, 2, 5, 10, 20 …
        let leading = step / 10_i64.pow(step.ilog10());
        step = if leading == 2 { step / 2 * 5 } else { step.saturating_mul(2) };
    }
    let first = min.div_euclid(step) * step;
    (0..=range / step + 1).map(|index| first.saturating_add(index * step)).collect()
}

fn decades(unit: Unit, min: i64, max: i64) -> Vec<i64> {
    // Below this a slider would spend its length on what nobody wants.
    let floor = match unit {
        Unit::Count(_) | Unit::Percent | Unit::Permille => 1,
        Unit::Nanos | Unit::Limit if max > 1_000_000_000 => 1_000_000,
        Unit::Nanos | Unit::Limit => 1,
        Unit::MilliPerSecond => 100,
        Unit::Milli => 10,
    };
    let mut stops = Vec::new();
    let mut decade = 1_i64;
    while decade <= max {
        let whole = ROUND.iter().filter(|round| decade >= 10 || *round % 10 == 0);
        stops.extend(whole.map(|round| round.saturating_mul(decade) / 10).filter(|stop| *stop >= floor.max(min)));
        match decade.checked_mul(10) {
            Some(next) => decade = next,
            None => break,
        }
    }
    stops
}
