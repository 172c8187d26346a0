//! What differs inside a list whose items have no key: the rules of a Role, an Ingress, a network policy, a route.
//!
//! The list itself stays the value of the change, as it is what a server replaces; this says which of its items differ.
//! Where the order means nothing items are paired by what they have in common, else by their position.

use kube_model::schema::Schema;
use kube_model::{Path, Segment, order};
use serde_json::Value;

use crate::compare::{Difference, compare_at};
use crate::inside::{InnerChange, Inside, TextFormat};

/// Beyond so many pairs to compare a list is better shown whole.
const MOST_PAIRS: usize = 4096;

/// Fields that people know an item by, where each item has one of its own.
const NAMES: [&str; 4] = ["host", "path", "name", "key"];

/// Which items differ between two lists at a path; none where the lists are better shown whole.
pub(crate) fn inside(schema: Schema<'_>, path: &Path, before: &Value, after: &Value) -> Option<Inside> {
    let found = differences(schema, path, before, after)?;
    let depth = path.segments().len();
    let changes = found.into_iter().map(|one| InnerChange {
        place: one.path.segments().iter().skip(depth).cloned().collect::<Path>().to_string(),
        before: one.before,
        after: one.after,
    });
    Some(Inside { format: TextFormat::Items, changes: changes.collect() })
}

fn differences(schema: Schema<'_>, path: &Path, before: &Value, after: &Value) -> Option<Vec<Difference>> {
    let (Value::Array(before), Value::Array(after)) = (before, after) else { return None };
    let structured = !before.is_empty() && before.iter().chain(after).all(Value::is_object);
    if !structured || after.is_empty() {
        return None;
    }
    let pairs = match order::matters(schema, path.segments(), before, after) {
        true => by_position(before, after)?,
        false => by_likeness(schema, path, before, after)?,
    };
    let name = name_of_items(before, after);
    let mut found = Vec::new();
    for (one, other) in pairs {
        let place = path.join(segment(name, (one, before), (other, after)));
        let (one, other) = (one.and_then(|at| before.get(at)), other.and_then(|at| after.get(at)));
        match (one, other) {
            (Some(one), Some(other)) => below(schema, &place, one, other, &mut found),
            _ => found.push(Difference {
                path: place,
                before: one.cloned(),
                after: other.cloned(),
                is_order: false,
            }),
        }
    }
    (!found.is_empty()).then_some(found)
}

/// What differs in an item, and in the lists that it holds in turn.
fn below(schema: Schema<'_>, place: &Path, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    for one in compare_at(schema, place, before, after).differences {
        let lists = one.before.as_ref().zip(one.after.as_ref()).filter(|_| !one.is_order);
        match lists.and_then(|(before, after)| differences(schema, &one.path, before, after)) {
            Some(inside) => found.extend(inside),
            None => found.push(one),
        }
    }
}

/// Positions before and after of one item.
type Pair = (Option<usize>, Option<usize>);

/// What stands between the items that are equal from both ends; none where more than items of their own came or went.
fn by_position(before: &[Value], after: &[Value]) -> Option<Vec<Pair>> {
    let same = |(one, other): &(&Value, &Value)| one == other;
    let start = before.iter().zip(after).take_while(same).count();
    let rest = before[start..].iter().rev().zip(after[start..].iter().rev());
    let end = rest.take_while(same).count();
    let (olds, news) = (start..before.len() - end, start..after.len() - end);
    match (olds.len(), news.len()) {
        (old, new) if old == new => Some(olds.zip(news).map(|(old, new)| (Some(old), Some(new))).collect()),
        (0, _) => Some(news.map(|new| (None, Some(new))).collect()),
        (_, 0) => Some(olds.map(|old| (Some(old), None)).collect()),
        _ => None,
    }
}

/// The items that are not the same on both sides, those together that have most in common.
fn by_likeness(schema: Schema<'_>, path: &Path, before: &[Value], after: &[Value]) -> Option<Vec<Pair>> {
    if before.len().saturating_mul(after.len()) > MOST_PAIRS {
        return None;
    }
    let same = |one: &Value, other: &Value| {
        let list = |item: &Value| Value::Array(vec![item.clone()]);
        one == other || order::same_but_for_order(schema, path.segments(), &list(one), &list(other))
    };
    let mut news: Vec<usize> = (0..after.len()).collect();
    let mut olds: Vec<usize> = (0..before.len()).collect();
    olds.retain(|old| match news.iter().position(|new| same(&before[*old], &after[*new])) {
        Some(found) => {
            news.remove(found);
            false
        }
        None => true,
    });
    let only = olds.len() == 1 && news.len() == 1;
    let all = olds.iter().flat_map(|old| news.iter().map(move |new| (*old, *new)));
    let mut alike: Vec<_> = all.map(|(old, new)| (in_common(&before[old], &after[new]), old, new)).collect();
    alike.retain(|(common, ..)| only || *common > 0);
    alike.sort_by_key(|(common, old, new)| (std::cmp::Reverse(*common), *old, *new));
    let mut pairs: Vec<Pair> = Vec::new();
    for (_, old, new) in alike {
        if olds.contains(&old) && news.contains(&new) {
            olds.retain(|one| *one != old);
            news.retain(|one| *one != new);
            pairs.push((Some(old), Some(new)));
        }
    }
    pairs.extend(olds.into_iter().map(|old| (Some(old), None)));
    pairs.sort_unstable();
    pairs.extend(news.into_iter().map(|new| (None, Some(new))));
    Some(pairs)
}

/// How much two items have in common: two for each field that is equal, one for each list with an item in both.
fn in_common(one: &Value, other: &Value) -> usize {
    let fields = one.as_object().into_iter().flatten();
    fields
        .map(|(name, value)| match (value, other.get(name)) {
            (value, Some(same)) if value == same => 2,
            (Value::Array(items), Some(Value::Array(others))) => {
                usize::from(items.iter().any(|item| others.contains(item)))
            }
            _ => 0,
        })
        .sum()
}

/// The field that tells the items of both lists.
fn name_of_items(before: &[Value], after: &[Value]) -> Option<&'static str> {
    let tells = |name: &&&str, items: &[Value]| {
        let mut seen = std::collections::BTreeSet::new();
        items
            .iter()
            .all(|item| item.get(**name).and_then(Value::as_str).is_some_and(|text| seen.insert(text)))
    };
    NAMES.iter().find(|name| tells(name, before) && tells(name, after)).copied()
}

/// An item by its name, where it is called the same on both sides, else by its position on the side that has it, from 0.
fn segment(name: Option<&str>, one: (Option<usize>, &[Value]), other: (Option<usize>, &[Value])) -> Segment {
    let text = |(at, items): (Option<usize>, &[Value])| {
        at.and_then(|at| items.get(at)?.get(name?)?.as_str().map(str::to_owned))
    };
    let called = match (text(one), text(other)) {
        (Some(one), Some(other)) if one == other => Some(one),
        (Some(only), None) | (None, Some(only)) => Some(only),
        _ => None,
    };
    match (name, called) {
        (Some(name), Some(called)) => Segment::Item(vec![(name.to_owned(), called)]),
        _ => Segment::Flag(one.0.or(other.0).unwrap_or_default().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use kube_model::schema::Schemas;
    use serde_json::json;

    use super::*;

    /// The places that differ, with the values.
    fn told(group: &str, kind: &str, path: &str, before: &Value, after: &Value) -> Option<Vec<String>> {
        let schema = Schemas::built_in().of(group, kind);
        let inside = inside(schema, &path.parse().unwrap(), before, after)?;
        let value = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), ToString::to_string);
        let changes = inside.changes.iter();
        Some(changes.map(|c| format!("{}: {} {}", c.place, value(&c.before), value(&c.after))).collect())
    }

    fn of_role(before: &Value, after: &Value) -> Vec<String> {
        told("rbac.authorization.k8s.io", "Role", "rules", before, after).unwrap()
    }

    #[test]
    fn of_rules_that_count_alike_the_one_that_differs_is_told() {
        let rule = |group: &str, resources: &[&str], verbs: &[&str]| json!({"apiGroups": [group], "resources": resources, "verbs": verbs});
        let (pods, jobs) = (rule("", &["pods"], &["get"]), rule("batch", &["jobs"], &["get", "list"]));
        let more = rule("", &["pods"], &["get", "delete"]);
        // The jobs' rule stands elsewhere and in another order, which means nothing.
        let turned = rule("batch", &["jobs"], &["list", "get"]);
        assert_eq!(
            of_role(&json!([pods, jobs]), &json!([turned, more])),
            ["[0].verbs: [\"get\"] [\"get\",\"delete\"]"]
        );
        assert_eq!(of_role(&json!([pods, jobs]), &json!([jobs])), [format!("[0]: {pods} nothing")]);
        let apps = rule("apps", &["deployments"], &["*"]);
        assert_eq!(
            of_role(&json!([pods, jobs]), &json!([apps, more, jobs])),
            ["[0].verbs: [\"get\"] [\"get\",\"delete\"]".to_owned(), format!("[0]: nothing {apps}")]
        );
    }

    #[test]
    fn hosts_and_paths_are_told_by_their_names() {
        let rule = |host: &str, port: u16| {
            json!({"host": host, "http": {"paths": [
            {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"number": 80}}}},
            {"path": "/api", "pathType": "Prefix", "backend": {"service": {"name": "api", "port": {"number": port}}}}]}})
        };
        let before = json!([rule("a.example", 80), rule("b.example", 80)]);
        let after = json!([rule("b.example", 81), rule("a.example", 80)]);
        let found = told("networking.k8s.io", "Ingress", "spec.rules", &before, &after).unwrap();
        assert_eq!(found, ["[host=b.example].http.paths[path=/api].backend.service.port.number: 80 81"]);
    }

    #[test]
    fn where_the_order_means_something_items_are_told_by_position() {
        let rule = |name: &str| json!({"backendRefs": [{"name": name}]});
        let of = |before: &Value, after: &Value| {
            told("gateway.networking.k8s.io", "HTTPRoute", "spec.rules", before, after)
        };
        let (a, b, c) = (rule("a"), rule("b"), rule("c"));
        assert_eq!(
            of(&json!([a, b]), &json!([a, c])).unwrap(),
            [
                "[1].backendRefs[name=b]: {\"name\":\"b\"} nothing",
                "[1].backendRefs[name=c]: nothing {\"name\":\"c\"}"
            ]
        );
        assert_eq!(of(&json!([a, b]), &json!([c, a, b])).unwrap(), [format!("[0]: nothing {c}")]);
        assert_eq!(of(&json!([a, b, c]), &json!([c, a])), None, "more than items of their own");
        assert_eq!(of(&json!(["a"]), &json!(["b"])), None, "words");
    }
}
