//! Places in charts: the values file that writes a field's value, as far as that can be told.

use discovery::{Chart, Helm, Values};
use kube_model::ManifestFile;
use risk_rules::{Finding, Location};
use serde_json::Value;

use super::manifest;

/// Looks something up in a file of the repository.
pub(super) type InFile<'a> = &'a dyn Fn(&str, &dyn Fn(&ManifestFile) -> Option<Location>) -> Option<Location>;

/// The values files, the one that wins first: a scalar under the field's own name with the value that it has. Where no file
/// has one, the start of the file that wins, else of the chart's own values.
pub(super) fn at(helm: &Helm, finding: &Finding, in_file: InFile<'_>) -> Option<Location> {
    let own = match &helm.chart {
        Chart::Directory(path) => file_tree::join(path, "values.yaml").ok(),
        Chart::Archive(_) | Chart::Remote(_) => None,
    };
    let given = helm.values.iter().rev().filter_map(|values| match values {
        Values::File(path) => Some(path.clone()),
        Values::Inline(_) | Values::Unknown(_) => None,
    });
    let files: Vec<String> = given.chain(own).collect();
    let named = |location: Location, file: &str| Location { file: file.to_owned(), ..location };
    let key = finding.path.last_key().unwrap_or_default();
    let values = [&finding.after, &finding.before].into_iter().flatten().filter_map(text);
    let written = values.into_iter().find_map(|value| {
        files.iter().find_map(|file| {
            let found = in_file(file, &|read| written(read, key, &value))?;
            Some(named(found, file))
        })
    });
    let start = || {
        files.iter().find_map(|file| {
            let found = in_file(file, &|_| Some(START))?;
            Some(named(found, file))
        })
    };
    written.or_else(start)
}

const START: Location = Location { file: String::new(), line: 1, column: 1, end_line: 1 };

fn written(file: &ManifestFile, key: &str, value: &str) -> Option<Location> {
    file.documents().find_map(|document| {
        let (name, below) = manifest::scalar(document, key, value)?;
        Some(manifest::location(&file.text, name, Some(document.resolve(below))))
    })
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
