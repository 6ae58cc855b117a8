//! What the log is told, with its reasons.

use super::lane::{AT_WORK_MAX, CALM, News};
use super::numbers::{many, threads};
use super::setup::{Arranged, Kind};
use super::{BURST, Lab};
use crate::lab::scene::Tone;
use crate::lab::text;

impl Lab {
    pub(super) fn make_slow(&mut self) {
        if self.slow.is_some() {
            return;
        }
        self.slow = Some(self.now);
        self.record.event(self.now, 6, &[1]);
        for lane in &mut self.lanes {
            lane.told_late = false;
        }
        let setup = &self.setup;
        let said = format!(
            "Payments that begin now take {} instead of {} on average. At {} a second they would hold {} {} by Little’s law; there are {} in all.",
            text::about(setup.slow),
            text::about(setup.usual[0]),
            threads(setup.per_second(Kind::Payments)),
            threads(setup.needs(Kind::Payments, true)),
            setup.noun(2),
            setup.slots(None)
        );
        self.record.log(self.now, Tone::Bad, "… payments are slow.", said);
    }

    pub(super) fn make_usual(&mut self) {
        if self.slow.take().is_none() {
            return;
        }
        self.record.event(self.now, 6, &[0]);
        let held = |arranged: Arranged| many(self.of(arranged).of(Kind::Payments).slots);
        let said = format!(
            "Payments that begin now take {} again. Those under way end as late as they would have: they hold {} of the shared {} and {} behind the bulkhead.",
            text::about(self.setup.usual[0]),
            held(Arranged::Shared),
            self.setup.noun(2),
            held(Arranged::Apart)
        );
        self.record.log(self.now, Tone::Ok, "● payments are as usual.", said);
    }

    pub(super) fn tell_burst(&mut self) {
        self.record.event(self.now, 7, &[u64::from(BURST)]);
        let room = |arranged: Arranged| {
            let lane = self.of(arranged);
            let pool = &lane.pools[lane.pool_of(Kind::Orders)];
            let free = self.setup.slots(pool.of).saturating_sub(pool.bulkhead.in_use());
            let places = self.setup.queue(pool.of).saturating_sub(pool.bulkhead.waiting());
            format!("{free} {} free and {places} places to wait", self.setup.noun(free.into()))
        };
        let said = format!(
            "You sent {BURST} orders at once. The shared pool has {}; the orders’ own has {}.",
            room(Arranged::Shared),
            room(Arranged::Apart)
        );
        self.record.log(self.now, Tone::Info, "", said);
    }

    pub(super) fn tell(&mut self, arranged: Arranged, news: News) {
        let (tone, head, said) = match news {
            News::TurnedAway { kind, waited } => {
                let sign = if kind == Kind::Orders { "✕" } else { "◐" };
                let tone = if kind == Kind::Orders { Tone::Bad } else { Tone::Half };
                let head = format!("{sign} {} turned away, {}.", kind.name(), arranged.name());
                (tone, head, self.no_slot(arranged, kind, waited))
            }
            News::Late => {
                // Said once: it is the same in both.
                self.lanes.iter_mut().for_each(|lane| lane.told_late = true);
                let setup = &self.setup;
                let goes_on = if setup.frees {
                    format!(
                        "Its work goes on without a {}, so more can be at work than there are {}.",
                        setup.noun(1),
                        setup.noun(2)
                    )
                } else {
                    format!("Its work goes on and holds the {} until it ends, for nobody.", setup.noun(1))
                };
                let said =
                    format!("The first caller has waited {} for its answer. {goes_on}", text::about(setup.timeout));
                (Tone::Half, "◐ given up.".to_owned(), said)
            }
            News::TooMuch => {
                let head = format!("✕ too much at work, {}.", arranged.name());
                let said = format!(
                    "{} calls are at work. From here on, who gives up leaves its {} to the work, whatever the setting says: memory has an end.",
                    many(u32::try_from(AT_WORK_MAX).unwrap_or(u32::MAX)),
                    self.setup.noun(1)
                );
                (Tone::Bad, head, said)
            }
        };
        self.record.log(self.now, tone, head, said);
    }

    /// Why a request found no slot in time.
    fn no_slot(&self, arranged: Arranged, kind: Kind, waited: bool) -> String {
        let (setup, lane) = (&self.setup, self.of(arranged));
        let pool = &lane.pools[lane.pool_of(kind)];
        let (slots, places) = (setup.slots(pool.of), setup.queue(pool.of));
        let (payments, orders) = match pool.of {
            None => (lane.of(Kind::Payments).slots, lane.of(Kind::Orders).slots),
            Some(Kind::Payments) => (lane.of(Kind::Payments).slots, 0),
            Some(Kind::Orders) => (0, lane.of(Kind::Orders).slots),
        };
        let held = match (payments, orders) {
            (0, _) => format!("{orders} of {slots} wait for orders"),
            (_, 0) => format!("{payments} of {slots} wait for payments"),
            _ => format!("{payments} of {slots} wait for payments and {orders} for orders"),
        };
        let line = match (waited, places) {
            (true, _) => format!("after {} of waiting", text::about(setup.wait())),
            (false, 0) => "and nobody may wait".to_owned(),
            (false, places) => format!("and the {places} places to wait are taken"),
        };
        let other = match (arranged, kind) {
            (Arranged::Apart, Kind::Payments) => " Orders have their own.",
            (Arranged::Apart, Kind::Orders) => " Payments have their own.",
            (Arranged::Shared, Kind::Orders) if payments > orders => " Nothing is wrong with orders.",
            _ => "",
        };
        format!("{}: no {} was free {line}: {held}.{other}", kind.title(), setup.noun(1))
    }

    pub(super) fn calmed(&mut self, arranged: Arranged, kind: Kind) {
        let mut over = None;
        self.lane(arranged, |lane, around| over = lane.calmed(around, kind));
        let Some((since, before)) = over else { return };
        let account = self.of(arranged).of(kind);
        let lost = account.without_slot() - before;
        let lane = self.of(arranged);
        let pool = &lane.pools[lane.pool_of(kind)];
        let said = format!(
            "Nobody was turned away for {}: {} of {} {} are in use. Turned away from {} on: {}.",
            text::about(CALM),
            pool.bulkhead.in_use(),
            self.setup.slots(pool.of),
            self.setup.noun(2),
            text::stamp(since, 1),
            text::counted(lost, kind.one(), kind.name())
        );
        let head = format!("● {} served, {}.", kind.name(), arranged.name());
        self.record.log(self.now, Tone::Ok, head, said);
    }
}
