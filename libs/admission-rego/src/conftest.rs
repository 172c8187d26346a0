//! Policies as conftest reads them: rules `deny`, `violation` and `warn`, also as `deny_NAME`, in `package main`, over one object.
//!
//! Source: the documentation of conftest (`conftest.dev`): "Writing policies", "Exceptions".

use std::collections::BTreeMap;

use admission::{Engine, Operation, Outcome, Policy, PolicyFile, Request, Verdict};
use admission_cel::Steps;
use serde_json::Value;

use crate::program::{Program, RegoError};
use crate::steps::Limit;

/// Policies in conftest's form.
#[derive(Debug)]
pub struct Conftest {
    program: Program,
    rules: Vec<Rule>,
    has_exceptions: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Rule {
    /// `data.main`
    package: String,
    /// `deny_root`
    name: String,
    file: String,
}

/// The package that conftest evaluates unless it is told otherwise.
const MAIN: &str = "data.main";

impl Conftest {
    /// Reads files of Rego and the data that they see. Of several packages `main` alone is evaluated; where there is none, each
    /// that has such rules, as with `--all-namespaces`.
    ///
    /// # Errors
    /// When a file is no Rego.
    pub fn read(files: &[PolicyFile], data: &Value, limit: Limit) -> Result<Self, RegoError> {
        let mut program = Program::new(limit);
        let (mut rules, mut has_exceptions) = (Vec::new(), Vec::new());
        // Tests are for `conftest verify`.
        for file in files.iter().filter(|file| !file.path.ends_with("_test.rego")) {
            let package = program.add(&file.path, &file.text)?;
            for name in heads(&file.text) {
                if name == "exception" {
                    has_exceptions.push(package.clone());
                } else if is_rule(&name) {
                    rules.push(Rule { package: package.clone(), name, file: file.path.clone() });
                }
            }
        }
        if data.as_object().is_some_and(|data| !data.is_empty()) {
            program.add_data(data)?;
        }
        if rules.iter().any(|rule| rule.package == MAIN) {
            rules.retain(|rule| rule.package == MAIN);
        }
        rules.sort();
        rules.dedup_by(|next, kept| (&next.package, &next.name) == (&kept.package, &kept.name));
        Ok(Self { program, rules, has_exceptions })
    }

    /// Whether there is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What the rules have against an object that is made or changed. conftest looks at files: what it says of an object is
    /// new only if it did not say so before.
    #[must_use]
    pub fn evaluate(&mut self, request: &Request, all: &Steps) -> Vec<Verdict> {
        let is_of_a_file = request.operation != Operation::Delete && request.place.is_root();
        let Some(object) = request.object.as_deref().filter(|_| is_of_a_file) else { return Vec::new() };
        let now = self.says(object, all);
        let before = request.old_object.as_deref().filter(|_| !now.is_empty());
        let earlier = before.map(|before| self.says(before, all)).unwrap_or_default();
        let verdict = |(policy, outcome)| Verdict {
            policy,
            object: Some(request.written.clone()),
            path: request.place.clone(),
            was_so_before: earlier.iter().any(|(_, one)| *one == outcome),
            outcome,
        };
        now.into_iter().map(verdict).collect()
    }

    fn says(&mut self, object: &Value, all: &Steps) -> Vec<(Policy, Outcome)> {
        let mut found = Vec::new();
        let mut excepted: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for package in self.has_exceptions.clone() {
            let rules = self.program.rule(&format!("{package}.exception"), object, all);
            excepted.insert(package, rules.ok().flatten().map(|rules| names_in(&rules)).unwrap_or_default());
        }
        for rule in self.rules.clone() {
            let policy = Policy { engine: Engine::Conftest, name: format!("{} in {}", rule.name, rule.file) };
            let is_excepted =
                excepted.get(&rule.package).is_some_and(|names| names.contains(&suffix(&rule.name)));
            if is_excepted {
                continue;
            }
            match self.program.rule(&format!("{}.{}", rule.package, rule.name), object, all) {
                Ok(value) => {
                    let said = value.iter().flat_map(said);
                    found.extend(said.map(|outcome| (policy.clone(), rule.outcome(outcome))));
                }
                Err(error) => found.push((policy, rule.outcome(error.outcome()))),
            }
        }
        found
    }
}

impl Rule {
    /// What `warn` refuses is a warning, and nobody waits for one that does not come to an end. What is no result stops
    /// conftest, whatever the rule is.
    fn outcome(&self, outcome: Outcome) -> Outcome {
        match (self.name.starts_with("warn"), outcome) {
            (true, Outcome::Refuses(text)) => Outcome::Warns(text),
            (true, Outcome::RanOut(why)) => Outcome::NotEvaluated(why),
            (_, outcome) => outcome,
        }
    }
}

/// The names of the rules of a module: the words that lines begin with.
fn heads(text: &str) -> Vec<String> {
    let word = |line: &str| {
        let end = line.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(line.len());
        line[..end].to_owned()
    };
    text.lines().map(word).filter(|word| !word.is_empty()).collect()
}

/// `^(deny|violation|warn)(_[a-zA-Z0-9]+)*$`
fn is_rule(name: &str) -> bool {
    let mut parts = name.split('_');
    parts.next().is_some_and(|kind| ["deny", "violation", "warn"].contains(&kind))
        && parts.all(|part| !part.is_empty())
}

/// What an exception names: `root` for `deny_root`, and nothing for `deny`.
fn suffix(rule: &str) -> String {
    rule.split_once('_').map_or_else(String::new, |(_, suffix)| suffix.to_owned())
}

/// The names in the lists that `exception` holds.
fn names_in(value: &Value) -> Vec<String> {
    match value {
        Value::String(name) => vec![name.clone()],
        Value::Array(items) => items.iter().flat_map(names_in).collect(),
        _ => Vec::new(),
    }
}

/// What a rule came to: texts, or objects with `msg`. Of an object without one conftest says "rule missing msg field",
/// and stops.
pub(crate) fn said(value: &Value) -> Vec<Outcome> {
    match value {
        Value::Array(items) => items.iter().flat_map(said).collect(),
        Value::String(text) => vec![Outcome::Refuses(text.clone())],
        Value::Object(fields) => vec![match fields.get("msg").and_then(Value::as_str) {
            Some(text) => Outcome::Refuses(text.to_owned()),
            None => Outcome::Fails("a result without msg".to_owned()),
        }],
        Value::Bool(true) => vec![Outcome::Refuses("it is refused, without a message".to_owned())],
        _ => Vec::new(),
    }
}
