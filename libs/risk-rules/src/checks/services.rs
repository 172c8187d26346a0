//! Services and what sends traffic to them.

use std::collections::BTreeSet;

use kube_model::{Object, Path, shown, shown_list};
use serde_json::{Map, Value};

use super::{Check, Look, Profile, Seen, items};
use crate::Impact::{Harm, Notice, Safeguard};
use crate::model::{Selector, View, backends, same_namespace};
use crate::rules::ingress;
use crate::{Group, Level};

const SERVICE: &[&str] = &["Service"];

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "service-without-pods",
        group: Group::Network,
        title: "A Service selects no pods of the files, or has no selector and no endpoints",
        levels: [Level::Low, Level::Medium],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/#does-the-service-have-any-endpointslices",
        remedy: "Make the selector and the pods' labels agree.",
        fires: "`selector: {app: web}` without pods of that label",
        near_miss: "an ExternalName; no selector and an EndpointSlice for it",
        equivalents: &["kube-linter/dangling-service"],
        seen_by: &["service-selects-nothing"],
        risk: Harm.possible(),
        look: Look::Object(SERVICE, without_pods),
    },
    Check {
        id: "service-open-to-outside",
        group: Group::Security,
        title: "A Service is reachable from outside the cluster",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types",
        remedy: "Use ClusterIP behind an Ingress or Gateway.",
        fires: "`type: NodePort`; `type: LoadBalancer`",
        near_miss: "`type: ClusterIP`",
        equivalents: &["kube-linter/exposed-services"],
        seen_by: &["service-exposed"],
        risk: Safeguard.possible(),
        look: Look::Object(SERVICE, open),
    },
    Check {
        id: "ingress-without-service",
        group: Group::Network,
        title: "An Ingress sends traffic to a Service or port that is not in the files",
        levels: [Level::Medium, Level::Medium],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-rules",
        remedy: "Point it at a Service and port that are there.",
        fires: "the backend `web:80` without that Service",
        near_miss: "the backend is a `resource`",
        equivalents: &["kube-linter/dangling-ingress"],
        seen_by: &["ingress-backend-missing"],
        risk: Harm.possible(),
        look: Look::Object(&["Ingress"], ingress_dangling),
    },
    Check {
        id: "monitor-without-service",
        group: Group::Network,
        title: "A ServiceMonitor of the Prometheus operator finds no Service",
        levels: [Level::Low, Level::Low],
        profile: Profile::Changed,
        source: "https://prometheus-operator.dev/docs/developer/getting-started/#using-servicemonitors",
        remedy: "Make its selectors and the Service's labels agree.",
        fires: "`selector: {matchLabels: {app: web}}` without a Service of that label",
        near_miss: "a Service of that label in a namespace of `namespaceSelector`",
        equivalents: &["kube-linter/dangling-servicemonitor"],
        seen_by: &[],
        risk: Safeguard.possible(),
        look: Look::Object(&["ServiceMonitor"], monitor_dangling),
    },
];

fn without_pods(view: &View<'_>, service: &Object) -> Vec<Seen> {
    if !service.key.group.is_empty() || service.text(&["spec", "type"]) == Some("ExternalName") {
        return Vec::new();
    }
    let path = Path::root().key("spec").key("selector");
    let value = service.at(&["spec", "selector"]);
    let is_empty = value.and_then(Value::as_object).is_none_or(Map::is_empty);
    match Selector::of_service(service).filter(|_| !is_empty) {
        None if has_endpoints(view, service) => Vec::new(),
        None => {
            let message =
                "It has no selector, and nothing in the files says where its traffic goes.".to_owned();
            vec![Seen::new(path, message).risk(Notice.certain())]
        }
        Some(selector) if view.selected(&selector, service).is_empty() => {
            let labels = value.and_then(Value::as_object).into_iter().flatten();
            let labels: Vec<String> = labels
                .map(|(key, value)| format!("{}={}", shown(key), kube_model::shown_value(value)))
                .collect();
            let message = format!("No pod in the files has {}.", shown_list(&labels, 4));
            vec![Seen::new(path, message).value(value)]
        }
        Some(_) => Vec::new(),
    }
}

/// Endpoints of its name, or an EndpointSlice that names it (Kubernetes documentation, "Services without selectors").
fn has_endpoints(view: &View<'_>, service: &Object) -> bool {
    let name = service.key.name.as_str();
    let slices = view.of_kind("EndpointSlice").filter(|slice| same_namespace(slice, service));
    view.named("Endpoints", name, service).is_some()
        || slices
            .into_iter()
            .any(|slice| slice.text(&["metadata", "labels", "kubernetes.io/service-name"]) == Some(name))
}

fn open(_: &View<'_>, service: &Object) -> Vec<Seen> {
    let is = service.at(&["spec", "type"]);
    match is.and_then(Value::as_str) {
        Some(kind @ ("NodePort" | "LoadBalancer")) if service.key.group.is_empty() => {
            let message = format!("It is a {kind}: it answers outside the cluster.");
            vec![Seen::new(Path::root().key("spec").key("type"), message).value(is)]
        }
        _ => Vec::new(),
    }
}

fn ingress_dangling(view: &View<'_>, router: &Object) -> Vec<Seen> {
    let missing: BTreeSet<String> = backends(router)
        .into_iter()
        .filter(|backend| ingress::fault(view, router, backend).is_some())
        .map(|backend| shown(&backend.evidence()))
        .collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let missing: Vec<String> = missing.into_iter().collect();
    let message = format!("It sends traffic to {}, which is not in the files.", shown_list(&missing, 4));
    vec![Seen::new(Path::root().key("spec").key("rules"), message)]
}

fn monitor_dangling(view: &View<'_>, monitor: &Object) -> Vec<Seen> {
    if monitor.key.group != "monitoring.coreos.com" {
        return Vec::new();
    }
    let any = monitor.at(&["spec", "namespaceSelector", "any"]) == Some(&Value::Bool(true));
    let names: Vec<&str> =
        items(monitor.at(&["spec", "namespaceSelector", "matchNames"])).filter_map(Value::as_str).collect();
    let is_near = |service: &Object| match service.key.namespace.as_deref() {
        _ if any => true,
        Some(namespace) if !names.is_empty() => names.contains(&namespace),
        _ => names.is_empty() && same_namespace(service, monitor),
    };
    let selector = monitor.at(&["spec", "selector"]).and_then(Selector::of_labels);
    let found = selector.is_some_and(|selector| {
        view.of_kind("Service").filter(|service| is_near(service)).any(|service| {
            selector.matches_any(service.at(&["metadata", "labels"]).and_then(Value::as_object))
        })
    });
    if found {
        return Vec::new();
    }
    let message = "No Service in the files has the labels and the namespace that it asks for.".to_owned();
    vec![
        Seen::new(Path::root().key("spec").key("selector"), message).value(monitor.at(&["spec", "selector"])),
    ]
}
