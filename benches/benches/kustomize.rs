//! `make bench`: 100 Kustomize applications, rendered by `libs/kustomize` and by the real kustomize (`kubectl
//! kustomize`), in turn. Each is a base of eight objects below a production overlay that uses most fields.
//!
//! Two rows. The first renders each application by itself, as previews do: the command is run 100 times. The second
//! renders one directory that names 20 of them, in one process each: what is left when nobody counts starting a
//! program. (Of 100 the real one takes a minute.)

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use benches::{Figure, Run, measure_in_turn};
use kustomize::{Limits, build};

type Files = BTreeMap<String, Vec<u8>>;

const APPLICATIONS: usize = 100;
/// So many are named by one directory.
const TOGETHER: usize = 20;
const ROUNDS: usize = 5;

fn main() -> io::Result<()> {
    let Some(kubectl) = program("KUBECTL_BIN") else {
        println!("kubectl is missing, and is not measured: `make tools` brings it");
        return Ok(());
    };
    let plimsoll = program("PLIMSOLL_BIN").ok_or_else(|| io::Error::other("PLIMSOLL_BIN names no binary"))?;
    let scratch = tempfile::tempdir()?;
    let files = applications()?;
    write(&files, scratch.path())?;
    // Outside a repository, bases are read from the working directory and below.
    std::env::set_current_dir(scratch.path())?;
    println!(
        "| applications | plimsoll, seconds: min, median, max | kustomize, seconds: min, median, max | × as fast |"
    );
    println!("|---|---|---|---|");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (one, other) = (natively(&files)?, by_command(&kubectl, scratch.path())?);
        // The first is for the caches.
        if round > 0 {
            ours.push(one);
            theirs.push(other);
        }
    }
    report(&format!("{APPLICATIONS}, one by one"), Figure::of(ours), Figure::of(theirs));
    let all = scratch.path().join("all").display().to_string();
    let (ours, theirs) =
        measure_in_turn(ROUNDS, &[&plimsoll, "render", &all], &[&kubectl, "kustomize", &all])?;
    let seconds = |runs: &[Run]| Figure::of(runs.iter().map(|run| run.seconds).collect());
    report(&format!("{TOGETHER}, in one process"), seconds(&ours), seconds(&theirs));
    Ok(())
}

fn program(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|program| !program.is_empty())
}

fn report(what: &str, ours: Figure, theirs: Figure) {
    println!(
        "| {what} | {:.4}, {:.4}, {:.4} | {:.3}, {:.3}, {:.3} | {:.1} |",
        ours.min,
        ours.median,
        ours.max,
        theirs.min,
        theirs.median,
        theirs.max,
        theirs.median / ours.median,
    );
}

/// The tree `shop-production` so many times, each with names of its own, and a directory that names them all.
fn applications() -> io::Result<Files> {
    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("../libs/kustomize/tests/trees/shop-production");
    let mut files = Files::new();
    let mut all = "resources:\n".to_owned();
    for number in 0..APPLICATIONS {
        for directory in ["base", "overlay"] {
            for entry in fs::read_dir(tree.join(directory))? {
                let path = entry?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let text = fs::read_to_string(&path)?.replace("prod-", &format!("prod-{number}-"));
                files.insert(format!("app-{number}/{directory}/{name}"), text.into_bytes());
            }
        }
        if number < TOGETHER {
            all += &format!("- ../app-{number}/overlay\n");
        }
    }
    files.insert("all/kustomization.yaml".to_owned(), all.into_bytes());
    Ok(files)
}

fn write(files: &Files, root: &Path) -> io::Result<()> {
    for (path, bytes) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        fs::write(path, bytes)?;
    }
    Ok(())
}

/// Seconds, with the output as YAML.
#[expect(clippy::disallowed_methods, reason = "a bench is where time is measured")]
fn natively(files: &Files) -> io::Result<f64> {
    let start = Instant::now();
    let mut bytes = 0;
    for number in 0..APPLICATIONS {
        let directory = format!("app-{number}/overlay");
        bytes += build(files, &directory, &Limits::default()).map_err(io::Error::other)?.yaml().len();
    }
    let seconds = start.elapsed().as_secs_f64();
    if bytes < APPLICATIONS * 4000 {
        Err(io::Error::other("less was rendered than there is"))
    } else {
        Ok(seconds)
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench is where time is measured")]
fn by_command(kubectl: &str, root: &Path) -> io::Result<f64> {
    let start = Instant::now();
    for number in 0..APPLICATIONS {
        let directory = root.join(format!("app-{number}/overlay"));
        let status = Command::new(kubectl).arg("kustomize").arg(&directory).stdout(Stdio::null()).status()?;
        if !status.success() {
            return Err(io::Error::other(format!("kubectl kustomize {}: {status}", directory.display())));
        }
    }
    Ok(start.elapsed().as_secs_f64())
}
