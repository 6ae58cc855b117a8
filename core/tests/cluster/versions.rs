//! Version vectors, merging, hash trees: their laws.

use halfopen_core::Instant;
use halfopen_core::cluster::{Causality, Client, HashTree, Resolve, Version, VersionVector, hash_of, knows, merge};
use proptest::prelude::*;

#[test]
fn what_a_client_has_read_it_writes_over_and_nothing_else() {
    let (mut ann, mut bob) = (Client::new(1), Client::new(2));
    let at = Instant::from_secs;
    let mut kept = Vec::new();
    let first = ann.write(7, 10, at(1));
    assert!(merge(&mut kept, &first, Resolve::Siblings));
    // Bob has not read: siblings, whatever his clock says.
    let second = bob.write(7, 20, at(9));
    assert!(merge(&mut kept, &second, Resolve::Siblings));
    assert_eq!((kept.len(), first.vector.compare(&second.vector)), (2, Causality::Concurrent));
    // Ann reads both and writes over both.
    ann.saw(7, &kept);
    let third = ann.write(7, 30, at(2));
    assert_eq!((third.vector.to_string(), third.number()), ("{1:2, 2:1}".into(), 2));
    assert!(merge(&mut kept, &third, Resolve::Siblings));
    assert_eq!(kept, std::slice::from_ref(&third));
    assert!(knows(&kept, &first.vector) && knows(&kept, &second.vector));
    // The last write by the clocks was bob's, though ann knew of it.
    let mut last = Vec::new();
    for version in [&first, &second, &third] {
        merge(&mut last, version, Resolve::LastWrite);
    }
    assert_eq!(last, [second]);
    assert!(!knows(&last, &third.vector), "an acknowledged write is lost without a trace");
    ann.forget();
    assert_eq!(ann.write(7, 40, at(3)).vector.to_string(), "{1:3}");
}

fn vectors() -> impl Strategy<Value = VersionVector> {
    prop::collection::vec(0u64..4, 4).prop_map(|counts| {
        let mut vector = VersionVector::new();
        (0u16..).zip(counts).for_each(|(writer, count)| vector.raise(writer, count));
        vector
    })
}

/// Versions as clients write them that see some of what the others have written.
fn written(steps: &[(u16, u64, Vec<prop::sample::Index>)]) -> Vec<Version> {
    let mut clients: Vec<Client> = (0..4).map(Client::new).collect();
    let mut all: Vec<Version> = Vec::new();
    for (writer, stamp, seen) in steps {
        let client = &mut clients[usize::from(*writer)];
        for index in seen.iter().filter(|_| !all.is_empty()) {
            client.saw(0, std::slice::from_ref(index.get(&all)));
        }
        all.push(client.write(0, all.len() as u64, Instant::from_nanos(*stamp)));
    }
    all
}

fn step() -> impl Strategy<Value = (u16, u64, Vec<prop::sample::Index>)> {
    (0u16..4, 0u64..20, prop::collection::vec(any::<prop::sample::Index>(), 0..3))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn vectors_are_an_order_with_joins(one in vectors(), two in vectors(), three in vectors()) {
        let mut join = one.clone();
        join.join(&two);
        prop_assert!(join.covers(&one) && join.covers(&two));
        // The least that covers both.
        prop_assert!(!(three.covers(&one) && three.covers(&two)) || three.covers(&join));
        let flipped = match one.compare(&two) {
            Causality::Before => Causality::After,
            Causality::After => Causality::Before,
            same => same,
        };
        prop_assert_eq!(two.compare(&one), flipped);
        prop_assert_eq!(one.compare(&two) == Causality::Equal, one == two);
        prop_assert!(!(one.covers(&two) && two.covers(&three)) || one.covers(&three));
    }

    /// In whatever order replicas hear of versions, and however often, they keep the same; and of siblings exactly those of
    /// which no other knew.
    #[test]
    fn merging_depends_on_no_order(
        steps in prop::collection::vec(step(), 1..12), order in prop::collection::vec(any::<prop::sample::Index>(), 40),
    ) {
        let all = written(&steps);
        for resolve in [Resolve::Siblings, Resolve::LastWrite] {
            let (mut straight, mut other) = (Vec::new(), Vec::new());
            all.iter().for_each(|version| _ = merge(&mut straight, version, resolve));
            order.iter().for_each(|index| _ = merge(&mut other, index.get(&all), resolve));
            all.iter().rev().for_each(|version| _ = merge(&mut other, version, resolve));
            prop_assert_eq!(&straight, &other);
            prop_assert_eq!(hash_of(3, &straight), hash_of(3, &other));
            if resolve == Resolve::Siblings {
                let newest = |version: &&Version| {
                    !all.iter().any(|other| other.vector.compare(&version.vector) == Causality::After)
                };
                prop_assert_eq!(straight.len(), all.iter().filter(newest).count());
                prop_assert!(all.iter().all(|version| knows(&straight, &version.vector)));
            } else {
                prop_assert_eq!(straight.len(), 1);
                prop_assert_eq!(straight[0].stamp, all.iter().map(|version| version.stamp).max().unwrap());
            }
        }
    }

    /// Trees differ exactly where contents do, and the way down from the root leads there.
    #[test]
    fn trees_lead_to_what_differs(
        here in prop::collection::btree_map(0u16..200, 1u64..4, 0..40),
        there in prop::collection::btree_map(0u16..200, 1u64..4, 0..40),
    ) {
        let tree = |contents: &std::collections::BTreeMap<u16, u64>| {
            let mut tree = HashTree::new();
            for (key, hash) in contents {
                // In two steps, as a key changes.
                tree.change(*key, 0, hash + 100);
                tree.change(*key, hash + 100, *hash);
            }
            tree
        };
        let (one, two) = (tree(&here), tree(&there));
        let mut differ: Vec<u8> =
            (0..200).filter(|key| here.get(key) != there.get(key)).map(HashTree::leaf).collect();
        differ.sort_unstable();
        differ.dedup();
        let (mut found, mut nodes) = (Vec::new(), vec![HashTree::ROOT]);
        while let Some(node) = nodes.pop() {
            if one.hash(node) == two.hash(node) {
                continue;
            }
            if HashTree::is_leaf(node) {
                found.push(node);
            }
            nodes.extend(one.children(node).map(|(child, _)| child));
        }
        found.sort_unstable();
        // Leaves are sums without carry: that two differences in one leaf cancel is possible with these small hashes.
        prop_assert!(found.iter().all(|leaf| differ.contains(leaf)));
        let cancels = |leaf: &u8| one.hash(*leaf) == two.hash(*leaf);
        prop_assert!(differ.iter().all(|leaf| found.contains(leaf) || cancels(leaf)));
        prop_assert!(here != there || found.is_empty());
    }
}
