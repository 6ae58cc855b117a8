//! Where ticks stand on an axis, and what is written at them.

use crate::lab::scene::Axis;
use crate::lab::text;

/// An axis with a range that can be drawn, its ticks, and its title.
#[derive(Debug)]
pub(super) struct Ticks {
    pub from: f64,
    pub to: f64,
    /// Values and what is written there.
    pub marks: Vec<(f64, String)>,
    /// The axis' title, with the unit unless the ticks carry it.
    pub title: String,
}

/// Beyond this the distance between two values could overflow.
const HUGE: f64 = 1e300;

/// Steps of clocks, in seconds.
const CLOCK: [f64; 15] = [
    15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0, 14_400.0, 21_600.0, 43_200.0, 86_400.0,
    172_800.0,
];

impl Ticks {
    /// At most about `room` ticks at round values.
    pub(super) fn new(axis: &Axis, room: usize) -> Self {
        let (from, to) = range(axis);
        let room = room.clamp(1, 40);
        let rough = (to - from) / room as f64;
        let mut step = if axis.unit == "s" && rough > 10.0 {
            CLOCK.into_iter().find(|step| *step >= rough).unwrap_or_else(|| nice(rough))
        } else {
            nice(rough)
        };
        if axis.unit.is_empty() && to - from >= 2.0 {
            // Half a request is not a thing to count.
            step = step.max(1.0);
        }
        let first = libm::ceil(from / step - 1e-9);
        let values = (0..=2 * room).map(|number| (first + number as f64) * step);
        let values: Vec<f64> = values.take_while(|value| *value <= to + step * 1e-9).collect();
        let (writing, carried) = Writing::new(axis.unit, from, to, step);
        let marks = values.into_iter().map(|value| (value, writing.write(value))).collect();
        let title = if carried || axis.unit.is_empty() {
            axis.label.to_owned()
        } else {
            format!("{} ({})", axis.label, axis.unit)
        };
        Self { from, to, marks, title }
    }
}

/// The axis' range, made fit to draw.
fn range(axis: &Axis) -> (f64, f64) {
    let finite = |value: f64| if value.is_nan() { 0.0 } else { value.clamp(-HUGE, HUGE) };
    let (from, to) = (finite(axis.from), finite(axis.to));
    // A range narrower than the numbers' own grain cannot be divided either.
    if to - from > from.abs().max(to.abs()) * 1e-12 { (from, to) } else { (from, from + (from.abs() * 1e-3).max(1.0)) }
}

/// The least of 1, 2, 5 times a power of ten that is not below `rough`.
fn nice(rough: f64) -> f64 {
    let power = libm::pow(10.0, libm::floor(libm::log10(rough.max(1e-300))));
    let lead = rough / power;
    let step = [1.0, 2.0, 5.0].into_iter().find(|step| lead <= step * (1.0 + 1e-9)).unwrap_or(10.0);
    step * power
}

/// How the values of an axis are written: over a divisor, with so many decimals and a suffix.
struct Writing {
    divisor: f64,
    decimals: u32,
    suffix: &'static str,
}

impl Writing {
    /// And whether the unit is in it.
    fn new(unit: &str, from: f64, to: f64, step: f64) -> (Self, bool) {
        let most = from.abs().max(to.abs());
        let (divisor, suffix, carried) = match unit {
            "s" if step >= 3600.0 => (3600.0, "\u{a0}h", true),
            "s" if step >= 60.0 => (60.0, "\u{a0}min", true),
            "s" if most <= 1e-6 => (1e-9, "\u{a0}ns", true),
            "s" if most <= 1e-3 => (1e-6, "\u{a0}µs", true),
            "s" if most <= 1.0 => (1e-3, "\u{a0}ms", true),
            "s" => (1.0, "\u{a0}s", true),
            "ms" => (1.0, "\u{a0}ms", true),
            "%" => (1.0, "\u{a0}%", true),
            _ if most >= 1e12 => (1.0, "", false),
            _ if most >= 2e9 => (1e9, "\u{a0}G", false),
            _ if most >= 2e6 => (1e6, "\u{a0}M", false),
            _ => (1.0, "", false),
        };
        let decimals = (-libm::floor(libm::log10(step / divisor * (1.0 + 1e-9)))).clamp(0.0, 12.0) as u32;
        (Self { divisor, decimals, suffix }, carried)
    }

    fn write(&self, value: f64) -> String {
        format!("{}{}", number(value / self.divisor, self.decimals), self.suffix)
    }
}

/// A number with so many decimals, trailing zeros too; by powers of ten when it is too long for that.
pub(super) fn number(value: f64, decimals: u32) -> String {
    let scale = libm::pow(10.0, f64::from(decimals));
    if !value.is_finite() {
        return "–".to_owned();
    }
    if value != 0.0 && (value.abs() >= 1e12 || value.abs() * scale < 0.5) {
        let exponent = libm::floor(libm::log10(value.abs()));
        // Two divisions: a power below the least float would be zero.
        let lead = value / libm::pow(10.0, exponent / 2.0) / libm::pow(10.0, exponent / 2.0);
        return format!("{}e{}", text::decimal(libm::round(lead * 100.0) as i64, 2), exponent as i32);
    }
    let scaled = libm::round(value.abs() * scale) as u64;
    let unit = 10_u64.saturating_pow(decimals).max(1);
    let sign = if value < 0.0 && scaled > 0 { "−" } else { "" };
    let whole = text::grouped(i64::try_from(scaled / unit).unwrap_or(i64::MAX));
    if decimals == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{:0width$}", scaled % unit, width = decimals as usize)
    }
}

/// A value for reading beside its name: four digits at most that matter, with the axis' unit.
pub(super) fn value(value: f64, unit: &str) -> String {
    let (value, unit) = match (unit, value.abs()) {
        ("s", size) if size > 0.0 && size < 1e-3 => (value * 1e6, "µs"),
        ("s", size) if size > 0.0 && size < 1.0 => (value * 1e3, "ms"),
        _ => (value, unit),
    };
    let gap = if unit.is_empty() { "" } else { "\u{a0}" };
    format!("{}{gap}{unit}", short(value))
}

/// A number with four digits that matter, whole ones all, without trailing zeros.
pub(super) fn short(value: f64) -> String {
    let size = value.abs();
    // Very small ones are written by powers of ten, which no decimals ask for.
    let decimals = if size < 1e-5 || !size.is_finite() { 0.0 } else { (3.0 - libm::floor(libm::log10(size))).max(0.0) };
    let long = number(value, decimals as u32);
    if long.contains('.') && !long.contains('e') {
        long.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        long
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(label: &'static str, unit: &'static str, from: f64, to: f64, room: usize) -> Vec<String> {
        Ticks::new(&Axis { label, unit, from, to }, room).marks.into_iter().map(|mark| mark.1).collect()
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(
            written("time", "s", 0.0, 12.6, 7),
            ["0\u{a0}s", "2\u{a0}s", "4\u{a0}s", "6\u{a0}s", "8\u{a0}s", "10\u{a0}s", "12\u{a0}s"]
        );
        assert_eq!(
            written("time", "s", 0.0, 600.0, 6),
            ["0\u{a0}min", "2\u{a0}min", "4\u{a0}min", "6\u{a0}min", "8\u{a0}min", "10\u{a0}min"]
        );
        assert_eq!(
            written("latency", "s", 0.0, 0.5, 5),
            ["0\u{a0}ms", "100\u{a0}ms", "200\u{a0}ms", "300\u{a0}ms", "400\u{a0}ms", "500\u{a0}ms"]
        );
        assert_eq!(written("requests", "", 0.0, 4.0, 9), ["0", "1", "2", "3", "4"]);
        assert_eq!(written("share", "", 0.0, 1.0, 4), ["0.0", "0.5", "1.0"]);
        assert_eq!(written("load", "1/s", -20.0, 20.0, 4), ["−20", "−10", "0", "10", "20"]);
        assert_eq!(
            written("requests", "", 0.0, 5e6, 5),
            ["0\u{a0}M", "1\u{a0}M", "2\u{a0}M", "3\u{a0}M", "4\u{a0}M", "5\u{a0}M"]
        );
    }

    #[test]
    fn odd_ranges_still_make_an_axis() {
        for (from, to) in [
            (0.0, 0.0),
            (5.0, 5.0),
            (3.0, 1.0),
            (f64::NAN, 1.0),
            (0.0, f64::INFINITY),
            (-f64::MAX, f64::MAX),
            (1e300, 1e300),
            (0.0, 5e-324),
            (1.0, 1.0 + f64::EPSILON),
        ] {
            let ticks = Ticks::new(&Axis { label: "x", unit: "", from, to }, 6);
            assert!(ticks.from < ticks.to && (ticks.to - ticks.from).is_finite(), "{from} {to}: {ticks:?}");
            assert!(ticks.marks.len() <= 13, "{from} {to}: {ticks:?}");
        }
    }

    #[test]
    fn numbers_are_short() {
        for (number, text) in [
            (0.0, "0"),
            (3.0, "3"),
            (0.25, "0.25"),
            (12.345, "12.35"),
            (0.0799012, "0.0799"),
            (1234.5, "1235"),
            (0.00012, "0.00012"),
            (1e-9, "1e-9"),
            (2.5e15, "2.5e15"),
            (-4.0, "−4"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(short(number), text);
        }
    }
}
