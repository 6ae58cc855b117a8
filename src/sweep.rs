//! One link played with many seeds, because one seed is an anecdote: the spread of a number, and in two lanes of the
//! difference that the settings make.
//!
//! Both lanes of a seed meet the same arrivals and faults, so the difference is taken seed by seed: what a lucky seed does to
//! both falls out of it.

use std::ops::RangeInclusive;
use std::time::Duration;

use halfopen_core::Instant;

use crate::lab::mean::Mean;
use crate::lab::{Lane, Link, Readout, View, compare};
use crate::session::Session;

/// Seeds at most in one sweep.
pub const SEEDS_MAX: u64 = 1_000_000;

/// A readout's number, in both lanes where there are two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number {
    /// The readout's stable name.
    pub id: &'static str,
    /// What it is.
    pub label: &'static str,
    /// The unit that it is told in, as [`Readout::unit`] has it.
    pub unit: &'static str,
    /// In lane A, if it had one.
    pub a: Option<f64>,
    /// In lane B, if it had one.
    pub b: Option<f64>,
}

/// The numbers of one seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The seed.
    pub seed: u64,
    /// The readouts at the end.
    pub numbers: Vec<Number>,
}

impl Number {
    /// What it is, with the unit of [`Number::told`].
    pub fn heading(&self) -> String {
        if self.unit.is_empty() { self.label.to_owned() } else { format!("{} ({})", self.label, self.unit) }
    }

    /// A mean of such numbers in the unit that they are told in.
    pub fn told(&self, mean: Mean) -> Mean {
        let times = if self.unit == "%" { 100.0 } else { 1.0 };
        Mean { mean: mean.mean * times, deviation: mean.deviation * times, margin: mean.margin * times, ..mean }
    }
}

impl Sample {
    /// A readout's numbers. `None` where this run had no such readout.
    pub fn of(&self, readout: &str) -> Option<&Number> {
        self.numbers.iter().find(|number| number.id == readout)
    }

    /// Only this readout, to hold no more than is asked for.
    pub fn only(mut self, readout: &str) -> Self {
        self.numbers.retain(|number| number.id == readout);
        self.numbers.shrink_to_fit();
        self
    }

    fn take(session: &Session) -> Self {
        let readouts = |lane| session.scene_of(lane, View::default()).readouts;
        let b = if session.is_comparing() { readouts(Lane::B) } else { Vec::new() };
        let number = |readout: &Option<Readout>| readout.as_ref().and_then(|readout| readout.number);
        let numbers = compare::readouts(readouts(Lane::A), b).into_iter().map(|both| {
            // Where there is no number yet there is no unit either.
            let units = [&both.a, &both.b].into_iter().flatten().map(Readout::unit);
            let unit = units.max_by_key(|unit| unit.len()).unwrap_or_default();
            Number { id: both.id, label: both.label, unit, a: number(&both.a), b: number(&both.b) }
        });
        Self { seed: session.seed(), numbers: numbers.collect() }
    }
}

/// Plays the link with this seed to the end.
pub fn sample(link: &Link, seed: u64, until: Instant) -> Sample {
    let mut session = Session::open(&Link { seed, ..link.clone() });
    session.seek(until);
    Sample::take(&session)
}

/// A sweep in slices, for a page that must not stand still meanwhile.
pub struct Sweep {
    link: Link,
    until: Instant,
    seeds: RangeInclusive<u64>,
    total: u64,
    playing: Option<Session>,
    samples: Vec<Sample>,
}

impl Sweep {
    /// A sweep that has not begun.
    pub fn new(link: Link, seeds: RangeInclusive<u64>, until: Instant) -> Self {
        let total = seeds.end().saturating_sub(*seeds.start()).saturating_add(1).min(SEEDS_MAX);
        let seeds = *seeds.start()..=seeds.start().saturating_add(total - 1);
        Self { link, until, seeds, total, playing: None, samples: Vec::new() }
    }

    /// Plays on by at most this much of a run; whether there is more to do.
    pub fn advance(&mut self, by: Duration) -> bool {
        let Some(session) = &mut self.playing else {
            let Some(seed) = self.seeds.next() else { return false };
            self.playing = Some(Session::open(&Link { seed, ..self.link.clone() }));
            return true;
        };
        session.seek((session.now() + by).min(self.until));
        if session.now() >= self.until {
            self.samples.push(Sample::take(session));
            self.playing = None;
        }
        self.playing.is_some() || !self.seeds.is_empty()
    }

    /// What is done, in the order of the seeds.
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// How far each is played.
    pub fn until(&self) -> Instant {
        self.until
    }

    /// Whether each has two lanes.
    pub fn is_comparing(&self) -> bool {
        self.link.b.is_some()
    }

    /// How many seeds there are.
    pub fn total(&self) -> u64 {
        self.total
    }
}

/// The readouts that these samples have, each as the first sample that knows its unit tells it.
pub fn told(samples: &[Sample]) -> impl Iterator<Item = Number> {
    let first = samples.first().map_or(&[][..], |sample| &sample.numbers);
    first.iter().map(|number| {
        let mut known = samples.iter().filter_map(|sample| sample.of(number.id));
        *known.find(|number| !number.unit.is_empty()).unwrap_or(number)
    })
}

/// The means of a readout over many seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Means {
    /// In lane A. `None` where no seed had a number, here and below.
    pub a: Option<Mean>,
    /// In lane B.
    pub b: Option<Mean>,
    /// B less A, seed by seed: of the seeds where both had a number.
    pub difference: Option<Mean>,
}

impl Means {
    /// Those of a readout.
    pub fn of(readout: &str, samples: &[Sample]) -> Self {
        let mean = |number: &dyn Fn(&Number) -> Option<f64>| {
            let numbers = samples.iter().filter_map(|sample| number(sample.of(readout)?));
            Mean::of(&numbers.collect::<Vec<_>>())
        };
        Self {
            a: mean(&|number| number.a),
            b: mean(&|number| number.b),
            difference: mean(&|number| Some(number.b? - number.a?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_counts_the_seeds_with_both_numbers() {
        let sample = |seed, a, b| Sample { seed, numbers: vec![Number { id: "wait", label: "", unit: "", a, b }] };
        let samples = [sample(1, Some(1.0), Some(2.0)), sample(2, Some(9.0), None), sample(3, Some(2.0), Some(4.0))];
        let means = Means::of("wait", &samples);
        assert_eq!(means.a.map(|mean| (mean.count, mean.mean)), Some((3, 4.0)));
        assert_eq!(means.b.map(|mean| (mean.count, mean.mean)), Some((2, 3.0)));
        assert_eq!(means.difference.map(|mean| (mean.count, mean.mean)), Some((2, 1.5)));
        assert_eq!(Means::of("other", &samples).a, None);
    }

    #[test]
    fn a_sweep_in_slices_is_the_same() {
        let lab = crate::labs::find("backoff").unwrap();
        let (link, until) = (Link { b: Some(lab.preset("grpc").unwrap()), ..Link::to(lab) }, Instant::from_secs(20));
        let mut sweep = Sweep::new(link.clone(), 3..=5, until);
        while sweep.advance(Duration::from_millis(700)) {}
        let whole: Vec<Sample> = (3..=5).map(|seed| sample(&link, seed, until)).collect();
        assert_eq!(sweep.samples(), whole);
    }
}
