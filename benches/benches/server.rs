//! `make bench`: a preview of 1,000 objects through the whole control plane (REST, gRPC, the event log's five hops, blobs,
//! projections), against the same engines called one after the other in this process on the same bytes; and how long
//! `plimsoll up` takes until it is ready.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench is where time is measured, and may fail"
)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use application::Policy;
use benches::{Figure, write_repository};
use cost_model::Assumptions;
use kube_model::Redactor;
use kube_model::yaml::Limits;
use preview::{DiffInput, Document as _, Selection, Side, Tree};
use price_book::PriceBook;
use serde_json::{Value, json};

const OBJECTS: usize = 1_000;
const PREVIEWS: usize = 40;
const STARTS: usize = 5;
const APPLICATION: &str = "apiVersion: plimsoll.dev/v1
kind: Application
metadata: {name: shop}
spec:
  environments:
    - {name: staging, path: staging}
    - {name: production, path: production}
  promotions: [{from: staging, to: production}]
";

fn main() {
    let plimsoll = std::env::var("PLIMSOLL_BIN").expect("PLIMSOLL_BIN names the binary");
    let directory = tempfile::tempdir().unwrap();
    let files = [("plimsoll.yaml", APPLICATION)];
    let (work, bare) = write_repository(directory.path(), OBJECTS, &files).unwrap();
    let data = directory.path().join("data");
    let starts: Vec<f64> = (0..=STARTS).map(|_| Server::start(&plimsoll, &data).ready_after).collect();
    let direct: Vec<f64> = (0..PREVIEWS).map(|_| directly(&work)).collect();
    let server = Server::start(&plimsoll, &data);
    server.register(&bare);
    server.preview();
    let through: Vec<f64> = (0..PREVIEWS).map(|_| server.preview()).collect();
    let (direct, through) = (Percentiles::of(direct), Percentiles::of(through));
    println!("| preview of {OBJECTS} objects | p50 s | p95 s |");
    println!("|---|---|---|");
    println!("| the engines called directly | {:.3} | {:.3} |", direct.p50, direct.p95);
    println!("| through the control plane | {:.3} | {:.3} |", through.p50, through.p95);
    println!("| ratio | {:.2} | {:.2} |", through.p50 / direct.p50, through.p95 / direct.p95);
    println!();
    println!("| plimsoll up, until ready | s: min, median, max |");
    println!("|---|---|");
    println!("| on a new data directory | {:.2} |", starts[0]);
    let Figure { min, median, max } = Figure::of(starts[1..].to_vec());
    println!("| on a warm one | {min:.2}, {median:.2}, {max:.2} |");
}

struct Percentiles {
    p50: f64,
    p95: f64,
}

impl Percentiles {
    fn of(mut seconds: Vec<f64>) -> Self {
        seconds.sort_by(f64::total_cmp);
        let at = |share: usize| seconds[(seconds.len() - 1) * share / 100];
        Self { p50: at(50), p95: at(95) }
    }
}

/// One preview by the engines alone; its seconds. Reading the files is not counted, writing the documents is.
fn directly(work: &Path) -> f64 {
    let (source, target) = (files(&work.join("staging")), files(&work.join("production")));
    let began = Instant::now();
    let input = DiffInput {
        source: tree("staging", &source),
        target: tree("production", &target),
        base: None,
        policy: &Policy::default(),
        selection: &Selection::default(),
        redactor: &Redactor::new(&[7; 32]),
        limits: &Limits::default(),
        shared: &std::collections::BTreeSet::new(),
        programs: &preview::NoPrograms,
    };
    let output = preview::diff(&input).unwrap();
    let cost =
        preview::cost(&output.rendered, &PriceBook::shipped().unwrap(), &Assumptions::default()).unwrap();
    let risk = preview::risk(&output.rendered, &output.plan, preview::of_nodes(None));
    let explanation = preview::explain(&output.plan, &output.changes, (&cost, None), &risk);
    output.rendered.write().unwrap();
    for written in
        [output.plan.write(), output.changes.write(), cost.write(), risk.write(), explanation.write()]
    {
        assert!(!written.unwrap().is_empty());
    }
    began.elapsed().as_secs_f64()
}

fn files(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}

fn tree<'a>(environment: &'a str, files: &'a [(String, Vec<u8>)]) -> Tree<'a> {
    let side = Side { environment: Some(environment.to_owned()), ..Side::default() };
    let files = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    Tree { side, root: environment, files, recipe: None }
}

/// A control plane that runs.
struct Server {
    process: Child,
    address: String,
    token: String,
    ready_after: f64,
}

impl Server {
    fn start(plimsoll: &str, data: &Path) -> Self {
        let port = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let (rest, grpc) = (port(), port());
        let began = Instant::now();
        let mut process = Command::new(plimsoll)
            .args([
                "up",
                "--listen",
                &rest,
                "--grpc-listen",
                &grpc,
                "--set",
                "git.allow_local=true",
                "--data",
            ])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        assert!(lines.next().unwrap().unwrap().contains("is ready"));
        let ready_after = began.elapsed().as_secs_f64();
        let token = fs::read_to_string(data.join("keys/admin.token")).unwrap().trim().to_owned();
        Self { process, address: format!("http://{rest}/api/v1"), token, ready_after }
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let request = ureq::post(format!("{}{path}", self.address));
        let sent = request.header("authorization", format!("Bearer {}", self.token)).send_json(body);
        sent.unwrap().body_mut().with_config().limit(1 << 30).read_json().unwrap()
    }

    fn register(&self, repository: &Path) {
        self.post("/workloads", &json!({"repo": repository, "path": "plimsoll.yaml"}));
    }

    /// One preview; its seconds.
    fn preview(&self) -> f64 {
        let body = json!({"application": "shop", "from": "staging", "to": "production"});
        let began = Instant::now();
        let answer = self.post("/promotions?wait=60", &body);
        assert_eq!(answer["status"], "preview");
        began.elapsed().as_secs_f64()
    }
}

impl Drop for Server {
    /// In order, as Ctrl-C would: the next start finds data that were left well.
    fn drop(&mut self) {
        let stopped = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        assert!(stopped.is_ok());
        let _ = self.process.wait();
    }
}
