//! The store itself.

use super::config::{Config, ConfigError, InFlight, WhenFull};
use super::verb::{Begun, Refused, Superseded, Ticket};
use crate::time::Instant;

/// Up to `N` keys of requests, in flight or done, with the answers `T`.
///
/// Verbs take `now`; time that goes backwards is taken as the latest time seen. A verb looks through all places, so it
/// takes time in proportion to `N`.
#[derive(Clone, Debug)]
pub struct Store<K, T, const N: usize> {
    config: Config,
    places: [Option<Entry<K, T>>; N],
    /// Counts executions; a ticket is good for one.
    executions: u64,
    evicted: u64,
    latest: Instant,
}

#[derive(Clone, Debug)]
struct Entry<K, T> {
    key: K,
    fingerprint: u64,
    /// When it began, or when it was done.
    since: Instant,
    state: State<T>,
}

#[derive(Clone, Debug)]
enum State<T> {
    InFlight { execution: u64 },
    Done(T),
}

/// A key that a store holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held<'a, K, T> {
    /// The key.
    pub key: &'a K,
    /// Its answer; `None` while its request is in flight.
    pub answer: Option<&'a T>,
    /// When its request began, or, where there is an answer, when it was done.
    pub since: Instant,
    /// When the answer expires, or the lease ends; `None`: never.
    pub ends: Option<Instant>,
}

impl<K: Eq, T: Clone, const N: usize> Store<K, T, N> {
    /// An empty store.
    ///
    /// # Errors
    /// It is to have more keys than `N`.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        config.fits(N)?;
        Ok(Self { config, places: core::array::from_fn(|_| None), executions: 0, evicted: 0, latest: Instant::ZERO })
    }

    /// A request comes with its key and the [`fingerprint`](super::fingerprint) of its payload.
    ///
    /// # Errors
    /// It must not be done: nothing has changed.
    pub fn begin(&mut self, key: K, fingerprint: u64, now: Instant) -> Result<Begun<T>, Refused> {
        self.latest = self.latest.max(now);
        let (now, settings) = (self.latest, *self.config.settings());
        let known = self.places.iter().position(|place| place.as_ref().is_some_and(|entry| entry.key == key));
        if let Some(entry) = known.and_then(|place| self.entry(place)).filter(|entry| self.is_good(entry)) {
            if entry.fingerprint != fingerprint {
                return Err(Refused::OtherPayload);
            }
            return match (&entry.state, settings.in_flight) {
                (State::Done(answer), _) => Ok(Begun::Done { answer: answer.clone(), age: now - entry.since }),
                (State::InFlight { .. }, InFlight::Wait) => Ok(Begun::Wait { since: entry.since }),
                (State::InFlight { .. }, InFlight::Refuse) => Err(Refused::InFlight { since: entry.since }),
            };
        }
        let room = self.make_room()?;
        // The key's own place, if it had one: a key is never in two.
        let place = known.unwrap_or(room);
        self.executions = self.executions.saturating_add(1);
        let execution = self.executions;
        if let Some(free) = self.places.get_mut(place) {
            *free = Some(Entry { key, fingerprint, since: now, state: State::InFlight { execution } });
        }
        Ok(Begun::Execute(Ticket { place, execution }))
    }

    /// A request was done: from now on its answer is everybody's who comes with its key. An answer that says that it
    /// failed is one too, if something may have been done.
    ///
    /// # Errors
    /// The lease had ended and the place is another's; nothing has changed. As long as it is not, the answer is kept,
    /// however late.
    pub fn complete(&mut self, ticket: Ticket, answer: T, now: Instant) -> Result<(), Superseded> {
        self.latest = self.latest.max(now);
        let now = self.latest;
        let entry = self.executing(&ticket).ok_or(Superseded)?;
        entry.state = State::Done(answer);
        entry.since = now;
        Ok(())
    }

    /// A request was not done, and nothing of it: its key is forgotten, and the next one with it is executed.
    ///
    /// # Errors
    /// As [`Store::complete`].
    pub fn abort(&mut self, ticket: Ticket, now: Instant) -> Result<(), Superseded> {
        self.latest = self.latest.max(now);
        self.executing(&ticket).ok_or(Superseded)?;
        if let Some(place) = self.places.get_mut(ticket.place) {
            *place = None;
        }
        Ok(())
    }

    /// When the next answer expires, or the next lease ends. Nothing need be done then: it is for showing.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let ends = self.places.iter().flatten().filter(|entry| self.is_good(entry)).filter_map(|entry| self.end(entry));
        ends.min()
    }

    /// What is in the store at `now`, in no particular order: requests in flight whose lease has not ended, and answers
    /// that have not expired.
    pub fn entries(&self, now: Instant) -> impl Iterator<Item = Held<'_, K, T>> {
        let now = self.latest.max(now);
        self.places.iter().flatten().filter(move |entry| self.is_good_at(entry, now)).map(|entry| self.held(entry))
    }

    /// Takes the answers out that have expired, and tells of each. It need not be called for what verbs do, to which they
    /// are gone anyhow: it frees what they hold, and is for those who must know. A request whose lease has ended stays,
    /// because it may yet be done.
    pub fn purge(&mut self, now: Instant, told: &mut dyn FnMut(Held<'_, K, T>)) {
        self.latest = self.latest.max(now);
        for place in 0..N {
            let Some(entry) = self.entry(place).filter(|entry| !self.is_good(entry)) else { continue };
            if matches!(entry.state, State::Done(_)) {
                told(self.held(entry));
                if let Some(place) = self.places.get_mut(place) {
                    *place = None;
                }
            }
        }
    }

    /// How many requests are in flight at `now`; those whose lease has ended are not.
    pub fn in_flight(&self, now: Instant) -> usize {
        self.count(now, |state| matches!(state, State::InFlight { .. }))
    }

    /// How many answers there are at `now`.
    pub fn done(&self, now: Instant) -> usize {
        self.count(now, |state| matches!(state, State::Done(_)))
    }

    /// How many answers were forgotten before their time, for want of room.
    pub const fn evicted(&self) -> u64 {
        self.evicted
    }

    /// How many times a request was to be done.
    pub const fn executions(&self) -> u64 {
        self.executions
    }

    /// Goes on with other settings, which hold for what is there too; more keys than there may be stay until they
    /// expire. What has expired by `now` is gone: a longer time to live does not bring it back.
    ///
    /// # Errors
    /// It is to have more keys than `N`; nothing has changed.
    pub fn reconfigure(&mut self, config: Config, now: Instant) -> Result<(), ConfigError> {
        config.fits(N)?;
        self.purge(now, &mut |_| {});
        self.config = config;
        Ok(())
    }

    /// What it runs on.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    fn held<'a>(&self, entry: &'a Entry<K, T>) -> Held<'a, K, T> {
        let answer = match &entry.state {
            State::Done(answer) => Some(answer),
            State::InFlight { .. } => None,
        };
        Held { key: &entry.key, answer, since: entry.since, ends: self.end(entry) }
    }

    fn entry(&self, place: usize) -> Option<&Entry<K, T>> {
        self.places.get(place).and_then(Option::as_ref)
    }

    /// When an entry is good no longer.
    fn end(&self, entry: &Entry<K, T>) -> Option<Instant> {
        match entry.state {
            State::Done(_) => Some(entry.since + self.config.settings().ttl),
            State::InFlight { .. } => self.config.settings().lease.map(|lease| entry.since + lease),
        }
    }

    fn is_good_at(&self, entry: &Entry<K, T>, now: Instant) -> bool {
        self.end(entry).is_none_or(|end| now < end)
    }

    fn is_good(&self, entry: &Entry<K, T>) -> bool {
        self.is_good_at(entry, self.latest)
    }

    fn count(&self, now: Instant, of: impl Fn(&State<T>) -> bool) -> usize {
        let now = self.latest.max(now);
        self.places.iter().flatten().filter(|entry| self.is_good_at(entry, now) && of(&entry.state)).count()
    }

    /// The entry that a ticket was given for, if it is still there.
    fn executing(&mut self, ticket: &Ticket) -> Option<&mut Entry<K, T>> {
        let entry = self.places.get_mut(ticket.place)?.as_mut()?;
        match entry.state {
            State::InFlight { execution } if execution == ticket.execution => Some(entry),
            State::InFlight { .. } | State::Done(_) => None,
        }
    }

    /// A place for a new key: a free one or that of an entry that is good no longer, else as [`WhenFull`] says.
    fn make_room(&mut self) -> Result<usize, Refused> {
        let good = |place: &Option<Entry<K, T>>| place.as_ref().is_some_and(|entry| self.is_good(entry));
        let keys = self.places.iter().filter(|place| good(place)).count();
        let capacity = usize::try_from(self.config.settings().capacity).unwrap_or(usize::MAX);
        // A request whose lease has ended may yet be done, so its place is the last to be taken.
        let free = self.places.iter().enumerate().filter(|(_, place)| !good(place));
        let free = free.min_by_key(|(_, place)| match place {
            None => 0,
            Some(Entry { state: State::Done(_), .. }) => 1,
            Some(Entry { state: State::InFlight { .. }, .. }) => 2,
        });
        if keys < capacity
            && let Some((free, _)) = free
        {
            return Ok(free);
        }
        let full = Refused::Full { keys: u32::try_from(keys).unwrap_or(u32::MAX) };
        if self.config.settings().when_full == WhenFull::Refuse {
            return Err(full);
        }
        let done = self.places.iter().enumerate().filter_map(|(index, place)| match place {
            Some(Entry { since, state: State::Done(_), .. }) if good(place) => Some((*since, index)),
            _ => None,
        });
        let (_, oldest) = done.min().ok_or(full)?;
        if let Some(place) = self.places.get_mut(oldest) {
            *place = None;
        }
        self.evicted = self.evicted.saturating_add(1);
        Ok(oldest)
    }
}
