//! Reading the JSON of a case, with errors that say where.

use core::time::Duration;

use serde_json::{Map, Value};

use super::Malformed;

/// An object all of whose keys are known. A key that is null counts as left out.
pub(super) struct Object<'a> {
    /// Where it is, such as `config.window.`; put before keys in errors.
    path: String,
    map: &'a Map<String, Value>,
}

impl<'a> Object<'a> {
    /// Reads an object at `path` (empty for the top); any key that is not `known` is an error.
    pub(super) fn new(value: &'a Value, path: &str, known: &[&str]) -> Result<Self, Malformed> {
        let name = if path.is_empty() { "the step" } else { path };
        let map = value.as_object().ok_or_else(|| format!("{name} is {}, not an object", shown(value)))?;
        // "the case" and the like are names for the reader, not parts of a path.
        let path = if path.is_empty() || path.contains(' ') { String::new() } else { format!("{path}.") };
        match map.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(format!("unknown key {path}{key}")),
            None => Ok(Self { path, map }),
        }
    }

    /// The object under `key`.
    pub(super) fn object(&self, key: &str, known: &[&str]) -> Result<Option<Object<'a>>, Malformed> {
        self.get(key).map(|value| Object::new(value, &self.at(key), known)).transpose()
    }

    /// Where `key` is.
    pub(super) fn at(&self, key: &str) -> String {
        format!("{}{key}", self.path)
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn required(&self, key: &str) -> Result<&'a Value, Malformed> {
        self.get(key).ok_or_else(|| format!("{} is missing", self.at(key)))
    }

    /// The only key that is there, of an object that must have exactly one of some.
    pub(super) fn one_of(&self, keys: &[&'static str]) -> Result<&'static str, Malformed> {
        let mut present = keys.iter().filter(|key| self.get(key).is_some());
        match (present.next(), present.next()) {
            (Some(key), None) => Ok(key),
            _ => Err(format!("{} must have exactly one of {}", self.path.trim_end_matches('.'), keys.join(", "))),
        }
    }

    fn wrong(&self, key: &str, value: &Value, what: &str) -> Malformed {
        format!("{} is {}, not {what}", self.at(key), shown(value))
    }

    fn optional<T>(
        &self,
        key: &str,
        what: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Malformed> {
        self.get(key).map(|value| read(value).ok_or_else(|| self.wrong(key, value, what))).transpose()
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<&'a str>, Malformed> {
        self.optional(key, "a string", Value::as_str)
    }

    pub(super) fn list(&self, key: &str) -> Result<Option<&'a Vec<Value>>, Malformed> {
        self.optional(key, "a list", Value::as_array)
    }

    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, Malformed> {
        self.optional(key, "true or false", Value::as_bool)
    }

    /// A whole number of things, below 2³².
    pub(super) fn count(&self, key: &str) -> Result<Option<u32>, Malformed> {
        let read = |value: &Value| whole(value).and_then(|count| u32::try_from(count).ok());
        self.optional(key, "a whole number from 0 to 4294967295", read)
    }

    /// A number with at most three decimals, in thousandths.
    pub(super) fn thousandths(&self, key: &str) -> Result<Option<u32>, Malformed> {
        let read = |value: &Value| match value {
            // The number as written: its shortest decimal form is exact where the float is not.
            Value::Number(number) => fixed_point(&number.to_string(), 3).and_then(|value| u32::try_from(value).ok()),
            _ => None,
        };
        self.optional(key, "a number with at most three decimals", read)
    }

    pub(super) fn time(&self, key: &str) -> Result<Option<Duration>, Malformed> {
        self.optional(key, "a duration such as \"1.5s\"", |value| value.as_str().and_then(duration))
    }

    /// One of some words, each with its meaning.
    pub(super) fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Result<Option<T>, Malformed> {
        let names: Vec<_> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
        self.optional(key, &format!("one of {}", names.join(", ")), |value| {
            words.iter().find(|(word, _)| value == word).map(|(_, meaning)| *meaning)
        })
    }
}

/// The name that a case gives a call or a request: a string or a number.
pub(super) fn id(value: &Value) -> Result<String, Malformed> {
    match value {
        Value::String(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err(format!("{} is no name for a call", shown(value))),
    }
}

/// A value as it is shown in messages: short, on one line.
pub(super) fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.replace(char::is_control, " "),
        Value::Array(list) => format!("[{}]", list.iter().map(shown).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    };
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A whole number, also one written as `50.0`: some languages write all numbers so.
pub(super) fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => fixed_point(&number.to_string(), 0),
        _ => None,
    }
}

/// A whole number that may be below zero.
pub(super) fn integer(value: &Value) -> Option<i64> {
    let Value::Number(number) = value else { return None };
    let text = number.to_string();
    match text.strip_prefix('-') {
        Some(text) => fixed_point(text, 0).and_then(|number| 0i64.checked_sub_unsigned(number)),
        None => fixed_point(&text, 0).and_then(|number| i64::try_from(number).ok()),
    }
}

/// A decimal number and `ns`, `us`, `ms` or `s`, exactly; `None` when it is none, or no whole number of nanoseconds.
pub(super) fn duration(text: &str) -> Option<Duration> {
    // "s" last: it ends the others too.
    let (number, digits) = [("ns", 0), ("us", 3), ("ms", 6), ("s", 9)]
        .into_iter()
        .find_map(|(unit, digits)| text.strip_suffix(unit).map(|number| (number, digits)))?;
    fixed_point(number, digits).map(Duration::from_nanos)
}

/// `text`, a decimal number, times 10^`digits`; `None` when that is no whole number, or is too large.
fn fixed_point(text: &str, digits: usize) -> Option<u64> {
    let (whole, fraction) = match text.split_once('.') {
        Some((_, "")) | Some(("", _)) => return None,
        Some((whole, fraction)) => (whole, fraction.trim_end_matches('0')),
        None => (text, ""),
    };
    let all = [whole, fraction].concat();
    if whole.is_empty() || fraction.len() > digits || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let scale = 10u64.checked_pow(u32::try_from(digits - fraction.len()).ok()?)?;
    all.parse::<u64>().ok()?.checked_mul(scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_exact() {
        let nanos = |text| duration(text).map(|time| time.as_nanos());
        assert_eq!(nanos("1.5s"), Some(1_500_000_000));
        assert_eq!(nanos("120999000001ns"), Some(120_999_000_001));
        assert_eq!(nanos("0.1us"), Some(100));
        assert_eq!(nanos("1.50ms"), Some(1_500_000));
        assert_eq!(nanos("0s"), Some(0));
        for wrong in
            ["", "s", "1", "1.5ns", "-1s", "1e3s", ".5s", "5.s", "1 s", "+1s", "1.2.3s", "99999999999999s", "1m"]
        {
            assert_eq!(nanos(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn thousandths_are_exact() {
        for (text, expected) in [("1.5", Some(1500)), ("2", Some(2000)), ("1.001", Some(1001)), ("1.0", Some(1000))] {
            assert_eq!(fixed_point(text, 3), expected);
        }
        assert_eq!(fixed_point("1.0001", 3), None);
        assert_eq!(fixed_point("1e21", 3), None);
    }
}
