//! Helm itself, where `make tools` has put it into the cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use helm::{Layer, Manifest, Release, Set};
use kube_model::yaml::{Limits, parse, to_value};
use serde_json::Value;

/// A `helm` of this machine.
pub(crate) struct Real {
    program: PathBuf,
    pub(crate) version: String,
}

/// Helm 3 and Helm 4.
pub(crate) fn found() -> Vec<Real> {
    let cache = std::env::var_os("PLIMSOLL_CACHE").map(PathBuf::from);
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/plimsoll"));
    let bin = cache.or_else(home).map(|cache| cache.join("bin")).unwrap_or_default();
    let programs = [bin.join("helm3"), bin.join("helm4")].into_iter().filter(|program| program.is_file());
    let found: Vec<Real> = programs.map(Real::new).collect();
    if found.is_empty() {
        eprintln!("skipped: no helm in the cache (make tools brings it); the recorded answers are compared");
    }
    found
}

impl Real {
    fn new(program: PathBuf) -> Self {
        let said = Command::new(&program).args(["version", "--template", "{{.Version}}"]).output().unwrap();
        Self { program, version: String::from_utf8(said.stdout).unwrap() }
    }

    /// The values that the chart's template prints; none where Helm refuses.
    pub(crate) fn values(&self, release: &Release) -> Option<Value> {
        let directory = tempfile::tempdir().unwrap();
        let mut command = Command::new(&self.program);
        command.env_clear().env("HOME", directory.path()).current_dir(directory.path());
        command.args(["template", &release.name, "chart"]);
        for (path, bytes) in &release.chart.files {
            put(&directory.path().join("chart").join(path), bytes);
        }
        for layer in &release.values {
            let Layer::File { path, bytes } = layer else { panic!("cases have files") };
            put(&directory.path().join(path), bytes);
            command.args(["--values", path]);
        }
        for set in &release.set {
            match set {
                Set::Typed(text) => command.args(["--set", text]),
                Set::Text(text) => command.args(["--set-string", text]),
                Set::Json(text) => command.args(["--set-json", text]),
                Set::Literal(text) => command.args(["--set-literal", text]),
                Set::File { name, bytes } => {
                    put(&directory.path().join("set"), bytes);
                    command.args(["--set-file", &format!("{name}=set")])
                }
            };
        }
        let output = command.output().unwrap();
        output.status.success().then(|| printed(&String::from_utf8(output.stdout).unwrap()))
    }
}

fn printed(text: &str) -> Value {
    let manifest = Manifest::read(text);
    let Some(document) = manifest.documents.first() else { return Value::Object(serde_json::Map::new()) };
    let limits = Limits::default();
    let documents = parse(&document.text, &limits).unwrap();
    to_value(&documents[0], &documents[0].root, &limits).unwrap()
}

fn put(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}
