//! An Application of Argo CD as an environment.

use crate::argo::source::{Sources, named_by};
use crate::candidate::{Candidate, Clues};
use crate::environment::Evidence;
use crate::field::Field;
use crate::helm::{Chart, Values};
use crate::note::{Note, Problem};
use crate::object::Object;
use crate::recipe::Recipe;
use crate::repository::Index;

/// The labels and annotations that say which environment an Application is.
const LABELS: [&str; 6] = [
    "plimsoll.dev/environment",
    "environment",
    "env",
    "app.kubernetes.io/environment",
    "argocd.argoproj.io/environment",
    "stage",
];

/// The environment that an Application is; a note where it cannot be one.
pub(crate) fn read(object: &Object, found_by: Evidence, index: &Index<'_>) -> Result<Candidate, Note> {
    let spec = object.root.get("spec").ok_or_else(|| unreadable(&object.root, "spec is missing"))?;
    let sources = sources(spec);
    let mut partial = Vec::new();
    let reader = Sources {
        index,
        name: object.name.clone(),
        project: spec.text_of("project").unwrap_or_default(),
        destination: spec.text_of("destination.namespace"),
        refs: refs(&sources, index),
    };
    let mut recipes = Vec::new();
    for source in &sources {
        recipes.extend(reader.recipe(source, &mut partial)?);
    }
    let recipe = match <[Recipe; 1]>::try_from(recipes) {
        Ok([recipe]) => recipe,
        Err(none) if none.is_empty() => {
            return Err(unreadable(spec, "neither source nor sources says what is deployed"));
        }
        Err(several) => Recipe::Together(several),
    };
    let clues = clues(object, spec, &recipe);
    let mut candidate = Candidate::new(recipe, found_by, clues);
    let environment = &mut candidate.environment;
    environment.namespace = reader.destination;
    environment.cluster = cluster(spec);
    environment.revision = sources.iter().find(|source| source.get("chart").is_none()).and_then(revision);
    environment.partial = partial;
    Ok(candidate)
}

/// `sources` wins over `source`; a hydrated Application is edited in its dry source.
fn sources(spec: &Field) -> Vec<Field> {
    let several = spec.list("sources");
    let one = spec.at_path("sourceHydrator.drySource").or_else(|| spec.get("source"));
    if several.is_empty() { one.into_iter().cloned().collect() } else { several.to_vec() }
}

fn refs(sources: &[Field], index: &Index<'_>) -> std::collections::HashMap<String, bool> {
    let named = sources.iter().filter_map(|source| Some((source.text_of("ref")?, source)));
    named
        .map(|(name, source)| {
            let url = source.text_of("repoURL").unwrap_or_default();
            (name, source.get("chart").is_none() && index.is_here(&url))
        })
        .collect()
}

/// The branch, tag or commit, if it is not the default branch's head.
pub(crate) fn revision(source: &Field) -> Option<String> {
    source.text_of("targetRevision").filter(|revision| revision != "HEAD")
}

/// The cluster's name, else the host of its API server; the cluster that Argo CD runs in is `in-cluster`.
pub(crate) fn cluster(spec: &Field) -> Option<String> {
    let named = spec.text_of("destination.name");
    named.or_else(|| {
        let server = spec.text_of("destination.server")?;
        let host = crate::repository::shown_url(&server);
        let host = host.split_once("://").map_or(host.as_str(), |(_, host)| host);
        let host = host.split('/').next().unwrap_or_default();
        Some(if host == "kubernetes.default.svc" { "in-cluster".to_owned() } else { host.to_owned() })
    })
}

fn clues(object: &Object, spec: &Field, recipe: &Recipe) -> Clues {
    let label = |key: &&str| object.metadata("labels", key).or_else(|| object.metadata("annotations", key));
    let charts = recipe.parts().iter().filter_map(|part| match part {
        Recipe::Helm(helm) => Some(helm),
        _ => None,
    });
    let (mut values, mut is_remote) = (Vec::new(), None);
    for helm in charts {
        is_remote = is_remote.or(match &helm.chart {
            Chart::Remote(remote) => Some(remote.name.clone()),
            _ => None,
        });
        values.extend(helm.values.iter().filter_map(|value| match value {
            Values::File(path) => Some(path.clone()),
            _ => None,
        }));
    }
    let path = is_remote.unwrap_or_else(|| named_by(recipe));
    let hydrated = spec.text_of("sourceHydrator.syncSource.targetBranch");
    let branch = hydrated.and_then(|branch| branch.rsplit('/').next().map(str::to_owned));
    Clues {
        object: object.name.clone(),
        path,
        values,
        label: LABELS.iter().find_map(label).and_then(Field::text).or(branch),
        project: spec.text_of("project").filter(|project| project != "default"),
        file: object.at().file.to_string(),
        given: None,
    }
}

pub(crate) fn unreadable(field: &Field, message: &str) -> Note {
    Note { problem: Problem::Unreadable, at: field.at.clone(), message: message.to_owned() }
}
