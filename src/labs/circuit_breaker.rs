//! Circuit breaker: a caller, a breaker and a backend that the reader breaks.

mod about;
mod calls;
mod charts;
mod knobs;
mod outlook;
mod picture;
mod presets;
mod settings;
mod why;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::breaker::{self, Breaker, EventKind, HalfOpenBy, Permit, State};
use halfopen_core::rng::Seed;
use halfopen_core::sim::{Arrivals, Fault, Latency, Queue, Rate, Server, ServerConfig, Ticket};

use crate::lab::record::{Level, Tally};
use crate::lab::traffic::Traffic;
use crate::lab::{self, About, Chart, Config, Record, Scene, Tone, View, text, wording};

/// The gap between the ten requests of *Send 10*.
const TEN_APART: Duration = Duration::from_millis(100);
/// Requests that came back lately, for the picture.
const RECENT_MAX: usize = 24;
/// States that the chart's band remembers before it is made coarser.
const STATES_MAX: usize = 2_000;
/// Traffic up to this many requests a second is logged request by request; above it, only what changes.
const LOGGED_RATE_MAX: u64 = 2;

/// A caller, a breaker and a backend.
#[derive(Clone)]
pub struct Lab {
    now: Instant,
    config: Config,
    setup: Setup,
    queue: Queue<Event>,
    traffic: Traffic,
    server: Server,
    backend: Backend,
    breaker: Breaker<{ knobs::WINDOW_CALLS_MAX }>,
    calls: BTreeMap<u64, Call>,
    recent: VecDeque<Recent>,
    counts: Counts,
    record: Record,
    states: VecDeque<(Instant, State)>,
    states_thinned: bool,
    /// What the trip counts, where that is no share.
    watched: Level,
    /// The shares of failed and of slow calls in the window, in percent.
    failing: Level,
    slow: Level,
    /// When the window is looked at next although nothing happens.
    rolls_at: Option<Instant>,
    /// Timeouts in the queue at most, those of calls that came back included.
    timeouts: usize,
    /// The wait whose end is in the queue: since when it is open, and its end, which is 0 once it was told.
    waits: Option<(Instant, Instant)>,
    /// When the breaker is looked at because it may change by itself, the next time last.
    looks: Vec<Instant>,
    answered: Tally,
    failed: Tally,
    turned_away: Tally,
}

/// What the knobs say, in the types of the core.
#[derive(Clone)]
struct Setup {
    breaker: breaker::Config,
    server: ServerConfig,
    arrivals: Arrivals,
    timeout: Duration,
    broken: Fault,
    slow: Fault,
}

/// How the backend is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Backend {
    Well,
    Broken,
    Slow,
    Hung,
    Down,
}

#[derive(Clone, Debug)]
enum Event {
    Arrive,
    /// One of *Send 10*.
    Send,
    Finish(Ticket),
    TimeUp(u64),
    /// The breaker changes by itself.
    Breaker,
    /// The wait of the stay entered then is over.
    WaitOver(Instant),
    /// A bucket leaves the window.
    Roll,
}

/// A request under way.
#[derive(Clone)]
struct Call {
    sent: Instant,
    permit: Permit,
    ticket: Option<Ticket>,
    probe: bool,
    /// The reader sent it, so it is told of one by one.
    own: bool,
    /// The caller's own mistake: whatever comes back says nothing about the backend.
    malformed: bool,
}

/// A request that came back lately.
#[derive(Clone, Debug)]
struct Recent {
    at: Instant,
    id: u64,
    came: Came,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Came {
    Answered,
    Failed,
    TurnedAway,
}

/// `sent = answered + failed + ignored + turned away + under way`, always.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    sent: u64,
    answered: u64,
    failed: u64,
    ignored: u64,
    turned_away: u64,
    reached: u64,
    late: u64,
}

impl Setup {
    fn new(config: &Config) -> Self {
        let latency = config.duration("latency");
        let latency = match config.choice("spread") {
            "exponential" => Latency::exponential(latency),
            "log_normal" => Latency::log_normal(latency, 500),
            _ => Latency::constant(latency),
        };
        let rate = Rate::from_millihertz(config.count("rate"));
        let arrivals = match (config.count("rate"), config.choice("arrivals")) {
            (0, _) => Arrivals::None,
            (_, "constant") => Arrivals::Constant { rate },
            (millihertz, "bursts") => {
                Arrivals::Burst { size: 10, every: Duration::from_nanos(10_000_000_000_000 / millihertz.max(1)) }
            }
            _ => Arrivals::Poisson { rate },
        };
        Self {
            breaker: settings::breaker(config).0,
            server: ServerConfig::new(config.small("capacity"), latency),
            arrivals,
            timeout: config.duration("timeout"),
            broken: Fault::failing(config.small("broken_percent").saturating_mul(10)),
            slow: Fault::Slow { factor_permille: config.small("slow_factor"), extra: Duration::ZERO },
        }
    }
}

impl lab::Lab for Lab {
    const ABOUT: About = about::ABOUT;

    fn start(config: &Config, seed: Seed) -> Self {
        let setup = Setup::new(config);
        #[expect(clippy::unreachable, reason = "no knob leads there, as the registry walk shows")]
        let Ok(breaker) = Breaker::new(setup.breaker, Instant::ZERO) else {
            unreachable!("the table's ranges keep every window within the breaker's places")
        };
        let mut lab = Self {
            now: Instant::ZERO,
            config: config.clone(),
            queue: Queue::new(),
            traffic: Traffic::new(setup.arrivals, seed),
            server: Server::new(setup.server, seed.fork("backend", 0)),
            backend: Backend::Well,
            calls: BTreeMap::new(),
            recent: VecDeque::new(),
            counts: Counts::default(),
            record: Record::new(),
            states: VecDeque::from([(Instant::ZERO, breaker.state())]),
            states_thinned: false,
            watched: Level::default(),
            failing: Level::default(),
            slow: Level::default(),
            rolls_at: None,
            timeouts: 0,
            waits: None,
            looks: Vec::new(),
            answered: Tally::new(Duration::from_millis(500)),
            failed: Tally::new(Duration::from_millis(500)),
            turned_away: Tally::new(Duration::from_millis(500)),
            breaker,
            setup,
        };
        lab.traffic.expect(&mut lab.queue, Event::Arrive);
        lab.expect_breaker();
        lab.expect_wait();
        lab.watch();
        if lab.breaker.state() != State::Closed {
            lab.record.health(Instant::ZERO, wording::state_health(lab.breaker.state()));
        }
        lab
    }

    fn advance(&mut self, to: Instant) {
        while let Some((now, event)) = self.queue.pop_until(to) {
            self.now = now;
            match event {
                Event::Arrive => {
                    let come = self.traffic.take(now, &mut self.queue, Event::Arrive);
                    (0..come).for_each(|_| self.send(false, false));
                }
                Event::Send => self.send(true, false),
                Event::Finish(ticket) => {
                    if let Some(done) = self.server.finish(now, ticket) {
                        done.next.into_iter().for_each(|next| self.started(next));
                        if !done.abandoned {
                            self.came_back(done.id, done.ok, None);
                        }
                    }
                }
                Event::TimeUp(id) => self.time_up(id),
                Event::Breaker => {
                    self.looks.pop();
                    let mut heard = Vec::new();
                    self.breaker.handle_timeout_with(now, &mut |event| heard.push(event));
                    self.hear(heard);
                    self.expect_breaker();
                }
                // Not the end of one that has been turned longer or shorter since.
                Event::WaitOver(entered) if self.waits == Some((entered, now)) => self.wait_over(),
                Event::WaitOver(_) => {}
                Event::Roll => self.watch(),
            }
        }
        self.now = self.now.max(to);
    }

    fn next(&self) -> Option<Instant> {
        self.queue.next_at()
    }

    fn act(&mut self, action: &str, _args: &[i64]) {
        match action {
            "send" => self.send(true, false),
            "send_10" => (0..10).for_each(|index| self.queue.push(self.now + TEN_APART * index, Event::Send)),
            "send_malformed" => self.send(true, true),
            "break" => self.turn_backend(Backend::Broken),
            "slow" => self.turn_backend(Backend::Slow),
            "hang" => self.turn_backend(Backend::Hung),
            "shut_down" => self.turn_backend(Backend::Down),
            "heal" => self.turn_backend(Backend::Well),
            "force_open" => self.force(State::ForcedOpen),
            "disable" => self.force(State::Disabled),
            "watch_only" => self.force(State::MetricsOnly),
            "close" => self.force(State::Closed),
            _ => {}
        }
    }

    fn set(&mut self, config: &Config) {
        self.setup = Setup::new(config);
        self.config = config.clone();
        let mut heard = Vec::new();
        // The table's ranges keep every window within the breaker's places, so this does not fail.
        let _ = self.breaker.reconfigure_with(self.setup.breaker, self.now, &mut |event| heard.push(event));
        self.hear(heard);
        let changed = self.server.set_config(self.now, self.setup.server);
        self.changed(changed);
        self.traffic.set(self.now, self.setup.arrivals, &mut self.queue, Event::Arrive);
        self.turn_fault();
        self.expect_breaker();
        self.expect_wait();
        self.watch();
    }

    fn record(&self) -> &Record {
        &self.record
    }

    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }

    fn scene(&self, view: View) -> Scene {
        Scene {
            diagram: picture::diagram(self, view),
            readouts: why::readouts(self),
            buttons: about::buttons(self),
            why: why::why(self),
        }
    }

    fn charts(&self) -> Vec<Chart> {
        charts::charts(self)
    }
}

impl Lab {
    /// Looks at the breaker when it changes by itself. A look that is in the queue already and comes too early looks again,
    /// so a time that is put off needs no further event: few wait, however often it changes.
    fn expect_breaker(&mut self) {
        if let Some(at) = self.breaker.poll_timeout()
            && self.looks.last().is_none_or(|next| at < *next)
        {
            self.queue.push(at, Event::Breaker);
            self.looks.push(at);
        }
    }

    fn expect_wait(&mut self) {
        let asks = self.setup.breaker.settings().half_open_by == HalfOpenBy::Ask;
        let Some(ends) = self.breaker.wait_ends().filter(|_| asks) else { return };
        let wait = (self.breaker.since(), ends);
        let over = |waits: (Instant, Instant)| waits.0 == wait.0 && waits.1 <= self.now;
        if self.waits == Some(wait) || (over(wait) && self.waits.is_some_and(over)) {
            return;
        }
        self.waits = Some(wait);
        if ends > self.now {
            self.queue.push(ends, Event::WaitOver(wait.0));
        } else {
            self.wait_over();
        }
    }

    /// Takes over what the breaker told.
    fn hear(&mut self, heard: Vec<breaker::Event>) {
        let mut opened = false;
        for event in heard {
            let at = event.at;
            match event.kind {
                EventKind::Success => self.record.event(at, 10, &[]),
                EventKind::Failure => self.record.event(at, 11, &[]),
                EventKind::Ignored => self.record.event(at, 12, &[]),
                EventKind::NotPermitted => self.record.event(at, 13, &[]),
                EventKind::FailuresExceeded(reason) | EventKind::SlowExceeded(reason) => {
                    let slow = matches!(event.kind, EventKind::SlowExceeded(_));
                    self.record.event(at, if slow { 15 } else { 14 }, &[]);
                    if self.breaker.state() == State::MetricsOnly {
                        self.record.log(at, Tone::Half, "◇ would open.", wording::sentence(&reason.to_string()));
                    }
                }
                EventKind::Transition { from, to, reason } => {
                    self.record.event(at, 16, &[from as u64, to as u64]);
                    let said = wording::transition_text(from, to, &reason, self.setup.breaker.settings());
                    self.record.log(at, wording::state_tone(to), wording::transition_head(from, to), said);
                    self.note_state(at, to);
                    opened = to == State::Open;
                }
                EventKind::Skipped { transitions } => self.record.event(at, 17, &[transitions]),
                _ => {}
            }
        }
        if opened {
            self.expect_wait();
        }
    }

    fn note_state(&mut self, at: Instant, state: State) {
        if self.states.len() == STATES_MAX {
            // Coarser, but whole: of each pair the worse stays, so that no opening is lost.
            let worse = |pair: &[(Instant, State)]| {
                let state = pair.iter().map(|state| state.1).max_by_key(|state| wording::state_health(*state) as u8)?;
                Some((pair.first()?.0, state))
            };
            self.states = self.states.make_contiguous().chunks(2).filter_map(worse).collect();
            self.states_thinned = true;
        }
        self.states.push_back((at, state));
        self.record.health(at, wording::state_health(state));
    }

    /// In most libraries nothing changes when the wait is over: the state reads open until somebody asks.
    fn wait_over(&mut self) {
        let Some((since, _)) = self.waits else { return };
        self.waits = Some((since, Instant::ZERO));
        let asks = self.setup.breaker.settings().half_open_by == HalfOpenBy::Ask;
        let still = asks && self.breaker.state() == State::Open && self.breaker.since() == since;
        if still && self.calls_may_stay_away() {
            let wait = self.breaker.wait().map(text::about).unwrap_or_default();
            let said = format!("The {wait} wait is over, but nothing probes by itself: the next request will.");
            self.record.log(self.now, Tone::Half, "▲ still open.", said);
        }
    }

    /// With traffic of its own the next request is about to come, and nothing needs to be said.
    fn calls_may_stay_away(&self) -> bool {
        self.traffic.next_at().is_none_or(|next| next.since(self.now) > Duration::from_secs(1))
    }

    fn force(&mut self, state: State) {
        let (was, now) = (self.breaker.state(), self.now);
        let mut heard = Vec::new();
        let forced = self.breaker.force_with(state, now, &mut |event| heard.push(event));
        let silent = heard.is_empty();
        self.hear(heard);
        match forced {
            Err(refused) => self.record.log(now, Tone::Plain, "", wording::sentence(&refused.to_string())),
            Ok(()) if silent && was == state => {
                self.record.log(
                    now,
                    Tone::Plain,
                    "",
                    format!("It was {} already; its counts start from zero.", wording::state_name(state)),
                );
            }
            Ok(()) => {}
        }
        self.expect_breaker();
        self.watch();
    }

    fn turn_backend(&mut self, backend: Backend) {
        if self.backend == backend {
            return;
        }
        self.backend = backend;
        self.record.event(self.now, 4, &[backend as u64]);
        let said = match backend {
            Backend::Well => "You healed the backend.".to_owned(),
            Backend::Broken => {
                format!("You broke the backend: {} of its calls fail.", self.config.show("broken_percent"))
            }
            Backend::Slow => {
                let takes = self.slow_takes();
                let over = if takes > self.setup.timeout { ", longer than the caller waits" } else { "" };
                format!("You made the backend slow: it takes {} now{over}.", text::about(takes))
            }
            Backend::Hung => "You made the backend hang: it takes calls and never answers.".to_owned(),
            Backend::Down => "You took the backend down: it refuses every connection.".to_owned(),
        };
        self.record.log(self.now, Tone::Plain, "", said);
        self.turn_fault();
        self.watch();
    }

    fn turn_fault(&mut self) {
        let fault = match self.backend {
            Backend::Well => Fault::Healthy,
            Backend::Broken => self.setup.broken,
            Backend::Slow => self.setup.slow,
            Backend::Hung => Fault::Hung,
            Backend::Down => Fault::Down,
        };
        if *self.server.fault() != fault {
            let changed = self.server.set_fault(self.now, fault);
            self.changed(changed);
        }
    }

    fn slow_takes(&self) -> Duration {
        self.setup.server.latency.mean().saturating_mul(self.config.small("slow_factor")) / 1000
    }

    fn remember(&mut self, id: u64, came: Came) {
        if self.recent.len() == RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(Recent { at: self.now, id, came });
    }

    /// Whether a request is told of in the log: the reader's own always, others while they are few.
    fn tells(&self, own: bool) -> bool {
        own || self.config.count("rate") <= LOGGED_RATE_MAX * 1000
    }

    /// Takes the watched figures down for the charts, and comes back when time alone will change them.
    fn watch(&mut self) {
        let figure = why::watched(self);
        if figure.unit.is_empty() {
            self.watched.set(self.now, figure.value);
        }
        self.failing.set(self.now, figure.failing);
        self.slow.set(self.now, figure.slow);
        let (from, step) = match self.setup.breaker.settings().window {
            breaker::Window::Time { time, buckets } => (Instant::ZERO, time / buckets.max(1)),
            breaker::Window::Fixed { length } => (self.breaker.since(), length),
            breaker::Window::Calls { .. } => return,
        };
        let judged = matches!(self.breaker.state(), State::Closed | State::MetricsOnly);
        if !judged || self.breaker.figures(self.now).buffered == 0 {
            return;
        }
        // At the edge, as the core's window has them; narrow buckets are looked at some at a time.
        let step = (Instant::ZERO + step).as_nanos().max(1);
        let step = step * 10_000_000_u64.div_ceil(step);
        let at = from + Duration::from_nanos((self.now.since(from).as_nanos() as u64 / step + 1).saturating_mul(step));
        if self.rolls_at.is_none_or(|next| next <= self.now || at < next) {
            self.rolls_at = Some(at);
            self.queue.push(at, Event::Roll);
        }
    }
}
