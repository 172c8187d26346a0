//! `vars`.

use crate::error::Problem;
use crate::fieldspec::{Create, FieldSpec, apply};
use crate::kustomization::Variable;
use crate::node::{Body, Node};
use crate::origin::Origin;
use crate::path;
use crate::resource::Resource;
use crate::scalar::{Scalar, Tag};
use crate::shared;
use crate::size::LONGEST_TEXT;

/// The longest value of a variable: it is written into many texts.
const LONGEST_VALUE: usize = 16 << 10;

/// A variable with its origin.
#[derive(Debug, Clone)]
pub(crate) struct Var {
    pub(crate) variable: Variable,
    pub(crate) origin: Origin,
}

/// Takes the variables of a kustomization: each marks the object that it is taken from.
pub(crate) fn declare(vars: &mut Vec<Var>, new: Vec<Var>, resources: &mut [Resource]) -> Result<(), Problem> {
    for var in &new {
        let (gvk, name, namespace) = &var.variable.object;
        let is_cluster = crate::id::is_cluster_scoped(&gvk.group, &gvk.version, &gvk.kind);
        let wanted = crate::id::Id {
            group: &gvk.group,
            version: &gvk.version,
            kind: &gvk.kind,
            name,
            namespace,
            is_cluster,
        };
        let by_namespace = !namespace.is_empty() || is_cluster;
        let mut found = resources.iter_mut().filter(|resource| {
            !resource.node.is_empty()
                && resource.any_id(|id| match by_namespace {
                    true => id.equals(&wanted),
                    false => id.same_but_namespace(&wanted),
                })
        });
        let first = found.next();
        if found.next().is_some() {
            return Err(Problem::Variable(format!(
                "several objects could be meant by the variable {:?}",
                var.variable.name
            )));
        }
        if let Some(resource) = first {
            resource.variables.push(var.variable.name.clone());
        }
    }
    merge(vars, new)
}

/// Adds variables; two of one name are refused.
pub(crate) fn merge(vars: &mut Vec<Var>, new: Vec<Var>) -> Result<(), Problem> {
    for var in new {
        let name = &var.variable.name;
        if vars.iter().any(|known| known.variable.name == *name) {
            return Err(Problem::Variable(format!("there are two variables {name:?}")));
        }
        vars.push(var);
    }
    Ok(())
}

/// A variable's value: a scalar, or none for what cannot be written into a text.
struct Known<'a> {
    name: &'a str,
    value: Option<Scalar>,
    origin: &'a Origin,
}

/// Writes the variables into the fields that the specs lead to.
pub(crate) fn resolve(resources: &mut [Resource], vars: &[Var], specs: &[FieldSpec]) -> Result<(), Problem> {
    if vars.is_empty() {
        return Ok(());
    }
    let known = vars.iter().map(|var| value_of(resources, var)).collect::<Result<Vec<_>, _>>()?;
    for resource in resources {
        for spec in specs {
            let before = shared::collect(&resource.node);
            apply(resource, spec, Create::Nothing, &mut |node| set(node, &known))?;
            shared::spread(&mut resource.node, &before);
        }
    }
    Ok(())
}

fn value_of<'a>(resources: &[Resource], var: &'a Var) -> Result<Known<'a>, Problem> {
    let Variable { name, field_path, .. } = &var.variable;
    let refuse = |why: &str| Problem::Variable(format!("the variable {name:?}: {why}"));
    let path: Vec<String> = path::split(field_path).iter().flat_map(|part| index(part)).collect();
    let resource = resources.iter().find(|resource| resource.variables.contains(name));
    let resource = resource.ok_or_else(|| refuse("the object that it is taken from is not there"))?;
    let field = path::lookup(&resource.node, &path).map_err(|why| refuse(&why))?;
    let field = field.ok_or_else(|| refuse(&format!("the object has no field {field_path}")))?;
    let value = match &field.body {
        Body::Scalar(scalar) if matches!(scalar.tag, Tag::Int | Tag::Float | Tag::Bool) => {
            let value = scalar.value().ok_or_else(|| refuse("its value is not of its type"))?;
            Some(Scalar::plain(&value.to_string(), scalar.tag))
        }
        Body::Scalar(scalar) if scalar.text.len() > LONGEST_VALUE => {
            return Err(Problem::Limit { what: "bytes in a variable", limit: LONGEST_VALUE });
        }
        Body::Scalar(scalar) => Some(Scalar::string(&scalar.text)),
        _ => None,
    };
    Ok(Known { name, value, origin: &var.origin })
}

/// `containers[0]` as two parts.
fn index(part: &str) -> Vec<String> {
    let split = part.strip_suffix(']').and_then(|rest| rest.rsplit_once('['));
    match split {
        Some((key, at)) if !at.is_empty() && at.bytes().all(|byte| byte.is_ascii_digit()) => {
            let key = (!key.is_empty()).then(|| key.to_owned());
            key.into_iter().chain([at.to_owned()]).collect()
        }
        _ => vec![part.to_owned()],
    }
}

fn set(node: &mut Node, known: &[Known<'_>]) -> Result<(), Problem> {
    if node.is_null() {
        return Ok(());
    }
    match &node.body {
        Body::Scalar(scalar) if scalar.is_string() => expand(node, known)?,
        Body::Scalar(_) => {}
        Body::Mapping(_) => {
            for (_, value) in node.entries_mut().into_iter().flatten() {
                if value.as_scalar().is_some_and(Scalar::is_string) {
                    expand(value, known)?;
                }
            }
        }
        Body::Sequence(_) => {
            for item in node.items_mut().into_iter().flatten() {
                if !item.as_scalar().is_some_and(Scalar::is_string) {
                    return Err(Problem::Variable(
                        "a list in which variables are replaced holds strings".to_owned(),
                    ));
                }
                expand(item, known)?;
            }
        }
    }
    Ok(())
}

/// Replaces `$(NAME)` in a text; a text that is nothing else gets the type of the variable.
fn expand(node: &mut Node, known: &[Known<'_>]) -> Result<(), Problem> {
    let Body::Scalar(scalar) = &mut node.body else { return Ok(()) };
    let shared = scalar.shared;
    let find = |name: &str| known.iter().find(|known| known.name == name && known.value.is_some());
    let whole = scalar.text.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
    let (new, by) = match whole.filter(|name| !name.contains(')')).and_then(find) {
        Some(Known { value: Some(value), origin, .. }) => (value.clone(), Some(*origin)),
        _ => {
            let mut by = None;
            let text = expanded(&scalar.text, |name| {
                let found = find(name)?;
                by = by.or(Some(found.origin));
                found.value.as_ref().map(|value| &*value.text)
            })?;
            (Scalar::string(&text), by)
        }
    };
    *scalar = Scalar { shared, ..new };
    if let Some(origin) = by {
        node.origin = origin.clone();
    }
    Ok(())
}

/// A text with its variables replaced; those that nobody knows stay, and `$$` is a dollar.
fn expanded<'v>(text: &str, mut find: impl FnMut(&str) -> Option<&'v str>) -> Result<String, Problem> {
    let (mut expanded, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('$').filter(|at| at + 1 < rest.len()) {
        expanded.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let name = after.strip_prefix('(').and_then(|inner| inner.split_once(')')).map(|(name, _)| name);
        let written = match name {
            Some(name) => &rest[at..at + name.len() + 3],
            None => &rest[at..at + 1 + after.chars().next().map_or(0, char::len_utf8)],
        };
        match name.and_then(&mut find) {
            Some(value) => expanded.push_str(value),
            None if written == "$$" => expanded.push('$'),
            None => expanded.push_str(written),
        }
        rest = &rest[at + written.len()..];
        if expanded.len() > LONGEST_TEXT {
            return Err(Problem::Limit { what: "bytes in a text that is put together", limit: LONGEST_TEXT });
        }
    }
    expanded.push_str(rest);
    Ok(expanded)
}

#[cfg(test)]
mod tests {
    use super::expanded;

    #[test]
    fn variables_are_replaced_and_dollars_escaped() {
        // The cases of kustomize's own documentation of the syntax (`expand.go`, after Kubernetes').
        for (text, expected) in [
            ("$(A)", "1"),
            ("x-$(A)-$(A)", "x-1-1"),
            ("$$(A)", "$(A)"),
            ("$$$(A)", "$1"),
            ("$(B)", "$(B)"),
            ("$(A", "$(A"),
            ("$A $", "$A $"),
            ("€$€", "€$€"),
        ] {
            assert_eq!(
                expanded(text, |name| (name == "A").then_some("1")).as_deref(),
                Ok(expected),
                "{text}"
            );
        }
    }
}
