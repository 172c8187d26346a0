//! The difference between two states: the changes, their summary, and what was left out.

use kube_model::schema::Schemas;
use kube_model::{Object, ObjectRef, Path};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::alike::{self, Alike};
use crate::apply::{Changes, changes};
use crate::compare::{Difference, compare};
use crate::follow;
use crate::identity::{self, Context};
use crate::inside::{self, Inside};
use crate::matched::{How, Match};
use crate::reason::Reason;

/// What differs between two states.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Diff {
    /// Which objects.
    #[serde(rename = "diff_summary")]
    pub summary: DiffSummary,
    /// Every change, sorted by kind, namespace, name, path.
    pub changes: Vec<Change>,
    /// What is written differently and is no change, with the reason.
    pub suppressed: Vec<Suppressed>,
    /// Objects before and after that are called differently and belong together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matched: Vec<Match>,
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
    /// Another order, which means something: the values are the names of the items that both lists have.
    Reorder,
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
    /// What differs inside the two texts, where the values are texts that hold more than a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<Inside>,
    /// The object, as `kind/name`, whose new name is all that changes here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<String>,
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

/// What differs between two states, whose manifests name the namespace where it counts.
#[must_use]
pub fn diff(before: &[Object], after: &[Object]) -> Diff {
    diff_in(None, before, after)
}

/// What differs between two states. What names no namespace is in `namespace`, unless it belongs to none. Objects are
/// matched as [`crate::Match`] and the kinds' definitions among them say.
#[must_use]
pub fn diff_in(namespace: Option<&str>, before: &[Object], after: &[Object]) -> Diff {
    let schemas = Schemas::built_in().with_crds(before.iter().chain(after));
    let context = Context { namespace, schemas: &schemas };
    let pairs = identity::pairs(before, after, context);
    let mut diff = Diff::default();
    for pair in &pairs {
        match (pair.before, pair.after) {
            (Some(before), Some(after)) => diff.modify(context, before, after),
            (None, Some(after)) => {
                diff.summary.added.push(after.key.short());
                diff.changes.push(Change::whole(after, Op::Add));
            }
            (Some(before), None) => {
                diff.summary.removed.push(before.key.short());
                diff.changes.push(Change::whole(before, Op::Remove));
            }
            (None, None) => {}
        }
    }
    for alike in alike::find(&pairs) {
        diff.matched.push(renamed(context, alike));
    }
    follow::renames(&mut diff);
    diff
}

impl Diff {
    fn modify(&mut self, context: Context<'_>, before: &Object, after: &Object) {
        if before.value == after.value {
            return;
        }
        let object = ObjectRef::of(after);
        let schema = context.schemas.of(&after.key.group, &after.key.kind);
        let Changes { mut real, mut suppressed } = changes(schema, before, after);
        let given = real.extract_if(.., |one| context.gives(one));
        suppressed.extend(given.map(|one| (one, Reason::GIVEN_NAMESPACE)));
        self.modified(&object, real, suppressed);
        let how = match (before.key.name == after.key.name, before.api_version == after.api_version) {
            (true, true) => return,
            (true, false) => How::ApiVersion,
            (false, _) => How::HashSuffix,
        };
        self.matched.push(Match {
            before: ObjectRef::of(before),
            consequence: how.consequence(&object.kind),
            after: object,
            how,
            likeness: None,
            differences: Vec::new(),
        });
    }
}

impl Diff {
    /// An object that both states have.
    pub(crate) fn modified(
        &mut self,
        object: &ObjectRef,
        real: Vec<Difference>,
        mut suppressed: Vec<(Difference, Reason)>,
    ) {
        if !real.is_empty() {
            self.summary.modified.push(object.key().short());
        }
        suppressed.sort_by(|(one, _), (other, _)| one.path.cmp(&other.path));
        self.suppressed.extend(suppressed.into_iter().map(|(difference, reason)| Suppressed {
            object: object.clone(),
            path: difference.path,
            before: difference.before,
            after: difference.after,
            reason,
        }));
        self.changes.extend(real.into_iter().map(|difference| Change::of(object, difference)));
    }
}

impl Context<'_> {
    /// Whether a difference is a namespace that one side writes and the other is given.
    fn gives(&self, difference: &Difference) -> bool {
        let written = difference.before.as_ref().or(difference.after.as_ref()).and_then(Value::as_str);
        let one_side = difference.before.is_none() != difference.after.is_none();
        one_side
            && self.namespace.is_some()
            && written == self.namespace
            && difference.path == Path::root().key("metadata").key("namespace")
    }
}

fn renamed(context: Context<'_>, alike: Alike<'_>) -> Match {
    let Alike { before, after, .. } = alike;
    let how = match before.key.name == after.key.name {
        true => How::Moved,
        false => How::Renamed,
    };
    let (old, object) = (ObjectRef::of(before), ObjectRef::of(after));
    let schema = context.schemas.of(&after.key.group, &after.key.kind);
    let differences = compare(schema, &before.value, &after.value).differences;
    let differences = differences.into_iter().map(|one| Change::of(&object, one)).collect();
    Match {
        before: old,
        consequence: how.consequence(&object.kind),
        after: object,
        how,
        likeness: Some(alike.percent()),
        differences,
    }
}

impl Change {
    fn of(object: &ObjectRef, difference: Difference) -> Self {
        let op = match (&difference.before, &difference.after) {
            _ if difference.is_order => Op::Reorder,
            (None, _) => Op::Add,
            (_, None) => Op::Remove,
            _ => Op::Replace,
        };
        let Difference { path, before, after, .. } = difference;
        let texts = before.as_ref().and_then(Value::as_str).zip(after.as_ref().and_then(Value::as_str));
        let inside = texts.and_then(|(before, after)| inside::inside(before, after));
        Self { object: object.clone(), op, path, before, after, inside, follows: None }
    }

    pub(crate) fn whole(object: &Object, op: Op) -> Self {
        let value = Some(Value::clone(&object.value));
        let (before, after) = match op {
            Op::Remove => (value, None),
            _ => (None, value),
        };
        let object = ObjectRef::of(object);
        Self { object, op, path: Path::root(), before, after, inside: None, follows: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
    fn what_a_generated_name_changes_is_one_object_and_its_references_follow() {
        let state = |hash: &str, level: &str| {
            objects(&format!(
                "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: app-{hash}}}, data: {{level: {level}}}}}\n---\n{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web}}, spec: {{template: {{spec: {{containers: [{{name: web, image: app-{hash}, envFrom: [{{configMapRef: {{name: app-{hash}}}}}]}}]}}}}}}}}"
            ))
        };
        let found = diff(&state("6f7d5g2h9k", "info"), &state("c4d4f4g4h4", "debug"));
        assert_eq!(found.summary.modified, ["configmap/app-c4d4f4g4h4", "deployment/web"]);
        assert!(found.summary.added.is_empty() && found.summary.removed.is_empty());
        assert_eq!((found.matched.len(), found.matched[0].how), (1, How::HashSuffix));
        let told: Vec<_> =
            found.changes.iter().map(|one| (one.path.to_string(), one.follows.as_deref())).collect();
        let container = "spec.template.spec.containers[name=web]";
        let follows = Some("configmap/app-c4d4f4g4h4");
        assert_eq!(
            told,
            [
                ("data.level".to_owned(), None),
                ("metadata.name".to_owned(), None),
                (format!("{container}.envFrom"), follows),
                (format!("{container}.image"), None),
            ]
        );
    }

    #[test]
    fn a_rename_is_what_the_cluster_does_and_says_so() {
        let claim = |name: &str, size: &str| {
            objects(&format!(
                "{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: {name}, labels: {{app: db}}}}, spec: {{accessModes: [ReadWriteOnce], storageClassName: fast, volumeMode: Filesystem, resources: {{requests: {{storage: {size}}}}}}}}}"
            ))
        };
        let found = diff(&claim("data", "1Gi"), &claim("db-data", "2Gi"));
        assert_eq!(found.summary.added, ["persistentvolumeclaim/db-data"]);
        assert_eq!(found.summary.removed, ["persistentvolumeclaim/data"]);
        assert_eq!(found.changes.len(), 2);
        let [matched] = found.matched.as_slice() else { panic!("{:?}", found.matched) };
        assert_eq!(matched.likeness, Some(80), "four of five fields: 2·4/10");
        assert_eq!(
            (matched.how, matched.before.name.as_str(), matched.after.name.as_str()),
            (How::Renamed, "data", "db-data")
        );
        assert!(matched.consequence.ends_with("the data of the old claim does not go with it"));
        let differing: Vec<String> = matched.differences.iter().map(|one| one.path.to_string()).collect();
        assert_eq!(differing, ["metadata.name", "spec.resources.requests.storage"]);
    }

    #[test]
    fn another_version_is_said() {
        let scaler = |version: &str| {
            objects(&format!(
                "{{apiVersion: autoscaling/{version}, kind: HorizontalPodAutoscaler, metadata: {{name: web}}}}"
            ))
        };
        let found = diff(&scaler("v2beta2"), &scaler("v2"));
        assert_eq!((found.changes.len(), found.matched[0].how), (1, How::ApiVersion));
        let written = serde_json::to_string(&found).unwrap();
        assert!(written.contains("\"how\":\"api-version\""), "{written}");
        assert_eq!(serde_json::from_str::<Diff>(&written).unwrap(), found);
    }

    #[test]
    fn a_namespace_that_is_given_is_no_difference_and_is_told() {
        let service = |namespace: &str| {
            objects(&format!("{{apiVersion: v1, kind: Service, metadata: {{name: web{namespace}}}}}"))
        };
        let found = diff_in(Some("shop"), &service(""), &service(", namespace: shop"));
        assert!(found.changes.is_empty() && found.summary.modified.is_empty());
        assert_eq!(found.suppressed[0].reason, Reason::GIVEN_NAMESPACE);
        assert_eq!(diff(&service(""), &service(", namespace: shop")).changes.len(), 2);
    }

    #[test]
    fn a_file_in_a_config_map_is_compared_inside() {
        let map = |port: u16| {
            objects(&format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  app.yaml: |\n    port: {port}\n    host: a\n"
            ))
        };
        let found = diff(&map(80), &map(81));
        let inside = found.changes[0].inside.as_ref().unwrap();
        assert_eq!(inside.changes[0].place, "port");
        assert_eq!(
            (&inside.changes[0].before, &inside.changes[0].after),
            (&Some(json!(80)), &Some(json!(81)))
        );
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

    /// A pod whose keyed lists have these entries, with references of variables to none.
    fn pod(containers: &[(String, Vec<String>, Vec<u16>)]) -> Value {
        let container = |(name, env, ports): &(String, Vec<String>, Vec<u16>)| {
            json!({"name": name,
                "env": env.iter().map(|name| json!({"name": name, "value": "x"})).collect::<Vec<_>>(),
                "ports": ports.iter().map(|port| json!({"containerPort": port})).collect::<Vec<_>>()})
        };
        json!({"spec": {"template": {"spec": {
            "containers": containers.iter().map(container).collect::<Vec<_>>(),
            "tolerations": containers.iter().map(|(name, ..)| json!({"key": name})).collect::<Vec<_>>()}}}})
    }

    type Containers = Vec<(String, Vec<String>, Vec<u16>)>;

    /// Containers, and the same with their lists in another order.
    fn shuffled() -> impl Strategy<Value = (Containers, Containers)> {
        let container =
            (prop::collection::btree_set("[A-F]", 0..5), prop::collection::btree_set(1..9_u16, 0..4));
        let containers = prop::collection::btree_map("[a-f]", container, 1..5).prop_map(|map| {
            let lists = map
                .into_iter()
                .map(|(name, (env, ports))| (name, env.into_iter().collect(), ports.into_iter().collect()));
            lists.collect::<Containers>()
        });
        containers
            .prop_flat_map(|containers| (Just(containers.clone()), Just(containers).prop_shuffle()))
            .prop_map(|(one, mut other)| {
                for (_, env, ports) in &mut other {
                    env.reverse();
                    let turn = usize::from(ports.len() > 1);
                    ports.rotate_left(turn);
                }
                (one, other)
            })
    }

    proptest! {
        #[test]
        fn an_order_that_means_nothing_is_no_difference((one, other) in shuffled()) {
            let found = compare(deployment(), &pod(&one), &pod(&other));
            prop_assert!(found.differences.is_empty(), "{:?}", found.differences);
            prop_assert_eq!(found.reordered.is_empty(), pod(&one) == pod(&other));
        }

        #[test]
        fn the_difference_is_the_same_in_whatever_order_the_documents_stand(
            kinds in prop::collection::vec(("[a-c]", 0..3_u8, 0..3_u8), 1..8), turn in 0..8_usize
        ) {
            let text = |version: usize| -> Vec<String> {
                let mut seen = std::collections::BTreeSet::new();
                let fresh = kinds.iter().filter(|(name, ..)| seen.insert(name.clone()));
                fresh.map(|(name, one, other)| format!(
                    "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}, data: {{a: '{}'}}}}",
                    if version == 0 { one } else { other })).collect()
            };
            let (before, mut after) = (text(0), text(1));
            let expected = diff(&objects(&before.join("\n---\n")), &objects(&after.join("\n---\n")));
            let turn = turn % after.len();
            after.rotate_left(turn);
            let turned = diff(&objects(&before.join("\n---\n")), &objects(&after.join("\n---\n")));
            prop_assert_eq!(expected, turned);
        }

        #[test]
        fn a_state_does_not_differ_from_itself(value in any_value()) {
            prop_assert!(compare(deployment(), &value, &value).differences.is_empty());
        }

        #[test]
        fn what_differs_is_seen_from_both_sides(one in any_value(), other in any_value()) {
            let forth = compare(deployment(), &one, &other).differences;
            let back = compare(deployment(), &other, &one).differences;
            let mirrored: Vec<_> = back.into_iter()
                .map(|d| crate::Difference { before: d.after, after: d.before, ..d }).collect();
            prop_assert_eq!(forth, mirrored);
        }
    }
}
