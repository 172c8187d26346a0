//! Services that get an address of their own, or lose it.

use kube_model::{Object, Path, shown, shown_list, shown_value};
use serde_json::Value;

use super::hooks::is_made_anew;
use crate::Impact::{Harm, Safeguard};
use crate::Level;
use crate::level::Risk;
use crate::model::{Change, items, named, same_namespace};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "service-address-changed",
    group: Group::Network,
    title: "A Service becomes headless, or is headless no more: its name stands for something else",
    levels: [Level::Low, Level::High],
    source: "https://kubernetes.io/docs/concepts/services-networking/service/#headless-services",
    remedy: "Add a second Service under another name, move its callers, and remove the first one then.",
    fires: "`clusterIP: None` is added, and clients get the addresses of pods in place of one that spreads connections",
    near_miss: "both say `clusterIP: None`; the Service is new, or becomes an ExternalName",
    equivalents: &[],
    check: Check::States(address_changed),
}];

const ADDRESS: [&str; 2] = ["spec", "clusterIP"];

fn is_headless(service: &Object) -> bool {
    service.text(&ADDRESS) == Some("None")
}

fn address_changed(change: &Change<'_>) -> Vec<Hit> {
    let is_name = |service: &Object| service.text(&["spec", "type"]) == Some("ExternalName");
    let kept = change.kept("Service").filter(|(before, after)| !is_name(before) && !is_name(after));
    let moved = kept.filter(|(before, after)| is_headless(before) != is_headless(after));
    let hits = moved.map(|(before, after)| {
        let (risk, message) = match is_headless(after) {
            true => becomes_headless(before, after),
            false => gets_an_address(change, before, after),
        };
        Hit::new(risk, after, Path::keys(ADDRESS), message).values(before.at(&ADDRESS), after.at(&ADDRESS))
    });
    hits.collect()
}

/// The API server refuses it in place (`immutable-field-changed`), so that it happens where the Service is deleted first.
fn becomes_headless(before: &Object, after: &Object) -> (Risk, String) {
    let (risk, when) = match is_made_anew(before, after) {
        true => (Harm.likely(), "Made anew"),
        false => (Harm.possible(), "Once it is deleted and made anew"),
    };
    let moved: Vec<String> = items(after.at(&["spec", "ports"])).filter_map(moved_port).collect();
    let ports = match moved.is_empty() {
        true => String::new(),
        false => format!(", and {}", shown_list(&moved, 3)),
    };
    let message = format!(
        "It becomes headless. {when}, its name stands for the addresses of its pods: nothing spreads connections over \
         them{ports}."
    );
    (risk, message)
}

/// Who calls pods asks them at the port that they have.
fn moved_port(port: &Value) -> Option<String> {
    let (number, target) = (port.get("port")?, port.get("targetPort")?);
    (number != target)
        .then(|| format!("port {} is not led to {} any more", shown_value(number), shown_value(target)))
}

/// An address that is left out of a manifest is kept by the API server (`patchAllocatedValues`): `None` too.
fn gets_an_address(change: &Change<'_>, before: &Object, after: &Object) -> (Risk, String) {
    let governed = change.after.workloads.iter().map(|workload| workload.object).filter(|object| {
        object.key.kind == "StatefulSet"
            && object.text(&["spec", "serviceName"]) == Some(after.key.name.as_str())
            && same_namespace(object, after)
    });
    let governed: Vec<String> = governed.map(named).collect();
    let is_anew = is_made_anew(before, after);
    let when = match (is_anew, after.text(&ADDRESS)) {
        (true, _) => "Made anew",
        (false, Some(_)) => "Once it is deleted and made anew",
        (false, None) => "The API server keeps it headless; once it is deleted and made anew",
    };
    let (impact, follows) = match governed.is_empty() {
        true => (Safeguard, "who looks up its pods finds one address".to_owned()),
        false => {
            let name = shown(&after.key.name);
            (Harm, format!("the pods of {} have no names below {name} any more", shown_list(&governed, 3)))
        }
    };
    let risk = if is_anew { impact.likely() } else { impact.possible() };
    (risk, format!("It is headless no more. {when}, its name stands for one address, and {follows}."))
}
