//! Every endpoint, by every role, and with what belongs to another organisation.

use std::collections::BTreeSet;

use access::{ENDPOINTS, Endpoint, Role};
use serde_json::{Value, json};

use crate::client::{Client, eventually};
use crate::flow::{Shop, id, to_production};

/// What an organisation has, by its identifiers.
struct Belongings {
    promotion: String,
    cluster: String,
    workload: String,
    token: String,
    record: String,
}

impl Belongings {
    fn of(shop: &Shop) -> Self {
        let first = |path: &str, name: &str| {
            let page = shop.admin.get(path).ok(200);
            page["items"][0][name].as_str().unwrap().to_owned()
        };
        Self {
            promotion: id(&shop.preview()),
            cluster: first("/clusters", "id"),
            workload: first("/workloads", "id"),
            token: first("/tokens", "token_id"),
            record: first("/audit_logs", "id"),
        }
    }

    /// The path of an endpoint, with what belongs to this organisation in it.
    fn path(&self, endpoint: &Endpoint) -> String {
        let own = match endpoint.path.split('/').nth(1).unwrap() {
            "tokens" => &self.token,
            "clusters" => &self.cluster,
            "workloads" => &self.workload,
            "audit_logs" => &self.record,
            _ => &self.promotion,
        };
        let path = endpoint.path.replace("{service}", "promotion").replace("{number}", "1");
        path.replace("{id}", own).replace("{promotion_id}", own)
    }
}

/// A body that is in order.
fn body(endpoint: &Endpoint, shop: &Shop) -> Option<Value> {
    match (endpoint.method, endpoint.path) {
        ("GET" | "DELETE", _) => None,
        (_, path) if path.starts_with("/clusters") => Some(json!({"name": "mine"})),
        (_, path) if path.starts_with("/workloads") => Some(shop.repository.application("mine", 1)),
        (_, path) if path.ends_with("/discard") => Some(json!({"reason": "it is wrong"})),
        (_, "/tokens") => Some(json!({"user": "eve", "role": "admin"})),
        (_, "/promotions") => Some(to_production("shop")),
        (_, "/promotions/preview") => Some(json!({"workload_id": "shop", "target_cluster_id": "eu"})),
        _ => Some(json!({})),
    }
}

#[test]
fn nobody_gets_through_a_door_that_is_not_theirs() {
    let mut shop = Shop::open(&["gateway.burst=10000"]);
    let belongings = Belongings::of(&shop);
    roles(&shop, &belongings);
    shop.server.stop("TERM");
    shop.server.spawn_with(&["organisation.name=other"]);
    shop.server.ready();
    let other = shop.server.admin_by("admin-other.token");
    strangers(&shop, &belongings, &other);
    // What belongs to the first organisation is as it was, and its own people still come in.
    let promotion = shop.alice.promotion(&belongings.promotion);
    assert_eq!(promotion["status"], "preview", "{promotion}");
    for path in ["clusters/eu", "workloads/shop"] {
        shop.alice.get(&format!("/{path}")).ok(200);
    }
}

fn roles(shop: &Shop, belongings: &Belongings) {
    let people = [(Role::Requester, "rosa"), (Role::Approver, "abel")];
    let mut expected = BTreeSet::new();
    for (role, user) in people {
        let client = shop.admin.caller(user, &role.to_string());
        for endpoint in ENDPOINTS.iter().filter(|endpoint| role < endpoint.role) {
            let answer =
                client.call(endpoint.method, &belongings.path(endpoint), body(endpoint, shop).as_ref());
            assert_eq!(
                (answer.status, answer.code()),
                (403, "FORBIDDEN"),
                "{user}: {endpoint:?}: {}",
                answer.text
            );
            expected.insert((
                user.to_owned(),
                endpoint.method.to_owned(),
                format!("/api/v1{}", endpoint.path),
            ));
        }
    }
    // 17 endpoints are for admins, and two of approving and two of waivers for approvers.
    assert_eq!(expected.len(), 17 + 4 + 17);
    let text = |event: &Value, name: &str| event["data"][name].as_str().unwrap().to_owned();
    eventually("every refusal is an event", || {
        let events = shop.admin.audit("&type=AccessRefused");
        let found: BTreeSet<(String, String, String)> = (events.iter())
            .map(|event| (text(event, "user"), text(event, "method"), text(event, "route")))
            .collect();
        (found == expected && events.len() == expected.len()).then_some(())
    });
}

fn strangers(shop: &Shop, belongings: &Belongings, other: &Client) {
    let me = eventually("the projections know the organisation", || {
        let me = other.get("/auth/me").ok(200);
        (me["organisation"]["name"] == "other").then_some(me)
    });
    assert_eq!(me["role"], "admin");
    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.path.contains('{')) {
        let path = belongings.path(endpoint);
        let nowhere = Belongings::nowhere().path(endpoint);
        let answer = other.call(endpoint.method, &path, body(endpoint, shop).as_ref());
        assert_eq!(answer.status, 404, "{endpoint:?}: {}", answer.text);
        // What does not exist at all is answered with the very same words, but for what was asked for.
        let absent = other.call(endpoint.method, &nowhere, body(endpoint, shop).as_ref());
        let named = |text: &str, path: &str| {
            path.split('/').fold(text.to_owned(), |text, part| match part.len() {
                36 => text.replace(part, "ID"),
                _ => text,
            })
        };
        assert_eq!(
            (absent.status, named(&absent.text, &nowhere)),
            (404, named(&answer.text, &path)),
            "{endpoint:?}"
        );
    }
    for name in ["shop", "eu"] {
        other.get(&format!("/workloads/{name}")).refused(404, "APPLICATION_NOT_FOUND");
        other.get(&format!("/clusters/{name}")).refused(404, "CLUSTER_NOT_FOUND");
    }
    for path in ["/promotions", "/clusters", "/workloads", "/dead-letters"] {
        assert_eq!(other.get(path).ok(200)["items"], json!([]), "{path}");
    }
    other.post("/promotions", &to_production("shop")).refused(404, "APPLICATION_NOT_FOUND");
    let tokens = other.get("/tokens").ok(200)["items"].as_array().unwrap().len();
    assert_eq!(tokens, 1);
    // Their own attempts are in their log, and nothing of what others did.
    let org = me["organisation"]["id"].as_str().unwrap();
    let exported = other.get("/audit/export").text;
    let leaves: Vec<&str> = exported.lines().filter(|line| line.starts_with("{\"leaf\"")).collect();
    assert!(leaves.len() > 5 && leaves.iter().all(|line| line.contains(&format!("\"org\":\"{org}\""))));
    let listed = other.audit("");
    let actors: BTreeSet<&str> = listed.iter().map(|event| event["actor"].as_str().unwrap()).collect();
    let theirs = ["alice", "bob", "rosa", "abel"];
    assert!(actors.contains("admin") && !theirs.iter().any(|user| actors.contains(user)), "{actors:?}");
}

impl Belongings {
    /// What nobody has.
    fn nowhere() -> Self {
        let nothing = || "01a1ff8b-0000-7000-8000-000000000000".to_owned();
        Self {
            promotion: nothing(),
            cluster: nothing(),
            workload: nothing(),
            token: nothing(),
            record: nothing(),
        }
    }
}
