//! What goes wrong around a server, and what it says and does then.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::eventually;
use crate::flow::{Shop, id, to_production};
use crate::repository::Repository;
use crate::server::{Server, plimsoll, send, text};

#[test]
fn a_start_that_cannot_be_says_why() {
    let repository = Repository::new();
    let mut server = Server::new(repository.directory.path(), &[]);
    let fails = |server: &Server, settings: &[&str], code: &str| {
        let output = server.command(settings).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        assert!(text(&output).contains(&format!("error[{code}]")), "{}", text(&output));
    };
    fails(&server, &["gateway.lisen=127.0.0.1:1"], "CONFIG_INVALID");
    fails(&server, &["gitops.poll_seconds=soon"], "CONFIG_INVALID");
    fails(&server, &["nowhere.at_all=1"], "CONFIG_INVALID");
    let taken = TcpListener::bind(("127.0.0.1", server.port())).unwrap();
    fails(&server, &[], "PORT_IN_USE");
    drop(taken);

    server.spawn();
    server.ready();
    let mut second = Server::new(repository.directory.path(), &[]);
    second.data.clone_from(&server.data);
    fails(&second, &[], "DATA_DIRECTORY_IN_USE");
    // It has taken nothing away from the first.
    server.admin().get("/auth/me").ok(200);
    stops(&mut server, "TERM");
    server.spawn();
    server.ready();
    stops(&mut server, "INT");

    // A new key in the place of one that is lost would be found by whoever verifies an export a year later.
    let key = server.data.join("keys/audit.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    fails(&server, &[], "KEY_UNUSABLE");
    fs::remove_file(&key).unwrap();
    fails(&server, &[], "KEY_UNUSABLE");
    assert!(!key.exists());
}

/// With exit code 0, and with every process that was its.
fn stops(server: &mut Server, signal: &str) {
    let left = || processes_of(&server.data);
    assert!(left().len() > 2, "plimsoll and Postgres run");
    let status = server.stop(signal);
    assert_eq!(status.code(), Some(0), "{}", server.said());
    let left = processes_of(&server.data);
    assert_eq!(left, Vec::<String>::new());
}

/// The command lines and working directories that name a directory.
fn processes_of(data: &Path) -> Vec<String> {
    let data = data.to_str().unwrap();
    let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let path = entry.ok()?.path();
        let command = fs::read(path.join("cmdline")).ok()?;
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        let at = fs::read_link(path.join("cwd")).unwrap_or_default();
        (command.contains(data) || at.starts_with(data)).then(|| format!("{} {command}", path.display()))
    });
    processes.collect()
}

/// For how long, `make crash` says: half a minute there, a moment here.
#[test]
fn a_database_that_is_away_is_waited_for() {
    let seconds = std::env::var("PLIMSOLL_AWAY_SECONDS").map_or(3, |seconds| seconds.parse().unwrap());
    let shop = Shop::open(&[]);
    answers(&shop, "/statusz", 200);
    let before = id(&shop.preview());
    shop.approve(&before);
    let stopped = Stopped::family(shop.server.postgres().unwrap());
    answers(&shop, "/readyz", 503);
    for _ in 0..seconds {
        away(&shop);
        std::thread::sleep(Duration::from_secs(1));
    }
    drop(stopped);
    answers(&shop, "/statusz", 200);
    // What was acknowledged goes on, and what was refused with 503 was not done, or is done once.
    shop.alice.until_status(&before, "open");
    let asked =
        || shop.alice.post_as("while it is away", "/promotions?wait=60", &to_production("shop")).ok(200);
    assert_eq!(id(&asked()), id(&asked()));
    assert_eq!(shop.alice.get("/promotions").ok(200)["items"].as_array().unwrap().len(), 2);
    assert_eq!(shop.repository.branches(), [format!("plimsoll/{before}")]);
}

fn answers(shop: &Shop, probe: &str, status: u16) {
    eventually(&format!("{probe} is {status}"), || {
        let answer = shop.alice.try_call("GET", probe, &[], None).ok()?;
        (answer.status == status).then_some(())
    });
}

/// What is answered while the database is away.
fn away(shop: &Shop) {
    let probe = |path| shop.alice.try_call("GET", path, &[], None).unwrap();
    let readiness = probe("/readyz");
    assert_eq!(readiness.status, 503, "{}", readiness.text);
    let components = readiness.json["components"].as_object().unwrap();
    let reasons = components.values().filter_map(|component| component["reasons"].as_object());
    let told: Vec<&Value> = reasons.flat_map(serde_json::Map::values).collect();
    // Anybody may ask, so it names no address and quotes no error.
    let codes_only = |reason: &&Value| reason.as_object().unwrap().keys().eq(["code"]);
    assert!(!told.is_empty() && told.iter().all(codes_only), "{}", readiness.text);
    assert_eq!(probe("/statusz").status, 503);
    assert_eq!(probe("/healthz").status, 200, "no reason to start it again");
    let request = to_production("shop");
    for answer in [
        shop.alice.get("/promotions"),
        shop.alice.post_as("while it is away", "/promotions?wait=0", &request),
    ] {
        assert_eq!(answer.status, 503, "{}", answer.text);
        assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().unwrap() > 0));
        assert!(!answer.code().is_empty(), "{}", answer.text);
    }
}

#[test]
fn a_watch_goes_on_when_the_server_is_back() {
    let mut shop = Shop::open(&[]);
    let promotion = id(&shop.preview());
    let mut watch = plimsoll()
        .args(["promotion", "watch", &promotion, "--format", "json", "--server"])
        .arg(format!("http://127.0.0.1:{}", shop.server.port()))
        .env("PLIMSOLL_TOKEN", shop.alice.token())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines().map(Result::unwrap);
    // From then on it follows the promotion.
    let first = lines.next();
    shop.server.kill();
    shop.server.spawn();
    shop.server.ready();
    shop.bob.post(&format!("/promotions/{promotion}/reject"), &json!({})).ok(200);
    let output = watch.wait_with_output().unwrap();
    // A rejection is not what was asked for.
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the connection to the server is lost; trying again"), "{said}");
    assert!(said.contains("the promotion is rejected"), "{said}");
    let lines = first.into_iter().chain(lines);
    let types = lines.map(|line| serde_json::from_str::<Value>(&line).unwrap()["type"].clone());
    let types: Vec<String> =
        types.map(|name| name.as_str().unwrap().rsplit('.').next().unwrap().to_owned()).collect();
    assert_eq!(types, ["PreviewRequested", "PreviewCompleted", "PromotionRejected"]);
}

/// Processes that stand still until this is dropped.
struct Stopped(Vec<u32>);

impl Stopped {
    fn family(parent: u32) -> Self {
        let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap();
        let mut all: Vec<u32> = children.split_whitespace().map(|pid| pid.parse().unwrap()).collect();
        all.push(parent);
        all.iter().for_each(|pid| send("STOP", *pid));
        Self(all)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        self.0.iter().for_each(|pid| send("CONT", *pid));
    }
}

#[test]
fn a_repository_that_refuses_or_is_gone_ends_a_promotion_where_people_see_it() {
    let shop = Shop::open(&[]);
    let hook = shop.repository.bare.join("hooks/pre-receive");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, "#!/bin/sh\necho 'branches are made by release managers' >&2\nexit 1\n").unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let refused = id(&shop.preview());
    shop.approve(&refused);
    let failed = shop.alice.until_status(&refused, "failed");
    assert_eq!(failed["failure"]["code"], "PUSH_REFUSED", "{failed}");
    let why = failed["failure"]["message"].as_str().unwrap();
    assert!(why.contains("branches are made by release managers"), "{why}");
    assert!(shop.repository.branches().is_empty());
    fs::remove_file(&hook).unwrap();

    // Approved while the repository is there, pushed when it is not; and asked for when it is not.
    let gone = id(&shop.preview());
    let away = shop.repository.bare.with_extension("away");
    fs::rename(&shop.repository.bare, &away).unwrap();
    shop.approve(&gone);
    let failed = shop.alice.until_status(&gone, "failed");
    assert!(!failed["failure"]["code"].as_str().unwrap().is_empty(), "{failed}");
    let answer = shop.alice.post("/promotions?wait=60", &to_production("shop"));
    assert!(matches!(answer.status, 422 | 503), "{} {}", answer.status, answer.text);
    assert!(answer.code().starts_with("REPOSITORY_") || answer.code().starts_with("GIT_"), "{}", answer.text);
    shop.admin.post("/workloads", &json!({"repo": shop.repository.url(), "path": "plimsoll.yaml"}));

    fs::rename(&away, &shop.repository.bare).unwrap();
    let again = id(&shop.preview());
    shop.approve(&again);
    shop.alice.until_status(&again, "open");
}
