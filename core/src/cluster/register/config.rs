//! What can be set on a replicated register.

use core::fmt;
use core::time::Duration;

use super::version::Resolve;
use crate::node::{Node, Nodes};
use crate::quantity::{OutOfRange, count, time};

/// Everything that can be set on a [`Register`](super::Register), as plain data. Nothing is checked before
/// [`RegisterConfig::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegisterSettings {
    /// How many nodes there are: 1 to 16. Default: 5.
    pub nodes: u8,
    /// N: on how many of them a key is at home; 1 to `nodes`. Default: 3 (Dynamo's, §4.5 of the paper).
    pub copies: u8,
    /// R: how many must answer a read; 1 to N. Default: 2.
    pub read: u8,
    /// W: how many must have stored a write before it is acknowledged; 1 to N. Default: 2.
    pub write: u8,
    /// Whether others stand in for nodes that do not answer, and count (a sloppy quorum). Default: no.
    pub sloppy: bool,
    /// What becomes of concurrent versions. Default: siblings.
    pub resolve: Resolve,
    /// Whether a read that finds a copy out of date brings it up to date. Default: behind the answer.
    pub read_repair: Repair,
    /// How often a node that stood in tries to hand over what it holds for others; `None`: never. Default: 1 s.
    pub handoff_every: Option<Duration>,
    /// How long it holds that at most; afterwards it is thrown away, as after Cassandra's `max_hint_window`. Default:
    /// `None`, for ever.
    pub hints_kept: Option<Duration>,
    /// How often a node compares hash trees with a random other; `None`: never. Default: 5 s.
    pub anti_entropy_every: Option<Duration>,
    /// How long a coordinator waits for a home before it asks another to stand in, and for that one before it asks the
    /// next. Default: 100 ms.
    pub fallback_after: Duration,
    /// How long it waits in all before the operation has failed; at least `fallback_after`. Default: 1 s.
    pub timeout: Duration,
    /// Whether what is stored survives a crash. Default: yes.
    pub durable: bool,
}

impl Default for RegisterSettings {
    fn default() -> Self {
        Self {
            nodes: 5,
            copies: 3,
            read: 2,
            write: 2,
            sloppy: false,
            resolve: Resolve::Siblings,
            read_repair: Repair::Behind,
            handoff_every: Some(Duration::from_secs(1)),
            hints_kept: None,
            anti_entropy_every: Some(Duration::from_secs(5)),
            fallback_after: Duration::from_millis(100),
            timeout: Duration::from_secs(1),
            durable: true,
        }
    }
}

/// What a read does with copies that it finds out of date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Repair {
    /// Nothing.
    Never,
    /// It answers, and has them brought up to date behind that.
    #[default]
    Behind,
    /// It answers once W homes have what it found. With quorums that are strict and overlap, no later read then goes back
    /// behind it (Attiya, Bar-Noy and Dolev, "Sharing Memory Robustly in Message-Passing Systems", JACM 42, 1995;
    /// Cassandra's blocking read repair). That costs a way there and back, and the read fails where W cannot be reached.
    First,
}

/// Settings that were found valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegisterConfig {
    settings: RegisterSettings,
}

impl RegisterConfig {
    /// Checks settings.
    ///
    /// # Errors
    /// The first value that is out of its range, in the order of the fields of [`RegisterSettings`]. Times are from 1 ns.
    pub fn new(settings: RegisterSettings) -> Result<Self, OutOfRange> {
        count("nodes", u32::from(settings.nodes), 1, u32::from(Nodes::MOST))?;
        count("copies", u32::from(settings.copies), 1, u32::from(settings.nodes))?;
        count("read", u32::from(settings.read), 1, u32::from(settings.copies))?;
        count("write", u32::from(settings.write), 1, u32::from(settings.copies))?;
        let optional = |field, value: Option<Duration>| value.map_or(Ok(0), |value| time(field, value, 1, u64::MAX));
        optional("handoff_every", settings.handoff_every)?;
        optional("hints_kept", settings.hints_kept)?;
        optional("anti_entropy_every", settings.anti_entropy_every)?;
        let fallback = time("fallback_after", settings.fallback_after, 1, u64::MAX)?;
        time("timeout", settings.timeout, fallback, u64::MAX)?;
        Ok(Self { settings })
    }

    /// The settings this was made from.
    pub const fn settings(&self) -> &RegisterSettings {
        &self.settings
    }

    /// All nodes, beginning with a key's homes in order of preference: along the ring from the key's place.
    pub fn preference(&self, key: u16) -> impl Iterator<Item = Node> + use<> {
        let nodes = u16::from(self.settings.nodes);
        (0..nodes).map(move |step| Node(((key % nodes + step) % nodes) as u8))
    }

    /// Where a key is at home.
    pub fn homes(&self, key: u16) -> Nodes {
        self.preference(key).take(usize::from(self.settings.copies)).collect()
    }

    /// Which keys are at home at the same nodes as this one: the number of their range, below the number of nodes.
    pub const fn range(&self, key: u16) -> u8 {
        (key % self.settings.nodes as u16) as u8
    }

    /// What N, R, W and the kind of quorum promise.
    pub const fn verdict(&self) -> Verdict {
        let RegisterSettings { copies, read, write, sloppy, .. } = self.settings;
        if sloppy {
            Verdict::Sloppy
        } else if read + write > copies {
            Verdict::Overlap { least: read + write - copies }
        } else {
            Verdict::Apart
        }
    }
}

/// What N, R, W and the kind of quorum promise, while nobody lies and disks do not forget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// R + W > N: of those that answer a read at least so many have stored the last acknowledged write.
    Overlap {
        /// R + W − N.
        least: u8,
    },
    /// R + W ≤ N: those that answer a read may have stored nothing of it.
    Apart,
    /// Those who stand in count, whatever the numbers say.
    Sloppy,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overlap { least: 1 } => {
                f.write_str("R + W > N: at least 1 of those that answer a read has the last acknowledged write")
            }
            Self::Overlap { least } => {
                write!(f, "R + W > N: at least {least} of those that answer a read have the last acknowledged write")
            }
            Self::Apart => f.write_str("R + W ≤ N: a read may miss the last acknowledged write"),
            Self::Sloppy => f.write_str("sloppy quorum: a read may miss a write that nodes which stand in have stored"),
        }
    }
}
