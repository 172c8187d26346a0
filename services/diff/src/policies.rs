//! The policies that the target's `plimsoll.yaml` names, at the target's commit.

use application::Application;
use events::plan::PlanInputs;
use kube_model::Redactor;
use preview::{PlanDocument, PlanPolicies};
use source::Mirrors;

use crate::fetch::{PATIENCE, patiently};

/// Takes them into the plan. What is wrong with them is said in it, and stops no promotion. It blocks.
pub(crate) fn pin(
    plan: &mut PlanDocument,
    mirrors: &Mirrors,
    (inputs, document): (&PlanInputs, &Application),
    redactor: &Redactor,
) {
    let Some(environment) = document.environment(&inputs.to.environment) else { return };
    let file = inputs.policy_path.as_deref().unwrap_or_default();
    let directory = file.rsplit_once('/').map_or("", |(directory, _)| directory);
    let paths = document.policies_below(directory, environment);
    if paths.is_empty() {
        return;
    }
    let mirrors = mirrors.within(PATIENCE);
    match patiently(|| mirrors.files(&inputs.repository, &inputs.target_commit)) {
        Ok(files) => plan.pin_policies(files.tree(), &paths, redactor),
        Err(error) => {
            plan.policies = PlanPolicies::unreadable(format!("the policies cannot be read: {error}"));
        }
    }
}
