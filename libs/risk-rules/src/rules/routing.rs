//! Paths, classes, certificates and guards of Ingresses.

use std::collections::{BTreeMap, BTreeSet};

use kube_model::{Object, Path, shown};
use serde_json::Value;

use super::gateways;
use crate::Impact::Harm;
use crate::Level;
use crate::model::{Change, Reference, View, Way, hosts, items, named, provided, text};
use crate::rule::{Check, Group, Hit, Rule};

const INGRESS: &str = "https://kubernetes.io/docs/concepts/services-networking/ingress/";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "ingress-path-removed",
        group: Group::Network,
        title: "A path of a host is served no more",
        levels: [Level::High, Level::High],
        source: INGRESS,
        remedy: "Keep the path until its traffic has gone, or redirect it.",
        fires: "`/api` leaves an Ingress or an HTTPRoute, and no other path of the host covers it; Prefix becomes Exact",
        near_miss: "`/` with pathType Prefix stays",
        equivalents: &[],
        check: Check::States(path_removed),
    },
    Rule {
        id: "ingress-claimed-twice",
        group: Group::Network,
        title: "Two Ingresses claim the same path of the same host",
        levels: [Level::Medium, Level::Medium],
        source: INGRESS,
        remedy: "Let one of them serve it; which of the two wins depends on the controller.",
        fires: "a new Ingress claims `shop.example/`, which another one serves",
        near_miss: "it claims another path, or is marked as a canary",
        equivalents: &[],
        check: Check::States(claimed_twice),
    },
    Rule {
        id: "ingress-class-changed",
        group: Group::Network,
        title: "An Ingress goes to another controller",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-class",
        remedy: "Serve the hosts by both until their DNS names point at the new address.",
        fires: "`ingressClassName: nginx` becomes `internal`, or is removed",
        near_miss: "the annotation `kubernetes.io/ingress.class` becomes the field with the same value",
        equivalents: &[],
        check: Check::States(class_changed),
    },
    Rule {
        id: "tls-removed",
        group: Group::Security,
        title: "A host is served without the certificate that it had",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",
        remedy: "Keep the host under spec.tls.",
        fires: "`shop.example` leaves `spec.tls` and stays in `spec.rules`; a listener goes from HTTPS to HTTP",
        near_miss: "a wildcard certificate takes its place",
        equivalents: &[],
        check: Check::States(tls_removed),
    },
    Rule {
        id: "tls-secret-missing",
        group: Group::Network,
        title: "An Ingress or a Gateway refers to a certificate that is not there",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",
        remedy: "Make sure that the Secret exists in the target, or that something makes it.",
        fires: "the Secret that `spec.tls` or a listener names is removed",
        near_miss: "cert-manager makes it, by a Certificate or an annotation",
        equivalents: &[],
        check: Check::States(tls_secret_missing),
    },
    Rule {
        id: "ingress-guard-removed",
        group: Group::Security,
        title: "An Ingress no longer asks who calls, or no longer insists on TLS",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/",
        remedy: "Keep the annotation, or say in the change what replaces it.",
        fires: "`nginx.ingress.kubernetes.io/auth-url` is removed; an allowed range becomes `0.0.0.0/0`",
        near_miss: "its value changes",
        equivalents: &[],
        check: Check::States(guard_removed),
    },
];

/// Host, path and whether the path stands for all below it.
type Served<'a> = (&'a str, &'a str, bool);

fn served(ingress: &Object) -> Vec<Served<'_>> {
    let mut found = Vec::new();
    for rule in items(ingress.at(&["spec", "rules"])) {
        let host = text(rule, "host").unwrap_or("*");
        for path in items(rule.get("http").and_then(|http| http.get("paths"))) {
            let is_prefix = text(path, "pathType") != Some("Exact");
            found.push((host, text(path, "path").unwrap_or("/"), is_prefix));
        }
    }
    found
}

/// The same of an HTTPRoute: a rule without matches is for every path, and one without hosts for those of its listeners.
/// What a match asks of headers is left out.
fn served_by_route(route: &Object) -> Vec<Served<'_>> {
    let hosts: Vec<&str> = match hosts(route) {
        hosts if hosts.is_empty() => vec!["*"],
        hosts => hosts.into_iter().map(|(_, host)| host).collect(),
    };
    let mut found = Vec::new();
    for rule in items(route.at(&["spec", "rules"])) {
        let paths = items(rule.get("matches")).map(|one| {
            let field = |name: &str| one.get("path").and_then(|path| text(path, name));
            (field("value").unwrap_or("/"), !matches!(field("type"), Some("Exact" | "RegularExpression")))
        });
        let mut paths: Vec<(&str, bool)> = paths.collect();
        if paths.is_empty() {
            paths.push(("/", true));
        }
        found.extend(hosts.iter().flat_map(|host| paths.iter().map(move |(path, all)| (*host, *path, *all))));
    }
    found
}

/// The Ingresses and HTTPRoutes of a state, each with what it serves.
fn servers<'a>(view: &View<'a>) -> Vec<(&'a Object, Vec<Served<'a>>)> {
    let ingresses = view.of_kind("Ingress").map(|ingress| (ingress, served(ingress)));
    let routes = view.custom(gateways::GROUP, "HTTPRoute").map(|route| (route, served_by_route(route)));
    ingresses.chain(routes).collect()
}

fn covers(mine: &Served<'_>, theirs: &Served<'_>) -> bool {
    let below = |prefix: &str, path: &str| {
        let prefix = prefix.trim_end_matches('/');
        path == prefix
            || path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/') || rest.is_empty())
    };
    let same_host = mine.0 == theirs.0 || mine.0 == "*";
    let same_path = mine.1 == theirs.1 && (mine.2 || !theirs.2);
    same_host && (same_path || (mine.2 && below(mine.1, theirs.1)))
}

fn path_removed(change: &Change<'_>) -> Vec<Hit> {
    let after: Vec<Served<'_>> = servers(&change.after).into_iter().flat_map(|(_, served)| served).collect();
    let routed: BTreeSet<&str> = change.after.routers().flat_map(hosts).map(|(_, host)| host).collect();
    let mut hits = Vec::new();
    for (before, served) in servers(&change.before) {
        let by_route = |host: &str| !after.iter().any(|served| served.0 == host);
        for gone in served.into_iter().filter(|old| !after.iter().any(|new| covers(new, old))) {
            // A host that is gone altogether has a rule of its own, and one that went to a route of another kind is not
            // followed.
            if gone.0 != "*" && (!routed.contains(gone.0) || by_route(gone.0)) {
                continue;
            }
            let object = change.object_after(before).unwrap_or(before);
            let is_narrowed = after.iter().any(|new| new.0 == gone.0 && new.1 == gone.1);
            let below = if is_narrowed { "what is below " } else { "" };
            let message =
                format!("Nothing serves {below}{} of {} any more.", shown(gone.1), host_in_words(gone.0));
            let path = Path::root().key("spec").key("rules");
            hits.push(
                Hit::new(Harm.likely(), object, path, message).before(Some(format!("{}{}", gone.0, gone.1))),
            );
        }
    }
    hits
}

fn host_in_words(host: &str) -> String {
    if host == "*" { "every host".to_owned() } else { format!("the host {}", shown(host)) }
}

fn annotation<'a>(object: &'a Object, key: &str) -> Option<&'a str> {
    object.text(&["metadata", "annotations", key])
}

fn class(ingress: &Object) -> Option<&str> {
    ingress.text(&["spec", "ingressClassName"]).or_else(|| annotation(ingress, "kubernetes.io/ingress.class"))
}

fn claims<'a>(view: &View<'a>) -> BTreeMap<(Served<'a>, Option<&'a str>), Vec<&'a Object>> {
    let mut claims: BTreeMap<_, Vec<&Object>> = BTreeMap::new();
    for ingress in view.of_kind("Ingress") {
        if annotation(ingress, "nginx.ingress.kubernetes.io/canary") == Some("true") {
            continue;
        }
        for served in served(ingress).into_iter().filter(|served| served.0 != "*").collect::<BTreeSet<_>>() {
            claims.entry((served, class(ingress))).or_default().push(ingress);
        }
    }
    claims.retain(|_, claimants| claimants.len() > 1);
    claims
}

fn claimed_twice(change: &Change<'_>) -> Vec<Hit> {
    let before = claims(&change.before);
    let mut hits = Vec::new();
    for (claim, claimants) in claims(&change.after) {
        let Some((latest, others)) = claimants.split_last() else { continue };
        if before.contains_key(&claim) {
            continue;
        }
        let newer = claimants.iter().find(|ingress| change.object_before(ingress).is_none());
        let (ingress, other) = match newer {
            Some(newer) => (newer, claimants.iter().find(|one| one.key != newer.key)),
            None => (latest, others.first()),
        };
        let ((host, path, _), _) = claim;
        let other = other.map(|other| named(other)).unwrap_or_default();
        let message =
            format!("It claims {} of the host {}, which {other} claims too.", shown(path), shown(host));
        let place = Path::root().key("spec").key("rules");
        hits.push(Hit::new(Harm.possible(), ingress, place, message).after(Some(format!("{host}{path}"))));
    }
    hits
}

fn class_changed(change: &Change<'_>) -> Vec<Hit> {
    let changed = change.kept("Ingress").filter_map(|(before, after)| {
        let (was, is) = (class(before)?, class(after));
        let path = Path::root().key("spec").key("ingressClassName");
        let Some(is) = is else {
            let message = format!(
                "It loses its class {}: the cluster's default controller serves it, at another address perhaps, or none.",
                shown(was)
            );
            return Some(Hit::new(Harm.possible(), after, path, message).before(Some(was)));
        };
        let message = format!(
            "It goes from the class {} to {}: another controller serves it, at another address.",
            shown(was),
            shown(is)
        );
        (was != is).then(|| Hit::new(Harm.likely(), after, path, message).before(Some(was)).after(Some(is)))
    });
    changed.collect()
}

fn tls_hosts(view: &View<'_>) -> BTreeSet<String> {
    let ingresses = view.of_kind("Ingress").flat_map(|ingress| items(ingress.at(&["spec", "tls"])));
    ingresses.flat_map(|tls| items(tls.get("hosts"))).filter_map(Value::as_str).map(str::to_owned).collect()
}

fn tls_removed(change: &Change<'_>) -> Vec<Hit> {
    let (before, after) = (tls_hosts(&change.before), tls_hosts(&change.after));
    let mut hits = gateways::plain_listeners(change);
    for ingress in change.after.of_kind("Ingress") {
        for (_, host) in hosts(ingress) {
            let wildcard = host.split_once('.').map(|(_, domain)| format!("*.{domain}")).unwrap_or_default();
            let has = |tls: &BTreeSet<String>| tls.contains(host) || tls.contains(&wildcard);
            if has(&before) && !has(&after) {
                let message =
                    format!("The host {} is served without the certificate that it had.", shown(host));
                let path = Path::root().key("spec").key("tls");
                let was = change.object_before(ingress).and_then(|before| before.at(&["spec", "tls"]));
                hits.push(
                    Hit::new(Harm.likely(), ingress, path, message).values(was, ingress.at(&["spec", "tls"])),
                );
            }
        }
    }
    hits
}

/// Whether a Secret is in the state, or something in it makes it.
fn is_provided(view: &View<'_>, name: &str, ingress: &Object) -> bool {
    let made = ["cert-manager.io/issuer", "cert-manager.io/cluster-issuer", "kubernetes.io/tls-acme"];
    let reference =
        Reference { path: Path::root(), kind: "Secret", name, key: None, optional: false, way: Way::Name };
    made.iter().any(|key| annotation(ingress, key).is_some()) || provided(view, &reference, ingress).is_some()
}

/// The Secrets of an object's own namespace that it serves TLS with, and where it says so.
fn certificates(object: &Object) -> (&'static str, Vec<&str>) {
    if object.key.kind == "Ingress" {
        return (
            "tls",
            items(object.at(&["spec", "tls"])).filter_map(|tls| text(tls, "secretName")).collect(),
        );
    }
    let tls = items(object.at(&["spec", "listeners"])).filter_map(|listener| listener.get("tls"));
    let references = tls.flat_map(|tls| items(tls.get("certificateRefs")));
    let own = object.key.namespace.as_deref();
    let secrets = references
        .filter(|one| text(one, "kind").is_none_or(|kind| kind == "Secret"))
        .filter(|one| text(one, "namespace").is_none_or(|namespace| Some(namespace) == own))
        .filter_map(|one| text(one, "name"));
    ("listeners", secrets.collect())
}

fn tls_secret_missing(change: &Change<'_>) -> Vec<Hit> {
    let gateways = change.after.custom(gateways::GROUP, "Gateway");
    let mut hits = Vec::new();
    for server in change.after.of_kind("Ingress").chain(gateways) {
        let before = change.object_before(server);
        let earlier = before.map(|before| certificates(before).1).unwrap_or_default();
        let (field, names) = certificates(server);
        for name in names.into_iter().collect::<BTreeSet<_>>() {
            if is_provided(&change.after, name, server) {
                continue;
            }
            let was_provided = is_provided(&change.before, name, before.unwrap_or(server));
            let (risk, how) = match (was_provided, earlier.contains(&name)) {
                (true, _) => (Harm.certain(), "which the change removes"),
                (false, true) => continue,
                (false, false) => (Harm.possible(), "which is not in the files; it must exist in the target"),
            };
            let message = format!("It serves TLS with Secret {}, {how}.", shown(name));
            let path = Path::root().key("spec").key(field);
            hits.push(Hit::new(risk, server, path, message).after(Some(name)));
        }
    }
    hits
}

const NGINX: &str = "nginx.ingress.kubernetes.io/";
const GUARDS: [&str; 5] =
    ["auth-url", "auth-type", "auth-tls-secret", "whitelist-source-range", "allowlist-source-range"];
const REDIRECTS: [&str; 2] = ["ssl-redirect", "force-ssl-redirect"];

fn guard_removed(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in change.kept("Ingress") {
        let value = |object, name: &str| annotation(object, &format!("{NGINX}{name}")).map(str::to_owned);
        let renamed = |name: &str| {
            name.ends_with("source-range") && GUARDS[3..].iter().any(|other| value(after, other).is_some())
        };
        for name in GUARDS {
            let (was, is) = (value(before, name), value(after, name));
            let is_open = |ranges: &Option<String>| ranges.as_deref().is_some_and(is_everybody);
            if name.ends_with("source-range") && was.is_some() && !is_open(&was) && is_open(&is) {
                let message = format!("{name} becomes every address: requests reach the pods from anywhere.");
                hits.push(guard_hit(after, name, message).before(was.clone()).after(is.clone()));
            }
            if was.is_some() && is.is_none() && !renamed(name) {
                let message =
                    format!("The annotation {name} is gone: requests reach the pods without that check.");
                hits.push(guard_hit(after, name, message).before(was));
            }
        }
        for name in REDIRECTS {
            let (was, is) = (value(before, name), value(after, name));
            if is.as_deref() == Some("false") && was.as_deref() != Some("false") {
                let message = format!("{name} becomes false: plain HTTP is answered too.");
                hits.push(guard_hit(after, name, message).before(was).after(is));
            }
        }
    }
    hits
}

/// Whether one of the ranges is all addresses of IPv4 or IPv6.
fn is_everybody(ranges: &str) -> bool {
    ranges.split(',').any(|range| range.trim().ends_with("/0"))
}

fn guard_hit(after: &Object, name: &str, message: String) -> Hit {
    let path = Path::root().key("metadata").key("annotations").key(&format!("{NGINX}{name}"));
    Hit::new(Harm.likely(), after, path, message)
}
