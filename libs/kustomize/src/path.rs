//! Field paths of replacements and variables: `spec.template.spec.containers.[name=web].image`.

use regex_lite::Regex;

use crate::fieldspec::split_path;
use crate::node::{Body, Node};
use crate::scalar::{Scalar, Tag};

/// A path by its dots; what stands in brackets is one part.
pub(crate) fn split(path: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut split = split_path(path, '.').into_iter();
    while let Some(mut part) = split.next() {
        if part.starts_with('[') && !part.ends_with(']') {
            for next in split.by_ref() {
                part.push('.');
                part.push_str(&next);
                if next.ends_with(']') {
                    break;
                }
            }
            if !part.contains('=') {
                part = part.trim_matches(['[', ']']).to_owned();
            }
        }
        parts.push(part);
    }
    parts
}

/// `[key=value]`.
fn condition(part: &str) -> Option<Result<(&str, &str), String>> {
    let inner = part.strip_prefix('[')?.strip_suffix(']')?;
    Some(inner.split_once('=').ok_or_else(|| format!("{part:?} is not of the form [key=value]")))
}

/// The node at a path; none where there is none.
pub(crate) fn lookup<'a>(node: &'a Node, path: &[String]) -> Result<Option<&'a Node>, String> {
    let mut node = node;
    for part in path.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        if node.is_null() {
            return Ok(None);
        }
        let found = if let Ok(at) = part.parse::<usize>() {
            list(node, part)?.get(at)
        } else if part == "-" {
            list(node, part)?.last()
        } else if part == "*" {
            return Err("`*` names no single field".to_owned());
        } else if let Some(condition) = condition(part) {
            let (key, value) = condition?;
            list(node, part)?.iter().find(|item| match key {
                "" => item.text() == value,
                key => item.get(key).is_some_and(|found| found.text() == value),
            })
        } else {
            match node.body {
                Body::Mapping(_) => node.get(part),
                _ => return Err(format!("{part:?} is looked for in what is no mapping")),
            }
        };
        let Some(found) = found else { return Ok(None) };
        node = found;
    }
    Ok(Some(node))
}

fn list<'a>(node: &'a Node, part: &str) -> Result<&'a [Node], String> {
    match &node.body {
        Body::Sequence(items) => Ok(items),
        _ => Err(format!("{part:?} is looked for in what is no list")),
    }
}

/// What is created where a path ends in nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Create {
    Nothing,
    Scalar,
    Mapping,
    Sequence,
}

type Set<'a> = dyn FnMut(&mut Node) -> Result<(), String> + 'a;

/// Calls `set` for every node that a path leads to; how many there are.
pub(crate) fn visit(
    node: &mut Node,
    path: &[String],
    create: Create,
    set: &mut Set<'_>,
) -> Result<usize, String> {
    let Some((part, rest)) = path.split_first() else { return set(node).map(|()| 1) };
    if let Ok(at) = part.parse::<usize>() {
        return visit_index(node, at, rest, create, set);
    }
    if let Some(condition) = condition(part) {
        return visit_matching(node, condition?, rest, create, set);
    }
    if part == "*" {
        return items(node, part)?.iter_mut().map(|item| visit(item, rest, create, set)).sum();
    }
    if !node.is_mapping() && !node.is_null() {
        return Err(format!("{part:?} is looked for in what is no mapping"));
    }
    if node.get(part).is_none() {
        if create == Create::Nothing || node.is_null() {
            return Ok(0);
        }
        let new = empty(rest.first(), create, node);
        node.set(part, new);
    }
    match node.get_mut(part) {
        Some(field) => visit(field, rest, create, set),
        None => Ok(0),
    }
}

/// The kind that the next part of a path asks for.
fn empty(next: Option<&String>, create: Create, near: &Node) -> Node {
    let is_list = |next: &String| condition(next).is_some() || next.parse::<usize>().is_ok();
    match (next, create) {
        (Some(next), _) if is_list(next) => Node::sequence(Vec::new(), &near.origin),
        (Some(_), _) | (None, Create::Mapping) => Node::mapping(&near.origin),
        (None, Create::Sequence) => Node::sequence(Vec::new(), &near.origin),
        (None, _) => Node::scalar(Scalar::plain("", Tag::Unset), &near.origin),
    }
}

fn items<'a>(node: &'a mut Node, part: &str) -> Result<&'a mut [Node], String> {
    if node.is_null() {
        return Ok(&mut []);
    }
    let items = node.items_mut().map(Vec::as_mut_slice);
    items.ok_or_else(|| format!("{part:?} is looked for in what is no list"))
}

fn visit_index(
    node: &mut Node,
    at: usize,
    rest: &[String],
    create: Create,
    set: &mut Set<'_>,
) -> Result<usize, String> {
    let length = items(node, "a position")?.len();
    if length == at && create != Create::Nothing {
        let new = empty(rest.first(), create, node);
        node.items_mut().into_iter().for_each(|items| items.push(new.clone()));
    }
    let few = format!("position {at} is looked for in a list of {length}");
    visit(items(node, "a position")?.get_mut(at).ok_or(few)?, rest, create, set)
}

fn visit_matching(
    node: &mut Node,
    (key, value): (&str, &str),
    rest: &[String],
    create: Create,
    set: &mut Set<'_>,
) -> Result<usize, String> {
    let pattern = Regex::new(value).map_err(|_| format!("{value:?} is not a regular expression"))?;
    let mut count = 0;
    for item in items(node, key)? {
        let is_match = |text: &Node| pattern.is_match(text.text());
        if key.is_empty() {
            if is_match(item) {
                set(item)?;
                count += 1;
            }
        } else if item.get(key).is_some_and(is_match) {
            count += visit(item, rest, create, set)?;
        }
    }
    if count > 0 || create == Create::Nothing {
        return Ok(count);
    }
    let scalar = Node::scalar(Scalar::plain(value, Tag::Unset), &node.origin);
    let mut new = if key.is_empty() { scalar.clone() } else { Node::mapping(&node.origin) };
    if !key.is_empty() {
        new.set(key, scalar);
    }
    let items = node.items_mut().ok_or_else(|| format!("{key:?} is looked for in what is no list"))?;
    items.push(new);
    match items.last_mut() {
        Some(last) if key.is_empty() => set(last).map(|()| 1),
        Some(last) => visit(last, rest, create, set),
        None => Ok(0),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn brackets_are_one_part() {
        assert_eq!(split("a.[name=b.c].d"), ["a", "[name=b.c]", "d"]);
        assert_eq!(split("metadata.annotations.[a.b/c]"), ["metadata", "annotations", "a.b/c"]);
        assert_eq!(split(r"a.b\.c"), ["a", "b.c"]);
    }
}
