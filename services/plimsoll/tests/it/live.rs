//! `plimsoll diff --live`, and what is left out of a diff.

use crate::sandbox::Sandbox;
use crate::schemas::follows;

const LIVE: &str = r#"
apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: web
    namespace: shop
    uid: 00000000-0000-4000-8000-000000000000
    labels: {app: web, old: "yes"}
    annotations:
      deployment.kubernetes.io/revision: "2"
      kubectl.kubernetes.io/last-applied-configuration: |
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"annotations":{},"name":"web","namespace":"shop","labels":{"app":"web","old":"yes"}},
         "spec":{"template":{"spec":{"containers":[{"name":"web","image":"web:1","env":[{"name":"DB_PASSWORD","value":"canary-1"}]}]}}}}
  spec:
    replicas: 4
    template:
      spec:
        containers:
        - {name: web, image: "web:1", imagePullPolicy: IfNotPresent, env: [{name: DB_PASSWORD, value: canary-1}]}
        - {name: linkerd-proxy, image: "linkerd/proxy:2"}
  status: {replicas: 4}
- apiVersion: v1
  kind: Secret
  metadata:
    name: db
    namespace: shop
    managedFields:
    - {manager: argocd-controller, operation: Apply, fieldsV1: {"f:data": {"f:a": {}, "f:b": {}}}}
    - {manager: rotator, operation: Apply, fieldsV1: {"f:data": {"f:c": {}}}}
  data: {a: Y2FuYXJ5LTI=, b: Y2FuYXJ5LTM=, c: Y2FuYXJ5LTQ=}
"#;

const DESIRED: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  template:
    spec:
      containers:
      - {name: web, image: "web:2", env: [{name: DB_PASSWORD, value: canary-5}]}
---
apiVersion: v1
kind: Secret
metadata: {name: db, namespace: shop}
stringData: {a: canary-2, c: canary-6}
"#;

fn sandbox() -> Sandbox {
    Sandbox::new().file("live.yaml", LIVE).file("desired.yaml", DESIRED)
}

#[test]
fn what_applying_would_change_and_nothing_else() {
    let run = sandbox().run(&["diff", "--live", "live.yaml", "desired.yaml", "--format", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    let document = follows("diff", &run);
    let places: Vec<String> = document["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{}:{}", one["object"]["kind"].as_str().unwrap(), one["path"].as_str().unwrap()))
        .collect();
    let container = "Deployment:spec.template.spec.containers[name=web]";
    assert_eq!(
        places,
        [
            "Deployment:metadata.labels.old".to_owned(),
            format!("{container}.env[name=DB_PASSWORD].value"),
            format!("{container}.image"),
            "Secret:data.b".to_owned(),
            "Secret:data.c".to_owned(),
        ]
    );
    let applied = document["applied"].as_array().unwrap();
    assert_eq!(
        (&applied[0]["method"], &applied[1]["method"]),
        (&"client-side".into(), &"server-side as argocd-controller".into())
    );
    assert_eq!(applied[1]["conflicts"][0]["manager"], "rotator");
    assert!(!run.out.contains("canary") && !run.out.contains("Y2FuYXJ5"), "{}", run.out);
}

#[test]
fn all_that_is_left_out_is_counted_and_listed_when_asked_for() {
    let short = sandbox().run(&["diff", "--live", "live.yaml", "desired.yaml"]);
    assert!(short.out.starts_with("2 changed, 0 added, 0 removed; "), "{}", short.out);
    assert!(
        short.out.contains(" injected-by:linkerd") && !short.out.contains("linkerd-proxy"),
        "{}",
        short.out
    );
    assert!(short.err.contains("applied 1 client-side, 1 server-side as argocd-controller"), "{}", short.err);
    assert!(short.err.contains("Secret/shop/db:data.c is also applied by rotator"), "{}", short.err);
    let long = sandbox().run(&["diff", "--live", "live.yaml", "desired.yaml", "--show-suppressed"]);
    for told in [
        "containers[name=linkerd-proxy]",
        "metadata.uid",
        "status",
        "imagePullPolicy",
        "server-set",
        "default",
    ] {
        assert!(long.out.contains(told), "{told} in {}", long.out);
    }
    for text in [&short.out, &short.err, &long.out, &long.err] {
        assert!(!text.contains("canary") && !text.contains("Y2FuYXJ5"), "{text}");
    }
}

#[test]
fn what_would_be_live_is_printed_masked() {
    let run = sandbox().run(&["diff", "--live", "live.yaml", "desired.yaml", "--predicted"]);
    assert_eq!(run.code, 0, "{run:?}");
    for told in ["image: web:2", "name: linkerd-proxy", "replicas: 4", "progressDeadlineSeconds: 600"] {
        assert!(run.out.contains(told), "{told} in {}", run.out);
    }
    for untold in ["canary", "Y2FuYXJ5", "managedFields", "old:"] {
        assert!(!run.out.contains(untold), "{untold} in {}", run.out);
    }
    // What is predicted is what applying would leave as it is.
    let again = sandbox().file("predicted.yaml", &run.out).run(&[
        "diff",
        "--live",
        "predicted.yaml",
        "predicted.yaml",
    ]);
    assert!(again.out.starts_with("0 changed, 0 added, 0 removed; "), "{}", again.out);
}

#[test]
fn how_it_is_applied_can_be_said() {
    let run = |more: &[&str]| {
        sandbox()
            .run(&[&["diff", "--live", "live.yaml", "desired.yaml", "--format", "json"], more].concat())
            .json()
    };
    assert_eq!(run(&["--apply", "server"])["applied"][0]["method"], "server-side as kubectl");
    assert_eq!(run(&["--field-manager", "flux"])["applied"][1]["method"], "server-side as flux");
    // Whoever has applied nothing removes nothing.
    let removed = run(&["--field-manager", "flux"]);
    let changes = removed["changes"].as_array().unwrap();
    assert!(changes.iter().all(|one| one["op"] != "remove"), "{changes:#?}");
    let wrong = sandbox().run(&["diff", "live.yaml", "desired.yaml", "--predicted"]);
    assert_eq!((wrong.code, wrong.error_code()), (1, "USAGE"));
}

#[test]
fn what_argo_cd_ignores_is_left_out_and_counted() {
    let application = |jq: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop}}\nspec:\n  ignoreDifferences:\n  - group: apps\n    kind: Deployment\n    jqPathExpressions: ['{jq}']\n  - {{group: '', kind: Secret, managedFieldsManagers: [rotator]}}\n"
        )
    };
    let image = ".spec.template.spec.containers[] | select(.name == \"web\").image";
    let sandbox =
        sandbox().file("app.yaml", application(image)).file("odd.yaml", application(".spec | map(.a)"));
    let arguments = ["diff", "--live", "live.yaml", "desired.yaml", "--argocd-application"];
    let document =
        follows("diff", &sandbox.run(&[&arguments[..], &["app.yaml", "--format", "json"]].concat()));
    let reasons: Vec<&str> =
        document["suppressed"].as_array().unwrap().iter().filter_map(|one| one["reason"].as_str()).collect();
    assert!(reasons.contains(&format!("argocd-ignore:{image}").as_str()), "{reasons:?}");
    assert!(reasons.contains(&"argocd-ignore:manager rotator"), "{reasons:?}");
    let refused = sandbox.run(&[&arguments[..], &["odd.yaml"]].concat());
    assert_eq!((refused.code, refused.error_code()), (1, "ARGOCD_IGNORE"));
}
