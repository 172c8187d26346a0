//! The first stage: the files of the environments become a plan, the target before and after it, and what that changes.

use std::collections::BTreeSet;

use application::Policy;
use diff_engine::Diff;
use kube_model::yaml::Limits;
use kube_model::{Place, Redactor, StateError};
use promotion_plan::{Base, FileEdit, Held, PlanError, Request, Selection};
use render::{Programs, RenderError};
use risk_rules::DeliveryFacts;

use crate::delivery;
use crate::handed_over::HandedOver;
use crate::inputs::Inputs;
use crate::plan::PlanDocument;
use crate::policies::PlanPolicies;
use crate::rendered::Rendered;
use crate::states::{Held as HeldState, Sides};
use crate::tree::{Tree, join};

/// What the stage is given. Nothing else goes in: the same input gives the same output, byte for byte.
pub struct DiffInput<'a> {
    /// Where the changes are.
    pub source: Tree<'a>,
    /// What is to be edited.
    pub target: Tree<'a>,
    /// The source as it stood at the last promotion; none if nobody knows.
    pub base: Option<BaseTrees<'a>>,
    /// What the application says of this promotion; as the target has it, not the source.
    pub policy: &'a Policy,
    /// What a person decided about single places.
    pub selection: &'a Selection,
    /// Masks secrets, under the promotion's own key.
    pub redactor: &'a Redactor,
    /// How much a file may ask of the reader.
    pub limits: &'a Limits,
    /// Files that other environments are rendered from, too.
    pub shared: &'a BTreeSet<String>,
    /// Renders what needs a program.
    pub programs: &'a dyn Programs,
}

/// The source as it stood at the last promotion, place by place.
#[derive(Debug, Clone)]
pub struct BaseTrees<'a> {
    /// At the last promotion that was merged.
    pub newest: Tree<'a>,
    /// Places where something older counts.
    pub held: Vec<HeldTree<'a>>,
}

/// Places that the last promotions did not carry, and the source as it counts there.
#[derive(Debug, Clone)]
pub struct HeldTree<'a> {
    /// The places, as the plans had them.
    pub places: Vec<Place>,
    /// The source; none where no promotion that is on record says what it had.
    pub tree: Option<Tree<'a>>,
}

/// What the stage makes.
#[derive(Debug, Clone)]
pub struct DiffOutput {
    /// The plan.
    pub plan: PlanDocument,
    /// The target before and after its edit, secrets masked.
    pub rendered: Rendered,
    /// What differs between the two.
    pub changes: Diff,
}

/// Whose files something is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The source's.
    Source,
    /// The target's.
    Target,
    /// The base's.
    Base,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiffError {
    /// A file that cannot be read.
    #[error("{name}: {error}")]
    Manifest {
        /// Whose it is.
        whose: Whose,
        /// What people call that.
        name: String,
        /// What is wrong with it.
        error: StateError,
    },
    /// Files that render to nothing.
    #[error("{name}: {error}")]
    Render {
        /// Whose they are.
        whose: Whose,
        /// What people call that.
        name: String,
        /// What is wrong with them.
        error: Box<RenderError>,
    },
    /// Files without an object.
    #[error("{name} holds no Kubernetes object")]
    Empty {
        /// Whose.
        whose: Whose,
        /// What people call that.
        name: String,
    },
    /// A decision that decides nothing.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A target that somebody else writes.
    #[error("{name} is not edited: {owner}")]
    HandedOver {
        /// What people call it.
        name: String,
        /// Who writes it.
        owner: HandedOver,
    },
}

impl DiffError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Manifest { error, .. } => error.code(),
            Self::Render { error, .. } => error.code(),
            Self::Empty { .. } => "SOURCE_EMPTY",
            Self::Plan(error) => error.code(),
            Self::HandedOver { owner, .. } => owner.code(),
        }
    }
}

/// Plans the promotion, and compares the target before its edit with the target after it.
///
/// # Errors
/// When files cannot be read or rendered, an environment is empty, or a person named a place in which nothing differs.
pub fn diff(input: &DiffInput<'_>) -> Result<DiffOutput, DiffError> {
    let owners = input.target.recipe.map(|recipe| recipe.environment.owners.as_slice());
    if let Some(owner) = owners.and_then(HandedOver::of) {
        return Err(DiffError::HandedOver { name: input.target.side.name().to_owned(), owner });
    }
    let sides = Sides::read(input)?;
    let held: Vec<Held<'_>> = sides.held.iter().flat_map(held_places).collect();
    let layering = sides.layering(input);
    let plan = promotion_plan::plan(&Request {
        source: &sides.source.state,
        target: &sides.target.state,
        base: sides.base.as_ref().map(|base| Base { newest: &base.state, held: &held }),
        source_environment: input.source.side.environment(),
        target_environment: input.target.side.environment(),
        promote: input.policy.promote.clone(),
        keep: input.policy.keep.clone(),
        selection: input.selection.clone(),
        redactor: input.redactor,
        limits: input.limits,
        layers: layering.as_ref().and_then(|layering| layering.layers(&sides)),
        base_layer: layering.as_ref().and_then(|layering| layering.base(input)),
    })?;
    let rendered = Rendered::masked(sides.target.objects(), &plan.after, input.redactor);
    let changes = diff_engine::diff(&rendered.before, &rendered.after).ignoring(&input.policy.ignore);
    let environment = input.target.recipe.map(|recipe| recipe.environment);
    let delivery = environment.and_then(|environment| environment.delivery.as_ref());
    let delivery = delivery.map(|delivery| delivery::facts(delivery, &changes, &rendered));
    Ok(DiffOutput { plan: document(input, &sides, plan, delivery), rendered, changes })
}

fn held_places<'s>(held: &'s HeldState<'_>) -> impl Iterator<Item = Held<'s>> {
    let source = held.side.as_ref().map(|side| &side.state);
    held.places.iter().map(move |place| Held { place: place.clone(), source })
}

fn document(
    input: &DiffInput<'_>,
    sides: &Sides<'_>,
    plan: promotion_plan::Plan,
    delivery: Option<(DeliveryFacts, Option<String>)>,
) -> PlanDocument {
    // The files of what is rendered lie anywhere in the repository.
    let root = if sides.target.rendered.is_some() { "" } else { input.target.root };
    let shared = plan.edits.is_empty().then(|| shared(input, sides)).flatten();
    let edits = plan.edits.into_iter().map(|edit| FileEdit { path: join(root, &edit.path), ..edit });
    let mut notes = plan.notes;
    notes.extend(sides.target.rendered.iter().flat_map(|rendered| rendered.notes.clone()));
    notes.extend(shared);
    let (delivery, unread) = delivery.unzip();
    notes.extend(unread.flatten());
    PlanDocument {
        from: input.source.side.clone(),
        to: input.target.side.clone(),
        base: input.base.as_ref().map(|base| base.newest.side.clone()),
        inputs: Inputs::of(input, sides),
        selection: input.selection.clone(),
        carried: plan.carried,
        kept: plan.kept,
        pending: plan.pending,
        candidates: plan.candidates,
        blocked: plan.blocked,
        edits: edits.collect(),
        budgets: input.policy.budgets.clone(),
        delivery,
        policies: PlanPolicies::default(),
        notes,
        partial: partial(input),
    }
}

/// Why there may be nothing to carry: both sides are rendered from the same files.
fn shared(input: &DiffInput<'_>, sides: &Sides<'_>) -> Option<String> {
    let (source, target) = (sides.source.rendered.as_ref()?, sides.target.rendered.as_ref()?);
    let both = source.read.iter().filter(|path| target.read.contains(path));
    let directories: BTreeSet<&str> = both.map(|path| file_tree::parent(path)).collect();
    let named: Vec<&str> =
        directories.into_iter().map(|path| if path.is_empty() { "." } else { path }).collect();
    let (from, to) = (input.source.side.name(), input.target.side.name());
    let same_commit = input.source.side.commit == input.target.side.commit;
    (!named.is_empty() && same_commit).then(|| {
        format!(
            "both are rendered from {}: what changes there is in {from} and {to} at once",
            named.join(", ")
        )
    })
}

/// What of the inputs could not be read, of all sides.
fn partial(input: &DiffInput<'_>) -> Vec<String> {
    let base = input.base.iter().map(|base| &base.newest);
    let recipes = [&input.source, &input.target].into_iter().chain(base).filter_map(|tree| tree.recipe);
    let notes: BTreeSet<String> =
        recipes.flat_map(|recipe| &recipe.environment.partial).map(ToString::to_string).collect();
    notes.into_iter().collect()
}
