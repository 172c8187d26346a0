//! The environments that a `plimsoll.yaml` lists.

use application::{Application, HelmOptions, Render, below};

use crate::candidate::{Candidate, Clues};
use crate::discover::several;
use crate::environment::Evidence;
use crate::helm::{Chart, Helm, SetForm, SetValue, Skip, Values};
use crate::layout;
use crate::note::{Note, Problem};
use crate::place::{Location, Sourced};
use crate::recipe::{Command, Elsewhere, Kustomize, Plain, Recipe};
use crate::repository::{Index, shown_url};

/// An application, and where in the repository its file lies.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'a> {
    /// The application.
    pub application: &'a Application,
    /// The file, by its path relative to the repository's root.
    pub file: &'a str,
}

/// The applications of all `plimsoll.yaml` of the repository.
pub(crate) fn in_files(index: &Index<'_>, found: &[Candidate], notes: &mut Vec<Note>) -> Vec<Candidate> {
    let mut all = Vec::new();
    for directory in index.directories() {
        if !index.names(directory).contains(&application::FILE_NAME) {
            continue;
        }
        let file = crate::repository::below(directory, application::FILE_NAME);
        match Application::read(index.files.file(&file).unwrap_or_default()) {
            Ok(application) => {
                all.extend(candidates(Declared { application: &application, file: &file }, index, found));
            }
            Err(error) => notes.push(Note {
                problem: Problem::Unreadable,
                at: Location { line: error.line, ..Location::of_file(&file) },
                message: error.to_string(),
            }),
        }
    }
    all
}

/// The environments of an application. `found` is what objects say: what renders the same directory is taken over.
pub(crate) fn candidates(declared: Declared<'_>, index: &Index<'_>, found: &[Candidate]) -> Vec<Candidate> {
    let environments = &declared.application.spec.environments;
    let read = |environment| Reader { declared, environment, index, found }.candidate();
    environments.iter().map(read).collect()
}

struct Reader<'a, 't> {
    declared: Declared<'a>,
    environment: &'a application::Environment,
    index: &'a Index<'t>,
    found: &'a [Candidate],
}

impl Reader<'_, '_> {
    fn candidate(&self) -> Candidate {
        let mut partial = Vec::new();
        let path = self.path(&self.environment.path);
        let chart = self.environment.helm.as_ref().and_then(|options| options.chart.as_ref());
        let rendered = chart.map_or_else(|| path.clone(), |chart| self.path(chart));
        let over = self.over(&rendered, &mut partial);
        let recipe = match over.map(|over| over.environment.recipe.clone()) {
            Some(Recipe::Helm(over)) => Recipe::Helm(self.laid_over(over)),
            Some(over) => over,
            None => self.recipe(&path, &mut partial),
        };
        let name = &self.declared.application.metadata.name;
        let values = layout::values(&recipe);
        let clues = Clues {
            object: over.map_or_else(String::new, |over| over.clues.object.clone()),
            path,
            values,
            given: Some((name.clone(), self.environment.name.clone())),
            ..Clues::default()
        };
        let why = match over {
            Some(over) => format!("{}, with {}", application::FILE_NAME, over.environment.found_by.why),
            None => application::FILE_NAME.to_owned(),
        };
        let mut candidate = Candidate::new(recipe, Evidence { at: self.at(), why }, clues);
        let environment = &mut candidate.environment;
        if let Some(over) = over {
            *environment = crate::environment::Environment {
                found_by: environment.found_by.clone(),
                recipe: environment.recipe.clone(),
                ..over.environment.clone()
            };
            environment.reads.files.insert(over.environment.found_by.at.file.to_string());
        }
        environment.namespace = self.environment.namespace.clone().or_else(|| environment.namespace.take());
        environment.cluster = self.environment.cluster.clone().or_else(|| environment.cluster.take());
        environment.nodes = self.environment.nodes.as_ref().map(|nodes| self.path(nodes));
        let directory = file_tree::parent(self.declared.file);
        environment.policies = self.declared.application.policies_below(directory, self.environment);
        environment.partial.extend(partial);
        candidate
    }

    fn at(&self) -> Location {
        Location::of_file(self.declared.file)
    }

    /// A path of the file, in the repository.
    fn path(&self, path: &str) -> String {
        below(file_tree::parent(self.declared.file), path)
    }

    /// What an object lays over the same directory, unless the file itself says all of it.
    fn over(&self, path: &str, partial: &mut Vec<Note>) -> Option<&Candidate> {
        let render = self.declared.application.render(self.environment);
        let kind = match render {
            Some(Render::Command(_)) => return None,
            Some(Render::Plain) => Some("plain"),
            Some(Render::Kustomize) => Some("kustomize"),
            Some(Render::Helm) => Some("helm"),
            None => None,
        };
        let renders = |candidate: &&Candidate| {
            let recipe = &candidate.environment.recipe;
            let same_values = match (&self.environment.helm, recipe) {
                (Some(options), Recipe::Helm(helm)) => {
                    options.values.iter().map(|values| self.path(values)).eq(layout::values_of(helm))
                }
                _ => true,
            };
            recipe.path() == Some(path) && kind.is_none_or(|kind| recipe.kind() == kind) && same_values
        };
        let all: Vec<&Candidate> = self.found.iter().filter(renders).collect();
        let (first, rest) = all.split_first()?;
        if rest.iter().all(|other| other.environment.recipe == first.environment.recipe) {
            return Some(first);
        }
        let here = |one: &&&Candidate| {
            let environment = &one.environment;
            let same = |ours: &Option<String>, theirs: &Option<String>| ours.is_some() && ours == theirs;
            same(&self.environment.cluster, &environment.cluster)
                || same(&self.environment.namespace, &environment.namespace)
                || one.clues.label.as_ref() == Some(&self.environment.name)
        };
        let here: Vec<&&Candidate> = all.iter().filter(here).collect();
        if let [one] = here.as_slice() {
            return Some(one);
        }
        let names: Vec<&str> = all.iter().map(|one| one.environment.found_by.why.as_str()).collect();
        partial.push(several(path, &names, self.at()));
        None
    }

    fn recipe(&self, path: &str, partial: &mut Vec<Note>) -> Recipe {
        if let Some(url) =
            self.declared.application.spec.source.repo.as_ref().filter(|url| !self.index.is_here(url))
        {
            let repository = shown_url(url);
            return Recipe::Elsewhere(Elsewhere { repository, path: path.to_owned(), revision: None });
        }
        if !self.index.is_directory(path) && !self.index.is_file(path) {
            let problem = if self.index.is_link(path) { Problem::Outside } else { Problem::Missing };
            let message = format!("there is nothing at {path:?} that can be read");
            partial.push(Note { problem, at: self.at(), message });
        }
        let owned = path.to_owned();
        let plain = || Recipe::Plain(Plain { path: owned.clone(), ..Plain::default() });
        match self.declared.application.render(self.environment) {
            Some(Render::Plain) => plain(),
            Some(Render::Kustomize) => {
                Recipe::Kustomize(Kustomize { directory: owned, ..Kustomize::default() })
            }
            Some(Render::Helm) => Recipe::Helm(self.helm(path, partial)),
            Some(Render::Command(words)) => {
                Recipe::Command(Command { directory: owned, words: words.clone() })
            }
            None => match layout::recipe(self.index, path) {
                Some(Recipe::Helm(_)) => Recipe::Helm(self.helm(path, partial)),
                Some(recipe) => recipe,
                None => plain(),
            },
        }
    }

    /// What an object gives a chart, with what the file says beside it.
    fn laid_over(&self, mut helm: Helm) -> Helm {
        let Some(options) = &self.environment.helm else { return helm };
        helm.release = options.release.clone().unwrap_or(helm.release);
        helm.kube_version = options.kube_version.clone().or(helm.kube_version);
        helm.api_versions.extend(options.api_versions.iter().cloned());
        helm.skip.crds |= options.skip_crds;
        helm.set.extend(self.set(options));
        helm
    }

    fn set(&self, options: &HelmOptions) -> Vec<SetValue> {
        let set = options.set.iter().map(|(name, value)| SetValue {
            name: name.clone(),
            value: Sourced::new(value.clone(), self.at()),
            form: SetForm::Typed,
        });
        set.collect()
    }

    /// A chart with what the file gives it. Where the chart is elsewhere in the repository and no values are named,
    /// the path is the directory of the environment's `values.yaml`.
    fn helm(&self, path: &str, partial: &mut Vec<Note>) -> Helm {
        let none = HelmOptions::default();
        let options = self.environment.helm.as_ref().unwrap_or(&none);
        let chart = options.chart.as_ref().map_or_else(|| path.to_owned(), |chart| self.path(chart));
        let release = options.release.as_ref().unwrap_or(&self.declared.application.metadata.name);
        let is_archive = chart.ends_with(".tgz") || chart.ends_with(".tar.gz");
        let beside = crate::repository::below(path, "values.yaml");
        let mut values: Vec<String> = options.values.iter().map(|values| self.path(values)).collect();
        if values.is_empty() && chart != path && self.index.is_file(&beside) {
            values.push(beside);
        }
        for missing in values.iter().filter(|values| !self.index.is_file(values)) {
            let message = format!("there is no values file {missing}");
            partial.push(Note { problem: Problem::Missing, at: self.at(), message });
        }
        let mut helm =
            Helm::of(if is_archive { Chart::Archive(chart) } else { Chart::Directory(chart) }, release);
        helm.values = values.into_iter().map(Values::File).collect();
        helm.set = self.set(options);
        helm.namespace = self.environment.namespace.clone();
        helm.kube_version = options.kube_version.clone();
        helm.api_versions = options.api_versions.clone();
        helm.skip = Skip { crds: options.skip_crds, ..Skip::default() };
        helm
    }
}
