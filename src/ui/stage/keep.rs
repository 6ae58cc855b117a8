//! What the stage keeps up with less often than each frame: charts, log, announcements and the address.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::super::clock::factor;
use super::super::dom;
use super::{Entries, Msg, Place, Stage};
use crate::lab::Link;

/// Real milliseconds between two looks at the log while time runs.
const LOG_EVERY: f64 = 90.0;
/// Changes of state in a real second that a picture may show, as three flashes.
const FLASHES_MAX: usize = 6;
/// Real milliseconds between two announcements.
const SAY_EVERY: f64 = 1000.0;
/// Real milliseconds that a change stands between picture and buttons before routine may cover it.
const LAST_HELD: f64 = 4500.0;
/// So much less where the reader has acted since: they look for what came of that.
pub(super) const LAST_ACTED: f64 = 3000.0;
/// Real milliseconds between two writings of the address while time runs.
const ADDRESS_EVERY: f64 = 1000.0;
/// Writings of the address that may follow each other at once; one more is allowed each 500 ms. Safari stops at 100 in 30 s.
pub(super) const ADDRESS_BURST: f64 = 40.0;

impl Stage {
    /// Makes anew what the slow parts are shown from, as far as it is due; all of it with `now`.
    pub(super) fn refresh(&mut self, ctx: &Context<Self>, at_once: bool) {
        if self.player.progress().is_some() {
            return;
        }
        let real = dom::real_ms();
        let revision = self.player.revision;
        let session = self.player.session.borrow();
        let at_once = at_once || revision != self.seen.revision;
        self.seen.revision = revision;

        let taken = session.inputs().partition_point(|timed| timed.at <= session.now());
        if self.seen.config != Some((revision, taken)) {
            self.seen.config = Some((revision, taken));
            let config = session.config_now_of(self.player.lane());
            if *config != *self.config {
                self.config = Rc::new(config.clone());
            }
        }
        let panels = ctx.props().opened.panels.filter(|_| session.is_comparing());
        let log = Some((revision, session.logged()));
        if self.seen.log != log && (at_once || real - self.seen.log_at >= LOG_EVERY) {
            (self.seen.log, self.seen.log_at) = (log, real);
            self.entries = match panels {
                Some(panels) => (panels.both_logs)(&session),
                None => {
                    let record = session.record();
                    Entries { list: Rc::new(record.entries().rev().cloned().collect()), dropped: record.dropped() }
                }
            };
        }
        let second = session.now().as_nanos().saturating_sub((1e9 * factor(self.player.speed)) as u64);
        let changes = self.entries.list.iter().take_while(|entry| entry.at.as_nanos() >= second);
        self.flashes = !at_once && changes.filter(|entry| entry.is_change()).nth(FLASHES_MAX).is_some();
        drop(session);
        if let Some(panels) = ctx.props().opened.panels {
            (panels.charts)(self, at_once, real);
        }
        self.note_last(ctx, real);
        if at_once || real - self.seen.goals_at >= LOG_EVERY {
            self.seen.goals_at = real;
            if let Some(panels) = ctx.props().opened.panels {
                (panels.watch_goals)(self, ctx);
            }
        }
        self.say(ctx, real);
        if self.player.pause.is_none() && real - self.address_at >= ADDRESS_EVERY {
            self.write_address(ctx);
        }
    }

    /// Puts the newest change between picture and buttons, and the newest routine once the last change was read.
    fn note_last(&mut self, ctx: &Context<Self>, real: f64) {
        let list = &self.entries.list;
        let logged = list.first().map_or(0, |newest| newest.number + 1);
        self.last.take_if(|last| last.number >= logged);
        let seen = self.last.as_ref().map_or(0, |last| last.number + 1);
        let mut fresh = list.iter().take_while(|entry| entry.number >= seen);
        let newest = list.first().filter(|entry| entry.number >= seen);
        let Some(next) = fresh.find(|entry| entry.is_change()).or(newest).cloned() else { return };
        if !next.is_change() && real < self.last_until && self.last.as_ref().is_some_and(|last| last.is_change()) {
            return self.come_back(ctx);
        }
        (self.last, self.last_until) = (Some(next), real + LAST_HELD);
    }

    /// Announces the newest change, at most one a second: the latest wins.
    fn say(&mut self, ctx: &Context<Self>, real: f64) {
        let logged = self.entries.list.first().map_or(0, |newest| newest.number + 1);
        if logged <= self.announced {
            self.announced = logged;
            return;
        }
        if real - self.said_at < SAY_EVERY {
            return self.come_back(ctx);
        }
        let announced = std::mem::replace(&mut self.announced, logged);
        let list = Rc::clone(&self.entries.list);
        let mut fresh = list.iter().take_while(|entry| entry.number >= announced);
        if let Some(entry) = fresh.find(|entry| entry.is_change()) {
            self.said_at = real;
            (self.said, self.said_of) = (entry.sentence().into(), Some(entry.number));
        }
    }

    /// The link to what is seen.
    pub(super) fn link(&self, ctx: &Context<Self>) -> Link {
        let opened = &ctx.props().opened.link;
        let link = self.player.session.borrow().link();
        Link { embed: opened.embed, hide: opened.hide.clone(), lock: opened.lock.clone(), ..link }
    }

    pub(super) fn write_address(&mut self, ctx: &Context<Self>) {
        // On the way to a far instant the old address still says where to.
        if self.player.progress().is_some() {
            return;
        }
        let real = dom::real_ms();
        self.address_budget = (self.address_budget + (real - self.address_at) / 500.0).min(ADDRESS_BURST);
        self.address_at = real;
        let address = self.link(ctx).write();
        if address != self.address {
            if ctx.props().place == Place::Front {
                dom::keep_state(&address);
            } else {
                dom::replace_hash(&address);
            }
            self.address_budget -= 1.0;
            self.address = address;
        }
    }

    /// Writes the address now, or a little later when it was written too often.
    pub(super) fn address_soon(&mut self, ctx: &Context<Self>) {
        if self.address_budget >= 1.0 {
            self.write_address(ctx);
        } else {
            self.come_back(ctx);
        }
    }

    /// Looks again in a second at what could not be done now.
    fn come_back(&mut self, ctx: &Context<Self>) {
        if self.later.is_none() {
            let later = ctx.link().callback(|()| Msg::Later);
            self.later = Some(Timeout::new(ADDRESS_EVERY as u32, move || later.emit(())));
        }
    }
}
