//! Users' policies: those that `--policy` names, those that the environment's `plimsoll.yaml` names, and the target's own.

use std::sync::Arc;

use kube_model::Object;
use policies::{Change, PolicyFile};
use preview::{PlanPolicies, may_hold_policies, policy_facts};
use risk::{Evaluator, Unsaid};
use risk_rules::PolicyVerdict;
use source::{Limits, RepositoryFiles, files_at};

use crate::failure::Failure;
use crate::given::Given;
use crate::session::{Input, Session};

/// The largest file of policies, in bytes.
const LARGEST: u64 = 4 << 20;

/// What is looked for where an argument names a directory.
const POLICIES: &str = "policies or data for them (.rego, .yaml, .yml, .json)";

/// The files that arguments name.
pub(crate) fn read(arguments: &[String]) -> Result<Vec<PolicyFile>, Failure> {
    let limits = Limits { file_bytes: LARGEST, ..Limits::default() };
    let mut files = Vec::new();
    for argument in arguments {
        for file in files_at(argument, POLICIES, may_hold_policies, &limits)? {
            let text = String::from_utf8(file.bytes)
                .map_err(|_| Failure::new("POLICY_INVALID", format!("{}: it is not UTF-8", file.path)))?;
            files.push(PolicyFile { path: file.path, text });
        }
    }
    Ok(files)
}

/// What `plimsoll.yaml` names for an environment: paths in the files that the environment is read from.
#[derive(Debug, Clone)]
pub(crate) struct NamedPolicies {
    pub(crate) files: Arc<RepositoryFiles>,
    pub(crate) paths: Vec<String>,
}

impl NamedPolicies {
    /// What is named for a source that an argument names.
    pub(crate) fn of(session: &Session, given: &Given, argument: &str) -> Result<Option<Self>, Failure> {
        let found = given.declaring(session, argument, |application, environment| {
            !application.policies_below("", environment).is_empty()
        })?;
        let named = found.map(|(files, found)| Self { files, paths: found.policies });
        Ok(named.filter(|named| !named.paths.is_empty()))
    }

    /// The files, as a plan takes them in.
    fn read(&self, session: &Session) -> Result<Vec<PolicyFile>, Failure> {
        readable(PlanPolicies::at(self.files.tree(), &self.paths, &session.redactor))
    }
}

/// The files of policies of which none is lacking.
pub(crate) fn readable(policies: PlanPolicies) -> Result<Vec<PolicyFile>, Failure> {
    match policies.unreadable {
        Some(why) => Err(Failure::new("POLICY_INVALID", why)),
        None => Ok(policies.files),
    }
}

/// What the policies say of two states: those of the run, those that the environment names, and the target's own.
pub(crate) fn of_states(
    session: &Session,
    named: Option<&NamedPolicies>,
    (before, after): (Option<&Input>, &Input),
) -> Result<Vec<PolicyVerdict>, Failure> {
    let mut files = session.policies.clone();
    files.extend(named.map(|named| named.read(session)).transpose()?.unwrap_or_default());
    let before = before.map(|input| input.objects.as_slice());
    let namespace = after.given.environment().and_then(|environment| environment.namespace.as_deref());
    facts(&files, (before, &after.objects), namespace)
}

/// What the policies say of a change, as facts of the rules; where their process is ended, that.
pub(crate) fn facts(
    files: &[PolicyFile],
    (before, after): (Option<&[Object]>, &[Object]),
    namespace: Option<&str>,
) -> Result<Vec<PolicyVerdict>, Failure> {
    let said = match Evaluator::of_this_program().said(Change { files, before, after, namespace }) {
        Err(Unsaid::Refused(error)) => return Err(Failure::new(error.code(), error.to_string())),
        said => said.map_err(|why| why.to_string()),
    };
    Ok(policy_facts(said))
}
