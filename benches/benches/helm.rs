//! `make bench`: 100 Helm applications, each a chart with values for staging and for production, three of which have
//! something to promote.
//!
//! Two rows. Cold: `plimsoll preview --all` against the bare `helm template` runs that it needs, one after the other: both
//! environments of each application, and production once more for each edit. Warm: with what was rendered kept on disk,
//! the preview after one values file has changed. The third figure is what the planner adds to rendering: the warm run
//! with nothing changed, in which nothing is rendered.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use benches::Figure;

const APPLICATIONS: usize = 100;
/// So many have another tag in staging.
const CHANGED: usize = 3;
const ROUNDS: usize = 3;

fn main() -> io::Result<()> {
    let Some(helm) = program("HELM_BIN") else {
        println!("helm is missing, and is not measured: `make tools` brings it");
        return Ok(());
    };
    let plimsoll = program("PLIMSOLL_BIN").ok_or_else(|| io::Error::other("PLIMSOLL_BIN names no binary"))?;
    let scratch = tempfile::tempdir()?;
    let (repository, cache) = (scratch.path().join("repository"), scratch.path().join("cache"));
    (0..APPLICATIONS).try_for_each(|number| application(&repository, number))?;
    let preview = |cache: Option<&Path>, more: &[&str]| {
        let mut command = Command::new(&plimsoll);
        command.current_dir(&repository).env("PLIMSOLL_HELM", &helm);
        command.args(["preview", "--all", "--from", "staging", "--to", "production"]).args(more);
        if let Some(cache) = cache {
            command.env("PLIMSOLL_HELM_CACHE", cache);
        }
        command
    };
    let (mut cold, mut bare, mut warm, mut kept) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    seconds(&mut preview(Some(&cache), &[]))?;
    for round in 0..ROUNDS {
        bare.push(templates(&helm, &repository)?);
        cold.push(seconds(&mut preview(None, &[]))?);
        let changed = "charts/app50/values-staging.yaml";
        fs::write(repository.join(changed), values("1.0", round + 10))?;
        fs::write(scratch.path().join("changed"), format!("{changed}\n"))?;
        let list = scratch.path().join("changed").display().to_string();
        warm.push(seconds(&mut preview(Some(&cache), &["--changed", &list]))?);
        seconds(&mut preview(Some(&cache), &[]))?;
        kept.push(seconds(&mut preview(Some(&cache), &[]))?);
    }
    println!("| 100 Helm applications | seconds: min, median, max | against the bare helm runs |");
    println!("|---|---|---|");
    let bare = Figure::of(bare);
    for (what, figure) in [
        ("helm template, 203 times", bare),
        ("preview --all, cold", Figure::of(cold)),
        ("preview --all --changed, one of them, the others kept", Figure::of(warm)),
        ("preview --all, all kept: reading and planning", Figure::of(kept)),
    ] {
        let Figure { min, median, max } = figure;
        println!("| {what} | {min:.3}, {median:.3}, {max:.3} | {:.2} × |", median / bare.median);
    }
    Ok(())
}

fn program(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|program| !program.is_empty())
}

fn application(repository: &Path, number: usize) -> io::Result<()> {
    let chart = repository.join(format!("charts/app{number}"));
    fs::create_dir_all(chart.join("templates"))?;
    fs::write(chart.join("Chart.yaml"), format!("apiVersion: v2\nname: app{number}\nversion: 0.1.0\n"))?;
    fs::write(
        chart.join("values.yaml"),
        "image: {repository: registry.example/web, tag: '1.0'}\nreplicas: 1\n",
    )?;
    let tag = if number < CHANGED { "1.1" } else { "1.0" };
    fs::write(chart.join("values-staging.yaml"), values(tag, 1))?;
    fs::write(chart.join("values-production.yaml"), values("1.0", 3))?;
    fs::write(chart.join("templates/deployment.yaml"), DEPLOYMENT)?;
    fs::write(chart.join("templates/service.yaml"), SERVICE)
}

fn values(tag: &str, replicas: usize) -> String {
    format!("image:\n  tag: '{tag}'\nreplicas: {replicas}\n")
}

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      containers:
      - name: web
        image: \"{{ .Values.image.repository }}:{{ .Values.image.tag }}\"
";

const SERVICE: &str = "apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec:
  selector: {app: {{ .Release.Name }}}
  ports: [{port: 80}]
";

/// The runs of `helm template` that the preview needs.
#[expect(clippy::disallowed_methods, reason = "a bench is where time is measured")]
fn templates(helm: &str, repository: &Path) -> io::Result<f64> {
    let start = Instant::now();
    let both = (0..APPLICATIONS).flat_map(|number| [(number, "staging"), (number, "production")]);
    let edited = (0..CHANGED).map(|number| (number, "production"));
    for (number, environment) in both.chain(edited) {
        let (release, chart) = (format!("app{number}"), format!("charts/app{number}"));
        let values = format!("{chart}/values-{environment}.yaml");
        let mut command = Command::new(helm);
        run(command.current_dir(repository).args(["template", &release, &chart, "--values", &values]))?;
    }
    Ok(start.elapsed().as_secs_f64())
}

#[expect(clippy::disallowed_methods, reason = "a bench is where time is measured")]
fn seconds(command: &mut Command) -> io::Result<f64> {
    let start = Instant::now();
    run(command)?;
    Ok(start.elapsed().as_secs_f64())
}

fn run(command: &mut Command) -> io::Result<()> {
    let status = command.stdout(Stdio::null()).status()?;
    match status.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("{command:?}: {status}"))),
    }
}
