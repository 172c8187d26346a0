//! The definition of a custom kind, for tests.

/// Of `Route` of `example.com/v1`, whose `spec.hops` are merged by `host`.
pub(crate) fn of_routes(scope: &str) -> String {
    format!(
        "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: routes.example.com}}
spec:
  group: example.com
  scope: {scope}
  names: {{kind: Route, plural: routes}}
  versions:
  - name: v1
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              weight: {{type: integer, default: 1}}
              timeout: {{type: string, format: duration}}
              hops:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [host]
                items: {{type: object, properties: {{host: {{type: string}}, port: {{type: integer, default: 80}}}}}}
"
    )
}
