//! What is true: the price, which moves, and the stock.

use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::rng::{Seed, Stream};

use crate::lab::record::Level;

/// The price at the beginning, which is the list price, in cents.
pub(super) const LIST_PRICE: u64 = 10_000;
/// Between these, in cents: at either end the trend turns round.
const RANGE: (f64, f64) = (5_000.0, 20_000.0);
/// A delivery.
const STOCK: u64 = 40;

#[derive(Clone)]
pub(super) struct Market {
    price: f64,
    falls: bool,
    chance: Stream,
    pub(super) stock: u64,
    pub(super) prices: Level,
}

impl Market {
    pub(super) fn new(seed: Seed) -> Self {
        let chance = seed.stream("price");
        Self { price: LIST_PRICE as f64, falls: false, chance, stock: STOCK, prices: Level::default() }
    }

    /// The price now, in whole cents.
    pub(super) fn price(&self) -> u64 {
        libm::round(self.price) as u64
    }

    /// A step of time passes. `rise` and `volatility` in thousandths a minute.
    pub(super) fn tick(&mut self, now: Instant, step: Duration, rise: u32, volatility: u32) {
        let minutes = step.as_secs_f64() / 60.0;
        let trend = f64::from(rise) / 1000.0 * minutes * if self.falls { -1.0 } else { 1.0 };
        let chance = f64::from(volatility) / 1000.0 * libm::sqrt(minutes) * self.chance.normal();
        self.price = (self.price * (1.0 + trend + chance)).clamp(RANGE.0, RANGE.1);
        if self.price >= RANGE.1 {
            self.falls = true;
        } else if self.price <= RANGE.0 {
            self.falls = false;
        }
        self.note(now);
    }

    pub(super) fn note(&mut self, now: Instant) {
        self.prices.set(now, self.price() as f64 / 100.0);
    }

    /// One is sold; when the last is gone, more are delivered.
    pub(super) fn sell(&mut self) {
        self.stock = if self.stock <= 1 { STOCK } else { self.stock - 1 };
    }
}

/// By how much a price is below the true one on average after `age`, as a share of it, where it is above counting as nothing:
/// the mean of the positive part of a normal, μ Φ(μ/σ) + σ φ(μ/σ), with μ = rise × age and σ = volatility × √age.
pub(super) fn drift(age: Duration, rise: u32, volatility: u32) -> f64 {
    let minutes = age.as_secs_f64() / 60.0;
    let mean = f64::from(rise) / 1000.0 * minutes;
    let deviation = f64::from(volatility) / 1000.0 * libm::sqrt(minutes);
    if deviation <= 0.0 {
        return mean;
    }
    let z = mean / deviation;
    let density = libm::exp(-z * z / 2.0) / libm::sqrt(2.0 * core::f64::consts::PI);
    mean * 0.5 * libm::erfc(-z / core::f64::consts::SQRT_2) + deviation * density
}
