//! What a Service keeps while it is one that the field is for.

use kube_model::{Object, Path};
use serde_json::Value;

use super::{kept, refused};
use crate::model::Change;
use crate::rule::Hit;

const CLASS: &str = "https://kubernetes.io/docs/concepts/services-networking/service/#load-balancer-class";
const FAMILIES: &str = "https://kubernetes.io/docs/concepts/services-networking/dual-stack/#dual-stack-options-on-existing-services";

/// The class of a load balancer, while it is one; the first family of addresses, unless the Service has no address
/// (`ValidateServiceUpdate` of the API server, and its allocators).
pub(super) fn service_changed(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in kept(change, "Service") {
        let both = |test: fn(&Object) -> bool| test(before) && test(after);
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

const FAMILY: [&str; 2] = ["spec", "ipFamilies"];

fn hit(before: &Object, after: &Object, keys: [&'static str; 2], source: &'static str) -> Hit {
    let path = keys.iter().fold(Path::root(), |path, key| path.key(key));
    refused(after, path, (before.at(&keys), after.at(&keys)), source)
}

fn is_balancer(service: &Object) -> bool {
    service.text(&["spec", "type"]) == Some("LoadBalancer")
}

fn has_address(service: &Object) -> bool {
    service.text(&["spec", "type"]) != Some("ExternalName")
        && service.text(&["spec", "clusterIP"]) != Some("None")
}

/// What the cluster chooses where the manifest says nothing.
fn first_family(service: &Object) -> Option<&Value> {
    service.at(&FAMILY)?.as_array()?.first()
}
