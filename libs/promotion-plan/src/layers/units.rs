//! Pointers to versions that bring many places at once: a reference to a base, a chart's version. They go over as one,
//! or not at all.

use std::rc::Rc;

use file_tree::{FileTree, join};
use kube_model::yaml::Limits;
use serde_json::Value;

use super::draft::Draft;
use super::kustomize::Kustomization;
use super::{Documents, Inputs, Layer, Layers};

/// One pointer that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unit {
    /// An entry of the overlay that names a version of a base.
    Reference {
        /// The field that it stands in.
        field: &'static str,
        /// What the target names.
        from: String,
        /// What the source names.
        to: String,
    },
    /// A chart that the environment's own chart depends on.
    Dependency {
        /// Its name.
        name: String,
        /// The target's version.
        from: String,
        /// The source's version.
        to: String,
    },
}

/// Which side has moved a pointer since the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moved {
    /// The source alone, or nobody knows.
    Source,
    /// The target alone.
    Target,
    /// Both, to different versions.
    Both,
}

const FIELDS: [&str; 3] = ["resources", "components", "bases"];

/// The pointers in which the target differs from the source.
pub(crate) fn of(layers: &Layers<'_>, limits: &Limits) -> Vec<Unit> {
    match (layers.target.inputs, layers.source.inputs) {
        (Inputs::Kustomize { .. }, Inputs::Kustomize { .. }) => references(layers, limits),
        (Inputs::Helm { chart: ours, .. }, Inputs::Helm { chart: theirs, .. }) if ours != theirs => {
            dependencies(layers, ours, theirs, limits)
        }
        _ => Vec::new(),
    }
}

fn references(layers: &Layers<'_>, limits: &Limits) -> Vec<Unit> {
    let mut units = Vec::new();
    for field in FIELDS {
        let (ours, theirs) = (entries(&layers.target, field, limits), entries(&layers.source, field, limits));
        for from in ours.iter().filter(|entry| !theirs.contains(entry)) {
            let others = theirs.iter().filter(|entry| !ours.contains(entry));
            let mut same = others.filter(|to| is_other_version(from, to));
            if let (Some(to), None) = (same.next(), same.next()) {
                units.push(Unit::Reference { field, from: from.clone(), to: to.clone() });
            }
        }
    }
    units
}

/// The texts of a field of an overlay.
fn entries(layer: &Layer<'_>, field: &str, limits: &Limits) -> Vec<String> {
    let draft = Draft::new(layer.tree, limits);
    let Inputs::Kustomize { directory } = layer.inputs else { return Vec::new() };
    let Some(overlay) = Kustomization::read(&draft, directory) else { return Vec::new() };
    overlay.items(field).iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

fn dependencies(layers: &Layers<'_>, ours: &str, theirs: &str, limits: &Limits) -> Vec<Unit> {
    let (ours, theirs) = (chart(layers.target.tree, ours, limits), chart(layers.source.tree, theirs, limits));
    let version = |dependencies: &[Value], name: &Value| {
        let found = dependencies.iter().find(|dependency| dependency.get("name") == Some(name));
        found.and_then(|dependency| dependency.get("version")?.as_str().map(str::to_owned))
    };
    let (ours, theirs) = (list(ours.as_deref(), "dependencies"), list(theirs.as_deref(), "dependencies"));
    let moved = ours.iter().filter_map(|dependency| {
        let name = dependency.get("name")?;
        let (from, to) = (version(&ours, name)?, version(&theirs, name)?);
        (from != to).then(|| Unit::Dependency {
            name: name.as_str().unwrap_or_default().to_owned(),
            from,
            to,
        })
    });
    moved.collect()
}

fn chart(tree: &FileTree, directory: &str, limits: &Limits) -> Option<Rc<Documents>> {
    Documents::read(tree, &join(directory, "Chart.yaml").ok()?, limits).map(Rc::new)
}

fn list(documents: Option<&Documents>, field: &str) -> Vec<Value> {
    let items = documents.and_then(|documents| documents.values.first()?.get(field)?.as_array().cloned());
    items.unwrap_or_default()
}

impl Unit {
    /// What people call it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Reference { from, to, .. } => format!("{to} (from {from})"),
            Self::Dependency { name, from, to } => format!("{name} {to} (from {from})"),
        }
    }

    /// Which side has moved it since the base.
    pub(crate) fn moved(&self, base: Option<&Layer<'_>>, limits: &Limits) -> Moved {
        let Some(base) = base else { return Moved::Source };
        let (was, from, to) = match (self, base.inputs) {
            (Self::Reference { field, from, to }, _) => {
                let was = entries(base, field, limits);
                let same =
                    was.into_iter().find(|entry| entry == from || entry == to || is_other_version(entry, to));
                (same, from, to)
            }
            (Self::Dependency { name, from, to }, Inputs::Helm { chart: directory, .. }) => {
                let dependencies = list(chart(base.tree, directory, limits).as_deref(), "dependencies");
                let found = dependencies.iter().find(|dependency| dependency["name"] == name.as_str());
                (found.and_then(|found| found["version"].as_str().map(str::to_owned)), from, to)
            }
            (Self::Dependency { from, to, .. }, _) => (None, from, to),
        };
        match was {
            Some(was) if was == *to => Moved::Target,
            Some(was) if was != *from => Moved::Both,
            _ => Moved::Source,
        }
    }

    /// The draft in which the target points where the source does.
    ///
    /// # Errors
    /// In a sentence, why that cannot be written.
    pub(crate) fn apply<'a>(
        &self,
        layers: &Layers<'a>,
        draft: &Draft<'a>,
        limits: &Limits,
    ) -> Result<Draft<'a>, String> {
        match self {
            Self::Reference { field, from, to } => {
                let Inputs::Kustomize { directory } = layers.target.inputs else {
                    return Err("the target is no kustomization".to_owned());
                };
                let edited = Kustomization::read(draft, directory).and_then(|overlay| {
                    let mut value = overlay.value.clone();
                    let items = value.get_mut(*field)?.as_array_mut()?;
                    let item = items.iter_mut().find(|item| item.as_str() == Some(from))?;
                    *item = Value::from(to.clone());
                    draft.clone().with_document(&overlay.path, 0, value, None)
                });
                edited.ok_or_else(|| format!("{from} is not where it was read"))
            }
            Self::Dependency { name, to, .. } => with_dependency(layers, draft, (name, to), limits),
        }
    }
}

/// Chart.yaml, Chart.lock and the vendored copy, from the source; nothing is downloaded.
fn with_dependency<'a>(
    layers: &Layers<'a>,
    draft: &Draft<'a>,
    (name, to): (&str, &str),
    limits: &Limits,
) -> Result<Draft<'a>, String> {
    let (Inputs::Helm { chart: ours, .. }, Inputs::Helm { chart: theirs, .. }) =
        (layers.target.inputs, layers.source.inputs)
    else {
        return Err("one of the two is no chart".to_owned());
    };
    let named = |file: &str| format!("{}/{file}", ours.trim_end_matches('/'));
    let source = |file: &str| {
        join(theirs, file).ok().and_then(|path| Documents::read(layers.source.tree, &path, limits))
    };
    let (path, chart) = (named("Chart.yaml"), draft.documents(&named("Chart.yaml")));
    let mut value =
        chart.and_then(|chart| chart.values.into_iter().next()).ok_or("the target has no Chart.yaml")?;
    set_version(&mut value, name, to).ok_or("the dependency is not where it was read")?;
    let equal =
        source("Chart.yaml").is_some_and(|chart| dependencies_of(&chart) == value.get("dependencies"));
    let mut draft =
        draft.clone().with_document(&path, 0, value, None).ok_or("Chart.yaml cannot be edited")?;
    if let Some(lock) = draft.documents(&named("Chart.lock")) {
        let theirs =
            source("Chart.lock").ok_or("the source has no Chart.lock to take the locked version from")?;
        let mut value = lock.values.into_iter().next().unwrap_or_default();
        let locked = list(Some(&theirs), "dependencies");
        let version =
            locked.iter().find(|dependency| dependency["name"] == name).map(|found| found["version"].clone());
        set_version(&mut value, name, version.as_ref().and_then(Value::as_str).unwrap_or(to))
            .ok_or("Chart.lock does not name the dependency")?;
        if !equal || value.get("dependencies") != dependencies_of(&theirs) {
            return Err("the lock's digest covers dependencies that the source does not have".to_owned());
        }
        let digest = theirs.values.first().and_then(|lock| lock.get("digest"));
        value["digest"] = digest.cloned().ok_or("the source's Chart.lock has no digest")?;
        draft =
            draft.with_document(&named("Chart.lock"), 0, value, None).ok_or("Chart.lock cannot be edited")?;
    }
    with_vendored(layers, draft, (ours, theirs), (name, to), limits)
}

fn dependencies_of(documents: &Documents) -> Option<&Value> {
    documents.values.first()?.get("dependencies")
}

fn set_version(chart: &mut Value, name: &str, to: &str) -> Option<()> {
    let dependencies = chart.get_mut("dependencies")?.as_array_mut()?;
    let dependency = dependencies.iter_mut().find(|dependency| dependency["name"] == name)?;
    dependency["version"] = Value::from(to);
    Some(())
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
    let copies = |directory: &str| join(directory, "charts").unwrap_or_default();
    let is_of = |rest: &str| rest.starts_with(&format!("{name}/")) || is_archive_of(rest, name);
    let below = |tree: &FileTree, directory: &str| -> Vec<(String, Vec<u8>)> {
        let all = tree
            .below(directory)
            .map(|(path, bytes)| (path[directory.len() + 1..].to_owned(), bytes.to_vec()));
        all.filter(|(rest, _)| is_of(rest)).collect()
    };
    let (from, into) = (copies(theirs), copies(ours));
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

/// Whether two references are one but for the version: a segment of the path, or what `?ref=` names.
fn is_other_version(one: &str, other: &str) -> bool {
    if let (Some((one, _)), Some((other, _))) = (one.split_once("?ref="), other.split_once("?ref=")) {
        return one == other;
    }
    let (ones, others): (Vec<&str>, Vec<&str>) = (one.split('/').collect(), other.split('/').collect());
    let mut differing = ones.iter().zip(&others).filter(|(one, other)| one != other);
    ones.len() == others.len()
        && matches!((differing.next(), differing.next()), (Some((one, other)), None) if is_version(one) && is_version(other))
}

/// `v12`, `1.4`, `2026-11-03`, `release-7`, a commit: something with a digit in it that is no environment's name.
fn is_version(segment: &str) -> bool {
    let word =
        segment.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_start_matches(['-', '_', '.']);
    let is_number = word.starts_with(|c: char| c.is_ascii_digit());
    let is_commit = segment.len() >= 7 && segment.chars().all(|c| c.is_ascii_hexdigit());
    is_number || is_commit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_to_versions_of_one_base_are_known() {
        for (one, other, expected) in [
            ("../../releases/v12", "../../releases/v13", true),
            ("github.com/org/base//web?ref=v1.2.0", "github.com/org/base//web?ref=v1.3.0", true),
            ("github.com/org/base//web?ref=v1", "github.com/org/base//api?ref=v2", false),
            ("../../base/2026-10", "../../base/2026-11", true),
            ("../../base", "../../base2", false),
            ("../../regions/eu", "../../regions/us", false),
            ("../../releases/v12/web", "../../releases/v13", false),
        ] {
            assert_eq!(is_other_version(one, other), expected, "{one} {other}");
        }
    }
}
