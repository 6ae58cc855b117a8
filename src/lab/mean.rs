//! Means with their intervals: what many runs tell that one does not.

/// A mean with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// Over so many numbers.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation, with n − 1 in the denominator. 0 for a single number.
    pub deviation: f64,
    /// Half the width of the 95 % confidence interval of the mean: Student's t times deviation / √n. Infinite for a single
    /// number, which tells nothing of the spread.
    pub margin: f64,
}

impl Mean {
    /// The mean of these numbers; `None` of none. Their order counts in the last bit: give them in that of the seeds.
    pub fn of(numbers: &[f64]) -> Option<Self> {
        let count = numbers.len();
        if count == 0 {
            return None;
        }
        let mean = numbers.iter().sum::<f64>() / count as f64;
        let degrees = count.saturating_sub(1);
        if degrees == 0 {
            return Some(Self { count, mean, deviation: 0.0, margin: f64::INFINITY });
        }
        let squares = numbers.iter().map(|number| (number - mean) * (number - mean)).sum::<f64>();
        let deviation = libm::sqrt(squares / degrees as f64);
        let margin = student(degrees) * deviation / libm::sqrt(count as f64);
        Some(Self { count, mean, deviation, margin })
    }

    /// Whether 0 lies outside the interval: then the difference is more than chance.
    pub fn is_apart_from_zero(&self) -> bool {
        self.mean.abs() > self.margin
    }

    /// What to think of it as a difference.
    pub fn verdict(&self) -> &'static str {
        match self {
            _ if self.is_apart_from_zero() => "more than chance",
            Self { mean: 0.0, .. } => "none",
            _ => "may be chance",
        }
    }
}

/// Student's t at 97.5 % with so many degrees of freedom: exact for 1 to 4, then the expansion of Abramowitz and Stegun
/// 26.7.5 about the normal quantile, which is right to three digits.
fn student(degrees: usize) -> f64 {
    const Z: f64 = 1.959_963_984_540_054;
    match degrees {
        0 => f64::INFINITY,
        1 => 12.706_204_736,
        2 => 4.302_652_730,
        3 => 3.182_446_305,
        4 => 2.776_445_105,
        _ => {
            let (z2, n) = (Z * Z, degrees as f64);
            let g1 = (z2 + 1.0) / 4.0;
            let g2 = ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
            let g3 = (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
            let g4 = ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92_160.0;
            Z * (1.0 + (g1 + (g2 + (g3 + g4 / n) / n) / n) / n)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_students() {
        // Tables: t(0.975) is 3.182 with 3 degrees of freedom, 2.262 with 9, 1.984 with 99.
        for (degrees, t) in [(1, 12.706), (2, 4.303), (3, 3.182), (9, 2.262), (99, 1.984)] {
            assert!((student(degrees) - t).abs() < 2e-3, "{degrees}: {}", student(degrees));
        }
        let mean = Mean::of(&[1.0, 2.0, 3.0, 4.0]).unwrap();
        assert!((mean.mean - 2.5).abs() < 1e-12 && (mean.deviation - 1.290_994).abs() < 1e-6);
        assert!((mean.margin - 3.182 * 1.290_994 / 2.0).abs() < 2e-3);
        assert!(mean.is_apart_from_zero());
        assert_eq!(Mean::of(&[]), None);
        assert!(!Mean::of(&[7.0]).unwrap().is_apart_from_zero(), "one number tells nothing");
    }
}
