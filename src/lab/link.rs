//! Links: `#/<slug>?<knob>=<value>&…&seed=…&t=…&do=…`, readable and writable by hand.
//!
//! Only what differs from the defaults is written. Reading never fails: what cannot be used is left out and named in a
//! [`Notice`]. `do` holds what the reader did, each `<seconds>:<action>[:<argument>…]` or
//! `<seconds>:set:<knob>:<value>`, joined by commas.

mod page;

use std::borrow::Cow;
use std::fmt::Write as _;

use halfopen_core::Instant;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::knob::{Config, Knob, SetError, Value};
use super::{Entrance, Input, Lane, Lanes, Listed, Timed, text};
pub use page::{read_page, write_page};

/// The engine's version. A run from another version may replay differently.
pub const ENGINE: u32 = 1;
/// Bytes of a link that are read.
pub const LINK_BYTES_MAX: usize = 64 * 1024;
/// Timed inputs that are read.
pub const INPUTS_MAX: usize = 5_000;
/// The furthest playhead: a day.
pub const RUN_MAX: Instant = Instant::from_secs(24 * 3600);
/// Names that no knob may have, because they mean something else in a link or on the command line. Keys that begin with
/// `b.` are the second lane's; `b` alone says that there is one.
pub const RESERVED: [&str; 16] = [
    "b", "seed", "t", "do", "hide", "lock", "v", "preset", "until", "format", "out", "chart", "seeds", "readout",
    "help", "version",
];
/// The parts of a lab that `hide` can name.
pub const PARTS: [&str; 18] = [
    "claim",
    "stage",
    "text",
    "actions",
    "transport",
    "predictions",
    "goals",
    "readouts",
    "charts",
    "log",
    "knobs",
    "outlook",
    "why",
    "programs",
    "exercise",
    "compare",
    "seeds",
    "share",
];
/// The seed when nothing is said.
pub const SEED_DEFAULT: u64 = 1;
/// Notices that are told; the rest is counted.
const NOTICES_MAX: usize = 8;

/// What stays as it is in a link; everything else is percent-encoded.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'/').remove(b'(').remove(b')');

/// Something about a link that the reader should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice(pub String);

/// Where a link leads.
#[derive(Clone, Debug)]
pub enum Target {
    /// The page that lists the labs.
    Home,
    /// A page without a lab, by its path ("experiments/backoff").
    Page(String),
    /// A lab.
    Lab(Link),
}

/// A lab with its settings, and a run of it.
#[derive(Clone, Debug)]
pub struct Link {
    /// The lab.
    pub lab: &'static Entrance,
    /// Without the page around it.
    pub embed: bool,
    /// The knobs at the beginning.
    pub config: Config,
    /// The knobs of a second lane with the same seed and inputs, when two are compared.
    pub b: Option<Config>,
    /// The run's seed.
    pub seed: u64,
    /// What the reader did, in order.
    pub inputs: Vec<Timed>,
    /// The playhead.
    pub at: Option<Instant>,
    /// Parts that are not shown, out of [`PARTS`].
    pub hide: Vec<String>,
    /// Knobs that cannot be turned, by their names in the table.
    pub lock: Vec<String>,
}

impl Link {
    /// The lab at its defaults.
    pub fn to(lab: &'static Entrance) -> Self {
        Self {
            lab,
            embed: false,
            config: lab.defaults(),
            b: None,
            seed: SEED_DEFAULT,
            inputs: Vec::new(),
            at: None,
            hide: Vec::new(),
            lock: Vec::new(),
        }
    }

    /// The link as text, beginning with `#/`.
    pub fn write(&self) -> String {
        let mut out = String::from(if self.embed { "#/embed/" } else { "#/" });
        out.push_str(self.lab.about.slug);
        let mut parts: Vec<(&str, &str, String)> = Vec::new();
        for (knob, value) in self.config.changed() {
            parts.push(("", knob.id, written(knob, value)));
        }
        let differing = parts.len();
        if let Some(b) = &self.b {
            for (knob, value) in b.iter().filter(|(knob, value)| self.config.value(knob.id) != Some(value)) {
                parts.push((Lanes::Only(Lane::B).prefix(), knob.id, written(knob, value)));
            }
            if parts.len() == differing {
                parts.push(("", "b", "same".to_owned()));
            }
        }
        if self.seed != SEED_DEFAULT {
            parts.push(("", "seed", self.seed.to_string()));
        }
        if let Some(at) = self.at.filter(|at| *at > Instant::ZERO) {
            parts.push(("", "t", seconds(at) + "s"));
        }
        if !self.inputs.is_empty() {
            parts.push((
                "",
                "do",
                self.inputs.iter().map(|timed| write_input(&self.config, timed)).collect::<Vec<_>>().join(","),
            ));
        }
        for (key, names) in [("hide", &self.hide), ("lock", &self.lock)] {
            if !names.is_empty() {
                parts.push(("", key, names.iter().map(|name| encode(name)).collect::<Vec<_>>().join(",")));
            }
        }
        if !parts.is_empty() {
            parts.push(("", "v", ENGINE.to_string()));
        }
        for (index, (lane, key, value)) in parts.iter().enumerate() {
            // Writing to a String cannot fail.
            let _ = write!(out, "{}{lane}{key}={value}", if index == 0 { '?' } else { '&' });
        }
        out
    }
}

/// Where a link leads, and the rest of it: whether it is an embed, the address, the query.
fn route<'a>(text: &'a str, notices: &mut Notices) -> (bool, String, &'a str) {
    let text = shorten(text.trim(), notices);
    let fragment = text.split_once('#').map_or(text, |(_, fragment)| fragment);
    // An `&` in place of the `?` is a slip whose meaning is plain.
    let (path, query) = fragment.split_once(['?', '&']).unwrap_or((fragment, ""));
    let path = decode(path.trim_matches('/'), notices);
    match path.strip_prefix("embed/") {
        Some(slug) => (true, slug.to_owned(), query),
        None => (false, path, query),
    }
}

/// The path that a link leads to.
pub fn path(text: &str) -> String {
    route(text, &mut Notices::default()).1
}

/// The lab that a link leads to, before that lab is there to [`read`] it with.
pub fn lab_of(text: &str, listed: &'static [Listed]) -> Option<&'static Listed> {
    let (_, slug, _) = route(text, &mut Notices::default());
    listed.iter().find(|lab| lab.slug == slug)
}

/// Reads a link, with or without what stands before its `#`. A bare slug is a link too.
pub fn read(text: &str, labs: &'static [Entrance]) -> (Target, Vec<Notice>) {
    let mut notices = Notices::default();
    let (embed, slug, query) = route(text, &mut notices);
    let slug = slug.as_str();
    if slug.is_empty() || slug == "labs" {
        return (Target::Home, notices.told());
    }
    let Some(lab) = labs.iter().find(|lab| lab.about.slug == slug) else {
        if !embed && slug.len() <= 100 && slug.split('/').all(|part| !part.is_empty()) {
            return (Target::Page(slug.to_owned()), notices.told());
        }
        notices.say(format!("There is no lab called “{}”.", quoted(slug)));
        return (Target::Home, notices.told());
    };
    let mut link = Link { embed, ..Link::to(lab) };
    let pairs = pairs(query, &mut notices);
    // The preset first and the inputs last, wherever they stand: knobs are set over the one and give the others their table.
    // The second lane begins as the first is in the end.
    let preset = |key: &str, config: &mut Config, notices: &mut Notices| {
        for (_, value) in pairs.iter().filter(|(found, _)| *found == key) {
            let id = decode(value, notices);
            match lab.preset(&id) {
                Some(preset) => *config = preset,
                None => notices.say(format!("There is no preset called “{}”.", quoted(&id))),
            }
        }
    };
    preset("preset", &mut link.config, &mut notices);
    for (key, value) in &pairs {
        read_pair(&mut link, key, value, &mut notices);
    }
    if pairs.iter().any(|(key, _)| *key == "b" || key.starts_with("b.")) {
        let mut b = link.config.clone();
        preset("b.preset", &mut b, &mut notices);
        for (key, value) in pairs.iter().filter(|(key, _)| *key != "b.preset") {
            if let Some(key) = key.strip_prefix("b.") {
                read_knob(&mut b, key, value, "b.", &mut notices);
            }
        }
        link.b = Some(b);
    }
    for (_, value) in pairs.iter().filter(|(key, _)| *key == "do") {
        // Mail and learning platforms rewrite links and encode the signs between the parts: without any, decode once.
        // By bytes: the general search for a sign is 2 kB of the first file.
        let text =
            if value.as_bytes().contains(&b':') { Cow::Borrowed(*value) } else { decode(value, &mut notices).into() };
        link.inputs = read_inputs(&link, &text, &mut notices);
    }
    (Target::Lab(link), notices.told())
}

/// Keys and values of a query; of two values for one key the last is to count.
fn pairs<'a>(query: &'a str, notices: &mut Notices) -> Vec<(&'a str, &'a str)> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    let pairs: Vec<(&str, &str)> = parts.map(|part| part.split_once('=').unwrap_or((part, ""))).collect();
    for (index, (key, value)) in pairs.iter().enumerate() {
        // Looked for among the first few only: a hostile link has thousands.
        if pairs.iter().take(index.min(100)).any(|(earlier, other)| earlier == key && other != value) {
            notices.say(format!("“{}” stands more than once; the last one counts.", quoted(key)));
        }
    }
    pairs
}

fn read_pair(link: &mut Link, key: &str, value: &str, notices: &mut Notices) {
    match key {
        // Read before or after the others.
        "preset" | "do" | "b" => {}
        _ if key.starts_with("b.") => {}
        "seed" => match value.parse() {
            Ok(seed) => link.seed = seed,
            Err(_) => notices.say(format!("“{}” is no seed: a whole number up to {} is.", quoted(value), u64::MAX)),
        },
        "t" => match read_seconds(value) {
            Some(at) if at <= RUN_MAX => link.at = Some(at),
            Some(_) => {
                link.at = Some(RUN_MAX);
                notices.say("The run was asked to go further than a day: it goes to 24 h.".to_owned());
            }
            None => notices.say(format!("“{}” is no time: 12.5s is.", quoted(value))),
        },
        "hide" => {
            let part = |name: &str| PARTS.into_iter().find(|part| *part == name);
            link.hide = read_names(value, part, "is no part that can be hidden", notices);
        }
        "lock" => {
            let knob = |name: &str| link.config.knob(name).map(|knob| knob.id);
            link.lock = read_names(value, knob, "is not a setting of this lab and cannot be locked", notices);
        }
        "v" => {
            if value != ENGINE.to_string() {
                notices.say(format!(
                    "This link was made with engine {}; this is engine {ENGINE}. The run may go differently.",
                    quoted(value)
                ));
            }
        }
        _ => read_knob(&mut link.config, key, value, "", notices),
    }
}

/// A knob's value; `lane` stands before its name.
fn read_knob(config: &mut Config, key: &str, value: &str, lane: &str, notices: &mut Notices) {
    let key = decode(key, notices);
    let value = decode(value, notices);
    let set = config.set_text(&key, &value);
    let named = [lane, &quoted(&key)].concat();
    match set {
        Ok(()) => {}
        Err(SetError::Unknown) => {
            notices.say(format!("“{named}” is not a setting here; it was skipped."));
        }
        Err(SetError::Clamped(range)) => {
            let now = config.show(&key);
            notices.say(format!("{named}={} is outside {range}; it was set to {now}.", quoted(&value)));
        }
        Err(SetError::Unreadable(hint)) => {
            notices.say(format!("{named}={} could not be read: {hint}.", quoted(&value)));
        }
    }
}

/// The names in a list that `known` knows, once each. No name has a comma, so an encoded one separates too.
fn read_names(
    value: &str,
    known: impl Fn(&str) -> Option<&'static str>,
    otherwise: &str,
    notices: &mut Notices,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in decode(value, notices).split(',').map(str::trim).filter(|name| !name.is_empty()) {
        match known(name) {
            Some(name) if names.iter().any(|other| other == name) => {}
            Some(name) => names.push(name.to_owned()),
            None => notices.say(format!("“{}” {otherwise}; it was skipped.", quoted(name))),
        }
    }
    names
}

fn read_inputs(link: &Link, text: &str, notices: &mut Notices) -> Vec<Timed> {
    let mut inputs = Vec::new();
    let mut in_order = true;
    for (number, item) in text.split(',').filter(|item| !item.is_empty()).enumerate() {
        if number == INPUTS_MAX {
            notices.say(format!("Only the first {INPUTS_MAX} actions were taken over."));
            break;
        }
        match read_input(link, item, notices) {
            Ok(timed) => {
                let place = inputs.partition_point(|other: &Timed| other.at <= timed.at);
                in_order &= place == inputs.len();
                inputs.insert(place, timed);
            }
            Err(why) => notices.say(format!("Action {} (“{}”) was skipped: {why}.", number + 1, quoted(item))),
        }
    }
    if !in_order {
        notices.say("The actions were out of order; they were sorted by time.".to_owned());
    }
    inputs
}

fn read_input(link: &Link, item: &str, notices: &mut Notices) -> Result<Timed, String> {
    let mut parts = item.split(':');
    let at = parts.next().and_then(read_seconds).ok_or("it begins with no time such as 1.5")?;
    if at > RUN_MAX {
        return Err("its time is later than a day".to_owned());
    }
    let name = decode(parts.next().unwrap_or_default(), notices);
    if name == "set" {
        let (Some(knob), Some(value), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err("it is not of the form 1.5:set:knob:value".to_owned());
        };
        let (name, value) = (decode(knob, notices), decode(value, notices));
        let (lanes, knob) = Lanes::of(&name);
        if lanes != Lanes::Both && link.b.is_none() {
            return Err("there is no second lane".to_owned());
        }
        let knob = link.config.knob(knob).ok_or_else(|| format!("“{}” is not a setting of this lab", quoted(knob)))?;
        return match knob.parse(&value) {
            (Some(value), error) => {
                if let Some(SetError::Clamped(range)) = error {
                    notices.say(format!("{} was set outside {range}; the nearest end was taken.", knob.id));
                }
                Ok(Timed { at, input: Input::Set { lanes, knob: knob.id, value } })
            }
            (None, Some(SetError::Unreadable(hint))) => Err(hint),
            (None, _) => Err("its value could not be read".to_owned()),
        };
    }
    let action = link.lab.action(&name).ok_or_else(|| format!("“{}” is not an action of this lab", quoted(&name)))?;
    let given: Vec<&str> = parts.take(action.args.len() + 1).collect();
    if given.len() != action.args.len() {
        return Err(format!(
            "“{}” takes {}",
            action.id,
            text::counted(action.args.len() as u64, "argument", "arguments")
        ));
    }
    let args = given.iter().zip(action.args).map(|(given, (min, max))| {
        let arg: i64 = given.parse().map_err(|_| format!("“{}” is not a whole number", quoted(given)))?;
        let nearest = arg.clamp(*min, *max);
        if nearest != arg {
            notices.say([action.id, ":", &quoted(given), " is out of range; the nearest end was taken."].concat());
        }
        Ok(nearest)
    });
    Ok(Timed { at, input: Input::Do { action: action.id, args: args.collect::<Result<_, String>>()? } })
}

fn write_input(config: &Config, timed: &Timed) -> String {
    let mut out = seconds(timed.at);
    // Writing to a String cannot fail.
    let _ = match &timed.input {
        Input::Do { action, args } => {
            out.push(':');
            out.push_str(action);
            args.iter().try_for_each(|arg| write!(out, ":{arg}"))
        }
        Input::Set { lanes, knob, value } => {
            let value = config.knob(knob).map_or_else(String::new, |knob| written(knob, value));
            write!(out, ":set:{}{knob}:{value}", lanes.prefix())
        }
    };
    out
}

/// An instant in seconds, exact, without its unit.
fn seconds(at: Instant) -> String {
    text::decimal(i64::try_from(at.as_nanos()).unwrap_or(i64::MAX), 9)
}

/// Reads an instant: seconds, or a length of time with its unit.
pub fn read_seconds(written: &str) -> Option<Instant> {
    let nanos = text::parse_decimal(written, 9).or_else(|| text::parse_duration(written))?;
    u64::try_from(nanos).ok().map(Instant::from_nanos)
}

/// A knob's value in a link. The percent sign goes, which would be written `%25`, where a bare number reads the same.
fn written(knob: &Knob, value: &Value) -> String {
    let text = knob.format(value);
    let bare = text.trim_end_matches('%');
    encode(if bare.len() < text.len() && knob.parse(bare).0.as_ref() == Some(value) { bare } else { &text })
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, KEPT).to_string()
}

fn decode(text: &str, notices: &mut Notices) -> String {
    let bytes = percent_decode_str(text);
    match bytes.decode_utf8() {
        Ok(text) => text.into_owned(),
        Err(_) => {
            notices.say(format!("“{}” is not UTF-8; what could not be read was replaced.", quoted(text)));
            percent_decode_str(text).decode_utf8_lossy().into_owned()
        }
    }
}

/// At most this much of a link's own text is repeated in a notice, without control characters and without those that
/// turn the direction of the text around them.
pub(crate) fn quoted(text: &str) -> String {
    let hidden = |c: &char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let mut shown = text.chars().filter(|c| !hidden(c));
    let mut out: String = shown.by_ref().take(40).collect();
    if shown.next().is_some() {
        out.push('…');
    }
    out
}

fn shorten<'a>(text: &'a str, notices: &mut Notices) -> &'a str {
    if text.len() <= LINK_BYTES_MAX {
        return text;
    }
    notices.say(format!(
        "The link is {} KiB long; only its first {} KiB were read.",
        text.len() / 1024,
        LINK_BYTES_MAX / 1024
    ));
    let cut = (0..=LINK_BYTES_MAX).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let head = text.get(..cut).unwrap_or_default();
    // Not in the middle of an action or a value.
    head.rfind([',', '&']).and_then(|end| head.get(..end)).unwrap_or(head)
}

/// Notices, without repetition and bounded.
#[derive(Default)]
struct Notices {
    told: Vec<Notice>,
    more: usize,
}

impl Notices {
    fn say(&mut self, message: String) {
        if self.told.iter().any(|notice| notice.0 == message) {
        } else if self.told.len() < NOTICES_MAX {
            self.told.push(Notice(message));
        } else {
            self.more += 1;
        }
    }

    fn told(mut self) -> Vec<Notice> {
        if self.more > 0 {
            self.told.push(Notice(format!("And {} more of this kind.", self.more)));
        }
        self.told
    }
}
