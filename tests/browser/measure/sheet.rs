//! The table of figures, and what their numbers are made of.

/// What a figure is allowed to be.
#[derive(Clone, Copy)]
pub(crate) enum Budget {
    AtMost(f64),
    AtLeast(f64),
    /// Nothing depends on it; it helps to understand the others.
    None,
}

struct Row {
    figure: String,
    measured: f64,
    unit: &'static str,
    budget: Budget,
    /// What else there is to know, such as the other measurements.
    note: String,
}

impl Row {
    fn is_within(&self) -> bool {
        match self.budget {
            Budget::AtMost(most) => self.measured <= most,
            Budget::AtLeast(least) => self.measured >= least,
            Budget::None => true,
        }
    }
}

/// All figures so far.
pub(crate) struct Sheet {
    filter: String,
    rows: Vec<Row>,
    load: String,
}

impl Sheet {
    pub(crate) fn new(filter: String) -> Self {
        Self { filter, rows: Vec::new(), load: load() }
    }

    /// Whether a figure of that name is wanted.
    pub(crate) fn wants(&self, name: &str) -> bool {
        name.contains(&self.filter)
    }

    /// Adds a figure; it is shown at once, for those who wait.
    pub(crate) fn add(&mut self, figure: &str, measured: f64, unit: &'static str, budget: Budget, note: String) {
        eprintln!("{figure}: {} {note}", shown(measured, unit));
        self.rows.push(Row { figure: figure.to_owned(), measured, unit, budget, note });
    }

    /// Whether something was measured, and all of it is within its budget.
    pub(crate) fn is_within(&self) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(Row::is_within)
    }

    pub(crate) fn print(&self) {
        if self.rows.is_empty() {
            return eprintln!("no figure was measured whose name contains {:?}", self.filter);
        }
        let width = self.rows.iter().map(|row| row.figure.chars().count()).max().unwrap_or(0).max(6);
        println!("\n{:<width$} | {:>10} | {:>11} | {:<4} | of it", "figure", "measured", "budget", "ok");
        for row in &self.rows {
            let (budget, ok) = match row.budget {
                Budget::AtMost(most) => (format!("≤ {}", shown(most, row.unit)), row.is_within()),
                Budget::AtLeast(least) => (format!("≥ {}", shown(least, row.unit)), row.is_within()),
                Budget::None => (String::new(), true),
            };
            let ok = if budget.is_empty() {
                ""
            } else if ok {
                "yes"
            } else {
                "OVER"
            };
            let (figure, measured) = (&row.figure, shown(row.measured, row.unit));
            println!("{figure:<width$} | {measured:>10} | {budget:>11} | {ok:<4} | {}", row.note);
        }
        let processors = std::thread::available_parallelism().map_or(0, usize::from);
        println!("load of the {processors} processors: {} before, {} after", self.load, load());
    }
}

fn shown(number: f64, unit: &str) -> String {
    let digits = if unit.is_empty() {
        0
    } else if unit == "s" || unit == "×" {
        2
    } else {
        1
    };
    format!("{number:.digits$} {unit}").trim_end().to_owned()
}

/// How many processes wanted to run, on average over the last minute; where the system tells.
fn load() -> String {
    let told = std::fs::read_to_string("/proc/loadavg").ok();
    told.and_then(|told| Some(told.split_once(' ')?.0.to_owned())).unwrap_or_else(|| "unknown".to_owned())
}

/// The value below which this share of them lies.
pub(crate) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).round() as usize).copied().unwrap_or(f64::NAN)
}

pub(crate) fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// Several measurements of the same, for the note.
pub(crate) fn each(values: &[f64], unit: &'static str) -> String {
    values.iter().map(|value| shown(*value, unit)).collect::<Vec<_>>().join(", ")
}
