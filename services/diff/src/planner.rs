//! From pinned commits to a plan.

use std::sync::Arc;

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
        let Self { mirrors, programs } = self;
        let Asked { inputs, document, policy, selection, redactor } = *asked;
        let files = fetch::files(mirrors, inputs, document)
            .map_err(|error| Refusal { code: error.code(), message: error.to_string() })?;
        let input = DiffInput {
            source: files.source.tree(),
            target: files.target.tree(),
            base: files.base.as_ref().map(fetch::FetchedBase::trees),
            policy,
            selection,
            redactor,
            limits: &Limits::default(),
            shared: &files.shared,
            programs,
        };
        let mut output = preview::diff(&input)
            .map_err(|error| Refusal { code: error.code(), message: error.to_string() })?;
        policies::pin(&mut output.plan, mirrors, (inputs, document), redactor);
        Ok((output, nodes::known(mirrors, inputs, document, redactor)))
    }
}
