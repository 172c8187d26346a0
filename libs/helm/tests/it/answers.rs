//! What Helm answered, recorded by `scripts/helm/record.sh`: a file for each version.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use helm::Values;
use serde_json::{Map, Value, json};

use crate::case::Case;
use crate::cases;
use crate::real::{self, Real};

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/answers")
}

/// The recorded files, by the version that they are of.
fn recorded() -> BTreeMap<String, Value> {
    let files = fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| {
        let version = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (version, serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
    };
    files.map(read).collect()
}

/// The values that we read; null where we refuse.
fn ours(case: &Case) -> Value {
    let release = case.release().unwrap();
    Values::of(&release).map_or(Value::Null, |values| comparable(&values.merged()))
}

/// Helm's numbers are floating-point numbers, and what is null in a map is nothing to a template.
fn comparable(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.iter().map(comparable).collect(),
        Value::Object(map) => {
            let kept = map.iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(key, value)| (key.clone(), comparable(value))).collect())
        }
        other => other.clone(),
    }
}

/// Of several documents Helm 3 takes the first. We read as Helm 4.
const OTHERWISE_IN_3: [&str; 2] = ["two documents", "two documents that are given"];

/// The cases in which we read other values than a version of Helm.
fn differences(version: &str, answers: &Map<String, Value>) -> Vec<String> {
    let mut wrong = Vec::new();
    for case in cases::all() {
        if version.starts_with("v3.") && OTHERWISE_IN_3.contains(&case.name) {
            continue;
        }
        let Some(answer) = answers.get(case.name) else { continue };
        let (ours, helms) = (ours(&case), comparable(&answer["values"]));
        if ours != helms {
            wrong.push(format!("{}\n  ours:  {ours}\n  helms: {helms}", case.name));
        }
    }
    wrong
}

#[test]
fn values_are_those_that_helm_recorded() {
    let recorded = recorded();
    assert!(recorded.keys().any(|version| version.starts_with("v3.")), "answers of Helm 3");
    assert!(recorded.keys().any(|version| version.starts_with("v4.")), "answers of Helm 4");
    for (version, answers) in recorded {
        let wrong = differences(&version, answers.as_object().unwrap());
        assert!(wrong.is_empty(), "{version}:\n{}", wrong.join("\n"));
    }
}

#[test]
fn every_case_is_recorded_as_it_is_now() {
    let now: BTreeMap<&str, String> =
        cases::all().iter().map(|case| (case.name, case.release().unwrap().fingerprint())).collect();
    assert_eq!(now.len(), cases::all().len(), "two cases have one name");
    for (version, answers) in recorded() {
        let answers = answers.as_object().unwrap();
        let known: BTreeSet<&str> = answers.keys().map(String::as_str).collect();
        assert_eq!(known, now.keys().copied().collect(), "{version}: scripts/helm/record.sh records anew");
        for (name, fingerprint) in &now {
            assert_eq!(
                answers[*name]["of"],
                json!(fingerprint),
                "{version}, {name}: scripts/helm/record.sh records anew"
            );
        }
    }
}

fn compare_here(major: &str) {
    for helm in real::found().into_iter().filter(|helm| helm.version.starts_with(major)) {
        let wrong = differences(&helm.version, &answers_of(&helm));
        assert!(wrong.is_empty(), "{}:\n{}", helm.version, wrong.join("\n"));
    }
}

#[test]
fn values_are_those_that_helm_3_answers_here() {
    compare_here("v3.");
}

#[test]
fn values_are_those_that_helm_4_answers_here() {
    compare_here("v4.");
}

/// Writes the answers, and checks nothing.
#[test]
#[ignore = "scripts/helm/record.sh runs it"]
fn record() {
    for helm in real::found() {
        let path = directory().join(format!("{}.json", helm.version));
        let text = serde_json::to_string_pretty(&answers_of(&helm)).unwrap();
        fs::write(path, text + "\n").unwrap();
    }
}

fn answers_of(helm: &Real) -> Map<String, Value> {
    let answer = |case: Case| {
        let release = case.release().unwrap();
        let values = helm.values(&release).unwrap_or_default();
        (case.name.to_owned(), json!({"of": release.fingerprint(), "values": values}))
    };
    cases::all().into_iter().map(answer).collect()
}
