//! The audit log: read, exported, and verified by somebody who trusts nothing but a key.

use std::collections::BTreeSet;
use std::fs;

use events::Service;
use serde_json::{Value, json};

use crate::flow::Shop;
use crate::server::{Server, plimsoll, text};

pub(crate) fn logs(shop: &Shop, promotion: &str) {
    let of = |query: &str| shop.admin.audit(query);
    let named = |records: &[Value], name: &str| {
        records.iter().filter(|record| record["type"].as_str().unwrap().ends_with(name)).count()
    };
    let about = of(&format!("&promotion_id={promotion}"));
    for name in [
        "PreviewRequested",
        "DiffComputed",
        "CostEstimated",
        "RiskAssessed",
        "PreviewExplained",
        "PreviewCompleted",
        "ApprovalGiven",
        "PromotionApproved",
        "BranchPushed",
        "PromotionOpened",
        "MergeSeen",
        "PromotionMerged",
    ] {
        assert_eq!(named(&about, &format!(".{name}")), 1, "{name}");
    }
    assert!(named(&about, "CommandRefused") >= 3, "refusals of people are events too");
    let approvals = of("&actor=bob&type=ApprovalGiven");
    assert_eq!(approvals.len(), 1);
    assert_eq!(approvals[0]["data"]["comment"], "ship it");
    assert_eq!(of("&type=plimsoll.promotion.v1.ApprovalGiven"), approvals);
    assert!(of("&actor=nobody").is_empty());
    // From an event on, and up to it: together they are all, and neither has the other's.
    let time = approvals[0]["time"].as_str().unwrap();
    let (since, until) = (of(&format!("&since={time}")), of(&format!("&until={time}")));
    assert_eq!(since.len() + until.len(), of("").len());
    assert!(since.contains(&approvals[0]) && !until.contains(&approvals[0]));
    let one = shop.admin.get(&format!("/audit_logs/{}", approvals[0]["id"].as_str().unwrap())).ok(200);
    assert_eq!(one, approvals[0]);
    shop.admin.get("/audit_logs?since=yesterday").refused(400, "QUERY_INVALID");
    assert_eq!(shop.admin.get("/audit/logs?type=ApprovalGiven").ok(200)["items"], json!(approvals));
}

pub(crate) fn export(shop: &Shop) {
    let exported = shop.admin.get("/audit/export").text;
    assert_eq!(verify(&shop.server, &exported).0, Some(0));
    let lines: Vec<&str> = exported.lines().collect();
    let leaves: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].starts_with("{\"leaf\"")).collect();
    assert!(leaves.len() > 30, "{}", lines[1]);
    written_by_whom_it_is_said(leaves.iter().map(|at| lines[*at]));
    let middle = leaves[leaves.len() / 2];

    let mut flipped = lines.clone();
    let altered = with_altered_body(lines[middle]);
    flipped[middle] = &altered;
    let mut dropped = lines.clone();
    dropped.remove(middle);
    let mut swapped = lines.clone();
    swapped.swap(middle, middle + 1);
    for (what, tampered) in [("flipped", flipped), ("dropped", dropped), ("swapped", swapped)] {
        let (code, said) = verify(&shop.server, &(tampered.join("\n") + "\n"));
        assert_eq!(code, Some(2), "{what}: {said}");
        assert!(said.contains("NOT verified"), "{what}: {said}");
    }
}

/// The table of events says which service writes which: schemas are registered by it.
fn written_by_whom_it_is_said<'a>(leaves: impl Iterator<Item = &'a str>) {
    let mut seen = BTreeSet::new();
    for line in leaves {
        let leaf: Value = serde_json::from_str(line).unwrap();
        let event = &leaf["leaf"]["record"]["event"];
        let text = |field: &str| event[field].as_str().unwrap().to_owned();
        let writer = Service::named(text("source").trim_start_matches("/plimsoll/")).unwrap();
        let schema = events::schemas().find(|schema| schema.event_type == text("type")).unwrap();
        assert!(schema.writers.contains(&writer), "{} is written by {writer}", schema.event_type);
        seen.insert(schema.event_type);
    }
    assert!(seen.len() > 12, "{seen:?}");
}

/// One character in the middle of the leaf's bytes is another.
fn with_altered_body(line: &str) -> String {
    let leaf: Value = serde_json::from_str(line).unwrap();
    let body = leaf["leaf"]["record"]["event"]["body"].as_str().unwrap();
    let (before, after) = body.split_at(body.len() / 2);
    let other = if after.starts_with('A') { 'B' } else { 'A' };
    line.replace(body, &format!("{before}{other}{}", &after[1..]))
}

/// What `plimsoll audit verify` makes of an export: its exit code, and what it says.
pub(crate) fn verify(server: &Server, exported: &str) -> (Option<i32>, String) {
    let key = server.admin().get("/audit/checkpoint").ok(200)["public_key"].as_str().unwrap().to_owned();
    let file = server.data.with_extension("jsonl");
    fs::write(&file, exported).unwrap();
    let output = plimsoll().args(["audit", "verify", "--key", &key]).arg(&file).output().unwrap();
    (output.status.code(), text(&output))
}
