//! The places in which two values differ.

use std::collections::{HashMap, HashSet};

use kube_model::lists::{self, ListKind};
use kube_model::schema::Schema;
use kube_model::{Path, Segment, order};
use serde_json::{Map, Value};

use crate::equal::{Amount, equal_amounts};
use crate::reason::Reason;

/// A place in which two values differ: the topmost path that only one of them has, or else the leaf that
/// changed. A list without keys is a leaf.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Where.
    pub path: Path,
    /// What stands there before; none if nothing does.
    pub before: Option<Value>,
    /// What stands there after; none if nothing does.
    pub after: Option<Value>,
    /// Whether the values are an order: the names of the items that both lists at this path have, or the same
    /// arguments in other words.
    pub is_order: bool,
}

/// Two values, compared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// Where they differ, sorted by path.
    pub differences: Vec<Difference>,
    /// Where they are written differently and mean the same quantity, sorted by path.
    pub equal_quantities: Vec<Difference>,
    /// Where they are written differently and mean the same length of time, sorted by path.
    pub equal_durations: Vec<Difference>,
    /// Lists whose items stand in another order that means nothing, sorted by path.
    pub reordered: Vec<Difference>,
    /// Where one has a `null` that the other leaves out, sorted by path: Kubernetes drops it.
    pub nulls: Vec<Difference>,
}

/// The places in which two values of an object of this kind differ, sorted by path.
#[must_use]
pub fn compare(schema: Schema<'_>, before: &Value, after: &Value) -> Comparison {
    compare_at(schema, &Path::root(), before, after)
}

/// [`compare`] for what stands at `path` of an object.
#[must_use]
pub fn compare_at(schema: Schema<'_>, path: &Path, before: &Value, after: &Value) -> Comparison {
    let mut walk = Walk { schema, found: Comparison::default() };
    if before != after {
        walk.values(path, before, after);
    }
    let Comparison { differences, equal_quantities, equal_durations, reordered, nulls } = &mut walk.found;
    for found in [differences, equal_quantities, equal_durations, reordered, nulls] {
        found.sort_by(|a, b| a.path.cmp(&b.path));
    }
    walk.found
}

impl Comparison {
    /// What differs, and what is written differently and means the same, with the reason.
    pub(crate) fn reasoned(self) -> (Vec<Difference>, Vec<(Difference, Reason)>) {
        let Self { differences, equal_quantities, equal_durations, reordered, nulls } = self;
        let because = |list: Vec<Difference>, reason: Reason| {
            list.into_iter().map(move |one| (one, reason.clone())).collect::<Vec<_>>()
        };
        let the_same = [
            because(equal_quantities, Reason::EQUAL_QUANTITY),
            because(equal_durations, Reason::EQUAL_DURATION),
            because(reordered, Reason::ORDER),
            because(nulls, Reason::EMPTY),
        ];
        (differences, the_same.concat())
    }
}

struct Walk<'a> {
    schema: Schema<'a>,
    found: Comparison,
}

impl Walk<'_> {
    fn values(&mut self, path: &Path, before: &Value, after: &Value) {
        match (before, after) {
            (Value::Object(before), Value::Object(after)) => self.mappings(path, before, after),
            (Value::Array(ones), Value::Array(others)) => {
                match lists::items_of_both(self.schema, path.segments(), ones, others) {
                    Some((one, other)) => {
                        let known = self.found.differences.len();
                        self.order(path, (ones, &one), (others, &other));
                        self.lists(path, &one, &other);
                        if self.found.differences.len() == known
                            && lists::kind_of(self.schema, path.segments()) == ListKind::Arguments
                        {
                            self.words(path, before, after);
                        }
                    }
                    None => self.leaf(path, before, after),
                }
            }
            _ => self.leaf(path, before, after),
        }
    }

    fn leaf(&mut self, path: &Path, before: &Value, after: &Value) {
        if before == after {
            return;
        }
        let found = match equal_amounts(self.schema, path, before, after) {
            Some(Amount::Quantity) => &mut self.found.equal_quantities,
            Some(Amount::Duration) => &mut self.found.equal_durations,
            None if order::same_but_for_order(self.schema, path.segments(), before, after) => {
                &mut self.found.reordered
            }
            None => &mut self.found.differences,
        };
        found.push(Difference {
            path: path.clone(),
            before: Some(before.clone()),
            after: Some(after.clone()),
            is_order: false,
        });
    }

    fn mappings(&mut self, path: &Path, before: &Map<String, Value>, after: &Map<String, Value>) {
        for (key, value) in before {
            self.pair(|| path.key(key), Some(value), after.get(key));
        }
        for (key, value) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
            self.pair(|| path.key(key), None, Some(value));
        }
    }

    fn lists(&mut self, path: &Path, before: &lists::Items<'_>, after: &lists::Items<'_>) {
        let (befores, afters) = (by_name(before), by_name(after));
        for (name, value) in before {
            self.pair(|| path.join(name.clone()), Some(value), afters.get(name).copied());
        }
        for (name, value) in after.iter().filter(|(name, _)| !befores.contains_key(name)) {
            self.pair(|| path.join(name.clone()), None, Some(value));
        }
    }

    /// The order of the items that both lists have, as their names.
    fn order(
        &mut self,
        path: &Path,
        (before, one): (&[Value], &lists::Items<'_>),
        (after, other): (&[Value], &lists::Items<'_>),
    ) {
        let names = |items: &lists::Items<'_>, others: &lists::Items<'_>| -> Vec<String> {
            let known: HashSet<&Segment> = others.iter().map(|(name, _)| name).collect();
            items.iter().filter(|(name, _)| known.contains(name)).map(|(name, _)| item_name(name)).collect()
        };
        let (ones, others) = (names(one, other), names(other, one));
        if ones == others {
            return;
        }
        let found = match order::matters(self.schema, path.segments(), before, after) {
            true => &mut self.found.differences,
            false => &mut self.found.reordered,
        };
        found.push(Difference {
            path: path.clone(),
            before: Some(ones.into()),
            after: Some(others.into()),
            is_order: true,
        });
    }

    /// The same flags and operands in other words, or mixed differently: the program gets other arguments.
    fn words(&mut self, path: &Path, before: &Value, after: &Value) {
        self.found.differences.push(Difference {
            path: path.clone(),
            before: Some(before.clone()),
            after: Some(after.clone()),
            is_order: true,
        });
    }

    /// Most of what is compared is the same, and its path is never asked for.
    fn pair(&mut self, path: impl Fn() -> Path, before: Option<&Value>, after: Option<&Value>) {
        match (before, after) {
            (Some(before), Some(after)) if before == after => {}
            (Some(before), Some(after)) => self.values(&path(), before, after),
            (before, after) => self.one_sided(path(), before, after),
        }
    }

    fn one_sided(&mut self, path: Path, before: Option<&Value>, after: Option<&Value>) {
        let found = match (before, after) {
            (Some(Value::Null), None) | (None, Some(Value::Null)) => &mut self.found.nulls,
            _ => &mut self.found.differences,
        };
        found.push(Difference { path, before: before.cloned(), after: after.cloned(), is_order: false });
    }
}

/// `web`, or `port=80,protocol=TCP` where it takes more than one field to tell an item.
fn item_name(segment: &Segment) -> String {
    match segment {
        Segment::Item(fields) => match fields.as_slice() {
            [(_, only)] => only.clone(),
            several => {
                several.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
            }
        },
        Segment::Key(name) | Segment::Flag(name) => name.clone(),
    }
}

fn by_name<'a>(items: &'a lists::Items<'_>) -> HashMap<&'a Segment, &'a Value> {
    items.iter().map(|(name, value)| (name, &**value)).collect()
}

#[cfg(test)]
mod tests {
    use kube_model::schema::Schemas;
    use serde_json::json;

    use super::*;

    fn deployment() -> Schema<'static> {
        Schemas::built_in().of("apps", "Deployment")
    }

    fn places(before: &Value, after: &Value) -> Vec<String> {
        compare(deployment(), before, after).differences.iter().map(|d| d.path.to_string()).collect()
    }

    #[test]
    fn lists_are_compared_by_their_keys() {
        let before = json!({"spec": {"template": {"spec": {"containers": [
            {"name": "a", "image": "a:1", "env": [{"name": "X", "value": "1"}, {"name": "Y", "value": "1"}]},
            {"name": "b", "ports": [{"containerPort": 80}]}]}}}});
        let after = json!({"spec": {"template": {"spec": {"containers": [
            {"name": "b", "ports": [{"containerPort": 80, "protocol": "TCP", "name": "http"}]},
            {"name": "a", "image": "a:2", "env": [{"name": "Y", "value": "2"}, {"name": "Z", "value": "1"}]}]}}}});
        let container = "spec.template.spec.containers";
        assert_eq!(
            places(&before, &after),
            [
                format!("{container}[name=a].env[name=X]"),
                format!("{container}[name=a].env[name=Y].value"),
                format!("{container}[name=a].env[name=Z]"),
                format!("{container}[name=a].image"),
                format!("{container}[name=b].ports[containerPort=80,protocol=TCP].name"),
                format!("{container}[name=b].ports[containerPort=80,protocol=TCP].protocol"),
            ]
        );
    }

    #[test]
    fn a_list_without_keys_is_one_place() {
        let of = |keys: [&str; 2]| json!({"spec": {"template": {"spec": {"tolerations": keys.map(|key| json!({"key": key}))}}}});
        assert_eq!(places(&of(["a", "b"]), &of(["a", "c"])), ["spec.template.spec.tolerations"]);
        let reordered = compare(deployment(), &of(["a", "b"]), &of(["b", "a"]));
        assert!(reordered.differences.is_empty());
        assert_eq!(reordered.reordered[0].path.to_string(), "spec.template.spec.tolerations");
    }

    #[test]
    fn the_order_of_init_containers_is_a_difference_and_that_of_containers_is_none() {
        let of = |list: &str, names: [&str; 2]| json!({"spec": {"template": {"spec": {list: names.map(|name| json!({"name": name}))}}}});
        let containers = compare(deployment(), &of("containers", ["a", "b"]), &of("containers", ["b", "a"]));
        assert!(containers.differences.is_empty());
        assert_eq!(containers.reordered[0].after, Some(json!(["b", "a"])));
        let found = places(&of("initContainers", ["a", "b"]), &of("initContainers", ["b", "a"]));
        assert_eq!(found, ["spec.template.spec.initContainers"]);
        let turned = compare(
            Schemas::built_in().of("", "Pod"),
            &json!({"spec": {"initContainers": [{"name": "a"}, {"name": "b", "image": "b:1"}]}}),
            &json!({"spec": {"initContainers": [{"name": "b", "image": "b:2"}, {"name": "a"}]}}),
        );
        assert_eq!(turned.differences[0].before, Some(json!(["a", "b"])));
        assert_eq!(turned.differences[1].path.to_string(), "spec.initContainers[name=b].image");
    }

    #[test]
    fn arguments_are_compared_by_flag_while_the_operands_agree() {
        let of = |args: Value| json!({"spec": {"template": {"spec": {"containers": [{"name": "a", "args": args}]}}}});
        let args = "spec.template.spec.containers[name=a].args";
        let before = of(json!(["serve", "--level=info", "--old", "--port", "80"]));
        let after = of(json!(["serve", "--port", "81", "--level=debug", "--new"]));
        let changed = ["--level", "--new", "--old", "--port"].map(|flag| format!("{args}[{flag}]"));
        let found = compare(deployment(), &before, &after).differences;
        assert!(found[0].is_order && found[0].path.to_string() == args);
        assert_eq!(found[0].before, Some(json!(["--level", "--port"])));
        assert_eq!(found[1..].iter().map(|one| one.path.to_string()).collect::<Vec<_>>(), changed);
        assert_eq!(places(&before, &of(json!(["run", "--level=info"]))), [args]);
        let mixed = compare(
            deployment(),
            &of(json!(["run", "--level=info"])),
            &of(json!(["--level", "info", "run"])),
        );
        assert_eq!(mixed.differences.iter().map(|one| one.is_order).collect::<Vec<_>>(), [true]);
    }

    #[test]
    fn equal_quantities_are_no_difference_and_are_told() {
        let of = |cpu: Value| {
            json!({"spec": {"template": {"spec": {"containers": [
            {"name": "a", "resources": {"requests": {"cpu": cpu}}}]}}}})
        };
        let found = compare(deployment(), &of(json!("1000m")), &of(json!(1)));
        assert!(found.differences.is_empty());
        assert_eq!(found.equal_quantities.len(), 1);
        assert_eq!(places(&of(json!("1000m")), &of(json!("1001m"))).len(), 1);
    }

    #[test]
    fn null_is_nothing_and_is_told() {
        let found = compare(deployment(), &json!({"spec": {"a": null}}), &json!({"spec": {}}));
        assert!(found.differences.is_empty());
        assert_eq!(found.nulls[0].path.to_string(), "spec.a");
    }
}
