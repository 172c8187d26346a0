//! The version of a chart that an environment's own chart depends on.

use std::rc::Rc;

use file_tree::{FileTree, join};
use kube_model::yaml::Limits;
use serde_json::Value;

use super::Unit;
use crate::layers::{Documents, Draft, Inputs, Layers};

/// A dependency, and the versions that it goes from and to.
pub(super) struct Versions<'u> {
    pub(super) name: &'u str,
    pub(super) from: &'u str,
    pub(super) to: &'u str,
}

/// The dependencies whose versions differ. Those of one chart, under aliases, that move alike are one.
pub(super) fn differing(layers: &Layers<'_>, ours: &str, theirs: &str, limits: &Limits) -> Vec<Unit> {
    let (ours, theirs) = (chart(layers.target.tree, ours, limits), chart(layers.source.tree, theirs, limits));
    let theirs = list(theirs.as_deref(), "dependencies");
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut units = Vec::new();
    for dependency in list(ours.as_deref(), "dependencies") {
        let same = |other: &&Value| ["name", "alias"].iter().all(|key| other.get(key) == dependency.get(key));
        let (Some(name), Some(from), Some(to)) = (
            text(&dependency, "name"),
            text(&dependency, "version"),
            theirs.iter().find(same).and_then(|other| text(other, "version")),
        ) else {
            continue;
        };
        let unit = Unit::Dependency { name, from: from.clone(), to: to.clone() };
        if from != to && !units.contains(&unit) {
            units.push(unit);
        }
    }
    units
}

/// The version that a chart asks of another one.
pub(super) fn version_in(tree: &FileTree, directory: &str, name: &str, limits: &Limits) -> Option<String> {
    let dependencies = list(chart(tree, directory, limits).as_deref(), "dependencies");
    let found = dependencies.iter().find(|dependency| dependency["name"] == name)?;
    found["version"].as_str().map(str::to_owned)
}

fn chart(tree: &FileTree, directory: &str, limits: &Limits) -> Option<Rc<Documents>> {
    Documents::read(tree, &join(directory, "Chart.yaml").ok()?, limits).map(Rc::new)
}

fn list(documents: Option<&Documents>, field: &str) -> Vec<Value> {
    let items = documents.and_then(|documents| documents.values.first()?.get(field)?.as_array().cloned());
    items.unwrap_or_default()
}

/// Chart.yaml, Chart.lock and the vendored copy, from the source; nothing is downloaded.
pub(super) fn with_version<'a>(
    layers: &Layers<'a>,
    draft: &Draft<'a>,
    versions: &Versions<'_>,
    limits: &Limits,
) -> Result<Draft<'a>, String> {
    let (Inputs::Helm { chart: ours, .. }, Inputs::Helm { chart: theirs, .. }) =
        (layers.target.inputs, layers.source.inputs)
    else {
        return Err("one of the two is no chart".to_owned());
    };
    let named = |file: &str| in_chart(ours, file);
    let source = |file: &str| {
        join(theirs, file).ok().and_then(|path| Documents::read(layers.source.tree, &path, limits))
    };
    let (path, lock_path) = (named("Chart.yaml")?, named("Chart.lock")?);
    let chart = draft.documents(&path);
    let mut value =
        chart.and_then(|chart| chart.values.into_iter().next()).ok_or("the target has no Chart.yaml")?;
    set_version(&mut value, versions).ok_or("the dependency is not where it was read")?;
    let equal =
        source("Chart.yaml").is_some_and(|chart| dependencies_of(&chart) == value.get("dependencies"));
    let mut draft =
        draft.clone().with_document(&path, 0, value, None).ok_or("Chart.yaml cannot be edited")?;
    let Versions { name, to, .. } = *versions;
    if let Some(lock) = draft.documents(&lock_path) {
        let theirs =
            source("Chart.lock").ok_or("the source has no Chart.lock to take the locked version from")?;
        let mut value = lock.values.into_iter().next().unwrap_or_default();
        let locked = list(Some(&theirs), "dependencies");
        let version =
            locked.iter().find(|dependency| dependency["name"] == name).map(|found| found["version"].clone());
        let to = version.as_ref().and_then(Value::as_str).unwrap_or(to);
        set_locked(&mut value, name, to).ok_or("Chart.lock does not name the dependency")?;
        if !equal || value.get("dependencies") != dependencies_of(&theirs) {
            return Err("the lock's digest covers dependencies that the source does not have".to_owned());
        }
        let digest = theirs.values.first().and_then(|lock| lock.get("digest"));
        value["digest"] = digest.cloned().ok_or("the source's Chart.lock has no digest")?;
        draft = draft.with_document(&lock_path, 0, value, None).ok_or("Chart.lock cannot be edited")?;
    }
    with_vendored(layers, draft, (ours, theirs), (name, to), limits)
}

/// The path of what lies in a chart, which may be the repository's root.
fn in_chart(chart: &str, file: &str) -> Result<String, String> {
    join(chart, file).map_err(|why| format!("{chart}/{file}: {why}"))
}

fn dependencies_of(documents: &Documents) -> Option<&Value> {
    documents.values.first()?.get("dependencies")
}

/// A chart may be there several times, under aliases: all that had the old version move.
fn set_version(chart: &mut Value, versions: &Versions<'_>) -> Option<()> {
    let dependencies = chart.get_mut("dependencies")?.as_array_mut()?;
    let of_version = |dependency: &&mut Value| {
        dependency["name"] == versions.name && dependency["version"] == versions.from
    };
    let moved =
        dependencies.iter_mut().filter(of_version).map(|one| one["version"] = Value::from(versions.to));
    (moved.count() > 0).then_some(())
}

/// A lock knows no aliases.
fn set_locked(lock: &mut Value, name: &str, to: &str) -> Option<()> {
    let locked = lock.get_mut("dependencies")?.as_array_mut()?;
    let of_name = locked.iter_mut().filter(|dependency| dependency["name"] == name);
    (of_name.map(|one| one["version"] = Value::from(to)).count() > 0).then_some(())
}

/// The copy of a chart under `charts`, unpacked or packed, of the version that is wanted.
fn with_vendored<'a>(
    layers: &Layers<'a>,
    mut draft: Draft<'a>,
    (ours, theirs): (&str, &str),
    (name, to): (&str, &str),
    limits: &Limits,
) -> Result<Draft<'a>, String> {
    let missing = || format!("the source has no copy of {name} {to} under charts");
    let is_of = |rest: &str| rest.starts_with(&format!("{name}/")) || is_archive_of(rest, name);
    let below = |tree: &FileTree, directory: &str| -> Vec<(String, Vec<u8>)> {
        let all = tree
            .below(directory)
            .filter_map(|(path, bytes)| Some((path.strip_prefix(directory)?.strip_prefix('/')?, bytes)));
        all.filter(|(rest, _)| is_of(rest)).map(|(rest, bytes)| (rest.to_owned(), bytes.to_vec())).collect()
    };
    let (from, into) = (in_chart(theirs, "charts")?, in_chart(ours, "charts")?);
    let new = below(layers.source.tree, &from);
    let unpacked = chart(layers.source.tree, &format!("{from}/{name}"), limits);
    let unpacked = unpacked.as_ref().and_then(|chart| chart.values.first()?.get("version")?.as_str());
    let has_it = unpacked == Some(to) || new.iter().any(|(rest, _)| *rest == format!("{name}-{to}.tgz"));
    if !has_it {
        return Err(missing());
    }
    for (rest, _) in below(&draft.tree, &into) {
        if !new.iter().any(|(other, _)| *other == rest) {
            draft = draft.without_file(&format!("{into}/{rest}"));
        }
    }
    for (rest, bytes) in new {
        let path = format!("{into}/{rest}");
        if draft.tree.file(&path) != Some(&bytes) {
            draft = draft.with_file(&path, bytes);
        }
    }
    Ok(draft)
}

/// `NAME-VERSION.tgz`, where the version starts with a digit.
fn is_archive_of(file: &str, name: &str) -> bool {
    let version = file.strip_prefix(name).and_then(|rest| rest.strip_prefix('-')?.strip_suffix(".tgz"));
    version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
}
