//! The difference between two states: the changes, their summary, and what was left out.

use std::collections::{BTreeMap, HashMap};

use kube_model::{Object, ObjectKey, ObjectRef, Path};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::apply::changes;
use crate::compare::Difference;
use crate::reason::Reason;

/// What differs between two states.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diff {
    /// Which objects.
    #[serde(rename = "diff_summary")]
    pub summary: DiffSummary,
    /// Every change, sorted by kind, namespace, name, path.
    pub changes: Vec<Change>,
    /// What is written differently and is no change, with the reason.
    pub suppressed: Vec<Suppressed>,
}

/// The objects that differ, as `kind/name`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffSummary {
    /// Only in the state after.
    pub added: Vec<String>,
    /// Only in the state before.
    pub removed: Vec<String>,
    /// In both, and different.
    pub modified: Vec<String>,
}

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// Something new.
    Add,
    /// Something gone.
    Remove,
    /// Another value.
    Replace,
}

/// One change. An added or removed object is one change with an empty path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The object.
    pub object: ObjectRef,
    /// What happens to it.
    pub op: Op,
    /// Where in it.
    pub path: Path,
    /// The value before; null if there was none.
    pub before: Option<Value>,
    /// The value after; null if there is none.
    pub after: Option<Value>,
}

/// Something that is written differently and is no change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suppressed {
    /// The object.
    pub object: ObjectRef,
    /// Where in it.
    pub path: Path,
    /// The value before.
    pub before: Option<Value>,
    /// The value after.
    pub after: Option<Value>,
    /// Why it is no change.
    pub reason: Reason,
}

/// What differs between two states. Objects are matched by group, kind, namespace and name. Several objects may
/// share one identity where the API server makes the name (`generateName`): the first is then compared with the
/// first, the second with the second.
#[must_use]
pub fn diff(before: &[Object], after: &[Object]) -> Diff {
    let mut pairs: BTreeMap<Place<'_>, (Option<&Object>, Option<&Object>)> = BTreeMap::new();
    for (place, object) in in_order(before) {
        pairs.entry(place).or_default().0 = Some(object);
    }
    for (place, object) in in_order(after) {
        pairs.entry(place).or_default().1 = Some(object);
    }
    let mut diff = Diff { summary: DiffSummary::default(), changes: Vec::new(), suppressed: Vec::new() };
    for ((key, _), pair) in pairs {
        match pair {
            (Some(before), Some(after)) => diff.modify(before, after),
            (None, Some(after)) => {
                diff.summary.added.push(key.short());
                diff.changes.push(Change::whole(after, Op::Add));
            }
            (Some(before), None) => {
                diff.summary.removed.push(key.short());
                diff.changes.push(Change::whole(before, Op::Remove));
            }
            (None, None) => {}
        }
    }
    diff
}

/// An identity, and how many objects of that identity come before.
type Place<'a> = (&'a ObjectKey, usize);

/// The objects, each with its identity and how many of that identity came before it.
fn in_order(objects: &[Object]) -> impl Iterator<Item = (Place<'_>, &Object)> {
    let mut seen: HashMap<&ObjectKey, usize> = HashMap::new();
    objects.iter().map(move |object| {
        let count = seen.entry(&object.key).or_default();
        let place = (&object.key, *count);
        *count += 1;
        (place, object)
    })
}

impl Diff {
    fn modify(&mut self, before: &Object, after: &Object) {
        if before.value == after.value {
            return;
        }
        let object = ObjectRef::of(after);
        let found = changes(before, after);
        self.modified(&object, found.real, found.suppressed);
    }

    /// An object that both states have.
    pub(crate) fn modified(
        &mut self,
        object: &ObjectRef,
        real: Vec<Difference>,
        suppressed: Vec<(Difference, Reason)>,
    ) {
        if !real.is_empty() {
            self.summary.modified.push(object.key().short());
        }
        self.suppressed.extend(suppressed.into_iter().map(|(difference, reason)| Suppressed {
            object: object.clone(),
            path: difference.path,
            before: difference.before,
            after: difference.after,
            reason,
        }));
        self.changes.extend(real.into_iter().map(|difference| Change {
            object: object.clone(),
            op: match (&difference.before, &difference.after) {
                (None, _) => Op::Add,
                (_, None) => Op::Remove,
                _ => Op::Replace,
            },
            path: difference.path,
            before: difference.before,
            after: difference.after,
        }));
    }
}

impl Change {
    pub(crate) fn whole(object: &Object, op: Op) -> Self {
        let value = Some(Value::clone(&object.value));
        let (before, after) = match op {
            Op::Remove => (value, None),
            _ => (None, value),
        };
        Self { object: ObjectRef::of(object), op, path: Path::root(), before, after }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare;
    use kube_model::schema::{Schema, Schemas};
    use kube_model::{Redactor, State, yaml::Limits};
    use proptest::prelude::*;
    use serde_json::json;

    fn objects(text: &str) -> Vec<Object> {
        State::read([("a.yaml", text)], &Limits::default()).unwrap().objects
    }

    #[test]
    fn the_documented_form() {
        let before = objects(
            "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {template: {spec: {containers: [{name: web, image: 'a:1'}]}}}}\n---\n{apiVersion: v1, kind: Service, metadata: {name: old}}",
        );
        let after = objects(
            "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {template: {spec: {containers: [{name: web, image: 'a:2'}]}}}}",
        );
        assert_eq!(
            serde_json::to_value(diff(&before, &after)).unwrap(),
            json!({
                "diff_summary": {"added": [], "removed": ["service/old"], "modified": ["deployment/web"]},
                "changes": [
                    {"object": {"api_version": "apps/v1", "kind": "Deployment", "namespace": "shop", "name": "web"},
                     "op": "replace", "path": "spec.template.spec.containers[name=web].image",
                     "before": "a:1", "after": "a:2"},
                    {"object": {"api_version": "v1", "kind": "Service", "namespace": null, "name": "old"},
                     "op": "remove", "path": "",
                     "before": {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "old"}}, "after": null}
                ],
                "suppressed": []
            })
        );
    }

    #[test]
    fn what_is_written_is_read_as_the_same_difference() {
        let of = |cpu: &str, image: &str| {
            objects(&format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: p}}, spec: {{containers: [{{name: a, image: '{image}', resources: {{requests: {{cpu: {cpu}}}}}}}]}}}}"
            ))
        };
        let found = diff(&of("1000m", "a:1"), &of("1", "a:2"));
        let written = serde_json::to_string(&found).unwrap();
        assert!(written.contains("\"reason\":\"equal-quantity\""), "{written}");
        assert_eq!(serde_json::from_str::<Diff>(&written).unwrap(), found);
    }

    #[test]
    fn objects_that_the_server_names_are_compared_in_their_order() {
        let jobs = |images: &[&str]| {
            let job = |image: &&str| {
                format!(
                    "{{apiVersion: batch/v1, kind: Job, metadata: {{generateName: job-}}, spec: {{template: {{spec: {{containers: [{{name: run, image: '{image}'}}]}}}}}}}}"
                )
            };
            objects(&images.iter().map(job).collect::<Vec<_>>().join("\n---\n"))
        };
        let found = diff(&jobs(&["a:1", "b:1"]), &jobs(&["a:2", "b:1"]));
        assert_eq!(found.summary.modified, ["job/job-*"]);
        assert_eq!(found.changes.len(), 1);
        assert_eq!(
            (&found.changes[0].before, &found.changes[0].after),
            (&Some(json!("a:1")), &Some(json!("a:2")))
        );

        assert!(diff(&jobs(&["a:1", "b:1"]), &jobs(&["a:1", "b:1"])).changes.is_empty());
        let more = diff(&jobs(&["a:1"]), &jobs(&["a:1", "b:1"]));
        assert_eq!((more.summary.added.len(), more.changes.len()), (1, 1));
        let fewer = diff(&jobs(&["a:1", "b:1"]), &jobs(&["a:1"]));
        assert_eq!((fewer.summary.removed.len(), fewer.changes.len()), (1, 1));
    }

    #[test]
    fn a_secret_is_seen_to_change_and_not_shown() {
        let secret = |value: &str| {
            let text = format!(
                "{{apiVersion: v1, kind: Secret, metadata: {{name: s}}, stringData: {{p: {value}}}}}"
            );
            Redactor::new(b"k").redact_all(&objects(&text))
        };
        let found = diff(&secret("canary1"), &secret("canary2"));
        assert_eq!(found.changes.len(), 1);
        assert!(!format!("{found:?}").contains("canary"));
    }

    fn deployment() -> Schema<'static> {
        Schemas::built_in().of("apps", "Deployment")
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            (0..9_i64).prop_map(Value::from),
            "[a-c]{0,2}".prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("env|name|spec|args|x", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_state_does_not_differ_from_itself(value in any_value()) {
            prop_assert!(compare(deployment(), &value, &value).differences.is_empty());
        }

        #[test]
        fn what_differs_is_seen_from_both_sides(one in any_value(), other in any_value()) {
            let forth = compare(deployment(), &one, &other).differences;
            let back = compare(deployment(), &other, &one).differences;
            let mirrored: Vec<_> = back.into_iter()
                .map(|d| crate::Difference { path: d.path, before: d.after, after: d.before }).collect();
            prop_assert_eq!(forth, mirrored);
        }
    }
}
