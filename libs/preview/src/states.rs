//! What the files of each side mean: read as they stand, or rendered.

use std::borrow::Cow;
use std::collections::BTreeSet;

use discovery::{Chart, Environment, Location, Recipe, Repository, Values, found_again};
use file_tree::FileTree;
use kube_model::yaml::Limits;
use kube_model::{FileBytes, Object, Place, State, StateError};
use promotion_plan::{Inputs, Layer, Layers, Renderer};
use render::{Programs, Rendered};

use crate::diff::{DiffError, DiffInput, Whose};
use crate::tree::Tree;

/// One side.
pub(crate) struct Side {
    /// Its objects, as they are written, and its manifests where they are read as they stand.
    pub(crate) state: State,
    /// What was rendered, where something was.
    pub(crate) rendered: Option<Rendered>,
}

impl Side {
    /// The objects as a cluster gets them.
    pub(crate) fn objects(&self) -> &[Object] {
        self.rendered.as_ref().map_or(&self.state.objects, |rendered| &rendered.objects)
    }
}

/// Places at which something older than the base counts.
pub(crate) struct Held<'a> {
    pub(crate) places: &'a [Place],
    pub(crate) side: Option<Side>,
}

/// All sides of a promotion.
pub(crate) struct Sides<'a> {
    pub(crate) source: Side,
    pub(crate) target: Side,
    pub(crate) base: Option<Side>,
    pub(crate) held: Vec<Held<'a>>,
}

impl<'a> Sides<'a> {
    pub(crate) fn read(input: &'a DiffInput<'_>) -> Result<Self, DiffError> {
        let mut reader = Reader::new(input);
        let source = reader.some(&input.source, Whose::Source)?;
        let target = reader.some(&input.target, Whose::Target)?;
        let base = input.base.as_ref().map(|base| reader.some(&base.newest, Whose::Base)).transpose()?;
        let mut held = Vec::new();
        for one in input.base.iter().flat_map(|base| &base.held) {
            // An environment may have come later than what is held: then it had nothing.
            let side = one.tree.as_ref().map(|tree| reader.side(tree, Whose::Base)).transpose()?;
            held.push(Held { places: &one.places, side });
        }
        Ok(Self { source, target, base, held })
    }

    /// What an edit of a rendered target is made with; none where the target is read as it stands.
    pub(crate) fn layering<'s>(&'s self, input: &'s DiffInput<'_>) -> Option<Layering<'s>> {
        let target = input.target.recipe?;
        let source = input.source.recipe;
        let mut shared = input.shared.clone();
        // What a program had before it says nothing of what the source is rendered from.
        // At another commit, a file of the same path is another file.
        let is_one_tree = input.source.side.commit == input.target.side.commit;
        let says = |rendered: &&Rendered| is_one_tree && !rendered.had_all_files;
        let sources = self.source.rendered.iter().filter(says);
        shared.extend(sources.flat_map(|rendered| rendered.read.iter().cloned()));
        let renderer = Rendering {
            files: target.files,
            environment: target.environment,
            urls: target.urls,
            definitions: target.environment.definitions(),
            programs: input.programs,
            limits: input.limits,
        };
        Some(Layering {
            target: (target.files, inputs(target.how())),
            source: source
                .map_or((target.files, Inputs::default()), |source| (source.files, inputs(source.how()))),
            base: input.base.as_ref().and_then(|base| base.newest.recipe).map(|base| inputs(base.how())),
            settings_of_others: renderer.settings_of_others(),
            environments: [
                Some(target.environment),
                source.map(|source| source.environment),
                input.base.as_ref().and_then(|base| Some(base.newest.recipe?.environment)),
            ],
            shared,
            renderer,
        })
    }
}

/// Reads and renders. Plain manifests of all sides are read together: they have most documents in common.
struct Reader<'i> {
    input: &'i DiffInput<'i>,
    plain: std::vec::IntoIter<Result<State, StateError>>,
}

impl<'i> Reader<'i> {
    fn new(input: &'i DiffInput<'i>) -> Self {
        let plain = trees(input).filter(|tree| tree.recipe.is_none());
        let files: Vec<&[FileBytes<'_>]> = plain.map(|tree| tree.files.as_slice()).collect();
        Self { input, plain: State::read_together(&files, input.limits).into_iter() }
    }

    fn some(&mut self, tree: &Tree<'_>, whose: Whose) -> Result<Side, DiffError> {
        let side = self.side(tree, whose)?;
        match side.state.objects.is_empty() {
            true => Err(DiffError::Empty { whose, name: tree.side.name().to_owned() }),
            false => Ok(side),
        }
    }

    /// The trees are asked for in the order of [`trees`].
    fn side(&mut self, tree: &Tree<'_>, whose: Whose) -> Result<Side, DiffError> {
        let name = || tree.side.name().to_owned();
        let Some(recipe) = &tree.recipe else {
            let state = self.plain.next().unwrap_or_else(|| Ok(State::default()));
            let state = state.map_err(|error| DiffError::Manifest { whose, name: name(), error })?;
            return Ok(Side { state, rendered: None });
        };
        let (files, programs) = (recipe.files, self.input.programs);
        let rendered = render::render_environment(files, recipe.environment, programs, self.input.limits)
            .map_err(|error| DiffError::Render { whose, name: name(), error: Box::new(error) })?;
        Ok(Side { state: state_of(&rendered), rendered: Some(rendered) })
    }
}

/// The objects as they are written, by what they are called there.
fn state_of(rendered: &Rendered) -> State {
    let mut objects = rendered.as_written.clone();
    objects.sort_by(|one, other| one.key.cmp(&other.key));
    State { files: Vec::new(), objects }
}

fn trees<'i>(input: &'i DiffInput<'i>) -> impl Iterator<Item = &'i Tree<'i>> {
    let base = input.base.iter();
    let bases = base.flat_map(|base| {
        [&base.newest].into_iter().chain(base.held.iter().filter_map(|held| held.tree.as_ref()))
    });
    [&input.source, &input.target].into_iter().chain(bases)
}

/// What an edit of a rendered target is made with.
pub(crate) struct Layering<'s> {
    target: (&'s FileTree, Inputs),
    source: (&'s FileTree, Inputs),
    base: Option<Inputs>,
    /// The target's, the source's and the base's.
    environments: [Option<&'s Environment>; 3],
    shared: BTreeSet<String>,
    settings_of_others: BTreeSet<Location>,
    renderer: Rendering<'s>,
}

impl<'s> Layering<'s> {
    pub(crate) fn layers(&'s self, sides: &'s Sides<'_>) -> Option<Layers<'s>> {
        let [target, source, _] = self.environments;
        Some(Layers {
            target: Layer { tree: self.target.0, inputs: &self.target.1, environment: target },
            source: Layer { tree: self.source.0, inputs: &self.source.1, environment: source },
            shared: &self.shared,
            settings_of_others: &self.settings_of_others,
            renderer: &self.renderer,
            rendered: sides.target.rendered.as_ref()?,
        })
    }

    pub(crate) fn base(&'s self, input: &'s DiffInput<'_>) -> Option<Layer<'s>> {
        let tree = input.base.as_ref()?.newest.recipe?.files;
        let [_, _, environment] = self.environments;
        Some(Layer { tree, inputs: self.base.as_ref()?, environment })
    }
}

/// Renders the target.
struct Rendering<'s> {
    files: &'s FileTree,
    environment: &'s Environment,
    urls: &'s [String],
    /// The files that say how it is rendered.
    definitions: BTreeSet<String>,
    programs: &'s dyn Programs,
    limits: &'s Limits,
}

impl Rendering<'_> {
    /// Where the settings of the repository's other environments stand. Without settings of its own nobody asks.
    fn settings_of_others(&self) -> BTreeSet<Location> {
        if self.environment.settings().is_empty() {
            return BTreeSet::new();
        }
        let found = discovery::discover(Repository { files: self.files, urls: self.urls }, None);
        let is_other = |other: &&Environment| {
            (&other.name, &other.found_by) != (&self.environment.name, &self.environment.found_by)
        };
        let others = found.all().map(|(_, environment)| environment).filter(is_other);
        others.flat_map(Environment::settings).map(|setting| setting.at).collect()
    }
}

impl Renderer for Rendering<'_> {
    fn render(&self, tree: &FileTree) -> Result<Rendered, String> {
        let environment = self.environment(tree).ok_or("the environment is not found any more")?;
        render::render_environment(tree, &environment, self.programs, self.limits)
            .map_err(|error| error.to_string())
    }

    fn environment(&self, tree: &FileTree) -> Option<Cow<'_, Environment>> {
        let is_listed =
            matches!(&self.environment.recipe, Recipe::Kustomize(kustomize) if kustomize.generated.is_some());
        let is_said_otherwise = tree.changes().any(|(path, now)| {
            let before = self.files.file(path);
            self.definitions.contains(path) && now != before || is_listed && now.is_some() != before.is_some()
        });
        match is_said_otherwise {
            true => {
                found_again(Repository { files: tree, urls: self.urls }, self.environment).map(Cow::Owned)
            }
            false => Some(Cow::Borrowed(self.environment)),
        }
    }
}

/// The inputs of a recipe that an edit can be made in.
fn inputs(recipe: &Recipe) -> Inputs {
    match recipe {
        Recipe::Kustomize(recipe) => Inputs::Kustomize { directory: recipe.directory.clone() },
        Recipe::Helm(helm) => {
            let files = helm.values.iter().filter_map(|values| match values {
                Values::File(path) => Some(path.clone()),
                Values::Inline(_) | Values::Unknown(_) => None,
            });
            match &helm.chart {
                Chart::Directory(chart) | Chart::Archive(chart) => {
                    Inputs::Helm { chart: chart.clone(), values: files.collect() }
                }
                Chart::Remote(_) => Inputs::default(),
            }
        }
        Recipe::Plain(plain) => Inputs::Kustomize { directory: plain.path.clone() },
        Recipe::Command(command) => Inputs::Command { directory: command.directory.clone() },
        Recipe::Together(parts) => {
            let known = parts.iter().map(inputs).find(|inputs| *inputs != Inputs::default());
            known.unwrap_or_default()
        }
        Recipe::Elsewhere(_) => Inputs::default(),
    }
}
