//! Replays conformance files: the language-neutral cases that are described in `tests/conformance/README.md`.
//!
//! A file holds cases; a case names a policy, configures it, and lists steps with expectations. [`run_file`] replays
//! them all; a step is held to 10,000,000 `times`, and to 1,000,000 events where it expects some. Each policy is one
//! small module here that implements `Policy` and has one line in `replay`.

mod adaptive_limit;
mod backoff;
mod breaker;
mod budget;
mod bulkhead;
mod rate_limiter;
mod read;
mod retry;

use std::fmt;
use std::time::Duration;

use halfopen_core::Instant;
use serde_json::Value;

use read::{Object, shown};

/// Room for any window a case may reasonably have; a larger one fails its case with a message.
const PLACES: usize = 4096;
/// The most that `times` and `repeat` may say, and the most attempts of one request.
const TIMES_MAX: u32 = 10_000_000;

/// How the cases of a file went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The file's own name for itself.
    pub suite: String,
    /// The cases, in the order of the file.
    pub cases: Vec<Case>,
}

/// How one case went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// How it went.
    pub verdict: Verdict,
}

/// How a case went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every expectation was met.
    Passed,
    /// An expectation was not met.
    Differs {
        /// The first step of which that is true, counted from 1.
        step: usize,
        /// Everything that differs there; never empty.
        differences: Vec<Difference>,
    },
    /// The policy has not been built yet; counts as failed.
    Unsupported {
        /// Its name.
        policy: String,
    },
    /// The case cannot be replayed; counts as failed.
    Malformed {
        /// In which step, counted from 1; `None`: in the case itself or its config.
        step: Option<usize>,
        /// What is wrong with it, and where.
        what: String,
    },
}

/// One expectation that was not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its key.
    pub key: String,
    /// What the file expects.
    pub expected: String,
    /// What there was.
    pub got: String,
}

/// The text is not a conformance file at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError(
    /// What is wrong with it, and where.
    pub String,
);

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a conformance file: {}", self.0)
    }
}

impl std::error::Error for FileError {}

impl Report {
    /// How many cases passed.
    pub fn passed(&self) -> usize {
        self.cases.iter().filter(|case| case.verdict == Verdict::Passed).count()
    }

    /// How many did not, for whatever reason.
    pub fn failed(&self) -> usize {
        self.cases.len() - self.passed()
    }
}

/// The last line of a run over files: `71 passed, 0 failed`.
pub fn summary<'a>(reports: impl IntoIterator<Item = &'a Report>) -> String {
    let (mut passed, mut failed) = (0, 0);
    for report in reports {
        passed += report.passed();
        failed += report.failed();
    }
    format!("{passed} passed, {failed} failed")
}

impl fmt::Display for Report {
    /// A line a case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cases.iter().try_for_each(|case| writeln!(f, "{case}"))
    }
}

impl fmt::Display for Case {
    /// `PASS name`, or `FAIL name: ` and why.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A name is one line of output, whatever is in it.
        let name = self.name.replace(char::is_control, " ");
        match &self.verdict {
            Verdict::Passed => write!(f, "PASS {name}"),
            verdict => write!(f, "FAIL {name}: {verdict}"),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::Differs { step, differences } => {
                write!(f, "step {step}: ")?;
                for (index, Difference { key, expected, got }) in differences.iter().enumerate() {
                    let separator = if index == 0 { "" } else { "; " };
                    write!(f, "{separator}{key}: expected {expected}, got {got}")?;
                }
                Ok(())
            }
            Self::Unsupported { policy } => write!(f, "unsupported policy {policy}"),
            Self::Malformed { step: Some(step), what } => write!(f, "step {step}: malformed: {what}"),
            Self::Malformed { step: None, what } => write!(f, "malformed: {what}"),
        }
    }
}

/// Replays every case of a file.
///
/// # Errors
/// The text is not JSON, or not an object with a list of cases. A case that is malformed only fails itself.
pub fn run_file(text: &str) -> Result<Report, FileError> {
    let file: Value = serde_json::from_str(text).map_err(|error| FileError(error.to_string()))?;
    let file = Object::new(&file, "the file", &["suite", "cases"]).map_err(FileError)?;
    let suite = file.text("suite").map_err(FileError)?.unwrap_or_default().to_owned();
    let cases = file.list("cases").and_then(|cases| cases.ok_or_else(|| "cases is missing".into()));
    let cases = cases.map_err(FileError)?.iter().enumerate().map(|(index, case)| run_case(index, case)).collect();
    Ok(Report { suite, cases })
}

fn run_case(index: usize, case: &Value) -> Case {
    let name = case.get("name").and_then(Value::as_str);
    let name = name.map_or_else(|| format!("case {}", index + 1), str::to_owned);
    let verdict = match Object::new(case, "the case", &["name", "source", "policy", "config", "steps"]) {
        Ok(case) => replay(&case).unwrap_or_else(|what| Verdict::Malformed { step: None, what }),
        Err(what) => Verdict::Malformed { step: None, what },
    };
    Case { name, verdict }
}

/// What is wrong with a case, in words.
type Malformed = String;

/// The registry of policies.
fn replay(case: &Object<'_>) -> Result<Verdict, Malformed> {
    match case.text("policy")?.ok_or("policy is missing")? {
        "breaker" => replay_policy::<breaker::Replay>(case),
        "backoff" => replay_policy::<backoff::Replay>(case),
        "retry" => replay_policy::<retry::Replay>(case),
        "retry_budget" => replay_policy::<budget::Replay>(case),
        "bulkhead" => replay_policy::<bulkhead::Replay>(case),
        "rate_limiter" => replay_policy::<rate_limiter::Replay>(case),
        "adaptive_limit" => replay_policy::<adaptive_limit::Replay>(case),
        policy => Ok(Verdict::Unsupported { policy: policy.to_owned() }),
    }
}

/// A policy that cases can be replayed on.
trait Policy: Sized {
    /// The keys that name an action; a step has exactly one.
    const ACTIONS: &'static [&'static str];
    /// The keys a step may have beside `at`, `expect` and its action.
    const BESIDE: &'static [&'static str];

    /// The policy at time 0.
    fn start(config: &Value) -> Result<Self, Malformed>;

    /// Does the action of a step, as often as it says.
    fn act(&mut self, action: &str, step: &Object<'_>, now: Instant) -> Result<(), Malformed>;

    /// What an expectation is held against; `None` when there is no such key on the step just done.
    fn observe(&self, key: &str) -> Option<Got>;

    /// The next step is not earlier than this: some actions move the clock.
    fn busy_until(&self) -> Instant {
        Instant::ZERO
    }
}

fn replay_policy<P: Policy>(case: &Object<'_>) -> Result<Verdict, Malformed> {
    let mut policy = P::start(case.required("config")?)?;
    let mut now = Instant::ZERO;
    for (index, step) in case.list("steps")?.ok_or("steps is missing")?.iter().enumerate() {
        match replay_step(&mut policy, step, &mut now) {
            Ok(differences) if differences.is_empty() => {}
            Ok(differences) => return Ok(Verdict::Differs { step: index + 1, differences }),
            Err(what) => return Ok(Verdict::Malformed { step: Some(index + 1), what }),
        }
    }
    Ok(Verdict::Passed)
}

fn replay_step<P: Policy>(policy: &mut P, step: &Value, now: &mut Instant) -> Result<Vec<Difference>, Malformed> {
    let known: Vec<&str> = ["at", "expect"].iter().chain(P::ACTIONS).chain(P::BESIDE).copied().collect();
    let step = Object::new(step, "", &known)?;
    *now = (*now).max(policy.busy_until());
    if let Some(at) = step.time("at")? {
        let at = Instant::ZERO + at;
        // A step that is due while the policy is still busy begins when it is done.
        *now = match at >= *now || policy.busy_until() > Instant::ZERO {
            true => at.max(*now),
            false => return Err(format!("at is {at}, before the step before it at {now}")),
        };
    }
    let mut actions = P::ACTIONS.iter().filter(|action| step.get(action).is_some());
    let action = match (actions.next(), actions.next()) {
        (Some(action), None) => action,
        (None, _) => return Err(format!("no action; there must be one of {}", P::ACTIONS.join(", "))),
        (Some(first), Some(second)) => return Err(format!("two actions, {first} and {second}")),
    };
    policy.act(action, &step, *now)?;
    let Some(expect) = step.get("expect") else { return Ok(Vec::new()) };
    let expect = expect.as_object().ok_or_else(|| format!("expect is {}, not an object", shown(expect)))?;
    let mut differences = Vec::new();
    for (key, expected) in expect {
        let got = policy.observe(key).ok_or_else(|| format!("expect.{key} is not known on {action}"))?;
        if !got.meets(expected).map_err(|what| format!("expect.{key} is {}, not {what}", shown(expected)))? {
            differences.push(Difference { key: key.clone(), expected: shown(expected), got: got.to_string() });
        }
    }
    Ok(differences)
}

/// What there is to hold an expectation against.
#[derive(Clone, Debug, PartialEq)]
enum Got {
    Flag(bool),
    Count(u64),
    Counts(Vec<u64>),
    /// May be below zero.
    Integer(i64),
    Word(String),
    Words(Vec<String>),
    /// Exact; `None` is null.
    Time(Option<Duration>),
    /// Within 1 ns and a millionth.
    About(Duration),
    /// Each within that; `None` is null.
    Abouts(Vec<Option<Duration>>),
    /// Within 1e-9; `None` is null.
    Number(Option<f64>),
}

impl Got {
    /// Whether an expectation is met; an error says what it should have been.
    fn meets(&self, expected: &Value) -> Result<bool, &'static str> {
        match self {
            Self::Flag(flag) => expected.as_bool().map(|expected| expected == *flag).ok_or("true or false"),
            Self::Count(count) => read::whole(expected).map(|expected| expected == *count).ok_or("a whole number"),
            Self::Counts(counts) => {
                let list = expected.as_array().and_then(|list| list.iter().map(read::whole).collect());
                list.map(|list: Vec<u64>| list == *counts).ok_or("a list of whole numbers")
            }
            Self::Integer(number) => {
                read::integer(expected).map(|expected| expected == *number).ok_or("a whole number, maybe below zero")
            }
            Self::Word(word) => expected.as_str().map(|expected| expected == word).ok_or("a string"),
            Self::Words(words) => {
                let list = expected.as_array().ok_or("a list of strings")?;
                if !list.iter().all(Value::is_string) {
                    return Err("a list of strings");
                }
                Ok(list.len() == words.len() && list.iter().zip(words).all(|(expected, word)| expected == word))
            }
            Self::Time(time) if expected.is_null() => Ok(time.is_none()),
            Self::Time(time) => {
                let expected = expected.as_str().and_then(read::duration).ok_or("a duration or null")?;
                Ok(*time == Some(expected))
            }
            Self::About(time) => {
                expected.as_str().and_then(read::duration).map(|expected| near(*time, expected)).ok_or("a duration")
            }
            Self::Abouts(times) => {
                let null_or_time = |value: &Value| match value {
                    Value::Null => Some(None),
                    value => value.as_str().and_then(read::duration).map(Some),
                };
                let list = expected.as_array().and_then(|list| list.iter().map(null_or_time).collect());
                let list: Vec<Option<Duration>> = list.ok_or("a list of durations and nulls")?;
                let agree = |(got, expected): (&Option<Duration>, &Option<Duration>)| match (got, expected) {
                    (Some(got), Some(expected)) => near(*got, *expected),
                    (got, expected) => got == expected,
                };
                Ok(list.len() == times.len() && times.iter().zip(&list).all(agree))
            }
            Self::Number(number) if expected.is_null() => Ok(number.is_none()),
            Self::Number(number) => {
                let expected = expected.as_f64().ok_or("a number or null")?;
                Ok(number.is_some_and(|number| (number - expected).abs() <= 1e-9))
            }
        }
    }
}

/// Whether a delay is what is expected, within 1 ns and a millionth of it.
fn near(got: Duration, expected: Duration) -> bool {
    got.as_nanos().abs_diff(expected.as_nanos()) * 1_000_000 <= 1_000_000 + expected.as_nanos()
}

impl fmt::Display for Got {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Count(count) => write!(f, "{count}"),
            Self::Counts(counts) => {
                write!(f, "[{}]", counts.iter().map(u64::to_string).collect::<Vec<_>>().join(", "))
            }
            Self::Integer(number) => write!(f, "{number}"),
            Self::Word(word) => f.write_str(word),
            Self::Words(words) => write!(f, "[{}]", words.join(", ")),
            Self::Time(Some(time)) | Self::About(time) => write!(f, "{time:?}"),
            Self::Abouts(times) => {
                let times = times.iter().map(|time| time.map_or_else(|| "null".to_owned(), |time| format!("{time:?}")));
                write!(f, "[{}]", times.collect::<Vec<_>>().join(", "))
            }
            Self::Number(Some(number)) => write!(f, "{number}"),
            Self::Time(None) | Self::Number(None) => f.write_str("null"),
        }
    }
}
