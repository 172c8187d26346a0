//! The specification by example: `tests/scenarios`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use kube_model::PlacePattern;
use serde_json::Value;

use crate::sandbox::{Sandbox, workspace};

const LISTS: [&str; 5] = ["carried", "kept", "pending", "candidates", "blocked"];

/// A place without group and namespace, as the expectations write it.
fn short(place: &str) -> String {
    let pattern: PlacePattern = place.parse().unwrap();
    let name = match pattern.object.name.contains(':') {
        true => format!("\"{}\"", pattern.object.name),
        false => pattern.object.name.clone(),
    };
    format!("{}/{name}:{}", pattern.object.kind, pattern.path)
}

/// The words of a command, in which double quotes hold a word together.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for character in command.trim().chars() {
        match character {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            other => words.last_mut().unwrap().push(other),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Every file below a directory, by its path.
pub(crate) fn tree(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => {
                    drop(files.insert(path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap()))
                }
            }
        }
    }
    files
}

/// The tree that the edit has to leave behind.
fn expected_tree(scenario: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = tree(&scenario.join("repo"));
    if scenario.join("after").is_dir() {
        files.extend(tree(&scenario.join("after")));
    }
    for removed in fs::read_to_string(scenario.join("removed")).unwrap_or_default().lines() {
        assert!(files.remove(Path::new(removed)).is_some(), "{removed} is in no tree");
    }
    files
}

/// A scenario's tree and its base, to run in.
pub(crate) fn sandbox_of(scenario: &Path) -> Sandbox {
    let sandbox = Sandbox::new().with_copy(&scenario.join("repo"), "repo");
    if scenario.join("base").is_dir() {
        crate::sandbox::copy(&scenario.join("base"), &sandbox.path().join("base"));
    }
    sandbox
}

pub(crate) fn command_of(scenario: &Path) -> Vec<String> {
    words(&fs::read_to_string(scenario.join("command")).unwrap())
}

/// What is wrong with a scenario; empty if it passes.
fn problems(scenario: &Path) -> Vec<String> {
    let sandbox = sandbox_of(scenario);
    let command = command_of(scenario);
    let expected: Value =
        serde_json::from_str(&fs::read_to_string(scenario.join("expected.json")).unwrap()).unwrap();
    let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
    arguments.extend(["--format", "json"]);
    let run = sandbox.run_in("repo", &arguments);
    let mut problems = Vec::new();
    if run.code != expected["exit"] {
        problems.push(format!("exit {} and not {}: {}", run.code, expected["exit"], run.err));
    }
    if let (Some(previews), Ok(document)) = (expected.get("previews"), serde_json::from_str(&run.out)) {
        let found = previewed(&document);
        if found != *previews {
            problems.push(format!("it previews {found}"));
        }
        return problems;
    }
    match serde_json::from_str::<Value>(&run.out) {
        Ok(document) => problems.extend(wrong_places(&document["plan"], &expected)),
        // An error has no plan.
        Err(error) if expected["exit"] != 1 => problems.push(error.to_string()),
        Err(_) => {}
    }
    let text = format!("{}{}", run.out, run.err);
    for says in texts(&expected["says"]).chain(texts(&expected["error"])) {
        if !text.contains(says) {
            problems.push(format!("it does not say {says}"));
        }
    }
    for hides in texts(&expected["hides"]) {
        if text.contains(hides) {
            problems.push(format!("it shows {hides}"));
        }
    }
    arguments.push("--write");
    let written = sandbox.run_in("repo", &arguments);
    if written.code != run.code {
        problems.push(format!("--write ends with {}: {}", written.code, written.err));
    }
    problems.extend(differing_files(&expected_tree(scenario), &tree(&sandbox.path().join("repo"))));
    problems
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().map(|text| text.as_str().unwrap())
}

fn wrong_places(plan: &Value, expected: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    for list in LISTS {
        let places = |value: &Value, place: fn(&Value) -> String| -> BTreeSet<String> {
            value.as_array().unwrap().iter().map(place).collect()
        };
        let found = places(&plan[list], |item| short(item["place"].as_str().unwrap()));
        let wanted = places(&expected[list], |place| short(place.as_str().unwrap()));
        problems.extend(found.difference(&wanted).map(|place| format!("{list} has {place}")));
        problems.extend(wanted.difference(&found).map(|place| format!("{list} lacks {place}")));
    }
    problems
}

/// The environments that an edit changes, each with its objects, and those that come and go.
fn previewed(document: &Value) -> Value {
    let list = |name: &str| document[name].as_array().unwrap().iter();
    let name = |one: &Value| {
        format!("{}/{}", one["application"].as_str().unwrap(), one["environment"].as_str().unwrap())
    };
    let names = |list_name: &str| Value::from(list(list_name).map(name).collect::<Vec<_>>());
    let objects = |one: &Value| {
        let summary = one["changes"]["diff_summary"].as_object().unwrap().values();
        let mut objects: Vec<&str> =
            summary.flat_map(|names| names.as_array().unwrap()).filter_map(Value::as_str).collect();
        objects.sort_unstable();
        Value::from(objects)
    };
    let changed = list("changed").map(|one| (name(one), objects(one))).collect::<serde_json::Map<_, _>>();
    serde_json::json!({"changed": changed, "created": names("created"), "deleted": names("deleted")})
}

/// What differs between two trees, in words.
pub(crate) fn differing_files(
    wanted: &BTreeMap<PathBuf, Vec<u8>>,
    found: &BTreeMap<PathBuf, Vec<u8>>,
) -> Vec<String> {
    let paths: BTreeSet<&PathBuf> = wanted.keys().chain(found.keys()).collect();
    let text = |bytes: Option<&Vec<u8>>| match bytes {
        Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        None => "(no file)".to_owned(),
    };
    paths
        .into_iter()
        .filter(|path| wanted.get(*path) != found.get(*path))
        .map(|path| {
            format!(
                "{} differs\n--- wanted\n{}\n--- found\n{}",
                path.display(),
                text(wanted.get(path)),
                text(found.get(path))
            )
        })
        .collect()
}

/// The scenarios whose name starts so.
pub(crate) fn scenarios(prefix: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(workspace().join("tests/scenarios"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(prefix))
        .filter(|path| path.join("command").is_file())
        .collect();
    found.sort();
    found
}

fn pass(prefix: &str, at_least: usize) {
    let scenarios = scenarios(prefix);
    assert!(scenarios.len() >= at_least, "the scenarios are not where they should be");
    let mut failed = Vec::new();
    for scenario in &scenarios {
        let problems = problems(scenario);
        if !problems.is_empty() {
            let name = scenario.file_name().unwrap().to_string_lossy().into_owned();
            failed.push(format!("{name}\n  {}", problems.join("\n  ").replace('\n', "\n  ")));
        }
    }
    let (count, all) = (failed.len(), scenarios.len());
    assert!(failed.is_empty(), "{count} of {all} scenarios fail:\n\n{}", failed.join("\n\n"));
}

#[test]
fn every_plain_scenario_passes() {
    pass("plain-", 11);
}

#[test]
fn every_scenario_of_kustomize_passes() {
    pass("k", 10);
}

/// Helm's answers are recorded (`scripts/helm/record-scenarios.sh`): a chart or a value that they do not know fails.
#[test]
fn every_scenario_of_helm_passes() {
    pass("h", 3);
}

/// What Argo CD, Flux and Kargo put between the repository and the cluster. Helm's answers are recorded.
#[test]
fn every_scenario_of_gitops_layouts_passes() {
    pass("g", 23);
}

/// Planning again after the edit gives nothing more to edit.
#[test]
fn an_edit_is_made_once() {
    for scenario in ["plain-", "k", "h", "g"].into_iter().flat_map(scenarios) {
        let sandbox = sandbox_of(&scenario);
        let command = command_of(&scenario);
        let mut arguments: Vec<&str> = command
            .iter()
            .map(String::as_str)
            .take_while(|word| !matches!(*word, "--take" | "--only" | "--skip"))
            .collect();
        arguments.extend(["--format", "json", "--write"]);
        if command[0] != "preview" || sandbox.run_in("repo", &arguments).code == 1 {
            continue;
        }
        let after = tree(&sandbox.path().join("repo"));
        let again = sandbox.run_in("repo", &arguments);
        assert_eq!(again.json()["plan"]["edits"], Value::Array(Vec::new()), "{}", scenario.display());
        assert!(differing_files(&after, &tree(&sandbox.path().join("repo"))).is_empty());
    }
}
