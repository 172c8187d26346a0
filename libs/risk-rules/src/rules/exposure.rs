//! Services that become reachable from further away.

use kube_model::{Object, Path};

use crate::Impact::{Harm, Safeguard};
use crate::Level;
use crate::level::Risk;
use crate::model::Change;
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "service-exposed",
    group: Group::Security,
    title: "A Service becomes reachable from outside the cluster",
    levels: [Level::Medium, Level::High],
    source: "https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types",
    remedy: "Keep it inside, mark the balancer as internal, or limit who may reach it (loadBalancerSourceRanges).",
    fires: "`type: ClusterIP` becomes `LoadBalancer`",
    near_miss: "the balancer is marked as internal; `loadBalancerSourceRanges` that are not `::/0`",
    equivalents: &["kube-linter/exposed-services"],
    check: Check::States(service_exposed),
}];

/// How far away a Service can be reached from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Cluster,
    InternalBalancer,
    LimitedBalancer,
    Nodes,
    PublicBalancer,
}

fn service_exposed(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for service in change.after.of_kind("Service") {
        let before = change.object_before(service);
        let was = before.map_or(Reach::Cluster, reach);
        let is = reach(service);
        if is <= was || is < Reach::Nodes {
            continue;
        }
        let (risk, message) = judge(before.is_some(), was, is);
        let type_of = |service: &Object| service.at(&["spec", "type"]).cloned();
        let path = Path::root().key("spec").key("type");
        hits.push(
            Hit::new(risk, service, path, message.to_owned())
                .before(before.and_then(type_of))
                .after(type_of(service)),
        );
    }
    hits
}

fn judge(existed: bool, was: Reach, is: Reach) -> (Risk, &'static str) {
    match (existed, was, is) {
        (_, _, Reach::Nodes) => (
            Safeguard.likely(),
            "It becomes a NodePort: it answers on a port of every node, past any Ingress.",
        ),
        (true, Reach::InternalBalancer, _) => {
            (Harm.likely(), "Its load balancer was marked internal and is no more: it may become public.")
        }
        (true, Reach::LimitedBalancer, _) => (
            Harm.likely(),
            "Its loadBalancerSourceRanges no longer limit who may reach its load balancer: it may be reachable from the \
             internet.",
        ),
        (true, _, _) => (
            Harm.likely(),
            "It becomes a LoadBalancer that nothing marks as internal: it may be reachable from the internet.",
        ),
        (false, _, _) => (
            Harm.possible(),
            "It is a new LoadBalancer that nothing marks as internal: it may be reachable from the internet.",
        ),
    }
}

fn reach(service: &Object) -> Reach {
    match service.text(&["spec", "type"]) {
        Some("NodePort") => Reach::Nodes,
        Some("LoadBalancer") if is_internal(service) => Reach::InternalBalancer,
        Some("LoadBalancer") if is_limited(service) => Reach::LimitedBalancer,
        Some("LoadBalancer") => Reach::PublicBalancer,
        _ => Reach::Cluster,
    }
}

/// The annotations that the clouds know for an internal balancer (Kubernetes documentation, "Service",
/// "Internal load balancer").
fn is_internal(service: &Object) -> bool {
    const MARKS: [(&str, &str); 8] = [
        ("networking.gke.io/load-balancer-type", "Internal"),
        ("cloud.google.com/load-balancer-type", "Internal"),
        ("service.beta.kubernetes.io/aws-load-balancer-internal", "true"),
        ("service.beta.kubernetes.io/aws-load-balancer-internal", "0.0.0.0/0"),
        ("service.beta.kubernetes.io/aws-load-balancer-scheme", "internal"),
        ("service.beta.kubernetes.io/azure-load-balancer-internal", "true"),
        ("service.beta.kubernetes.io/openstack-internal-load-balancer", "true"),
        ("service.beta.kubernetes.io/oci-load-balancer-internal", "true"),
    ];
    let annotation = |key: &str| service.text(&["metadata", "annotations", key]);
    MARKS.iter().any(|(key, value)| annotation(key).is_some_and(|found| found.eq_ignore_ascii_case(value)))
}

/// Whether source ranges say who may come: `0.0.0.0/0` and `::/0` say nobody may not, and two halves of it neither.
fn is_limited(service: &Object) -> bool {
    let ranges = service.at(&["spec", "loadBalancerSourceRanges"]).and_then(serde_json::Value::as_array);
    let is_wide = |range: &str| {
        let bits = range.split_once('/').and_then(|(_, bits)| bits.trim().parse::<u8>().ok());
        bits.is_some_and(|bits| bits <= 1)
    };
    ranges.is_some_and(|ranges| {
        !ranges.is_empty() && !ranges.iter().any(|range| range.as_str().is_some_and(is_wide))
    })
}
