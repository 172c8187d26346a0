//! One run of `helm template`.

use std::path::Path;

use helm::{Layer, Release, SchemaCheck, Set, Values};
use serde_json::Value;

use super::arguments;
use crate::render_error::{RenderError, Run, Tool};
use crate::sandbox::{self, Bounds, Ended, PrivateDirectory};

/// The shortest text that is looked for in what `helm` says: shorter ones are parts of other words.
const SHORTEST: usize = 4;

/// What `helm template` prints for a release.
pub(super) fn template(program: &Path, release: &Release, bounds: &Bounds) -> Result<String, RenderError> {
    let place = PrivateDirectory::new().map_err(|error| RenderError::sandbox(&error))?;
    let arguments = arguments::lay_out(release, &place).map_err(|error| RenderError::sandbox(&error))?;
    let ended = match sandbox::run(program, &arguments, &place, bounds) {
        Ended::Done { stdout } => match String::from_utf8(stdout) {
            Ok(printed) => return Ok(printed),
            Err(_) => Ended::Failed { stderr: b"what it prints is not UTF-8".to_vec() },
        },
        ended => ended,
    };
    let what = match release.chart.location.as_str() {
        "" => ".",
        location => location,
    };
    let secrets = texts(release);
    let run = Run { tool: Tool::Helm, what, bounds, place: &place, secrets };
    let error = RenderError::of_end(ended, &run);
    Err(error.unwrap_or_else(|| RenderError::Sandbox { why: "helm ended without an answer".to_owned() }))
}

/// The texts of values that may be secret, the longest first: `helm` repeats values in what it says.
fn texts(release: &Release) -> Vec<String> {
    let mut found = Vec::new();
    let unchecked = Release { schema: SchemaCheck::Skipped, ..release.clone() };
    match Values::of(&unchecked) {
        Ok(values) => collect(&mut Vec::new(), &values.merged(), &mut found),
        Err(_) => found.extend(release.values.iter().flat_map(by_line)),
    }
    for set in &release.set {
        match set {
            Set::Typed(text) | Set::Text(text) | Set::Json(text) | Set::Literal(text)
                if kube_model::line_holds_secret(text) =>
            {
                found.extend(text.split_once('=').and_then(|(_, value)| value_of(value)));
            }
            _ => {}
        }
    }
    found.retain(|text| text.len() >= SHORTEST);
    found.sort_by_key(|text| std::cmp::Reverse(text.len()));
    found
}

/// Of a file that is no YAML, whatever stands behind a secret's name.
fn by_line(layer: &Layer) -> Vec<String> {
    let Layer::File { bytes, .. } = layer else { return Vec::new() };
    let text = String::from_utf8_lossy(bytes);
    let secret = text.lines().filter(|line| kube_model::line_holds_secret(line));
    secret.filter_map(|line| value_of(line.split_once(':')?.1)).collect()
}

/// What stands below a secret's name, however deep, and what looks like a secret by itself.
fn collect<'v>(keys: &mut Vec<&'v str>, value: &'v Value, found: &mut Vec<String>) {
    let mut add = |text: String| {
        let line = |key: &&str| kube_model::line_holds_secret(&format!("{key}: {text}"));
        if keys.iter().any(line) || kube_model::line_holds_secret(&text) {
            found.push(text);
        }
    };
    match value {
        Value::String(text) => {
            add(text.clone());
            // A template may take a text apart.
            text.lines().filter(|line| *line != text).for_each(|line| add(line.to_owned()));
        }
        Value::Number(number) => add(number.to_string()),
        Value::Object(map) => {
            for (key, value) in map {
                keys.push(key);
                collect(keys, value, found);
                keys.pop();
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(keys, item, found)),
        Value::Null | Value::Bool(_) => {}
    }
}

fn value_of(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['"', '\'']);
    (!text.is_empty()).then(|| text.to_owned())
}
