//! `yaml_table.jsonl`: a snippet a line, with what `sigs.k8s.io/yaml` v1.6.0 (`YAMLToJSONStrict`) makes of it: the JSON,
//! or its error. Where we differ on purpose, `because` says why and `ours` what we make of it (nothing: we refuse it).

use kube_model::yaml::{self, Limits};
use serde::Deserialize;
use serde_json::Value;

const TABLE: &str = include_str!("yaml_table.jsonl");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    yaml: String,
    /// What it is; none if it is refused.
    #[serde(default, deserialize_with = "some")]
    json: Option<Value>,
    /// Why it is refused.
    error: Option<String>,
    because: Option<String>,
    #[serde(default, deserialize_with = "some")]
    ours: Option<Value>,
}

/// `null` is a value here.
fn some<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

/// The first document, which is all that `sigs.k8s.io/yaml` reads.
fn read(text: &str) -> Option<Value> {
    let limits = Limits::default();
    let text = yaml::text_of(text.as_bytes(), &limits).ok()?;
    let documents = yaml::parse(text, &limits).ok()?;
    let Some(first) = documents.first() else { return Some(Value::Null) };
    yaml::to_value(first, &first.root, &limits).ok()
}

#[test]
fn yaml_means_what_kubernetes_reads_in_it() {
    let mut wrong = Vec::new();
    for line in TABLE.lines() {
        let row: Row = serde_json::from_str(line).unwrap();
        assert_eq!(row.json.is_some(), row.error.is_none(), "{line}");
        let expected = match row.because {
            Some(_) => &row.ours,
            None => &row.json,
        };
        assert!(row.because.is_none() || row.ours != row.json, "no difference: {line}");
        let found = read(&row.yaml);
        if found != *expected {
            wrong.push(format!("{:?}: {found:?} and not {line}", row.yaml));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
