//! What may not grow with the square of the objects: told by the time of the processor, with a wide margin.

use std::fmt::Write as _;
use std::time::Duration;

use kube_model::{ObjectKey, Place};
use risk_rules::{Facts, PlanFacts, PlanItem, Profile, assess, assess_under};
use serde_json::json;

use crate::case::{objects, of_rule};

const MANY: usize = 2_000;

/// The margin is for a build without optimisation; a cubic or quadratic walk takes many times it.
const LIMIT: Duration = Duration::from_secs(10);

/// The time that this thread was on a processor: what else the machine does is left out (Linux' `schedstat`; elsewhere
/// nothing is measured).
fn worked() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(stat.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default())
}

fn timed<T>(work: impl FnOnce() -> T) -> T {
    let start = worked();
    let result = work();
    let took = worked() - start;
    assert!(took < LIMIT, "took {took:?}");
    result
}

fn deployments(tag: &str) -> String {
    let mut text = String::new();
    for index in 0..MANY {
        writeln!(
            text,
            "---\n{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: app-{index}, namespace: shop}}, spec: {{replicas: 2, selector: {{matchLabels: {{app.kubernetes.io/part-of: shop, app.kubernetes.io/name: app-{index}}}}}, template: {{metadata: {{labels: {{app.kubernetes.io/name: app-{index}, app.kubernetes.io/part-of: shop}}}}, spec: {{containers: [{{name: app, image: 'registry.example/app:{tag}', envFrom: [{{configMapRef: {{name: app-{index}}}}}], readinessProbe: {{exec: {{command: [ready]}}}}}}]}}}}}}}}\n---\n{{apiVersion: v1, kind: ConfigMap, metadata: {{name: app-{index}, namespace: shop}}, data: {{LEVEL: info}}}}\n---\n{{apiVersion: v1, kind: Service, metadata: {{name: app-{index}, namespace: shop}}, spec: {{selector: {{app.kubernetes.io/name: app-{index}, a.common.label: shop}}, ports: [{{port: 80}}]}}}}"
        )
        .unwrap();
    }
    text.replace("labels: {app", "labels: {a.common.label: shop, app")
}

fn item(group: &str, kind: &str, name: String, path: &str) -> PlanItem {
    let object = ObjectKey {
        group: group.to_owned(),
        kind: kind.to_owned(),
        namespace: Some("shop".to_owned()),
        name,
    };
    PlanItem {
        place: Place { object, path: path.parse().unwrap() },
        before: Some(json!("1")),
        after: Some(json!("2")),
        source_changed: Some(true),
        reason: "a row of the table".to_owned(),
    }
}

#[test]
fn as_many_images_as_configmaps_that_stay_behind() {
    let (before, after) = (objects(&deployments("1.0.0")), objects(&deployments("1.1.0")));
    let name = |index| format!("app-{index}");
    let image = "spec.template.spec.containers[name=app].image";
    let plan = PlanFacts {
        carried: (0..MANY).map(|index| item("apps", "Deployment", name(index), image)).collect(),
        kept: (0..MANY).map(|index| item("", "ConfigMap", name(index), "data.LEVEL")).collect(),
        ..PlanFacts::default()
    };
    let facts = Facts { plan: Some(plan), ..Facts::default() };
    let report = timed(|| assess(Some(&before), &after, &facts));
    let found = of_rule(&report, "image-without-its-configuration");
    assert_eq!(found.len(), MANY);
    let first = found.iter().find(|finding| finding.object.name == "app-7").unwrap();
    assert!(first.message.ends_with("stays behind: ConfigMap app-7 data.LEVEL (kept)."), "{}", first.message);
}

/// Every Service selects by a label that all pods have, and by one of its own.
#[test]
fn services_over_pods_with_a_common_label() {
    let text = deployments("1.0.0");
    let (before, after) = (objects(&text), objects(&text.replace("readinessProbe", "livenessProbe")));
    let report = timed(|| assess(Some(&before), &after, &Facts::default()));
    let found = of_rule(&report, "probe-removed");
    assert_eq!(found.len(), MANY);
    assert!(
        found.iter().all(|finding| finding.level == risk_rules::Level::High),
        "each is behind its Service"
    );
}

/// 15 KB that stand for a million million permissions; nobody writes them out. 1000 groups times 1000 resources are a million
/// places, of which 10000 are counted and 6 told.
#[test]
fn a_role_of_a_million_million_permissions() {
    let list =
        |letter: char| (0..1_000).map(|index| format!("{letter}{index}")).collect::<Vec<_>>().join(", ");
    let role = |verb: char| {
        format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: all}}, rules: [{{verbs: [{}], apiGroups: [{}], resources: [{}], resourceNames: [{}]}}]}}",
            list(verb),
            list('g'),
            list('r'),
            list('n')
        )
    };
    let (before, after) = (objects(&role('v')), objects(&role('w')));
    let report = timed(|| assess(Some(&before), &after, &Facts::default()));
    let found = of_rule(&report, "rbac-widened");
    assert!(found[0].message.contains("; and more than 9994 more"), "{}", found[0].message);
    assert!(of_rule(&timed(|| assess(Some(&after), &after, &Facts::default())), "rbac-widened").is_empty());
    let report = timed(|| assess(None, &after, &Facts::default()));
    assert_eq!(of_rule(&report, "rbac-widened").len(), 1);
}

/// Rules that are split up in another way each time, so that none of them is another's.
#[test]
fn a_role_of_many_small_rules() {
    let role = |names: usize| {
        let rules: Vec<String> = (0..2 * MANY)
            .map(|index| {
                format!(
                    "{{verbs: [get], apiGroups: [''], resources: [r{index}], resourceNames: [{}]}}",
                    "a, b, c".split_at(names).0
                )
            })
            .collect();
        format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: all}}, rules: [{}]}}",
            rules.join(", ")
        )
    };
    let (before, after) = (objects(&role(4)), objects(&role(7)));
    let report = timed(|| assess(Some(&before), &after, &Facts::default()));
    let message = &of_rule(&report, "rbac-widened")[0].message;
    assert!(message.contains("get on r0 named c; ") && message.contains("; and 3994 more"), "{message}");
}

/// A pod of many containers, each with much in it that rules and checks look at.
fn crowd(tag: &str, context: &str, more: &str) -> String {
    let containers: Vec<String> = (0..MANY)
        .map(|index| {
            format!(
                "{{name: c{index}, image: 'registry.example/app:{tag}', {context}ports: [{{containerPort: {port}, hostPort: {port}}}], env: [{{name: KEY, valueFrom: {{configMapKeyRef: {{name: keys, key: k{index}{tag}}}}}}}, {{name: TARGET, value: 'http://api-{index}.{tag}:80'}}, {{name: SECRET, valueFrom: {{secretKeyRef: {{name: s{index}, key: a}}}}}}], volumeMounts: [{{name: v{index}, mountPath: /data}}{more}]}}",
                port = 1024 + index
            )
        })
        .collect();
    let volumes: Vec<String> = (0..MANY)
        .map(|index| {
            format!(
                "{{name: v{index}, persistentVolumeClaim: {{claimName: claim-{index}-{tag}}}}}, {{name: h{index}, hostPath: {{path: /var/h{index}-{tag}}}}}, {{name: f{index}, secret: {{secretName: s{index}}}}}"
            )
        })
        .collect();
    let keys: Vec<String> = (0..MANY).map(|index| format!("k{index}: a")).collect();
    format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: crowd, namespace: shop}}, spec: {{selector: {{matchLabels: {{app: crowd}}}}, template: {{metadata: {{labels: {{app: crowd}}}}, spec: {{containers: [{}], volumes: [{}]}}}}}}}}\n---\n{{apiVersion: v1, kind: ConfigMap, metadata: {{name: keys, namespace: shop}}, data: {{{}}}}}\n",
        containers.join(", "),
        volumes.join(", "),
        keys.join(", ")
    )
}

/// What an attacker may write into one manifest: the objects are few, and what is in them is not.
#[test]
fn one_object_of_many_containers() {
    let plain = "securityContext: {allowPrivilegeEscalation: false, runAsNonRoot: true, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}, ";
    let wide = "securityContext: {privileged: true, runAsUser: 0, capabilities: {add: [SYS_ADMIN]}}, ";
    let before = objects(&crowd("a", plain, ""));
    let after = objects(&crowd("b", wide, ", {name: h1, mountPath: /h}"));
    for profile in [Profile::Changed, Profile::All] {
        let report = timed(|| assess_under(profile, Some(&before), &after, &Facts::default()));
        for rule in ["privileged-container", "capabilities-widened", "config-key-missing", "data-left-behind"]
        {
            assert_eq!(of_rule(&report, rule).len(), MANY, "{rule}");
        }
        assert!(
            of_rule(&report, "privileged-container")[0]
                .equivalents
                .contains(&"kube-linter/privileged-container".to_owned())
        );
    }
    let renamed = objects(&crowd("b", wide, "").replace("name: c", "name: d"));
    let report = timed(|| assess(Some(&before), &renamed, &Facts::default()));
    assert_eq!(of_rule(&report, "privileged-container").len(), MANY);
    let moved: Vec<String> = (0..MANY).map(|index| format!("{{secretRef: {{name: s{index}}}}}")).collect();
    let moved = format!("name: c0, envFrom: [{}],", moved.join(", "));
    let without = |text: &str| {
        text.replace(
            ", {name: SECRET, valueFrom: {secretKeyRef: {name: s",
            ", {name: SECRET, valueFrom: {secretKeyRef: {name: t",
        )
    };
    let moved = objects(&without(&crowd("a", plain, "").replace("name: c0,", &moved)));
    let before = objects(&without(&crowd("a", plain, "")));
    let report = timed(|| assess(Some(&before), &moved, &Facts::default()));
    assert_eq!(of_rule(&report, "secret-in-environment").len(), MANY);
}

/// Every container has an image that is carried and a variable that stays, and all of them the volumes that stay.
#[test]
fn as_many_images_as_volumes_that_stay_behind() {
    let (before, after) = (objects(&crowd("a", "", "")), objects(&crowd("b", "", "")));
    let of_container = |index, path: &str| format!("spec.template.spec.containers[name=c{index}].{path}");
    let at = |path: String| item("apps", "Deployment", "crowd".to_owned(), &path);
    let kept = (0..MANY).map(|index| at(of_container(index, "env[name=TARGET].value")));
    let volumes = (0..MANY).map(|index| {
        at(format!("spec.template.spec.volumes[name=v{index}].persistentVolumeClaim.claimName"))
    });
    let plan = PlanFacts {
        carried: (0..MANY).map(|index| at(of_container(index, "image"))).collect(),
        kept: kept.chain(volumes).collect(),
        ..PlanFacts::default()
    };
    let facts = Facts { plan: Some(plan), ..Facts::default() };
    let report = timed(|| assess(Some(&before), &after, &facts));
    let found = of_rule(&report, "image-without-its-configuration");
    assert_eq!(found.len(), MANY);
    // One variable of its own, 2000 volumes, and five of them are named.
    assert!(found.iter().all(|one| one.message.contains(": env[name=TARGET].value (kept), ")));
    assert!(found.iter().all(|one| one.message.ends_with(" and 1996 more.")), "{}", found[0].message);
}

/// Every claim goes, and each is still mounted.
#[test]
fn as_many_claims_as_workloads_that_mount_them() {
    let state = |claims: bool| {
        let mut text = String::new();
        for index in 0..MANY {
            writeln!(text, "---\n{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: app-{index}, namespace: shop}}, spec: {{selector: {{matchLabels: {{app: app-{index}}}}}, template: {{metadata: {{labels: {{app: app-{index}}}}}, spec: {{containers: [{{name: app, image: 'app:1', env: [{{name: A, value: b}}]}}], volumes: [{{name: data, persistentVolumeClaim: {{claimName: data-{index}}}}}, {{name: more, persistentVolumeClaim: {{claimName: data-{index}}}}}]}}}}}}}}").unwrap();
            if claims {
                writeln!(text, "---\n{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: data-{index}, namespace: shop}}}}").unwrap();
            }
        }
        objects(&text)
    };
    let (before, after) = (state(true), state(false));
    let report = timed(|| assess(Some(&before), &after, &Facts::default()));
    let found = of_rule(&report, "claim-removed");
    assert_eq!(found.len(), MANY);
    let last = found.iter().find(|finding| finding.object.name == "data-1999").unwrap();
    assert!(last.message.ends_with(" Deployment app-1999 still mounts it."), "{}", last.message);
}

/// One container with many variables, each of which is referred to and most of which are not there.
#[test]
fn one_container_of_many_variables() {
    let container = |tag: &str| {
        let variables: Vec<String> = (0..MANY)
            .map(|index| format!("{{name: ENABLE_{index}, value: \"{tag}\"}}, {{name: B{index}{tag}, value: 'https://h{index}.{tag}.example/$(GONE{index}{tag})'}}"))
            .collect();
        objects(&format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: many, namespace: shop}}, spec: {{selector: {{matchLabels: {{app: many}}}}, template: {{metadata: {{labels: {{app: many}}}}, spec: {{containers: [{{name: a, image: 'a:1', args: ['{}'], env: [{}]}}]}}}}}}}}",
            "$(".repeat(50 * MANY),
            variables.join(", ")
        ))
    };
    let (before, after) = (container("on"), container("off"));
    let report = timed(|| assess_under(Profile::All, Some(&before), &after, &Facts::default()));
    assert_eq!(of_rule(&report, "feature-switched").len(), MANY);
    assert_eq!(of_rule(&report, "variable-reference-broken").len(), MANY);
}
