//! Cases of the policy `retry_budget`.

use std::collections::BTreeMap;
use std::time::Duration;

use halfopen_core::Instant;
use halfopen_core::budget::{Deposit, DepositConfig, Quota, QuotaConfig, Taken, TokenRatio, TokenRatioConfig};
use serde_json::Value;

use super::read::{Object, id, shown};
use super::{Got, Malformed, PLACES, Policy, TIMES_MAX};

/// A budget and what the last step made of it.
pub(super) struct Replay {
    budget: Budget,
    now: Instant,
    /// `permitted` of this step, if it tried.
    permitted: Option<bool>,
    /// `granted` of this step, if it repeated.
    granted: Option<u64>,
}

enum Budget {
    /// In thousandths of a token, as whatever the file says can be written in them.
    Quota {
        quota: Quota,
        costs: BTreeMap<String, u32>,
        taken: BTreeMap<String, Taken>,
    },
    TokenRatio(TokenRatio),
    Deposit(Box<Deposit<PLACES>>),
}

/// The request of a `repeat`; no name in a file, which are written with quotes or as numbers, is like it.
const REPEATED: &str = "";

impl Policy for Replay {
    const ACTIONS: &'static [&'static str] = &["request", "try", "success", "failure", "repeat"];
    const BESIDE: &'static [&'static str] = &["after", "do"];

    fn start(config: &Value) -> Result<Self, Malformed> {
        Ok(Self { budget: read_budget(config)?, now: Instant::ZERO, permitted: None, granted: None })
    }

    fn act(&mut self, action: &str, step: &Object<'_>, now: Instant) -> Result<(), Malformed> {
        (self.now, self.permitted, self.granted) = (now, None, None);
        let beside: &[&str] = match action {
            "try" => &["after"],
            "repeat" => &["do"],
            _ => &[],
        };
        if let Some(key) = Self::BESIDE.iter().find(|key| step.get(key).is_some() && !beside.contains(key)) {
            return Err(format!("{key} does not go with {action}"));
        }
        if action != "repeat" {
            let after = step.text("after")?.unwrap_or("failure");
            let permitted = self.budget.perform(action, &id(step.required(action)?)?, after, now)?;
            self.permitted = (action == "try").then_some(permitted);
            return Ok(());
        }
        let times = step.count("repeat")?.unwrap_or_default();
        if times > TIMES_MAX {
            return Err(format!("repeat is {times}, more than {TIMES_MAX}"));
        }
        let verbs = step.list("do")?.ok_or("do is missing")?.iter();
        let verb =
            |verb: &Value| verb.as_str().map(str::to_owned).ok_or_else(|| format!("do: {} is no verb", shown(verb)));
        let verbs = verbs.map(verb).collect::<Result<Vec<_>, _>>()?;
        if let Budget::Quota { taken, .. } = &mut self.budget {
            taken.remove(REPEATED);
        }
        let mut granted = 0;
        for _ in 0..times {
            for verb in &verbs {
                let permitted = self.budget.perform(verb, REPEATED, "failure", now)?;
                granted += u64::from(verb == "try" && permitted);
            }
        }
        self.granted = Some(granted);
        Ok(())
    }

    fn observe(&self, key: &str) -> Option<Got> {
        Some(match key {
            "permitted" => Got::Flag(self.permitted?),
            "granted" => Got::Count(self.granted?),
            "tokens" => Got::Number(Some(match &self.budget {
                Budget::Quota { quota, .. } => f64::from(quota.tokens()) / 1e3,
                Budget::TokenRatio(tokens) => f64::from(tokens.tokens()) / 1e3,
                Budget::Deposit(deposit) => deposit.net(self.now) as f64 / 1e9,
            })),
            _ => return None,
        })
    }
}

impl Budget {
    /// Does what a verb says of the request `id`; whether a `try` was permitted.
    fn perform(&mut self, verb: &str, id: &str, after: &str, now: Instant) -> Result<bool, Malformed> {
        match (self, verb) {
            (Self::Quota { quota, costs, taken }, "try") => {
                let cost = costs.get(after).or_else(|| costs.get("failure")).copied().unwrap_or_default();
                let got = quota.try_take(cost);
                return Ok(got.map(|got| taken.insert(id.to_owned(), got)).is_ok());
            }
            (Self::Quota { quota, taken, .. }, "success") => quota.on_success(taken.remove(id)),
            (Self::Quota { taken, .. }, "failure") => _ = taken.remove(id),
            (Self::TokenRatio(tokens), "try") => return Ok(tokens.try_retry().is_ok()),
            (Self::TokenRatio(tokens), "success") => tokens.on_success(),
            (Self::TokenRatio(tokens), "failure") => tokens.on_failure(),
            (Self::Deposit(deposit), "try") => return Ok(deposit.try_retry(now).is_ok()),
            (Self::Deposit(deposit), "request") => deposit.on_request(now),
            // Verbs that a kind does not mention do nothing.
            (_, "request" | "success" | "failure") => {}
            (_, verb) => return Err(format!("do: {verb} is no verb")),
        }
        Ok(false)
    }
}

fn read_budget(config: &Value) -> Result<Budget, Malformed> {
    let kind = config.get("kind").and_then(Value::as_str).unwrap_or_default();
    let known: &[&str] = match kind {
        "quota" => &["kind", "capacity", "costs", "unused_refund"],
        "token_ratio" => &["kind", "max", "per_success", "per_failure", "floor"],
        _ => &["kind", "ttl", "buckets", "min_per_second", "percent"],
    };
    let kinds = [("quota", 0), ("token_ratio", 1), ("deposit", 2)];
    let config = Object::new(config, "config", known)?;
    let missing = |key: &str| format!("{} is missing", config.at(key));
    let number = |key: &str| config.thousandths(key)?.ok_or_else(|| missing(key));
    let count = |key: &str| config.count(key)?.ok_or_else(|| missing(key));
    let wrong = |error: &dyn std::fmt::Display| format!("config: {error}");
    match config.word("kind", &kinds)?.ok_or_else(|| missing("kind"))? {
        0 => {
            let costs = config.required("costs")?;
            let names: Vec<&str> = costs.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
            let costs = Object::new(costs, "config.costs", &names)?;
            let cost = |name: &&str| Ok(costs.thousandths(name)?.map(|cost| (name.to_string(), cost)));
            let costs = names.iter().filter_map(|name| cost(name).transpose());
            let costs = costs.collect::<Result<BTreeMap<String, u32>, Malformed>>()?;
            let failure = *costs.get("failure").ok_or("config.costs.failure is missing")?;
            let quota = QuotaConfig {
                capacity: number("capacity")?,
                failure,
                timeout: failure,
                throttled: failure,
                unused_refund: config.thousandths("unused_refund")?.unwrap_or(1000),
            };
            Ok(Budget::Quota { quota: Quota::new(quota), costs, taken: BTreeMap::new() })
        }
        1 => {
            let tokens = TokenRatioConfig {
                max: number("max")?,
                per_success: number("per_success")?,
                per_failure: config.thousandths("per_failure")?.unwrap_or(1000),
                floor: number("floor")?,
            };
            Ok(Budget::TokenRatio(TokenRatio::new(tokens).map_err(|error| wrong(&error))?))
        }
        _ => {
            let ttl: Option<Duration> = config.time("ttl")?;
            let deposit = DepositConfig {
                ttl: ttl.ok_or_else(|| missing("ttl"))?,
                buckets: config.count("buckets")?.unwrap_or(10),
                min_per_second_permille: number("min_per_second")?,
                percent: count("percent")?,
            };
            Ok(Budget::Deposit(Box::new(Deposit::new(deposit).map_err(|error| wrong(&error))?)))
        }
    }
}
