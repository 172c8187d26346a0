//! Manifests of real kinds.

use serde_json::{Map, Value, json};

use crate::sketch::Sketch::{self, Fields, Items, One};
use crate::sketch::{Choices, NULL, drawn};

/// The kinds, and one whose definition is given.
pub(crate) const KINDS: [&str; 8] =
    ["Deployment", "Service", "ConfigMap", "HorizontalPodAutoscaler", "Secret", "Ingress", "Route", "Widget"];

/// A manifest of this kind.
pub(crate) fn manifest(kind: &str, row: &[u8]) -> Value {
    let mut choices = Choices::of(row);
    let (api_version, fields) = match kind {
        "Deployment" => ("apps/v1", deployment()),
        "Service" => ("v1", service()),
        "ConfigMap" => ("v1", config_map()),
        "HorizontalPodAutoscaler" => ("autoscaling/v2", autoscaler()),
        "Secret" => ("v1", secret(choices.below(3))),
        "Ingress" => ("networking.k8s.io/v1", ingress()),
        "Route" => ("unknown.example/v1", route()),
        _ => ("example.com/v1", widget()),
    };
    let mut object = Map::new();
    object.insert("apiVersion".into(), api_version.into());
    object.insert("kind".into(), kind.into());
    let mut made = drawn(&Fields(fields), &mut choices).unwrap();
    object.append(made.as_object_mut().unwrap());
    let metadata = object.entry("metadata").or_insert_with(|| json!({}));
    metadata.as_object_mut().unwrap().insert("name".into(), "it".into());
    Value::Object(object)
}

/// The definition of `Widget`.
pub(crate) fn definition() -> Value {
    let text = json!({"type": "string"});
    let port = json!({"type": "object", "properties": {
        "number": {"type": "integer"}, "protocol": {"type": "string", "default": "TCP"}, "name": text}});
    let quantity = json!({"x-kubernetes-int-or-string": true,
        "pattern": r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$"});
    let spec = json!({"type": "object", "properties": {
        "ports": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["number", "protocol"],
                  "items": port},
        "hosts": {"type": "array", "x-kubernetes-list-type": "set", "items": text},
        "steps": {"type": "array", "items": {"type": "object", "properties": {"run": text}}},
        "mode": {"type": "string", "default": "fast"},
        "size": quantity,
        "replicas": {"type": "integer"}}});
    json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {"group": "example.com", "scope": "Namespaced", "names": {"kind": "Widget", "plural": "widgets"},
            "versions": [{"name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}}]}})
}

fn one<const N: usize>(values: [Value; N]) -> Sketch {
    One(values.into())
}

/// Always this.
fn always(value: impl Into<Value>) -> Sketch {
    One(vec![value.into()])
}

fn texts() -> Sketch {
    one([
        Value::Null,
        json!({"app": "it"}),
        json!({"app": "it", "a.b/c": "x y"}),
        json!({}),
        json!({"app": "other", "empty": ""}),
    ])
}

fn metadata() -> (&'static str, Sketch) {
    let created = one([Value::Null, json!(NULL)]);
    ("metadata", Fields(vec![("labels", texts()), ("annotations", texts()), ("creationTimestamp", created)]))
}

fn deployment() -> Vec<(&'static str, Sketch)> {
    let strategy = one([
        Value::Null,
        json!({"type": "RollingUpdate"}),
        json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}}),
        json!({}),
    ]);
    let labels = || always(json!({"app": "it"}));
    let pod = Fields(vec![
        ("containers", Items(vec![container("web"), container("proxy"), container("agent")])),
        ("initContainers", Items(vec![container("migrate"), container("warm")])),
        ("volumes", Items(vec![volume("config"), volume("scratch")])),
        (
            "tolerations",
            Items(vec![always(json!({"key": "a"})), always(json!({"key": "b", "operator": "Exists"}))]),
        ),
        ("terminationGracePeriodSeconds", one([Value::Null, json!(30), json!(60)])),
        ("nodeSelector", one([Value::Null, json!({}), json!({"disk": "ssd"})])),
    ]);
    vec![
        metadata(),
        (
            "spec",
            Fields(vec![
                ("replicas", one([Value::Null, json!(1), json!(3)])),
                ("paused", one([Value::Null, json!(false), json!(true)])),
                ("strategy", strategy),
                ("selector", Fields(vec![("matchLabels", labels())])),
                ("template", Fields(vec![("metadata", Fields(vec![("labels", labels())])), ("spec", pod)])),
            ]),
        ),
    ]
}

fn container(name: &'static str) -> Sketch {
    let resources = one([
        Value::Null,
        json!({}),
        json!({"requests": {"cpu": "1000m", "memory": "1Gi"}}),
        json!({"requests": {"cpu": 1, "memory": "1024Mi"}, "limits": {"memory": "1Gi"}}),
        json!({"requests": {"cpu": "1500m"}}),
    ]);
    let variable = |name: &'static str| {
        Fields(vec![("name", always(name)), ("value", one([json!("1"), json!("2"), Value::Null, json!("")]))])
    };
    let port = |number: u16| {
        Fields(vec![
            ("containerPort", always(number)),
            ("protocol", one([Value::Null, json!("TCP")])),
            ("name", one([Value::Null, json!("http"), json!("web")])),
        ])
    };
    let mount = |path: &'static str| {
        Fields(vec![
            ("mountPath", always(path)),
            ("name", one([json!("config"), json!("scratch")])),
            ("readOnly", one([Value::Null, json!(false), json!(true)])),
        ])
    };
    let probe = one([
        Value::Null,
        json!({"httpGet": {"port": "http"}}),
        json!({"httpGet": {"port": "http", "path": "/", "scheme": "HTTP"}, "periodSeconds": 10}),
        json!({"httpGet": {"port": 80, "path": "/ready"}, "timeoutSeconds": 2}),
    ]);
    Fields(vec![
        ("name", always(name)),
        ("image", one([json!("web:1"), json!("web:2"), json!("registry.example/web:1@sha256:00")])),
        ("imagePullPolicy", one([Value::Null, json!("IfNotPresent"), json!("Always")])),
        ("args", one([Value::Null, json!([]), json!(["serve"]), json!(["serve", "now"]), json!(["now"])])),
        ("env", Items(vec![variable("ONE"), variable("TWO"), variable("THREE")])),
        ("ports", Items(vec![port(80), port(443)])),
        ("volumeMounts", Items(vec![mount("/etc/it"), mount("/scratch")])),
        ("resources", resources),
        ("readinessProbe", probe),
    ])
}

fn volume(name: &'static str) -> Sketch {
    let config = one([
        Value::Null,
        json!({"name": "it"}),
        json!({"name": "it", "defaultMode": 420}),
        json!({"name": "other"}),
    ]);
    Fields(vec![("name", always(name)), ("configMap", config)])
}

fn service() -> Vec<(&'static str, Sketch)> {
    let port = |number: u16| {
        Fields(vec![
            ("port", always(number)),
            ("protocol", one([Value::Null, json!("TCP")])),
            ("name", one([json!("a"), json!("b")])),
            ("targetPort", one([Value::Null, json!(number), json!(8080), json!("http")])),
        ])
    };
    vec![
        metadata(),
        (
            "spec",
            Fields(vec![
                ("type", one([Value::Null, json!("ClusterIP")])),
                ("selector", one([json!({"app": "it"}), json!({"app": "it", "tier": "web"})])),
                ("ports", Items(vec![port(80), port(443), port(9090)])),
                ("sessionAffinity", one([Value::Null, json!("None")])),
                ("publishNotReadyAddresses", one([Value::Null, json!(false), json!(true)])),
            ]),
        ),
    ]
}

fn config_map() -> Vec<(&'static str, Sketch)> {
    let file = one([
        Value::Null,
        json!("a=1\nb=2\n"),
        json!("a=1\nb=3\n"),
        json!("{\"a\": 1}"),
        json!("{\"a\": 2}"),
        json!(""),
    ]);
    vec![
        metadata(),
        ("immutable", one([Value::Null, json!(true)])),
        (
            "data",
            Fields(vec![("app.conf", file), ("LEVEL", one([Value::Null, json!("info"), json!("debug")]))]),
        ),
    ]
}

/// Each entry is given once, as a text or in base64.
fn secret(in_base64: usize) -> Vec<(&'static str, Sketch)> {
    // Base64 of shop, and of its.
    let encoded = || one([Value::Null, json!("c2hvcA=="), json!("aXRz")]);
    let text = || one([Value::Null, json!("shop"), json!("its")]);
    let mut names = vec!["a", "b"];
    let others = names.split_off(in_base64);
    vec![
        metadata(),
        ("type", one([Value::Null, json!("Opaque")])),
        ("data", Fields(names.into_iter().map(|name| (name, encoded())).collect())),
        ("stringData", Fields(others.into_iter().map(|name| (name, text())).collect())),
    ]
}

fn autoscaler() -> Vec<(&'static str, Sketch)> {
    let metric = |name: &'static str| {
        let target = one([
            json!({"type": "Utilization", "averageUtilization": 80}),
            json!({"type": "AverageValue", "averageValue": "1000m"}),
            json!({"type": "AverageValue", "averageValue": "1"}),
        ]);
        Fields(vec![
            ("type", always("Resource")),
            ("resource", Fields(vec![("name", always(name)), ("target", target)])),
        ])
    };
    vec![
        metadata(),
        (
            "spec",
            Fields(vec![
                (
                    "scaleTargetRef",
                    always(json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "it"})),
                ),
                ("minReplicas", one([Value::Null, json!(1), json!(2)])),
                ("maxReplicas", one([json!(3), json!(5)])),
                (
                    "metrics",
                    Items(vec![
                        always(
                            json!({"type": "Resource", "resource": {"name": "storage", "target": {"type": "Utilization", "averageUtilization": 1}}}),
                        ),
                        metric("cpu"),
                        metric("memory"),
                    ]),
                ),
            ]),
        ),
    ]
}

fn ingress() -> Vec<(&'static str, Sketch)> {
    let rule = |host: &'static str| {
        let backend = |name: &str| json!({"service": {"name": name, "port": {"number": 80}}});
        let path = |path: &str, to: &str| json!({"path": path, "pathType": "Prefix", "backend": backend(to)});
        let paths = one([
            json!({"paths": [path("/", "a")]}),
            json!({"paths": [path("/", "b"), path("/api", "a")]}),
            json!({"paths": [path("/api", "a"), path("/", "b")]}),
        ]);
        Fields(vec![("host", always(host)), ("http", paths)])
    };
    vec![
        metadata(),
        (
            "spec",
            Fields(vec![
                ("ingressClassName", one([Value::Null, json!("nginx")])),
                ("rules", Items(vec![rule("a.example"), rule("b.example")])),
            ]),
        ),
    ]
}

/// Of no kind that anybody knows.
fn route() -> Vec<(&'static str, Sketch)> {
    let rule = |name: &'static str| {
        Fields(vec![
            ("name", always(name)),
            ("weight", one([Value::Null, json!(1), json!(2), json!(0)])),
            (
                "match",
                one([
                    Value::Null,
                    json!({}),
                    json!({"path": "/a"}),
                    json!({"path": "/b", "deep": {"er": [1, 2]}}),
                ]),
            ),
        ])
    };
    vec![
        metadata(),
        (
            "spec",
            Fields(vec![
                ("rules", Items(vec![rule("a"), rule("b"), rule("c")])),
                ("replicas", one([Value::Null, json!(1), json!("1"), json!(true)])),
                ("interval", one([Value::Null, json!("60s"), json!("1m")])),
            ]),
        ),
    ]
}

fn widget() -> Vec<(&'static str, Sketch)> {
    let port = |number: u16| {
        Fields(vec![
            ("number", always(number)),
            ("protocol", one([Value::Null, json!("TCP")])),
            ("name", one([Value::Null, json!("a"), json!("b")])),
        ])
    };
    vec![
        metadata(),
        (
            "spec",
            Fields(vec![
                ("ports", Items(vec![port(1), port(2), port(3)])),
                ("hosts", Items(vec![always("a.example"), always("b.example"), always("c.example")])),
                ("steps", Items(vec![always(json!({"run": "a"})), always(json!({"run": "b"}))])),
                ("mode", one([Value::Null, json!("fast"), json!("safe")])),
                ("size", one([Value::Null, json!("1Gi"), json!("1024Mi"), json!("2Gi")])),
                ("replicas", one([Value::Null, json!(0), json!(2)])),
            ]),
        ),
    ]
}
