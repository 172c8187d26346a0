use super::*;
use crate::definition;
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

/// Expected: Kubernetes' page on custom resources, defaulting, list types and scopes.
#[test]
fn a_custom_resource_is_what_its_definition_makes_of_it() {
    let route = |metadata: &str, spec: &str| {
        format!(
            "{{apiVersion: example.com/v1, kind: Route, metadata: {{name: r{metadata}}}, spec: {{{spec}}}}}"
        )
    };
    let before = route(", namespace: a", "weight: 1, timeout: 60s, hops: [{host: x}, {host: z, port: 81}]");
    let after = route(", namespace: b", "timeout: 1m, hops: [{host: z, port: 82}, {host: x, port: 80}]");
    let told = |before: &str, after: &str| {
        let found = diff(&objects(before), &objects(after));
        let suppressed = found.suppressed.iter().map(|one| format!("{} {}", one.path, one.reason));
        (
            found.changes.iter().map(|one| one.path.to_string()).collect::<Vec<_>>(),
            suppressed.collect::<Vec<_>>(),
        )
    };
    let definition = definition::of_routes("Cluster");
    let with_definition = format!("{definition}---\n{after}");
    let (changes, suppressed) = told(&format!("{definition}---\n{before}"), &with_definition);
    assert_eq!(changes, ["spec.hops[host=z].port"]);
    assert_eq!(
        suppressed,
        [
            "metadata.namespace cluster-scoped",
            "spec.hops order",
            "spec.hops[host=x].port default",
            "spec.timeout equal-duration",
            "spec.weight default",
        ]
    );
    // The definition on one side is enough; without it these are two objects.
    assert_eq!(told(&before, &with_definition).0, ["", "spec.hops[host=z].port"]);
    assert_eq!(told(&before, &after).0, ["", ""]);
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
    assert_eq!((&inside.changes[0].before, &inside.changes[0].after), (&Some(json!(80)), &Some(json!(81))));
}

#[test]
fn a_secret_is_seen_to_change_and_not_shown() {
    let secret = |value: &str| {
        let text =
            format!("{{apiVersion: v1, kind: Secret, metadata: {{name: s}}, stringData: {{p: {value}}}}}");
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
    let container = (prop::collection::btree_set("[A-F]", 0..5), prop::collection::btree_set(1..9_u16, 0..4));
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
