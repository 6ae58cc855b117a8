//! What the retry storm claims, held against its runs.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use halfopen::lab::link::{self, Target};
use halfopen::labs::LABS;
use halfopen::session::Session;

/// A run of a link's query, to its playhead.
fn run(query: &str) -> Session {
    let text = format!("#/retry-storm?{query}");
    let (Target::Lab(link), notices) = link::read(&text, LABS) else { panic!("{text} leads to no lab") };
    assert_eq!(notices, [], "{text}");
    let mut session = Session::open(&link);
    session.seek(link.at.expect("the link has a playhead"));
    session
}

fn number(session: &Session, id: &str) -> Option<f64> {
    let scene = session.scene(Default::default());
    scene.readouts.iter().find(|readout| readout.id == id).unwrap_or_else(|| panic!("no readout {id}")).number
}

/// When the log first says this, in seconds.
fn said_at(session: &Session, head: &str) -> Option<f64> {
    session.record().entries().find(|entry| entry.head == head).map(|entry| entry.at.as_secs_f64())
}

/// An outage of five seconds, and fifty seconds after it.
const OUTAGE: &str = "do=5:start,10:end&t=60s";

/// Whether it recovers from an outage of five seconds, and how soon; what is called metastable must stay so.
fn recovers(settings: &str) -> Option<f64> {
    let session = run(&format!("{settings}&{OUTAGE}"));
    let after = number(&session, "recovered_after");
    assert!(after.is_none() || said_at(&session, "■ metastable.").is_none(), "{settings}: metastable, but it recovers");
    after
}

/// The points of a line of a chart.
fn line(session: &Session, chart: &str, line: &str) -> Vec<(f64, f64)> {
    let charts = session.charts();
    let chart = charts.iter().find(|found| found.id == chart).unwrap_or_else(|| panic!("no chart {chart}"));
    chart.lines.iter().find(|found| found.name == line).unwrap_or_else(|| panic!("no line {line}")).points.clone()
}

#[test]
fn a_thousand_clients_every_100_ms_make_ten_thousand_requests_a_second() {
    let down = run("outage=down&do=2:start&t=20s");
    assert_eq!(number(&down, "load"), Some(10_000.0));
    assert!(line(&down, "load", "sent to the server").iter().rev().take(50).all(|point| point.1 == 10_000.0));
    // A server that hangs has a full queue by then, and refuses.
    let hung = run("do=2:start&t=20s");
    assert_eq!(number(&hung, "load"), Some(10_000.0));
    // Ten thousand of them ten times as many.
    assert_eq!(
        number(&run("clients=10000&every=15s&outage=down&do=2:start&t=90s"), "load").map(|load| load > 99_500.0),
        Some(true)
    );
}

#[test]
fn with_a_long_queue_jitter_alone_does_not_recover() {
    for jitter in ["none", "full", "equal", "around"] {
        for outage in ["hung", "down", "slow"] {
            let settings = format!("jitter={jitter}&outage={outage}");
            assert_eq!(recovers(&settings), None, "{settings}");
            let session = run(&format!("{settings}&{OUTAGE}"));
            assert_eq!(said_at(&session, "■ metastable."), Some(15.0), "{settings}");
            assert_eq!(number(&session, "goodput"), Some(0.0), "{settings}");
            // It works all the time, and for nobody.
            let wasted = line(&session, "goodput", "served for nobody");
            assert!(wasted.iter().rev().take(150).all(|point| (990.0..=1010.0).contains(&point.1)), "{settings}");
        }
    }
}

#[test]
fn a_short_queue_or_a_budget_recovers() {
    let soon = |settings: &str, within: f64| {
        let after = recovers(settings).unwrap_or_else(|| panic!("{settings} does not recover"));
        assert!(after <= within, "{settings} takes {after} s");
    };
    for queue in [20, 50, 100, 240] {
        soon(&format!("queue={queue}"), 2.0);
        soon(&format!("queue={queue}&jitter=full"), 2.0);
    }
    for budget in ["aws", "grpc", "finagle", "envoy"] {
        soon(&format!("budget={budget}"), 6.0);
        soon(&format!("budget={budget}&jitter=full"), 6.0);
        soon(&format!("preset=open_loop&budget={budget}"), 15.0);
    }
    // It forgets two minutes of refusals only slowly.
    soon("preset=sre", 45.0);
    for preset in [
        "only_wanted",
        "newest_first",
        "shed",
        "breaker",
        "exponential",
        "full_jitter",
        "aws",
        "grpc",
        "finagle",
        "envoy",
    ] {
        soon(&format!("preset={preset}"), 6.0);
    }
}

#[test]
fn a_breaker_alone_lets_all_come_back_together() {
    // Nobody gives up, so all hundred clients of a process come when its breaker closes: too many at once.
    let session = run(&format!("breaker=on&{OUTAGE}"));
    assert_eq!(number(&session, "recovered_after"), None);
    assert!(number(&session, "goodput") < Some(300.0));
    assert!(number(&session, "held_back") > Some(100_000.0));
    // Smaller groups, one after the other, can be served.
    assert!(recovers("breaker=on&processes=100").is_some());
}

#[test]
fn three_layers_that_try_three_times_make_27_calls() {
    let calls = |settings: &str| {
        let session = run(&format!("clients=1&every=100ms&outage=down&do=0:start&t=30s&{settings}"));
        let ended = number(&session, "gave_up").unwrap();
        assert!(ended > 3.0, "{settings}: {ended} ended");
        let under_way = number(&session, "under_way").unwrap();
        let sent = number(&session, "sent").unwrap();
        let most = number(&session, "most_calls").unwrap();
        // All of them, not only the unluckiest.
        assert!((sent - ended * most).abs() <= under_way * most, "{settings}: {sent} sent for {ended} that ended");
        most
    };
    assert_eq!(calls("retries=limited&attempts=3&layers=3"), 27.0);
    assert_eq!(calls("retries=limited&attempts=3&layers=3&one_layer=on"), 3.0);
    assert_eq!(calls("retries=limited&attempts=3&layers=2"), 9.0);
    assert_eq!(calls("retries=limited&attempts=3"), 3.0);
    assert_eq!(calls("retries=limited&attempts=2&layers=4"), 16.0);
    assert_eq!(calls("retries=none"), 1.0);
}

/// Requests a second at the end of an outage so long that it does not matter how it began.
fn sustained(settings: &str) -> f64 {
    let session = run(&format!("outage=down&do=2:start&t=120s&{settings}"));
    let last = line(&session, "load", "sent to the server");
    let last = &last[last.len() - 100..];
    last.iter().map(|point| point.1).sum::<f64>() / last.len() as f64
}

#[test]
fn backoff_lowers_a_sustained_load_only_in_the_closed_loop() {
    let growing = "backoff=exponential&cap=10s";
    let (plain, backed) = (sustained("arrivals=closed"), sustained(&format!("arrivals=closed&{growing}")));
    assert!(plain > 9_990.0 && (90.0..110.0).contains(&backed), "closed: {plain} and {backed}");
    // Three tries for each of 667 requests a second, now or later.
    let limited = "arrivals=open&retries=limited&attempts=3";
    let (plain, backed) = (sustained(limited), sustained(&format!("{limited}&{growing}&wait=2s")));
    assert!((1_950.0..2_050.0).contains(&plain) && (plain - backed).abs() < 100.0, "open: {plain} and {backed}");
    // Whoever never gives up waits longer and longer, but there are ever more of them.
    let (early, late) = (
        run(&format!("arrivals=open&{growing}&outage=down&do=2:start&t=20s")),
        run(&format!("arrivals=open&{growing}&outage=down&do=2:start&t=50s")),
    );
    assert!(number(&late, "load") > number(&early, "load"));
}

#[test]
fn amplification_is_what_was_sent_for_each_request_wanted() {
    let well = run("t=60s");
    assert_eq!(number(&well, "amplification"), Some(1.0));
    let lost = run("retries=limited&attempts=3&outage=down&arrivals=open&do=0:start&t=60s");
    let amplification = number(&lost, "amplification").unwrap();
    assert!((2.9..=3.0).contains(&amplification), "{amplification}");
    let session = run(OUTAGE);
    assert_eq!(
        number(&session, "amplification"),
        Some(number(&session, "sent").unwrap() / number(&session, "wanted").unwrap())
    );
    assert!(number(&session, "amplification") > Some(90.0));
}

#[test]
fn totals_balance() {
    for settings in [
        "",
        "preset=aws",
        "preset=layers",
        "preset=open_loop",
        "preset=sre",
        "breaker=on",
        "only_wanted=on",
        "order=newest",
        "shed=retries",
        "retries=none&outage=slow",
    ] {
        let session = run(&format!(
            "do=3:start,8:end,12:surge,14:restart,15:set:processes:3,16:set:breaker:on,17:set:clients:500,20:set:clients:1500,22:set:arrivals:open,25:set:arrivals:closed&t=30s&{settings}"
        ));
        let sum = |ids: &[&str]| ids.iter().filter_map(|id| number(&session, id)).sum::<f64>();
        assert_eq!(number(&session, "wanted"), Some(sum(&["answered", "gave_up", "under_way"])), "{settings}");
    }
}

/// When how many requests are wanted, in tenths of a second.
fn wanted(query: &str) -> Vec<(f64, f64)> {
    let session = run(query);
    let wanted = line(&session, "load", "wanted");
    assert_eq!(number(&session, "wanted").map(|all| all > 10_000.0), Some(true));
    wanted
}

#[test]
fn in_the_open_loop_no_policy_changes_what_is_wanted() {
    let story = "arrivals=open&do=3:start,8:end&t=30s";
    let plain = wanted(story);
    for policy in [
        "jitter=full",
        "backoff=exponential",
        "retries=limited",
        "retries=none",
        "wait=3s",
        "timeout=1s",
        "queue=10",
        "only_wanted=on",
        "order=newest",
        "shed=late",
        "shed=retries",
        "budget=aws",
        "budget=grpc",
        "budget=finagle",
        "budget=envoy",
        "budget=sre",
        "breaker=on",
        "breaker=on&processes=50",
        "capacity=300",
        "retries=limited&layers=3",
        "outage=down",
    ] {
        assert_eq!(wanted(&format!("{policy}&{story}")), plain, "{policy}");
    }
}

#[test]
fn a_request_meets_the_same_luck_whatever_else_is_set() {
    // Nobody is answered, so the first request of each client is the same, and so are the waits of its tries.
    let sent = |settings: &str| {
        line(&run(&format!("outage=down&jitter=full&do=0:start&t=3s&{settings}")), "load", "sent to the server")
    };
    let plain = sent("");
    for settings in ["queue=10", "budget=none&order=newest", "timeout=2s", "capacity=200"] {
        assert_eq!(sent(settings), plain, "{settings}");
    }
}

#[test]
fn the_claim_says_what_comes_of_an_outage() {
    let lab = halfopen::labs::find("retry-storm").expect("it is there");
    let mut told = [0; 3];
    for queue in ["100", "2000"] {
        for timeout in ["100ms", "250ms", "1s"] {
            for retries in [
                "",
                "backoff=exponential&",
                "retries=none&",
                "retries=limited&",
                "retries=limited&arrivals=open&",
                "retries=limited&attempts=10&backoff=exponential&",
            ] {
                for server in ["", "only_wanted=on&", "shed=late&", "shed=retries&", "order=newest&"] {
                    let settings = format!("{retries}{server}queue={queue}&timeout={timeout}");
                    let mut config = lab.defaults();
                    for (knob, value) in settings.split('&').filter_map(|setting| setting.split_once('=')) {
                        config.set_text(knob, value).expect("it fits");
                    }
                    let claim = (lab.about.claim)(&config);
                    // Draining can take long: little more is served than comes.
                    let end = if claim.contains("it drains") { 120 } else { 60 };
                    let session = run(&format!("{settings}&do=5:start,25:end&t={end}s"));
                    let metastable = said_at(&session, "■ metastable.").is_some();
                    let recovered = number(&session, "recovered_after").is_some();
                    assert!(!(metastable && recovered), "{settings}: named metastable, and recovered");
                    let case = if claim.ends_with("keep it full.") {
                        assert!(metastable, "{settings}: {claim}");
                        0
                    } else {
                        assert!(recovered, "{settings}: {claim}");
                        if claim.contains("it drains") { 1 } else { 2 }
                    };
                    told[case] += 1;
                }
            }
        }
    }
    assert!(told.iter().all(|times| *times > 5), "each case occurs: {told:?}");
}
