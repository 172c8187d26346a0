//! Users' policies, in a process of their own: they are other people's programs.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use admission::Verdict;
use policies::{Answer, Change, Job, PolicyError, answer};
use preview::{PlanDocument, Rendered, policy_facts};
use risk_rules::PolicyVerdict;
use source::{Bounds, confined};

/// The argument with which a program of ours evaluates policies: it reads a job on standard input and prints the answer.
pub const EVALUATE: &str = "evaluate-policies";

/// What the process may take: policies are counted in steps, so that time is for what steps do not see.
const BOUNDS: Bounds =
    Bounds { time: Duration::from_secs(10), output_bytes: 16 << 20, memory_bytes: 1 << 30 };

/// Starts the process.
#[derive(Debug, Clone)]
pub struct Evaluator {
    program: Option<PathBuf>,
    bounds: Bounds,
}

/// Why nobody knows what the policies say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsaid {
    /// A file that was given cannot be used.
    #[error(transparent)]
    Refused(#[from] PolicyError),
    /// The process did not come to an answer.
    #[error("{0}")]
    Ended(String),
}

impl Evaluator {
    /// With the program that runs now: it has to know [`EVALUATE`].
    #[must_use]
    pub fn of_this_program() -> Self {
        Self { program: std::env::current_exe().ok(), bounds: BOUNDS }
    }

    /// What the policies of a plan's files, and of the target's own objects, say of a change. It blocks.
    pub(crate) fn facts(&self, rendered: &Rendered, plan: &PlanDocument) -> Vec<PolicyVerdict> {
        let lacking = plan.policies.unreadable.clone();
        let mut facts = lacking.map_or_else(Vec::new, |why| policy_facts(Err(why)));
        let said = self.said(Change {
            files: &plan.policies.files,
            before: Some(&rendered.before),
            after: &rendered.after,
            namespace: plan.to.namespace.as_deref(),
        });
        facts.extend(policy_facts(said.map_err(|why| why.to_string())));
        facts
    }

    /// What the policies of a change say: nothing without any. It blocks, for as long as the process may take.
    ///
    /// # Errors
    /// A file that cannot be used, and whatever ends the process before it has answered.
    pub fn said(&self, change: Change<'_>) -> Result<Vec<Verdict>, Unsaid> {
        if !change.has_policies() {
            return Ok(Vec::new());
        }
        match serde_json::from_slice(&self.printed(change).map_err(Unsaid::Ended)?) {
            Ok(Answer::Verdicts(verdicts)) => Ok(verdicts),
            Ok(Answer::Refused(error)) => Err(Unsaid::Refused(error)),
            Err(_) => Err(Unsaid::Ended("the process that evaluates them gave no answer".to_owned())),
        }
    }

    fn printed(&self, change: Change<'_>) -> Result<Vec<u8>, String> {
        let job = Job::of(change).write().map_err(|error| error.to_string())?;
        let program = self.program.as_deref().ok_or("this program cannot find itself")?;
        confined(program, &[EVALUATE], &job, &self.bounds)
            .map_err(|why| format!("the process that evaluates them was ended: {why}"))
    }
}

/// Evaluates policies: reads a job on standard input and prints the answer. It is for [`Evaluator`], not for people.
#[must_use]
pub fn evaluate_policies() -> ExitCode {
    let mut job = Vec::new();
    let read = std::io::stdin().read_to_end(&mut job).map_err(|error| error.to_string());
    let answered = read.and_then(|_| answer(&job).map_err(|error| error.to_string()));
    let printed =
        answered.and_then(|answer| std::io::stdout().write_all(&answer).map_err(|error| error.to_string()));
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            // Where a line of it stands is said, not what is in it.
            let _ = writeln!(std::io::stderr(), "plimsoll: no policies were evaluated: {why}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use kube_model::State;
    use kube_model::yaml::Limits;
    use policies::PolicyFile;

    use super::*;

    const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

    /// Whatever is wrong with the process, there is an answer.
    #[test]
    fn a_process_that_says_nothing_is_told() {
        let file = PolicyFile { path: "a.rego".to_owned(), text: String::new() };
        let files = [file];
        let change = Change { files: &files, before: None, after: &[], namespace: None };
        let of = |program: Option<&str>| Evaluator { program: program.map(PathBuf::from), bounds: BOUNDS };
        let ended = |why: &str| Err(Unsaid::Ended(why.to_owned()));
        assert_eq!(of(None).said(change), ended("this program cannot find itself"));
        assert_eq!(
            of(Some("/bin/true")).said(change),
            ended("the process that evaluates them gave no answer")
        );
        assert_eq!(
            of(Some("/bin/false")).said(change),
            ended("the process that evaluates them was ended: it ended with an error")
        );
    }

    /// Where there is no policy nothing is started.
    #[test]
    fn without_policies_nothing_is_asked() {
        let objects = State::read([("a.yaml", MAP)], &Limits::default()).unwrap().objects;
        let change = Change { files: &[], before: None, after: &objects, namespace: None };
        assert_eq!(Evaluator { program: None, bounds: BOUNDS }.said(change), Ok(Vec::new()));
    }
}
