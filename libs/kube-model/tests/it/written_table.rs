//! `written_table.jsonl`: a JSON value a line, with what `sigs.k8s.io/yaml` v1.6.0 (`JSONToYAML`) writes for it.
//! `scripts/yaml` records it. Where what it writes cannot be read again the row says what we write instead, and why.

use kube_model::yaml;
use serde::Deserialize;
use serde_json::Value;

const TABLE: &str = include_str!("written_table.jsonl");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    json: Value,
    yaml: String,
    ours: Option<String>,
    #[serde(rename = "because")]
    _because: Option<String>,
}

#[test]
fn yaml_is_written_as_kubernetes_writes_it() {
    let rows = TABLE.lines().map(|line| serde_json::from_str::<Row>(line).unwrap());
    let wrong = rows.filter_map(|row| {
        let written = yaml::write(&row.json);
        let expected = row.ours.unwrap_or(row.yaml);
        (written != expected).then(|| format!("{}:\n{written}and not\n{expected}", row.json))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
}
