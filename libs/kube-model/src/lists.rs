//! Which lists Kubernetes merges by which keys.
//!
//! The schema of the kind says so ([`crate::schema`]). Some lists that Kubernetes replaces whole have items that
//! people know by a name (`volumeClaimTemplates`, the arguments of a command); those are keyed by it, which shows more
//! and hides nothing. Where no schema is known (a custom resource whose definition is not in the input) lists that are
//! named as in a pod are read as in a pod, and others by the usual keys.

use std::borrow::Cow;

use serde_json::Value;

use crate::args;
use crate::path::{Path, Segment};
use crate::schema::{Field, ListKey, ListType, Schema};

/// How a list is compared and merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind<'a> {
    /// By the keys of its items; the order means nothing, or is kept as the target has it.
    Keyed(&'a [ListKey]),
    /// By the first of these fields that all items have, each with a value of its own (custom resources).
    Guessed,
    /// A set of plain values.
    Set,
    /// Arguments of a command, by flag.
    Arguments,
    /// As one value.
    Atomic,
}

const fn key(field: &'static str) -> ListKey {
    ListKey { field: Cow::Borrowed(field), default: None }
}

const fn key_or(field: &'static str, default: &'static str) -> ListKey {
    ListKey { field: Cow::Borrowed(field), default: Some(Cow::Borrowed(default)) }
}

const NAME: &[ListKey] = &[key("name")];
const GUESSES: [&str; 5] = ["name", "secretKey", "key", "id", "type"];

/// The kind of the list at `path` of an object.
#[must_use]
pub fn kind_of<'a>(schema: Schema<'a>, path: &[Segment]) -> ListKind<'a> {
    let mut keys = path.iter().rev().filter_map(|segment| match segment {
        Segment::Key(key) => Some(key.as_str()),
        _ => None,
    });
    let last = keys.next().unwrap_or_default();
    let parent = keys.next().unwrap_or_default();
    if let Some(finer) = finer_than_merged(schema, last) {
        return finer;
    }
    match schema.field(path).and_then(Field::list) {
        Some(ListType::Map(keys)) => ListKind::Keyed(keys),
        Some(ListType::Set) => ListKind::Set,
        Some(ListType::Atomic) => ListKind::Atomic,
        Some(ListType::Unmarked) | None => as_in_a_pod(parent, last).unwrap_or(match schema.is_built_in() {
            true => ListKind::Atomic,
            false => ListKind::Guessed,
        }),
    }
}

/// Lists that Kubernetes replaces whole and that are told apart by item, since people know the items by a name.
fn finer_than_merged(schema: Schema<'_>, list: &str) -> Option<ListKind<'static>> {
    match list {
        "volumeClaimTemplates" => Some(ListKind::Keyed(const { &[key("metadata.name")] })),
        "versions" if schema.kind() == "CustomResourceDefinition" => Some(ListKind::Keyed(NAME)),
        "accessModes" | "add" | "drop" | "loadBalancerSourceRanges" | "policyTypes" => Some(ListKind::Set),
        "args" => Some(ListKind::Arguments),
        _ => None,
    }
}

/// Custom resources often hold a pod's template, or parts of one.
fn as_in_a_pod(parent: &str, list: &str) -> Option<ListKind<'static>> {
    let keys: &'static [ListKey] = match list {
        "containers"
        | "initContainers"
        | "ephemeralContainers"
        | "volumes"
        | "env"
        | "imagePullSecrets"
        | "resourceClaims"
        | "webhooks" => NAME,
        "volumeMounts" => const { &[key("mountPath")] },
        "volumeDevices" => const { &[key("devicePath")] },
        "hostAliases" => const { &[key("ip")] },
        "topologySpreadConstraints" => const { &[key("topologyKey"), key("whenUnsatisfiable")] },
        "ports" if matches!(parent, "containers" | "initContainers" | "ephemeralContainers") => {
            const { &[key("containerPort"), key_or("protocol", "TCP")] }
        }
        _ => return None,
    };
    Some(ListKind::Keyed(keys))
}

/// Whether the order of a keyed list means something: init containers run one after the other.
#[must_use]
pub fn is_ordered(path: &[Segment]) -> bool {
    matches!(path.last(), Some(Segment::Key(key)) if key == "initContainers")
}

/// Whether a value at a path is an order: the names of the items of an ordered list, in the place of the list.
#[must_use]
pub fn is_order(path: &Path, value: &Value) -> bool {
    let names = value.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(Value::is_string));
    is_ordered(path.segments()) && names
}

/// The order of a list's items, of those that `among` names.
#[must_use]
pub fn order_of(items: &[Value], among: &Value) -> Value {
    let wanted = among.as_array().map_or(&[][..], Vec::as_slice);
    let names = items.iter().filter_map(|item| item.get("name")).filter(|name| wanted.contains(name));
    Value::Array(names.cloned().collect())
}

/// The items of two lists, each with the segment that names it; none if the lists have to be compared whole.
/// Both are needed: a key that one side lacks makes the list atomic on both.
#[must_use]
pub fn items_of_both<'a>(
    schema: Schema<'_>,
    path: &[Segment],
    one: &'a [Value],
    other: &'a [Value],
) -> Option<(Items<'a>, Items<'a>)> {
    match kind_of(schema, path) {
        ListKind::Guessed => GUESSES.iter().find_map(|guess| {
            let named = |items| name_items(items, &[(guess, None)]);
            Some((named(one)?, named(other)?))
        }),
        ListKind::Arguments => {
            let (one, other) = (args::parse(one)?, args::parse(other)?);
            (one.operands == other.operands).then(|| (one.into_items(), other.into_items()))
        }
        list => Some((items(list, one)?, items(list, other)?)),
    }
}

/// The items of a list with the segments that name them.
pub type Items<'a> = Vec<(Segment, Cow<'a, Value>)>;

fn items<'a>(list: ListKind<'_>, values: &'a [Value]) -> Option<Items<'a>> {
    match list {
        ListKind::Keyed(keys) => {
            let fields: Vec<_> = keys.iter().map(|key| (&*key.field, key.default.as_deref())).collect();
            name_items(values, &fields)
        }
        ListKind::Set => unique(values.iter().map(|value| {
            let name = value.as_str()?;
            Some((Segment::Flag(name.to_owned()), Cow::Borrowed(value)))
        })),
        ListKind::Guessed | ListKind::Arguments | ListKind::Atomic => None,
    }
}

fn name_items<'a>(values: &'a [Value], fields: &[(&str, Option<&str>)]) -> Option<Items<'a>> {
    unique(values.iter().map(|value| Some((name_item(value, fields)?, Cow::Borrowed(value)))))
}

/// The segment that names an item by these fields.
fn name_item(value: &Value, fields: &[(&str, Option<&str>)]) -> Option<Segment> {
    let mut named = Vec::with_capacity(fields.len());
    for (field, default) in fields {
        let found = field.split('.').try_fold(value, |value, key| value.get(key));
        let text = match found {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => (*default)?.to_owned(),
        };
        named.push(((*field).to_owned(), text));
    }
    Some(Segment::Item(named))
}

fn unique<'a>(items: impl Iterator<Item = Option<(Segment, Cow<'a, Value>)>>) -> Option<Items<'a>> {
    let items: Items<'a> = items.collect::<Option<_>>()?;
    let mut seen = std::collections::HashSet::with_capacity(items.len());
    items.iter().all(|(segment, _)| seen.insert(segment.clone())).then_some(items)
}

/// The item of a list that `segment` names.
pub(crate) fn find<'a>(
    schema: Schema<'_>,
    path: &[Segment],
    values: &'a [Value],
    segment: &Segment,
) -> Option<Cow<'a, Value>> {
    if kind_of(schema, path) == ListKind::Arguments {
        let items = args::parse(values)?.into_items();
        return items.into_iter().find(|(name, _)| name == segment).map(|(_, value)| value);
    }
    index_of(schema, path, values, segment).map(|index| Cow::Borrowed(&values[index]))
}

/// The position in a list of the item that `segment` names; not for arguments.
#[must_use]
pub fn index_of(schema: Schema<'_>, path: &[Segment], values: &[Value], segment: &Segment) -> Option<usize> {
    match segment {
        Segment::Flag(name) => values.iter().position(|value| value.as_str() == Some(name)),
        Segment::Item(fields) => {
            let list = kind_of(schema, path);
            let wanted: Vec<_> = fields
                .iter()
                .map(|(field, text)| (field.as_str(), text.as_str(), default_of(list, field)))
                .collect();
            values.iter().position(|value| wanted.iter().all(|field| has(value, *field)))
        }
        Segment::Key(_) => None,
    }
}

/// Whether a field of an item has this text, as [`name_item`] reads it. Nothing is made for it: whoever looks up each item of
/// a list asks this of each item as often.
fn has(value: &Value, (field, wanted, default): (&str, &str, Option<&str>)) -> bool {
    match field.split('.').try_fold(value, |value, key| value.get(key)) {
        Some(Value::String(text)) => text == wanted,
        Some(Value::Number(number)) => number.to_string() == wanted,
        _ => default == Some(wanted),
    }
}

fn default_of<'a>(list: ListKind<'a>, field: &str) -> Option<&'a str> {
    match list {
        ListKind::Keyed(keys) => keys.iter().find(|key| key.field == field)?.default.as_deref(),
        _ => None,
    }
}
