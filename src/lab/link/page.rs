//! Links to pages without a lab: `#/<path>?<knob>=<value>&…`. Nothing runs there, so knobs are all that they hold.

use super::{Config, Knob, Notice, Notices, pairs, read_knob, route, written};

/// Reads the knobs of a page that has these. As with a lab, what cannot be used is left out and named.
pub fn read_page(text: &str, knobs: &'static [Knob]) -> (Config, Vec<Notice>) {
    let mut notices = Notices::default();
    let (_, _, query) = route(text, &mut notices);
    let mut config = Config::new(knobs);
    for (key, value) in pairs(query, &mut notices) {
        read_knob(&mut config, key, value, "", &mut notices);
    }
    (config, notices.told())
}

/// The link to a page with these knobs, beginning with `#/`: what differs from the defaults is written.
pub fn write_page(path: &str, config: &Config) -> String {
    let pairs: Vec<String> =
        config.changed().map(|(knob, value)| [knob.id, "=", &written(knob, value)].concat()).collect();
    let mark = if pairs.is_empty() { "" } else { "?" };
    ["#/", path, mark, &pairs.join("&")].concat()
}
