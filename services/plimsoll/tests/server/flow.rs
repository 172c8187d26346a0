//! A promotion from the first request to the merge, over REST and in a real repository.

use std::thread;

use serde_json::{Value, json};

use crate::audit;
use crate::client::Client;
use crate::repository::{NEW, OLD, Repository, web};
use crate::server::Server;

/// People of the shop, at a server that knows its cluster and its application.
pub(crate) struct Shop {
    pub(crate) repository: Repository,
    pub(crate) server: Server,
    pub(crate) admin: Client,
    pub(crate) alice: Client,
    pub(crate) bob: Client,
}

impl Shop {
    pub(crate) fn open(settings: &[&str]) -> Self {
        Self::of(Repository::new(), settings)
    }

    /// The people of the application that `plimsoll.yaml` of a repository describes.
    pub(crate) fn of(repository: Repository, settings: &[&str]) -> Self {
        let server = Server::start(repository.directory.path(), settings);
        let admin = server.admin();
        admin.post("/clusters", &json!({"name": "eu"})).ok(201);
        admin.post("/workloads", &json!({"repo": repository.url(), "path": "plimsoll.yaml"})).ok(201);
        let (alice, bob) = (admin.caller("alice", "requester"), admin.caller("bob", "approver"));
        Self { repository, server, admin, alice, bob }
    }

    /// A complete preview.
    pub(crate) fn preview(&self) -> Value {
        self.alice.post("/promotions?wait=60", &to_production("shop")).ok(200)
    }

    pub(crate) fn approve(&self, id: &str) -> Value {
        self.bob.post(&format!("/promotions/{id}/approve"), &json!({})).ok(200)
    }
}

pub(crate) fn to_production(application: &str) -> Value {
    json!({"application": application, "from": "staging", "to": "production"})
}

pub(crate) fn id(promotion: &Value) -> String {
    promotion["promotion_id"].as_str().unwrap().to_owned()
}

pub(crate) fn carried(preview: &Value) -> Vec<&str> {
    let carried = preview["plan"]["carried"].as_array().unwrap().iter();
    carried.map(|item| item["place"].as_str().unwrap()).collect()
}

const IMAGE: &str = "Deployment/web:spec.template.spec.containers[name=web].image";

#[test]
fn a_promotion_from_the_request_to_the_merge() {
    let shop = Shop::open(&[]);
    workloads(&shop);
    forms_of_a_request(&shop);
    let preview = shop.preview();
    parts_of_the_preview(&shop, &preview);
    decisions(&shop, &preview);
    let promotion = id(&preview);
    let follower = {
        let (alice, path) = (shop.alice.clone(), format!("/promotions/{promotion}/events"));
        thread::spawn(move || alice.get(&path).text)
    };
    pushed(&shop, &preview);
    twice(&shop, &promotion);
    merged(&shop, &promotion);
    told(&shop, &promotion, &follower.join().unwrap());
    next_is_three_way(&shop, &preview);
    lists(&shop);
    audit::logs(&shop, &promotion);
    audit::export(&shop);
}

fn workloads(shop: &Shop) {
    let found = shop.alice.get("/workloads/shop").ok(200);
    assert_eq!(
        (&found["repository"], &found["path"]),
        (&json!(shop.repository.url()), &json!("plimsoll.yaml"))
    );
    let made = shop.admin.post("/workloads", &shop.repository.application("kiosk", 1)).ok(201);
    assert_eq!((&made["name"], &made["path"]), (&json!("kiosk"), &Value::Null));
    let listed = shop.alice.get("/workloads").ok(200);
    let names: Vec<&Value> = listed["items"].as_array().unwrap().iter().map(|item| &item["name"]).collect();
    assert_eq!(names, ["kiosk", "shop"]);
    assert_eq!(shop.admin.post("/workloads", &shop.repository.application("kiosk", 1)).status, 409);
}

fn forms_of_a_request(shop: &Shop) {
    let by_namespaces = json!({"cluster_id": "eu", "workload_name": "kiosk",
        "source_namespace": "shop-staging", "target_namespace": "shop"});
    let first = shop.alice.post("/promotions/preview?wait=60", &by_namespaces).ok(200);
    assert_eq!((&first["application"], &first["status"]), (&json!("kiosk"), &json!("preview")));
    let head = shop.repository.git(&["rev-parse", "main"]);
    let workload = shop.alice.get("/workloads/kiosk").ok(200)["id"].clone();
    let by_target =
        json!({"workload_id": workload, "target_cluster_id": "eu", "git_commit": head, "user_id": "alice"});
    let second = shop.alice.post("/promotions/preview?wait=60", &by_target).ok(200);
    assert_eq!(second["from"]["commit"], json!(head));
    // Of two that nobody has decided about, the newer one stands.
    shop.alice.until_status(&id(&first), "superseded");
    let theirs = json!({"workload_id": "kiosk", "target_cluster_id": "eu", "user_id": "bob"});
    shop.alice.post("/promotions/preview", &theirs).refused(422, "USER_MISMATCH");

    let answer = shop.alice.post("/promotions?wait=0", &to_production("kiosk"));
    assert_eq!(answer.status, 202, "{}", answer.text);
    let third = id(&answer.json);
    assert_eq!(answer.header("location"), Some(format!("/api/v1/promotions/{third}").as_str()));
    shop.alice.until_status(&third, "preview");
    let rejected = format!("/promotions/{third}/reject");
    let stranger = shop.admin.caller("dora", "requester");
    stranger.post(&rejected, &json!({})).refused(403, "FORBIDDEN");
    let answer = shop.bob.call("PATCH", &rejected, Some(&json!({"comment": "not today"}))).ok(200);
    assert_eq!(answer["status"], "rejected");
    shop.bob.post(&format!("/promotions/{third}/approve"), &json!({})).refused(409, "PROMOTION_CLOSED");
}

fn parts_of_the_preview(shop: &Shop, preview: &Value) {
    // Nothing is known of an earlier promotion, so the image alone is carried: 2 and 6 replicas are a candidate.
    assert_eq!((preview["base"].clone(), carried(preview)), (Value::Null, vec![IMAGE]));
    let id = id(preview);
    let part = |path: &str| shop.alice.get(&path.replace("ID", &id)).ok(200);
    let change = &part("/promotions/ID/diff")["diff"]["changes"][0];
    assert_eq!((&change["before"], &change["after"]), (&json!(OLD), &json!(NEW)));
    assert_eq!(part("/promotions/ID/cost"), part("/cost_previews/ID"));
    assert_eq!(part("/cost_previews/ID")["estimated_cost"], preview["estimated_cost"]);
    assert_eq!(part("/promotions/ID/risk")["findings"], part("/risk_explanations/ID")["findings"]);
    assert_eq!(part("/promotions/ID/risk")["risk_level"], preview["risk_level"]);
    assert_eq!(part("/promotions/ID/explanation")["explanation"], preview["explanation"]);
    assert_eq!(part("/promotions/ID/preview")["plan"], preview["plan"]);
    assert_eq!(preview["explanation"].as_str().unwrap().lines().next(), preview["headline"].as_str());
}

fn decisions(shop: &Shop, preview: &Value) {
    let path = format!("/promotions/{}/approve", id(preview));
    shop.alice.post(&path, &json!({})).refused(403, "FORBIDDEN");
    let alice = shop.admin.caller("alice", "approver");
    alice.post(&path, &json!({})).refused(403, "SELF_APPROVAL");
    let wrong = json!({"preview_hash": "0".repeat(64)});
    let refused = shop.bob.post(&path, &wrong);
    refused.refused(409, "PREVIEW_HASH_MISMATCH");
    assert_eq!(refused.json["error"]["details"]["preview_hash"], preview["preview_hash"]);
    shop.bob.post(&path, &json!({"user_id": "alice"})).refused(422, "USER_MISMATCH");
    assert!(shop.repository.branches().is_empty());
}

fn pushed(shop: &Shop, preview: &Value) {
    let id = id(preview);
    let decision = json!({"preview_hash": preview["preview_hash"], "user_id": "bob", "comment": "ship it"});
    let approved = shop.bob.call("PATCH", &format!("/promotions/{id}/approve"), Some(&decision)).ok(200);
    assert_eq!(approved["approved_by"], json!(["bob"]));
    let open = shop.alice.until_status(&id, "open");
    let branch = open["branch"].as_str().unwrap();
    assert_eq!(shop.repository.branches(), [branch]);
    assert_eq!(open["commit"].as_str(), Some(shop.repository.git(&["rev-parse", branch]).as_str()));
    let trailers = shop.repository.git(&["log", "-1", "--format=%(trailers:only,unfold)", branch]);
    let hash = preview["preview_hash"].as_str().unwrap();
    let expected = format!("Plimsoll-Promotion: {id}\nPlimsoll-Preview-Hash: {hash}\nApproved-by: bob");
    assert_eq!(trailers, expected);
    // One commit, in which one line of one file differs: comments and quotes stay as they were.
    assert_eq!(shop.repository.git(&["rev-list", "--count", &format!("main..{branch}")]), "1");
    assert_eq!(shop.repository.git(&["diff", "--name-only", "main", branch]), "production/web.yaml");
    assert_eq!(shop.repository.read(branch, "production/web.yaml"), web("shop", NEW, 6));
}

fn twice(shop: &Shop, id: &str) {
    let path = format!("/promotions/{id}/approve");
    shop.bob.post(&path, &json!({})).refused(409, "ALREADY_APPROVED");
    let carol = shop.admin.caller("carol", "approver");
    carol.post(&path, &json!({})).refused(409, "ALREADY_APPROVED");
    shop.bob.post(&format!("/promotions/{id}/reject"), &json!({})).refused(409, "PROMOTION_CLOSED");
}

fn merged(shop: &Shop, id: &str) {
    let branch = shop.alice.promotion(id)["branch"].as_str().unwrap().to_owned();
    let commit = shop.repository.squash_merge(&branch);
    shop.alice.until_status(id, "merged");
    let seen = shop.admin.audit(&format!("&promotion_id={id}&type=PromotionMerged"));
    assert_eq!(seen[0]["data"]["commit"], json!(commit));
}

/// What somebody was told who followed it from the approval on.
fn told(shop: &Shop, id: &str, followed: &str) {
    let lines = |text: &str, field: &str| -> Vec<String> {
        let values = text.lines().filter_map(|line| line.strip_prefix(field).map(str::to_owned));
        values.collect()
    };
    let expected = [
        "PreviewRequested",
        "PreviewCompleted",
        "ApprovalGiven",
        "PromotionApproved",
        "PromotionOpened",
        "PromotionMerged",
    ];
    let expected = expected.map(|name| format!("plimsoll.promotion.v1.{name}"));
    let events: Vec<String> =
        lines(followed, "event: ").into_iter().filter(|name| !name.ends_with("CommandRefused")).collect();
    assert_eq!(events, expected);
    let numbers = lines(followed, "id: ");
    let path = format!("/api/v1/promotions/{id}/events");
    let from = [("last-event-id", numbers[numbers.len() - 2].as_str())];
    let rest = shop.alice.try_call("GET", &path, &from, None).unwrap();
    assert_eq!(rest.header("content-type"), Some("text/event-stream"));
    assert_eq!(lines(&rest.text, "event: "), expected[5..]);
}

fn next_is_three_way(shop: &Shop, first: &Value) {
    let advanced = shop.preview();
    assert_eq!((&advanced["obstacle"], carried(&advanced)), (&json!("NOTHING_TO_PROMOTE"), vec![]));
    shop.bob
        .post(&format!("/promotions/{}/approve", id(&advanced)), &json!({}))
        .refused(409, "NOTHING_TO_PROMOTE");

    let newer = web("shop-staging", "registry.example/web:1.3.0", 2);
    shop.repository.write(
        "staging/web.yaml",
        &newer.replace("spec:\n  replicas", "spec:\n  minReadySeconds: 10\n  replicas"),
    );
    shop.repository.publish("web 1.3.0, which starts slowly");
    let next = shop.preview();
    assert_eq!(next["base"]["commit"], first["from"]["commit"], "the base is what was promoted");
    // That staging's pods start slowly is news since then, and is carried; without a base it would be a candidate.
    assert_eq!(carried(&next), ["Deployment/web:spec.minReadySeconds", IMAGE]);
}

fn lists(shop: &Shop) {
    let of = |query: &str| -> Vec<String> {
        let page = shop.alice.get(&format!("/promotions?{query}")).ok(200);
        page["items"].as_array().unwrap().iter().map(id).collect()
    };
    // Three of the kiosk; of the shop one that was merged, one that had nothing to promote, one that waits.
    let all = of("limit=200");
    assert_eq!((all.len(), of("application=kiosk").len(), of("application=shop").len()), (6, 3, 3));
    assert_eq!((of("status=merged").len(), of("status=rejected").len(), of("status=open").len()), (1, 1, 0));
    assert_eq!((of("requested_by=alice").len(), of("requested_by=bob").len()), (6, 0));
    assert_eq!((of("to=production").len(), of("to=staging").len()), (6, 0));
    let (mut paged, mut query) = (Vec::new(), "/promotions?limit=4".to_owned());
    loop {
        let page = shop.alice.get(&query).ok(200);
        paged.extend(page["items"].as_array().unwrap().iter().map(id));
        let Some(next) = page["next_cursor"].as_str() else { break };
        query = format!("/promotions?limit=4&cursor={next}");
    }
    assert_eq!(paged, all);
    shop.alice.get("/promotions?limit=0").refused(400, "QUERY_INVALID");
    shop.alice.get("/promotions?cursor=abc").refused(400, "QUERY_INVALID");
}
