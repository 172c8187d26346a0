//! What a plan is made from, and what it is.

use kube_model::{Object, Place, PlacePattern, Redactor, State, yaml::Limits};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::Base;
use crate::decide::Grounds;
use crate::edits::FileEdit;
use crate::environment::{Environment, Foreign};
use crate::label::Labels;
use crate::layers::{Layer, Layers, Marks};
use crate::pairing;
use crate::planner::Planner;
use crate::report;
use crate::selection::{Selection, Side};
use crate::variables::Substituted;

/// What a plan is made from. Nothing else goes in: the same request gives the same plan.
#[derive(Debug)]
pub struct Request<'a> {
    /// The source: where the changes are.
    pub source: &'a State,
    /// The target: what is to be edited.
    pub target: &'a State,
    /// The source as it stood at the last promotion; none if nobody knows.
    pub base: Option<Base<'a>>,
    /// The source's environment.
    pub source_environment: Environment,
    /// The target's environment.
    pub target_environment: Environment,
    /// The application's `promote:` rules.
    pub promote: Vec<PlacePattern>,
    /// The application's `keep:` rules.
    pub keep: Vec<PlacePattern>,
    /// What a person decided about single places.
    pub selection: Selection,
    /// Replaces secrets in what the plan shows.
    pub redactor: &'a Redactor,
    /// The limits under which the edited files are read again.
    pub limits: &'a Limits,
    /// How both sides are rendered; none where their manifests are read as they stand. Then the states hold the
    /// rendered objects as they are written ([`Rendered::as_written`](render::Rendered)), and no files.
    pub layers: Option<Layers<'a>>,
    /// The files of the source at the last promotion, where they are rendered.
    pub base_layer: Option<Layer<'a>>,
}

/// A plan. Every place in which source and target differ is in exactly one of the lists; each is sorted by kind,
/// namespace, name, path.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What the edit carries over.
    pub carried: Vec<PlanItem>,
    /// What stays as the target has it.
    pub kept: Vec<PlanItem>,
    /// What was declined or refused, and waits.
    pub pending: Vec<PlanItem>,
    /// What goes over if somebody takes it.
    pub candidates: Vec<PlanItem>,
    /// What has to be settled before the plan can be approved.
    pub blocked: Vec<PlanItem>,
    /// What becomes of the target's files.
    pub edits: Vec<FileEdit>,
    /// What a reader should know about the plan as a whole.
    pub notes: Vec<String>,
    /// The target after the edit, as it is read again; not redacted.
    pub after: Vec<Object>,
}

/// One place of a plan. Values are redacted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanItem {
    /// Where, in the shortest form that means one place (`Deployment/web:spec.replicas`).
    #[serde(rename = "place")]
    pub label: String,
    /// Where, in full.
    #[serde(rename = "at")]
    pub place: Place,
    /// What the target has; null if nothing.
    pub before: Option<Value>,
    /// What the target will have if the place is carried, else what the source has; null if nothing.
    pub after: Option<Value>,
    /// Why.
    pub reason: String,
    /// Whether the source has changed it since the last promotion; null if the base is not known.
    pub source_changed: Option<bool>,
    /// The side that a person took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Side>,
}

/// Why no plan can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A person named a place in which nothing differs.
    #[error("{pattern} names no place in which the two differ{}", near(.similar))]
    PlaceUnknown {
        /// What was named.
        pattern: String,
        /// Places of the same object.
        similar: Vec<String>,
    },
    /// A person named a part of something that goes over whole.
    #[error("{pattern} lies within {whole}, which goes over whole or not at all; name that")]
    PlaceWithin {
        /// What was named.
        pattern: String,
        /// The place that it is a part of.
        whole: String,
    },
}

fn near(similar: &[String]) -> String {
    match similar {
        [] => String::new(),
        some => format!("; of that object there are: {}", some.join(", ")),
    }
}

impl PlanError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::PlaceUnknown { .. } | Self::PlaceWithin { .. } => "PLAN_PLACE_UNKNOWN",
        }
    }
}

/// Makes the plan.
///
/// # Errors
/// When a person named a place in which nothing differs.
pub fn plan(request: &Request<'_>) -> Result<Plan, PlanError> {
    let source = (request.source, &request.source_environment);
    let target = (request.target, &request.target_environment);
    let mut pairs = pairing::pair(source, target, request.base.as_ref());
    if let Some(layers) = &request.layers {
        Marks::of(layers, request.limits).adapt(&mut pairs);
    }
    let labels = Labels::of(pairs.iter().map(|pair| &pair.key));
    let substituted = Substituted::of(request);
    let states = substituted.as_ref().map(|all| all.states(request.source, request.target));
    let (source_state, target_state) =
        states.as_ref().map_or((request.source, request.target), |(source, target)| (source, target));
    let foreign = Foreign::of((source_state, source.1), (target_state, target.1), request.base.is_some());
    let name =
        |environment: &Environment, otherwise: &str| environment.name.clone().unwrap_or(otherwise.to_owned());
    let (source_name, target_name) =
        (name(&request.source_environment, "the source"), name(&request.target_environment, "the target"));
    let grounds = Grounds {
        foreign: &foreign,
        promote: &request.promote,
        keep: &request.keep,
        selection: &request.selection,
        source_name: &source_name,
        target_name: &target_name,
    };
    let mut planner = Planner {
        request,
        pairs: &pairs,
        labels: &labels,
        substituted,
        decisions: Vec::new(),
        going: Vec::new(),
    };
    planner.decide(&grounds);
    planner.check_selection()?;
    planner.refuse_secrets();
    planner.refuse_what_others_write();
    planner.decline(&grounds);
    planner.carry_pointers(&grounds);
    planner.carry_variables(&grounds);
    let settled = planner.settle(&grounds);
    Ok(report::plan(&planner, settled, &target_name))
}
