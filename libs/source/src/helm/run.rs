//! One run of `helm template`.

use std::path::Path;

use helm::{Layer, Release, Set};
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
    for layer in &release.values {
        match layer {
            Layer::Inline(value) => collect("", value, &mut found),
            Layer::File { bytes, .. } => {
                let text = String::from_utf8_lossy(bytes);
                let secret = text.lines().filter(|line| kube_model::line_holds_secret(line));
                found.extend(secret.filter_map(|line| value_of(line.split_once(':')?.1)));
            }
        }
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

fn collect(key: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if kube_model::line_holds_secret(&format!("{key}: {text}")) => {
            found.push(text.clone())
        }
        Value::Object(map) => map.iter().for_each(|(key, value)| collect(key, value, found)),
        Value::Array(items) => items.iter().for_each(|item| collect(key, item, found)),
        _ => {}
    }
}

fn value_of(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['"', '\'']);
    (!text.is_empty()).then(|| text.to_owned())
}
