//! Whom the rules of a NetworkPolicy admit.

use kube_model::Object;
use serde_json::Value;

use super::isolation::Direction;
use super::policy_ports::{Port, admits_port};
use crate::model::{Selector, View, Workload, items, same_namespace};

/// Traffic from one workload's pods to another's.
pub(super) struct Traffic<'p, 'w, 'a> {
    pub(super) from: &'w Workload<'a>,
    pub(super) to: &'w Workload<'a>,
    /// The ports of the pods that it may go to; none where the files do not tell.
    pub(super) ports: Option<&'p [Port]>,
}

impl<'w, 'a> Traffic<'_, 'w, 'a> {
    /// The workload whose pods the policies of a direction are about.
    pub(super) fn subject(&self, direction: Direction) -> &'w Workload<'a> {
        match direction {
            Direction::Ingress => self.to,
            Direction::Egress => self.from,
        }
    }

    fn peer(&self, direction: Direction) -> &'w Workload<'a> {
        match direction {
            Direction::Ingress => self.from,
            Direction::Egress => self.to,
        }
    }
}

/// Whether a policy lets traffic through in one direction: a rule has to admit peer and port.
pub(super) fn admits(
    view: &View<'_>,
    policy: &Object,
    direction: Direction,
    traffic: &Traffic<'_, '_, '_>,
) -> bool {
    rules_for(view, policy, direction, traffic).any(|rule| match traffic.ports {
        None => true,
        Some(ports) => ports.iter().any(|port| admits_port(rule, port, traffic.to)),
    })
}

/// Whether a policy lets traffic through in one direction at some port.
pub(super) fn admits_peer(
    view: &View<'_>,
    policy: &Object,
    direction: Direction,
    traffic: &Traffic<'_, '_, '_>,
) -> bool {
    rules_for(view, policy, direction, traffic).next().is_some()
}

fn rules_for<'p>(
    view: &View<'_>,
    policy: &'p Object,
    direction: Direction,
    traffic: &Traffic<'_, '_, '_>,
) -> impl Iterator<Item = &'p Value> {
    let peer = traffic.peer(direction);
    items(policy.at(&["spec", direction.field()]))
        .filter(move |rule| has_peer(view, policy, rule.get(direction.peers()), peer))
}

/// Whether the peers of a rule include a workload. Without peers, everybody (API reference, "NetworkPolicyIngressRule").
fn has_peer(view: &View<'_>, policy: &Object, peers: Option<&Value>, workload: &Workload<'_>) -> bool {
    let mut peers = items(peers).peekable();
    if peers.peek().is_none() {
        return true;
    }
    peers.any(|peer| {
        // Addresses of pods are not in the files.
        if peer.get("ipBlock").is_some() {
            return true;
        }
        let of_namespace = match peer.get("namespaceSelector") {
            None => same_namespace(policy, workload.object),
            Some(namespaces) => {
                let namespace = workload.object.key.namespace.as_deref();
                namespace.is_none_or(|name| may_select(view, namespaces, name))
            }
        };
        let pods = peer.get("podSelector").and_then(Selector::of_labels);
        of_namespace && pods.is_none_or(|pods| pods.matches_any(workload.labels))
    })
}

const NAME: &str = "kubernetes.io/metadata.name";

/// Whether a selector of namespaces may select the one of this name: of one that is not in the files only its name is known.
pub(super) fn may_select(view: &View<'_>, selector: &Value, name: &str) -> bool {
    let own = serde_json::Map::from_iter([(NAME.to_owned(), Value::from(name))]);
    let Some(namespace) = view.named_in("Namespace", name, None) else {
        let about_names = about_names(selector);
        return Selector::of_labels(&about_names).is_some_and(|selector| selector.matches(&own));
    };
    let mut labels =
        namespace.at(&["metadata", "labels"]).and_then(Value::as_object).cloned().unwrap_or_default();
    labels.extend(own);
    Selector::of_labels(selector).is_some_and(|selector| selector.matches(&labels))
}

/// What a selector says of the names of namespaces.
fn about_names(selector: &Value) -> Value {
    let label = selector.get("matchLabels").and_then(|labels| labels.get(NAME));
    let labels = label.map(|name| (NAME.to_owned(), name.clone()));
    let expressions = items(selector.get("matchExpressions"));
    let expressions = expressions.filter(|one| one.get("key").and_then(Value::as_str) == Some(NAME)).cloned();
    serde_json::json!({
        "matchLabels": serde_json::Map::from_iter(labels),
        "matchExpressions": expressions.collect::<Vec<Value>>(),
    })
}
