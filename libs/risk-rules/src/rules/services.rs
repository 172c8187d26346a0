//! Services that no longer reach their pods.

use kube_model::{Object, Path, Segment, shown, shown_list, shown_value};
use serde_json::Value;

use crate::Impact::{Disaster, Harm};
use crate::Level;
use crate::level::Risk;
use crate::model::{Change, Selector, View, Workload, backends, named, same_namespace};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "service-selects-nothing",
        group: Group::Network,
        title: "A Service selects no pods",
        levels: [Level::Medium, Level::Critical],
        source: "https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/#does-the-service-have-any-endpointslices",
        remedy: "Make the selector and the pods' labels agree again, or remove the Service with its pods.",
        fires: "the selector of a Service gets a label that no pod has",
        near_miss: "the pods get the label too",
        equivalents: &["kube-linter/dangling-service"],
        check: Check::States(service_selects_nothing),
    },
    Rule {
        id: "service-port-lost",
        group: Group::Network,
        title: "A Service sends traffic to a port that no container has",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
        remedy: "Make targetPort and the containers' ports agree again.",
        fires: "the port that `targetPort` names is renamed in the container",
        near_miss: "the Service is changed with it",
        equivalents: &[],
        check: Check::States(service_port_lost),
    },
];

fn service_selects_nothing(change: &Change<'_>) -> Vec<Hit> {
    let path = Path::root().key("spec").key("selector");
    change
        .after
        .of_kind("Service")
        .filter(|service| service.text(&["spec", "type"]) != Some("ExternalName"))
        .filter_map(|service| {
            let selector = Selector::of_service(service)?;
            if !change.after.selected(&selector, service).is_empty() {
                return None;
            }
            let before = change.object_before(service);
            let wanted = labels(service);
            let (risk, message) = match before {
                Some(before) => lost(change, service, before, &wanted)?,
                None => unmatched(&change.after, service, &wanted)?,
            };
            let was = before.and_then(|before| before.at(&["spec", "selector"]));
            let hit = Hit::new(risk, service, path.clone(), message);
            Some(hit.values(was, service.at(&["spec", "selector"])))
        })
        .collect()
}

/// It had pods and has none any more.
fn lost(change: &Change<'_>, service: &Object, before: &Object, wanted: &str) -> Option<(Risk, String)> {
    let selector = Selector::of_service(before)?;
    let had: Vec<String> =
        change.before.selected(&selector, before).iter().map(|workload| workload.named()).collect();
    if had.is_empty() {
        return None;
    }
    let routers: Vec<String> = change
        .after
        .routers()
        .filter(|router| same_namespace(router, service))
        .filter(|router| backends(router).iter().any(|backend| backend.service == service.key.name))
        .map(named)
        .collect();
    let message =
        format!("It sent traffic to {}; after the change no pod has {wanted}.", shown_list(&had, 3));
    Some(match routers.is_empty() {
        true => (Harm.likely(), message),
        false => (Disaster.certain(), format!("{message} {} sends users there.", shown_list(&routers, 3))),
    })
}

/// It is new and finds nothing. A state without workloads shows only a part, and says nothing about pods.
fn unmatched(after: &View<'_>, service: &Object, wanted: &str) -> Option<(Risk, String)> {
    let sees_workloads = after.workloads.iter().any(|workload| same_namespace(workload.object, service));
    sees_workloads.then(|| (Harm.possible(), format!("It is new, and no pod in the files has {wanted}.")))
}

/// `app=web and tier=front`.
fn labels(service: &Object) -> String {
    let selector = service.at(&["spec", "selector"]).and_then(Value::as_object);
    let labels: Vec<String> = selector
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{}={}", shown(key), shown_value(value)))
        .collect();
    shown_list(&labels, 4)
}

fn service_port_lost(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for service in change.after.of_kind("Service") {
        let Some(selector) = Selector::of_service(service) else { continue };
        let workloads = change.after.selected(&selector, service);
        if workloads.is_empty() {
            continue;
        }
        let before = change.object_before(service);
        for port in ports(service) {
            let target = target(port);
            let Some(loss) = loss(&workloads, target) else { continue };
            let earlier = before.and_then(|before| earlier(change, before, port));
            let is_new_loss = match (&earlier, loss) {
                (Some(Earlier { lost: false, .. }), _) => true,
                (_, Loss::Undeclared) => false,
                (Some(Earlier { value, .. }), Loss::Unnamed) => *value != target,
                (None, Loss::Unnamed) => true,
            };
            if is_new_loss {
                let was = earlier.map(|earlier| earlier.value);
                hits.push(port_hit(service, &workloads, port, loss).values(was, Some(target)));
            }
        }
    }
    hits
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loss {
    /// No container has a port of this name: the Service has no endpoint for it.
    Unnamed,
    /// The containers declare ports, and not this one. A declaration is only information (Kubernetes API,
    /// `Container.ports`), so the port may work all the same.
    Undeclared,
}

/// What the Service sent this port's traffic to before.
struct Earlier<'a> {
    value: &'a Value,
    lost: bool,
}

fn port_hit(service: &Object, workloads: &[&Workload<'_>], port: &Value, loss: Loss) -> Hit {
    let names: Vec<String> = workloads.iter().map(|workload| workload.named()).collect();
    let (names, target) = (shown_list(&names, 3), shown_value(target(port)));
    let (risk, message) = match loss {
        Loss::Unnamed => (
            Harm.certain(),
            format!("It sends traffic to the port named {target}, and no container of {names} has one."),
        ),
        Loss::Undeclared => (
            Harm.possible(),
            format!("It sends traffic to port {target}, which no container of {names} declares any more."),
        ),
    };
    let number = port.get("port").map(ToString::to_string).unwrap_or_default();
    let protocol = port.get("protocol").and_then(Value::as_str).unwrap_or("TCP").to_owned();
    let item = Segment::Item(vec![("port".to_owned(), number), ("protocol".to_owned(), protocol)]);
    let path = Path::root().key("spec").key("ports").join(item).key("targetPort");
    Hit::new(risk, service, path, message)
}

/// Why a target reaches no container, if it reaches none.
fn loss(workloads: &[&Workload<'_>], target: &Value) -> Option<Loss> {
    let declared: Vec<&Value> = workloads
        .iter()
        .flat_map(|workload| &workload.containers)
        .flat_map(|container| container.at(&["ports"]).and_then(Value::as_array).into_iter().flatten())
        .collect();
    let field = if target.is_string() { "name" } else { "containerPort" };
    if declared.iter().any(|port| port.get(field) == Some(target)) {
        return None;
    }
    match target.is_string() {
        true => Some(Loss::Unnamed),
        false => (!declared.is_empty()).then_some(Loss::Undeclared),
    }
}

fn earlier<'a>(change: &Change<'a>, before: &'a Object, port: &Value) -> Option<Earlier<'a>> {
    let key = |port: &Value| (port.get("port").cloned(), port.get("protocol").cloned());
    let same = ports(before).find(|candidate| key(candidate) == key(port))?;
    let workloads = change.before.selected(&Selector::of_service(before)?, before);
    let value = target(same);
    Some(Earlier { value, lost: workloads.is_empty() || loss(&workloads, value).is_some() })
}

fn ports(service: &Object) -> impl Iterator<Item = &Value> {
    service.at(&["spec", "ports"]).and_then(Value::as_array).into_iter().flatten()
}

/// Where a port's traffic goes: `targetPort`, or the port itself.
fn target(port: &Value) -> &Value {
    port.get("targetPort").or_else(|| port.get("port")).unwrap_or(&Value::Null)
}
