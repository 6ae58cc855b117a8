//! The probabilities behind the forecasts.

use super::settings::Compare;

/// The expected number of calls until `n` failures in a row.
pub(super) fn run(n: u32, p: f64) -> f64 {
    // The sum of p^-i for i from 1 to n; the closed form loses digits near p = 1.
    if n > 10_000 {
        return if p < 1.0 { libm::expm1(-f64::from(n) * libm::log(p)) / (1.0 - p) } else { f64::from(n) };
    }
    let (mut sum, mut term) = (0.0, 1.0);
    for _ in 0..n {
        term /= p;
        sum += term;
    }
    sum
}

/// The smallest number of `recorded` that exceeds a rate; more than `recorded` when none does.
pub(super) fn least(percent: u32, compare: Compare, recorded: u64) -> u64 {
    let product = recorded.saturating_mul(u64::from(percent));
    match compare {
        Compare::AtLeast => product.div_ceil(100),
        Compare::Above => (product / 100).saturating_add(1),
    }
}

/// The binomial probability of exactly `k` in `n`.
pub(super) fn binomial(k: u64, n: u64, p: f64) -> f64 {
    if k > n {
        return 0.0;
    }
    if p <= 0.0 || p >= 1.0 {
        return if (k == 0 && p <= 0.0) || (k == n && p >= 1.0) { 1.0 } else { 0.0 };
    }
    let factorial = |m: u64| libm::lgamma(m as f64 + 1.0);
    let ways = factorial(n) - factorial(k) - factorial(n - k);
    libm::exp(ways + k as f64 * libm::log(p) + (n - k) as f64 * libm::log1p(-p))
}

/// The binomial probability of fewer than `k` in `n`.
pub(super) fn below(k: u64, n: u64, p: f64) -> f64 {
    if k > n {
        return 1.0;
    }
    // Terms past the mean fall quickly; past 12 deviations nothing is left that a sum near 1 can show.
    let (n_f, reach) = (n as f64, 40.0 * libm::sqrt(n as f64 * p * (1.0 - p)) + 40.0);
    let from = (n_f * p - reach).max(0.0) as u64;
    let to = k.min((n_f * p + reach) as u64 + 1);
    (from..to).take(1_000_000).map(|k| binomial(k, n, p)).sum::<f64>().min(1.0)
}

/// The probability a call that a full window of `w` results comes to hold `k` failures, not having held them before.
pub(super) fn hazard(k: u64, w: u64, p: f64) -> f64 {
    let n = w as f64;
    let np = n * p;
    let b = |x: u64| binomial(x, w, p);
    // F(x - `less`; w - `shorter`), where the argument of `below` is one more than that of F.
    let f = |x: u64, less: u64, shorter: u64| below((x + 1).saturating_sub(less), w.saturating_sub(shorter), p);
    let (k_f, b_k, f_1, f_2, f_3) = (k as f64, b(k), f(k, 1, 0), f(k, 2, 0), f(k, 3, 0));
    // Naus's Q2 and Q3: no k failures in any window within 2 w and within 3 w calls.
    let f_3_shorter = f(k, 3, 1);
    let q2 = f_1 * f_1 - (k_f - 1.0) * b_k * f_2 + np * b_k * f_3_shorter;
    let a1 = 2.0 * b_k * f_1 * ((k_f - 1.0) * f_2 - np * f_3_shorter);
    let a2 = 0.5
        * b_k
        * b_k
        * ((k_f - 1.0) * (k_f - 2.0) * f_3 - 2.0 * (k_f - 2.0) * np * f(k, 4, 1) + np * (n - 1.0) * p * f(k, 5, 2));
    // Sums over r, with F(r - 1; w), F(r - 2; w) and F(r - 3; w - 1) carried along.
    let (mut a3, mut a4, mut below_1, mut below_3) = (0.0, 0.0, 0.0, 0.0);
    for r in 1..k {
        let below_2 = below_1;
        below_1 += b(r - 1);
        if r >= 3 {
            below_3 += binomial(r - 3, w.saturating_sub(1), p);
        }
        a3 += b(2 * k - r) * below_1 * below_1;
        if r >= 2 {
            a4 += b(2 * k - r) * b(r) * ((r as f64 - 1.0) * below_2 - np * below_3);
        }
    }
    let q3 = f_1 * f_1 * f_1 - a1 + a2 + a3 - a4;
    let ratio = q3 / q2;
    if ratio > 0.0 && ratio < 1.0 - 1e-7 {
        return -libm::log(ratio) / n;
    }
    // The true one is at least that of windows which do not overlap.
    (b_k * (k_f / n - p)).max((1.0 - f_1).max(0.0) / n)
}
