//! What people get wrong at their first try, and what they are told; and how an end is told to who waits.

use std::process::Output;

use serde_json::json;

use crate::client::{Client, eventually};
use crate::flow::{Shop, id, to_production};
use crate::server::{plimsoll, text};

#[test]
fn a_mistake_is_named_and_an_end_has_a_reason() {
    let shop = Shop::open(&[]);
    queries(&shop);
    bodies(&shop);
    by_name(&shop);
    a_newer_one_takes_its_place(&shop);
    a_refused_take(&shop);
}

/// The command against the shop's server.
fn run(shop: &Shop, by: &Client, arguments: &[&str]) -> Output {
    let mut command = plimsoll();
    command.args(arguments).env("PLIMSOLL_TOKEN", by.token());
    command.env("PLIMSOLL_SERVER", format!("http://127.0.0.1:{}", shop.server.port())).output().unwrap()
}

fn queries(shop: &Shop) {
    for path in [
        "/promotions?application=%00",
        "/promotions?status=%00",
        "/promotions?aplication=shop",
        "/promotions?status=bogus",
        "/audit_logs?actor=%00",
        "/audit_logs?type=Aproval",
        "/audit/export?type=Aproval",
        "/dead-letters?state=lost",
        "/clusters?name=eu",
        "/auth/me?x=1",
    ] {
        let answer = shop.admin.get(path);
        answer.refused(400, "QUERY_INVALID");
        let parameter = path.split_once('?').unwrap().1.split('=').next().unwrap();
        assert_eq!(answer.json["error"]["details"]["parameter"], parameter, "{path}");
    }
    for path in ["/promotions/%ff", "/clusters/%ff", "/dead-letters/%ff/1"] {
        shop.admin.get(path).refused(400, "PATH_INVALID");
    }
    // A stranger learns nothing of it.
    shop.server.client(None).get("/promotions?status=bogus").refused(401, "TOKEN_MISSING");
    let output = run(shop, &shop.alice, &["promotion", "list", "--status", "bogus"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("status is one of requested, preview, approved"), "{}", text(&output));
}

fn bodies(shop: &Shop) {
    shop.alice.post("/promotions", &json!(["shop", "staging", "production"])).refused(422, "BODY_INVALID");
    let half = shop.admin.post("/workloads", &json!({"repo": shop.repository.url()}));
    half.refused(422, "BODY_INVALID");
    assert!(half.text.contains("path"), "{}", half.text);
    let mut request = to_production("shop");
    request["user_id"] = json!("bob");
    shop.alice.post("/promotions", &request).refused(422, "USER_MISMATCH");
    for user in ["gitops", "Plimsoll"] {
        let body = json!({"user": user, "role": "requester"});
        shop.admin.post("/tokens", &body).refused(422, "USER_NAME_RESERVED");
    }
}

fn by_name(shop: &Shop) {
    shop.admin.post("/clusters", &json!({"name": "us"})).ok(201);
    let output = run(shop, &shop.admin, &["cluster", "rename", "us", "us-1"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let output = run(shop, &shop.admin, &["cluster", "delete", "us-1"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    shop.admin.get("/clusters/us-1").refused(404, "CLUSTER_NOT_FOUND");
    let output = run(shop, &shop.admin, &["application", "update", "shop"]);
    assert!(text(&output).contains("shop is read from plimsoll.yaml of "), "{}", text(&output));
    shop.admin.post("/workloads", &shop.repository.application("kiosk", 1)).ok(201);
    let output = run(shop, &shop.admin, &["application", "delete", "kiosk"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    shop.admin.get("/workloads/kiosk").refused(404, "APPLICATION_NOT_FOUND");
}

fn a_newer_one_takes_its_place(shop: &Shop) {
    let older = id(&shop.preview());
    assert_eq!(shop.alice.promotion(&older)["approvable"], true);
    let newer = id(&shop.bob.post("/promotions?wait=60", &to_production("shop")).ok(200));
    let superseded = shop.alice.until_status(&older, "superseded");
    assert_eq!((&superseded["superseded_by"], &superseded["approvable"]), (&json!(newer), &json!(false)));
    assert_eq!(superseded["failure"]["code"], "PROMOTION_SUPERSEDED");
    assert_eq!(superseded["failure"]["message"], format!("bob asked for {newer}, which took its place"));
    assert_eq!(shop.alice.promotion(&newer)["supersedes"], json!([older]));
    let event =
        eventually("the event names who", || shop.admin.audit("&actor=bob&type=PromotionSuperseded").pop());
    assert_eq!(event["data"]["superseded_by"], newer);
    let output = run(shop, &shop.alice, &["promotion", "watch", &older]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    let said = text(&output);
    assert!(said.contains(&format!("PromotionSuperseded  by bob  for {newer}")), "{said}");
    let shown = text(&run(shop, &shop.alice, &["promotion", "show", &older]));
    assert!(shown.contains("PROMOTION_SUPERSEDED: bob asked for"), "{shown}");
    assert!(shown.contains("next          look at the newer one"), "{shown}");
}

/// The value of a Secret does not go into Git, whoever takes it.
fn a_refused_take(shop: &Shop) {
    let secret = |name: &str, value: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: db, namespace: {name}}}\nstringData: {{password: {value}}}\n"
        )
    };
    shop.repository.write("staging/db.yaml", &secret("shop-staging", "hunter2"));
    shop.repository.write("production/db.yaml", &secret("shop", "hunter3"));
    shop.repository.publish("A database");
    let take = "Secret/db:stringData.password";
    let arguments =
        ["promotion", "request", "--application", "shop", "--from", "staging", "--to", "production"];
    let output = run(shop, &shop.alice, &[arguments.as_slice(), &["--take", take]].concat());
    let said = text(&output);
    assert!(said.contains("PLAN_SECRET_EDIT: "), "{said}");
    assert!(said.contains(take) && !said.contains("hunter"), "{said}");
}
