//! Charts as pictures: what they look like, that nothing makes the painter stumble, and that all of it can be seen.
#![cfg(not(target_arch = "wasm32"))]

use halfopen::lab::scene::{Axis, Band, Chart, Limit, Line, Stroke, Tone};
use halfopen::paint::{self, Palette};
use proptest::prelude::*;

const AXIS_TIME: Axis = Axis { label: "time", unit: "s", from: 0.0, to: 15.0 };

fn line(name: &str, tone: Tone, stroke: Stroke, points: &[(f64, f64)]) -> Line {
    Line { name: name.into(), tone, stroke, points: points.to_vec(), spread: Vec::new() }
}

fn chart(id: &'static str, title: &'static str, y: Axis, lines: Vec<Line>) -> Chart {
    Chart {
        lane: None,
        id,
        title,
        reading: String::new(),
        x: AXIS_TIME,
        y,
        lines,
        limits: Vec::new(),
        bands: Vec::new(),
        summary: "A <summary> & more.".into(),
    }
}

fn count(label: &'static str, to: f64) -> Axis {
    Axis { label, unit: "", from: 0.0, to }
}

/// The chart of the mock.
fn breaker() -> Chart {
    let points = [(0.0, 0.0), (2.0, 1.0), (3.9, 2.0), (5.1, 3.0), (12.6, 3.0)];
    let band = |from, to, tone, label| Band { from, to, tone, label };
    Chart {
        lane: None,
        limits: vec![Limit { at: 3.0, label: "threshold 3".into(), tone: Tone::Bad }],
        bands: vec![
            band(0.0, 5.1, Tone::Ok, "closed"),
            band(5.1, 10.1, Tone::Bad, "open"),
            band(10.1, 11.0, Tone::Half, "half-open"),
            band(11.0, 12.6, Tone::Bad, "open"),
        ],
        ..chart(
            "breaker",
            "State and failures in a row",
            count("failures in a row", 4.0),
            vec![line("failures in a row", Tone::Plain, Stroke::Steps, &points)],
        )
    }
}

fn wave(phase: f64, high: f64) -> Vec<(f64, f64)> {
    (0..=150).map(|n| (f64::from(n) / 10.0, high * (1.0 + libm::sin(f64::from(n) / 14.0 + phase)))).collect()
}

fn many() -> Chart {
    Chart {
        lane: None,
        limits: vec![
            Limit { at: 0.5, label: "deadline 500 ms".into(), tone: Tone::Bad },
            Limit { at: 0.45, label: "hedge after 450 ms".into(), tone: Tone::Half },
        ],
        ..chart(
            "many",
            "Latency by policy",
            Axis { label: "latency", unit: "s", from: 0.0, to: 0.6 },
            vec![
                line("no retry", Tone::LaneA, Stroke::Solid, &wave(0.0, 0.2)),
                line("fixed delay", Tone::LaneB, Stroke::Solid, &wave(1.0, 0.2)),
                line("full jitter", Tone::Info, Stroke::Dashed, &wave(2.0, 0.28)),
                line("equal jitter", Tone::Ok, Stroke::Solid, &wave(3.0, 0.12)),
                line("decorrelated jitter", Tone::Half, Stroke::Dashed, &wave(4.0, 0.2)),
                line("load", Tone::Faint, Stroke::Area, &wave(5.0, 0.1)),
            ],
        )
    }
}

fn lanes() -> Chart {
    let band = |from, to, tone, label| Band { from, to, tone, label };
    Chart {
        lane: None,
        x: Axis { label: "offered load by all clients together", unit: "1/s", from: 0.0, to: 100.0 },
        bands: vec![
            band(0.0, 40.0, Tone::Ok, "well"),
            band(40.0, 100.0, Tone::Info, "overloaded"),
            band(0.0, 60.0, Tone::LaneA, "lane A"),
            band(60.0, 100.0, Tone::Faint, "idle"),
            band(70.0, 90.0, Tone::LaneB, "lane B"),
        ],
        ..chart(
            "lanes",
            "Goodput",
            Axis { label: "goodput", unit: "1/s", from: 0.0, to: 3e6 },
            vec![line("answered", Tone::Ok, Stroke::Area, &[(0.0, 0.0), (50.0, 2.4e6), (100.0, 1e5)])],
        )
    }
}

fn holes() -> Chart {
    let points = [
        (0.0, 1.0),
        (3.0, 4.0),
        (4.0, f64::NAN),
        (5.0, 2.0),
        (f64::INFINITY, 1.0),
        (9.0, f64::NEG_INFINITY),
        (11.0, 3.0),
        (14.0, 1e300),
    ];
    Chart {
        lane: None,
        limits: vec![Limit { at: f64::NAN, label: "nowhere".into(), tone: Tone::Bad }],
        ..chart("holes", "Holes", count("calls", 5.0), vec![line("calls", Tone::Info, Stroke::Solid, &points)])
    }
}

fn flat() -> Chart {
    let mut flat = chart(
        "flat",
        "An axis without a length",
        Axis { label: "calls", unit: "", from: 7.0, to: 7.0 },
        vec![line("calls", Tone::Bad, Stroke::Dashed, &[(0.0, 7.0), (10.0, 7.0)])],
    );
    flat.x.to = 0.0;
    flat
}

fn all() -> Vec<Chart> {
    let huge = chart(
        "huge",
        "Huge values",
        Axis { label: "bytes", unit: "B", from: 0.0, to: 5e18 },
        vec![line("bytes", Tone::LaneB, Stroke::Steps, &[(0.0, 0.0), (5.0, 1e18), (10.0, 4e18), (15.0, f64::MAX)])],
    );
    vec![
        chart("empty", "Nothing yet", count("requests", 10.0), Vec::new()),
        breaker(),
        many(),
        lanes(),
        holes(),
        flat(),
        huge,
    ]
}

#[test]
fn pictures() {
    for chart in all() {
        for (theme, palette, width) in [("light", &Palette::LIGHT, 640), ("dark", &Palette::DARK, 300)] {
            let height = paint::height(&chart, f64::from(width)) + 40;
            let picture = paint::svg(&chart, palette, width, height).unwrap();
            assert!(!picture.contains("style="), "a strict policy forbids style attributes");
            assert!(!picture.contains("NaN") && !picture.contains("inf\""));
            assert_eq!(picture, paint::svg(&chart, palette, width, height).unwrap());
            if let Ok(folder) = std::env::var("PAINT_OUT") {
                std::fs::write(format!("{folder}/{}-{theme}.svg", chart.id), &picture).unwrap();
            }
            insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(format!("chart-{}-{theme}", chart.id), picture);
            });
        }
    }
}

#[test]
fn everything_can_be_seen() {
    for (theme, palette, card) in [
        ("light", &Palette::LIGHT, paint::Rgb(0xff, 0xff, 0xff)),
        ("dark", &Palette::DARK, paint::Rgb(0x1c, 0x1f, 0x26)),
    ] {
        assert_eq!(palette.card, card);
        // Lines and what is written: also upon a band, in the card's colour, and beside a pointed value in the tone's.
        for tone in [Tone::Plain, Tone::Ok, Tone::Bad, Tone::Half, Tone::Info, Tone::Faint, Tone::LaneA, Tone::LaneB] {
            let ratio = palette.tone(tone).contrast(card);
            assert!(ratio >= 4.5, "{theme} {tone:?}: {ratio:.2}");
        }
        assert!(palette.soft.contrast(card) >= 4.5 && palette.ink.contrast(card) >= 7.0, "{theme}");
        assert!(palette.strong.contrast(card) >= 3.0, "{theme}: {:.2}", palette.strong.contrast(card));
        assert!((paint::Rgb(0, 0, 0).contrast(paint::Rgb(255, 255, 255)) - 21.0).abs() < 1e-9);
    }
}

#[test]
fn tables_tell_lines_and_states() {
    let table = paint::table(&breaker(), 200);
    assert_eq!(table.heads, ["time (s)", "failures in a row", "state"]);
    let rows: Vec<String> = table.rows.iter().map(|row| row.join(" ")).collect();
    assert_eq!(
        rows,
        ["0 0 closed", "2 1 closed", "3.9 2 closed", "5.1 3 open", "10.1 3 half-open", "11 3 open", "12.6 3 –"]
    );
    assert_eq!(paint::told(&breaker(), 6.0), "6\u{a0}s: failures in a row 3, open");

    let thin = paint::table(&many(), 20);
    assert_eq!((thin.rows.len(), thin.of), (20, 151));
    assert_eq!((thin.rows[0][0].as_str(), thin.rows[19][0].as_str()), ("0", "15"));
}

/// The places of everything round in a chart's picture.
fn discs(chart: &Chart) -> Vec<String> {
    let picture = paint::svg(chart, &Palette::LIGHT, 640, 240).unwrap_or_default();
    let round = picture.split("<circle ").skip(1).filter_map(|rest| rest.split_once("/>"));
    round.map(|(attributes, _)| attributes.to_owned()).collect()
}

#[test]
fn a_series_that_begins_above_a_limit_has_its_dot_too() {
    let with = |points: &[(f64, f64)]| {
        let lines = vec![line("failures in a row", Tone::Plain, Stroke::Steps, points)];
        discs(&Chart { lines, bands: Vec::new(), ..breaker() }).len()
    };
    let below = with(&[(0.0, 1.0), (5.0, 1.0)]);
    assert_eq!(with(&[(0.0, 1.0), (5.0, 3.0)]), below + 2, "a dot and what parts it from the line");
    assert_eq!(with(&[(0.0, 3.0), (5.0, 3.0)]), below + 2);
    assert_eq!(with(&[(0.0, 4.0), (2.0, 1.0), (5.0, 3.0)]), below + 4);
}

#[test]
fn a_dashed_line_is_stepped_where_a_whole_one_is() {
    let points = [(0.0, 1.0), (5.0, 3.0), (10.0, 2.0)];
    let told =
        |stroke| paint::told(&chart("c", "C", count("calls", 4.0), vec![line("c", Tone::Info, stroke, &points)]), 4.0);
    assert_eq!(told(Stroke::DashedSteps), told(Stroke::Steps));
    assert_eq!(told(Stroke::Dashed), told(Stroke::Solid));
    assert_ne!(told(Stroke::Steps), told(Stroke::Solid));
    // Paths go level (H) and upright (V), or anywhere (L).
    let slants = |stroke| {
        let lines = vec![line("c", Tone::Info, stroke, &points)];
        let picture = paint::svg(&chart("c", "C", count("calls", 4.0), lines), &Palette::LIGHT, 640, 240).unwrap();
        let mut paths = picture.split("<path d=\"").skip(1).filter_map(|rest| rest.split_once('"'));
        paths.any(|(path, _)| path.contains('L') || path.contains('l'))
    };
    assert!(slants(Stroke::Dashed) && slants(Stroke::Solid));
    assert!(!slants(Stroke::DashedSteps) && !slants(Stroke::Steps));
}

#[test]
fn csv_keeps_words_from_being_formulas() {
    for (word, field) in [("=1+1", "\"'=1+1\""), ("-5 °C", "\"'-5 °C\""), ("@x", "\"'@x\""), ("a=b", "a=b"), ("", "")]
    {
        assert_eq!(paint::csv_field(word), field);
    }
}

#[test]
fn csv_follows_its_rfc() {
    let mut chart = breaker();
    chart.lines[0].name = "failures, \"in a row\"".into();
    let csv = paint::csv(&chart, |number| number.to_string());
    assert!(csv.starts_with("time (s),\"failures, \"\"in a row\"\"\",state\r\n0,0,closed\r\n2,1,closed\r\n"), "{csv}");
    assert!(csv.ends_with("12.6,3,\r\n"), "{csv}");
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![4 => -10.0..100.0_f64, 1 => any::<f64>(), 1 => Just(0.0), 1 => Just(f64::NAN)]
}

fn tone() -> impl Strategy<Value = Tone> {
    prop::sample::select(vec![
        Tone::Plain,
        Tone::Ok,
        Tone::Bad,
        Tone::Half,
        Tone::Info,
        Tone::Faint,
        Tone::LaneA,
        Tone::LaneB,
    ])
}

fn axis() -> impl Strategy<Value = Axis> {
    let units = prop::sample::select(vec!["", "s", "ms", "%", "1/s"]);
    (units, number(), number()).prop_map(|(unit, from, to)| Axis { label: "a quantity", unit, from, to })
}

fn any_line() -> impl Strategy<Value = Line> {
    let stroke =
        prop::sample::select(vec![Stroke::Solid, Stroke::Dashed, Stroke::Steps, Stroke::DashedSteps, Stroke::Area]);
    let points = prop::collection::vec((number(), number()), 0..60);
    (".{0,30}", tone(), stroke, points).prop_map(|(name, tone, stroke, points)| Line {
        name,
        tone,
        stroke,
        points,
        spread: Vec::new(),
    })
}

fn any_chart() -> impl Strategy<Value = Chart> {
    let limit = ("\\PC{0,20}", number(), tone()).prop_map(|(label, at, tone)| Limit { at, label, tone });
    let words = prop::sample::select(vec!["", "open", "▲ open", "a state with a long name"]);
    let band = (number(), number(), tone(), words).prop_map(|(from, to, tone, label)| Band { from, to, tone, label });
    let parts = (
        axis(),
        axis(),
        prop::collection::vec(any_line(), 0..9),
        prop::collection::vec(limit, 0..4),
        prop::collection::vec(band, 0..9),
    );
    parts.prop_map(|(x, y, lines, limits, bands)| Chart { x, limits, bands, ..chart("any", "Any", y, lines) })
}

proptest! {
    #[test]
    fn no_chart_makes_it_stumble(chart in any_chart(), width in 0..1500_u32, height in 0..600_u32, x in number()) {
        let picture = paint::svg(&chart, &Palette::DARK, width, height).unwrap();
        prop_assert!(!picture.contains("NaN"));
        // Only what XML allows.
        prop_assert!(picture.chars().all(|c| c == '\n' || !c.is_control()));
        prop_assert!(paint::table(&chart, 20).rows.len() <= 20);
        paint::csv(&chart, |number| number.to_string());
        paint::told(&chart, x);
    }
}
