//! Users' policies, in a process of their own: they are other people's programs.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use std::io::{Read as _, Write as _};

use policies::{Answer, Change, Job, answer, has_policies};
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
pub(crate) struct Evaluator {
    program: Option<PathBuf>,
    bounds: Bounds,
}

impl Evaluator {
    /// With the program that runs now: it knows [`EVALUATE`].
    pub(crate) fn of_this_program() -> Self {
        Self { program: std::env::current_exe().ok(), bounds: BOUNDS }
    }

    /// What the policies say of a change: of a plan's files, and of the target's own objects. It blocks.
    pub(crate) fn facts(&self, rendered: &Rendered, plan: &PlanDocument) -> Vec<PolicyVerdict> {
        let lacking = plan.policies.unreadable.clone();
        let mut facts = lacking.map_or_else(Vec::new, |why| policy_facts(Err(why)));
        if plan.policies.files.is_empty() && !has_policies(&rendered.before) {
            return facts;
        }
        let change = Change {
            files: &plan.policies.files,
            before: Some(&rendered.before),
            after: &rendered.after,
            namespace: plan.to.namespace.as_deref(),
        };
        facts.extend(policy_facts(self.said(change)));
        facts
    }

    fn said(&self, change: Change<'_>) -> Result<Vec<admission::Verdict>, String> {
        let job = Job::of(change).write().map_err(|error| error.to_string())?;
        let program = self.program.as_deref().ok_or("this program cannot find itself")?;
        let printed = confined(program, &[EVALUATE], &job, &self.bounds)
            .map_err(|why| format!("the process that evaluates them was ended: {why}"))?;
        match serde_json::from_slice(&printed) {
            Ok(Answer::Verdicts(verdicts)) => Ok(verdicts),
            Ok(Answer::Refused(why)) => Err(why),
            Err(_) => Err("the process that evaluates them gave no answer".to_owned()),
        }
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
    use super::*;

    /// Whatever is wrong with the process, there is an answer.
    #[test]
    fn a_process_that_says_nothing_is_told() {
        let change = Change { files: &[], before: None, after: &[], namespace: None };
        let of = |program: Option<&str>| Evaluator { program: program.map(PathBuf::from), bounds: BOUNDS };
        assert_eq!(of(None).said(change), Err("this program cannot find itself".to_owned()));
        assert_eq!(
            of(Some("/bin/true")).said(change),
            Err("the process that evaluates them gave no answer".to_owned())
        );
        let dead = of(Some("/bin/false")).said(change).unwrap_err();
        assert_eq!(dead, "the process that evaluates them was ended: it ended with an error");
    }
}
