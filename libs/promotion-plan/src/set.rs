//! Putting values into an object at a path.

use kube_model::schema::Schema;
use kube_model::{Path, Segment, args, lists};
use serde_json::{Map, Value};

/// Puts `new` at `path` of `target`, or takes away what is there. What is added to a list comes after the
/// nearest preceding sibling of `source` that the target has, else at the end. `source` is the object that the
/// value comes from.
pub(crate) fn set(
    schema: Schema<'_>,
    target: &mut Value,
    source: Option<&Value>,
    path: &Path,
    new: Option<&Value>,
) {
    put(schema, target, source, (path.segments(), 0), new);
}

fn put(
    schema: Schema<'_>,
    target: &mut Value,
    source: Option<&Value>,
    (path, depth): (&[Segment], usize),
    new: Option<&Value>,
) {
    let Some(segment) = path.get(depth) else {
        if let Some(new) = new {
            *target = new.clone();
        }
        return;
    };
    if let (true, Some(new), Some(Value::Array(items))) =
        (depth + 1 == path.len(), new, segment_of(segment, target))
        && lists::is_order(&path.iter().cloned().collect(), new)
    {
        return put_in_order(items, new);
    }
    let is_last = depth + 1 == path.len();
    match (segment, target) {
        (Segment::Key(key), Value::Object(map)) => {
            let source = source.and_then(|source| source.get(key));
            match (is_last, new) {
                (true, Some(new)) => drop(map.insert(key.clone(), new.clone())),
                (true, None) => drop(map.remove(key)),
                (false, _) => {
                    let in_list = !matches!(path.get(depth + 1), Some(Segment::Key(_)));
                    let empty = || if in_list { Value::Array(Vec::new()) } else { Value::Object(Map::new()) };
                    let child = map.entry(key.clone()).or_insert_with(empty);
                    put(schema, child, source, (path, depth + 1), new);
                }
            }
        }
        (segment, Value::Array(items)) => {
            let source = source.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let list = &path[..depth];
            if lists::kind_of(schema, list) == lists::ListKind::Arguments {
                return put_flag(items, source, segment, new.is_some());
            }
            let position = lists::index_of(schema, list, items, segment);
            let source_item =
                lists::index_of(schema, list, source, segment).and_then(|index| source.get(index));
            match (position, is_last, new) {
                (Some(index), true, None) => drop(items.remove(index)),
                (Some(index), true, Some(new)) => items[index] = new.clone(),
                (Some(index), false, _) => {
                    put(schema, &mut items[index], source_item, (path, depth + 1), new)
                }
                (None, true, Some(new)) => {
                    let at = place_in_list(schema, list, items, source, segment);
                    items.insert(at, new.clone());
                }
                _ => {}
            }
        }
        _ => {}
    }
}

fn segment_of<'a>(segment: &Segment, value: &'a mut Value) -> Option<&'a mut Value> {
    match segment {
        Segment::Key(key) => value.get_mut(key),
        _ => None,
    }
}

/// Puts the items that `order` names into that order; the others keep their positions.
fn put_in_order(items: &mut [Value], order: &Value) {
    let names = order.as_array().map_or(&[][..], Vec::as_slice);
    let is_named = |item: &Value| item.get("name").is_some_and(|name| names.contains(name));
    let mut sorted: Vec<Value> = items.iter().filter(|item| is_named(item)).cloned().collect();
    sorted.sort_by_key(|item| names.iter().position(|name| Some(name) == item.get("name")));
    for (slot, item) in items.iter_mut().filter(|item| is_named(item)).zip(sorted) {
        *slot = item;
    }
}

fn place_in_list(
    schema: Schema<'_>,
    list: &[Segment],
    items: &[Value],
    source: &[Value],
    segment: &Segment,
) -> usize {
    let Some(index) = lists::index_of(schema, list, source, segment) else { return items.len() };
    let Some((named, _)) = lists::items_of_both(schema, list, source, source) else { return items.len() };
    let mut preceding = named[..index].iter().rev();
    let position = |name: &Segment| lists::index_of(schema, list, items, name);
    if let Some(before) = preceding.find_map(|(name, _)| position(name)) {
        return before + 1;
    }
    // Where the order means something, what comes first in the source comes before what follows it there.
    let following = named[index + 1..].iter().find_map(|(name, _)| position(name));
    following.filter(|_| lists::is_ordered(list)).unwrap_or(items.len())
}

/// Writes a flag as the source has it: its words in the place of the target's, or after the flag that precedes it.
fn put_flag(items: &mut Vec<Value>, source: &[Value], segment: &Segment, present: bool) {
    let (Segment::Flag(name), Some(ours), Some(theirs)) = (segment, args::parse(items), args::parse(source))
    else {
        return;
    };
    let words = |flag: &args::Flag| -> Vec<Value> {
        flag.items.iter().flat_map(|range| source[range.clone()].to_vec()).collect()
    };
    let wanted = theirs.flag(name).filter(|_| present);
    if let (Some(old), Some(new)) = (ours.flag(name), wanted)
        && let Some(rewritten) = in_form_of(old, new)
    {
        for (range, words) in old.items.iter().zip(rewritten).rev() {
            items.splice(range.clone(), words);
        }
        return;
    }
    let new = wanted.map(words).unwrap_or_default();
    if let Some(old) = ours.flag(name) {
        for range in old.items.iter().skip(1).rev() {
            items.drain(range.clone());
        }
        if let Some(first) = old.items.first() {
            items.splice(first.clone(), new);
        }
        return;
    }
    let before = theirs.flags.iter().take_while(|flag| flag.name != *name);
    let after = before.filter_map(|flag| ours.flag(&flag.name)?.items.last().map(|range| range.end)).last();
    let at = after.unwrap_or(items.len());
    items.splice(at..at, new);
}

/// The new values in the form in which the target writes the flag: `--flag value` or `--flag=value`.
fn in_form_of(old: &args::Flag, new: &args::Flag) -> Option<Vec<Vec<Value>>> {
    if old.values.len() != new.values.len() {
        return None;
    }
    let pairs = old.values.iter().zip(&old.items).zip(&new.values);
    let write = |((before, range), after): ((&Value, &std::ops::Range<usize>), &Value)| {
        let (_, after) = (before.as_str()?, after.as_str()?);
        Some(match range.len() {
            1 => vec![Value::from(format!("{}={after}", old.name))],
            _ => vec![Value::from(old.name.clone()), Value::from(after)],
        })
    };
    pairs.map(write).collect()
}

#[cfg(test)]
mod tests {
    use kube_model::schema::Schemas;
    use serde_json::json;

    use super::*;

    fn put_at(path: &str, target: &Value, source: &Value) -> Value {
        let path: Path = path.parse().unwrap();
        let schema = Schemas::built_in().of("", "Pod");
        let new = path.get(schema, source).map(std::borrow::Cow::into_owned);
        let mut target = target.clone();
        set(schema, &mut target, Some(source), &path, new.as_ref());
        target
    }

    #[test]
    fn an_item_comes_after_the_sibling_that_precedes_it_in_the_source() {
        let of = |names: &[&str]| json!({"spec": {"containers": names.iter().map(|n| json!({"name": n})).collect::<Vec<_>>()}});
        let path = "spec.containers[name=new]";
        assert_eq!(put_at(path, &of(&["a", "b"]), &of(&["a", "x", "new", "b"])), of(&["a", "new", "b"]));
        assert_eq!(put_at(path, &of(&["a", "b"]), &of(&["new", "a"])), of(&["a", "b", "new"]));
        assert_eq!(put_at(path, &of(&["a", "new"]), &of(&["a"])), of(&["a"]));
        let inits = |names: &[&str]| json!({"spec": {"initContainers": names.iter().map(|n| json!({"name": n})).collect::<Vec<_>>()}});
        let first = put_at("spec.initContainers[name=new]", &inits(&["a", "b"]), &inits(&["new", "b"]));
        assert_eq!(first, inits(&["a", "new", "b"]));
    }

    #[test]
    fn flags_are_replaced_added_and_removed_with_their_words() {
        let of = |words: &[&str]| json!({"spec": {"containers": [{"name": "a", "args": words}]}});
        let flag = |name: &str| format!("spec.containers[name=a].args[{name}]");
        let target = of(&["serve", "--level=info", "--own", "-v"]);
        let source = of(&["serve", "--level", "debug", "--port=80", "-v"]);
        assert_eq!(
            put_at(&flag("--level"), &target, &source),
            of(&["serve", "--level=debug", "--own", "-v"])
        );
        assert_eq!(
            put_at(&flag("--port"), &target, &source),
            of(&["serve", "--level=info", "--port=80", "--own", "-v"])
        );
        assert_eq!(put_at(&flag("--own"), &target, &source), of(&["serve", "--level=info", "-v"]));
    }
}
