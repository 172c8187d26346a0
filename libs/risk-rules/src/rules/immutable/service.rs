//! What a Service keeps while it is one that the field is for.

use kube_model::{Object, Path};
use serde_json::Value;

use super::refused;
use crate::model::Change;
use crate::rule::Hit;
use crate::rules::hooks::kept;

const ADDRESSES: &str =
    "https://kubernetes.io/docs/concepts/services-networking/service/#choosing-your-own-ip-address";
const CLASS: &str = "https://kubernetes.io/docs/concepts/services-networking/service/#load-balancer-class";
const FAMILIES: &str = "https://kubernetes.io/docs/concepts/services-networking/dual-stack/#dual-stack-options-on-existing-services";

/// The address; the class of a load balancer, while it is one; the first family of addresses, unless the Service has no
/// address (`ValidateServiceUpdate` of the API server, and its allocators).
pub(super) fn service_changed(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in kept(change, "Service") {
        let both = |test: fn(&Object) -> bool| test(before) && test(after);
        if both(is_not_a_name) && is_other_address(address(before), address(after)) {
            hits.push(hit(before, after, ADDRESS, ADDRESSES));
        }
        let class = ["spec", "loadBalancerClass"];
        if both(is_balancer) && before.at(&class) != after.at(&class) {
            hits.push(hit(before, after, class, CLASS));
        }
        if let (Some(was), Some(is)) = (first_family(before), first_family(after))
            && both(has_address)
            && was != is
        {
            hits.push(hit(before, after, FAMILY, FAMILIES));
        }
    }
    hits
}

const ADDRESS: [&str; 2] = ["spec", "clusterIP"];

/// Empty, it is the cluster's to choose.
fn address(service: &Object) -> Option<&str> {
    service.text(&ADDRESS).filter(|address| !address.is_empty())
}

/// What a manifest leaves out stays as it is. Without one before, the cluster has chosen an address: which, is in no file.
fn is_other_address(before: Option<&str>, after: Option<&str>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => before != after,
        (None, after) => after == Some("None"),
        (Some(_), None) => false,
    }
}

fn is_not_a_name(service: &Object) -> bool {
    service.text(&["spec", "type"]) != Some("ExternalName")
}

const FAMILY: [&str; 2] = ["spec", "ipFamilies"];

fn hit(before: &Object, after: &Object, keys: [&'static str; 2], source: &'static str) -> Hit {
    let path = Path::keys(keys);
    refused((before, after), path, (before.at(&keys), after.at(&keys)), source)
}

fn is_balancer(service: &Object) -> bool {
    service.text(&["spec", "type"]) == Some("LoadBalancer")
}

fn has_address(service: &Object) -> bool {
    is_not_a_name(service) && address(service) != Some("None")
}

/// What the cluster chooses where the manifest says nothing.
fn first_family(service: &Object) -> Option<&Value> {
    service.at(&FAMILY)?.as_array()?.first()
}
