//! Systems to begin with.

use crate::lab::Preset;

pub(super) const SERVICE: &str = "series(balancer 99.99%, 2of3(app 99.9%), parallel(database 99.95%, database 99.95%))";

const fn preset(
    id: &'static str,
    label: &'static str,
    note: &'static str,
    set: &'static [(&'static str, &'static str)],
) -> Preset {
    Preset { id, label, note, source: "", set }
}

pub(super) const PRESETS: &[Preset] = &[
    preset("service", "Balancer, app, database", "What stands alone costs most, even where it is the best part.", &[]),
    preset("one", "One server", "Three nines are 8 h 45 min 36 s down a year.", &[("system", "server 99.9%")]),
    preset(
        "series",
        "Three in series",
        "All three are needed: 99.7003 %, 26.25 h down a year.",
        &[("system", "series(web 99.9%, app 99.9%, database 99.9%)")],
    ),
    preset(
        "parallel",
        "Three in parallel",
        "Often told as 99.9999 %, which is wrong by a thousand: any one of three suffices, so all three must be down at once, 0.001 × 0.001 × 0.001 of the time. That is nine nines, 31.5 ms a year, and no real system is that good: turn “Failures in common” to 10 % and see why.",
        &[("system", "parallel(server 99.9%, server 99.9%, server 99.9%)")],
    ),
    preset(
        "shared",
        "… with a shared cause",
        "A tenth of the failures takes all three down together: the same deployment, power or mistake. Nine nines become four.",
        &[("system", "parallel(server 99.9%, server 99.9%, server 99.9%)"), ("common", "10%")],
    ),
    preset(
        "failover",
        "Primary and standby",
        "Taking over takes a minute and fails once in a hundred times: that is what is left of the second server.",
        &[("system", "failover(primary 99.9%, standby 99.9%, takes 1min, works 99%)")],
    ),
    preset(
        "regions",
        "Two regions",
        "Each region is a whole system. What both share, such as names and deployments, stands before them.",
        &[(
            "system",
            "series(dns 99.99%, parallel(series(balancer 99.99%, app 99.9%, database 99.95%), series(balancer 99.99%, app 99.9%, database 99.95%), common 5%))",
        )],
    ),
    preset(
        "chain10",
        "Chain of 10",
        "Ten services of which each calls the next: their downtimes add up.",
        &[("system", "10of10(service 99.9%)")],
    ),
    preset(
        "chain100",
        "Chain of 100",
        "A hundred services of three nines each: a tenth of the time something that is needed is down.",
        &[("system", "100of100(service 99.9%)")],
    ),
    preset(
        "quorum3",
        "Quorum of 3",
        "A majority must be up to read and write: two of three.",
        &[("system", "2of3(replica 99.9%)")],
    ),
    preset("quorum5", "Quorum of 5", "Three of five: two may be down at once.", &[("system", "3of5(replica 99.9%)")]),
];
