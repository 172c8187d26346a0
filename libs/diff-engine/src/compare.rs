//! The places in which two values differ.

use std::collections::HashMap;

use kube_model::schema::Schema;
use kube_model::{Path, Segment, lists};
use serde_json::{Map, Value};

use crate::equal::equal;

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
}

/// Two values, compared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// Where they differ, sorted by path.
    pub differences: Vec<Difference>,
    /// Where they are written differently and mean the same quantity, sorted by path.
    pub equal_quantities: Vec<Difference>,
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
    walk.found.differences.sort_by(|a, b| a.path.cmp(&b.path));
    walk.found.equal_quantities.sort_by(|a, b| a.path.cmp(&b.path));
    walk.found
}

struct Walk<'a> {
    schema: Schema<'a>,
    found: Comparison,
}

impl Walk<'_> {
    fn values(&mut self, path: &Path, before: &Value, after: &Value) {
        match (before, after) {
            (Value::Object(before), Value::Object(after)) => self.mappings(path, before, after),
            (Value::Array(one), Value::Array(other)) => {
                match lists::items_of_both(self.schema, path.segments(), one, other) {
                    Some((one, other)) => {
                        if lists::is_ordered(path.segments()) {
                            self.order(path, &one, &other);
                        }
                        self.lists(path, &one, &other);
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
        let difference =
            Difference { path: path.clone(), before: Some(before.clone()), after: Some(after.clone()) };
        match equal(self.schema, path, before, after) {
            true => self.found.equal_quantities.push(difference),
            false => self.found.differences.push(difference),
        }
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
    fn order(&mut self, path: &Path, before: &lists::Items<'_>, after: &lists::Items<'_>) {
        let names = |items: &lists::Items<'_>, others: &lists::Items<'_>| {
            let common = items.iter().filter(|(name, _)| others.iter().any(|(other, _)| other == name));
            Value::Array(common.filter_map(|(_, item)| item.get("name").cloned()).collect())
        };
        let (before, after) = (names(before, after), names(after, before));
        if before != after {
            self.note(path.clone(), Some(&before), Some(&after));
        }
    }

    /// Most of what is compared is the same, and its path is never asked for.
    fn pair(&mut self, path: impl Fn() -> Path, before: Option<&Value>, after: Option<&Value>) {
        match (before, after) {
            (Some(before), Some(after)) if before == after => {}
            (Some(before), Some(after)) => self.values(&path(), before, after),
            // A key with `null` is a key that is not there: Kubernetes drops it.
            (Some(Value::Null) | None, Some(Value::Null) | None) => {}
            (before, after) => self.note(path(), before, after),
        }
    }

    fn note(&mut self, path: Path, before: Option<&Value>, after: Option<&Value>) {
        let difference = Difference { path, before: before.cloned(), after: after.cloned() };
        self.found.differences.push(difference);
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
        let before = json!({"spec": {"template": {"spec": {"tolerations": [{"key": "a"}, {"key": "b"}]}}}});
        let after = json!({"spec": {"template": {"spec": {"tolerations": [{"key": "b"}, {"key": "a"}]}}}});
        assert_eq!(places(&before, &after), ["spec.template.spec.tolerations"]);
    }

    #[test]
    fn the_order_of_init_containers_is_a_difference_and_that_of_containers_is_none() {
        let of = |list: &str, names: [&str; 2]| json!({"spec": {"template": {"spec": {list: names.map(|name| json!({"name": name}))}}}});
        assert!(places(&of("containers", ["a", "b"]), &of("containers", ["b", "a"])).is_empty());
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
        let expected = ["--level", "--new", "--old", "--port"].map(|flag| format!("{args}[{flag}]"));
        assert_eq!(places(&before, &after), expected);
        assert_eq!(places(&before, &of(json!(["run", "--level=info"]))), [args]);
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
    fn null_is_nothing() {
        assert!(places(&json!({"spec": {"a": null}}), &json!({"spec": {}})).is_empty());
    }
}
