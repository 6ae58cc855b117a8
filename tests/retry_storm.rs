//! What the retry storm claims, held against its runs.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use halfopen::lab::Lane;
use halfopen::lab::link::{self, Target};
use halfopen::labs::LABS;
use halfopen::session::Session;
use halfopen_core::Instant;

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

fn claim(settings: &str) -> String {
    let session = run(&format!("{settings}&t=0s"));
    (session.lab().about.claim)(session.config())
}

/// The mean of a line between two times, in seconds.
fn mean(session: &Session, chart: &str, name: &str, from: f64, to: f64) -> f64 {
    let points = line(session, chart, name);
    let within: Vec<f64> = points.iter().filter(|point| point.0 >= from && point.0 < to).map(|point| point.1).collect();
    within.iter().sum::<f64>() / within.len() as f64
}

#[test]
fn what_unanswered_clients_send_is_what_is_measured() {
    // In all these the queue stays full after the outage.
    for settings in [
        "",
        "jitter=full",
        "jitter=equal",
        "wait=50ms",
        "timeout=500ms",
        "clients=2000",
        "capacity=500/s",
        "preset=open_loop",
        "preset=layers",
        "preset=one_layer",
        "backoff=exponential&cap=200ms",
    ] {
        let session = run(&format!("{settings}&do=5:start,25:end&t=60s"));
        let claim = claim(settings);
        let told = claim.split("they send ").nth(1).and_then(|rest| rest.split("/s and keep it full").next());
        let told = told.unwrap_or_else(|| panic!("{settings}: {claim}")).replace('\u{202f}', "");
        let told: f64 = told.parse().unwrap_or_else(|_| panic!("{settings}: {claim}"));
        let measured = mean(&session, "load", "sent to the server", 40.0, 60.0);
        assert!((measured / told - 1.0).abs() < 0.03, "{settings}: {told} told, {measured} measured");
    }
    // While it hangs it takes nothing from the queue, so all are refused.
    let (out, after) = (run("do=5:start&t=25s"), run("do=5:start,25:end&t=60s"));
    assert_eq!(mean(&out, "load", "sent to the server", 20.0, 25.0), 10_000.0);
    assert!(why(&out).contains("every try is refused = clients ÷ mean wait: 1000 ÷ 100\u{a0}ms = 10\u{202f}000/s"));
    // Slow, it takes a tenth of what it takes when well.
    let slow = run("outage=slow&do=5:start&t=60s");
    let measured = mean(&slow, "load", "sent to the server", 40.0, 60.0);
    assert!(why(&slow).contains("(1000 − 100/s × 250\u{a0}ms) ÷ 100\u{a0}ms = 9750/s"), "{}", why(&slow));
    assert!((measured / 9_750.0 - 1.0).abs() < 0.01, "{measured}");
    let told = "(1000 − 1000/s × 250\u{a0}ms) ÷ 100\u{a0}ms = 7500/s";
    assert!(why(&after).contains(told), "{}", why(&after));
    let facts = (after.lab().about.outlook)(after.config());
    assert!(facts.iter().any(|fact| fact.label == "Load once the queue is full" && fact.value == "7500/s"));
}

#[test]
fn waits_are_told_from_the_shortest_to_the_longest() {
    for (settings, told) in [
        ("", "try again 100 ms after"),
        ("jitter=full", "try again up to 100 ms after"),
        ("jitter=equal", "try again 50 ms to 100 ms after"),
        ("backoff=exponential", "try again 100 ms to 10 s after"),
        ("preset=full_jitter", "try again up to 10 s after"),
        ("backoff=exponential&jitter=equal", "try again 50 ms to 10 s after"),
        ("backoff=exponential&jitter=around", "try again 80 ms to 12 s after"),
        ("backoff=exponential&wait=10s", "try again 10 s after"),
    ] {
        let claim = claim(settings).replace('\u{a0}', " ");
        assert!(claim.contains(told), "{settings}: {claim}");
    }
}

#[test]
fn recovery_is_told_from_when_on() {
    let session = run("preset=exponential&do=5:start,10:end&t=20s");
    let told = session.record().entries().find(|entry| entry.head == "● recovered.").expect("it recovers");
    assert!(told.text.starts_with("At 12.2\u{a0}s, 2.2\u{a0}s after the end of the outage"), "{}", told.text);
    let readouts = session.scene(Default::default()).readouts;
    let readout = readouts.iter().find(|readout| readout.id == "recovered_after").expect("it is there");
    assert_eq!(readout.value, "2.2\u{a0}s, at 12.2\u{a0}s");
}

#[test]
fn a_state_has_one_sign() {
    let session = run("do=5:start,10:end&t=20s");
    let charts = session.charts();
    let bands: Vec<String> = charts[0].bands.iter().map(|band| band.signed().replace('\u{a0}', " ")).collect();
    assert_eq!(bands, ["● healthy", "✕ outage", "▲ overloaded", "■ metastable"]);
    assert_eq!(charts[0].bands[3].word(), "metastable");
    for state in ["✕ outage", "■ metastable"] {
        assert!(said_at(&session, &format!("{state}.")).is_some(), "{state}");
    }
}

#[test]
fn a_retry_that_a_breaker_holds_back_keeps_no_place_of_the_budget() {
    // An outage with and without a breaker, then one without: Envoy's budget has its places again.
    let story = "preset=envoy&arrivals=open&outage=down&do=5:start,20:end,40:set:breaker:off,60:start,62:end&t=62s";
    for breaker in ["off", "on"] {
        let session = run(&format!("breaker={breaker}&{story}"));
        let share = number(&session, "retry_share");
        assert!(share > Some(0.4), "breaker={breaker}: {share:?}");
        assert_eq!(number(&session, "held_back").map(|held| held > 1_000.0), Some(breaker == "on"));
    }
}

#[test]
fn what_a_restart_takes_away_was_no_work() {
    for end in ["", ",20:restart", ",19.9:set:outage:down,20:start"] {
        let session = run(&format!("do=5:start,10:end{end}&t=20s"));
        let (wasted, share) = (number(&session, "wasted").unwrap(), number(&session, "wasted_share").unwrap());
        // Ten seconds at a thousand a second, and the few that were cut off.
        assert!((9_900.0..=10_010.0).contains(&wasted), "{end}: {wasted}");
        assert!((0.74..0.76).contains(&share), "{end}: {share}");
    }
}

/// Whether the goal of this name is reached.
fn reached(session: &Session, goal: &str) -> bool {
    let goal = session.lab().about.goals.iter().find(|found| found.id == goal).unwrap_or_else(|| panic!("no {goal}"));
    (goal.reached)(session.record(), &session.scene(Default::default()).readouts)
}

#[test]
fn time_to_recover_counts_from_the_outages_end_whatever_is_tried_before() {
    for tried in ["", "60.5:restart,", "60.5:surge,"] {
        let session = run(&format!("do=5:start,10:end,60:set:queue:100,{tried}60.6:surge&t=70s"));
        let after = number(&session, "recovered_after");
        assert!(after > Some(49.0) && after < Some(60.0), "{tried}: {after:?}");
        assert!(!reached(&session, "soon"), "{tried}");
    }
    // Trouble after it has recovered is another story, and a new outage begins anew.
    let story = "do=5:start,10:end,20:set:queue:100,30:set:queue:2000,31:surge,33:set:queue:100";
    let later = run(&format!("{story}&t=45s"));
    assert_eq!(number(&later, "recovered_after"), number(&run(&format!("{story}&t=30s")), "recovered_after"));
    assert!(number(&later, "recovered_after") > Some(9.0), "{:?}", number(&later, "recovered_after"));
    assert_eq!(number(&run(&format!("{story},45:start&t=46s")), "recovered_after"), None);
    let soon = run(&format!("{story},45:start,51:end&t=60s"));
    assert!(number(&soon, "recovered_after") < Some(10.0) && reached(&soon, "soon"));
}

/// All of what *Why* says.
fn why(session: &Session) -> String {
    let why = session.scene(Default::default()).why;
    why.iter().map(|why| format!("{}: {}\n", why.rule, why.now)).collect()
}

fn reading(session: &Session, chart: &str) -> String {
    session
        .charts()
        .iter()
        .find(|found| found.id == chart)
        .unwrap_or_else(|| panic!("no chart {chart}"))
        .reading
        .clone()
}

#[test]
fn what_is_said_of_a_long_queue_is_true_of_what_becomes_of_it() {
    let late = "Above the dashed line the wait is longer";
    let told = |settings: &str| {
        let session = run(&format!("{settings}&do=5:start,10:end&t=11.5s"));
        let queue = session.record().entries().find(|entry| entry.head == "▲ queue too long.");
        let told = queue.unwrap_or_else(|| panic!("{settings}: the queue is too long")).text.clone();
        (told, why(&session), reading(&session, "queue"), number(&session, "goodput").unwrap())
    };
    let (log, why, chart, good) = told("");
    assert!(log.ends_with("once it is well, it begins with work for nobody.") && good == 0.0, "{log}");
    // A server that answers works for nobody from there on.
    let surge = run("do=5:set:queue:2000,5:surge&t=6s");
    let long = surge.record().entries().find(|entry| entry.head == "▲ queue too long.").expect("it is told");
    assert!(long.text.ends_with("From here on the server works for nobody."), "{}", long.text);
    assert!(!long.text.contains("if the server were well"), "{}", long.text);
    assert!(why.contains("work is waste when") && why.contains("so the storm feeds itself"), "{why}");
    assert!(chart.contains(late), "{chart}");
    for (settings, logged, ruled, comes, drawn) in [
        (
            "preset=only_wanted",
            "does not work for those who",
            "dropped unserved",
            "but what would be late",
            "is dropped",
        ),
        (
            "shed=retries",
            "turns retries away until",
            "a retry is turned away",
            "but once an answer",
            "turns retries away",
        ),
        (
            "preset=shed",
            "turns newcomers away until",
            "a newcomer is turned away",
            "but whoever would",
            "turns newcomers",
        ),
        ("preset=newest_first", "the newest are served first", "newest first", "but the newest are", "Newest first"),
    ] {
        let (log, why, chart, good) = told(settings);
        assert!(log.contains(logged), "{settings}: {log}");
        assert!(why.contains(ruled) && why.contains(comes), "{settings}: {why}");
        assert!(!why.contains("work is waste when") && !why.contains("feeds itself"), "{settings}: {why}");
        assert!(chart.contains(drawn), "{settings}: {chart}");
        // Only who drops what is given up does no work for it: the others first serve, or keep, what lay there.
        assert_eq!(log.contains("who have gone first"), settings == "preset=only_wanted", "{settings}: {log}");
        if settings == "preset=newest_first" {
            assert!(good > 900.0, "{good}");
        }
    }
    // Retries are none, so turning them away changes nothing.
    let none = run("shed=retries&retries=none&t=1s");
    assert!(self::why(&none).contains("work is waste when"));
}

#[test]
fn a_first_wait_over_the_longest_is_named() {
    let conflicts = |query: &str| {
        let session = run(query);
        (session.lab().about.conflicts)(session.config())
    };
    let told = ["The first wait of 50\u{a0}s is over the longest of 1\u{a0}s, and acts as 1\u{a0}s."];
    assert_eq!(conflicts("backoff=exponential&wait=50s&cap=1s&t=1s"), told);
    for fine in [
        "wait=50s&cap=1s&t=1s",
        "retries=none&backoff=exponential&wait=50s&cap=1s&t=1s",
        "backoff=exponential&t=1s",
        "backoff=exponential&wait=1s&cap=1s&t=1s",
    ] {
        assert_eq!(conflicts(fine), Vec::<String>::new(), "{fine}");
    }
}

/// When the count in a readout grows, to the nanosecond.
fn grows(session: &mut Session, lane: Lane, id: &str, until: Instant) -> Vec<Instant> {
    let mut at = |nanos: u64| {
        session.seek(Instant::from_nanos(nanos));
        let readouts = session.scene_of(lane, Default::default()).readouts;
        readouts.iter().find(|readout| readout.id == id).and_then(|readout| readout.number).unwrap_or_default()
    };
    let (mut grown, mut now, end) = (Vec::new(), 0, until.as_nanos());
    while at(now) < at(end) {
        // The count is more at `least`, and at `now` it is not.
        let (before, mut least) = (at(now), end);
        while least - now > 1 {
            let middle = now + (least - now) / 2;
            if at(middle) > before { least = middle } else { now = middle }
        }
        grown.push(Instant::from_nanos(least));
        now = least;
    }
    grown
}

#[test]
fn jitter_in_b_changes_no_arrival_in_either_lane() {
    let plain = "arrivals=open&clients=6&every=1s&outage=down&do=1:start,3:end&t=4s";
    let (mut both, mut alone) = (run(&format!("b.jitter=full&{plain}")), run(plain));
    assert!(both.is_comparing());
    let end = Instant::from_secs(4);
    let wanted = grows(&mut alone, Lane::A, "wanted", end);
    assert!((10..50).contains(&wanted.len()), "{wanted:?}");
    assert_eq!(grows(&mut both, Lane::A, "wanted", end), wanted);
    assert_eq!(grows(&mut both, Lane::B, "wanted", end), wanted);
    // It does change when they try again.
    let [sent, jittered] = [Lane::A, Lane::B].map(|lane| grows(&mut both, lane, "sent", end));
    assert_ne!(sent, jittered);
    assert!(sent.len() > wanted.len());
}
