use serde_json::json;

use super::*;
use crate::{Path, State, yaml::Limits};

fn field<'a>(schema: Schema<'a>, path: &str) -> Option<Field<'a>> {
    schema.field(path.parse::<Path>().unwrap().segments())
}

fn keys(schema: Schema<'_>, path: &str) -> Vec<(String, Option<String>)> {
    match field(schema, path).and_then(Field::list) {
        Some(ListType::Map(keys)) => {
            let text = |key: &ListKey| (key.field.to_string(), key.default.as_ref().map(ToString::to_string));
            keys.iter().map(text).collect()
        }
        other => panic!("{path} is {other:?}"),
    }
}

/// Expected values: the API reference of Kubernetes, and `staging/src/k8s.io/api/*/types.go`.
#[test]
fn the_lists_of_built_in_kinds_have_the_keys_of_the_api_reference() {
    let built_in = Schemas::built_in();
    let plain = |field: &str| (field.to_owned(), None);
    let with = |field: &str, default: &str| (field.to_owned(), Some(default.to_owned()));
    let deployment = built_in.of("apps", "Deployment");
    let pod = "spec.template.spec";
    assert_eq!(keys(deployment, &format!("{pod}.containers")), [plain("name")]);
    let ports = format!("{pod}.containers[name=a].ports");
    assert_eq!(keys(deployment, &ports), [plain("containerPort"), with("protocol", "TCP")]);
    assert_eq!(keys(deployment, &format!("{pod}.containers[name=a].volumeMounts")), [plain("mountPath")]);
    let spread = format!("{pod}.topologySpreadConstraints");
    assert_eq!(keys(deployment, &spread), [plain("topologyKey"), plain("whenUnsatisfiable")]);
    assert_eq!(field(deployment, &format!("{pod}.tolerations")).unwrap().list(), Some(&ListType::Atomic));
    assert_eq!(field(deployment, "metadata.finalizers").unwrap().list(), Some(&ListType::Set));
    let service = built_in.of("", "Service");
    assert_eq!(keys(service, "spec.ports"), [plain("port"), with("protocol", "TCP")]);
}

#[test]
fn a_field_says_its_format_and_its_default() {
    let built_in = Schemas::built_in();
    let scalar = |group, kind, path: &str| field(built_in.of(group, kind), path).and_then(Field::scalar);
    let limits = "spec.template.spec.containers[name=a].resources.limits.memory";
    assert_eq!(scalar("apps", "Deployment", limits), Some(Scalar::Quantity));
    assert_eq!(
        scalar("", "LimitRange", "spec.limits[type=Container].defaultRequest.cpu"),
        Some(Scalar::Quantity)
    );
    assert_eq!(scalar("", "Service", "spec.ports[port=80].targetPort"), Some(Scalar::IntOrString));
    assert_eq!(scalar("", "Secret", "data.key"), Some(Scalar::Byte));
    assert_eq!(scalar("", "Secret", "stringData.key"), Some(Scalar::String));
    assert_eq!(scalar("", "Pod", "metadata.creationTimestamp"), Some(Scalar::Time));
    let protocol = field(built_in.of("", "Service"), "spec.ports[port=80].protocol").unwrap();
    assert_eq!(protocol.default, Some(&json!("TCP")));
    assert!(field(built_in.of("", "Service"), "spec.prots").is_none());
}

/// `targetCPUUtilizationPercentage` is a field of `autoscaling/v1` alone, `metrics` of `autoscaling/v2`.
#[test]
fn a_field_of_an_older_version_is_known() {
    let scaler = Schemas::built_in().of("autoscaling", "HorizontalPodAutoscaler");
    assert!(field(scaler, "spec.metrics").is_some());
    assert!(field(scaler, "spec.targetCPUUtilizationPercentage").is_some());
}

#[test]
fn a_kind_is_known_by_its_group_and_its_group_of_before() {
    let built_in = Schemas::built_in();
    assert!(built_in.of("extensions", "Ingress").is_built_in());
    assert!(!built_in.of("serving.knative.dev", "Service").is_built_in());
    assert_eq!(built_in.of("serving.knative.dev", "Service").is_namespaced(), None);
    assert_eq!(built_in.of("rbac.authorization.k8s.io", "ClusterRole").is_namespaced(), Some(false));
    let custom = built_in.of("example.com", "Anything");
    assert_eq!(field(custom, "metadata.finalizers").unwrap().list(), Some(&ListType::Set));
}

const CRD: &str = r"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: routes.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {kind: Route, plural: routes}
  versions:
  - name: v1alpha1
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {old: {type: string}, hops: {type: array, items: {type: string}}}}}}}
  - name: v1
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              hops:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [host, port]
                items: {type: object, properties: {host: {type: string}, port: {type: integer, default: 80}}}
              rules: {type: array, items: {type: object}}
              memory: {x-kubernetes-int-or-string: true, pattern: '^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$'}
              port: {x-kubernetes-int-or-string: true}
              timeout: {type: string, format: duration, default: 5s}
              backoff: {type: string, pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$'}
              labels: {type: object, additionalProperties: {type: string}}
";

#[test]
fn a_custom_resource_is_known_by_its_definition() {
    let objects = State::read([("crd.yaml", CRD)], &Limits::default()).unwrap().objects;
    let schemas = Schemas::built_in().with_crds(&objects);
    let route = schemas.of("example.com", "Route");
    assert_eq!((route.is_built_in(), route.is_namespaced()), (false, Some(false)));
    let expected = [("host".to_owned(), None), ("port".to_owned(), Some("80".to_owned()))];
    assert_eq!(keys(route, "spec.hops"), expected);
    assert_eq!(field(route, "spec.rules").unwrap().list(), Some(&ListType::Unmarked));
    let scalar = |path: &str| field(route, path).and_then(Field::scalar);
    assert_eq!(scalar("spec.memory"), Some(Scalar::Quantity));
    assert_eq!(scalar("spec.port"), Some(Scalar::IntOrString));
    assert_eq!(scalar("spec.timeout"), Some(Scalar::Duration));
    assert_eq!(scalar("spec.backoff"), Some(Scalar::Duration));
    assert_eq!(field(route, "spec.timeout").unwrap().default, Some(&json!("5s")));
    assert_eq!(scalar("spec.labels.a"), Some(Scalar::String));
    assert_eq!(scalar("spec.old"), Some(Scalar::String));
    assert_eq!(scalar("metadata.labels.a"), Some(Scalar::String));
    assert!(Schemas::built_in().of("example.com", "Route").field(&[]).is_none());
}
