//! `replacements`.

use crate::error::Problem;
use crate::kustomization::{FieldOptions, Replacement, ReplacementSource, ReplacementTarget};
use crate::node::{Body, Node};
use crate::origin::Origin;
use crate::path::{self, Create};
use crate::resource::Resource;
use crate::scalar::{Scalar, Tag};
use crate::selector::selects_literally;
use crate::size::{LONGEST_TEXT, affordable, bounded};

/// Why a text is refused that grew by being joined to others.
const TOO_LONG: &str = "the text is too long";

/// Copies a value into the fields that a replacement names.
pub(crate) fn replace(
    resources: &mut [Resource],
    replacement: &Replacement,
    origin: &Origin,
) -> Result<(), Problem> {
    let refuse = |why: &str| Err(Problem::Replacement(why.to_owned()));
    let value = match (&replacement.source, &replacement.source_value) {
        (Some(_), Some(_)) => return refuse("`source` and `sourceValue` exclude one another"),
        (None, None) => return refuse("a replacement needs a source and a target"),
        (Some(source), None) => find_value(resources, source)?,
        (None, Some(value)) => Node::scalar(Scalar::plain(&value.value, Tag::Unset), origin),
    };
    let Some(targets) = &replacement.targets else {
        return refuse("a replacement needs a source and a target");
    };
    targets.iter().try_for_each(|target| set_targets(resources, target, &value, origin))
}

fn find_value(resources: &[Resource], source: &ReplacementSource) -> Result<Node, Problem> {
    let selects = |resource: &&Resource| {
        resource.any_id(|id| selects_literally(&source.gvk, &source.name, &source.namespace, id))
    };
    let mut found = resources.iter().filter(selects);
    let what = format!("the source {}/{}", source.gvk.kind, source.name);
    let resource = found.next().ok_or_else(|| Problem::Replacement(format!("{what} selects no object")))?;
    if found.next().is_some() {
        return Err(Problem::Replacement(format!("{what} selects several objects")));
    }
    let field = path::lookup(&resource.node, &path::split(&source.field_path))
        .map_err(|why| Problem::Replacement(format!("{what}, field {}: {why}", source.field_path)))?;
    let missing = || Problem::Replacement(format!("{what} has no field {}", source.field_path));
    let field = field.filter(|node| !node.is_empty()).ok_or_else(missing)?;
    match &source.options {
        Some(options) if !options.delimiter.is_empty() => part_of(field, options),
        _ => Ok(field.clone()),
    }
}

fn part_of(field: &Node, options: &FieldOptions) -> Result<Node, Problem> {
    let refuse = |why: String| Problem::Replacement(why);
    let scalar = field.as_scalar().ok_or_else(|| refuse("`delimiter` is for plain values".to_owned()))?;
    let parts: Vec<&str> = scalar.text.split(options.delimiter.as_str()).collect();
    let part = usize::try_from(options.index).ok().and_then(|at| parts.get(at));
    let part =
        part.ok_or_else(|| refuse(format!("`index` {} is beyond the {} parts", options.index, parts.len())))?;
    Ok(Node::scalar(Scalar { text: (*part).into(), ..scalar.clone() }, &field.origin))
}

fn set_targets(
    resources: &mut [Resource],
    target: &ReplacementTarget,
    value: &Node,
    origin: &Origin,
) -> Result<(), Problem> {
    let none = || Problem::Replacement("a target needs `select`".to_owned());
    let select = target.select.as_ref().ok_or_else(none)?;
    affordable(value, resources.len().saturating_mul(target.field_paths.len()))?;
    for resource in resources {
        if !select.matches_metadata(resource)? || is_rejected_by_metadata(target, resource)? {
            continue;
        }
        let is_rejected = |resource: &Resource| {
            let mut rejects = target.reject.iter().filter(|reject| !reject.names_nothing());
            rejects.any(|reject| resource.any_id(|id| reject.selects_id(id)))
        };
        if resource.any_id(|id| select.selects_id(id)) && !is_rejected(resource) {
            let name = resource.id().to_string();
            set_fields(resource, target, value, origin).map_err(|why| match why.ends_with(TOO_LONG) {
                true => Problem::Limit { what: "bytes in a text that is put together", limit: LONGEST_TEXT },
                false => Problem::Replacement(format!("the target {name}: {why}")),
            })?;
            if value.as_scalar().is_none() {
                bounded(&resource.node)?;
            }
        }
    }
    Ok(())
}

fn is_rejected_by_metadata(target: &ReplacementTarget, resource: &Resource) -> Result<bool, Problem> {
    let says = |reject: &&crate::kustomization::Selector| {
        !reject.label_selector.is_empty() || !reject.annotation_selector.is_empty()
    };
    for reject in target.reject.iter().filter(says) {
        if reject.matches_metadata(resource)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn set_fields(
    resource: &mut Resource,
    target: &ReplacementTarget,
    value: &Node,
    origin: &Origin,
) -> Result<(), String> {
    let options = target.options.clone().unwrap_or_default();
    let create = match (&value.body, options.create) {
        (_, false) => Create::Nothing,
        (Body::Scalar(_), _) => Create::Scalar,
        (Body::Mapping(_), _) => Create::Mapping,
        (Body::Sequence(_), _) => Create::Sequence,
    };
    for field in &target.field_paths {
        let set = &mut |node: &mut Node| set_value(node, value, &options, origin);
        let count = path::visit(&mut resource.node, &path::split(field), create, set)
            .map_err(|why| format!("field {field}: {why}"))?;
        if count == 0 {
            return Err(format!("there is no field {field}"));
        }
    }
    Ok(())
}

fn set_value(node: &mut Node, value: &Node, options: &FieldOptions, origin: &Origin) -> Result<(), String> {
    let mut text = value.text().to_owned();
    if !options.delimiter.is_empty() {
        let old = node.as_scalar().ok_or("`delimiter` is for plain values")?;
        let mut parts: Vec<&str> = old.text.split(options.delimiter.as_str()).collect();
        match usize::try_from(options.index) {
            Err(_) => parts.insert(0, &text),
            Ok(at) => match parts.get_mut(at) {
                Some(part) => *part = &text,
                None => parts.push(&text),
            },
        }
        text = parts.join(&options.delimiter);
        if text.len() > LONGEST_TEXT {
            return Err(TOO_LONG.to_owned());
        }
    }
    match &mut node.body {
        // Only the text: the field keeps its type and its quotes.
        Body::Scalar(scalar) => scalar.text = text.into(),
        _ => *node = value.clone(),
    }
    node.origin = origin.clone();
    Ok(())
}
