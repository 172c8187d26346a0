//! JSON Patch (RFC 6902), as the library that kustomize uses applies it.

use crate::error::Problem;
use crate::node::{Body, Node};
use crate::scalar::{Scalar, Tag};
use crate::size::bounded;

/// One operation.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    action: Action,
    path: Vec<String>,
    text: String,
}

#[derive(Debug, Clone)]
enum Action {
    Add(Node),
    Remove,
    Replace(Node),
    Move(Vec<String>),
    Copy(Vec<String>),
    Test(Node),
}

/// The operations of a patch, or what is wrong with it.
pub(crate) fn operations(patch: &Node) -> Result<Vec<Operation>, String> {
    if patch.is_null() {
        return Ok(Vec::new());
    }
    if !patch.is_sequence() {
        return Err("a JSON patch is a list of operations".to_owned());
    }
    patch.items().iter().map(operation).collect()
}

fn operation(node: &Node) -> Result<Operation, String> {
    if !node.is_mapping() {
        return Err("an operation of a JSON patch is a mapping with `op` and `path`".to_owned());
    }
    let text = |key: &str| node.get(key).map(Node::text).filter(|text| !text.is_empty());
    let path = text("path").unwrap_or_default().to_owned();
    let from = || text("from").map(pointer).ok_or_else(|| format!("the operation on {path:?} has no `from`"));
    let value = || {
        let mut value = node.get("value").cloned().unwrap_or_else(|| null(node));
        as_kubernetes_reads(&mut value);
        value
    };
    let action = match text("op") {
        Some("add") => Action::Add(value()),
        Some("remove") => Action::Remove,
        Some("replace") => Action::Replace(value()),
        Some("move") => Action::Move(from()?),
        Some("copy") => Action::Copy(from()?),
        Some("test") => Action::Test(value()),
        _ => return Err(format!("the operation on {path:?} has no `op` that is known")),
    };
    Ok(Operation { action, path: pointer(&path), text: path })
}

fn null(node: &Node) -> Node {
    Node::scalar(Scalar::plain("null", Tag::Null), &node.origin)
}

/// A patch is read as Kubernetes reads YAML, to which `yes` is true and a date a string.
fn as_kubernetes_reads(node: &mut Node) {
    match &mut node.body {
        Body::Scalar(scalar) if !scalar.quoted => match (scalar.tag, &*scalar.text) {
            (Tag::Timestamp, _) => scalar.tag = Tag::Str,
            (Tag::Str, "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON") => {
                *scalar = Scalar::plain("true", Tag::Bool);
            }
            (Tag::Str, "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF") => {
                *scalar = Scalar::plain("false", Tag::Bool);
            }
            _ => {}
        },
        Body::Scalar(_) => {}
        Body::Sequence(_) => node.items_mut().into_iter().flatten().for_each(as_kubernetes_reads),
        Body::Mapping(_) => {
            node.entries_mut().into_iter().flatten().for_each(|(_, value)| as_kubernetes_reads(value));
        }
    }
}

/// A JSON pointer, taken apart.
fn pointer(text: &str) -> Vec<String> {
    text.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect()
}

impl Operation {
    /// The value that it puts in.
    pub(crate) fn value(&self) -> Option<&Node> {
        match &self.action {
            Action::Add(value) | Action::Replace(value) => Some(value),
            _ => None,
        }
    }
}

/// Applies a patch; what does not fit is said with the path of its operation.
pub(crate) fn apply(node: &mut Node, operations: &[Operation]) -> Result<(), Problem> {
    for operation in operations {
        let refuse = |why: &str| Problem::Patch(format!("operation on {:?}: {why}", operation.text));
        let path = &operation.path;
        match &operation.action {
            Action::Add(value) => add(node, path, value.clone()).map_err(refuse)?,
            Action::Remove => {
                take(node, path).map_err(refuse)?;
            }
            Action::Replace(value) => replace(node, path, value.clone()).map_err(refuse)?,
            Action::Move(from) => {
                let value = take(node, from).map_err(refuse)?;
                add(node, path, value).map_err(refuse)?;
            }
            Action::Copy(from) => {
                let value = find(node, from).cloned().ok_or_else(|| refuse("there is nothing at `from`"))?;
                add(node, path, value).map_err(refuse)?;
            }
            Action::Test(expected) => {
                let found = find(node, path).and_then(Node::value);
                let expected = expected.value();
                if found != expected && !(found.is_none() && expected == Some(serde_json::Value::Null)) {
                    return Err(refuse("the test failed"));
                }
            }
        }
        let grows = match &operation.action {
            Action::Move(_) | Action::Copy(_) => true,
            Action::Add(value) | Action::Replace(value) => value.as_scalar().is_none(),
            Action::Remove | Action::Test(_) => false,
        };
        if grows {
            bounded(node)?;
        }
    }
    Ok(())
}

/// Writes the numbers as they are after a JSON patch: each has been a float of 64 bits, which keeps 53 bits.
pub(crate) fn round_numbers(node: &mut Node) {
    match &mut node.body {
        Body::Scalar(scalar) if scalar.tag == Tag::Int && scalar.text.len() > EXACT_DIGITS => {
            if let Ok(number) = scalar.text.parse::<f64>() {
                scalar.text = number.to_string().into();
            }
        }
        Body::Scalar(_) => {}
        Body::Sequence(_) => node.items_mut().into_iter().flatten().for_each(round_numbers),
        Body::Mapping(_) => {
            node.entries_mut().into_iter().flatten().for_each(|(_, value)| round_numbers(value))
        }
    }
}

/// Whole numbers of so many digits are floats as well.
const EXACT_DIGITS: usize = 15;

const NOTHING_THERE: &str = "there is nothing at this path";

fn find<'a>(node: &'a Node, path: &[String]) -> Option<&'a Node> {
    path.iter().try_fold(node, |node, key| match &node.body {
        Body::Mapping(_) => node.get(key),
        Body::Sequence(items) => items.get(index(key, items.len())?),
        Body::Scalar(_) => None,
    })
}

fn parent<'a, 'p>(node: &'a mut Node, path: &'p [String]) -> Result<(&'a mut Node, &'p str), &'static str> {
    let (last, way) = path.split_last().ok_or("the object itself is no place to patch")?;
    let parent = way.iter().try_fold(node, |node, key| match &node.body {
        Body::Mapping(_) => node.get_mut(key),
        Body::Sequence(items) => {
            let at = index(key, items.len())?;
            node.items_mut()?.get_mut(at)
        }
        Body::Scalar(_) => None,
    });
    let parent = parent.ok_or(NOTHING_THERE)?;
    if parent.as_scalar().is_some() { Err(NOTHING_THERE) } else { Ok((parent, last)) }
}

/// A position in a list; below 0 it is counted from the end.
fn index(key: &str, length: usize) -> Option<usize> {
    let at: i64 = key.parse().ok()?;
    match at < 0 {
        true => length.checked_sub(usize::try_from(at.unsigned_abs()).ok()?),
        false => usize::try_from(at).ok(),
    }
}

fn add(node: &mut Node, path: &[String], value: Node) -> Result<(), &'static str> {
    let (parent, key) = parent(node, path)?;
    match parent.items_mut() {
        Some(items) => {
            let at = if key == "-" { Some(items.len()) } else { index(key, items.len() + 1) };
            let at = at.filter(|at| *at <= items.len()).ok_or("there is no such position in the list")?;
            items.insert(at, value);
        }
        None => put(parent, key, value),
    }
    Ok(())
}

fn replace(node: &mut Node, path: &[String], value: Node) -> Result<(), &'static str> {
    let (parent, key) = parent(node, path)?;
    let old = match parent.items_mut() {
        Some(items) => index(key, items.len()).and_then(|at| items.get_mut(at)),
        None => return put_over(parent, key, value),
    };
    *old.ok_or(NOTHING_THERE)? = value;
    Ok(())
}

fn put_over(parent: &mut Node, key: &str, value: Node) -> Result<(), &'static str> {
    *parent.get_mut(key).ok_or(NOTHING_THERE)? = value;
    Ok(())
}

fn put(parent: &mut Node, key: &str, value: Node) {
    match parent.get_mut(key) {
        Some(old) => *old = value,
        None => {
            parent.entries_mut().into_iter().for_each(|entries| entries.push((key.into(), value.clone())))
        }
    }
}

fn take(node: &mut Node, path: &[String]) -> Result<Node, &'static str> {
    let (parent, key) = parent(node, path)?;
    match parent.items_mut() {
        Some(items) => {
            let at = index(key, items.len()).filter(|at| *at < items.len()).ok_or(NOTHING_THERE)?;
            Ok(items.remove(at))
        }
        None => parent.remove(key).ok_or(NOTHING_THERE),
    }
}
