//! The real kustomize, where it is there: `PLIMSOLL_KUBECTL`, or what `make tools` brings into the cache.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::tree::{Expected, all, directory};

/// The program, if it is of the version that the trees are recorded with. Else says that the test is skipped, and why.
pub(crate) fn kubectl() -> Option<PathBuf> {
    let in_cache = || {
        let home = || env::var_os("HOME").map(|home| Path::new(&home).join(".cache/plimsoll"));
        let cache = env::var_os("PLIMSOLL_CACHE").map(PathBuf::from).or_else(home)?;
        Some(cache.join("bin/kubectl")).filter(|program| program.exists())
    };
    let Some(program) = env::var_os("PLIMSOLL_KUBECTL").map(PathBuf::from).or_else(in_cache) else {
        eprintln!("skipped: no kubectl in the cache (make tools brings one) and none in PLIMSOLL_KUBECTL");
        return None;
    };
    let output = run(&program, &["version", "--client"], &directory());
    let version = String::from_utf8_lossy(&output.stdout).replace(": ", "=");
    let recorded = include_str!("../trees.version");
    let kustomize = |text: &str| text.lines().find(|line| line.starts_with("Kustomize")).map(str::to_owned);
    if kustomize(&version) != kustomize(recorded) {
        eprintln!("skipped: {} is {version:?} and not {recorded:?}", program.display());
        return None;
    }
    Some(program)
}

pub(crate) fn run(program: &Path, arguments: &[&str], directory: &Path) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory).env_clear().env("HOME", "/nonexistent");
    command.output().unwrap_or_else(|error| panic!("{}: {error}", program.display()))
}

#[test]
fn the_real_one_says_what_is_recorded_of_it() {
    let Some(program) = kubectl() else { return };
    let mut wrong = Vec::new();
    for tree in all() {
        // It would ask the network.
        if matches!(&tree.expected, Expected::Refused(code) if code == "KUSTOMIZE_REMOTE_BASE") {
            continue;
        }
        let entry = directory().join(&tree.name).join(tree.entry());
        let output = run(&program, &["kustomize", entry.to_str().unwrap()], &directory());
        let as_recorded = match &tree.expected {
            Expected::Built(yaml) => output.status.success() && output.stdout == yaml.as_bytes(),
            Expected::Refused(_) => !output.status.success(),
        };
        if !as_recorded {
            wrong.push(format!("{}: {}", tree.name, String::from_utf8_lossy(&output.stderr)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
