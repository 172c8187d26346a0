//! `written_table.jsonl`: a JSON value a line, with what `sigs.k8s.io/yaml` v1.6.0 (`JSONToYAML`) writes for it.
//! `scripts/yaml` records it.

use kube_model::yaml;
use serde::Deserialize;
use serde_json::Value;

const TABLE: &str = include_str!("written_table.jsonl");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    json: Value,
    yaml: String,
}

#[test]
fn yaml_is_written_as_kubernetes_writes_it() {
    let rows = TABLE.lines().map(|line| serde_json::from_str::<Row>(line).unwrap());
    let wrong = rows.filter_map(|row| {
        let written = yaml::write(&row.json);
        (written != row.yaml).then(|| format!("{}:\n{written}and not\n{}", row.json, row.yaml))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
}
