//! What is made once however often it is asked for, lists in pages, and who may do what for whom.

use std::collections::BTreeSet;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::audit::verify;
use crate::client::{Client, eventually};
use crate::flow::{Shop, id};
use crate::server::plimsoll;

#[test]
fn what_is_asked_for_twice_is_there_once() {
    let shop = Shop::open(&["gateway.streams_per_token=0"]);
    repeated(&shop);
    tokens(&shop);
    pages(&shop.admin, &shop);
    head(&shop);
    by_actor(&shop);
    let promotion = id(&shop.preview());
    shop.alice.get(&format!("/promotions/{promotion}/events")).refused(429, "TOO_MANY_STREAMS");
}

fn repeated(shop: &Shop) {
    let us = json!({"name": "us"});
    let made = shop.admin.post_as("c1", "/clusters", &us).ok(201);
    assert_eq!(shop.admin.post_as("c1", "/clusters", &us).ok(201), made);
    for _ in 0..2 {
        shop.admin.post_as("c2", "/clusters", &us).refused(409, "CLUSTER_EXISTS");
    }
    let refused = eventually("the refusal is an event", || {
        let events = shop.admin.audit("&type=CatalogRefused");
        (!events.is_empty()).then_some(events)
    });
    assert_eq!(refused.len(), 1, "{refused:?}");
    let kiosk = shop.repository.application("kiosk", 1);
    let made = shop.admin.post_as("w1", "/workloads", &kiosk).ok(201);
    assert_eq!(shop.admin.post_as("w1", "/workloads", &kiosk).ok(201), made);
}

fn tokens(shop: &Shop) {
    let carol = json!({"user": "carol", "role": "requester"});
    let [first, second] = [(); 2].map(|()| shop.admin.post_as("t1", "/tokens", &carol).ok(201));
    assert_eq!(first["token_id"], second["token_id"]);
    let by = |made: &Value| shop.server.client(made["token"].as_str());
    by(&second).get("/auth/me").ok(200);
    by(&first).get("/auth/me").refused(401, "TOKEN_INVALID");
    let dave = json!({"user": "dave", "role": "requester"});
    shop.admin.post_as("t1", "/tokens", &dave).refused(409, "IDEMPOTENCY_KEY_REUSED");
    // Who runs the installation makes those who do too; an admin does not.
    let operator = json!({"user": "otto", "role": "operator"});
    assert_eq!(shop.admin.get("/auth/me").ok(200)["role"], "operator");
    shop.admin.post("/tokens", &operator).ok(201);
    shop.admin.caller("ada", "admin").post("/tokens", &operator).refused(403, "FORBIDDEN");
}

fn pages(admin: &Client, shop: &Shop) {
    for path in ["/clusters", "/workloads"] {
        let all = admin.get(path).ok(200)["items"].clone();
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = admin.get(&format!("{path}?limit=1{cursor}")).ok(200);
            assert_eq!(page["items"].as_array().unwrap().len(), 1);
            paged.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!((paged.len(), json!(paged)), (2, all), "{path}");
    }
    for path in ["/clusters", "/workloads", "/dead-letters"] {
        admin.get(&format!("{path}?limit=201")).refused(400, "QUERY_INVALID");
        admin.get(&format!("{path}?cursor=!")).refused(400, "QUERY_INVALID");
    }
    let mut command = plimsoll();
    command.args(["cluster", "list", "--format", "json", "--server"]);
    command.arg(format!("http://127.0.0.1:{}", shop.server.port())).env("PLIMSOLL_TOKEN", admin.token());
    let output = command.stderr(Stdio::inherit()).output().unwrap();
    let listed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(listed["items"], admin.get("/clusters").ok(200)["items"]);
}

/// HEAD is answered as GET is, without the body.
fn head(shop: &Shop) {
    for path in ["/promotions", "/auth/me"] {
        let answer = shop.alice.call("HEAD", path, None);
        assert_eq!((answer.status, answer.text.as_str()), (200, ""), "{path}");
    }
    assert_eq!(shop.alice.call("HEAD", "/tokens", None).status, 403);
}

fn by_actor(shop: &Shop) {
    let listed: BTreeSet<String> = shop
        .admin
        .audit("&actor=admin")
        .iter()
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .collect();
    let exported = shop.admin.get("/audit/export?actor=admin").text;
    let leaves = exported.lines().filter_map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        Some(line.pointer("/leaf/record/event/id")?.as_str().unwrap().to_owned())
    });
    assert_eq!(leaves.collect::<BTreeSet<_>>(), listed, "{}", exported.lines().nth(1).unwrap());
    assert!(listed.len() > 3);
    let (code, said) = verify(&shop.server, &exported);
    assert_eq!(code, Some(0), "{said}");
    let nobodys = shop.admin.get("/audit/export?actor=nobody").text;
    assert!(!nobodys.lines().any(|line| line.starts_with("{\"leaf\"")), "{nobodys}");
}
