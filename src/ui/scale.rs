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
    let mut stops = match unit {
        Unit::Own(notation) => notation.stops.to_vec(),
        _ if log && unit != Unit::Percent => decades(unit, min, max),
        _ => even(min, max),
    };
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
        Unit::Nanos | Unit::Limit | Unit::Own(_) => 1,
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

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::labs::LABS;

    #[wasm_bindgen_test]
    fn every_slider_goes_from_end_to_end_by_way_of_its_default() {
        for knob in LABS.iter().flat_map(|lab| lab.about.knobs) {
            let stops = stops(knob);
            let Kind::Number { min, max, default, .. } = knob.kind else {
                assert!(stops.is_empty(), "{}", knob.id);
                continue;
            };
            assert_eq!((stops.first(), stops.last()), (Some(&min), Some(&max)), "{}", knob.id);
            assert!(stops.windows(2).all(|two| two[0] < two[1]), "{}: {stops:?}", knob.id);
            assert!(stops.contains(&default) && stops.len() < 260, "{}: {} stops", knob.id, stops.len());
            for (index, stop) in stops.iter().enumerate() {
                assert_eq!(nearest(&stops, *stop), index, "{}", knob.id);
            }
        }
    }

    #[wasm_bindgen_test]
    fn the_nearest_stop_is_found_beyond_the_ends_too() {
        let stops = [10, 20, 50];
        for (value, index) in [(i64::MIN, 0), (14, 0), (15, 1), (34, 1), (36, 2), (i64::MAX, 2)] {
            assert_eq!(nearest(&stops, value), index, "{value}");
        }
        assert_eq!(nearest(&[], 3), 0);
    }

    #[wasm_bindgen_test]
    fn stops_are_round() {
        assert_eq!(even(0, 100).get(..3), Some([0, 1, 2].as_slice()));
        assert_eq!(even(0, 1_000).get(..3), Some([0, 5, 10].as_slice()));
        assert_eq!(even(3, 2_000).get(..3), Some([0, 10, 20].as_slice()));
        let times = decades(Unit::Nanos, 0, 10_000_000_000);
        assert_eq!(times.get(..3), Some([1_000_000, 1_100_000, 1_200_000].as_slice()), "from a millisecond on");
    }
}
