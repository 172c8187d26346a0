use kube_model::{State, yaml::Limits};
use serde_json::json;

use super::*;
use crate::definition;

fn objects(text: &str) -> Vec<Object> {
    State::read([("a.yaml", text)], &Limits::default()).unwrap().objects
}

fn ignores(entry: &str) -> Result<Vec<ArgoIgnore>, ArgoIgnoreError> {
    argocd_ignores(&objects(&format!(
        "{{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {{name: shop}}, spec: {{ignoreDifferences: [{entry}]}}}}"
    )))
}

fn left(expression: &str, value: &Value) -> Value {
    let mut left = value.clone();
    parse::jq(expression).unwrap().delete_from(&mut left);
    left
}

/// Expected values: jq 1.6, `jq 'del(EXPRESSION)'`.
#[test]
fn what_jq_deletes_is_deleted() {
    let value = json!({"a": [{"n": "x", "v": 1}, {"n": "y", "v": 2}], "m": {"k.l": 1, "z": null}, "t": "1"});
    for (expression, expected) in [
        (".t", json!({"a": [{"n": "x", "v": 1}, {"n": "y", "v": 2}], "m": {"k.l": 1, "z": null}})),
        (".a[].v", json!({"a": [{"n": "x"}, {"n": "y"}], "m": {"k.l": 1, "z": null}, "t": "1"})),
        (
            ".a[] | select(.n == \"x\").v",
            json!({"a": [{"n": "x"}, {"n": "y", "v": 2}], "m": {"k.l": 1, "z": null}, "t": "1"}),
        ),
        (
            ".a[] | select(.n==\"y\")",
            json!({"a": [{"n": "x", "v": 1}], "m": {"k.l": 1, "z": null}, "t": "1"}),
        ),
        (".a[]", json!({"a": [], "m": {"k.l": 1, "z": null}, "t": "1"})),
        (".a[0]", json!({"a": [{"n": "y", "v": 2}], "m": {"k.l": 1, "z": null}, "t": "1"})),
        (".a[-1].v", json!({"a": [{"n": "x", "v": 1}, {"n": "y"}], "m": {"k.l": 1, "z": null}, "t": "1"})),
        (".m[\"k.l\"], .t", json!({"a": [{"n": "x", "v": 1}, {"n": "y", "v": 2}], "m": {"z": null}})),
        (".m.\"k.l\"", json!({"a": [{"n": "x", "v": 1}, {"n": "y", "v": 2}], "m": {"z": null}, "t": "1"})),
        (".b[]?.c", value.clone()),
        (
            ".a[] | select(.n | test(\"^x\")) | .v",
            json!({"a": [{"n": "x"}, {"n": "y", "v": 2}], "m": {"k.l": 1, "z": null}, "t": "1"}),
        ),
        (
            ".a[] | select((.n == \"x\" or .n == \"y\") and .v != 1).n",
            json!({"a": [{"n": "x", "v": 1}, {"v": 2}], "m": {"k.l": 1, "z": null}, "t": "1"}),
        ),
        (".. | select(has(\"v\"))?", json!({"a": [], "m": {"k.l": 1, "z": null}, "t": "1"})),
    ] {
        assert_eq!(left(expression, &value), expected, "{expression}");
    }
}

#[test]
fn what_is_not_understood_is_an_error() {
    for jq in [
        ".a | map(.b)",
        "spec",
        ".a[",
        ".a[] | select(.n =~ 1)",
        ".a..b",
        "to_entries",
        ".a[1:2]",
        ".a | select(.x | test(\"a+\"))",
    ] {
        let entry = format!("{{group: apps, kind: Deployment, jqPathExpressions: ['{jq}']}}");
        let error = ignores(&entry).unwrap_err();
        assert_eq!((error.code(), error.text.as_str()), ("ARGOCD_IGNORE", jq));
    }
    for jq in [format!(".a | select({}.b", "(".repeat(100_000)), ".. | .. | .a".to_owned()] {
        assert!(parse::jq(&jq).is_err());
    }
    assert_eq!(ignores("{group: apps, kind: Deployment, jsonPointers: [spec]}").unwrap_err().text, "spec");
    assert!(ignores("{group: apps}").is_err());
}

fn deployment(replicas: u8, web: &str, proxy: &str) -> Vec<Object> {
    objects(&format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web}}, spec: {{replicas: {replicas}, template: {{spec: {{containers: [{{name: web, image: '{web}'}}, {{name: proxy, image: '{proxy}'}}], tolerations: [{{key: a, value: '{proxy}'}}]}}}}}}}}"
    ))
}

fn compared(entry: &str) -> (Vec<String>, Vec<String>) {
    let (before, after) = (deployment(1, "web:1", "proxy:1"), deployment(3, "web:2", "proxy:2"));
    let diff = crate::diff(&before, &after).ignoring_argocd(&ignores(entry).unwrap(), &before, &after);
    let changes = diff.changes.iter().map(|one| one.path.to_string()).collect();
    (changes, diff.suppressed.iter().map(|one| format!("{} {}", one.path, one.reason)).collect())
}

#[test]
fn what_argo_cd_ignores_is_left_out_and_told() {
    let (web, proxy) =
        ("spec.template.spec.containers[name=web].image", "spec.template.spec.containers[name=proxy].image");
    let tolerations = "spec.template.spec.tolerations";
    let (changes, told) = compared("{group: apps, kind: Deployment, jsonPointers: [/spec/replicas]}");
    assert_eq!(changes, [proxy, web, tolerations]);
    assert_eq!(told, ["spec.replicas argocd-ignore:/spec/replicas"]);

    let jq = ".spec.template.spec.containers[] | select(.name == \"proxy\").image";
    let (changes, told) = compared(&format!(
        "{{group: '*', kind: '*', jqPathExpressions: ['{jq}', '.spec.template.spec.tolerations[].value']}}"
    ));
    assert_eq!(changes, ["spec.replicas", web]);
    assert_eq!(
        told,
        [
            format!("{proxy} argocd-ignore:{jq}"),
            format!("{tolerations} argocd-ignore:.spec.template.spec.tolerations[].value")
        ]
    );

    let (changes, _) = compared("{group: apps, kind: Deployment, name: other, jsonPointers: [/spec]}");
    assert_eq!(changes.len(), 4);
    let (changes, _) =
        compared("{group: apps, kind: Deployment, jsonPointers: [/spec/template/spec/containers/1/image]}");
    assert_eq!(changes, ["spec.replicas", web, tolerations]);
}

/// The place of the change is told by the key of the definition, which is none of the usual ones.
#[test]
fn what_is_ignored_of_a_custom_resource_is_found_by_its_definition() {
    let state = |port: u16| {
        let route = format!(
            "{{apiVersion: example.com/v1, kind: Route, metadata: {{name: r}}, spec: {{hops: [{{host: a, port: 1}}, {{host: b, port: {port}}}]}}}}"
        );
        objects(&format!("{route}\n---{}", definition::of_routes("Namespaced")))
    };
    let (before, after) = (state(2), state(3));
    let ignores =
        ignores("{group: example.com, kind: Route, jqPathExpressions: ['.spec.hops[].port']}").unwrap();
    let diff = crate::diff(&before, &after);
    assert_eq!(diff.changes[0].path.to_string(), "spec.hops[host=b].port");
    let diff = diff.ignoring_argocd(&ignores, &before, &after);
    assert_eq!((diff.changes.len(), diff.suppressed.len()), (0, 1));
}
