//! The policies of an environment as an input of its previews, and what they say as facts.

use std::collections::BTreeMap;

use admission::{Engine, Outcome, PolicyFile, Verdict};
use file_tree::{FileTree, Found};
use ids::BlobHash;
use kube_model::yaml::Limits;
use kube_model::{FileBytes, Path, Redactor, SecretSpans};
use risk_rules::{Enforced, PolicyOutcome, PolicyVerdict};
use serde::{Deserialize, Serialize};

use crate::inputs::PinnedFile;
use crate::plan::PlanDocument;

/// The policies that `plimsoll.yaml` names for the target: they are a part of the plan, so that an approval covers them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanPolicies {
    /// Their files, sorted by path, secrets masked.
    pub files: Vec<PolicyFile>,
    /// Why not all of them are here: a path that nothing is at, or a file that is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
}

impl PlanPolicies {
    /// Whether nothing is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.unreadable.is_none()
    }

    /// The policies at these paths of a repository.
    #[must_use]
    pub fn at(tree: &FileTree, paths: &[String], redactor: &Redactor) -> Self {
        let mut taken: BTreeMap<&str, &[u8]> = BTreeMap::new();
        let mut policies = Self::default();
        for path in paths {
            let files = policies_at(tree, path);
            if files.is_empty() {
                policies.unreadable.get_or_insert_with(|| format!("there are no policies at {path}"));
            }
            taken.extend(files);
        }
        for (path, bytes) in taken {
            match std::str::from_utf8(bytes) {
                Ok(text) => policies.files.push(masked(path, text, redactor)),
                Err(_) => {
                    policies.unreadable.get_or_insert_with(|| format!("{path} is not UTF-8"));
                }
            }
        }
        policies
    }

    /// What none can be read of, for this reason.
    #[must_use]
    pub fn unreadable(why: String) -> Self {
        Self { files: Vec::new(), unreadable: Some(why) }
    }
}

impl PlanDocument {
    /// Takes the policies at these paths of the target's repository in: what they hold, and their hashes among what was read.
    pub fn pin_policies(&mut self, tree: &FileTree, paths: &[String], redactor: &Redactor) {
        self.policies = PlanPolicies::at(tree, paths, redactor);
        for path in paths {
            let pin = |(path, bytes): FileBytes<'_>| PinnedFile {
                path: path.to_owned(),
                sha256: BlobHash::of(bytes),
            };
            self.inputs.files.extend(policies_at(tree, path).into_iter().map(pin));
            if matches!(tree.find(path), Found::Directory) {
                self.inputs.directories.push(path.clone());
            }
        }
        self.inputs.files.sort_by(|a, b| a.path.cmp(&b.path));
        self.inputs.files.dedup();
        self.inputs.directories.sort();
        self.inputs.directories.dedup();
    }
}

fn masked(path: &str, text: &str, redactor: &Redactor) -> PolicyFile {
    let spans = SecretSpans::of_input(path, text, redactor, &Limits::default());
    let text = spans.masked(text, 0..text.len()).unwrap_or_else(|| text.to_owned());
    PolicyFile { path: path.to_owned(), text }
}

/// Whether a file of this name may hold policies or data for them.
#[must_use]
pub fn may_hold_policies(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    !name.starts_with('.')
        && name != application::FILE_NAME
        && [".rego", ".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end))
}

/// The files of policies at a path of a repository: a file, or those below a directory. None where there are none.
fn policies_at<'t>(tree: &'t FileTree, path: &'t str) -> Vec<FileBytes<'t>> {
    match tree.find(path) {
        Found::File(bytes) => vec![(path, bytes)],
        Found::Directory => tree.below(path).filter(|(path, _)| may_hold_policies(path)).collect(),
        Found::Link | Found::Nothing => Vec::new(),
    }
}

/// What policies say, or why nobody knows, as facts of the rules.
#[must_use]
pub fn policy_facts(said: Result<Vec<Verdict>, String>) -> Vec<PolicyVerdict> {
    match said {
        Ok(verdicts) => verdicts.into_iter().map(fact).collect(),
        Err(why) => vec![PolicyVerdict {
            policy: String::new(),
            enforced: Enforced::AtApply,
            object: None,
            path: Path::root(),
            outcome: PolicyOutcome::Stopped(why),
            was_so_before: false,
        }],
    }
}

fn fact(verdict: Verdict) -> PolicyVerdict {
    PolicyVerdict {
        policy: verdict.policy.name,
        enforced: match verdict.policy.engine {
            Engine::Conftest => Enforced::InFiles,
            Engine::AdmissionPolicy | Engine::Gatekeeper | Engine::Kyverno => Enforced::AtApply,
        },
        object: verdict.object,
        path: verdict.path,
        outcome: match verdict.outcome {
            Outcome::Refuses(text) => PolicyOutcome::Refuses(text),
            Outcome::Warns(text) => PolicyOutcome::Warns(text),
            Outcome::Fails(text) => PolicyOutcome::Fails(text),
            Outcome::NotEvaluated(why) => PolicyOutcome::NotEvaluated(why),
            Outcome::RanOut(why) => PolicyOutcome::RanOut(why),
        },
        was_so_before: verdict.was_so_before,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_policies_are_told_by_their_names() {
        for name in ["policy/deny.rego", "a.yaml", "p/data.json"] {
            assert!(may_hold_policies(name), "{name}");
        }
        for name in ["policy/README.md", "policy/.rego", "plimsoll.yaml"] {
            assert!(!may_hold_policies(name), "{name}");
        }
    }
}
