//! `make bench`: the verbs over states of 100, 1,000 and 10,000 objects, and one `List`, against reading the same bytes once (`cat`).

use std::io;
use std::path::Path;

use benches::{Edition, Figure, Run, measure_in_turn, write_list, write_state};

fn main() -> io::Result<()> {
    let plimsoll =
        std::env::var("PLIMSOLL_BIN").map_err(|_| io::Error::other("PLIMSOLL_BIN names no binary"))?;
    let dir = tempfile::tempdir()?;
    println!("| command | objects | seconds: min, median, max | peak MiB | × cat of the same bytes |");
    println!("|---|---|---|---|---|");
    for objects in [100, 1_000, 10_000] {
        let at = |name: &str| dir.path().join(format!("{objects}-{name}"));
        let (base, staging, production) = (at("base"), at("staging"), at("production"));
        write_state(&base, objects, Edition::Base)?;
        write_state(&staging, objects, Edition::Staging)?;
        write_state(&production, objects, Edition::Production)?;
        let text = |path: &std::path::Path| path.display().to_string();
        let (base, staging, production) = (text(&base), text(&staging), text(&production));
        let diff = [&plimsoll, "diff", "--format", "json", &base, &staging];
        report("diff", objects, &diff, &[&base, &staging])?;
        let promotion = ["--from", &staging, "--to", &production, "--base", &base];
        let preview = [&[plimsoll.as_str(), "preview", "--format", "json"][..], &promotion].concat();
        report("preview", objects, &preview, &[&base, &staging, &production])?;
    }
    report_list(&plimsoll, dir.path())
}

/// One file that is one `List`, as `kubectl get --output yaml` writes it.
fn report_list(plimsoll: &str, dir: &Path) -> io::Result<()> {
    const OBJECTS: usize = 2_000;
    let (base, staging) = (dir.join("list-base"), dir.join("list-staging"));
    write_list(&base, OBJECTS, Edition::Base)?;
    write_list(&staging, OBJECTS, Edition::Staging)?;
    let (base, staging) = (base.display().to_string(), staging.display().to_string());
    let diff = [plimsoll, "diff", "--format", "json", &base, &staging];
    report("diff of one List", OBJECTS, &diff, &[&base, &staging])
}

fn report(name: &str, objects: usize, command: &[&str], dirs: &[&str]) -> io::Result<()> {
    let cat = format!(
        "cat {} > /dev/null",
        dirs.iter().map(|dir| format!("{dir}/*")).collect::<Vec<_>>().join(" ")
    );
    let runs = if objects > 1_000 { 5 } else { 11 };
    let (ours, theirs) = measure_in_turn(runs, command, &["sh", "-c", &cat])?;
    let seconds = |runs: &[Run]| Figure::of(runs.iter().map(|run| run.seconds).collect());
    let (ours_seconds, theirs_seconds) = (seconds(&ours), seconds(&theirs));
    let peak = ours.iter().map(|run| run.peak_bytes).max().unwrap_or_default() / (1 << 20);
    let ratio = ours_seconds.median / theirs_seconds.median;
    let Figure { min, median, max } = ours_seconds;
    println!("| {name} | {objects} | {min:.3}, {median:.3}, {max:.3} | {peak} | {ratio:.1} |");
    Ok(())
}
