//! Requests that are not as they should be, and the document that says how they should be.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use access::ENDPOINTS;
use serde_json::{Value, json};

use crate::client::Client;
use crate::repository::Repository;
use crate::server::Server;

#[test]
fn what_is_no_request_is_refused_in_words() {
    let repository = Repository::new();
    let settings = [
        "gateway.max_body_bytes=4096",
        "gateway.read_timeout_seconds=1",
        "gateway.burst=60",
        "gateway.requests_per_minute=1",
    ];
    let server = Server::start(repository.directory.path(), &settings);
    let admin = server.admin();
    tokens(&server, &admin.caller("tess", "requester"));
    bodies(&admin.caller("bea", "admin"));
    let token = admin.post("/tokens", &json!({"user": "sly", "role": "admin"})).ok(201);
    slow_and_large(&server, token["token"].as_str().unwrap());
    limits(&admin.caller("hasty", "requester"));
    // One that asks too often is no reason to let others wait.
    admin.get("/auth/me").ok(200);
    document(&server);
}

fn tokens(server: &Server, tess: &Client) {
    let missing = server.client(None).get("/promotions");
    missing.refused(401, "TOKEN_MISSING");
    assert_eq!(missing.header("www-authenticate"), Some("Bearer realm=\"plimsoll\""));
    let good = server.admin().post("/tokens", &json!({"user": "tom", "role": "requester"})).ok(201);
    let (good, token_id) = (good["token"].as_str().unwrap(), good["token_id"].as_str().unwrap());
    server.client(Some(good)).get("/auth/me").ok(200);
    let last = if good.ends_with('A') { "Q" } else { "A" };
    let altered = format!("{}{last}", &good[..good.len() - 1]);
    let unknown = format!("plimsoll_{}", "A".repeat(86));
    for wrong in
        ["plimsoll_", "hunter2", &good[1..], &altered, &unknown, &good.to_uppercase(), &"x".repeat(3000)]
    {
        let answer = server.client(Some(wrong)).get("/auth/me");
        answer.refused(401, "TOKEN_INVALID");
        assert!(!answer.text.contains(&wrong[1..]), "{}", answer.text);
    }
    let basic = [("authorization", "Basic YWxpY2U6aHVudGVyMg==")];
    let answer = server.client(None).try_call("GET", "/api/v1/auth/me", &basic, None).unwrap();
    answer.refused(401, "TOKEN_MISSING");
    server.admin().call("DELETE", &format!("/tokens/{token_id}"), None).ok(204);
    server.client(Some(good)).get("/auth/me").refused(401, "TOKEN_INVALID");
    server.admin().call("DELETE", &format!("/tokens/{token_id}"), None).refused(404, "TOKEN_NOT_FOUND");
    tess.get("/nothing/here").refused(404, "NOT_FOUND");
    tess.call("PUT", "/promotions", Some(&json!({}))).refused(405, "METHOD_NOT_ALLOWED");
    tess.get("/promotions/none-of-ours").refused(404, "PROMOTION_NOT_FOUND");
}

fn bodies(bea: &Client) {
    let sent = |body: &[u8], kind: &str| {
        bea.try_call("POST", "/api/v1/clusters", &[("content-type", kind)], Some(body)).unwrap()
    };
    let json = "application/json";
    sent(b"name: eu", "application/yaml").refused(415, "BODY_NOT_JSON");
    sent(b"name=eu", "application/x-www-form-urlencoded").refused(415, "BODY_NOT_JSON");
    for wrong in [&b"{\"name\": "[..], b"", b"{\"name\": \"eu\"} and more", b"\xff\xfe", b"{'name': 'eu'}"] {
        sent(wrong, json).refused(400, "JSON_INVALID");
    }
    let unknown = sent(b"{\"name\": \"eu\",\n \"zone\": \"a\"}", json);
    unknown.refused(422, "BODY_INVALID");
    assert_eq!(unknown.json["error"]["details"]["line"], 2);
    assert!(unknown.text.contains("zone"), "{}", unknown.text);
    for wrong in [&b"{}"[..], b"{\"name\": 7}", b"[]", b"null"] {
        sent(wrong, json).refused(422, "BODY_INVALID");
    }
    let deep = "[".repeat(2000);
    assert!(matches!(sent(deep.as_bytes(), json).status, 400 | 422));
    sent(format!("{{\"name\": \"{}\"}}", "x".repeat(5000)).as_bytes(), json).refused(413, "BODY_TOO_LARGE");
    sent(b"{\"name\": \"eu\"}", "Application/JSON; charset=utf-8").ok(201);
    bea.post("/tokens", &json!({"user": "eve\nApproved-by: bob", "role": "approver"}))
        .refused(422, "USER_INVALID");
    bea.post("/tokens", &json!({"user": "eve", "role": "owner"})).refused(422, "BODY_INVALID");
    bea.get("/promotions?limit=many").refused(400, "QUERY_INVALID");
    bea.post("/promotions?wait=61", &json!({"application": "a", "from": "b", "to": "c"}))
        .refused(400, "QUERY_INVALID");
}

/// What is answered to bytes that end here, while the connection stays open.
fn answered(server: &Server, bytes: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(bytes.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn slow_and_large(server: &Server, token: &str) {
    let head = |length: usize| {
        format!(
            "POST /api/v1/clusters HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        )
    };
    // Not a byte of the body is sent: it is refused for what it says of itself.
    let large = answered(server, &head(4097));
    assert!(large.starts_with("HTTP/1.1 413 ") && large.contains("BODY_TOO_LARGE"), "{large}");
    let slow = answered(server, &format!("{}{{", head(14)));
    assert!(slow.starts_with("HTTP/1.1 408 ") && slow.contains("BODY_TIMEOUT"), "{slow}");
    let no_head = answered(server, "GET /api/v1/promotions HTTP/1.1\r\nhost: localhost\r\n");
    assert!(no_head.is_empty() || no_head.starts_with("HTTP/1.1 408 "), "{no_head}");
}

fn limits(hasty: &Client) {
    // A minute brings one more, so that none comes back while this runs, or one at most.
    let mut answers = (0..62).map(|_| hasty.get("/auth/me"));
    let first = answers.next().unwrap();
    assert_eq!(
        (first.header("ratelimit-limit"), first.header("ratelimit-remaining")),
        (Some("60"), Some("59"))
    );
    let refused = answers.find(|answer| answer.status != 200).unwrap();
    refused.refused(429, "RATE_LIMITED");
    assert_eq!(refused.header("ratelimit-remaining"), Some("0"));
    let wait: u32 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=61).contains(&wait), "{wait}");
}

fn document(server: &Server) {
    let document = server.client(None).get("/openapi.json").ok(200);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."), "{}", document["openapi"]);
    let mut described = BTreeSet::new();
    let mut names = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let path = path.strip_prefix("/api/v1").unwrap().to_owned();
            described.insert((method.to_uppercase(), path));
            names.push(operation["operationId"].as_str().unwrap().to_owned());
            assert!(operation["responses"].get("4XX").is_some(), "{names:?}");
        }
    }
    let served: BTreeSet<(String, String)> =
        ENDPOINTS.iter().map(|endpoint| (endpoint.method.to_owned(), endpoint.path.to_owned())).collect();
    assert_eq!(described, served);
    let unique: BTreeSet<&String> = names.iter().collect();
    assert_eq!(unique.len(), names.len(), "{names:?}");
    assert_ne!(document["security"], Value::Null);
}
