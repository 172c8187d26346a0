//! Field specs: which fields of which kinds a transformer touches.

use crate::error::Problem;
use crate::id::Gvk;
use crate::node::{Body, Node};
use crate::resource::Resource;
use crate::scalar::{Scalar, Tag};

/// A field of some kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldSpec {
    pub(crate) gvk: Gvk,
    /// Keys between slashes (`\/` is a slash in a key, `[]` behind a key says that it is a list).
    pub(crate) path: String,
    /// The path, split; see [`split_path`].
    pub(crate) keys: Vec<String>,
    /// Whether what is missing is created.
    pub(crate) create: bool,
}

impl FieldSpec {
    pub(crate) fn new(gvk: Gvk, path: &str, create: bool) -> Self {
        Self { gvk, path: path.to_owned(), keys: split_path(path, '/'), create }
    }
}

/// A path by its delimiter, which a backslash makes a part of a key.
pub(crate) fn split_path(path: &str, delimiter: char) -> Vec<String> {
    let mut parts: Vec<&str> = path.split(delimiter).collect();
    if parts.len() > 1 && parts[0].is_empty() {
        parts.remove(0);
    }
    let mut keys: Vec<String> = Vec::with_capacity(parts.len());
    for part in parts {
        match keys.last_mut().filter(|last| last.ends_with('\\')) {
            Some(last) => {
                last.pop();
                last.push(delimiter);
                last.push_str(part);
            }
            None => keys.push(part.to_owned()),
        }
    }
    keys
}

/// Adds field specs to others, as kustomize merges configurations.
pub(crate) fn merge_specs(into: &mut Vec<FieldSpec>, incoming: &[FieldSpec]) -> Result<(), Problem> {
    for spec in incoming {
        let same = into.iter().find(|known| {
            let gvk = &known.gvk;
            known.path == spec.path && spec.gvk.selects(&gvk.group, &gvk.version, &gvk.kind)
        });
        match same {
            None => into.push(spec.clone()),
            Some(known) if known.create == spec.create => {}
            Some(_) => {
                return Err(Problem::Field(format!(
                    "the field specs of {:?} contradict each other in `create`",
                    spec.path
                )));
            }
        }
    }
    Ok(())
}

/// What is created where a path ends in nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Create {
    Nothing,
    Scalar,
    Mapping,
}

/// Applies `set` to every node that a field spec leads to in a resource of its kind.
pub(crate) fn apply(
    resource: &mut Resource,
    spec: &FieldSpec,
    create: Create,
    set: &mut dyn FnMut(&mut Node) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let (group, version) = resource.group_version();
    if !spec.gvk.selects(group, version, resource.kind()) {
        return Ok(());
    }
    let name = resource.id().to_string();
    let create = if spec.create { create } else { Create::Nothing };
    Walk { create, set }.node(&mut resource.node, &spec.keys).map_err(|problem| match problem {
        Problem::Transformer(why) => Problem::Transformer(format!("{name}, field {}: {why}", spec.path)),
        other => other,
    })
}

struct Walk<'a> {
    create: Create,
    set: &'a mut dyn FnMut(&mut Node) -> Result<(), Problem>,
}

impl Walk<'_> {
    fn node(&mut self, node: &mut Node, keys: &[String]) -> Result<(), Problem> {
        let Some((key, rest)) = keys.split_first() else { return (self.set)(node) };
        if node.is_null() {
            return Ok(());
        }
        match &node.body {
            Body::Mapping(_) => self.field(node, key, rest),
            // Looked at first, so that only what is changed is copied.
            Body::Sequence(items) if items.iter().any(|item| self.leads_on(item, key)) => {
                for item in node.items_mut().into_iter().flatten() {
                    self.node(item, keys)?;
                }
                Ok(())
            }
            Body::Sequence(_) => Ok(()),
            Body::Scalar(_) => {
                Err(Problem::Transformer("a mapping or a list was expected on the way to it".to_owned()))
            }
        }
    }

    fn leads_on(&self, item: &Node, key: &str) -> bool {
        !item.is_mapping() || self.create != Create::Nothing || item.get(key.trim_end_matches("[]")).is_some()
    }

    fn field(&mut self, node: &mut Node, key: &str, rest: &[String]) -> Result<(), Problem> {
        let name = key.strip_suffix("[]").unwrap_or(key);
        if name.is_empty() {
            return Err(Problem::Transformer("an empty key".to_owned()));
        }
        let is_list = name.len() != key.len();
        let kind = match self.create {
            _ if is_list => Kind::Sequence,
            Create::Nothing => Kind::None,
            Create::Scalar if rest.is_empty() => Kind::Scalar,
            Create::Scalar | Create::Mapping => Kind::Mapping,
        };
        if node.get(name).is_none() {
            if matches!(kind, Kind::None | Kind::Sequence) {
                return Ok(());
            }
            let new = kind.empty(node);
            if let Some(entries) = node.entries_mut() {
                entries.push((name.into(), new));
            }
        }
        let Some(field) = node.get_mut(name) else { return Ok(()) };
        if field.is_null() && kind != Kind::None {
            *field = kind.empty(field);
        }
        self.node(field, rest)
    }
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Kind {
    None,
    Scalar,
    Mapping,
    Sequence,
}

impl Kind {
    fn empty(self, near: &Node) -> Node {
        match self {
            Self::Mapping => Node::mapping(&near.origin),
            Self::Sequence => Node::sequence(Vec::new(), &near.origin),
            Self::Scalar | Self::None => Node::scalar(Scalar::plain("", Tag::Unset), &near.origin),
        }
    }
}

/// Sets a scalar in the place of a scalar, in its style.
pub(crate) fn overwrite(node: &mut Node, value: Node) -> Result<(), Problem> {
    if node.is_null() || node.as_scalar().is_some() {
        if !value.is_null() {
            node.become_node(value);
        }
        return Ok(());
    }
    Err(Problem::Transformer("a plain value was expected".to_owned()))
}

/// Sets an entry of a mapping.
pub(crate) fn set_entry(node: &mut Node, key: &str, value: Node) -> Result<(), Problem> {
    if !node.is_mapping() {
        return Err(Problem::Transformer("a mapping was expected".to_owned()));
    }
    if node.get(key).is_none() && !crate::node::is_key(key) {
        return Err(Problem::Value(format!(
            "the key {key:?} is printed without quotes, and is then no string"
        )));
    }
    if node.entries().is_empty() {
        node.origin = value.origin.clone();
    }
    node.set(key, value);
    Ok(())
}
