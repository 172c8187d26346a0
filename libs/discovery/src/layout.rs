//! Environments by the layouts that teams share, where no object says what is deployed: `overlays/NAME`, `envs/NAME`,
//! `environments/NAME`, and charts with `values-NAME.yaml`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use file_tree::parent;

use crate::candidate::{Candidate, Clues};
use crate::environment::Evidence;
use crate::helm::{Chart, Helm, Values};
use crate::place::Location;
use crate::recipe::{Kustomize, Plain, Recipe};
use crate::repository::{Index, below, is_yaml};
use crate::words;

/// What other evidence has claimed: paths that it renders, and files that it reads or stands in.
#[derive(Debug, Default)]
pub(crate) struct Claimed {
    rendered: BTreeSet<String>,
    files: BTreeSet<String>,
}

impl Claimed {
    pub(crate) fn by(candidates: &[Candidate]) -> Self {
        let mut claimed = Self::default();
        for Candidate { environment, clues } in candidates {
            let parts = environment.recipe.parts().iter().filter(|part| part.kind() != "helm");
            claimed.rendered.extend(parts.filter_map(Recipe::path).map(str::to_owned));
            for part in environment.recipe.parts() {
                if let Recipe::Kustomize(Kustomize { directory, generated: Some(generated), .. }) = part {
                    let paths = generated.iter().filter_map(|path| file_tree::join(directory, path).ok());
                    claimed.rendered.extend(paths);
                }
            }
            claimed.files.extend(clues.values.iter().cloned());
            claimed.files.insert(environment.found_by.at.file.to_string());
        }
        claimed
    }

    fn is_new(&self, candidate: &Candidate) -> bool {
        let path = candidate.environment.recipe.path().unwrap_or_default();
        let inside = || {
            let from = (Bound::Included(candidate.clues.path.as_str()), Bound::Unbounded);
            let first = self.files.range::<str, _>(from).next();
            first.is_some_and(|file| file.starts_with(&format!("{}/", candidate.clues.path)))
        };
        let is_plain = candidate.environment.recipe.kind() == "plain";
        let is_claimed = self.rendered.contains(path)
            || candidate.clues.values.iter().any(|file| self.files.contains(file))
            || is_plain && inside();
        !is_claimed
    }
}

/// The environments that other evidence has not claimed.
pub(crate) fn candidates(index: &Index<'_>, claimed: &Claimed) -> Vec<Candidate> {
    let mut found = Vec::new();
    for directory in index.directories().filter(|path| !is_hidden(path)) {
        if words::is_layout(name_of(directory)) && !is_in_chart(index, directory) {
            let own = index.below(directory).filter(|inner| !words::is_shared(name_of(inner)));
            own.for_each(|inner| environments(index, inner, &mut found));
        }
    }
    found.extend(charts(index));
    if found.is_empty() && claimed.rendered.is_empty() && claimed.files.is_empty() {
        found = siblings(index);
    }
    found.retain(|candidate| claimed.is_new(candidate));
    found
}

fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.'))
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a directory is part of a chart's own files.
fn is_in_chart(index: &Index<'_>, directory: &str) -> bool {
    let mut above = directory;
    while !above.is_empty() {
        let inner = name_of(above);
        above = parent(above);
        if matches!(inner, "templates" | "charts" | "crds") && index.is_chart(above) {
            return true;
        }
    }
    false
}

/// The environment of a directory `overlays/NAME`, or those of the directories below it.
fn environments(index: &Index<'_>, directory: &str, found: &mut Vec<Candidate>) {
    if let Some(recipe) = recipe(index, directory) {
        return found.push(candidate(index, directory, recipe));
    }
    let inner: Vec<&str> = index.below(directory).filter(|path| !words::is_shared(name_of(path))).collect();
    let rendered = |path: &&&str| index.kustomization(path).is_some() || index.is_chart(path);
    if inner.iter().any(|path| rendered(&path)) {
        for path in inner {
            found.extend(recipe(index, path).map(|recipe| candidate(index, path, recipe)));
        }
    } else if has_manifests(index, directory) {
        let plain = Plain { path: directory.to_owned(), ..Plain::default() };
        found.push(candidate(index, directory, Recipe::Plain(plain)));
    }
}

/// Whether some file of a directory, or below it, has a `kind`: what has none is no manifest.
fn has_manifests(index: &Index<'_>, directory: &str) -> bool {
    let is_manifest = |name: &&str| {
        let bytes = index.files.file(&below(directory, name)).unwrap_or_default();
        (is_yaml(name) || name.ends_with(".json")) && memchr::memmem::find(bytes, b"kind").is_some()
    };
    index.names(directory).iter().any(is_manifest)
        || index.below(directory).any(|inner| has_manifests(index, inner))
}

/// A path as it is rendered by what is in it, named by its last segment.
pub(crate) fn at(index: &Index<'_>, path: &str) -> Candidate {
    let plain = || Recipe::Plain(Plain { path: path.to_owned(), ..Plain::default() });
    let mut found = candidate(index, path, recipe(index, path).unwrap_or_else(plain));
    let name = name_of(path);
    let stem = [".yaml", ".yml", ".json"].iter().find_map(|end| name.strip_suffix(end));
    stem.unwrap_or(name).clone_into(&mut found.environment.name);
    found
}

/// How a directory is rendered by what is in it; none if that is nothing by itself.
pub(crate) fn recipe(index: &Index<'_>, directory: &str) -> Option<Recipe> {
    let owned = directory.to_owned();
    if index.kustomization(directory).is_some() {
        return Some(Recipe::Kustomize(Kustomize { directory: owned, ..Kustomize::default() }));
    }
    if index.is_chart(directory) {
        return Some(Recipe::Helm(Helm::of(Chart::Directory(owned), release(index, directory))));
    }
    let is_values = |name: &&str| name.starts_with("values") && is_yaml(name);
    let yaml: Vec<&&str> = index.names(directory).iter().filter(|name| is_yaml(name)).collect();
    if !yaml.is_empty() && yaml.iter().all(|name| is_values(name)) {
        let values = yaml.iter().map(|name| Values::File(below(directory, name))).collect();
        let chart = chart_beside(index, parent(parent(directory)))?;
        let mut helm = Helm::of(Chart::Directory(chart.to_owned()), release(index, chart));
        helm.values = values;
        return Some(Recipe::Helm(helm));
    }
    let has_own = index.holds_manifests(directory) && has_manifests(index, directory);
    has_own.then_some(Recipe::Plain(Plain { path: owned, ..Plain::default() }))
}

/// The one chart that is at a directory or directly below it, or below its `charts`.
fn chart_beside<'t>(index: &Index<'t>, directory: &str) -> Option<&'t str> {
    let charts = below(directory, "charts");
    let near = index.below(directory).chain(index.below(&charts));
    let own = index.directories().find(|path| *path == directory);
    let found: Vec<&str> = own.into_iter().chain(near).filter(|path| is_application(index, path)).collect();
    match found.as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

/// Whether a directory is a chart that can be installed.
fn is_application(index: &Index<'_>, directory: &str) -> bool {
    let text = index.files.file(&below(directory, "Chart.yaml")).unwrap_or_default();
    let is_library = |line: &[u8]| line.starts_with(b"type:") && line.ends_with(b"library");
    index.is_chart(directory)
        && !text.split(|byte| *byte == b'\n').any(|line| is_library(line.trim_ascii_end()))
}

/// What a release is called where nothing says it: as its chart.
fn release(index: &Index<'_>, chart: &str) -> String {
    let path = below(chart, "Chart.yaml");
    let documents = crate::field::documents(&path, index.files.file(&path).unwrap_or_default());
    let named = documents.ok().and_then(|documents| documents.first()?.text_of("name"));
    named.unwrap_or_else(|| if chart.is_empty() { "chart".to_owned() } else { name_of(chart).to_owned() })
}

fn candidate(index: &Index<'_>, directory: &str, recipe: Recipe) -> Candidate {
    let file = index.kustomization(directory).unwrap_or_else(|| {
        let first = index.names(directory).iter().find(|name| is_yaml(name));
        first.map_or_else(|| directory.to_owned(), |name| below(directory, name))
    });
    let why = if index.is_directory(directory) {
        format!("the directory {directory}")
    } else {
        format!("the file {directory}")
    };
    let values = values(&recipe);
    let object = match &recipe {
        Recipe::Helm(helm) => helm.release.clone(),
        _ => String::new(),
    };
    let clues = Clues { object, path: directory.to_owned(), values, file: file.clone(), ..Clues::default() };
    Candidate::new(recipe, Evidence { at: Location::of_file(&file), why }, clues)
}

/// The values files of a recipe.
pub(crate) fn values(recipe: &Recipe) -> Vec<String> {
    match recipe {
        Recipe::Helm(helm) => values_of(helm),
        _ => Vec::new(),
    }
}

pub(crate) fn values_of(helm: &Helm) -> Vec<String> {
    let files = helm.values.iter().filter_map(|value| match value {
        Values::File(path) => Some(path.clone()),
        _ => None,
    });
    files.collect()
}

/// Charts with a values file for each environment: in the chart, in its `values`, or beside it.
fn charts(index: &Index<'_>) -> Vec<Candidate> {
    let charts: Vec<&str> = index.directories().filter(|path| is_application(index, path)).collect();
    let own = charts.iter().filter(|chart| !is_in_chart(index, chart));
    own.flat_map(|chart| of_chart(index, chart)).collect()
}

fn of_chart(index: &Index<'_>, chart: &str) -> Vec<Candidate> {
    let mut directories = vec![chart.to_owned(), below(chart, "values")];
    let outside = parent(chart);
    // Beside a chart, values are its own only if no other chart is there.
    if !chart.is_empty() && chart_beside(index, outside) == Some(chart) {
        directories.extend([outside.to_owned(), below(outside, "values")]);
    }
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for directory in &directories {
        for name in index.names(directory) {
            let path = below(directory, name);
            if let Some(environment) = words::of_values_file(&path).map(str::to_owned) {
                files.entry(environment).or_default().push(path);
            }
        }
    }
    files.into_iter().map(|(name, paths)| with_values(index, chart, name, paths)).collect()
}

/// A chart with the values files of one environment, and over the chart's own the `values.yaml` that stands beside them.
fn with_values(index: &Index<'_>, chart: &str, name: String, paths: Vec<String>) -> Candidate {
    let release = release(index, chart);
    let mut helm = Helm::of(Chart::Directory(chart.to_owned()), release.clone());
    let beside = paths.first().map_or("", |path| parent(path));
    let common = below(beside, "values.yaml");
    if beside != chart && index.is_file(&common) {
        helm.values.push(Values::File(common));
    }
    helm.values.extend(paths.iter().cloned().map(Values::File));
    let file = paths.first().cloned().unwrap_or_default();
    let clues = Clues {
        object: release,
        path: chart.to_owned(),
        values: paths,
        file: file.clone(),
        label: Some(name.clone()),
        ..Clues::default()
    };
    let why =
        format!("the values file {file} of the chart in {}", if chart.is_empty() { "." } else { chart });
    Candidate::new(Recipe::Helm(helm), Evidence { at: Location::of_file(&file), why }, clues)
}

/// Directories beside each other that are called like environments, where nothing else was found.
fn siblings(index: &Index<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for directory in index.directories().filter(|path| !is_in_chart(index, path)) {
        let named: Vec<&str> =
            index.below(directory).filter(|path| words::is_environment(name_of(path))).collect();
        if named.len() > 1 {
            named.into_iter().for_each(|path| environments(index, path, &mut found));
        }
    }
    found
}
