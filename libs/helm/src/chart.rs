//! A chart with the charts that it is made of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use file_tree::{Entry, FileTree, Found, join};

use crate::archive;
use crate::constraint::Constraint;
use crate::error::HelmError;
use crate::metadata::{Dependency, Lock, Metadata};
use crate::read::{FileName, read_map};
use crate::tree::Tree;

/// Charts in charts: deeper than any that is not a mistake.
const DEPTH: usize = 20;

/// A chart, with the charts in its `charts/` and those that it names by `file://`.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Its directory, or its archive, relative to the repository's root.
    pub location: String,
    /// What it says of itself.
    pub metadata: Metadata,
    /// The versions that were resolved last.
    pub lock: Option<Lock>,
    /// The charts that it holds, sorted by where they lie.
    pub charts: Vec<Chart>,
    /// All its files by their paths in it, those of the charts that it holds too. `file://` dependencies that were not
    /// vendored lie in `charts/`, where `helm dependency build` would put them.
    pub files: BTreeMap<String, Arc<[u8]>>,
    /// Its `values.yaml`.
    pub(crate) values: Tree,
    /// Its `values.schema.json`.
    pub(crate) schema: Option<Arc<[u8]>>,
}

/// Where the files of a chart lie.
#[derive(Clone)]
struct At {
    /// The directory or the archive.
    location: String,
    /// The directory in the archive, with its `/`, where it is one.
    inside: Option<String>,
}

impl At {
    fn name(&self, path: &str) -> FileName {
        match &self.inside {
            None if self.location.is_empty() => FileName { file: path.into(), inside: None },
            None => FileName { file: format!("{}/{path}", self.location).into(), inside: None },
            Some(inside) => FileName {
                file: self.location.as_str().into(),
                inside: Some(format!("{inside}{path}").into()),
            },
        }
    }

    fn below(&self, directory: &str) -> Self {
        let FileName { file, inside } = self.name(directory);
        match inside {
            None => Self { location: file.to_string(), inside: None },
            Some(inside) => Self { location: file.to_string(), inside: Some(format!("{inside}/")) },
        }
    }
}

type Files = BTreeMap<String, Arc<[u8]>>;

impl Chart {
    /// Reads the chart in a directory of a repository, or a packaged one (`.tgz`).
    ///
    /// # Errors
    /// `HELM_CHART_INVALID`, `HELM_ARCHIVE_INVALID`, `HELM_VALUES_INVALID`; `SOURCE_LINK` for a link among its files.
    /// That dependencies are missing is no error here: see [`Chart::missing`].
    pub fn read(tree: &FileTree, path: &str) -> Result<Self, HelmError> {
        match tree.find(path) {
            Found::File(bytes) => Self::unpack(bytes, path),
            Found::Link => Err(HelmError::Link { path: path.to_owned() }),
            Found::Directory | Found::Nothing => Self::read_directory(tree, path, 0),
        }
    }

    /// Reads a packaged chart that lies at `path` in the repository.
    ///
    /// # Errors
    /// `HELM_ARCHIVE_INVALID`, `HELM_CHART_INVALID`, `HELM_VALUES_INVALID`.
    pub fn unpack(bytes: &[u8], path: &str) -> Result<Self, HelmError> {
        let at = At { location: path.to_owned(), inside: Some(String::new()) };
        Self::load(unpack(bytes, path)?, &at, 0)
    }

    fn read_directory(tree: &FileTree, directory: &str, depth: usize) -> Result<Self, HelmError> {
        if let Some(path) = link_below(tree, directory) {
            return Err(HelmError::Link { path });
        }
        let skip = if directory.is_empty() { 0 } else { directory.len() + 1 };
        let files = tree.below(directory).map(|(path, bytes)| (path[skip..].to_owned(), Arc::from(bytes)));
        let at = At { location: directory.to_owned(), inside: None };
        let mut chart = Self::load(files.collect(), &at, depth)?;
        chart.take_local(tree, depth)?;
        Ok(chart)
    }

    /// Takes in the charts that are named by `file://` and not vendored, if their versions fit.
    fn take_local(&mut self, tree: &FileTree, depth: usize) -> Result<(), HelmError> {
        let missing: Vec<Dependency> = self.missing().cloned().collect();
        for dependency in missing {
            let path = dependency.local_path().and_then(|path| join(&self.location, path).ok());
            let Some(path) = path.filter(|path| tree.file(&format!("{path}/Chart.yaml")).is_some()) else {
                continue;
            };
            if depth >= DEPTH {
                return Err(
                    self.invalid(format!("its charts are nested more than {DEPTH} deep, or in a circle"))
                );
            }
            let chart = Self::read_directory(tree, &path, depth + 1)?;
            if !Constraint::parse(&dependency.version)
                .is_some_and(|wanted| wanted.admits(&chart.metadata.version))
            {
                continue;
            }
            let directory = format!("charts/{}", chart.metadata.name);
            let files =
                chart.files.iter().map(|(path, bytes)| (format!("{directory}/{path}"), Arc::clone(bytes)));
            self.files.extend(files);
            self.charts.push(chart);
        }
        Ok(())
    }

    fn load(files: Files, at: &At, depth: usize) -> Result<Self, HelmError> {
        let invalid = |why: String| HelmError::Chart { chart: at.name("").shown(), why };
        if depth > DEPTH {
            return Err(invalid(format!("its charts are nested more than {DEPTH} deep")));
        }
        let map = |name: &str| {
            let file = files.get(name).map(|bytes| read_map(bytes, &at.name(name)));
            file.transpose()
        };
        let metadata = map("Chart.yaml")?.ok_or_else(|| invalid("it has no Chart.yaml".to_owned()))?;
        let requirements = map("requirements.yaml")?.map(|tree| tree.value());
        let metadata = Metadata::read(&metadata.value(), requirements.as_ref()).map_err(invalid)?;
        let lock = map("Chart.lock")?.or(map("requirements.lock")?);
        let lock = lock.map(|tree| Lock::read(&tree.value())).transpose().map_err(invalid)?;
        let values = map("values.yaml")?.unwrap_or_else(Tree::empty);
        let schema = files.get("values.schema.json").cloned();
        let charts = load_charts(&files, at, depth)?;
        let location = at.name("").file.trim_end_matches('/').to_owned();
        Ok(Self { location, metadata, lock, charts, files, values, schema })
    }

    /// The dependencies that are neither vendored nor found by `file://`.
    pub fn missing(&self) -> impl Iterator<Item = &Dependency> {
        let is_there = |name: &str| self.charts.iter().any(|chart| chart.metadata.name == name);
        self.metadata.dependencies.iter().filter(move |dependency| !is_there(&dependency.name))
    }

    /// Refuses a chart whose dependencies are not all there, as `helm template` does.
    ///
    /// # Errors
    /// `HELM_DEPENDENCY_MISSING`.
    pub fn require_dependencies(&self) -> Result<(), HelmError> {
        let shown = |dependency: &Dependency| {
            let Dependency { name, version, repository, .. } = dependency;
            match repository.is_empty() {
                true => format!("{name} {version}"),
                false => format!("{name} {version} ({})", without_credentials(repository)),
            }
        };
        let missing: Vec<String> = self.missing().map(shown).collect();
        match missing.is_empty() {
            true => Ok(()),
            false => Err(HelmError::DependencyMissing { chart: self.location.clone(), missing }),
        }
    }

    /// Its templates, and those of the charts that it holds, by their paths in it. Those in archives are not among them.
    pub fn templates(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let is_template = |path: &str| path.starts_with("templates/") || path.contains("/templates/");
        self.files
            .iter()
            .filter(move |(path, _)| is_template(path))
            .map(|(path, bytes)| (path.as_str(), &**bytes))
    }

    fn invalid(&self, why: String) -> HelmError {
        HelmError::Chart { chart: self.location.clone(), why }
    }
}

/// The charts in `charts/`: directories and archives, but for those whose names start with `_` or `.`.
fn load_charts(files: &Files, at: &At, depth: usize) -> Result<Vec<Chart>, HelmError> {
    let below = files.keys().filter_map(|path| path.strip_prefix("charts/"));
    let names: BTreeSet<&str> = below.filter_map(|path| path.split('/').next()).collect();
    let mut charts = Vec::new();
    for name in names.into_iter().filter(|name| !name.starts_with(['_', '.'])) {
        let path = format!("charts/{name}");
        if let Some(bytes) = files.get(&path) {
            if name.ends_with(".tgz") {
                let archive = at.name(&path);
                // An archive in an archive is named by the outer one.
                let at = At { location: archive.file.to_string(), inside: Some(String::new()) };
                charts.push(Chart::load(unpack(bytes, &archive.shown())?, &at, depth + 1)?);
            }
            continue;
        }
        let prefix = format!("{path}/");
        let own = files.range(prefix.clone()..).take_while(|(path, _)| path.starts_with(&prefix));
        let own: Files =
            own.map(|(path, bytes)| (path[prefix.len()..].to_owned(), Arc::clone(bytes))).collect();
        charts.push(Chart::load(own, &at.below(&path), depth + 1)?);
    }
    Ok(charts)
}

fn unpack(bytes: &[u8], archive: &str) -> Result<Files, HelmError> {
    let invalid = |why| HelmError::Archive { archive: archive.to_owned(), why };
    let mut files = archive::unpack(bytes).map_err(invalid)?;
    // Helm does not look at it in an archive.
    files.remove(".helmignore");
    Ok(files.into_iter().map(|(path, bytes)| (path, Arc::from(bytes))).collect())
}

/// The first link below a directory.
fn link_below(tree: &FileTree, directory: &str) -> Option<String> {
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        let below =
            |name: &str| if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") };
        for entry in tree.entries(&directory) {
            match entry {
                Entry::Link(name) => return Some(below(name)),
                Entry::Directory(name) => open.push(below(name)),
                Entry::File(_) => {}
            }
        }
    }
    None
}

/// A URL without what stands before its `@`.
fn without_credentials(url: &str) -> String {
    match url.split_once("://").map(|(scheme, rest)| (scheme, rest.split_once('@'))) {
        Some((scheme, Some((before, host)))) if !before.contains('/') => format!("{scheme}://***@{host}"),
        _ => url.to_owned(),
    }
}
