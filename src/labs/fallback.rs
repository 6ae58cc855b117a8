//! Fallback: a product page made of three services, what it shows when one of them fails, and what that costs.

mod about;
mod knobs;
mod market;
mod numbers;
mod pages;
mod picture;
mod setup;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::fallback::{Answer, AskedSecond, Fallback};
use halfopen_core::rng::Seed;
use halfopen_core::sim::Queue;

use crate::lab::record::{Level, Tally};
use crate::lab::scene::{Chart, Scene, View};
use crate::lab::traffic::Traffic;
use crate::lab::{self, About, Config, Record, Tone};
use market::Market;
use setup::Setup;

/// Pages whose outcome the picture remembers.
const RECENT_MAX: usize = 40;
/// How often the price moves.
const TICK: Duration = Duration::from_millis(250);

/// A page, three services, and what stands in for them.
#[derive(Clone)]
pub struct Lab {
    now: Instant,
    seed: Seed,
    setup: Setup,
    queue: Queue<Event>,
    traffic: Traffic,
    market: Market,
    parts: [State; 3],
    pages: BTreeMap<u64, Page>,
    /// The page that was finished last.
    shown: Option<Shown>,
    recent: VecDeque<Became>,
    counts: Counts,
    record: Record,
    shown_price: Level,
    stale: Level,
    missed: Level,
    tallies: [Tally; 3],
}

#[derive(Clone, Debug)]
enum Event {
    Arrive,
    Tick,
    /// What a page asked a service for has come, or will not.
    Came {
        page: u64,
        part: Part,
        how: Came,
    },
    Second {
        page: u64,
        part: Part,
    },
    /// A page waits no longer.
    Deadline(u64),
}

/// How a call of a service ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Came {
    Answered,
    Failed,
    TimedOut,
}

/// A part of the page, and the service that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Price,
    Recommendations,
    Stock,
}

/// A service and its fallback.
#[derive(Clone, Debug)]
struct State {
    fallback: Fallback<u64>,
    broken: Option<Instant>,
    /// Where the last page had this part from, as the log told it.
    told: Told,
}

/// Where a page has a part from, without its age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Nothing,
    From(halfopen_core::fallback::Source),
    Missing,
}

/// A page that is being put together.
#[derive(Clone, Debug)]
struct Page {
    asked: Instant,
    own: bool,
    /// Whether its customer orders, if there is a price.
    orders: bool,
    /// The oldest cached answer that it was given, in thousandths of the age limit of that moment.
    oldest: u64,
    slots: [Slot; 3],
}

#[derive(Clone, Debug)]
enum Slot {
    Asks {
        until: Instant,
    },
    AsksSecond {
        asked: AskedSecond,
        since: Instant,
    },
    Has(Answer<u64>),
    /// Nothing to show; how old the last good answer is, where that is too old.
    Missing {
        cached: Option<Duration>,
    },
}

/// A finished page.
#[derive(Clone, Debug)]
struct Shown {
    number: u64,
    became: Became,
    took: Duration,
    slots: [Slot; 3],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Became {
    Whole,
    Degraded,
    Failed,
}

/// `pages = whole + degraded + failed + under way`, always. Money in cents.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    pages: u64,
    own: u64,
    became: [u64; 3],
    orders: u64,
    /// Orders below the price of the moment, and what they cost.
    below: u64,
    stale_loss: u64,
    /// Orders that failed pages would have brought, and what they would have earned.
    missed: u64,
    error_loss: u64,
    /// The oldest answer shown, in thousandths of its age limit.
    oldest: u64,
}

impl lab::Lab for Lab {
    const ABOUT: About = about::ABOUT;

    fn start(config: &Config, seed: Seed) -> Self {
        let setup = Setup::new(config);
        let state = |part: Part| State {
            fallback: Fallback::new(setup.fallback[part as usize], Some(part.fixed())),
            broken: None,
            told: Told::Nothing,
        };
        let mut lab = Self {
            now: Instant::ZERO,
            seed,
            queue: Queue::new(),
            traffic: Traffic::new(setup.arrivals, seed),
            market: Market::new(seed),
            parts: Part::ALL.map(state),
            pages: BTreeMap::new(),
            shown: None,
            recent: VecDeque::new(),
            counts: Counts::default(),
            record: Record::new(),
            shown_price: Level::default(),
            stale: Level::default(),
            missed: Level::default(),
            tallies: [(); 3].map(|()| Tally::new(Duration::from_millis(500))),
            setup,
        };
        lab.traffic.expect(&mut lab.queue, Event::Arrive);
        lab.queue.push(Instant::ZERO + TICK, Event::Tick);
        lab.market.note(Instant::ZERO);
        lab.stale.set(Instant::ZERO, 0.0);
        lab.missed.set(Instant::ZERO, 0.0);
        lab.fill();
        lab
    }

    fn advance(&mut self, to: Instant) {
        while let Some((now, event)) = self.queue.pop_until(to) {
            self.now = now;
            match event {
                Event::Arrive => {
                    let come = self.traffic.take(now, &mut self.queue, Event::Arrive);
                    (0..come).for_each(|_| self.load(false));
                }
                Event::Tick => {
                    self.market.tick(now, TICK, self.setup.rise, self.setup.volatility);
                    self.queue.push(now + TICK, Event::Tick);
                }
                Event::Came { page, part, how } => self.came(page, part, how),
                Event::Second { page, part } => self.second(page, part),
                Event::Deadline(page) => self.deadline(page),
            }
        }
        self.now = self.now.max(to);
    }

    fn next(&self) -> Option<Instant> {
        self.queue.next_at()
    }

    fn act(&mut self, action: &str, _args: &[i64]) {
        match action {
            "load" => self.load(true),
            "heal_all" => Part::ALL.into_iter().for_each(|part| self.turn(part, false)),
            _ => {
                for part in Part::ALL {
                    if action == part.breaks() {
                        self.turn(part, true);
                    } else if action == part.heals() {
                        self.turn(part, false);
                    }
                }
            }
        }
    }

    fn set(&mut self, config: &Config) {
        self.setup = Setup::new(config);
        for (state, fallback) in self.parts.iter_mut().zip(self.setup.fallback) {
            state.fallback.reconfigure(fallback);
        }
        self.traffic.set(self.now, self.setup.arrivals, &mut self.queue, Event::Arrive);
    }

    fn record(&self) -> &Record {
        &self.record
    }

    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }

    fn scene(&self, view: View) -> Scene {
        Scene {
            diagram: picture::diagram(self, view.layout),
            readouts: numbers::readouts(self),
            buttons: about::buttons(self),
            why: numbers::why(self),
        }
    }

    fn charts(&self) -> Vec<Chart> {
        numbers::charts(self)
    }
}

impl Lab {
    fn part(&self, part: Part) -> &State {
        // One state a part.
        let [price, recommendations, stock] = &self.parts;
        match part {
            Part::Price => price,
            Part::Recommendations => recommendations,
            Part::Stock => stock,
        }
    }

    fn part_mut(&mut self, part: Part) -> &mut State {
        let [price, recommendations, stock] = &mut self.parts;
        match part {
            Part::Price => price,
            Part::Recommendations => recommendations,
            Part::Stock => stock,
        }
    }

    /// The run begins when a page has just been loaded: an outage may begin with it, and a cache that is empty says nothing.
    fn fill(&mut self) {
        let Some(kept) = self.setup.filled() else { return };
        let now = self.now;
        for part in Part::ALL {
            let value = self.truth(part);
            self.part_mut(part).fallback.on_success(value, now);
        }
        self.record.log(now, Tone::Plain, "", format!("A page was loaded as the run began: {kept} filled."));
    }

    fn turn(&mut self, part: Part, broken: bool) {
        if self.part(part).broken.is_some() == broken {
            return;
        }
        let now = self.now;
        self.record.event(now, 1, &[part as u64, u64::from(broken)]);
        let since = std::mem::replace(&mut self.part_mut(part).broken, broken.then_some(now));
        let service = part.service();
        let said = match since {
            None if self.setup.hangs => format!("You broke the {service}: it takes calls and never answers."),
            None => format!("You broke the {service}: each of its calls fails."),
            Some(since) => {
                let long = lab::text::about(now.since(since));
                format!("You healed the {service} after {long}.")
            }
        };
        self.record.log(now, Tone::Plain, "", said);
        if self.parts.iter().all(|state| state.broken.is_some()) {
            let said = "Price, recommendations and stock: whatever the page shows now is a fallback.";
            self.record.log(now, Tone::Bad, "▲ all three are broken.", said);
        }
    }
}

impl Part {
    const ALL: [Self; 3] = [Self::Price, Self::Recommendations, Self::Stock];

    /// The name in knobs and actions.
    const fn id(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::Recommendations => "recs",
            Self::Stock => "stock",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::Recommendations => "recommendations",
            Self::Stock => "stock",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Price => "Price",
            Self::Recommendations => "Recommendations",
            Self::Stock => "Stock",
        }
    }

    const fn service(self) -> &'static str {
        match self {
            Self::Price => "price service",
            Self::Recommendations => "recommendation service",
            Self::Stock => "stock service",
        }
    }

    const fn breaks(self) -> &'static str {
        match self {
            Self::Price => "break_price",
            Self::Recommendations => "break_recs",
            Self::Stock => "break_stock",
        }
    }

    const fn heals(self) -> &'static str {
        match self {
            Self::Price => "heal_price",
            Self::Recommendations => "heal_recs",
            Self::Stock => "heal_stock",
        }
    }

    /// The value that is always there: a list price; best sellers and a word on stock need no number.
    const fn fixed(self) -> u64 {
        match self {
            Self::Price => market::LIST_PRICE,
            Self::Recommendations | Self::Stock => 0,
        }
    }
}
