//! `plimsoll events`: what the log holds, beside a control plane that runs.

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::client::eventually;
use crate::flow::{Shop, id};
use crate::server::{plimsoll, text};

fn events(shop: &Shop, arguments: &[&str]) -> Value {
    let mut command = plimsoll();
    command.arg("events").args(arguments).args(["--format", "json", "--data"]).arg(&shop.server.data);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn names(found: &Value) -> Vec<&str> {
    let events = found["events"].as_array().unwrap().iter();
    events.map(|one| one["event"]["type"].as_str().unwrap().rsplit('.').next().unwrap()).collect()
}

#[test]
fn the_log_is_read_from_its_start_and_from_a_time() {
    let shop = Shop::open(&[]);
    let promotion = id(&shop.preview());
    let of_it = ["--subject", promotion.as_str()];
    let preview = [
        "PreviewRequested",
        "DiffComputed",
        "CostEstimated",
        "RiskAssessed",
        "PreviewExplained",
        "PreviewCompleted",
    ];
    let until = |expected: &[&str], arguments: &[&str]| {
        eventually("the log holds what is expected", || {
            let found = events(&shop, arguments);
            let mut names = names(&found);
            names.sort_unstable();
            let mut expected = expected.to_vec();
            expected.sort_unstable();
            (names == expected).then_some(found)
        })
    };
    let found = until(&preview, &of_it);
    let schema = include_str!("../../../../schemas/json/events.schema.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    assert!(schema.is_valid(&found), "{found:#}");
    let requested = &found["events"][0];
    assert_eq!(requested["event"]["type"], "plimsoll.promotion.v1.PreviewRequested");
    assert_eq!(requested["event"]["source"], "/plimsoll/promotion");
    assert_eq!(requested["event"]["sequence"], 1);
    assert_eq!(requested["event"]["data"]["requested_by"], "alice", "{requested:#}");
    assert_eq!(requested["position"]["topic"], "plimsoll.promotion.v1");

    let now = OffsetDateTime::now_utc().format(&Rfc3339).unwrap();
    shop.bob.post(&format!("/promotions/{promotion}/approve"), &json!({})).ok(200);
    let approved = ["ApprovalGiven", "PromotionApproved", "BranchPushed", "PromotionOpened"];
    until(&approved, &[of_it[0], of_it[1], "--since", &now]);
    until(&preview, &[of_it[0], of_it[1], "--until", &now]);
    until(&[], &[of_it[0], of_it[1], "--since", &now, "--until", &now]);
    until(&[&preview[..], &approved].concat(), &of_it);
    let decided =
        ["PreviewRequested", "PreviewCompleted", "ApprovalGiven", "PromotionApproved", "PromotionOpened"];
    let found = until(&decided, &[of_it[0], of_it[1], "--service", "promotion"]);
    assert_eq!(names(&found), decided, "in the order in which they happened");

    let organisation = shop.admin.get("/auth/me").ok(200)["organisation"]["id"].clone();
    eventually("an application is its organisation's", || {
        let found = events(&shop, &["--subject", organisation.as_str().unwrap(), "--service", "catalog"]);
        names(&found).contains(&"ApplicationRegistered").then_some(())
    });

    let some = events(&shop, &[of_it[0], of_it[1], "--limit", "3"]);
    assert_eq!((names(&some).len(), &some["more"]), (3, &Value::Bool(true)));
    let wrong = plimsoll().args(["events", "--service", "promotions"]).output().unwrap();
    assert!(text(&wrong).contains("there are catalog, promotion, diff"), "{}", text(&wrong));
    let between = ["--since", "2026-11-22T09:30:01Z", "--until", "2026-11-22T09:30:00Z"];
    let wrong = plimsoll().arg("events").args(between).output().unwrap();
    assert_eq!(wrong.status.code(), Some(1));
    assert!(text(&wrong).contains("--since is after --until"), "{}", text(&wrong));
}
