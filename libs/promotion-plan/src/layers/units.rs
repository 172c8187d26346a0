//! Pointers to versions that bring many places at once: a reference to a base, a chart's version. They go over as one,
//! or not at all.

mod dependency;
mod renamed;

use discovery::{Environment, Sets, Setting};
use kube_model::yaml::Limits;
use serde_json::Value;

use super::draft::Draft;
use super::kustomize::Kustomization;
use super::written::Written;
use super::{Inputs, Layer, Layers};
use dependency::Versions;
pub(crate) use renamed::Renamed;

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
    /// What stands for `${NAME}`.
    Variable {
        /// The name.
        name: String,
        /// What the source sets.
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
            dependency::differing(layers, ours, theirs, limits)
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

impl Unit {
    /// What people call it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Reference { from, to, .. } => format!("{to} (from {from})"),
            Self::Dependency { name, from, to } => format!("{name} {to} (from {from})"),
            Self::Variable { name, .. } => format!("${{{name}}}"),
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
                (dependency::version_in(base.tree, directory, name, limits), from, to)
            }
            (Self::Dependency { from, to, .. }, _) => (None, from, to),
            // Its places are decided about one by one.
            (Self::Variable { .. }, _) => return Moved::Source,
        };
        match was {
            Some(was) if was == *to => Moved::Target,
            Some(was) if was != *from => Moved::Both,
            _ => Moved::Source,
        }
    }

    /// The draft in which the target points where the source does. Values that the source has renamed since the base, as
    /// a chart's new version may ask, are renamed in the target's own.
    ///
    /// # Errors
    /// In a sentence, why that cannot be written.
    pub(crate) fn apply<'a>(
        &self,
        layers: &Layers<'a>,
        base: Option<&Layer<'_>>,
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
            Self::Dependency { name, from, to } => {
                let versions = Versions { name, from, to };
                let draft = dependency::with_version(layers, draft, &versions, limits)?;
                Ok(renamed::with_new_names(layers, base, draft, limits).0)
            }
            Self::Variable { name, to } => with_variable(layers, draft, (name, to)),
        }
    }

    /// The target's own values that are renamed with it.
    pub(crate) fn renames(
        &self,
        layers: &Layers<'_>,
        base: Option<&Layer<'_>>,
        limits: &Limits,
    ) -> Vec<Renamed> {
        match self {
            Self::Dependency { .. } => {
                renamed::with_new_names(layers, base, Draft::new(layers.target.tree, limits), limits).1
            }
            Self::Reference { .. } | Self::Variable { .. } => Vec::new(),
        }
    }
}

/// The file that sets the variable for the target alone.
fn with_variable<'a>(
    layers: &Layers<'a>,
    draft: &Draft<'a>,
    (name, to): (&str, &str),
) -> Result<Draft<'a>, String> {
    let of_it = |setting: &Setting| setting.sets == Sets::Variable(name.to_owned());
    let find = |environment: &Environment| environment.settings().into_iter().find(of_it);
    let original =
        layers.target.environment.and_then(find).ok_or_else(|| format!("the target does not set {name}"))?;
    if layers.settings_of_others.contains(&original.at) {
        return Err(format!("{} sets {name} for other environments, too", original.at));
    }
    let now = layers.renderer.environment(&draft.tree).and_then(|environment| find(&environment));
    let written = now.and_then(|setting| Written::at(draft, &setting.at));
    let edited = written.and_then(|written| written.becoming(draft, Value::from(to)));
    edited.ok_or_else(|| format!("{name} is not where it was read, at {}", original.at))
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
