//! Gateways, their listeners, and the routes that hang at them.

use kube_model::{Object, Path, shown};
use serde_json::Value;

use crate::Impact::Harm;
use crate::Level;
use crate::model::{Change, View, items, named, text};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "route-detached",
        group: Group::Network,
        title: "A route hangs at a Gateway or a listener that is not there",
        levels: [Level::High, Level::High],
        source: "https://gateway-api.sigs.k8s.io/concepts/api-overview/#attaching-routes-to-gateways",
        remedy: "Keep the listener, or point the parentRefs of the route at another one in the same change.",
        fires: "the listener that `sectionName: https` names is renamed",
        near_miss: "the route names the new listener; the Gateway is in no file, before or after",
        equivalents: &[],
        check: Check::States(detached),
    },
    Rule {
        id: "route-without-weight",
        group: Group::Network,
        title: "All backends of a route's rule have the weight 0",
        levels: [Level::High, Level::High],
        source: "https://gateway-api.sigs.k8s.io/guides/traffic-splitting/",
        remedy: "Leave a weight above 0 to one of the backends.",
        fires: "the only backend of a rule gets `weight: 0`",
        near_miss: "another backend of the rule has the weight 1",
        equivalents: &[],
        check: Check::States(without_weight),
    },
];

pub(super) const GROUP: &str = "gateway.networking.k8s.io";

fn routes<'a>(view: &View<'a>) -> impl Iterator<Item = &'a Object> {
    view.routers().filter(|router| router.key.kind != "Ingress")
}

fn listeners(gateway: &Object) -> impl Iterator<Item = &Value> {
    items(gateway.at(&["spec", "listeners"]))
}

/// The Gateway that a route's `parentRef` means.
fn gateway<'a>(view: &View<'a>, route: &Object, parent: &Value) -> Option<&'a Object> {
    let namespace = text(parent, "namespace").or(route.key.namespace.as_deref());
    let name = text(parent, "name")?;
    view.custom(GROUP, "Gateway").find(|gateway| {
        let own = gateway.key.namespace.as_deref();
        gateway.key.name == name && (own == namespace || own.is_none() || namespace.is_none())
    })
}

fn has_listener(gateway: &Object, parent: &Value) -> bool {
    let meets = |listener: &Value, field: &str, wanted: Option<&Value>| {
        wanted.is_none_or(|wanted| listener.get(field) == Some(wanted))
    };
    listeners(gateway).any(|listener| {
        meets(listener, "name", parent.get("sectionName")) && meets(listener, "port", parent.get("port"))
    })
}

fn detached(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for route in routes(&change.after) {
        let before = change.object_before(route);
        for parent in items(route.at(&["spec", "parentRefs"])) {
            if text(parent, "kind").is_some_and(|kind| kind != "Gateway") {
                continue;
            }
            let hung = |view: &View<'_>, route: &Object| {
                gateway(view, route, parent).map(|gateway| has_listener(gateway, parent))
            };
            let was = before
                .filter(|before| items(before.at(&["spec", "parentRefs"])).any(|known| known == parent))
                .and_then(|before| hung(&change.before, before));
            let name = format!("Gateway {}", shown(text(parent, "name").unwrap_or_default()));
            let message = match hung(&change.after, route) {
                None if gateway(&change.before, route, parent).is_some() => {
                    format!("It hangs at {name}, which the change removes: nothing serves it there any more.")
                }
                Some(false) if was != Some(false) => {
                    let listener = text(parent, "sectionName").map(|name| format!("{} ", shown(name)));
                    let listener = listener.unwrap_or_default();
                    format!(
                        "It hangs at a listener {listener}of {name}, which has no such listener: nothing serves it there."
                    )
                }
                _ => continue,
            };
            let path = Path::root().key("spec").key("parentRefs");
            hits.push(Hit::new(Harm.certain(), route, path, message).after(Some(parent.clone())));
        }
    }
    hits
}

/// The rules of a route that have backends, of which none gets anything.
fn weightless(route: &Object) -> impl Iterator<Item = &Value> {
    items(route.at(&["spec", "rules"])).filter(|rule| {
        let mut backends = items(rule.get("backendRefs")).peekable();
        backends.peek().is_some()
            && backends.all(|backend| backend.get("weight").and_then(Value::as_i64) == Some(0))
    })
}

fn without_weight(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for route in routes(&change.after) {
        let before = change.object_before(route);
        for rule in weightless(route) {
            let was_so = before.is_some_and(|before| {
                weightless(before).any(|known| known.get("matches") == rule.get("matches"))
            });
            if was_so {
                continue;
            }
            let paths = items(rule.get("matches")).filter_map(|one| text(one.get("path")?, "value"));
            let paths: Vec<String> = paths.map(shown).collect();
            let of = match paths.is_empty() {
                true => String::new(),
                false => format!(" for {}", kube_model::shown_list(&paths, 3)),
            };
            let message =
                format!("Every backend of a rule has the weight 0: requests{of} are sent nowhere and fail.");
            let path = Path::root().key("spec").key("rules");
            hits.push(Hit::new(Harm.certain(), route, path, message).after(rule.get("backendRefs").cloned()));
        }
    }
    hits
}

/// The listeners that served TLS and speak without it now.
pub(super) fn plain_listeners(change: &Change<'_>) -> Vec<Hit> {
    let is_secured = |listener: &Value| matches!(text(listener, "protocol"), Some("HTTPS" | "TLS"));
    let mut hits = Vec::new();
    for after in change.after.custom(GROUP, "Gateway") {
        let Some(before) = change.object_before(after) else { continue };
        for is in listeners(after).filter(|listener| !is_secured(listener)) {
            let same = listeners(before).find(|was| was.get("name") == is.get("name"));
            let Some(was) = same.filter(|was| is_secured(was)) else { continue };
            let message = format!(
                "The listener {} of {} speaks {} instead of {}: what comes in is served without the certificate that it \
                 had.",
                shown(text(is, "name").unwrap_or_default()),
                named(after),
                shown(text(is, "protocol").unwrap_or_default()),
                shown(text(was, "protocol").unwrap_or_default())
            );
            let path = Path::root().key("spec").key("listeners");
            let protocol = |listener: &Value| listener.get("protocol").cloned();
            hits.push(
                Hit::new(Harm.likely(), after, path, message).before(protocol(was)).after(protocol(is)),
            );
        }
    }
    hits
}
