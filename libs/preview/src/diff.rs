//! The first stage: the files of the environments become a plan, the target before and after it, and what that changes.

use application::Policy;
use diff_engine::Diff;
use kube_model::yaml::Limits;
use kube_model::{FileBytes, Place, Redactor, State, StateError};
use promotion_plan::{Base, FileEdit, Held, PlanError, Request, Selection};

use crate::inputs::Inputs;
use crate::plan::PlanDocument;
use crate::rendered::Rendered;
use crate::tree::{Tree, join};

/// What the stage is given. Nothing else goes in: the same input gives the same output, byte for byte.
#[derive(Debug)]
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
}

impl DiffError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Manifest { error, .. } => error.code(),
            Self::Empty { .. } => "SOURCE_EMPTY",
            Self::Plan(error) => error.code(),
        }
    }
}

/// Plans the promotion, and compares the target before its edit with the target after it.
///
/// # Errors
/// When a file cannot be read, an environment is empty, or a person named a place in which nothing differs.
pub fn diff(input: &DiffInput<'_>) -> Result<DiffOutput, DiffError> {
    let mut states = States::read(input);
    let source = states.next(&input.source, Whose::Source)?;
    let target = states.next(&input.target, Whose::Target)?;
    let base = input.base.as_ref().map(|base| Bases::of(base, &mut states)).transpose()?;
    let held = base.as_ref().map(Bases::held).unwrap_or_default();
    let plan = promotion_plan::plan(&Request {
        source: &source,
        target: &target,
        base: base.as_ref().map(|base| Base { newest: &base.newest, held: &held }),
        source_environment: input.source.side.environment(),
        target_environment: input.target.side.environment(),
        promote: input.policy.promote.clone(),
        keep: input.policy.keep.clone(),
        selection: input.selection.clone(),
        redactor: input.redactor,
        limits: input.limits,
    })?;
    let rendered = Rendered::masked(&target.objects, &plan.after, input.redactor);
    let changes = diff_engine::diff(&rendered.before, &rendered.after).ignoring(&input.policy.ignore);
    Ok(DiffOutput { plan: document(input, plan), rendered, changes })
}

/// The base's states.
struct Bases<'a> {
    newest: State,
    held: Vec<(&'a [Place], Option<State>)>,
}

impl<'a> Bases<'a> {
    fn of(base: &'a BaseTrees<'_>, states: &mut States) -> Result<Self, DiffError> {
        let newest = states.next(&base.newest, Whose::Base)?;
        let held = base.held.iter().map(|held| {
            // An environment may have come later than what is held: then it had nothing.
            let state = held.tree.as_ref().map(|tree| states.next_or_empty(tree, Whose::Base)).transpose()?;
            Ok((held.places.as_slice(), state))
        });
        Ok(Self { newest, held: held.collect::<Result<_, DiffError>>()? })
    }

    fn held(&self) -> Vec<Held<'_>> {
        let mut held = Vec::new();
        for (places, state) in &self.held {
            let source = state.as_ref();
            held.extend(places.iter().map(|place| Held { place: place.clone(), source }));
        }
        held
    }
}

/// The states of every tree, which have most of their documents in common, in the order of [`trees`].
struct States(std::vec::IntoIter<Result<State, StateError>>);

impl States {
    fn read(input: &DiffInput<'_>) -> Self {
        let files: Vec<&[FileBytes<'_>]> = trees(input).map(|tree| tree.files.as_slice()).collect();
        Self(State::read_together(&files, input.limits).into_iter())
    }

    fn next(&mut self, tree: &Tree<'_>, whose: Whose) -> Result<State, DiffError> {
        let state = self.next_or_empty(tree, whose)?;
        match state.objects.is_empty() {
            true => Err(DiffError::Empty { whose, name: tree.side.name().to_owned() }),
            false => Ok(state),
        }
    }

    fn next_or_empty(&mut self, tree: &Tree<'_>, whose: Whose) -> Result<State, DiffError> {
        let state = self.0.next().unwrap_or_else(|| Ok(State::default()));
        state.map_err(|error| DiffError::Manifest { whose, name: tree.side.name().to_owned(), error })
    }
}

fn trees<'i>(input: &'i DiffInput<'i>) -> impl Iterator<Item = &'i Tree<'i>> {
    let base = input.base.iter();
    let bases = base.flat_map(|base| {
        [&base.newest].into_iter().chain(base.held.iter().filter_map(|held| held.tree.as_ref()))
    });
    [&input.source, &input.target].into_iter().chain(bases)
}

fn document(input: &DiffInput<'_>, plan: promotion_plan::Plan) -> PlanDocument {
    let root = input.target.root;
    let edits = plan.edits.into_iter().map(|edit| FileEdit { path: join(root, &edit.path), ..edit });
    PlanDocument {
        from: input.source.side.clone(),
        to: input.target.side.clone(),
        base: input.base.as_ref().map(|base| base.newest.side.clone()),
        inputs: Inputs::of(input),
        selection: input.selection.clone(),
        carried: plan.carried,
        kept: plan.kept,
        pending: plan.pending,
        candidates: plan.candidates,
        blocked: plan.blocked,
        edits: edits.collect(),
        notes: plan.notes,
    }
}
