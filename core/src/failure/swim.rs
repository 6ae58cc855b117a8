//! Ping, and ask others to ping.

use core::fmt;
use core::time::Duration;

use super::event::{Event, Opinion, Reason};
use crate::node::{Node, Nodes};
use crate::quantity::{OutOfRange, Quantity, count, time};
use crate::rng::Stream;
use crate::time::Instant;

/// Everything that can be set on a [`Prober`], as plain data. Nothing is checked before [`SwimConfig::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SwimSettings {
    /// The protocol period: every so often one peer is pinged; longer than `timeout`. Default: 1 s
    /// (memberlist's `ProbeInterval` for a local network).
    pub period: Duration,
    /// How long to wait for an answer before others are asked; from 1 ns. Default: 500 ms (memberlist's
    /// `ProbeTimeout`).
    pub timeout: Duration,
    /// How many others are asked to ping too; 0 to 15. Default: 3 (memberlist's `IndirectChecks`).
    pub helpers: u32,
}

impl Default for SwimSettings {
    fn default() -> Self {
        Self { period: Duration::from_secs(1), timeout: Duration::from_millis(500), helpers: 3 }
    }
}

/// Settings that were found valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SwimConfig {
    settings: SwimSettings,
}

impl SwimConfig {
    /// Checks settings.
    ///
    /// # Errors
    /// The first value that is out of its range, in the order of the fields of [`SwimSettings`]; a period that is not
    /// longer than the timeout is.
    pub fn new(settings: SwimSettings) -> Result<Self, OutOfRange> {
        time("period", settings.period, 2, u64::MAX)?;
        time("timeout", settings.timeout, 1, u64::MAX)?;
        if settings.timeout >= settings.period {
            let most = settings.period.saturating_sub(Duration::from_nanos(1));
            let least = Quantity::Time(Duration::from_nanos(1));
            let value = Quantity::Time(settings.timeout);
            return Err(OutOfRange { field: "timeout", value, least, most: Quantity::Time(most) });
        }
        count("helpers", settings.helpers, 0, u32::from(Nodes::MOST) - 1)?;
        Ok(Self { settings })
    }

    /// The settings this was made from.
    pub const fn settings(&self) -> &SwimSettings {
        &self.settings
    }
}

/// What probers say to each other. `round` is the number of the round of whoever wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// Are you there?
    Ping {
        /// Whose question it is, when it is not the sender's.
        asked_by: Option<Node>,
        /// The round.
        round: u32,
    },
    /// I am here; back the way the ping came.
    Ack {
        /// As in the ping.
        asked_by: Option<Node>,
        /// The round.
        round: u32,
    },
    /// Ping this one for me.
    PingFor {
        /// Whom.
        target: Node,
        /// The round.
        round: u32,
    },
    /// The one you asked about answered me.
    AckOf {
        /// Who did.
        target: Node,
        /// The round.
        round: u32,
    },
}

impl fmt::Display for Message {
    /// What the sender says, such as `ping B for me`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ping { asked_by: None, .. } => f.write_str("ping"),
            Self::Ping { asked_by: Some(asker), .. } => write!(f, "ping for {asker}"),
            Self::Ack { asked_by: None, .. } => f.write_str("here"),
            Self::Ack { asked_by: Some(asker), .. } => write!(f, "here, for {asker}"),
            Self::PingFor { target, .. } => write!(f, "ping {target} for me"),
            Self::AckOf { target, .. } => write!(f, "{target} answered me"),
        }
    }
}

/// What a prober wants or tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send this.
    Send {
        /// To whom.
        to: Node,
        /// What.
        message: Message,
    },
    /// It has changed its mind about a peer.
    Tell {
        /// Whom it is about.
        peer: Node,
        /// What, and why.
        event: Event,
    },
}

/// The ping of this round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Round {
    target: Node,
    sent: Instant,
    /// Who was asked to help, once somebody was.
    helpers: Option<Nodes>,
    acknowledged: bool,
}

/// The failure detector of SWIM: Das, Gupta and Motivala, "SWIM: Scalable Weakly-consistent Infection-style Process Group
/// Membership Protocol", DSN 2002, §3.1, §4.3.
///
/// Every period it pings one peer; in each tour it goes through all of them once, in random order, so that a crash is found
/// within two tours. If no answer comes in time it asks some others to ping the peer too: a single bad link, or one that
/// is cut one way, then accuses nobody. With no answer by the end of the period the peer is suspected. The load on the
/// network does not grow with the number of peers.
///
/// Suspects are pinged on, and trusted again when they answer. What others suspect is not passed on here (the paper's
/// dissemination by gossip): every node has its own view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prober {
    me: Node,
    peers: Nodes,
    config: SwimConfig,
    chance: Stream,
    /// Who is still to be pinged in this tour.
    tour: Nodes,
    /// How many rounds there were.
    rounds: u32,
    round: Option<Round>,
    /// When the next round begins.
    next: Instant,
    suspected: [Option<Instant>; Nodes::MOST as usize],
    latest: Instant,
}

impl Prober {
    /// A prober at `me` that trusts all `peers` and begins within a period from `now`, at a random instant, so that not all
    /// nodes ping at once.
    pub fn new(me: Node, peers: Nodes, config: SwimConfig, now: Instant, mut chance: Stream) -> Self {
        let next = now + chance.up_to(config.settings.period);
        let peers = peers.without(Nodes::of(me));
        let suspected = [None; Nodes::MOST as usize];
        Self { me, peers, config, chance, tour: Nodes::NONE, rounds: 0, round: None, next, suspected, latest: now }
    }

    /// When [`Prober::handle_timeout`] has something to do next. Any verb may change it. `None` without peers.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.round {
            Some(Round { sent, helpers: None, acknowledged: false, .. }) => Some(sent + self.config.settings.timeout),
            _ => (!self.peers.is_empty()).then_some(self.next),
        }
    }

    /// Asks for help, judges and begins rounds, as far as they are due. After a long time without a call there is one
    /// round, not all that were missed.
    pub fn handle_timeout(&mut self, now: Instant, sink: &mut impl FnMut(Output)) {
        self.latest = self.latest.max(now);
        if let Some(round) = self.round
            && round.helpers.is_none()
            && !round.acknowledged
            && round.sent + self.config.settings.timeout <= self.latest
        {
            self.ask_for_help(round, sink);
        }
        if self.next <= self.latest && !self.peers.is_empty() {
            self.judge(sink);
            self.begin(sink);
        }
    }

    fn ask_for_help(&mut self, round: Round, sink: &mut impl FnMut(Output)) {
        let mut others = self.peers.without(Nodes::of(round.target));
        let mut helpers = Nodes::NONE;
        for _ in 0..self.config.settings.helpers {
            let Some(helper) = self.pick(others) else { break };
            others.remove(helper);
            helpers.insert(helper);
            sink(Output::Send { to: helper, message: Message::PingFor { target: round.target, round: self.rounds } });
        }
        self.round = Some(Round { helpers: Some(helpers), ..round });
    }

    fn judge(&mut self, sink: &mut impl FnMut(Output)) {
        let Some(round) = self.round.take() else { return };
        let Some(place) = self.suspected.get_mut(round.target.index()) else { return };
        if round.acknowledged || place.is_some() {
            return;
        }
        *place = Some(self.latest);
        let helpers = round.helpers.unwrap_or_default();
        let reason = Reason::Unanswered { waited: self.latest.since(round.sent), helpers };
        let event = Event { at: self.latest, opinion: Opinion::Suspected, reason };
        sink(Output::Tell { peer: round.target, event });
    }

    fn begin(&mut self, sink: &mut impl FnMut(Output)) {
        if self.tour.is_empty() {
            self.tour = self.peers;
        }
        let Some(target) = self.pick(self.tour) else { return };
        self.tour.remove(target);
        self.rounds = self.rounds.wrapping_add(1);
        self.round = Some(Round { target, sent: self.latest, helpers: None, acknowledged: false });
        self.next = self.latest + self.config.settings.period;
        sink(Output::Send { to: target, message: Message::Ping { asked_by: None, round: self.rounds } });
    }

    fn pick(&mut self, from: Nodes) -> Option<Node> {
        let place = self.chance.below(u64::from(from.len()));
        from.iter().nth(usize::try_from(place).unwrap_or(0))
    }

    /// A message has come from a peer.
    pub fn on_message(&mut self, from: Node, message: Message, now: Instant, sink: &mut impl FnMut(Output)) {
        self.latest = self.latest.max(now);
        match message {
            Message::Ping { asked_by, round } => {
                sink(Output::Send { to: from, message: Message::Ack { asked_by, round } });
            }
            Message::PingFor { target, round } => {
                let message = Message::Ping { asked_by: Some(from), round };
                sink(Output::Send { to: target, message });
            }
            Message::Ack { asked_by: Some(asker), round } => {
                sink(Output::Send { to: asker, message: Message::AckOf { target: from, round } });
            }
            Message::Ack { asked_by: None, round } => self.on_ack(from, None, round, sink),
            Message::AckOf { target, round } => self.on_ack(target, Some(from), round, sink),
        }
    }

    /// An answer counts in its own round only: one that is later than that says nothing of now.
    fn on_ack(&mut self, target: Node, through: Option<Node>, number: u32, sink: &mut impl FnMut(Output)) {
        let Some(round) = self.round.as_mut().filter(|round| round.target == target && number == self.rounds) else {
            return;
        };
        round.acknowledged = true;
        if let Some(since) = self.suspected.get_mut(target.index()).and_then(Option::take) {
            let reason = Reason::Acknowledged { through, suspected: self.latest.since(since) };
            sink(Output::Tell { peer: target, event: Event { at: self.latest, opinion: Opinion::Trusted, reason } });
        }
    }

    /// Goes on with other settings, from the next round on.
    pub fn reconfigure(&mut self, config: SwimConfig) {
        self.config = config;
    }

    /// What it thinks of a peer, as of the last verb.
    pub fn opinion(&self, peer: Node) -> Opinion {
        let suspected = self.suspected.get(peer.index()).is_some_and(Option::is_some);
        if suspected { Opinion::Suspected } else { Opinion::Trusted }
    }

    /// Whom it pings in this round, and whom it has asked to help.
    pub fn probing(&self) -> Option<(Node, Nodes)> {
        self.round.map(|round| (round.target, round.helpers.unwrap_or_default()))
    }

    /// Where it is.
    pub const fn me(&self) -> Node {
        self.me
    }

    /// What it runs on.
    pub const fn config(&self) -> &SwimConfig {
        &self.config
    }
}
