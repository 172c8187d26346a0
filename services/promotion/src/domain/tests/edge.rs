//! Which promotion over an edge is the newest, and what the next plan compares with.

use ids::PromotionId;
use kube_model::Place;
use preview::{Arrived, EdgeBase, HeldPlace, PlanDocument};
use serde_json::{Value, json};
use time::macros::datetime;
use uuid::Uuid;

use crate::domain::{Edge, Merged, Rank};

fn id(number: u128) -> PromotionId {
    PromotionId::new(Uuid::from_u128(number))
}

/// The promotion of this number, asked for in this minute.
fn rank(minute: i64) -> Rank {
    let requested = datetime!(2026-11-21 12:00 UTC) + time::Duration::minutes(minute);
    Rank { requested, promotion: id(minute.unsigned_abs().into()) }
}

/// A plan that leaves these places, and carries those.
fn plan(pending: &[&str], carried: &[&str]) -> PlanDocument {
    let side = |name: &str| json!({"source": name, "environment": name, "namespace": null, "commit": "c"});
    let items = |places: &[&str]| -> Vec<Value> {
        places.iter().map(|place| json!({
            "place": place, "at": place.parse::<Place>().unwrap(), "before": 1, "after": 2, "reason": "x", "source_changed": true,
        })).collect()
    };
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let inputs = json!({
        "renderer": {"name": "plain", "version": "1", "programs": []}, "root": "production", "files": [],
        "directories": ["production"], "source": hash,
        "base": null, "held": [],
    });
    let document = json!({
        "from": side("staging"), "to": side("production"), "base": null, "inputs": inputs,
        "selection": {}, "carried": items(carried), "kept": [], "pending": items(pending), "candidates": [], "blocked": [],
        "edits": [], "notes": [], "partial": [],
    });
    serde_json::from_value(document).unwrap()
}

fn base(commit: &str, held: &[(&str, Option<&str>)]) -> Option<EdgeBase> {
    let held = held.iter().map(|(place, commit)| HeldPlace {
        place: place.parse().unwrap(),
        commit: commit.map(str::to_owned),
    });
    Some(EdgeBase { commit: commit.to_owned(), held: held.collect() })
}

const X: &str = "ConfigMap/app:data.x";
const Y: &str = "ConfigMap/app:data.y";
const Z: &str = "ConfigMap/app:data.z";
const ALL: &str = "ConfigMap/app:data";

/// The edge after the promotion of this minute was merged.
fn after(edge: Edge, minute: i64, source_commit: &str, pending: &[&str]) -> Edge {
    edge.with_merged(Merged {
        rank: rank(minute),
        source_commit,
        plan: &plan(pending, &[]),
        arrived: Arrived::Whole,
    })
}

/// The edge after the promotion of this minute was merged without a part of what it carries.
fn after_a_part(edge: Edge, minute: i64, source_commit: &str, carried: &[&str]) -> Edge {
    let plan = plan(&[], carried);
    edge.with_merged(Merged { rank: rank(minute), source_commit, plan: &plan, arrived: Arrived::Part })
}

#[test]
fn the_older_gives_way_in_whatever_order_they_are_heard_of() {
    let first = Edge::default();
    assert_eq!(first.requested(rank(1)), None);
    let edge = first.with_request(rank(1));
    assert_eq!(edge.requested(rank(1)), None);
    assert_eq!(edge.requested(rank(2)), Some((id(1), id(2))));
    let edge = edge.with_request(rank(3));
    assert_eq!(edge.requested(rank(2)), Some((id(2), id(3))));
    assert_eq!(edge.with_request(rank(2)).newest, Some(rank(3)));
}

#[test]
fn the_base_advances_to_what_was_promoted() {
    let edge = after(Edge::default(), 1, "c1", &[]);
    assert_eq!(edge.base, base("c1", &[]));
    assert_eq!(after(edge, 2, "c2", &[]).base, base("c2", &[]));
}

#[test]
fn what_was_declined_keeps_its_base_until_it_is_carried() {
    let edge = after(Edge::default(), 1, "c1", &[X]);
    assert_eq!(edge.base, base("c1", &[(X, None)]));
    // x is declined again, and y for the first time.
    let edge = after(edge, 2, "c2", &[Y, X]);
    assert_eq!(edge.base, base("c2", &[(X, None), (Y, Some("c1"))]));
    // y is carried now.
    let edge = after(edge, 3, "c3", &[X]);
    assert_eq!(edge.base, base("c3", &[(X, None)]));
    assert_eq!(after(edge, 4, "c4", &[]).base, base("c4", &[]));
}

/// Promotions 2 and 3 lie open side by side. 2 carries x and y, and declines z; 3 carries x, and declines y and z.
/// In whatever order they are merged, the source of x is that of 3, of y that of 2, and of z what it was before.
#[test]
fn two_that_are_open_side_by_side_give_the_same_base_in_either_order() {
    let before = || after(Edge::default(), 1, "c1", &[]);
    let expected = base("c3", &[(Y, Some("c2")), (Z, Some("c1"))]);
    assert_eq!(after(after(before(), 2, "c2", &[Z]), 3, "c3", &[Y, Z]).base, expected);
    assert_eq!(after(after(before(), 3, "c3", &[Y, Z]), 2, "c2", &[Z]).base, expected);
}

/// As above, where 3 declines the whole of which 2 has carried all but z.
#[test]
fn what_an_older_one_carries_out_of_a_whole_that_waits_has_its_source() {
    let before = || after(Edge::default(), 1, "c1", &[]);
    let edge = after(after(before(), 3, "c3", &[ALL]), 2, "c2", &[Z]);
    assert_eq!(edge.base, base("c3", &[(ALL, Some("c2")), (Z, Some("c1"))]));
    let edge = after(after(before(), 3, "c3", &[Z]), 2, "c2", &[ALL]);
    assert_eq!(edge.base, base("c3", &[(Z, Some("c1"))]));
}

#[test]
fn what_did_not_arrive_in_full_keeps_its_base() {
    let before = || after(Edge::default(), 1, "c1", &[]);
    let edge = after_a_part(before(), 2, "c2", &[X]);
    assert_eq!(edge.base, base("c2", &[(X, Some("c1"))]));
    assert_eq!(after(edge, 3, "c3", &[]).base, base("c3", &[]));
    // Merged after a newer one that had left x: x still waits.
    let edge = after_a_part(after(before(), 3, "c3", &[X]), 2, "c2", &[X]);
    assert_eq!(edge.base, base("c3", &[(X, Some("c1"))]));
    assert_eq!(after_a_part(Edge::default(), 1, "c1", &[X]).base, base("c1", &[(X, None)]));
}
