//! Whether pods find the names of the cluster.

use std::collections::BTreeSet;
use std::net::IpAddr;

use kube_model::{Path, shown, shown_list};
use serde_json::Value;

use crate::Impact::{Harm, Safeguard};
use crate::Level;
use crate::model::{Change, Workload, hosts_in, mentions, named, service_of};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "cluster-names-lost",
    group: Group::Network,
    title: "Pods no longer ask the cluster's DNS",
    levels: [Level::Medium, Level::High],
    source: "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-s-dns-policy",
    remedy: "Keep ClusterFirst; pods on the network of their node need ClusterFirstWithHostNet.",
    fires: "`dnsPolicy: Default` is added to pods that call `db.shop`; `hostNetwork: true` without a dnsPolicy",
    near_miss: "`hostNetwork: true` with ClusterFirstWithHostNet; the policy None with a server of a private network",
    equivalents: &[],
    check: Check::States(names_lost),
}];

/// Why the pods do not ask the cluster's DNS, and which field says so.
fn astray(workload: &Workload<'_>) -> Option<(Path, String)> {
    let field = |name: &str| workload.pod.get(name);
    let policy = field("dnsPolicy").and_then(Value::as_str).unwrap_or("ClusterFirst");
    let path = workload.path.key("dnsPolicy");
    match policy {
        "Default" => Some((path, "Its pods ask the DNS of their node (dnsPolicy Default)".to_owned())),
        "ClusterFirst" if field("hostNetwork") == Some(&Value::Bool(true)) => {
            let why = "Its pods are on the network of their node, where dnsPolicy ClusterFirst means the DNS of the node";
            Some((workload.path.key("hostNetwork"), why.to_owned()))
        }
        "None" => {
            let servers = field("dnsConfig").and_then(|config| config.get("nameservers"));
            let servers = servers.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            let servers: Vec<&str> = servers.collect();
            let is_public = |server: &&str| server.parse::<IpAddr>().is_ok_and(is_public);
            let names: Vec<String> = servers.iter().map(|server| shown(server)).collect();
            (!servers.is_empty() && servers.iter().all(is_public))
                .then(|| (path, format!("Its pods ask {} alone (dnsPolicy None)", shown_list(&names, 3))))
        }
        _ => None,
    }
}

/// The cluster's DNS has an address of a private network, or of the node itself.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            // 100.64.0.0/10, which providers give to clusters (RFC 6598).
            let is_shared = address.octets()[0] == 100 && address.octets()[1] & 0xc0 == 64;
            !(address.is_private() || address.is_link_local() || address.is_loopback() || is_shared)
        }
        IpAddr::V6(address) => {
            !(address.is_unique_local() || address.is_unicast_link_local() || address.is_loopback())
        }
    }
}

/// The Services of the files that the pods are told to call.
fn called(change: &Change<'_>, workload: &Workload<'_>) -> Vec<String> {
    let view = &change.after;
    let own = workload.object.key.namespace.as_deref();
    let mentions = mentions(view, workload);
    let hosts = mentions.iter().flat_map(|mention| hosts_in(mention.text));
    let services: BTreeSet<String> = hosts
        .filter_map(|host| service_of(host.name))
        .filter_map(|(name, namespace)| view.named_in("Service", name, namespace.or(own)))
        .map(named)
        .collect();
    services.into_iter().collect()
}

fn names_lost(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for after in &change.after.workloads {
        let before = change.workload_before(after);
        let Some((path, why)) = astray(after) else { continue };
        if before.is_some_and(|before| astray(before).is_some()) {
            continue;
        }
        let called = called(change, after);
        // What is new and calls nobody was written for it: an agent on the network of its node.
        let (risk, follows) = match (called.is_empty(), before) {
            (true, None) => continue,
            (true, Some(_)) => (Safeguard.likely(), "names of Services are not found".to_owned()),
            (false, _) => (
                Harm.likely(),
                format!("{}, which it is told to call, is not found by name", shown_list(&called, 3)),
            ),
        };
        let value = |workload: &Workload<'_>| {
            path.get(workload.object.key.schema(), &workload.object.value).map(std::borrow::Cow::into_owned)
        };
        let hit = Hit::new(risk, after.object, path.clone(), format!("{why}: {follows}."));
        hits.push(hit.before(before.and_then(value)).after(value(after)));
    }
    hits
}
