//! `make bench`: `plimsoll diff` beside `dyff between`, in turn, over the same two files.
//!
//! dyff is given what makes it fastest and most alike: `--detect-kubernetes` (lists by name, documents by identity) and
//! `--output brief` (it counts the differences and prints none). Plimsoll prints every change as JSON.

use std::env::VarError;
use std::io;
use std::path::Path;

use benches::{Edition, Figure, Run, measure_in_turn, write_stream};

fn main() -> io::Result<()> {
    let plimsoll =
        program("PLIMSOLL_BIN")?.ok_or_else(|| io::Error::other("PLIMSOLL_BIN names no binary"))?;
    let Some(dyff) = program("DYFF_BIN")? else {
        println!(
            "dyff is missing, and is not measured: `make bench` builds it where there is a Go toolchain"
        );
        return Ok(());
    };
    println!(
        "| objects | that differ | plimsoll, seconds: min, median, max | MiB | dyff, seconds: min, median, max | MiB | \
         × as fast | of its memory |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let dir = tempfile::tempdir()?;
    for objects in [100, 1_000, 10_000] {
        for (edition, differing) in [(Edition::Staging, "7 %"), (Edition::Fix, "1 %")] {
            report(dir.path(), objects, (edition, differing), &plimsoll, &dyff)?;
        }
    }
    Ok(())
}

fn program(variable: &str) -> io::Result<Option<String>> {
    match std::env::var(variable) {
        Ok(program) => Ok(Some(program).filter(|program| !program.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(error) => Err(io::Error::other(format!("{variable}: {error}"))),
    }
}

fn report(
    dir: &Path,
    objects: usize,
    (edition, differing): (Edition, &str),
    plimsoll: &str,
    dyff: &str,
) -> io::Result<()> {
    let (before, after) = (dir.join("before.yaml"), dir.join("after.yaml"));
    write_stream(&before, objects, Edition::Base)?;
    write_stream(&after, objects, edition)?;
    let (before, after) = (before.display().to_string(), after.display().to_string());
    let ours = [plimsoll, "diff", "--format", "json", &before, &after];
    let theirs = [dyff, "between", "--detect-kubernetes", "--output", "brief", &before, &after];
    let runs = if objects > 1_000 { 5 } else { 11 };
    let (ours, theirs) = measure_in_turn(runs, &ours, &theirs)?;
    let seconds = |runs: &[Run]| Figure::of(runs.iter().map(|run| run.seconds).collect());
    let mebibytes = |runs: &[Run]| {
        let peak = runs.iter().map(|run| run.peak_bytes).max().unwrap_or_default();
        f64::from(u32::try_from(peak >> 10).unwrap_or(u32::MAX)) / 1024.0
    };
    let (one, other) = (seconds(&ours), seconds(&theirs));
    let (small, large) = (mebibytes(&ours), mebibytes(&theirs));
    println!(
        "| {objects} | {differing} | {:.3}, {:.3}, {:.3} | {small:.1} | {:.3}, {:.3}, {:.3} | {large:.1} | {:.1} | {:.2} |",
        one.min,
        one.median,
        one.max,
        other.min,
        other.median,
        other.max,
        other.median / one.median,
        small / large,
    );
    Ok(())
}
