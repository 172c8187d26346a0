//! Which promotion over an edge is the newest, and what the next plan compares with.

use events::plan::{Base, Held};
use ids::PromotionId;
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

fn merged(minute: i64, source_commit: &str, pending: &[&str]) -> Merged {
    let pending = pending.iter().map(|place| (*place).to_owned()).collect();
    Merged { rank: rank(minute), source_commit: source_commit.to_owned(), pending }
}

fn base(commit: &str, held: &[(&str, Option<&str>)]) -> Base {
    let held = held
        .iter()
        .map(|(place, commit)| Held { place: (*place).to_owned(), commit: commit.map(str::to_owned) });
    Base { commit: commit.to_owned(), held: held.collect() }
}

fn after(edge: Edge, merged: &Merged) -> Edge {
    let base = edge.base_after(merged);
    edge.with_base(base, merged.rank)
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
    let edge = after(Edge::default(), &merged(1, "c1", &[]));
    assert_eq!(edge.base, Some(base("c1", &[])));
    assert_eq!(after(edge, &merged(2, "c2", &[])).base, Some(base("c2", &[])));
}

#[test]
fn what_was_declined_keeps_its_base_until_it_is_carried() {
    let edge = after(Edge::default(), &merged(1, "c1", &["x"]));
    assert_eq!(edge.base, Some(base("c1", &[("x", None)])));
    // x is declined again, and y for the first time.
    let edge = after(edge, &merged(2, "c2", &["y", "x"]));
    assert_eq!(edge.base, Some(base("c2", &[("x", None), ("y", Some("c1"))])));
    // y is carried now.
    let edge = after(edge, &merged(3, "c3", &["x"]));
    assert_eq!(edge.base, Some(base("c3", &[("x", None)])));
    assert_eq!(after(edge, &merged(4, "c4", &[])).base, Some(base("c4", &[])));
}

/// Promotions 2 and 3 lie open side by side. 2 carries x and y, and declines z; 3 carries x, and declines y and z.
/// In whatever order they are merged, the source of x is that of 3, of y that of 2, and of z what it was before.
#[test]
fn two_that_are_open_side_by_side_give_the_same_base_in_either_order() {
    let before = || after(Edge::default(), &merged(1, "c1", &[]));
    let (two, three) = (merged(2, "c2", &["z"]), merged(3, "c3", &["y", "z"]));
    let expected = Some(base("c3", &[("y", Some("c2")), ("z", Some("c1"))]));
    assert_eq!(after(after(before(), &two), &three).base, expected);
    assert_eq!(after(after(before(), &three), &two).base, expected);
}
