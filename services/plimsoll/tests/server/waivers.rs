//! Waivers over the API: granted, counted, shown, revoked, and what an approval makes of that.

use std::fs;

use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::client::eventually;
use crate::flow::{Shop, id};
use crate::repository::web;
use crate::server::{plimsoll, text};

const RULE: &str = "image-unpinned";

fn in_days(days: i64) -> String {
    let day = (OffsetDateTime::now_utc() + Duration::days(days)).date();
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}

fn waiver(until: &str) -> Value {
    json!({"application": "shop", "environment": "production", "rule": RULE, "place": "Deployment/web",
        "reason": "no versions yet", "until": until})
}

fn rules(found: &Value) -> Vec<&str> {
    found.as_array().into_iter().flatten().map(|one| one["rule"].as_str().unwrap()).collect()
}

#[test]
fn a_waiver_is_granted_counts_and_is_revoked() {
    let shop = Shop::open(&["waivers.days=60"]);
    shop.repository.write("staging/web.yaml", &web("shop-staging", "registry.example/web:latest", 2));
    shop.repository.publish("whatever is the latest");
    let plain = shop.preview();
    assert!(rules(&plain["findings"]).contains(&RULE), "{}", plain["findings"]);
    assert!(plain.get("waived").is_none());

    refused(&shop);
    let until = in_days(30);
    let granted = shop.bob.post("/waivers", &waiver(&until)).ok(201);
    assert_eq!(
        (&granted["who"], &granted["until"], &granted["ended"]),
        (&json!("bob"), &json!(until), &json!(false))
    );
    listed(&shop, &granted);
    let preview = counted(&shop, &plain, &granted);
    revoked(&shop, &preview, &granted);
}

fn refused(shop: &Shop) {
    shop.alice.post("/waivers", &waiver(&in_days(1))).refused(403, "FORBIDDEN");
    let with = |field: &str, value: &str| {
        let mut waiver = waiver(&in_days(1));
        waiver[field] = json!(value);
        shop.bob.post("/waivers", &waiver)
    };
    with("until", &in_days(61)).refused(422, "WAIVER_TOO_LONG");
    with("until", &in_days(-1)).refused(422, "WAIVER_INVALID");
    with("until", "soon").refused(422, "WAIVER_INVALID");
    with("rule", "image-unpined").refused(422, "WAIVER_INVALID");
    with("place", "web").refused(422, "WAIVER_INVALID");
    with("reason", " ").refused(422, "WAIVER_INVALID");
    with("environment", "prod").refused(422, "ENVIRONMENT_NOT_FOUND");
    with("application", "none").refused(404, "APPLICATION_NOT_FOUND");
    shop.bob.get("/waivers?expiring_within=soon").refused(400, "QUERY_INVALID");
}

fn listed(shop: &Shop, granted: &Value) {
    let ids = |query: &str| -> Vec<Value> {
        let page = shop.alice.get(&format!("/waivers{query}")).ok(200);
        page["items"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect()
    };
    eventually("the waiver is listed", || (!ids("").is_empty()).then_some(()));
    assert_eq!(ids("?application=shop&environment=production"), [granted["id"].clone()]);
    assert_eq!(ids("?expiring_within=30d"), [granted["id"].clone()]);
    for none in ["?expiring_within=14d", "?application=other", "?environment=staging"] {
        assert_eq!(ids(none), Vec::<Value>::new(), "{none}");
    }
    let key = shop.server.data.join("alice.token");
    fs::write(&key, shop.alice.token()).unwrap();
    let mut command = plimsoll();
    command.args(["waiver", "list", "--server", &format!("http://127.0.0.1:{}", shop.server.port())]);
    let output = command.arg("--token-file").arg(&key).output().unwrap();
    let printed = text(&output);
    for part in [RULE, "Deployment/web", "bob", "no versions yet"] {
        assert!(output.status.success() && printed.contains(part), "{printed}");
    }
}

/// The same promotion, asked for again.
fn counted(shop: &Shop, plain: &Value, granted: &Value) -> Value {
    let preview = shop.preview();
    assert!(!rules(&preview["findings"]).contains(&RULE), "{}", preview["findings"]);
    let waived = &preview["waived"][0];
    assert_eq!((&waived["finding"]["rule"], &waived["waiver"]["id"]), (&json!(RULE), &granted["id"]));
    assert_eq!((&waived["waiver"]["origin"], &waived["waiver"]["who"]), (&json!("api"), &json!("bob")));
    assert_ne!(preview["preview_hash"], plain["preview_hash"]);
    assert_ne!(preview["risk_level"], plain["risk_level"]);
    let part = shop.alice.get(&format!("/promotions/{}/risk", id(&preview))).ok(200);
    assert_eq!(part["waived"], preview["waived"]);
    preview
}

fn revoked(shop: &Shop, preview: &Value, granted: &Value) {
    let path = format!("/waivers/{}", granted["id"].as_str().unwrap());
    shop.alice.call("DELETE", &path, None).refused(403, "FORBIDDEN");
    assert_eq!(shop.bob.call("DELETE", &path, None).status, 204);
    shop.bob.call("DELETE", &path, None).refused(404, "WAIVER_NOT_FOUND");
    let approve = |preview: &Value| {
        let path = format!("/promotions/{}/approve", id(preview));
        shop.bob.post(&path, &json!({}))
    };
    approve(preview).refused(409, "WAIVER_ENDED");
    let again = shop.preview();
    assert!(rules(&again["findings"]).contains(&RULE));
    approve(&again).ok(200);
    let told = eventually("both are events", || {
        let told: Vec<Value> = ["WaiverGranted", "WaiverRevoked"]
            .iter()
            .flat_map(|name| shop.admin.audit(&format!("&type={name}")))
            .collect();
        (told.len() == 2).then_some(told)
    });
    assert!(told.iter().all(|event| event["actor"] == "bob"), "{told:?}");
    assert_eq!(told[0]["data"]["reason"], "no versions yet");
}

/// What lies in the repository counts as it stands on the target's branch.
#[test]
fn waivers_of_the_repository_count_on_a_server_too() {
    let shop = Shop::open(&[]);
    shop.repository.write("staging/web.yaml", &web("shop-staging", "registry.example/web:latest", 2));
    let mut application = shop.repository.application("shop", 1);
    let waiver = |until: &str| json!({"rule": RULE, "place": "Deployment/web", "reason": "known", "who": "ana", "until": until});
    application["spec"]["waivers"] = json!([waiver(&in_days(3)), waiver("2020-12-31")]);
    shop.repository.write("plimsoll.yaml", &application.to_string());
    shop.repository.publish("latest, waived");
    let preview = shop.preview();
    assert_eq!(preview["waived"][0]["waiver"]["origin"], "application");
    assert_eq!(preview["waivers_idle"][0]["why"], "ended");
    shop.approve(&id(&preview));
}
