//! The processes that the clients run in: each has a retry budget and a breaker, which its clients share.

use halfopen_core::Instant;
use halfopen_core::breaker::{self, Breaker, Permit, State};
use halfopen_core::budget::{
    Budget, Deposit, DepositConfig, Quota, QuotaConfig, Share, ShareConfig, Throttle, ThrottleConfig, TokenRatio,
    TokenRatioConfig,
};

use super::setup::{BudgetKind, Setup};

/// A process.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) budget: Budget<10>,
    /// Boxed, because it remembers two minutes and few have one.
    pub(super) throttle: Option<Box<Throttle<60>>>,
    pub(super) breaker: Option<Breaker<1>>,
    /// Requests of its clients that are under way, those between two tries among them.
    pub(super) active: u32,
}

impl Caller {
    pub(super) fn new(setup: &Setup, now: Instant) -> Self {
        let mut caller = Self { budget: Budget::Unlimited, throttle: None, breaker: None, active: 0 };
        caller.set_budget(setup);
        caller.set_breaker(setup, now);
        caller
    }

    /// A budget as at the beginning.
    pub(super) fn set_budget(&mut self, setup: &Setup) {
        let percent = setup.budget_percent;
        self.throttle = None;
        // The numbers are the libraries' own, which the core takes, and any percentage will do.
        self.budget = match setup.budget {
            BudgetKind::Aws => Budget::Quota(Quota::new(QuotaConfig::AWS)),
            BudgetKind::Grpc => TokenRatio::new(TokenRatioConfig::GRPC).map_or(Budget::Unlimited, Budget::TokenRatio),
            BudgetKind::Finagle => Deposit::new(DepositConfig { percent, ..DepositConfig::FINAGLE })
                .map_or(Budget::Unlimited, Budget::Deposit),
            BudgetKind::Envoy => Budget::Share(Share::new(ShareConfig { percent, ..ShareConfig::ENVOY })),
            BudgetKind::Sre => {
                self.throttle = Throttle::new(ThrottleConfig::SRE).ok().map(Box::new);
                Budget::Unlimited
            }
            BudgetKind::None => Budget::Unlimited,
        };
    }

    /// With another configuration a breaker keeps its state.
    pub(super) fn set_breaker(&mut self, setup: &Setup, now: Instant) {
        match (setup.breaker, &mut self.breaker) {
            (Some(config), Some(breaker)) => {
                // A window of one call fits one place, so this does not fail.
                let _ = breaker.reconfigure(config, now);
            }
            (config, _) => self.breaker = config.and_then(|config| Breaker::new(config, now).ok()),
        }
    }

    /// Whether the breaker lets a try through; without one, it does.
    pub(super) fn admit(&mut self, now: Instant) -> Result<Option<Permit>, ()> {
        match &mut self.breaker {
            Some(breaker) => breaker.try_acquire(now).map(Some).map_err(|_| ()),
            None => Ok(None),
        }
    }

    /// How a try that the breaker let through went.
    pub(super) fn settle(&mut self, permit: Option<Permit>, ok: bool, now: Instant) {
        if let (Some(breaker), Some(permit)) = (&mut self.breaker, permit) {
            if ok { breaker.on_success(permit, now) } else { breaker.on_failure(permit, now) }
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.breaker.as_ref().is_some_and(|breaker| breaker.state() != State::Closed)
    }
}

/// Why the first breaker opened, in numbers.
pub(super) fn opened_after(breaker: &breaker::Config) -> u32 {
    match breaker.settings().trip {
        breaker::Trip::Consecutive { failures } | breaker::Trip::Failures { failures } => failures,
        breaker::Trip::Rate { percent, .. } => percent,
    }
}
