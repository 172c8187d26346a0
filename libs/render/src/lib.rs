//! From the files of a repository and a recipe to the objects of an environment.
//!
//! Plain manifests and kustomizations are rendered here, by functions of their files. What needs a program (charts,
//! commands) is asked of [`Programs`], which whoever runs Plimsoll provides.

mod chart;
mod error;
mod kustomization;
mod names;
mod overrides;
mod plain;
mod programs;
mod substitute;

use std::collections::BTreeSet;
use std::sync::Arc;

use discovery::{Environment, Recipe};
use file_tree::FileTree;
use kube_model::yaml::Limits;
use kube_model::{Object, ObjectKey};

pub use chart::chart_values;
pub use error::{ProgramError, RenderError};
pub use programs::{NoPrograms, Outside, Printed, Programs};
pub use substitute::Variables;

/// The objects of an environment. Both lists name the same objects, in the same order.
#[derive(Debug, Clone, Default)]
pub struct Rendered {
    /// As a cluster gets them, sorted by kind, namespace and name.
    pub objects: Vec<Object>,
    /// With the names that their files give them: without prefixes, suffixes and hashes, and with references to one
    /// another by those names. `${NAME}` stands as it is written.
    pub as_written: Vec<Object>,
    /// The files that were read, sorted.
    pub read: Vec<String>,
    /// Whether those are all files of the repository, since a program that does not say what it read found them.
    pub had_all_files: bool,
    /// What a reader should know of how it was rendered.
    pub notes: Vec<String>,
    /// The programs that rendered it, each with its version where that is known: `helm v3.17.3`.
    pub programs: BTreeSet<String>,
}

/// Renders an environment, with what stands for `${NAME}` put in.
///
/// # Errors
/// When its files cannot be rendered, a part of it is not in the repository, or an expression is not understood.
pub fn render_environment(
    tree: &FileTree,
    environment: &Environment,
    programs: &dyn Programs,
    limits: &Limits,
) -> Result<Rendered, RenderError> {
    let mut rendered = render(tree, &environment.recipe, programs, limits)?;
    let definitions = environment.definitions();
    rendered.read.extend(definitions.into_iter().filter(|file| tree.file(file).is_some()));
    rendered.read.sort();
    rendered.read.dedup();
    let Some(variables) = Variables::of(environment) else { return Ok(rendered) };
    for object in &mut rendered.objects {
        let replaced = variables.of_object(&object.value).map_err(|why| {
            let ObjectKey { kind, name, .. } = &object.key;
            RenderError::Variable { object: format!("{kind}/{name}"), why }
        })?;
        let text = |key: &str| replaced["metadata"][key].as_str().map(str::to_owned);
        if let Some(name) = text("name") {
            object.key.name = name;
        }
        object.key.namespace = object.key.namespace.take().map(|known| text("namespace").unwrap_or(known));
        object.value = Arc::new(replaced);
    }
    rendered.sort();
    Ok(rendered)
}

/// Renders a recipe. `${NAME}` stays as it is written.
///
/// # Errors
/// When its files cannot be rendered, or a part of it is not in the repository.
pub fn render(
    tree: &FileTree,
    recipe: &Recipe,
    programs: &dyn Programs,
    limits: &Limits,
) -> Result<Rendered, RenderError> {
    let mut all = Rendered::default();
    for part in recipe.parts() {
        let rendered = match part {
            Recipe::Plain(plain) => plain::render(tree, plain, limits)?,
            Recipe::Kustomize(recipe) => kustomization::render(tree, recipe, programs, limits)?,
            Recipe::Helm(helm) => chart::render(tree, helm, programs, limits)?,
            Recipe::Command(command) => programs::command(tree, command, programs, limits)?,
            Recipe::Elsewhere(elsewhere) => return Err(RenderError::Elsewhere(elsewhere.repository.clone())),
            Recipe::Together(parts) => render(tree, &Recipe::Together(parts.clone()), programs, limits)?,
        };
        all.add(rendered);
    }
    all.sort();
    Ok(all)
}

impl Rendered {
    fn add(&mut self, other: Self) {
        self.objects.extend(other.objects);
        self.as_written.extend(other.as_written);
        self.read.extend(other.read);
        self.had_all_files |= other.had_all_files;
        self.notes.extend(other.notes);
        self.programs.extend(other.programs);
    }

    /// Both lists by what the objects are as a cluster gets them.
    fn sort(&mut self) {
        let mut both: Vec<(Object, Object)> = self.objects.drain(..).zip(self.as_written.drain(..)).collect();
        both.sort_by(|(one, _), (other, _)| one.key.cmp(&other.key));
        (self.objects, self.as_written) = both.into_iter().unzip();
        self.read.sort();
        self.read.dedup();
    }
}
