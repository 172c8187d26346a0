//! What the API answers from, made again from the log beside a control plane that runs.

use std::process::Output;

use embedded_postgres::{Database, Options};
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};
use tokio::runtime::Runtime;

use crate::client::eventually;
use crate::flow::{Shop, id};
use crate::server::{Server, plimsoll, text};

fn on(server: &Server, verb: &[&str]) -> Output {
    plimsoll().args(verb).args(["--format", "json", "--data"]).arg(&server.data).output().unwrap()
}

#[track_caller]
fn ended(output: &Output, code: i32) -> Value {
    assert_eq!(output.status.code(), Some(code), "{}", text(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

const CHECK: &[&str] = &["replay", "--check"];
const LIST: &[&str] = &["projection", "list"];
const REBUILD: &[&str] = &["projection", "rebuild", "gateway"];

fn with<'a>(verb: &[&'a str], flag: &'a str) -> Vec<&'a str> {
    verb.iter().copied().chain([flag]).collect()
}

/// As somebody with the database open would.
fn by_hand(server: &Server, statement: &'static str) -> u64 {
    Runtime::new().unwrap().block_on(async {
        let mut options = Options::new(&server.data);
        options.lookup.database_url = None;
        let database = Database::join(options).await.unwrap();
        let mut connection = PgConnection::connect(database.url().as_str()).await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap().rows_affected()
    })
}

#[test]
fn the_projection_is_rebuilt_while_promotions_go_on() {
    let mut shop = Shop::open(&[]);
    let preview = shop.preview();
    let checked = ended(&on(&shop.server, CHECK), 0);
    assert_eq!(checked["comparison"]["digest"], checked["comparison"]["replayed"]);
    // The rebuild goes on while the promotion does.
    let approved = {
        let (bob, path) = (shop.bob.clone(), format!("/promotions/{}/approve", id(&preview)));
        std::thread::spawn(move || bob.post(&path, &json!({})).ok(200))
    };
    assert_eq!(ended(&on(&shop.server, REBUILD), 0)["swapped"], true);
    approved.join().unwrap();
    shop.alice.until_status(&id(&preview), "open");
    listed(&shop);

    assert_eq!(by_hand(&shop.server, "UPDATE gateway.promotion SET requested_by = 'mallory'"), 1);
    assert_eq!(shop.alice.get(&format!("/promotions/{}", id(&preview))).ok(200)["requested_by"], "mallory");
    for verb in [CHECK, REBUILD] {
        let output = on(&shop.server, verb);
        let told = ended(&output, 2);
        assert_eq!(told["swapped"], false);
        let changed: Vec<_> = told["comparison"]["tables"].as_array().unwrap().iter().collect();
        let changed: Vec<_> = changed.iter().filter(|table| table["changed"] != 0).collect();
        assert_eq!((changed.len(), &changed[0]["table"]), (1, &Value::from("promotion")), "{told}");
        assert!(text(&output).contains("1 tables of gateway are not what the log makes of them"));
    }
    assert_eq!(ended(&on(&shop.server, &with(REBUILD, "--accept-differences")), 0)["swapped"], true);
    assert_eq!(shop.alice.get(&format!("/promotions/{}", id(&preview))).ok(200)["requested_by"], "alice");
    ended(&on(&shop.server, CHECK), 0);

    // The same without a control plane: the database is started for as long as it takes.
    assert_eq!(shop.server.stop("TERM").code(), Some(0));
    ended(&on(&shop.server, CHECK), 0);
    where_it_is_said_in_several_ways(&shop.server);
    let unknown = plimsoll().args(["projection", "rebuild", "gatway"]).output().unwrap();
    assert!(text(&unknown).contains("error[PROJECTION_UNKNOWN]"), "{}", text(&unknown));
}

/// Checkpoints of the audit are events, too, so that what is there never stays the same for long.
fn listed(shop: &Shop) {
    let gateway = eventually("the projection is not behind", || {
        let listed = ended(&on(&shop.server, LIST), 0);
        (listed["projections"][0]["behind"] == 0).then(|| listed["projections"][0].clone())
    });
    assert!(gateway["position"].as_u64().unwrap() > 10, "{gateway}");
    let promotions = gateway["tables"].as_array().unwrap().iter().find(|table| table["table"] == "promotion");
    assert_eq!(promotions.unwrap()["rows"], 1);
}

/// The settings of a service's own program, `DATABASE_URL`, and the data directory, in this order.
fn where_it_is_said_in_several_ways(server: &Server) {
    let nowhere = tempfile::tempdir().unwrap();
    let settings = nowhere.path().join("gateway.toml");
    std::fs::write(nowhere.path().join("url"), "postgres://role:hunter2@127.0.0.1:1/plimsoll\n").unwrap();
    std::fs::write(&settings, "[postgres]\nurl_file = 'url'\n").unwrap();
    let ends = |command: &mut std::process::Command, code: &str, said: &str| {
        let output = command.output().unwrap();
        let text = text(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains(&format!("error[{code}]")) && text.contains(said), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    };
    let data = |directory: &std::path::Path| {
        let mut command = plimsoll();
        command.args(LIST).arg("--data").arg(directory);
        command
    };
    ends(&mut data(nowhere.path()), "INSTALLATION_NOT_FOUND", "postgres.url");
    ends(data(&server.data).env("DATABASE_URL", "hunter2"), "CONFIG_INVALID", "DATABASE_URL");
    let mut said = data(&server.data);
    ends(said.arg("--config").arg(&settings), "STORE_UNAVAILABLE", "127.0.0.1:1: ");
    ends(said.env("DATABASE_URL", "hunter2"), "STORE_UNAVAILABLE", "127.0.0.1:1: ");
}
