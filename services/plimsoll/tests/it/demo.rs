//! The demo's script, as far as it goes without a control plane.

use std::fs;
use std::process::Command;

use crate::sandbox::{Sandbox, workspace};

#[test]
fn the_demo_takes_nothing_from_the_shell_but_where_programs_are() {
    // The shell in plimsoll's place runs the file `up`.
    let sandbox = Sandbox::new().file("up", "env > told\nexit 1\n");
    sandbox.git(&["init", "--quiet", "shop"]);
    let of_others = [
        ("DATABASE_URL", "postgres://elsewhere/plimsoll"),
        ("PLIMSOLL_CONFIG", "/elsewhere/plimsoll.toml"),
        ("PLIMSOLL_KAFKA__BROKERS", "elsewhere:9092"),
        ("PLIMSOLL_SERVER", "https://elsewhere"),
        ("PLIMSOLL_TOKEN", "somebody's"),
    ];
    let mut script = Command::new("bash");
    script.arg(workspace().join("scripts/demo-up.sh")).arg("/bin/sh").arg(sandbox.path());
    let ended = script.envs(of_others).env("PLIMSOLL_PG_BIN", "/programs").output().unwrap();
    assert!(!ended.status.success());
    let told = fs::read_to_string(sandbox.path().join("told")).unwrap();
    let is_ours = |line: &&str| ["PLIMSOLL_", "DATABASE_URL"].iter().any(|name| line.starts_with(name));
    assert_eq!(told.lines().filter(is_ours).collect::<Vec<_>>(), ["PLIMSOLL_PG_BIN=/programs"]);
}
