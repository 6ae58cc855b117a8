//! A page's way: three services are asked, what fails is replaced, and the page is shown or is an error.

use std::time::Duration;

use halfopen_core::fallback::{Answer, Next, Source};

use super::{Became, Came, Event, Lab, Page, Part, RECENT_MAX, Shown, Slot, Told};
use crate::lab::record::Health;
use crate::lab::scene::Tone;
use crate::lab::text::{about, euros};

/// The reader's pages are numbered from here for their draws, so that a click shifts none of the traffic's.
const OWN: u64 = 1 << 32;

impl Lab {
    pub(super) fn load(&mut self, own: bool) {
        let (now, id) = (self.now, self.counts.pages);
        let luck = if own { OWN + self.counts.own } else { id - self.counts.own };
        self.counts.pages += 1;
        self.counts.own += u64::from(own);
        self.record.event(now, 2, &[id, u64::from(own)]);
        let seed = self.seed.fork("request", luck);
        let orders = seed.stream("order").chance_permille(self.setup.orders);
        let mut errors = seed.stream("errors");
        let slots = Part::ALL.map(|part| {
            let unlucky = errors.chance_permille(self.setup.errors);
            let broken = self.part(part).broken.is_some();
            let (latency, patience) = (self.setup.latency, self.setup.patience);
            let hangs = broken && self.setup.hangs;
            let (takes, how) = if hangs || latency > patience {
                (patience, Came::TimedOut)
            } else {
                (latency, if broken || unlucky { Came::Failed } else { Came::Answered })
            };
            let until = now + takes;
            self.queue.push(until, Event::Came { page: id, part, how });
            Slot::Asks { until }
        });
        self.queue.push(now + self.setup.timeout, Event::Deadline(id));
        self.pages.insert(id, Page { asked: now, own, orders, oldest: 0, slots });
    }

    pub(super) fn came(&mut self, page: u64, part: Part, how: Came) {
        if !self.pages.get(&page).is_some_and(|page| matches!(page.slot(part), Slot::Asks { .. })) {
            return;
        }
        self.record.event(self.now, 3, &[page, part as u64, how as u64]);
        let (now, value) = (self.now, self.truth(part));
        let state = self.part_mut(part);
        let next = match how {
            Came::Answered => Next::Answer(state.fallback.on_success(value, now)),
            Came::Failed | Came::TimedOut => state.fallback.on_failure(now),
        };
        self.step(page, part, next);
        self.finish_if_done(page);
    }

    /// The second provider has answered: it is always well.
    pub(super) fn second(&mut self, page: u64, part: Part) {
        let Some(Slot::AsksSecond { asked, .. }) = self.pages.get(&page).map(|page| page.slot(part).clone()) else {
            return;
        };
        self.record.event(self.now, 4, &[page, part as u64]);
        let answer = self.part(part).fallback.on_second_success(asked, self.truth(part));
        self.step(page, part, Next::Answer(answer));
        self.finish_if_done(page);
    }

    /// The page waits no longer: what is still out counts as failed.
    pub(super) fn deadline(&mut self, page: u64) {
        if !self.pages.contains_key(&page) {
            return;
        }
        self.record.event(self.now, 5, &[page]);
        for part in Part::ALL {
            let Some(slot) = self.pages.get(&page).map(|page| page.slot(part).clone()) else { return };
            let fallback = &self.part(part).fallback;
            let mut next = match slot {
                Slot::Asks { .. } => fallback.on_failure(self.now),
                Slot::AsksSecond { asked, .. } => fallback.on_second_failure(asked, self.now),
                Slot::Has(_) | Slot::Missing { .. } => continue,
            };
            if let Next::AskSecond(asked) = next {
                // There is no time left to ask.
                next = fallback.on_second_failure(asked, self.now);
            }
            self.step(page, part, next);
        }
        self.finish_if_done(page);
    }

    fn step(&mut self, id: u64, part: Part, next: Next<u64>) {
        let slot = match next {
            Next::Answer(answer) => Slot::Has(answer),
            Next::AskSecond(asked) => {
                self.queue.push(self.now + self.setup.second, Event::Second { page: id, part });
                Slot::AsksSecond { asked, since: self.now }
            }
            Next::Nothing(nothing) => Slot::Missing { cached: nothing.cached },
        };
        let limit = self.setup.limits[part as usize].as_nanos().max(1);
        if let Some(page) = self.pages.get_mut(&id) {
            // Held against the limit that let it pass: another may be set before the page is done.
            if let Slot::Has(Answer { source: Source::Cached, age: Some(age), .. }) = &slot {
                let share = u64::try_from(age.as_nanos() * 1000 / limit).unwrap_or(u64::MAX);
                page.oldest = page.oldest.max(share);
            }
            *page.slot_mut(part) = slot;
        }
    }

    /// What the service of a part would say now.
    pub(super) fn truth(&self, part: Part) -> u64 {
        match part {
            Part::Price => self.market.price(),
            Part::Recommendations => 4,
            Part::Stock => self.market.stock,
        }
    }

    fn finish_if_done(&mut self, id: u64) {
        let Some(page) = self.pages.get(&id) else { return };
        let failed = matches!(page.slot(Part::Price), Slot::Missing { .. });
        let waits = page.slots.iter().any(|slot| matches!(slot, Slot::Asks { .. } | Slot::AsksSecond { .. }));
        if waits && !failed {
            return;
        }
        let Some(page) = self.pages.remove(&id) else { return };
        let fresh = |slot: &Slot| matches!(slot, Slot::Has(Answer { source: Source::Primary, .. }));
        let became = match failed {
            true => Became::Failed,
            false if page.slots.iter().all(fresh) => Became::Whole,
            false => Became::Degraded,
        };
        for (count, which) in self.counts.became.iter_mut().zip(Became::ALL) {
            *count += u64::from(which == became);
        }
        for (tally, which) in self.tallies.iter_mut().zip(Became::ALL) {
            tally.add(self.now, u32::from(which == became));
        }
        if self.recent.len() == RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(became);
        let cost = self.account(&page, failed);
        self.record.event(self.now, 6, &[id, became as u64, cost]);
        self.record.health(
            self.now,
            match became {
                Became::Whole => Health::Ok,
                Became::Degraded => Health::Half,
                Became::Failed => Health::Bad,
            },
        );
        let took = self.now.since(page.asked);
        if page.own {
            let said = match became {
                Became::Whole => format!("Your page is whole, after {}.", about(took)),
                Became::Degraded => format!("Your page is degraded, but it is there, after {}.", about(took)),
                Became::Failed => format!("Your page is an error, after {}.", about(took)),
            };
            self.record.log(self.now, Tone::Plain, "", said);
        }
        for part in Part::ALL {
            // What a failed page would have shown besides is not known.
            if !failed || part == Part::Price {
                self.tell(part, page.slot(part), page.own);
            }
        }
        self.shown = Some(Shown { number: id + 1, became, took, slots: page.slots });
    }

    /// Whether the customer orders, and what that costs: cents.
    fn account(&mut self, page: &Page, failed: bool) -> u64 {
        let price = self.market.price();
        if !failed {
            self.counts.oldest = self.counts.oldest.max(page.oldest);
        }
        if let (Slot::Has(answer), false) = (page.slot(Part::Price), failed) {
            self.shown_price.set(self.now, answer.value as f64 / 100.0);
        }
        if !page.orders {
            return 0;
        }
        let cost = match page.slot(Part::Price) {
            Slot::Has(answer) => {
                self.counts.orders += 1;
                self.market.sell();
                // What the provider said a moment ago is the price of the order.
                let stale = matches!(answer.source, Source::Cached | Source::Static);
                let short = if stale { price.saturating_sub(answer.value) } else { 0 };
                let cost = short * u64::from(self.setup.loss) / 100;
                self.counts.below += u64::from(short > 0);
                self.counts.stale_loss += cost;
                cost
            }
            _ => {
                self.counts.missed += 1;
                let cost = price * u64::from(self.setup.margin) / 1000;
                self.counts.error_loss += cost;
                cost
            }
        };
        self.stale.set(self.now, self.counts.stale_loss as f64 / 100.0);
        self.missed.set(self.now, self.counts.error_loss as f64 / 100.0);
        cost
    }

    /// The log tells when a part comes from somewhere else than before.
    fn tell(&mut self, part: Part, slot: &Slot, own: bool) {
        let told = match slot {
            Slot::Has(answer) => Told::From(answer.source),
            _ => Told::Missing,
        };
        let broken = self.part(part).broken;
        let before = std::mem::replace(&mut self.part_mut(part).told, told);
        let fresh = Told::From(Source::Primary);
        // Single failures come and go too fast to be told.
        let steady = self.setup.errors == 0 || broken.is_some() || own;
        if before == told || (before == Told::Nothing && told == fresh) || !steady {
            return;
        }
        let (name, service) = (part.name(), part.service());
        let limit = about(self.setup.limits[part as usize]);
        let (tone, head, said) = match slot {
            Slot::Has(answer) => {
                let age = answer.age.unwrap_or_default();
                let value = if part == Part::Price { format!(" {}", euros(answer.value)) } else { String::new() };
                match answer.source {
                    Source::Primary => (Tone::Ok, format!("● {name} fresh again."), format!("The {service} answers.")),
                    Source::Cached => (
                        Tone::Half,
                        format!("◔ {name} from the cache."),
                        format!(
                            "The {service} fails; its last answer{value} is {} old, and is good for {limit}.",
                            about(age)
                        ),
                    ),
                    Source::Second => (
                        Tone::Half,
                        format!("◇ {name} from the second provider."),
                        format!(
                            "The {service} fails; {} later there is another answer{value}.",
                            about(self.setup.second)
                        ),
                    ),
                    Source::Static => (
                        Tone::Half,
                        format!("■ {name} fixed."),
                        format!(
                            "The {service} fails; the page shows a value{value} that is always there and nobody gave."
                        ),
                    ),
                }
            }
            Slot::Missing { cached } => {
                let then = if part == Part::Price {
                    "Without a price the whole page is an error."
                } else {
                    "The page leaves it out."
                };
                let because = match cached {
                    Some(age) => format!("The last good answer is {} old, and was good for {limit}.", about(*age)),
                    None => format!("The {service} fails, and there is nothing to fall back on."),
                };
                (Tone::Bad, format!("✕ no {name}."), format!("{because} {then}"))
            }
            Slot::Asks { .. } | Slot::AsksSecond { .. } => return,
        };
        self.record.log(self.now, tone, head, said);
    }

    /// How old the price is that the last page shows, if it has one.
    pub(super) fn price_age(&self) -> Option<Duration> {
        match self.shown.as_ref()?.slots.first()? {
            Slot::Has(answer) => answer.age,
            _ => None,
        }
    }
}

impl Became {
    pub(super) const ALL: [Self; 3] = [Self::Whole, Self::Degraded, Self::Failed];
}

impl Page {
    pub(super) fn slot(&self, part: Part) -> &Slot {
        let [price, recommendations, stock] = &self.slots;
        match part {
            Part::Price => price,
            Part::Recommendations => recommendations,
            Part::Stock => stock,
        }
    }

    fn slot_mut(&mut self, part: Part) -> &mut Slot {
        let [price, recommendations, stock] = &mut self.slots;
        match part {
            Part::Price => price,
            Part::Recommendations => recommendations,
            Part::Stock => stock,
        }
    }
}
