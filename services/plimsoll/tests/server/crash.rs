//! Killed again and again, at moments that a seed chooses: what was acknowledged is there, and nothing is there twice.
//!
//! `PLIMSOLL_CRASHES` says how often the server is killed; Postgres below it is killed a fifth as often.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use seeded::Lot;
use serde_json::{Value, json};

use crate::audit::verify;
use crate::client::{Answer, Client, eventually};
use crate::flow::to_production;
use crate::repository::{NEW, Repository, web};
use crate::server::{Server, send};

/// What was answered, and so has to be there for ever.
#[derive(Default)]
struct Acknowledged {
    /// Promotion and application.
    requested: Vec<(String, String)>,
    approved: Vec<String>,
}

/// Somebody who drives one promotion after another, and asks again whenever no answer comes.
struct Driver {
    repository: Repository,
    admin: Client,
    alice: Client,
    bob: Client,
    acknowledged: Mutex<Acknowledged>,
    steps: AtomicU64,
    enough: AtomicBool,
}

#[test]
fn a_server_that_is_killed_at_any_moment_loses_nothing_and_does_nothing_twice() {
    let crashes = std::env::var("PLIMSOLL_CRASHES").map_or(8, |count| count.parse().unwrap());
    let repository = Repository::new();
    // One promotion of many applications a minute is many requests of one token.
    let calm = ["gateway.burst=100000", "gateway.requests_per_minute=100000"];
    let mut server = Server::start(repository.directory.path(), &calm);
    let driver = Driver::new(repository, &server);
    let mut lot = Lot::new(0x506c_696d_736f_6c6c);
    thread::scope(|scope| {
        for lane in 0..2 {
            let driver = &driver;
            scope.spawn(move || driver.drive(lane));
        }
        // However this ends, the drivers have to.
        let _ending = Ending(&driver.enough);
        for crash in 0..crashes {
            driver.go_on(&mut lot);
            server.kill();
            server.spawn();
            // One in four is killed before it is ready.
            if lot.below(4) == 0 {
                thread::sleep(Duration::from_millis(lot.below(900)));
                server.kill();
                server.spawn();
            }
            server.ready();
            if crash % 5 == 4 {
                driver.go_on(&mut lot);
                kill_postgres(&server);
            }
        }
    });
    driver.judge(&server);
}

struct Ending<'a>(&'a AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn kill_postgres(server: &Server) {
    let old = server.postgres().unwrap();
    send("KILL", old);
    eventually("another Postgres", || server.postgres().filter(|pid| *pid != old));
}

impl Driver {
    fn new(repository: Repository, server: &Server) -> Self {
        let admin = server.admin();
        let (alice, bob) = (admin.caller("alice", "requester"), admin.caller("bob", "approver"));
        let acknowledged = Mutex::default();
        let (steps, enough) = (AtomicU64::new(0), AtomicBool::new(false));
        Self { repository, admin, alice, bob, acknowledged, steps, enough }
    }

    /// Waits until the drivers have come some steps further, and then a moment.
    fn go_on(&self, lot: &mut Lot) {
        let until = self.steps.load(Ordering::SeqCst) + lot.below(4);
        eventually("the drivers go on", || (self.steps.load(Ordering::SeqCst) >= until).then_some(()));
        thread::sleep(Duration::from_millis(lot.below(300)));
    }

    fn drive(&self, lane: u32) {
        for round in 0.. {
            if self.enough.load(Ordering::SeqCst) {
                return;
            }
            self.promote(&format!("app-{lane}-{round}"));
        }
    }

    /// Registers an application, asks for its promotion, approves it, and sees its branch.
    fn promote(&self, application: &str) {
        let document = self.repository.application(application, 1);
        let made = self.asked(&self.admin, "POST", "/workloads", &[], &document);
        // One that was made and not answered is there when it is made again.
        assert!(matches!(made.status, 201 | 409), "{}", made.text);
        self.step();
        let key = [("idempotency-key", application)];
        let requested =
            self.asked(&self.alice, "POST", "/promotions?wait=2", &key, &to_production(application));
        assert!(matches!(requested.status, 200 | 202), "{}", requested.text);
        let id = requested.json["promotion_id"].as_str().unwrap().to_owned();
        self.acknowledged.lock().unwrap().requested.push((id.clone(), application.to_owned()));
        self.step();
        self.until(&id, "preview");
        self.step();
        let approved = self.asked(&self.bob, "POST", &format!("/promotions/{id}/approve"), &[], &json!({}));
        assert!(approved.status == 200 || approved.code() == "ALREADY_APPROVED", "{}", approved.text);
        self.acknowledged.lock().unwrap().approved.push(id.clone());
        self.step();
        self.until(&id, "open");
        self.step();
    }

    fn step(&self) {
        self.steps.fetch_add(1, Ordering::SeqCst);
    }

    fn until(&self, id: &str, status: &str) {
        eventually(&format!("{id} is {status}"), || {
            let found = self.asked(&self.alice, "GET", &format!("/promotions/{id}"), &[], &Value::Null);
            // The projections may be behind by an event or two.
            let now = found.json["status"].as_str().unwrap_or("requested").to_owned();
            assert!(matches!(now.as_str(), "requested" | "preview" | "approved" | "open"), "{}", found.text);
            (now == status).then_some(())
        });
    }

    /// An answer that is none of a server that is away.
    fn asked(
        &self,
        client: &Client,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        let body = (method != "GET").then(|| body.to_string().into_bytes());
        let headers = [headers, &[("content-type", "application/json")]].concat();
        let path = format!("/api/v1{path}");
        eventually(&path, || {
            let answer = client.try_call(method, &path, &headers, body.as_deref()).ok()?;
            assert!(answer.status < 500 || answer.status == 503, "{}", answer.text);
            (answer.status != 503).then_some(answer)
        })
    }

    fn judge(&self, server: &Server) {
        let acknowledged = self.acknowledged.lock().unwrap();
        assert!(acknowledged.approved.len() > 2, "too little happened to say anything");
        let mut branches = self.repository.branches();
        branches.sort();
        let mut expected: Vec<String> =
            acknowledged.approved.iter().map(|id| format!("plimsoll/{id}")).collect();
        expected.sort();
        assert_eq!(branches, expected, "one branch for each promotion, and no other");
        for branch in &branches {
            assert_eq!(self.repository.git(&["rev-list", "--count", &format!("main..{branch}")]), "1");
            assert_eq!(self.repository.read(branch, "production/web.yaml"), web("shop", NEW, 6));
        }
        self.audited(&acknowledged);
        let listed = self.admin.get("/promotions?limit=200").ok(200)["items"].as_array().unwrap().len();
        assert_eq!(
            listed,
            acknowledged.requested.len().min(200),
            "a request that was repeated made one promotion"
        );
        let letters = self.admin.get("/dead-letters").ok(200);
        assert_eq!(letters["items"], json!([]));
        let (code, said) = verify(server, &self.admin.get("/audit/export").text);
        assert_eq!(code, Some(0), "{said}");
    }

    /// Each event once, and the log's own record of them all.
    fn audited(&self, acknowledged: &Acknowledged) {
        for (name, ids) in [
            ("PreviewRequested", acknowledged.requested.iter().map(|(id, _)| id).collect::<Vec<_>>()),
            ("ApprovalGiven", acknowledged.approved.iter().collect()),
            ("PromotionApproved", acknowledged.approved.iter().collect()),
            ("PromotionOpened", acknowledged.approved.iter().collect()),
        ] {
            let expected = {
                let mut expected: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
                expected.sort_unstable();
                expected
            };
            let found = eventually(name, || {
                let found = self.admin.audit(&format!("&type={name}"));
                (found.len() >= expected.len()).then_some(found)
            });
            let mut found: Vec<&str> =
                found.iter().map(|event| event["data"]["promotion_id"].as_str().unwrap()).collect();
            found.sort_unstable();
            assert_eq!(found, expected, "{name}");
        }
    }
}
