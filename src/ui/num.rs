//! Numbers for attributes: a few decimals, by whole numbers. The standard library's way of writing floats brings 25 kB.

use std::fmt::Write as _;

/// Writes a number with so many decimals at most, none that are zero at its end; 0 for what is no number.
pub(crate) fn put(out: &mut String, value: f64, decimals: u32) {
    let unit = 10_u32.pow(decimals);
    let scaled = libm::round(value * f64::from(unit));
    // Converting keeps within the range, and makes a zero of what is no number.
    let scaled = scaled as i64;
    let (size, unit) = (scaled.unsigned_abs(), u64::from(unit));
    if scaled < 0 {
        out.push('-');
    }
    // Writing to a string does not fail.
    let _ = write!(out, "{}", size / unit);
    let rest = size % unit;
    if rest > 0 {
        let _ = write!(out, ".{rest:0width$}", width = decimals as usize);
        out.truncate(out.trim_end_matches('0').len());
    }
}

/// [`put`] as a text of its own, with something after it.
pub(crate) fn with(value: f64, decimals: u32, after: &str) -> String {
    let mut out = String::with_capacity(12);
    put(&mut out, value, decimals);
    out.push_str(after);
    out
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn numbers_have_no_more_decimals_than_they_need() {
        for (value, decimals, text) in [
            (2.0, 2, "2"),
            (0.05, 2, "0.05"),
            (0.5, 3, "0.5"),
            (-1.26, 1, "-1.3"),
            (-0.04, 1, "0"),
            (1234.0, 0, "1234"),
            (f64::NAN, 1, "0"),
            (f64::INFINITY, 0, "9223372036854775807"),
            (f64::NEG_INFINITY, 0, "-9223372036854775808"),
        ] {
            assert_eq!(with(value, decimals, ""), text, "{value}");
        }
        assert_eq!(with(12.5, 1, "px"), "12.5px");
    }
}
