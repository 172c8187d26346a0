//! The policies that the target's `plimsoll.yaml` names, at the target's commit.

use application::Application;
use events::plan::PlanInputs;
use kube_model::Redactor;
use preview::{PlanDocument, PlanPolicies};
use source::{GitError, Mirrors, RepositoryFiles};

use crate::fetch::patiently;

/// Those that are named, and the files among which they are, or why these cannot be read.
pub(crate) struct Named {
    paths: Vec<String>,
    pub(crate) files: Result<RepositoryFiles, GitError>,
}

/// Reads them; none if none are named. It blocks.
pub(crate) fn read(mirrors: &Mirrors, inputs: &PlanInputs, document: &Application) -> Option<Named> {
    let environment = document.environment(&inputs.to.environment)?;
    let file = inputs.policy_path.as_deref().unwrap_or_default();
    let directory = file.rsplit_once('/').map_or("", |(directory, _)| directory);
    let paths = document.policies_below(directory, environment);
    if paths.is_empty() {
        return None;
    }
    let files = patiently(|| mirrors.files(&inputs.repository, &inputs.target_commit));
    Some(Named { paths, files })
}

impl Named {
    /// Takes them into the plan. What is wrong with them is said in it, and stops no promotion.
    pub(crate) fn pin(&self, plan: &mut PlanDocument, redactor: &Redactor) {
        match &self.files {
            Ok(files) => plan.pin_policies(files.tree(), &self.paths, redactor),
            Err(error) => {
                plan.policies = PlanPolicies::unreadable(format!("the policies cannot be read: {error}"));
            }
        }
    }
}
