//! From pinned commits to a plan.

use std::sync::Arc;
use std::time::Duration;

use application::{Application, Policy};
use events::plan::PlanInputs;
use kube_model::Redactor;
use kube_model::yaml::Limits;
use preview::{DiffInput, DiffOutput, KnownNodes, Selection};
use source::{Mirrors, Programs};

use crate::{fetch, nodes, policies};

/// What is planned.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The pinned commits, and what is read of them.
    pub inputs: &'a PlanInputs,
    /// The application's document.
    pub document: &'a Application,
    /// The rules of the target's branch.
    pub policy: &'a Policy,
    /// What a person decided.
    pub selection: &'a Selection,
    /// What masks secrets in this promotion.
    pub redactor: &'a Redactor,
    /// How long Git may take for all that is read.
    pub within: Duration,
}

/// Why there is no plan: what a person is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: &'static str,
    /// The reason.
    pub message: String,
}

/// Reads what a plan is made from, plans, and compares.
pub trait Planner: Send + Sync + 'static {
    /// The plan and what is known of the target's nodes. It blocks.
    ///
    /// # Errors
    /// What keeps the files from being read or the plan from being made.
    fn plan(&self, asked: &Asked<'_>) -> Result<(DiffOutput, KnownNodes), Refusal>;
}

/// Plans from mirrors of the repositories, rendering with programs where that is asked for.
pub(crate) struct MirrorPlanner {
    pub(crate) mirrors: Arc<Mirrors>,
    pub(crate) programs: Programs,
}

impl Planner for MirrorPlanner {
    fn plan(&self, asked: &Asked<'_>) -> Result<(DiffOutput, KnownNodes), Refusal> {
        let Asked { inputs, document, policy, selection, redactor, within } = *asked;
        // All of it is read before anything is rendered: that takes nothing of Git's time.
        let mirrors = &self.mirrors.within(within);
        let files = fetch::files(mirrors, inputs, document)
            .map_err(|error| Refusal { code: error.code(), message: error.to_string() })?;
        let policies = policies::read(mirrors, inputs, document);
        let nodes = nodes::known(mirrors, inputs, document, redactor);
        let input = DiffInput {
            source: files.source.tree(),
            target: files.target.tree(),
            base: files.base.as_ref().map(fetch::FetchedBase::trees),
            policy,
            selection,
            redactor,
            limits: &Limits::default(),
            shared: &files.shared,
            programs: &self.programs,
        };
        let mut output = preview::diff(&input)
            .map_err(|error| Refusal { code: error.code(), message: error.to_string() })?;
        if let Some(policies) = policies {
            policies.pin(&mut output.plan, redactor);
        }
        Ok((output, nodes))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

    use events::plan::Side;
    use ids::{ApplicationId, BlobHash};
    use source::{MirrorOptions, Reach};
    use tokio::time::Instant;
    use uuid::Uuid;

    use super::*;

    fn side(environment: &str) -> Side {
        let (environment, path) = (environment.to_owned(), environment.to_owned());
        Side { environment, path, namespace: None, cluster: None }
    }

    fn inputs() -> PlanInputs {
        let nothing = BlobHash::of(b"");
        PlanInputs {
            application_id: ApplicationId::new(Uuid::nil()),
            application: "shop".to_owned(),
            from: side("staging"),
            to: side("production"),
            repository: "http://127.0.0.1:1/shop.git".to_owned(),
            source_commit: "a".repeat(40),
            target_commit: "b".repeat(40),
            target_branch: "main".to_owned(),
            base: None,
            policy: nothing,
            document: nothing,
            price_book: nothing,
            take: Vec::new(),
            only: Vec::new(),
            skip: Vec::new(),
            policy_path: Some("plimsoll.yaml".to_owned()),
        }
    }

    /// Whatever asks when the time is over starts no `git` any more.
    #[test]
    fn all_that_is_read_has_one_time() {
        let document = b"apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {name: shop}\n\
            spec:\n  environments:\n\
            \x20 - {name: staging, path: staging}\n\
            \x20 - {name: production, path: production, nodes: nodes.yaml, policies: [policies]}\n";
        let (inputs, document) = (inputs(), Application::read(document).unwrap());
        let directory = tempfile::tempdir().unwrap();
        let options = MirrorOptions { reach: Reach::RemoteAndLocal, ..MirrorOptions::default() };
        let mirrors = Mirrors::open(directory.path(), options).unwrap().within(Duration::from_millis(1));
        let over = Instant::now() + Duration::from_millis(2);
        while Instant::now() < over {
            std::hint::spin_loop();
        }
        let refused = fetch::files(&mirrors, &inputs, &document).map(drop).unwrap_err();
        assert_eq!(refused.code(), "GIT_TIMEOUT");
        let policies = policies::read(&mirrors, &inputs, &document).unwrap();
        assert_eq!(policies.files.map(drop).unwrap_err().code(), "GIT_TIMEOUT");
        let nodes = nodes::known(&mirrors, &inputs, &document, &Redactor::new(&[1; 32]));
        assert!(matches!(&nodes, KnownNodes::Unknown(why) if why.contains("git was ended")), "{nodes:?}");
        assert_eq!(mirrors.processes(), 0);
    }
}
