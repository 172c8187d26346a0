//! Load balancers that get another address.

use kube_model::{Object, Path, shown_value};
use serde_json::Value;

use crate::Impact::{Harm, Safeguard};
use crate::Level;
use crate::model::Change;
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "balancer-recreated",
        group: Group::Network,
        title: "A load balancer is given up or made anew, with another address",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer",
        remedy: "Plan the move of DNS names and allow lists to the new address, or keep the balancer.",
        fires: "`type: LoadBalancer` becomes `ClusterIP`; `loadBalancerIP` changes",
        near_miss: "a port is added to the balancer; `loadBalancerClass` changes, which the API server refuses",
        equivalents: &[],
        check: Check::States(balancer_recreated),
    },
    Rule {
        id: "traffic-policy-changed",
        group: Group::Network,
        title: "Traffic from outside is spread over the nodes in another way",
        levels: [Level::Low, Level::Medium],
        source: "https://kubernetes.io/docs/tasks/access-application-cluster/create-external-load-balancer/#preserving-the-client-source-ip",
        remedy: "With Local, run a pod on every node that the balancer asks; with Cluster, do not rely on client addresses.",
        fires: "`externalTrafficPolicy: Cluster` becomes `Local`",
        near_miss: "`Cluster`, which is the default, is written out",
        equivalents: &[],
        check: Check::States(traffic_policy_changed),
    },
];

fn is_balancer(service: &Object) -> bool {
    service.text(&["spec", "type"]) == Some("LoadBalancer")
}

/// What makes a cloud build another balancer: fields of the spec, then annotations (Kubernetes documentation, "Service",
/// and those of the clouds' controllers). The API server refuses another `loadBalancerClass`.
const FIELDS: [&str; 1] = ["loadBalancerIP"];
const ANNOTATIONS: [&str; 8] = [
    "cloud.google.com/load-balancer-type",
    "networking.gke.io/load-balancer-type",
    "service.beta.kubernetes.io/aws-load-balancer-internal",
    "service.beta.kubernetes.io/aws-load-balancer-name",
    "service.beta.kubernetes.io/aws-load-balancer-scheme",
    "service.beta.kubernetes.io/aws-load-balancer-type",
    "service.beta.kubernetes.io/azure-load-balancer-internal",
    "service.beta.kubernetes.io/azure-pip-name",
];

fn balancer_recreated(change: &Change<'_>) -> Vec<Hit> {
    let spec = Path::root().key("spec");
    let mut hits = Vec::new();
    for (before, after) in change.kept("Service").filter(|(before, _)| is_balancer(before)) {
        if !is_balancer(after) {
            let message =
                "It is no longer a LoadBalancer: its address is given up, and who calls it finds nobody.";
            let value = |service: &Object| service.at(&["spec", "type"]).cloned();
            let hit = Hit::new(Harm.certain(), after, spec.key("type"), message.to_owned());
            hits.push(hit.before(value(before)).after(value(after)));
            continue;
        }
        let fields = FIELDS.iter().map(|name| (spec.key(name), vec!["spec", *name]));
        let annotations = ANNOTATIONS.iter().map(|name| {
            (
                Path::root().key("metadata").key("annotations").key(name),
                vec!["metadata", "annotations", *name],
            )
        });
        for (path, keys) in fields.chain(annotations) {
            let (was, is) = (before.at(&keys), after.at(&keys));
            if was != is {
                let name = keys.last().copied().unwrap_or_default();
                let message =
                    format!("{name} changes: most clouds make another balancer, with another address.");
                hits.push(Hit::new(Harm.likely(), after, path, message).values(was, is));
            }
        }
    }
    hits.extend(change.removed("Service").filter(|service| is_balancer(service)).map(|service| {
        let message = "The LoadBalancer is removed: its address is given up, and who calls it finds nobody.";
        Hit::new(Harm.certain(), service, spec.clone(), message.to_owned())
            .values(service.at(&["spec"]), None)
    }));
    hits
}

fn traffic_policy_changed(change: &Change<'_>) -> Vec<Hit> {
    let keys = ["spec", "externalTrafficPolicy"];
    let mut hits = Vec::new();
    for (before, after) in change.kept("Service") {
        let of = |service: &Object| service.text(&keys).unwrap_or("Cluster").to_owned();
        let is_outside = matches!(after.text(&["spec", "type"]), Some("LoadBalancer" | "NodePort"));
        let (was, is) = (of(before), of(after));
        if !is_outside || was == is {
            continue;
        }
        let (risk, follows) = match is.as_str() {
            "Local" => (Harm.possible(), "a node without one of its pods drops what it gets"),
            _ => (Safeguard.possible(), "its pods no longer see the addresses of their clients"),
        };
        let message = format!("externalTrafficPolicy becomes {}: {follows}.", shown_value(&Value::from(is)));
        let hit = Hit::new(risk, after, Path::root().key("spec").key("externalTrafficPolicy"), message);
        hits.push(hit.values(before.at(&keys), after.at(&keys)));
    }
    hits
}
