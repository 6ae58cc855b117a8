//! A calculator's page: its knobs, the answer beneath them, the link to exactly this, and the way to the others.

use std::rc::Rc;

use yew::prelude::*;

use super::chart::ChartView;
use super::dom;
use super::el::{el, many, maybe};
use super::home::cards;
use super::knob_field::field;
use super::outlook::facts;
use super::pages::Opened;
use super::part::{Change, Part, keyed, part};
use super::player::Intent;
use super::share::Copyable;
use super::tables::table;
use crate::calculators::{self, Answer, CALCULATORS, Calculator, LAB};
use crate::lab::{Config, Listed, Notice, link};
use crate::labs::LISTED;

/// Real milliseconds between two writings of the address: a slider that is held moves more often than browsers allow.
const ADDRESS_EVERY: u32 = 400;

/// The page at this path; of a path below the lab that leads nowhere, the nearest one.
pub(super) fn open(link: &str, path: &str) -> Option<Opened> {
    let below = path.strip_prefix(LAB).is_some_and(|rest| rest.starts_with('/'));
    let found = CALCULATORS.iter().find(|one| one.slug == path);
    let one = found.or_else(|| calculators::nearest(path).filter(|_| below))?;
    let (config, read) = link::read_page(link, one.knobs);
    let mut notices = Vec::new();
    if found.is_none() {
        let what = format!("There is no page called “{}”. This is the nearest: {}.", link::quoted(path), one.title);
        notices.push(Notice(what));
    }
    notices.extend(read);
    let (link, config) = (link.to_owned(), Rc::new(config));
    // Another link is another calculation.
    let page = move || keyed(&link, Page { one, config: Rc::clone(&config) });
    Some(Opened { title: one.title, notices, page: Box::new(page) })
}

#[derive(PartialEq)]
struct Page {
    one: &'static Calculator,
    /// The knobs as the link has them.
    config: Rc<Config>,
}

/// What the reader turned since.
#[derive(Default)]
struct Turned {
    config: Option<Rc<Config>>,
    /// When the address was last written.
    written_at: Option<f64>,
    /// Whether it will be written again.
    due: bool,
}

impl Part for Page {
    type Memory = Turned;

    fn show(&self, turned: &Turned, change: &Change) -> Html {
        let one = self.one;
        let config = turned.config.as_ref().unwrap_or(&self.config);
        let send = {
            let (change, start) = (change.clone(), Rc::clone(&self.config));
            Callback::from(move |intent: Intent| {
                let Intent::Turn(knob, value) = intent else { return };
                let (again, start) = (change.clone(), Rc::clone(&start));
                change.make(move |turned: &mut Turned| {
                    let mut config = turned.config.as_deref().unwrap_or(&start).clone();
                    config.set(knob, value);
                    turned.config = Some(Rc::new(config));
                    write_soon(turned, one, &again);
                });
            })
        };
        let rows = config.iter().map(|(knob, value)| field(knob, value, config, &[], &send));
        let Answer { headline, facts: told, table: rows_of, charts } = (one.answer)(config);
        let pictures = charts.into_iter().map(|chart| {
            let (key, slug) = (chart.id, format!("{LAB}-{}", one.name()));
            html! { <ChartView {key} chart={Rc::new(chart)} {slug} /> }
        });
        let pictures: Vec<Html> = pictures.collect();
        let numbers = (rows_of.is_some() || !pictures.is_empty()).then(|| {
            let pictures = (!pictures.is_empty()).then(|| el("div.charts").put(many(pictures)));
            el("section.card.numbers[aria-label=Numbers]")
                .put(maybe(rows_of.map(|rows| table(rows, ""))))
                .put(maybe(pictures))
        });
        let address = link::write_page(one.slug, config);
        let share = el("section.card.take[aria-label=To take along]")
            .put(part(Copyable {
                id: "link",
                label: "Link to exactly this",
                text: dom::base() + &address,
                button: "Copy link",
                note: AttrValue::default(),
            }))
            .put(part(Copyable {
                id: "command",
                label: "The same on the command line",
                text: command(one, config),
                button: "Copy command",
                note: AttrValue::default(),
            }));
        let parts = vec![
            el("div.head").put(el("h1[tabindex=-1]").text(one.title)).put(el("p.claim").text(one.summary)).html(),
            el("section.card.asked[id=stage][tabindex=-1][aria-label=Settings]").put(many(rows.collect())).html(),
            el("section.card.told[aria-label=Answer]")
                .put(el("p.headline[role=status]").text(headline))
                .put(facts(told))
                .html(),
            maybe(numbers),
            share.html(),
            others(one),
        ];
        el("div.lab.calculator").put(many(parts)).html()
    }
}

/// Writes the address now, or a little later when it was just written: what was turned last is what stands there.
fn write_soon(turned: &mut Turned, one: &'static Calculator, change: &Change) {
    let now = dom::real_ms();
    if turned.written_at.is_none_or(|at| now - at >= f64::from(ADDRESS_EVERY)) {
        turned.written_at = Some(now);
        if let Some(config) = &turned.config {
            dom::replace_hash(&link::write_page(one.slug, config));
        }
    } else if !turned.due {
        turned.due = true;
        let change = change.clone();
        // Not once the reader has gone on: then there is nothing left to change.
        dom::later(ADDRESS_EVERY, move || {
            let again = change.clone();
            change.make(move |turned: &mut Turned| {
                turned.due = false;
                write_soon(turned, one, &again);
            });
        });
    }
}

/// The same question on the command line, quoted for a shell.
fn command(one: &Calculator, config: &Config) -> String {
    let mut out = format!("halfopen calculate {}", one.name());
    for (knob, value) in config.changed() {
        let value = knob.format(value);
        let plain = |sign: char| sign.is_ascii_alphanumeric() || "%./-".contains(sign);
        let word = if value.chars().all(plain) { value } else { format!("'{}'", value.replace('\'', "'\\''")) };
        out.push_str(&format!(" --{} {word}", knob.id.replace('_', "-")));
    }
    out
}

/// The lab, and the other calculators.
fn others(one: &Calculator) -> Html {
    let others = CALCULATORS.iter().filter(|other| *other != one);
    let others = others.map(|other| Listed { slug: other.slug, title: other.title, summary: other.summary });
    let all: Vec<Listed> = LISTED.iter().copied().filter(|lab| lab.slug == LAB).chain(others).collect();
    many(vec![el("h2.section").text("More on availability").html(), cards(&all).html()])
}
