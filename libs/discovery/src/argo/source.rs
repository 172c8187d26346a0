//! One source of an Application as a recipe.

use std::collections::HashMap;

use file_tree::parent;

use crate::argo::build_environment::BuildEnvironment;
use crate::argo::{helm, kustomize};
use crate::field::{Field, documents};
use crate::helm::{Chart, Helm, RemoteChart};
use crate::note::{Note, Problem};
use crate::place::Location;
use crate::recipe::{Command, Depth, Elsewhere, Kustomize, Plain, Recipe};
use crate::repository::{Index, below, shown_url};

/// What a source is read with.
pub(crate) struct Sources<'a, 't> {
    pub(crate) index: &'a Index<'t>,
    pub(crate) name: String,
    pub(crate) project: String,
    pub(crate) destination: Option<String>,
    /// The sources that value files name as `$ref`, and whether they are in this repository.
    pub(crate) refs: HashMap<String, bool>,
}

/// A path that is no path of this repository, as a note.
pub(crate) fn path_in(index: &Index<'_>, directory: &str, field: &Field) -> Result<String, Note> {
    let text = field.text().unwrap_or_default();
    let outside = |why: String| Note {
        problem: Problem::Outside,
        at: field.at.clone(),
        message: format!("{text}: {why}"),
    };
    let path = file_tree::join(directory, &text).map_err(|error| outside(error.to_string()))?;
    match index.is_link(&path) {
        true => Err(outside("it is a symbolic link, or behind one; links are not followed".to_owned())),
        false => Ok(path),
    }
}

impl Sources<'_, '_> {
    /// The recipe of a source; none for one that only lends its value files to others.
    pub(crate) fn recipe(&self, source: &Field, partial: &mut Vec<Note>) -> Result<Option<Recipe>, Note> {
        let url = source.text_of("repoURL").unwrap_or_default();
        if let Some(chart) = source.text_of("chart") {
            let chart = RemoteChart {
                repository: shown_url(&url),
                name: chart,
                version: source.sourced("targetRevision"),
            };
            partial.push(elsewhere(source, &format!("the chart {} of {}", chart.name, chart.repository)));
            let made = self.helm(Chart::Remote(chart), "", source, partial);
            return Ok(Some(Recipe::Helm(made)));
        }
        let Some(path) = source.get("path") else {
            // "If the path field is not set, the source only provides value files" (Multiple Sources).
            return match source.get("ref") {
                Some(_) => Ok(None),
                None => self.at("", source, partial).map(Some),
            };
        };
        let directory = path_in(self.index, "", path)?;
        let is_here =
            self.index.is_here(&url) && (self.index.is_known() || self.index.is_directory(&directory));
        if !is_here && !url.is_empty() {
            let shown = shown_url(&url);
            partial.push(elsewhere(source, &format!("{directory} of {shown}")));
            let revision = source.text_of("targetRevision");
            return Ok(Some(Recipe::Elsewhere(Elsewhere { repository: shown, path: directory, revision })));
        }
        self.at(&directory, source, partial).map(Some)
    }

    fn at(&self, directory: &str, source: &Field, partial: &mut Vec<Note>) -> Result<Recipe, Note> {
        let mut source = source.clone();
        self.parameter_files(directory, &mut source, partial);
        if !self.index.is_directory(directory) {
            return Err(Note {
                problem: Problem::Missing,
                at: source.get("path").unwrap_or(&source).at.clone(),
                message: format!("there is no directory {directory:?}"),
            });
        }
        Ok(match self.tool(directory, &source) {
            Tool::Helm => {
                Recipe::Helm(self.helm(Chart::Directory(directory.to_owned()), directory, &source, partial))
            }
            Tool::Kustomize => {
                let overrides = kustomize::overrides(source.get("kustomize"), partial);
                Recipe::Kustomize(Kustomize { directory: directory.to_owned(), generated: None, overrides })
            }
            Tool::Plugin => {
                let name = source.text_of("plugin.name").unwrap_or_else(|| "plugin".to_owned());
                Recipe::Command(Command { directory: directory.to_owned(), words: vec![name] })
            }
            Tool::Directory => Recipe::Plain(self.plain(directory, &source, partial)),
        })
    }

    /// Which tool renders: the one that is configured, else the one whose file is there ("Tool Detection").
    fn tool(&self, directory: &str, source: &Field) -> Tool {
        let named = [("helm", Tool::Helm), ("kustomize", Tool::Kustomize), ("plugin", Tool::Plugin)];
        let configured = named.into_iter().find(|(name, _)| source.get(name).is_some());
        match configured {
            Some((_, tool)) => tool,
            None if source.get("directory").is_some() => Tool::Directory,
            None if self.index.is_chart(directory) => Tool::Helm,
            None if self.index.kustomization(directory).is_some() => Tool::Kustomize,
            None => Tool::Directory,
        }
    }

    fn plain(&self, directory: &str, source: &Field, partial: &mut Vec<Note>) -> Plain {
        let is_jsonnet = |name: &&str| name.ends_with(".jsonnet");
        if let Some(name) = self.index.names(directory).iter().find(|name| is_jsonnet(name)) {
            partial.push(Note {
                problem: Problem::Template,
                at: Location::of_file(&below(directory, name)),
                message: "Jsonnet is rendered by a command that an administrator allows, not here".to_owned(),
            });
        }
        Plain {
            path: directory.to_owned(),
            depth: if source.is_set("directory.recurse") { Depth::Recursive } else { Depth::Direct },
            include: source.text_of("directory.include"),
            exclude: source.text_of("directory.exclude"),
        }
    }

    fn helm(&self, chart: Chart, directory: &str, source: &Field, partial: &mut Vec<Note>) -> Helm {
        let environment = BuildEnvironment {
            name: self.name.clone(),
            namespace: self.destination.clone().unwrap_or_default(),
            project: self.project.clone(),
            path: directory.to_owned(),
            url: source.text_of("repoURL").unwrap_or_default(),
            target_revision: source.text_of("targetRevision").unwrap_or_default(),
        };
        let reader = helm::Reader { index: self.index, directory, environment, refs: &self.refs };
        let mut helm = reader.read(chart, source.get("helm"), &self.name, partial);
        helm.namespace = helm.namespace.or_else(|| self.destination.clone());
        helm
    }

    /// Lays the files that override parameters over the source ("Parameter Overrides: Store Overrides In Git"):
    /// only how the source is rendered can be set by them, not where it is.
    fn parameter_files(&self, directory: &str, source: &mut Field, partial: &mut Vec<Note>) {
        for file in [".argocd-source.yaml".to_owned(), format!(".argocd-source-{}.yaml", self.name)] {
            let path = below(directory, &file);
            let Some(bytes) = self.index.files.file(&path) else { continue };
            match documents(&path, bytes).as_deref() {
                Ok([patch]) => {
                    let mut patch = patch.clone();
                    patch.keep_keys(&["helm", "kustomize", "directory", "plugin"]);
                    source.merge(&patch);
                }
                Ok(_) => {}
                Err(error) => partial.push(Note {
                    problem: Problem::Unreadable,
                    at: Location { line: error.line, ..Location::of_file(&path) },
                    message: error.to_string(),
                }),
            }
        }
    }
}

enum Tool {
    Helm,
    Kustomize,
    Plugin,
    Directory,
}

fn elsewhere(source: &Field, what: &str) -> Note {
    Note {
        problem: Problem::Elsewhere,
        at: source.at.clone(),
        message: format!("{what} is not in this repository"),
    }
}

/// The directory whose name tells a source apart: of a chart's values file, else of the source.
pub(crate) fn named_by(recipe: &Recipe) -> String {
    match recipe {
        Recipe::Plain(plain) if plain.path.ends_with(".yaml") => parent(&plain.path).to_owned(),
        Recipe::Elsewhere(elsewhere) => elsewhere.path.clone(),
        recipe => recipe.path().unwrap_or_default().to_owned(),
    }
}
