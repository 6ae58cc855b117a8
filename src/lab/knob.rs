//! The knob table: what can be set, in which range and unit. It feeds sliders, defaults, help, links, embed attributes
//! and the command line.

use std::rc::Rc;
use std::time::Duration;

use super::text;

/// One thing that can be set.
pub struct Knob {
    /// Its name in links (`open_for`); on the command line and as an attribute, hyphens stand for underscores.
    pub id: &'static str,
    /// Its name on the page.
    pub label: &'static str,
    /// What it does, in a sentence.
    pub help: &'static str,
    /// The group it stands in. The first group is open, the others are folded.
    pub group: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it has any effect with these settings; a knob without is shown disabled.
    pub matters: fn(&Config) -> bool,
}

/// What a knob holds, its range and its default.
pub enum Kind {
    /// A whole number of base units.
    Number {
        /// The unit, which also says how it is written.
        unit: Unit,
        /// The least value.
        min: i64,
        /// The greatest value.
        max: i64,
        /// The value when nothing is said.
        default: i64,
        /// Whether the slider is logarithmic.
        log: bool,
    },
    /// One of a few.
    Choice {
        /// Name in links and label on the page; the first is the default.
        options: &'static [(&'static str, &'static str)],
    },
    /// On or off.
    Flag {
        /// The value when nothing is said.
        default: bool,
    },
    /// Text in a small grammar of the lab's own.
    Document {
        /// The text when nothing is said.
        default: &'static str,
        /// The greatest length in bytes.
        max_bytes: usize,
        /// Finds what is wrong with a text, and where.
        check: fn(&str) -> Result<(), DocumentError>,
    },
}

/// Without its full stop: what tells of it ends the sentence.
fn unended(message: &str) -> &str {
    message.strip_suffix('.').unwrap_or(message)
}

/// A line of a table; `matters` as in [`Knob`].
pub const fn knob(
    group: &'static str,
    id: &'static str,
    label: &'static str,
    help: &'static str,
    kind: Kind,
    matters: fn(&Config) -> bool,
) -> Knob {
    Knob { id, label, help, group, kind, matters }
}

/// A number, with a logarithmic slider where the greatest is at least fifty times the least, or 1.
pub const fn number(unit: Unit, min: i64, max: i64, default: i64) -> Kind {
    Kind::Number { unit, min, max, default, log: max / (if min > 0 { min } else { 1 }) >= 50 }
}

/// One of a few, the first by default: name in links, and label.
pub const fn choice(options: &'static [(&'static str, &'static str)]) -> Kind {
    Kind::Choice { options }
}

/// What is wrong with a document, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    /// Byte range in the text.
    pub at: core::ops::Range<usize>,
    /// What is wrong and what would do.
    pub message: String,
}

/// The unit of a number knob. Numbers are whole, in the base unit named here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A count of things; the word is their plural ("failures").
    Count(&'static str),
    /// Nanoseconds, written `5s`, `250ms`.
    Nanos,
    /// Nanoseconds as a limit: 0 is none, and is shown as such.
    Limit,
    /// Whole percent, written `50%`.
    Percent,
    /// Thousandths, written as a percentage, `12.5%`.
    Permille,
    /// Thousandths per second, written `10/s`.
    MilliPerSecond,
    /// Thousandths of a plain factor, written `1.5x`.
    Milli,
    /// In a base unit and a notation of its own.
    Own(&'static Notation),
}

/// How the numbers of a unit of its own are written.
#[derive(Debug)]
pub struct Notation {
    /// What it takes, with its article, for messages.
    pub noun: &'static str,
    /// A number as it is written; `parse` reads it back exactly.
    pub format: fn(i64) -> String,
    /// A number as it is shown to a reader.
    pub show: fn(i64) -> String,
    /// Reads a number in base units; or what is wrong, and what would do.
    pub parse: fn(&str) -> Result<i64, String>,
    /// Where a slider stops, in order.
    pub stops: &'static [i64],
}

/// There is one notation a place.
impl PartialEq for Notation {
    fn eq(&self, other: &Self) -> bool {
        core::ptr::eq(self, other)
    }
}

impl Eq for Notation {}

/// A knob's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// In the knob's base unit.
    Number(i64),
    /// Index into the knob's options.
    Choice(usize),
    /// On or off.
    Flag(bool),
    /// A document.
    Text(Rc<str>),
}

/// What was wrong with a value given as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetError {
    /// No knob of that name.
    Unknown,
    /// The text could not be read; what would do.
    Unreadable(String),
    /// Out of range: set to the nearest end instead, which is told as text.
    Clamped(String),
}

/// A value for every knob of a table.
#[derive(Clone)]
pub struct Config {
    table: &'static [Knob],
    values: Vec<Value>,
}

impl PartialEq for Config {
    fn eq(&self, other: &Self) -> bool {
        core::ptr::eq(self.table, other.table) && self.values == other.values
    }
}

impl core::fmt::Debug for Config {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_map().entries(self.table.iter().zip(&self.values).map(|(knob, value)| (knob.id, value))).finish()
    }
}

impl Knob {
    /// Always has an effect: the usual value of [`Knob::matters`].
    pub const ALWAYS: fn(&Config) -> bool = |_| true;

    /// The value when nothing is said.
    pub fn default_value(&self) -> Value {
        match &self.kind {
            Kind::Number { default, .. } => Value::Number(*default),
            Kind::Choice { .. } => Value::Choice(0),
            Kind::Flag { default } => Value::Flag(*default),
            Kind::Document { default, .. } => Value::Text((*default).into()),
        }
    }

    /// A value as it is written in links, fields and on the command line; [`Knob::parse`] reads it back exactly.
    pub fn format(&self, value: &Value) -> String {
        match (&self.kind, value) {
            (Kind::Number { unit, .. }, Value::Number(number)) => unit.format(*number),
            (Kind::Choice { options }, Value::Choice(index)) => {
                options.get(*index).map_or_else(String::new, |(id, _)| (*id).to_owned())
            }
            (Kind::Flag { .. }, Value::Flag(on)) => if *on { "on" } else { "off" }.to_owned(),
            (Kind::Document { .. }, Value::Text(text)) => text.to_string(),
            // A value of another kind than its knob does not occur: `Config` keeps them together.
            _ => String::new(),
        }
    }

    /// A value as it is shown: with a space before the unit and the label of a choice.
    pub fn show(&self, value: &Value) -> String {
        match (&self.kind, value) {
            (Kind::Number { unit, .. }, Value::Number(number)) => unit.show(*number),
            (Kind::Choice { options }, Value::Choice(index)) => {
                options.get(*index).map_or_else(String::new, |(_, label)| (*label).to_owned())
            }
            _ => self.format(value),
        }
    }

    /// Reads a value. A number out of range comes back clamped, with [`SetError::Clamped`] beside it.
    pub fn parse(&self, text: &str) -> (Option<Value>, Option<SetError>) {
        let text = text.trim();
        let unreadable = |message: String| (None, Some(SetError::Unreadable(message)));
        match &self.kind {
            Kind::Number { unit, min, max, default, .. } => match unit.parse(text) {
                Some(number) if (*min..=*max).contains(&number) => (Some(Value::Number(number)), None),
                Some(number) => {
                    let nearest = number.clamp(*min, *max);
                    let least = if *unit == Unit::Limit { Unit::Nanos } else { *unit };
                    let said = format!("{} to {}", least.show(*min), unit.show(*max));
                    (Some(Value::Number(nearest)), Some(SetError::Clamped(said)))
                }
                None => match unit {
                    Unit::Own(notation) => {
                        unreadable(unended(&(notation.parse)(text).err().unwrap_or_default()).to_owned())
                    }
                    _ => unreadable(format!(
                        "it takes {} from {} to {}, such as {}",
                        unit.noun(),
                        unit.format(*min),
                        unit.format(*max),
                        unit.format(*default)
                    )),
                },
            },
            Kind::Choice { options } => match options.iter().position(|(id, _)| id.eq_ignore_ascii_case(text)) {
                Some(index) => (Some(Value::Choice(index)), None),
                None => {
                    let ids: Vec<_> = options.iter().map(|(id, _)| *id).collect();
                    unreadable(format!("it takes one of {}", ids.join(", ")))
                }
            },
            Kind::Flag { .. } => match text.to_ascii_lowercase().as_str() {
                "on" | "true" | "yes" | "1" | "" => (Some(Value::Flag(true)), None),
                "off" | "false" | "no" | "0" => (Some(Value::Flag(false)), None),
                _ => unreadable("it takes on or off".to_owned()),
            },
            Kind::Document { max_bytes, .. } if text.len() > *max_bytes => {
                unreadable(format!("it takes at most {max_bytes} bytes, this has {}", text.len()))
            }
            Kind::Document { check, .. } => match check(text) {
                Ok(()) => (Some(Value::Text(text.into())), None),
                Err(error) => unreadable(format!("at {}: {}", error.at.start + 1, unended(&error.message))),
            },
        }
    }
}

impl Config {
    /// All knobs at their defaults.
    pub fn new(table: &'static [Knob]) -> Self {
        Self { table, values: table.iter().map(Knob::default_value).collect() }
    }

    /// The table it belongs to.
    pub fn table(&self) -> &'static [Knob] {
        self.table
    }

    /// Knobs and values, in the table's order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Knob, &Value)> {
        self.table.iter().zip(&self.values)
    }

    /// A knob of the table by name; hyphens count as underscores.
    pub fn knob(&self, id: &str) -> Option<&'static Knob> {
        self.index(id).and_then(|index| self.table.get(index))
    }

    /// A knob's value.
    pub fn value(&self, id: &str) -> Option<&Value> {
        self.index(id).and_then(|index| self.values.get(index))
    }

    /// Sets a knob to a value; a number is clamped to its range. `false` for an unknown knob, a value of another kind
    /// or a document with something wrong in it.
    pub fn set(&mut self, id: &str, value: Value) -> bool {
        let Some(index) = self.index(id) else { return false };
        let (Some(knob), Some(slot)) = (self.table.get(index), self.values.get_mut(index)) else { return false };
        let fitting = match (&knob.kind, value) {
            (Kind::Number { min, max, .. }, Value::Number(number)) => Value::Number(number.clamp(*min, *max)),
            (Kind::Choice { options }, Value::Choice(choice)) if choice < options.len() => Value::Choice(choice),
            (Kind::Flag { .. }, value @ Value::Flag(_)) => value,
            // Trimmed, as it is when it comes back out of a link.
            (Kind::Document { max_bytes, check, .. }, Value::Text(text))
                if text.trim().len() <= *max_bytes && check(text.trim()).is_ok() =>
            {
                Value::Text(text.trim().into())
            }
            _ => return false,
        };
        *slot = fitting;
        true
    }

    /// Sets a knob from text.
    ///
    /// # Errors
    /// [`SetError::Clamped`] when the value was out of range: then the nearest end is set. With the others nothing changes.
    pub fn set_text(&mut self, id: &str, text: &str) -> Result<(), SetError> {
        let knob = self.knob(id).ok_or(SetError::Unknown)?;
        let (value, error) = knob.parse(text);
        if let Some(value) = value {
            self.set(knob.id, value);
        }
        error.map_or(Ok(()), Err)
    }

    /// The knobs that are not at their defaults.
    pub fn changed(&self) -> impl Iterator<Item = (&'static Knob, &Value)> {
        self.iter().filter(|(knob, value)| knob.default_value() != **value)
    }

    /// A number knob's value in its base unit. Zero for a knob the table does not have, which the registry walk excludes.
    pub fn number(&self, id: &str) -> i64 {
        debug_assert!(matches!(self.value(id), Some(Value::Number(_))), "no number knob {id}");
        if let Some(Value::Number(number)) = self.value(id) { *number } else { 0 }
    }

    /// A number knob as an unsigned count; negative values count as zero.
    pub fn count(&self, id: &str) -> u64 {
        u64::try_from(self.number(id)).unwrap_or(0)
    }

    /// A number knob as a `u32`; saturates.
    pub fn small(&self, id: &str) -> u32 {
        u32::try_from(self.count(id)).unwrap_or(u32::MAX)
    }

    /// A knob in nanoseconds as a duration.
    pub fn duration(&self, id: &str) -> Duration {
        Duration::from_nanos(self.count(id))
    }

    /// The name of the option chosen. Empty for a knob the table does not have, which the registry walk excludes.
    pub fn choice(&self, id: &str) -> &'static str {
        debug_assert!(matches!(self.value(id), Some(Value::Choice(_))), "no choice knob {id}");
        match (self.knob(id).map(|knob| &knob.kind), self.value(id)) {
            (Some(Kind::Choice { options }), Some(Value::Choice(index))) => {
                options.get(*index).map_or("", |(id, _)| id)
            }
            _ => "",
        }
    }

    /// Whether a flag is on. `false` for a knob the table does not have, which the registry walk excludes.
    pub fn flag(&self, id: &str) -> bool {
        debug_assert!(matches!(self.value(id), Some(Value::Flag(_))), "no flag knob {id}");
        matches!(self.value(id), Some(Value::Flag(true)))
    }

    /// A document's text. Empty for a knob the table does not have.
    pub fn document(&self, id: &str) -> &str {
        if let Some(Value::Text(text)) = self.value(id) { text } else { "" }
    }

    /// A knob's value as it is shown.
    pub fn show(&self, id: &str) -> String {
        match (self.knob(id), self.value(id)) {
            (Some(knob), Some(value)) => knob.show(value),
            _ => String::new(),
        }
    }

    fn index(&self, id: &str) -> Option<usize> {
        let same = |knob: &Knob| {
            knob.id.len() == id.len()
                && knob.id.bytes().zip(id.bytes()).all(|(a, b)| a == b || (a == b'_' && b == b'-'))
        };
        self.table.iter().position(same)
    }
}

impl Unit {
    /// A number as it is written; [`Unit::parse`] reads it back exactly.
    pub fn format(self, number: i64) -> String {
        match self {
            Self::Count(_) => number.to_string(),
            Self::Nanos | Self::Limit => text::duration(number, ""),
            Self::Percent => format!("{number}%"),
            Self::Permille => format!("{}%", text::decimal(number, 1)),
            Self::MilliPerSecond => format!("{}/s", text::decimal(number, 3)),
            Self::Milli => format!("{}x", text::decimal(number, 3)),
            Self::Own(notation) => (notation.format)(number),
        }
    }

    /// A number as it is shown to a reader.
    pub fn show(self, number: i64) -> String {
        match self {
            Self::Count(_) => text::grouped(number),
            Self::Limit if number == 0 => "no limit".to_owned(),
            Self::Nanos | Self::Limit => text::duration(number, "\u{a0}"),
            Self::Percent => format!("{number}\u{a0}%"),
            Self::Permille => format!("{}\u{a0}%", text::decimal(number, 1)),
            Self::MilliPerSecond if number == 0 => "off".to_owned(),
            Self::MilliPerSecond => format!("{}/s", text::decimal(number, 3)),
            Self::Milli => format!("×\u{a0}{}", text::decimal(number, 3)),
            Self::Own(notation) => (notation.show)(number),
        }
    }

    /// Reads a number with its unit, in base units. `None` when it cannot be read exactly or is too large to hold.
    pub fn parse(self, written: &str) -> Option<i64> {
        if let Self::Own(notation) = self {
            return (notation.parse)(written.trim()).ok();
        }
        let written = written.trim().replace(['\u{a0}', ' ', '_'], "");
        let end = |suffixes: &[&str], decimals: u32| {
            let bare = suffixes.iter().find_map(|suffix| written.strip_suffix(suffix)).unwrap_or(&written);
            text::parse_decimal(bare, decimals)
        };
        match self {
            Self::Count(_) => text::parse_decimal(&written, 0),
            Self::Limit if written == "0" || written == "nolimit" => Some(0),
            Self::Nanos | Self::Limit => text::parse_duration(&written),
            Self::Percent => end(&["%"], 0),
            Self::Permille => end(&["%"], 1),
            Self::MilliPerSecond if written == "off" => Some(0),
            Self::MilliPerSecond => end(&["/s", "persecond"], 3),
            Self::Milli => end(&["x", "×"], 3),
            Self::Own(_) => None,
        }
    }

    /// What it takes, for messages.
    fn noun(self) -> &'static str {
        match self {
            Self::Count(_) => "a whole number",
            Self::Nanos => "a length of time with its unit",
            Self::Limit => "no limit, or a length of time with its unit",
            Self::Percent => "a whole percentage",
            Self::Permille => "a percentage",
            Self::MilliPerSecond => "a number per second",
            Self::Milli => "a factor",
            Self::Own(notation) => notation.noun,
        }
    }
}
