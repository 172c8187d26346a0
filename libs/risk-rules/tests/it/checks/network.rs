//! Services, Ingresses, policies, ports, budgets.

use risk_rules::Level::{High, Low, Medium};

use super::{CONTAINER, Case, case, web};

pub(super) fn cases() -> Vec<Case> {
    [services(), routes(), policies(), ports(), budgets()].into_iter().flatten().collect()
}

fn service(spec: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: web, namespace: shop, labels: {{app: web}}}}\nspec: {{{spec}}}\n"
    )
}

const SLICE: &str = "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}\naddressType: IPv4\nendpoints: []\n";

fn services() -> Vec<Case> {
    let with = |spec: &str| format!("{}{}", web("", ""), service(spec));
    vec![
        case("service-without-pods", with("selector: {app: old}"))
            .gives(Medium, "Service/web", "spec.selector")
            .equal_to(&["kube-linter/dangling-service"])
            .not(with("selector: {app: web}"))
            .not(with("type: ExternalName, externalName: web.example")),
        case("service-without-pods", with("ports: [{port: 80}]"))
            .gives(Low, "Service/web", "spec.selector")
            .equal_to(&["kube-linter/dangling-service"])
            .not(format!("{}{SLICE}", with("ports: [{port: 80}]"))),
        case("service-open-to-outside", with("type: NodePort, selector: {app: web}"))
            .gives(Low, "Service/web", "spec.type")
            .equal_to(&["kube-linter/exposed-services"])
            .not(with("type: ClusterIP, selector: {app: web}")),
    ]
}

fn routes() -> Vec<Case> {
    let ingress = |backend: &str| {
        format!(
            "{}---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: web, namespace: shop}}\nspec:\n  defaultBackend: {{{backend}}}\n",
            service("selector: {app: web}, ports: [{name: http, port: 80}]")
        )
    };
    let monitor = |spec: &str| {
        format!(
            "{}---\napiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {{name: web, namespace: monitoring}}\nspec: {{{spec}}}\n",
            service("selector: {app: web}")
        )
    };
    vec![
        case("ingress-without-service", ingress("service: {name: web, port: {number: 8080}}"))
            .gives(Medium, "Ingress/web", "spec.rules")
            .equal_to(&["kube-linter/dangling-ingress"])
            .not(ingress("service: {name: web, port: {name: http}}"))
            .not(ingress("resource: {apiGroup: example.com, kind: Bucket, name: web}")),
        case(
            "monitor-without-service",
            monitor("selector: {matchLabels: {app: old}}, namespaceSelector: {any: true}"),
        )
        .gives(Low, "ServiceMonitor/web", "spec.selector")
        .equal_to(&["kube-linter/dangling-servicemonitor"])
        .not(monitor("selector: {matchLabels: {app: web}}, namespaceSelector: {matchNames: [shop]}"))
        .not(monitor("selector: {matchLabels: {app: web}}, namespaceSelector: {any: true}")),
        // Without a namespaceSelector the operator looks in the monitor's own namespace; kube-linter in all.
        case("monitor-without-service", monitor("selector: {matchLabels: {app: web}}"))
            .gives(Low, "ServiceMonitor/web", "spec.selector")
            .equal_to(&["kube-linter/dangling-servicemonitor"]),
    ]
}

fn policies() -> Vec<Case> {
    let policy = |spec: &str| {
        format!(
            "{}---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: web, namespace: shop}}\nspec: {{{spec}}}\n",
            web("", "")
        )
    };
    let peer = |peer: &str| policy(&format!("podSelector: {{}}, ingress: [{{from: [{peer}]}}]"));
    vec![
        case("network-policy-selects-nothing", policy("podSelector: {matchLabels: {app: old}}"))
            .gives(Low, "NetworkPolicy/web", "spec.podSelector")
            .equal_to(&["kube-linter/dangling-networkpolicy"])
            .not(policy("podSelector: {}")),
        case("network-policy-peer-unknown", peer("{podSelector: {matchLabels: {app: old}}}"))
            .gives(Low, "NetworkPolicy/web", "spec.ingress")
            .equal_to(&["kube-linter/dangling-networkpolicypeer-podselector"])
            .not(peer("{podSelector: {matchLabels: {app: web}}}"))
            .not(peer("{podSelector: {matchLabels: {app: old}}, namespaceSelector: {}}")),
        case("pods-not-isolated", policy("podSelector: {matchLabels: {app: old}}"))
            .gives(Low, "Deployment/web", "")
            .equal_to(&["kube-linter/non-isolated-pod"])
            .not(policy("podSelector: {}")),
    ]
}

fn ports() -> Vec<Case> {
    let with = |ports: &str| web(&format!(", ports: [{ports}]"), "");
    let of =
        |port: &str, field: &str| format!("{CONTAINER}.ports[containerPort={port},protocol=TCP].{field}");
    let target = |target: &str| {
        service(&format!("selector: {{app: web}}, ports: [{{port: 80, targetPort: {target}}}]"))
    };
    let named = |name: &str| with(&format!("{{containerPort: 8080, name: {name}}}"));
    vec![
        // RFC 6335, section 5.1: at most 15 characters.
        case("port-name-invalid", named("metrics-and-health"))
            .gives(High, "Deployment/web", of("8080", "name"))
            .equal_to(&["kube-linter/invalid-target-ports"])
            .not(named("metrics-1234567"))
            .not(with("{containerPort: 8080}")),
        case("port-name-invalid", named("\"8080\""))
            .gives(High, "Deployment/web", of("8080", "name"))
            .equal_to(&["kube-linter/invalid-target-ports"]),
        case("port-name-invalid", named("a--b"))
            .gives(High, "Deployment/web", of("8080", "name"))
            .equal_to(&["kube-linter/invalid-target-ports"]),
        case("target-port-invalid", target("70000"))
            .gives(High, "Service/web", "spec.ports[port=80,protocol=TCP].targetPort")
            .equal_to(&["kube-linter/invalid-target-ports"])
            .not(target("65535"))
            .not(target("http")),
        case("target-port-invalid", target("Http"))
            .gives(High, "Service/web", "spec.ports[port=80,protocol=TCP].targetPort")
            .equal_to(&["kube-linter/invalid-target-ports"]),
        case("ssh-port-declared", with("{containerPort: 22}"))
            .gives(Low, "Deployment/web", of("22", "containerPort"))
            .equal_to(&["kube-linter/ssh-port"])
            .not(with("{containerPort: 22, protocol: UDP}")),
        case("privileged-port-declared", with("{containerPort: 80}"))
            .gives(Low, "Deployment/web", of("80", "containerPort"))
            .equal_to(&["kube-linter/privileged-ports"])
            .not(with("{containerPort: 1024}")),
    ]
}

fn budgets() -> Vec<Case> {
    let budget = |spec: &str| {
        format!(
            "{}---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: web, namespace: shop}}\nspec: {{selector: {{matchLabels: {{app: web}}}}, {spec}}}\n",
            web("", "").replace("spec:\n  selector", "spec:\n  replicas: 3\n  selector")
        )
    };
    vec![
        case("budget-allows-nothing", budget("maxUnavailable: 0"))
            .gives(High, "PodDisruptionBudget/web", "spec.maxUnavailable")
            .equal_to(&["kube-linter/pdb-max-unavailable"])
            .not(budget("maxUnavailable: 1"))
            // kube-linter reads a share as 0 here.
            .not(budget("maxUnavailable: 50%")),
        // 90% of 3 is 2.7, which Kubernetes rounds up to 3; kube-linter rounds down.
        case("budget-allows-nothing", budget("minAvailable: 90%"))
            .gives(High, "PodDisruptionBudget/web", "spec.minAvailable")
            .equal_to(&["kube-linter/pdb-min-available"])
            .not(budget("minAvailable: 2")),
        case("budget-keeps-unhealthy-pods", budget("maxUnavailable: 1"))
            .gives(Low, "PodDisruptionBudget/web", "spec.unhealthyPodEvictionPolicy")
            .equal_to(&["kube-linter/pdb-unhealthy-pod-eviction-policy"])
            .not(budget("maxUnavailable: 1, unhealthyPodEvictionPolicy: AlwaysAllow")),
    ]
}
