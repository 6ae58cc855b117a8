//! One node's part in elections.

use core::fmt;
use core::time::Duration;

use super::event::{ElectionEvent, Refusal, StepDown};
use crate::cluster::process::{Out, Process};
use crate::node::{Node, Nodes, majority};
use crate::quantity::{OutOfRange, count, time};
use crate::rng::{Seed, Stream};
use crate::time::Instant;

/// Everything that can be set on elections, as plain data. Nothing is checked before [`ElectionConfig::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElectionSettings {
    /// How many nodes there are, 1 to 16. Default: 5.
    pub nodes: u8,
    /// A follower that hears of no leader for a random time between this and `timeout_most` stands for election.
    /// Default: 150 ms (the paper's, §9.3).
    pub timeout_least: Duration,
    /// See `timeout_least`. Default: 300 ms.
    pub timeout_most: Duration,
    /// How often a leader says that it leads; shorter than `timeout_least`. Default: 50 ms.
    pub heartbeat: Duration,
    /// Whether term and vote survive a crash. They must: without, a node may vote twice in a term. Default: they do.
    pub durable: bool,
    /// Whether a leader steps down when less than half answered its heartbeats for `timeout_most`, so that one that is
    /// cut off knows it (Ongaro's dissertation, 2014, §6.2). Default: it does not, as in the paper.
    pub check_quorum: bool,
}

impl Default for ElectionSettings {
    fn default() -> Self {
        Self {
            nodes: 5,
            timeout_least: Duration::from_millis(150),
            timeout_most: Duration::from_millis(300),
            heartbeat: Duration::from_millis(50),
            durable: true,
            check_quorum: false,
        }
    }
}

/// Settings that were found valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElectionConfig {
    settings: ElectionSettings,
}

impl ElectionConfig {
    /// Checks settings.
    ///
    /// # Errors
    /// There are no nodes or more than 16; a time is zero or over `u64::MAX` nanoseconds; the longest timeout is
    /// shorter than the shortest; heartbeats are not more often than the shortest timeout.
    pub fn new(settings: ElectionSettings) -> Result<Self, OutOfRange> {
        count("nodes", u32::from(settings.nodes), 1, u32::from(Nodes::MOST))?;
        let least = time("timeout_least", settings.timeout_least, 2, u64::MAX)?;
        time("timeout_most", settings.timeout_most, least, u64::MAX)?;
        time("heartbeat", settings.heartbeat, 1, least - 1)?;
        Ok(Self { settings })
    }

    /// The settings this was made from.
    pub const fn settings(&self) -> &ElectionSettings {
        &self.settings
    }

    /// How many votes make a leader.
    pub const fn needed(&self) -> u32 {
        majority(self.settings.nodes as u32)
    }
}

/// What nodes say to each other. Each message carries the sender's term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ElectionMessage {
    /// I stand for election: your vote, please.
    AskVote {
        /// The term.
        term: u64,
    },
    /// The answer.
    Vote {
        /// The term.
        term: u64,
        /// Whether it is given.
        granted: bool,
    },
    /// I lead.
    Heartbeat {
        /// The term.
        term: u64,
    },
    /// I heard your heartbeat.
    Heard {
        /// The term.
        term: u64,
    },
}

impl ElectionMessage {
    /// The sender's term.
    pub const fn term(&self) -> u64 {
        match *self {
            Self::AskVote { term } | Self::Vote { term, .. } | Self::Heartbeat { term } | Self::Heard { term } => term,
        }
    }
}

impl fmt::Display for ElectionMessage {
    /// What the sender says, such as `your vote for term 3?`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::AskVote { term } => write!(f, "your vote for term {term}?"),
            Self::Vote { term, granted: true } => write!(f, "my vote for term {term}"),
            Self::Vote { term, granted: false } => write!(f, "no vote; I am in term {term}"),
            Self::Heartbeat { term } => write!(f, "I lead term {term}"),
            Self::Heard { term } => write!(f, "heard in term {term}"),
        }
    }
}

/// What a node takes itself for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// It waits for a leader's heartbeats.
    Follower {
        /// Whom it follows, once it has heard of a leader in its term.
        leader: Option<Node>,
    },
    /// It stands for election.
    Candidate {
        /// Whose votes it has, its own among them.
        votes: Nodes,
    },
    /// It leads.
    Leader {
        /// Who has answered since it last looked, itself among them.
        heard: Nodes,
    },
}

/// One node's part in elections.
///
/// `term` and `vote` are what it has on disk, written before anything that follows from them is sent.
#[derive(Clone, Debug)]
pub struct Election {
    me: Node,
    config: ElectionConfig,
    chance: Stream,
    term: u64,
    vote: Option<Node>,
    role: Role,
    /// Since when it has heard of no leader and given no vote.
    quiet: Instant,
    /// When it stands for election, or, leading, counts who answered.
    deadline: Instant,
    /// When it says again that it leads.
    beat: Instant,
}

impl Election {
    /// A follower in term 0 that has heard nothing yet.
    pub fn new(me: Node, config: ElectionConfig, now: Instant, seed: Seed) -> Self {
        let role = Role::Follower { leader: None };
        let chance = seed.stream("election");
        let mut election =
            Self { me, config, chance, term: 0, vote: None, role, quiet: now, deadline: now, beat: Instant::MAX };
        election.wait(now);
        election
    }

    /// The term it is in.
    pub const fn term(&self) -> u64 {
        self.term
    }

    /// To whom it gave its vote of this term.
    pub const fn vote(&self) -> Option<Node> {
        self.vote
    }

    /// What it takes itself for.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Whom it takes for the leader, maybe itself.
    pub const fn leader(&self) -> Option<Node> {
        match self.role {
            Role::Leader { .. } => Some(self.me),
            Role::Follower { leader } => leader,
            Role::Candidate { .. } => None,
        }
    }

    /// When it stands for election if it hears nothing; `None` where it leads.
    pub const fn stands_at(&self) -> Option<Instant> {
        if matches!(self.role, Role::Leader { .. }) { None } else { Some(self.deadline) }
    }

    /// What it runs on.
    pub const fn config(&self) -> &ElectionConfig {
        &self.config
    }

    /// Goes on with other settings; waits that have begun go on as they were.
    pub const fn reconfigure(&mut self, config: ElectionConfig) {
        self.config = config;
    }

    fn others(&self) -> impl Iterator<Item = Node> + use<> {
        Nodes::first(self.config.settings.nodes).without(Nodes::of(self.me)).iter()
    }

    /// Waits anew for a leader.
    fn wait(&mut self, now: Instant) {
        let settings = self.config.settings;
        let spread = settings.timeout_most.saturating_sub(settings.timeout_least);
        self.quiet = now;
        self.deadline = now + settings.timeout_least + self.chance.up_to(spread);
        self.beat = Instant::MAX;
    }

    fn stand(&mut self, now: Instant, out: &mut Out<Self>) {
        let silent = now.since(self.quiet);
        self.term = self.term.saturating_add(1);
        self.vote = Some(self.me);
        self.role = Role::Candidate { votes: Nodes::of(self.me) };
        self.wait(now);
        let term = self.term;
        out.tell(ElectionEvent::Stands { term, silent });
        self.others().for_each(|peer| out.send(peer, ElectionMessage::AskVote { term }));
        self.count(now, out);
    }

    /// Leads if it has the votes.
    fn count(&mut self, now: Instant, out: &mut Out<Self>) {
        let (needed, term) = (self.config.needed(), self.term);
        if let Role::Candidate { votes } = self.role
            && votes.len() >= needed
        {
            self.role = Role::Leader { heard: Nodes::of(self.me) };
            self.deadline = now + self.config.settings.timeout_most;
            out.tell(ElectionEvent::Elected { term, votes, needed });
            self.lead(now, out);
        }
    }

    fn lead(&mut self, now: Instant, out: &mut Out<Self>) {
        self.beat = now + self.config.settings.heartbeat;
        let term = self.term;
        self.others().for_each(|peer| out.send(peer, ElectionMessage::Heartbeat { term }));
    }

    /// Leads or stands no longer, if it did.
    fn step_down(&mut self, because: StepDown, now: Instant, out: &mut Out<Self>) {
        let led = matches!(self.role, Role::Leader { .. });
        if led || matches!(self.role, Role::Candidate { .. }) {
            out.tell(ElectionEvent::StepsDown { term: self.term, led, because });
            self.wait(now);
        }
        self.role = Role::Follower { leader: None };
    }

    fn check_quorum(&mut self, heard: Nodes, now: Instant, out: &mut Out<Self>) {
        let (needed, within) = (self.config.needed(), self.config.settings.timeout_most);
        if self.config.settings.check_quorum && heard.len() < needed {
            self.step_down(StepDown::NoQuorum { heard, needed, within }, now, out);
        } else {
            self.role = Role::Leader { heard: Nodes::of(self.me) };
            self.deadline = now + within;
        }
    }

    fn asked(&mut self, candidate: Node, term: u64, now: Instant, out: &mut Out<Self>) {
        let refusal = match self.vote {
            _ if term < self.term => Some(Refusal::OldTerm { own: self.term }),
            Some(other) if other != candidate => Some(Refusal::Voted { candidate: other }),
            _ => None,
        };
        match refusal {
            Some(because) => out.tell(ElectionEvent::Refuses { term, candidate, because }),
            None => {
                if self.vote.is_none() {
                    out.tell(ElectionEvent::Votes { term, candidate });
                }
                self.vote = Some(candidate);
                self.wait(now);
            }
        }
        out.send(candidate, ElectionMessage::Vote { term: self.term, granted: refusal.is_none() });
    }

    fn led_by(&mut self, leader: Node, now: Instant, out: &mut Out<Self>) {
        let term = self.term;
        match self.role {
            // Another leader of the same term: cannot be, unless disks forget or nodes lie; then each goes on.
            Role::Leader { .. } => return,
            Role::Candidate { .. } => self.step_down(StepDown::AnotherLeads { leader }, now, out),
            Role::Follower { .. } => {}
        }
        if self.role != (Role::Follower { leader: Some(leader) }) {
            self.role = Role::Follower { leader: Some(leader) };
            out.tell(ElectionEvent::Follows { term, leader });
        }
        self.wait(now);
    }
}

impl Process for Election {
    type Message = ElectionMessage;
    type Event = ElectionEvent;

    fn on_message(&mut self, from: Node, message: ElectionMessage, now: Instant, out: &mut Out<Self>) {
        let term = message.term();
        if term > self.term {
            self.step_down(StepDown::HigherTerm { term, from }, now, out);
            (self.term, self.vote) = (term, None);
        }
        match message {
            ElectionMessage::AskVote { term } => self.asked(from, term, now, out),
            ElectionMessage::Vote { granted, .. } => {
                if let Role::Candidate { votes } = &mut self.role
                    && granted
                    && term == self.term
                {
                    votes.insert(from);
                    self.count(now, out);
                }
            }
            ElectionMessage::Heartbeat { .. } => {
                if term == self.term {
                    self.led_by(from, now, out);
                }
                // To the leader of an old term this says that it is over.
                out.send(from, ElectionMessage::Heard { term: self.term });
            }
            ElectionMessage::Heard { .. } => {
                if let Role::Leader { heard } = &mut self.role
                    && term == self.term
                {
                    heard.insert(from);
                }
            }
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        Some(self.deadline.min(self.beat))
    }

    fn handle_timeout(&mut self, now: Instant, out: &mut Out<Self>) {
        if self.deadline <= now {
            match self.role {
                Role::Leader { heard } => self.check_quorum(heard, now, out),
                _ => self.stand(now, out),
            }
        }
        if self.beat <= now {
            self.lead(now, out);
        }
    }

    fn restart(&mut self, now: Instant, _out: &mut Out<Self>) {
        if !self.config.settings.durable {
            (self.term, self.vote) = (0, None);
        }
        self.role = Role::Follower { leader: None };
        self.wait(now);
    }

    /// Gives everybody its vote.
    fn lie(&self, _to: Node, message: ElectionMessage, _chance: &mut Stream) -> Option<ElectionMessage> {
        Some(match message {
            ElectionMessage::Vote { term, .. } => ElectionMessage::Vote { term, granted: true },
            honest => honest,
        })
    }
}
