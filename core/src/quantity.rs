//! Numbers with units, as people write them, and the error that names one out of range.

use core::fmt;
use core::time::Duration;

/// A value with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// A number of things.
    Count(u32),
    /// Hundredths.
    Percent(u32),
    /// Thousandths, written as a decimal number.
    Thousandths(u32),
    /// A length of time.
    Time(Duration),
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent} %"),
            Self::Thousandths(value) => decimal(f, u64::from(*value), 3),
            Self::Time(time) => write!(f, "{}", Span(*time)),
        }
    }
}

/// A value outside its range, both ends of which are permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange {
    /// Which one, such as `cap`.
    pub field: &'static str,
    /// What it was.
    pub value: Quantity,
    /// The smallest permitted.
    pub least: Quantity,
    /// The largest permitted.
    pub most: Quantity,
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}, outside {} to {}", self.field, self.value, self.least, self.most)
    }
}

impl core::error::Error for OutOfRange {}

/// Holds `value` against its range, in thousandths.
pub(crate) fn thousandths(field: &'static str, value: u32, least: u32, most: u32) -> Result<u32, OutOfRange> {
    within(field, value, least, most, Quantity::Thousandths)
}

/// Holds `value` against its range.
pub(crate) fn count(field: &'static str, value: u32, least: u32, most: u32) -> Result<u32, OutOfRange> {
    within(field, value, least, most, Quantity::Count)
}

fn within(
    field: &'static str,
    value: u32,
    least: u32,
    most: u32,
    unit: fn(u32) -> Quantity,
) -> Result<u32, OutOfRange> {
    if value >= least && value <= most {
        return Ok(value);
    }
    Err(OutOfRange { field, value: unit(value), least: unit(least), most: unit(most) })
}

/// A length of time in nanoseconds, held against its range.
pub(crate) fn time(field: &'static str, value: Duration, least: u64, most: u64) -> Result<u64, OutOfRange> {
    match crate::time::nanos(value) {
        Some(nanos) if nanos >= least && nanos <= most => Ok(nanos),
        _ => Err(OutOfRange {
            field,
            value: Quantity::Time(value),
            least: Quantity::Time(Duration::from_nanos(least)),
            most: Quantity::Time(Duration::from_nanos(most)),
        }),
    }
}

/// A length of time as people write it: exact, in the largest unit that leaves it at least 1, such as `1.5 s`.
///
/// With a precision, as in `{:.1}`, it is rounded to at most so many decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(
    /// The length; beyond `u64::MAX` nanoseconds it is shown as that.
    pub Duration,
);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = crate::time::nanos(self.0).unwrap_or(u64::MAX);
        let (digits, unit) = match nanos {
            1_000_000_000.. | 0 => (9, " s"),
            1_000_000.. => (6, " ms"),
            1_000.. => (3, " µs"),
            _ => (0, " ns"),
        };
        let kept = f.precision().map_or(digits, |precision| u32::try_from(precision).unwrap_or(digits).min(digits));
        let dropped = 10u64.saturating_pow(digits - kept);
        decimal(f, nanos / dropped + u64::from(nanos % dropped >= dropped.div_ceil(2) && dropped > 1), kept)?;
        f.write_str(unit)
    }
}

/// Writes `value` / 10^`digits` without zeros at the end.
pub(crate) fn decimal(f: &mut fmt::Formatter<'_>, value: u64, digits: u32) -> fmt::Result {
    let unit = 10u64.saturating_pow(digits).max(1);
    let (whole, mut fraction, mut width) = (value / unit, value % unit, digits as usize);
    write!(f, "{whole}")?;
    if fraction == 0 {
        return Ok(());
    }
    while fraction.is_multiple_of(10) {
        fraction /= 10;
        width = width.saturating_sub(1);
    }
    write!(f, ".{fraction:0width$}")
}
