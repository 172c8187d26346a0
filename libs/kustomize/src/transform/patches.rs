//! Strategic merge patches and JSON patches on the objects that they are for.

use crate::error::Problem;
use crate::id::Id;
use crate::json_patch::{self, Operation};
use crate::kustomization::{PatchOptions, Selector};
use crate::merge::merge;
use crate::node::Node;
use crate::resource::Resource;
use crate::schema::Schemas;
use crate::shared;
use crate::size::affordable;

/// Merges patches, each into the object of its id.
pub(crate) fn merge_by_id(
    resources: &mut [Resource],
    patches: &[Resource],
    options: PatchOptions,
    schemas: &Schemas,
) -> Result<(), Problem> {
    for patch in patches {
        let at = find_target(resources, &patch.id())?;
        merge_into(&mut resources[at], &patch.node, options, schemas)?;
    }
    Ok(())
}

fn find_target(resources: &[Resource], id: &Id<'_>) -> Result<usize, Problem> {
    let is_target = |at: &usize| {
        let resource = &resources[*at];
        !resource.node.is_empty() && resource.any_id(|known| known.equals(id))
    };
    let mut found = (0..resources.len()).filter(is_target);
    match (found.next(), found.next()) {
        (Some(at), None) => Ok(at),
        (None, _) => Err(Problem::Target(format!("there is no {id} for the patch"))),
        (Some(_), Some(_)) => {
            Err(Problem::Target(format!("several objects are or were {id}, which the patch names")))
        }
    }
}

/// Merges patches as `patchesStrategicMerge` does: each into the object of its id, its labels and annotations as
/// strings.
pub(crate) fn merge_older(
    resources: &mut [Resource],
    patches: &[Resource],
    schemas: &Schemas,
) -> Result<(), Problem> {
    for patch in patches {
        let at = find_target(resources, &patch.id())?;
        let patch = for_target(patch, &resources[at]);
        merge_into(&mut resources[at], &patch, PatchOptions::default(), schemas)?;
    }
    Ok(())
}

/// Merges one patch into all objects that are selected.
pub(crate) fn merge_by_selector(
    resources: &mut [Resource],
    patch: &Resource,
    target: &Selector,
    options: PatchOptions,
    schemas: &Schemas,
) -> Result<(), Problem> {
    let selected = target.select(resources)?;
    affordable(&patch.node, selected.len())?;
    for at in selected {
        let patch = for_target(patch, &resources[at]);
        merge_into(&mut resources[at], &patch, options, schemas)?;
    }
    Ok(())
}

/// A patch as it is merged into a target that was selected: with the target's version, its labels and annotations as
/// strings (so that a null there removes nothing).
fn for_target(patch: &Resource, target: &Resource) -> Node {
    let mut copy = patch.clone();
    for field in ["labels", "annotations"] {
        let strings = copy.metadata_strings(field);
        copy.set_metadata_strings(field, strings);
    }
    if copy.namespace().is_empty() {
        copy.set_namespace("", &patch.node.origin);
    }
    if let Some(version) = target.node.get("apiVersion") {
        copy.node.set("apiVersion", version.clone());
    } else {
        copy.node.remove("apiVersion");
    }
    copy.node
}

fn merge_into(
    target: &mut Resource,
    patch: &Node,
    options: PatchOptions,
    schemas: &Schemas,
) -> Result<(), Problem> {
    let (name, namespace, kind) =
        (target.name().to_owned(), target.namespace().to_owned(), target.node.get("kind").cloned());
    let of = |target: &Resource, field: &str| {
        target.node.at(&["metadata", field]).unwrap_or(&target.node).origin.clone()
    };
    let (name_origin, namespace_origin) = (of(target, "name"), of(target, "namespace"));
    if options.allow_name_change || options.allow_kind_change {
        target.remember_id();
    }
    let before = shared::collect(&target.node);
    let merged = merge(schemas, &target.node, patch).map_err(|problem| match problem {
        Problem::Patch(why) => Problem::Patch(format!("{}{why}", target.id())),
        other => other,
    })?;
    let Some(merged) = merged.filter(|node| !node.is_empty()) else {
        target.node = Node::mapping(&target.node.origin.clone());
        return Ok(());
    };
    target.node = merged;
    shared::spread(&mut target.node, &before);
    if let Some(kind) = kind.filter(|_| !options.allow_kind_change) {
        target.node.set("kind", kind);
    }
    if !options.allow_name_change {
        target.set_metadata("name", &name, &name_origin);
    }
    target.set_namespace(&namespace, &namespace_origin);
    Ok(())
}

/// Applies a JSON patch to all objects that are selected; `remembers` as `patches` do and `patchesJson6902` do not.
pub(crate) fn apply_json(
    resources: &mut [Resource],
    operations: &[Operation],
    target: &Selector,
    remembers: bool,
) -> Result<(), Problem> {
    let selected = target.select(resources)?;
    for value in operations.iter().filter_map(Operation::value) {
        affordable(value, selected.len())?;
    }
    for at in selected {
        let resource = &mut resources[at];
        if remembers {
            resource.remember_id();
        }
        let name = resource.id().to_string();
        if let Some((problem, _)) = resource.unprintable() {
            return Err(problem);
        }
        resource.node.settle();
        let origin = resource.node.origin.clone();
        // kustomize's notes are annotations, so that a patch may add to annotations that the file does not have.
        if resource.has_notes()
            && let Some(metadata) = resource.metadata_mut(&origin)
            && metadata.get("annotations").is_none()
        {
            metadata.set("annotations", Node::mapping(&origin));
        }
        json_patch::apply(&mut resource.node, operations).map_err(|problem| match problem {
            Problem::Patch(why) => Problem::Patch(format!("{name}: {why}")),
            other => other,
        })?;
        json_patch::round_numbers(&mut resource.node);
        let annotations = resource.metadata_strings("annotations");
        resource.set_metadata_strings("annotations", annotations);
        shared::part(&mut resource.node);
    }
    Ok(())
}
