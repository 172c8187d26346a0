//! No secret of a manifest is anywhere in the control plane: not in what it answers, not in what it keeps, not in what it logs,
//! not in what leaves it as traces.

use std::fs;

use embedded_postgres::testing::{TestDatabase, TestPostgres};
use serde_json::json;
use sqlx::PgPool;
use tokio::runtime::Runtime;

use crate::client::{Answer, Client};
use crate::flow::{id, to_production};
use crate::repository::{NEW, OLD, Repository, web};
use crate::server::Server;
use crate::sink::Sink;

/// Where secrets hide, each with a marker of its own.
const CANARIES: &str = include_str!("../it/secrets/canaries.yaml");

/// What nothing may hold. The other environment's secrets have a `z` where this one's have a `y`.
const MARKERS: [&str; 6] = ["canary", "canarz", "Y2FuYXJ5", "Y2FuYXJ6", "c2lnbmF0dXJl", "AKIAIOSFODNN7"];

fn other(text: &str) -> String {
    let pairs = [("canary", "canarz"), ("Y2FuYXJ5", "Y2FuYXJ6"), ("NN7CANARYX", "NN7CANARZX")];
    pairs.iter().fold(text.to_owned(), |text, (this, that)| text.replace(this, that))
}

/// A text as it is, and as Postgres writes the bytes of a column.
fn forms(text: &str) -> [String; 2] {
    [text.to_owned(), text.bytes().map(|byte| format!("{byte:02x}")).collect()]
}

#[track_caller]
fn no_marker(text: &str, what: &str) {
    for marker in MARKERS {
        for form in forms(marker) {
            let found = text
                .find(&form)
                .map(|at| text[at.saturating_sub(200)..].chars().take(240).collect::<String>());
            assert_eq!(found, None, "{marker} in {what}");
        }
    }
}

#[test]
fn no_secret_is_answered_kept_logged_or_traced() {
    let repository = Repository::new();
    // The shop has a Deployment of that name.
    let canaries = CANARIES.replace("\n  name: web\n", "\n  name: window\n");
    let release = canaries.replace("a:1", "a:2").replace("value: info", "value: debug");
    repository.write("staging/all.yaml", &other(&release));
    repository.write("production/all.yaml", &canaries);
    repository.publish("The canaries");
    let runtime = Runtime::new().unwrap();
    let database = runtime.block_on(async { TestPostgres::shared().await.database().await });
    let sink = Sink::start();
    let mut server = whole(&repository, &database, &sink);
    let admin = server.admin();
    admin.post("/clusters", &json!({"name": "eu"})).ok(201);
    admin.post("/workloads", &json!({"repo": repository.url(), "path": "plimsoll.yaml"})).ok(201);
    let (alice, bob) = (admin.caller("alice", "requester"), admin.caller("bob", "approver"));
    let first = previewed(&alice);
    bob.post(&format!("/promotions/{first}/reject"), &json!({})).ok(200);
    let opened = previewed(&alice);
    bob.post(&format!("/promotions/{opened}/approve"), &json!({})).ok(200);
    alice.until_status(&opened, "open");
    let failed = failed(&repository, &alice);
    answers(&admin, &[&first, &opened, &failed]);
    no_marker(&alice.get(&format!("/promotions/{first}/events")).text, "the events");
    let metrics = admin.try_call("GET", "/metrics", &[], None).unwrap();
    assert_eq!(metrics.status, 200);
    no_marker(&metrics.text, "the metrics");
    assert_eq!(server.stop("TERM").code(), Some(0));
    for stream in ["out", "err"] {
        no_marker(&fs::read_to_string(server.data.with_extension(stream)).unwrap(), stream);
    }
    let traced = sink.sent();
    assert!(
        traced.iter().any(|(_, body)| body.contains("push branch")),
        "what is looked through is what left"
    );
    traced.iter().for_each(|(_, body)| no_marker(body, "the traces"));
    let kept = runtime.block_on(async { rows(&database.pool().await).await });
    // What is looked through is what is kept: what may be seen of the same objects is there.
    let is_kept = |text: &str| kept.iter().any(|(_, row)| forms(text).iter().any(|form| row.contains(form)));
    for told in ["example.com/api-token", "(secret ", "a:2"] {
        assert!(is_kept(told), "{told} is looked for where it is");
    }
    kept.iter().for_each(|(table, row)| no_marker(row, table));
    // Git alone has the secrets, where the team has put them.
    let branch = repository.branches().remove(0);
    assert!(repository.read(&branch, "production/all.yaml").contains("canary-08"));
    assert_eq!(repository.read(&branch, "production/web.yaml"), web("shop", NEW, 6).replace(OLD, NEW));
}

/// Every service, on a database that this test may look into.
fn whole(repository: &Repository, database: &TestDatabase, sink: &Sink) -> Server {
    let services = "catalog,promotion,diff,cost,risk,explain,gitops,audit,gateway";
    let url = database.url().as_str();
    let mut server = Server::part(repository.directory.path(), services, url, &[&sink.setting()]);
    server.log = Some("trace");
    server.spawn();
    server.ready();
    server
}

fn previewed(alice: &Client) -> String {
    let preview = alice.post("/promotions?wait=60", &to_production("shop"));
    no_marker(&preview.text, "the answer to the request");
    let preview = preview.ok(200);
    let carried = preview["plan"]["carried"].to_string();
    assert!(carried.contains("all.yaml") || carried.contains("image"), "{preview}");
    id(&preview)
}

/// A manifest that cannot be read: the error is about a line with a secret.
fn failed(repository: &Repository, alice: &Client) -> String {
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  a: canary-70\n  a: canary-71\n";
    repository.write("staging/bad.yaml", secret);
    repository.publish("A key twice");
    let answer = alice.post("/promotions?wait=60", &to_production("shop"));
    no_marker(&answer.text, "the answer to a request that fails");
    answer.refused(422, "MANIFEST_DUPLICATE_KEY");
    answer.json["error"]["details"]["promotion_id"].as_str().unwrap().to_owned()
}

fn answers(admin: &Client, promotions: &[&String]) {
    let look = |path: &str| {
        let Answer { text, status, .. } = admin.get(path);
        no_marker(&text, &format!("{path} ({status})"));
        status
    };
    for path in ["/promotions", "/workloads", "/audit_logs?limit=200", "/audit/export", "/dead-letters"] {
        assert_eq!(look(path), 200, "{path}");
    }
    for promotion in promotions {
        assert_eq!(look(&format!("/promotions/{promotion}")), 200);
        for part in ["preview", "diff", "cost", "risk", "explanation"] {
            look(&format!("/promotions/{promotion}/{part}"));
        }
        look(&format!("/cost_previews/{promotion}"));
        look(&format!("/risk_explanations/{promotion}"));
    }
}

/// Every row of every table, as text.
async fn rows(pool: &PgPool) -> Vec<(String, String)> {
    let tables = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables \
                  WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(pool).await.unwrap();
    let mut rows = Vec::new();
    for table in tables {
        let query = format!("SELECT t::text FROM {table} t");
        let texts: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_all(pool).await.unwrap();
        rows.extend(texts.into_iter().map(|text| (table.clone(), text)));
    }
    rows
}
