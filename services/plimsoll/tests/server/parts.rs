//! The services in several processes, on one database.

use std::process::Child;

use embedded_postgres::testing::TestPostgres;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::audit::verify;
use crate::client::eventually;
use crate::flow::{id, to_production};
use crate::repository::{NEW, Repository, web};
use crate::server::{Server, free_port, plimsoll, program, send, text};

pub(crate) fn database() -> String {
    Runtime::new()
        .unwrap()
        .block_on(async { TestPostgres::shared().await.database().await.url().as_str().to_owned() })
}

/// A promotion from the request to the branch, and a log that verifies.
fn promoted(repository: &Repository, server: &Server) {
    let admin = server.admin();
    admin.post("/workloads", &json!({"repo": repository.url(), "path": "plimsoll.yaml"})).ok(201);
    let (alice, bob) = (admin.caller("alice", "requester"), admin.caller("bob", "approver"));
    let promotion = id(&alice.post("/promotions?wait=60", &to_production("shop")).ok(200));
    bob.post(&format!("/promotions/{promotion}/approve"), &json!({})).ok(200);
    alice.until_status(&promotion, "open");
    assert_eq!(repository.read(&format!("plimsoll/{promotion}"), "production/web.yaml"), web("shop", NEW, 6));
    let export = eventually("the audit has every event of the promotion", || {
        let export = admin.get("/audit/export").text;
        export.contains("PromotionOpened").then_some(export)
    });
    let (code, said) = verify(server, &export);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_promotion_goes_through_two_processes_that_call_each_other() {
    let (repository, database) = (Repository::new(), database());
    let directory = repository.directory.path();
    let catalog = format!("127.0.0.1:{}", free_port());
    let there = format!("services.catalog={catalog}");
    let mut doors = Server::part(directory, "promotion,gitops,audit,gateway", &database, &[&there]);
    doors.spawn();
    let keys = doors.keys();
    eventually("the keys of the installation", || keys.join("audit.key").exists().then_some(()));
    let (listen, keys) = (format!("services.listen={catalog}"), format!("keys.directory={}", keys.display()));
    let mut engines = Server::part(directory, "catalog,diff,cost,risk,explain", &database, &[&listen, &keys]);
    engines.spawn();
    engines.ready();
    doors.ready();
    promoted(&repository, &doors);
    assert_eq!((engines.stop("TERM").code(), doors.stop("TERM").code()), (Some(0), Some(0)));
}

#[test]
fn a_service_runs_as_a_program_of_its_own() {
    let (repository, database) = (Repository::new(), database());
    let directory = repository.directory.path();
    let mut rest =
        Server::part(directory, "catalog,promotion,diff,cost,risk,explain,audit,gateway", &database, &[]);
    rest.spawn();
    rest.ready();
    let mirrors = format!("gitops.mirrors={}", directory.join("histories").display());
    let mut command = program("gitops");
    for setting in [&mirrors, "git.allow_local=true", "gitops.serve.poll_seconds=1"] {
        command.args(["--set", setting]);
    }
    let _gitops = Program(command.env("PLIMSOLL_POSTGRES__URL", &database).spawn().unwrap());
    promoted(&repository, &rest);
}

/// A process that ends with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        send("TERM", self.0.id());
        let _ = self.0.wait();
    }
}

#[test]
fn a_part_that_cannot_be_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let said = |only: &str| {
        let data = directory.path().join("data");
        let output = plimsoll().args(["up", "--only", only, "--data"]).arg(data).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        text(&output)
    };
    let unknown = said("diff,prices");
    let names = "catalog, promotion, diff, cost, risk, explain, gitops, audit, gateway";
    assert!(unknown.contains("prices") && unknown.contains(names), "{unknown}");
    let alone = said("diff,cost");
    assert!(alone.contains("error[CONFIG_INVALID]") && alone.contains("DATABASE_URL"), "{alone}");
}
