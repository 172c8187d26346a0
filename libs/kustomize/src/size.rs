//! Limits on what a tree grows to while it is built: a few lines may copy a value into every object, or into itself.

use crate::error::Problem;
use crate::node::{Body, Node};
use crate::resource::Resource;

/// The most nodes that one step may copy.
const MOST_NODES: usize = 5_000_000;
/// The most keys of a mapping: looked up one by one, they cost their square.
const MOST_KEYS: usize = 10_000;
/// The deepest nesting of an object.
const DEEPEST: usize = 200;
/// The longest text that comes together out of parts. No object in a cluster is larger.
pub(crate) const LONGEST_TEXT: usize = 2 << 20;
/// The longest part of a name or an image; Kubernetes takes 253 characters.
const LONGEST_PART: usize = 1024;
/// The most text of all objects together.
const MOST_TEXT: usize = 256 << 20;

/// Refuses to copy a value so many times.
pub(crate) fn affordable(value: &Node, times: usize) -> Result<(), Problem> {
    let most = MOST_NODES / times.max(1);
    let mut left = most;
    match takes(value, DEEPEST, &mut left) {
        true => Ok(()),
        false => Err(Problem::Limit { what: "nodes that one step copies", limit: MOST_NODES }),
    }
}

/// Refuses an object that has grown into something too deep or too large.
pub(crate) fn bounded(object: &Node) -> Result<(), Problem> {
    let mut left = MOST_NODES;
    match takes(object, DEEPEST, &mut left) {
        true => Ok(()),
        false => {
            Err(Problem::Limit { what: "levels of nesting (or too many nodes) in an object", limit: DEEPEST })
        }
    }
}

fn takes(node: &Node, depth: usize, left: &mut usize) -> bool {
    if depth == 0 || *left == 0 {
        return false;
    }
    *left -= 1;
    match &node.body {
        Body::Scalar(_) => true,
        Body::Sequence(items) => items.iter().all(|item| takes(item, depth - 1, left)),
        Body::Mapping(entries) => entries.iter().all(|(_, value)| takes(value, depth - 1, left)),
    }
}

/// Refuses mappings of too many keys.
pub(crate) fn narrow(node: &Node) -> Result<(), Problem> {
    match &node.body {
        Body::Scalar(_) => Ok(()),
        Body::Sequence(items) => items.iter().try_for_each(narrow),
        Body::Mapping(entries) if entries.len() > MOST_KEYS => too_many_keys(),
        Body::Mapping(entries) => entries.iter().try_for_each(|(_, value)| narrow(value)),
    }
}

/// Refuses so many keys in one mapping.
pub(crate) fn few(keys: usize) -> Result<(), Problem> {
    if keys > MOST_KEYS { too_many_keys() } else { Ok(()) }
}

fn too_many_keys() -> Result<(), Problem> {
    Err(Problem::Limit { what: "keys in a mapping", limit: MOST_KEYS })
}

/// Refuses a part of a name that no name could hold.
pub(crate) fn short(part: &str) -> Result<(), Problem> {
    match part.len() > LONGEST_PART {
        true => Err(Problem::Limit { what: "bytes in a part of a name or an image", limit: LONGEST_PART }),
        false => Ok(()),
    }
}

/// Refuses objects that hold too much text together.
pub(crate) fn printable(resources: &[Resource]) -> Result<(), Problem> {
    let mut left = MOST_TEXT;
    match resources.iter().all(|resource| fits(&resource.node, &mut left)) {
        true => Ok(()),
        false => Err(Problem::Limit { what: "bytes in what is rendered", limit: MOST_TEXT }),
    }
}

fn fits(node: &Node, left: &mut usize) -> bool {
    match &node.body {
        Body::Scalar(scalar) => take(left, scalar.text.len()),
        Body::Sequence(items) => items.iter().all(|item| fits(item, left)),
        Body::Mapping(entries) => {
            entries.iter().all(|(key, value)| take(left, key.len()) && fits(value, left))
        }
    }
}

fn take(left: &mut usize, length: usize) -> bool {
    let rest = left.checked_sub(length + 1);
    *left = rest.unwrap_or_default();
    rest.is_some()
}

#[cfg(test)]
mod tests {
    use crate::{Limits, build};
    use std::collections::BTreeMap;

    fn code(kustomization: &str, resource: &str) -> Option<&'static str> {
        let files = BTreeMap::from([
            ("kustomization.yaml".to_owned(), kustomization.as_bytes()),
            ("r.yaml".to_owned(), resource.as_bytes()),
        ]);
        build(&files, "", &Limits::default()).err().map(|error| error.code())
    }

    const OBJECT: &str = "kind: A\napiVersion: v1\nmetadata: {name: a}\nspec: {a: {b: c}}\n";

    /// Each copy doubles what there is: 2^60 nodes.
    #[test]
    fn a_value_that_is_copied_into_itself_is_refused() {
        let copies: String =
            (0..60).map(|at| format!("    - {{op: copy, from: /spec, path: /spec/x{at}}}\n")).collect();
        let text = format!("resources: [r.yaml]\npatches:\n- target: {{kind: A}}\n  patch: |\n{copies}");
        assert_eq!(code(&text, OBJECT), Some("KUSTOMIZE_LIMIT"));
        let copies: String = (0..60)
            .map(|at| {
                let target =
                    format!("{{select: {{kind: A}}, fieldPaths: [spec.x{at}], options: {{create: true}}}}");
                format!("- source: {{kind: A, fieldPath: spec}}\n  targets: [{target}]\n")
            })
            .collect();
        assert_eq!(
            code(&format!("resources: [r.yaml]\nreplacements:\n{copies}"), OBJECT),
            Some("KUSTOMIZE_LIMIT")
        );
    }

    #[test]
    fn a_text_that_is_joined_to_itself_is_refused() {
        let target = "{select: {kind: A}, fieldPaths: [spec.a.b], options: {delimiter: /, index: 1000}}";
        let source = format!("- source: {{kind: A, fieldPath: spec.a.b}}\n  targets: [{target}]\n");
        let text = format!("resources: [r.yaml]\nreplacements:\n{}", source.repeat(60));
        assert_eq!(code(&text, OBJECT), Some("KUSTOMIZE_LIMIT"));
    }

    #[test]
    fn a_mapping_of_many_thousand_keys_is_refused() {
        let data: String = (0..20_000).map(|key| format!("k{key}: v\n  ")).collect();
        let text = format!("kind: A\napiVersion: v1\nmetadata: {{name: a}}\ndata:\n  {data}");
        assert_eq!(code("resources: [r.yaml]\n", &text), Some("KUSTOMIZE_LIMIT"));
    }

    #[test]
    fn a_prefix_of_a_megabyte_is_refused() {
        let text = format!("resources: [r.yaml]\nnamePrefix: {}\n", "p".repeat(1 << 20));
        assert_eq!(code(&text, OBJECT), Some("KUSTOMIZE_LIMIT"));
    }
}
