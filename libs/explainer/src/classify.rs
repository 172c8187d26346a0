//! From a list of changes to what they are.

use std::collections::{HashMap, HashSet};

use kube_model::{ObjectRef, Path, Segment, size};
use serde_json::Value;

use crate::sheet::{
    ChangeFacts, ChangeItem, FieldChange, ImageChange, Op, SettingChange, SettingKind, SizeChange,
};

impl ChangeFacts {
    /// Sorts a list of changes by what they are; an added or removed object is one change with an empty path.
    /// `suppressed` counts the differences in writing that the comparison left out.
    #[must_use]
    pub fn of(items: &[ChangeItem], suppressed: usize) -> Self {
        let mut facts = Self { suppressed, ..Self::default() };
        let mut known = Known::default();
        for item in items {
            match (item.path.is_root(), item.op) {
                (true, Op::Add) => facts.added.push(item.object.clone()),
                (true, Op::Remove) => facts.removed.push(item.object.clone()),
                (true, Op::Replace) | (false, _) => facts.modify(item, &mut known),
            }
        }
        facts
    }

    fn modify<'a>(&mut self, item: &'a ChangeItem, known: &mut Known<'a>) {
        if known.modified.insert(&item.object) {
            self.modified.push(item.object.clone());
        }
        if let Some(image) = image(item) {
            self.images.push(image);
        } else if let Some(setting) = setting(item) {
            self.add_setting(&item.object, setting, known);
        } else if let Some(what) = size::in_words(&item.object.kind, &item.path) {
            let (before, after) = (item.before.clone(), item.after.clone());
            self.sizes.push(SizeChange { object: item.object.clone(), what, before, after });
        } else {
            let (object, path) = (item.object.clone(), item.path.clone());
            self.fields.push(FieldChange { object, path, op: item.op });
        }
    }

    /// A variable that changes from a value to a reference is two changes of its fields and one of the setting.
    fn add_setting<'a>(&mut self, object: &'a ObjectRef, setting: SettingChange, known: &mut Known<'a>) {
        let index = *known
            .settings
            .entry((object, setting.kind, setting.name.clone()))
            .or_insert(self.settings.len());
        match self.settings.get_mut(index) {
            Some(other) => {
                other.op = Op::Replace;
                other.before = other.before.take().or(setting.before);
                other.after = other.after.take().or(setting.after);
            }
            None => self.settings.push(setting),
        }
    }
}

/// What is in the lists already, and where.
#[derive(Default)]
struct Known<'a> {
    modified: HashSet<&'a ObjectRef>,
    settings: HashMap<(&'a ObjectRef, SettingKind, String), usize>,
}

fn image(item: &ChangeItem) -> Option<ImageChange> {
    let (container, last) = item.path.split_last()?;
    let name = name_of_container(&container)?;
    if *last != Segment::Key("image".to_owned()) {
        return None;
    }
    let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
    Some(ImageChange {
        object: item.object.clone(),
        container: name.to_owned(),
        before: text(&item.before),
        after: text(&item.after),
    })
}

/// The name of the container that a path means.
fn name_of_container(path: &Path) -> Option<&str> {
    match path.segments() {
        [.., Segment::Key(list), Segment::Item(fields)]
            if matches!(list.as_str(), "containers" | "initContainers") =>
        {
            fields.first().map(|(_, name)| name.as_str())
        }
        _ => None,
    }
}

fn setting(item: &ChangeItem) -> Option<SettingChange> {
    let (kind, name, inner) = setting_at(&item.object, &item.path)?;
    let op = if inner { Op::Replace } else { item.op };
    let value = |value: &Option<Value>| value.as_ref().and_then(plain_value);
    let (before, after) = (value(&item.before), value(&item.after));
    Some(SettingChange { object: item.object.clone(), kind, name, op, before, after })
}

/// What setting a path lies in, its name, and whether the path lies below it.
fn setting_at(object: &ObjectRef, path: &Path) -> Option<(SettingKind, String, bool)> {
    let segments = path.segments();
    let after_key = |keys: &[&str]| {
        segments
            .iter()
            .position(|segment| matches!(segment, Segment::Key(key) if keys.contains(&key.as_str())))
    };
    let of_object = match object.kind.as_str() {
        "ConfigMap" => Some(SettingKind::Config),
        "Secret" => Some(SettingKind::Secret),
        _ => None,
    };
    if let Some(kind) = of_object {
        let at = after_key(&["data", "binaryData", "stringData"]).filter(|at| *at == 0)?;
        let Segment::Key(name) = segments.get(at + 1)? else { return None };
        return Some((kind, name.clone(), segments.len() > at + 2));
    }
    let at = after_key(&["env", "args"])?;
    match segments.get(at + 1)? {
        Segment::Item(fields) => {
            let name = fields.first().map(|(_, name)| name.clone())?;
            Some((SettingKind::Environment, name, segments.len() > at + 2))
        }
        Segment::Flag(flag) => Some((SettingKind::Argument, flag.clone(), segments.len() > at + 2)),
        Segment::Key(_) => None,
    }
}

/// A value that a sentence can show: a scalar, or the `value` of a variable.
fn plain_value(value: &Value) -> Option<Value> {
    match value {
        Value::Object(variable) => variable.get("value").filter(|value| !value.is_object()).cloned(),
        Value::Array(_) | Value::Null => None,
        scalar => Some(scalar.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn item(kind: &str, op: Op, path: &str, before: Value, after: Value) -> ChangeItem {
        let object = ObjectRef {
            api_version: "v1".to_owned(),
            kind: kind.to_owned(),
            namespace: None,
            name: "web".to_owned(),
        };
        let value = |value: Value| (!value.is_null()).then_some(value);
        ChangeItem { object, op, path: path.parse().unwrap(), before: value(before), after: value(after) }
    }

    #[test]
    fn every_change_is_of_one_sort() {
        let container = "spec.template.spec.containers[name=api]";
        let facts = ChangeFacts::of(
            &[
                item("Service", Op::Add, "", Value::Null, json!({})),
                item("Job", Op::Remove, "", json!({}), Value::Null),
                item("Deployment", Op::Replace, &format!("{container}.image"), json!("a:1"), json!("a:2")),
                item(
                    "Deployment",
                    Op::Add,
                    &format!("{container}.env[name=A]"),
                    Value::Null,
                    json!({"name": "A", "value": "1"}),
                ),
                item(
                    "Deployment",
                    Op::Replace,
                    &format!("{container}.args[--level]"),
                    json!("info"),
                    json!("warn"),
                ),
                item(
                    "Deployment",
                    Op::Replace,
                    &format!("{container}.resources.limits.memory"),
                    json!("1Gi"),
                    json!("2Gi"),
                ),
                item("Deployment", Op::Replace, "spec.replicas", json!(1), json!(2)),
                item("Deployment", Op::Replace, "spec.paused", json!(true), json!(false)),
                item("ConfigMap", Op::Remove, "data[\"a.conf\"]", json!("x"), Value::Null),
                item("Secret", Op::Replace, "data.url", json!("(secret 1)"), json!("(secret 2)")),
            ],
            3,
        );
        let names: Vec<(SettingKind, &str, Op)> =
            facts.settings.iter().map(|setting| (setting.kind, setting.name.as_str(), setting.op)).collect();
        assert_eq!(
            names,
            [
                (SettingKind::Environment, "A", Op::Add),
                (SettingKind::Argument, "--level", Op::Replace),
                (SettingKind::Config, "a.conf", Op::Remove),
                (SettingKind::Secret, "url", Op::Replace),
            ]
        );
        assert_eq!(facts.settings[0].after, Some(json!("1")));
        assert_eq!((facts.added.len(), facts.removed.len(), facts.modified.len()), (1, 1, 3));
        assert_eq!(
            (facts.images.len(), facts.sizes.len(), facts.fields.len(), facts.suppressed),
            (1, 2, 1, 3)
        );
        assert_eq!(facts.images[0].container, "api");
    }

    /// The changes of two objects may lie between each other, and many objects and settings are still each one.
    #[test]
    fn many_changes_in_any_order_are_each_sorted_once() {
        let count = 20_000;
        let change = |index: usize, side: &str, before: Value, after: Value| {
            let path = format!("spec.template.spec.containers[name=api].env[name=V{index}].{side}");
            let mut item = item("Deployment", Op::Replace, &path, before, after);
            item.object.name = format!("app-{index}");
            item
        };
        let mut items: Vec<ChangeItem> =
            (0..count).map(|index| change(index, "value", json!(index), Value::Null)).collect();
        items.extend((0..count).map(|index| change(index, "valueFrom", Value::Null, json!("later"))));
        let facts = ChangeFacts::of(&items, 0);
        assert_eq!((facts.modified.len(), facts.settings.len()), (count, count));
        let last = &facts.settings[count - 1];
        assert_eq!((last.before.clone(), last.after.clone()), (Some(json!(count - 1)), Some(json!("later"))));
    }

    #[test]
    fn a_variable_that_becomes_a_reference_is_one_setting() {
        let env = "spec.template.spec.containers[name=api].env[name=A]";
        let facts = ChangeFacts::of(
            &[
                item("Deployment", Op::Remove, &format!("{env}.value"), json!("1"), Value::Null),
                item(
                    "Deployment",
                    Op::Add,
                    &format!("{env}.valueFrom"),
                    Value::Null,
                    json!({"secretKeyRef": {"name": "s", "key": "k"}}),
                ),
            ],
            0,
        );
        assert_eq!(facts.settings.len(), 1);
        let setting = &facts.settings[0];
        assert_eq!((setting.op, &setting.before, &setting.after), (Op::Replace, &Some(json!("1")), &None));
    }
}
