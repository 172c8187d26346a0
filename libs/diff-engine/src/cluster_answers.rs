//! What a real API server answered to the cases in `tests/cluster/cases`, for tests to hold predictions against.
//!
//! The answers are recorded by `scripts/cluster/record.py`, and are replayed wherever the tests run. `make test-cluster` asks a
//! server again and names the folder of its answers in `PLIMSOLL_CLUSTER_ANSWERS`.

use std::collections::HashMap;
use std::path::PathBuf;

use kube_model::{Object, Path, State, yaml::Limits};
use serde_json::Value;

/// What only the server can know: it allocates them, or takes them from who asks.
const ALLOCATED: [&str; 10] = [
    "Service:spec.clusterIP",
    "Service:spec.healthCheckNodePort",
    "Job:metadata.labels",
    "Job:spec.selector",
    "Job:spec.template.metadata",
    "DaemonSet:metadata.annotations",
    // Admission's NodeRestriction and TaintNodesByCondition.
    "Node:spec",
    "CertificateSigningRequest:spec.groups",
    "CertificateSigningRequest:spec.uid",
    "CertificateSigningRequest:spec.username",
];

/// Whether only the server can know what stands there.
pub(crate) fn is_allocated(object: &Object, path: &Path) -> bool {
    let place = format!("{}:{path}", object.key.kind);
    place.ends_with(".nodePort") || ALLOCATED.iter().any(|allocated| place.starts_with(allocated))
}

/// One case: what was written before and after, and what the server made of it.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) before: Vec<Object>,
    pub(crate) after: Vec<Object>,
    pub(crate) answer: Value,
}

impl Case {
    /// The objects that are there before and after.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&Object, &Object)> {
        let before = |after: &Object| self.before.iter().find(|before| before.key == after.key);
        self.after.iter().filter_map(move |after| Some((before(after)?, after)))
    }

    /// The server's answer to an object that was written: the object, or why it was refused.
    pub(crate) fn answered(&self, side: &str, object: &Object) -> Result<&Value, &str> {
        let answers = self.answer[side].as_array().unwrap();
        let refused = answers.iter().find_map(|answer| answer.get("refused"));
        let found = answers.iter().find(|answer| {
            answer["kind"] == object.value["kind"]
                && answer["metadata"]["name"] == object.value["metadata"]["name"]
        });
        found.ok_or_else(|| refused.and_then(Value::as_str).unwrap_or("not answered"))
    }
}

/// The server's version, and every case that it was asked.
pub(crate) fn cases() -> (String, Vec<Case>) {
    let folder = folder();
    let (server, mut answers) = answers("answers.jsonl");
    let mut files: Vec<_> =
        folder.join("cases").read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts = files.iter().map(|file| std::fs::read_to_string(file).unwrap());
    let mut cases: Vec<Case> = texts.flat_map(|text| read(&text, &mut answers)).collect();
    for (name, folders) in SHOP {
        let at = answers.iter().position(|answer| answer["case"] == name).unwrap();
        cases.push(shop(name, folders, answers.remove(at)));
    }
    assert!(answers.is_empty(), "answers without a case: record again");
    (server, cases)
}

/// A whole shop: a release to its staging, and what the release's promotion makes of its production.
const SHOP: [(&str, [&str; 2]); 2] =
    [("shop", ["promoted", "staging"]), ("shop-production", ["production", "production-after"])];

fn shop(name: &str, [before, after]: [&str; 2], answer: Value) -> Case {
    let objects = |state: &str| {
        let state = folder().join("shop").join(state);
        let files = state.read_dir().unwrap().map(|entry| entry.unwrap().path());
        let files = files.map(|path| (path.display().to_string(), std::fs::read(path).unwrap()));
        State::read(files, &Limits::default()).unwrap().objects
    };
    Case { name: name.to_owned(), before: objects(before), after: objects(after), answer }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cluster")
}

fn answers(file: &str) -> (String, Vec<Value>) {
    let folder = std::env::var_os("PLIMSOLL_CLUSTER_ANSWERS").map_or_else(folder, PathBuf::from);
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let server = lines.next().unwrap()["server"].as_str().unwrap().to_owned();
    (server, lines.collect())
}

/// What is live, what is applied to it, and what the server makes of that.
pub(crate) struct LiveCase {
    pub(crate) name: String,
    pub(crate) live: Value,
    pub(crate) desired: String,
    pub(crate) after: Value,
}

/// The server's version, and every apply to something live that it was asked about.
pub(crate) fn live_cases() -> (String, Vec<LiveCase>) {
    let (server, answers) = answers("live.jsonl");
    let text = std::fs::read_to_string(folder().join("live/live.yaml")).unwrap();
    let case = |answer: Value| {
        let name = answer["case"].as_str().unwrap().to_owned();
        let (_, case) = text.split_once(&format!("\n### {name}\n")).unwrap();
        let (_, desired) = case.split_once("\n### to\n").unwrap();
        let desired = desired.split("\n### ").next().unwrap().to_owned();
        LiveCase { name, live: answer["live"].clone(), desired, after: answer["after"].clone() }
    };
    (server, answers.into_iter().map(case).collect())
}

/// The cases of a file, in the form that `record.py` explains.
fn read(text: &str, answers: &mut Vec<Value>) -> Vec<Case> {
    let mut bases: HashMap<&str, String> = HashMap::new();
    let mut cases = Vec::new();
    for case in text.split("\n### ").skip(1) {
        let (title, text) = case.split_once('\n').unwrap();
        let text = format!("{}\n", text.trim_end_matches('\n'));
        let (name, base) = title.split_once(": ").map_or((title, None), |(name, base)| (name, Some(base)));
        let (before, after) = match base {
            Some(base) => (bases[base].clone(), Some(changed(&bases[base], &text))),
            None => (text.clone(), None),
        };
        bases.insert(name, text);
        let objects = |text: &str| State::read([("case.yaml", text)], &Limits::default()).unwrap().objects;
        let answer = answers.iter().position(|answer| answer["case"] == name);
        let answer = answers.remove(answer.unwrap_or_else(|| panic!("no answer to {name}: record again")));
        let after = after.map(|after| objects(&after)).unwrap_or_default();
        cases.push(Case { name: name.to_owned(), before: objects(&before), after, answer });
    }
    cases
}

fn changed(base: &str, hunks: &str) -> String {
    hunks.split("@@\n").fold(base.to_owned(), |text, hunk| {
        let side = |kept: [char; 2]| -> String {
            hunk.split_inclusive('\n').filter(|line| line.starts_with(kept)).map(|line| &line[1..]).collect()
        };
        let (old, new) = (side(['-', ' ']), side(['+', ' ']));
        // Lines are whole: what stands in the text starts after a line's end.
        format!("\n{text}").replacen(&format!("\n{old}"), &format!("\n{new}"), 1)[1..].to_owned()
    })
}
