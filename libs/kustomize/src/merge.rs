//! Strategic merge, as kustomize does it (`kyaml/yaml/merge2` over `walk`), its habits included: lists that are added
//! to grow at the front, a null removes, and what nobody patched is walked as well.

mod directive;
mod list;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::error::Problem;
use crate::node::{Body, Node};
use crate::schema::{Schemas, Shape};
use directive::{Directive, of_mapping};

/// Merges a patch into a node; none where the patch deletes it.
pub(crate) fn merge(schemas: &Schemas, node: &Node, patch: &Node) -> Result<Option<Node>, Problem> {
    let merged =
        Merge { schemas, is_patch_alone: false }.walk(None, Some(node.clone()), Some(patch.clone()))?;
    Ok(merged.map(|merged| merged.node))
}

#[derive(Clone, Copy)]
struct Merge<'a> {
    schemas: &'a Schemas,
    /// Whether what is merged is the patch with itself: what it adds is walked too, and a directive that is taken out
    /// of the one is out of the other.
    is_patch_alone: bool,
}

/// What came out of a step.
struct Merged {
    node: Node,
    /// Whether it is the old node, changed in its place, and not the patch's.
    in_place: bool,
    /// A null that was written and stays.
    is_kept_null: bool,
}

impl Merged {
    fn of(node: Node, in_place: bool) -> Self {
        Self { node, in_place, is_kept_null: false }
    }
}

impl<'a> Merge<'a> {
    fn walk(
        self,
        shape: Option<&'a Shape>,
        old: Option<Node>,
        patch: Option<Node>,
    ) -> Result<Option<Merged>, Problem> {
        let shape = shape.or_else(|| self.shape_of_object([old.as_ref(), patch.as_ref()]));
        let Some(first) = [&old, &patch].into_iter().flatten().find(|node| !node.is_null()) else {
            return self.mapping(shape, old, patch);
        };
        match first.body {
            Body::Mapping(_) => {
                expect(&old, &patch, Node::is_mapping, "a mapping")?;
                self.mapping(shape, old, patch)
            }
            Body::Sequence(_) => {
                expect(&old, &patch, Node::is_sequence, "a list")?;
                match shape.and_then(|shape| self.schemas.resolve(shape)) {
                    Some(Shape::List(keys, item)) => self.list(keys, item.as_deref(), old, patch),
                    _ => Ok(patch_or_old(old, patch)),
                }
            }
            Body::Scalar(_) => {
                expect(&old, &patch, |node| node.as_scalar().is_some(), "a plain value")?;
                Ok(patch_or_old(old, patch))
            }
        }
    }

    /// An object inside an object is merged as what it is.
    fn shape_of_object(self, nodes: [Option<&Node>; 2]) -> Option<&'a Shape> {
        nodes.into_iter().flatten().find_map(|node| {
            let text = |key: &str| node.get(key).map(Node::text).filter(|text| !text.is_empty());
            self.schemas.of_kind(text("apiVersion")?, text("kind")?)
        })
    }

    fn mapping(
        self,
        shape: Option<&'a Shape>,
        old: Option<Node>,
        patch: Option<Node>,
    ) -> Result<Option<Merged>, Problem> {
        let (mut node, patch, of_patch) = match (old, patch) {
            (Some(old), None) if old.is_null() => {
                let is_kept_null = !old.text().is_empty();
                return Ok(is_kept_null.then_some(Merged { node: old, in_place: true, is_kept_null }));
            }
            (None, None) => return Ok(None),
            (Some(old), None) => (old, None, false),
            (Some(old), Some(mut patch)) if !old.is_null() => {
                if patch.is_null() {
                    return Ok(None);
                }
                match of_mapping(&mut patch)? {
                    Directive::Delete => return Ok(None),
                    Directive::Replace => (patch.clone(), Some(patch), true),
                    Directive::Merge => {
                        let mut old = old;
                        old.remove(directive::KEY);
                        (old, Some(patch), false)
                    }
                }
            }
            (_, Some(patch)) if patch.is_null() => return Ok(Some(Merged::of(patch, false))),
            (_, Some(mut patch)) => match of_mapping(&mut patch) {
                Ok(Directive::Delete) => return Ok(None),
                _ => (patch.clone(), Some(patch), true),
            },
        };
        let below = Self { is_patch_alone: self.is_patch_alone || of_patch, ..self };
        for key in field_names(&node, patch.as_ref()) {
            below.field(shape, &mut node, patch.as_ref(), &key)?;
        }
        Ok(Some(Merged::of(node, !of_patch || self.is_patch_alone)))
    }

    fn field(
        self,
        shape: Option<&'a Shape>,
        node: &mut Node,
        patch: Option<&Node>,
        key: &str,
    ) -> Result<(), Problem> {
        let shape = shape.and_then(|shape| self.schemas.field(shape, key));
        let change = patch.and_then(|patch| patch.get(key)).cloned();
        let old = node.get(key);
        if change.is_none() && old.is_some_and(|old| self.is_settled(shape, old)) {
            return Ok(());
        }
        let merged = self.walk(shape, old.cloned(), change).map_err(|problem| match problem {
            Problem::Patch(why) => Problem::Patch(match why.strip_prefix('.') {
                Some(rest) => format!(".{key}.{rest}"),
                None => format!(".{key}: {why}"),
            }),
            other => other,
        })?;
        match merged {
            None => {
                node.remove(key);
            }
            Some(merged) if merged.is_kept_null => {}
            Some(merged) => node.set(key, merged.node),
        }
        Ok(())
    }

    /// Whether a walk over what nobody patched would change nothing.
    fn is_settled(self, shape: Option<&'a Shape>, node: &Node) -> bool {
        let shape = shape.or_else(|| self.shape_of_object([Some(node), None]));
        match &node.body {
            Body::Scalar(scalar) => !(scalar.is_null() && scalar.text.is_empty()),
            Body::Mapping(entries) => entries.iter().all(|(key, value)| {
                self.is_settled(shape.and_then(|shape| self.schemas.field(shape, key)), value)
            }),
            Body::Sequence(items) => match shape.and_then(|shape| self.schemas.resolve(shape)) {
                Some(Shape::List(keys, item)) => {
                    list::is_keyed(keys, items)
                        && items.iter().all(|node| self.is_settled(item.as_deref(), node))
                }
                _ => true,
            },
        }
    }
}

fn patch_or_old(old: Option<Node>, patch: Option<Node>) -> Option<Merged> {
    match patch {
        Some(patch) => Some(Merged::of(patch, false)),
        None => old.map(|old| Merged::of(old, true)),
    }
}

fn expect(
    old: &Option<Node>,
    patch: &Option<Node>,
    is: impl Fn(&Node) -> bool,
    what: &str,
) -> Result<(), Problem> {
    let fits = [old, patch].into_iter().flatten().all(|node| node.is_null() || is(node));
    if fits {
        Ok(())
    } else {
        Err(Problem::Patch(format!("{what} is here, and something else in the patch")))
    }
}

fn field_names(node: &Node, patch: Option<&Node>) -> BTreeSet<Arc<str>> {
    let entries = node.entries().iter().chain(patch.map_or(&[][..], Node::entries));
    entries.map(|(key, _)| Arc::clone(key)).collect()
}
