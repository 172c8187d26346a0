//! The objects of a layer.

use std::collections::HashSet;

use crate::error::Problem;
use crate::node::{Body, Node};
use crate::origin::Origin;
use crate::resource::{Behavior, Resource};
use crate::scalar::Scalar;
use crate::size;

/// What is wrong with a document, and where it stands.
pub(crate) type Misplaced = (Problem, Origin);

/// The objects of documents: lists are taken apart, and each needs a kind and a name.
pub(crate) fn objects(documents: Vec<Node>) -> Result<Vec<Resource>, Misplaced> {
    let mut waiting: std::collections::VecDeque<Node> = match documents.as_slice() {
        [only] if matches!(text(only, "kind"), "List" | "ResourceList") && only.get("items").is_some() => {
            only.get("items").map(Node::items).unwrap_or_default().iter().cloned().collect()
        }
        _ => documents.into(),
    };
    waiting.retain(|node| !node.is_empty());
    waiting.iter().try_for_each(check)?;
    let too_wide = |node: &Node| size::narrow(node).err().map(|problem| (problem, node.origin.clone()));
    if let Some(misplaced) = waiting.iter().find_map(too_wide) {
        return Err(misplaced);
    }
    let mut objects = Vec::with_capacity(waiting.len());
    while let Some(node) = waiting.pop_front() {
        let items = node.get("items").filter(|_| text(&node, "kind").ends_with("List"));
        let Some(items) = items else {
            objects.push(Resource::new(node));
            continue;
        };
        if !items.is_sequence() && !items.is_null() {
            let why = format!("`items` of a {} is a list", text(&node, "kind"));
            return Err((Problem::Resource(why), items.origin.clone()));
        }
        for item in items.items().iter().filter(|item| !item.is_empty()) {
            check(item)?;
            let mut item = item.clone();
            item.settle();
            waiting.push_back(item);
        }
    }
    Ok(objects)
}

fn text<'a>(node: &'a Node, key: &str) -> &'a str {
    node.get(key).filter(|node| !node.is_null()).map_or("", Node::text)
}

fn check(node: &Node) -> Result<(), Misplaced> {
    let refuse = |why: &str| Err((Problem::Resource(why.to_owned()), node.origin.clone()));
    if !node.is_mapping() {
        return refuse("this is no object: a mapping with apiVersion, kind and metadata is expected");
    }
    match text(node, "kind") {
        "" => refuse("an object without `kind`"),
        kind if kind.ends_with("List") => Ok(()),
        _ if node.get("metadata").is_none_or(|metadata| text(metadata, "name").is_empty()) => {
            refuse("an object without `metadata.name`")
        }
        _ => Ok(()),
    }
}

/// Refuses two objects of one id.
pub(crate) fn distinct(resources: &[Resource]) -> Result<(), Misplaced> {
    let mut known = HashSet::with_capacity(resources.len());
    match resources.iter().find(|resource| !known.insert(resource.id().unique())) {
        Some(second) => Err((Problem::Duplicate(second.id().to_string()), second.node.origin.clone())),
        None => Ok(()),
    }
}

/// Adds a generated object, or replaces or merges the one that is there.
pub(crate) fn absorb(into: &mut Vec<Resource>, mut new: Resource) -> Result<(), Problem> {
    let id = new.id();
    let mut found = (0..into.len()).filter(|at| into[*at].any_id(|known| known.equals(&id)));
    let (first, second) = (found.next(), found.next());
    let changes = matches!(new.behavior, Some(Behavior::Replace | Behavior::Merge));
    match (first, second) {
        (_, Some(_)) => {
            Err(Problem::Generator(format!("several objects are or were {id}: it can be merged into none")))
        }
        (None, _) if changes => {
            Err(Problem::Generator(format!("there is no {id} that could be merged or replaced")))
        }
        (None, _) => {
            into.push(new);
            Ok(())
        }
        (Some(_), _) if !changes => Err(Problem::Generator(format!(
            "there is {id} already; `behavior: merge` or `replace` would change it"
        ))),
        (Some(at), _) => {
            let behavior = new.behavior;
            new.inherit(&into[at]);
            if behavior == Some(Behavior::Merge) {
                merge_data(&mut new, &into[at], "data");
                merge_data(&mut new, &into[at], "binaryData");
                crate::metadata::keep_origin(&mut new, &into[at]);
            }
            into[at] = new;
            Ok(())
        }
    }
}

fn merge_data(new: &mut Resource, old: &Resource, field: &str) {
    let strings = |resource: &Resource| -> Vec<(std::sync::Arc<str>, Node)> {
        let entries = resource.node.get(field).map_or(&[][..], Node::entries).iter();
        entries.map(|(key, value)| (key.clone(), as_string(value))).collect()
    };
    let mut merged = strings(old);
    for (key, value) in strings(new) {
        match merged.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = value,
            None => merged.push((key, value)),
        }
    }
    new.node.remove(field);
    if let Some((_, first)) = merged.first() {
        let origin = first.origin.clone();
        merged.sort_by(|one, other| one.0.cmp(&other.0));
        new.node.set(field, Node { body: Body::Mapping(merged.into()), origin });
    }
}

fn as_string(node: &Node) -> Node {
    let text = if node.is_null() { "" } else { node.text() };
    Node::scalar(Scalar { quoted: text.contains('\n'), ..Scalar::string(text) }, &node.origin)
}
