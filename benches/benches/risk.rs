//! `make bench`: `plimsoll risk` beside kube-score and checkov, in turn, over the same 500 manifests; and over a change of one of them.
//!
//! Each does all that it can: Plimsoll every rule and check (`--profile all`), kube-score its default checks and those that are
//! optional, checkov the framework `kubernetes`. All three print JSON.

use std::env::VarError;
use std::io;
use std::path::Path;

use benches::{Edition, Figure, Run, measure_in_turn, write_state};

const MANIFESTS: usize = 500;

/// What `kube-score list` calls optional.
const OPTIONAL: [&str; 6] = [
    "container-resource-requests-equal-limits",
    "container-cpu-requests-equal-limits",
    "container-memory-requests-equal-limits",
    "container-ephemeral-storage-request-equals-limit",
    "container-ports-check",
    "container-seccomp-profile",
];

fn main() -> io::Result<()> {
    let plimsoll =
        program("PLIMSOLL_BIN")?.ok_or_else(|| io::Error::other("PLIMSOLL_BIN names no binary"))?;
    let dir = tempfile::tempdir()?;
    let (base, fix) = (dir.path().join("base"), dir.path().join("fix"));
    write_state(&base, MANIFESTS, Edition::Base)?;
    write_state(&fix, MANIFESTS, Edition::Fix)?;
    let (base, fix) = (base.display().to_string(), fix.display().to_string());
    println!(
        "| what | plimsoll, seconds: min, median, max | peer | its seconds: min, median, max | × as fast |"
    );
    println!("|---|---|---|---|---|");
    let all = [&plimsoll, "risk", "--profile", "all", "--format", "json", &base];
    let changed = [&plimsoll, "risk", "--format", "json", &base, &fix];
    if let Some(score) = peer("KUBE_SCORE_BIN", "kube-score")? {
        let files = listed(Path::new(&base))?;
        let optional: String =
            OPTIONAL.iter().map(|check| format!("--enable-optional-test {check} ")).collect();
        // It ends with 1 where it finds something.
        let command = format!("{score} score {optional}--output-format json {files} || test $? -eq 1");
        let theirs = ["sh", "-c", &command];
        report("every object", &all, ("kube-score", &theirs), 5)?;
        report("one in a hundred changed", &changed, ("kube-score", &theirs), 5)?;
    }
    if let Some(checkov) = peer("CHECKOV_BIN", "checkov")? {
        let theirs = [
            &checkov,
            "--directory",
            &base,
            "--framework",
            "kubernetes",
            "--output",
            "json",
            "--skip-download",
            "--soft-fail",
            "--quiet",
        ];
        report("every object", &all, ("checkov", &theirs), 2)?;
    }
    Ok(())
}

fn peer(variable: &str, name: &str) -> io::Result<Option<String>> {
    let found = program(variable)?;
    if found.is_none() {
        println!("{name} is missing, and is not measured: `scripts/linters.sh` installs it");
    }
    Ok(found)
}

fn program(variable: &str) -> io::Result<Option<String>> {
    match std::env::var(variable) {
        Ok(program) => Ok(Some(program).filter(|program| !program.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(error) => Err(io::Error::other(format!("{variable}: {error}"))),
    }
}

fn listed(directory: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        files.push(entry?.path().display().to_string());
    }
    files.sort();
    Ok(files.join(" "))
}

fn report(what: &str, ours: &[&str], (name, theirs): (&str, &[&str]), runs: usize) -> io::Result<()> {
    let (ours, theirs) = measure_in_turn(runs, ours, theirs)?;
    let seconds = |runs: &[Run]| Figure::of(runs.iter().map(|run| run.seconds).collect());
    let (one, other) = (seconds(&ours), seconds(&theirs));
    println!(
        "| {what} | {:.4}, {:.4}, {:.4} | {name} | {:.3}, {:.3}, {:.3} | {:.1} |",
        one.min,
        one.median,
        one.max,
        other.min,
        other.median,
        other.max,
        other.median / one.median,
    );
    Ok(())
}
