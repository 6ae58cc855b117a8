//! Byzantine generals: 3f + 1 agree whatever traitors say, 3f do not; with signatures any number does.

use super::say;
use halfopen_core::cluster::byzantine::{Agreement, Oral, Order, Path, Signed};
use halfopen_core::rng::Seed;
use halfopen_core::{Node, Nodes};

fn oral(generals: u8, f: u8, order: Order, traitors: Nodes) -> Oral {
    Oral::new(generals, f, order, traitors).unwrap()
}

/// All ways to choose at most `f` traitors.
fn traitors(generals: u8, f: u8) -> impl Iterator<Item = Nodes> {
    (0..1u32 << generals).map(|mask| Nodes(mask as u16)).filter(move |nodes| nodes.len() <= u32::from(f))
}

#[test]
fn the_papers_example_of_three_and_of_four() {
    // Figure 1: the lieutenant C lies about what the commander said. B cannot tell who of the two does.
    let three = oral(3, 1, Order::Attack, Nodes::of(Node(2))).run(|said| said.order.map(Order::opposite));
    assert_eq!(three.agreement(), Agreement::Disobeyed { order: Order::Attack });
    assert_eq!(three.agreement().to_string(), "the loyal commander said attack, and the loyal lieutenants retreat");
    let tally = three.tally(Node(1), Path::COMMANDER);
    assert_eq!((tally.attack, tally.retreat), (1, 1));
    // With a fourth the same lie is outvoted.
    let four = oral(4, 1, Order::Attack, Nodes::of(Node(2))).run(|said| said.order.map(Order::opposite));
    assert_eq!(four.agreement(), Agreement::Reached);
    assert_eq!(four.tally(Node(1), Path::COMMANDER).attack, 2);
    // Without a round of talk a lying commander splits anybody.
    let none = oral(4, 0, Order::Attack, Nodes::of(Node(0)));
    let split = none.run(|said| Some(if said.to == Node(1) { Order::Attack } else { Order::Retreat })).agreement();
    assert_eq!(split.to_string(), "B attacks while C and D retreat");
    let path = Path::COMMANDER.then(Node(2)).unwrap().then(Node(1)).unwrap();
    assert_eq!(path.to_string(), "B says that C said that A said");
    assert_eq!((path.before(), path.then(Node(2))), (Path::COMMANDER.then(Node(2)).unwrap(), None));
}

#[test]
fn messages_are_as_many_as_told() {
    for (generals, f, messages) in [(3, 0, 2), (3, 1, 4), (4, 1, 9), (7, 1, 36), (7, 2, 156), (10, 2, 585)] {
        let oral = oral(generals, f, Order::Attack, Nodes::NONE);
        assert_eq!(oral.messages(), messages);
        assert_eq!(oral.run(|_| None).said().len() as u64, messages);
    }
}

/// Every way for one traitor among four generals to speak, three words for each message: all there are.
#[test]
fn four_agree_whatever_one_traitor_says() {
    let mut tried = 0;
    for (traitor, order) in (0..4).flat_map(|traitor| Order::ALL.map(|order| (Node(traitor), order))) {
        let oral = oral(4, 1, order, Nodes::of(traitor));
        // A commander says three things, a lieutenant two.
        for mut ways in 0..27u32 {
            let outcome = oral.run(|_| {
                let way = ways % 3;
                ways /= 3;
                [None, Some(Order::Attack), Some(Order::Retreat)][way as usize]
            });
            assert_eq!(outcome.agreement(), Agreement::Reached, "{:?}", outcome.said());
            tried += 1;
        }
    }
    say(&format!("OM(1), 4 generals: all {tried} ways to speak"));
}

#[test]
fn three_f_plus_one_agree_and_three_f_do_not() {
    let mut chance = Seed(1).stream("generals");
    for (generals, f) in [(1 + 1, 0u8), (4, 1), (5, 1), (6, 1), (7, 2), (8, 2)] {
        let mut tried = 0;
        let each = if generals > 6 { 200 } else { 1000 };
        for traitors in traitors(generals, f) {
            for order in Order::ALL {
                let oral = oral(generals, f, order, traitors);
                assert!(oral.is_enough());
                if let Some(found) = oral.counterexample(each, &mut chance) {
                    panic!("{}: {:?}", found.agreement(), found.said());
                }
                tried += each;
            }
        }
        say(&format!("OM({f}), {generals} generals: {tried} schedules of lies, all agree"));
    }
    for (generals, f) in [(3, 1), (6, 2)] {
        let all = traitors(generals, f).flat_map(|traitors| Order::ALL.map(|order| (traitors, order)));
        let mut searched = all.map(|(traitors, order)| oral(generals, f, order, traitors));
        assert!(!oral(generals, f, Order::Attack, Nodes::NONE).is_enough());
        let found = searched.find_map(|oral| oral.counterexample(2000, &mut chance)).unwrap();
        let (traitors, agreement) = (found.setting().traitors(), found.agreement());
        say(&format!("OM({f}), {generals} generals, traitors {traitors}: {agreement}"));
    }
}

#[test]
fn more_traitors_than_planned_for_break_it() {
    let mut chance = Seed(2).stream("generals");
    let oral = oral(7, 1, Order::Attack, Nodes(0b11));
    assert!(oral.counterexample(2000, &mut chance).is_some());
}

/// Random lies of every set of traitors; how many were tried, and the first that split the loyal.
fn signed(generals: u8, f: u8, most: u8, each: u32) -> (u32, Option<Agreement>) {
    let mut chance = Seed(3).stream("signed");
    let (mut tried, mut first) = (0, None);
    for traitors in traitors(generals, most) {
        for order in Order::ALL {
            let signed = Signed::new(generals, f, order, traitors).unwrap();
            for _ in 0..each {
                let often = chance.below(1001) as u32;
                let agreement = signed.run(|_| chance.chance_permille(often)).agreement();
                tried += 1;
                if agreement != Agreement::Reached {
                    first = first.or(Some(agreement));
                }
            }
        }
    }
    (tried, first)
}

#[test]
fn signatures_take_no_majority() {
    for (generals, f) in [(2, 0), (3, 1), (4, 1), (4, 2), (5, 2), (6, 2), (7, 2)] {
        let (tried, found) = signed(generals, f, f, 300);
        assert_eq!(found, None, "{generals} generals, {f} traitors");
        say(&format!("SM({f}), {generals} generals: {tried} schedules of lies, all agree"));
    }
    // A round too few: a traitor passes the second order on when it is too late to tell.
    let (_, found) = signed(5, 1, 2, 1000);
    say(&format!("SM(1), 5 generals, 2 traitors: {}", found.unwrap()));
}

#[test]
fn impossible_generals_are_named() {
    assert_eq!(Oral::new(1, 0, Order::Attack, Nodes::NONE).unwrap_err().to_string(), "generals is 1, outside 2 to 16");
    assert_eq!(Signed::new(4, 3, Order::Attack, Nodes::NONE).unwrap_err().to_string(), "traitors is 3, outside 0 to 2");
}
