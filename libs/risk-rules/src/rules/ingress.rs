//! Hosts and backends of Ingresses and routes.

use std::collections::HashSet;

use kube_model::{Object, shown, shown_value};

use crate::Impact::Harm;
use crate::Level;
use crate::level::Risk;
use crate::model::{Backend, Change, View, backends, hosts, named, namespace_of};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "ingress-host-removed",
        group: Group::Network,
        title: "A host that was served is served no more",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.io/docs/concepts/services-networking/ingress/#the-ingress-resource",
        remedy: "Keep the host until its traffic has gone, or move it to another Ingress in the same change.",
        fires: "a host leaves its Ingress",
        near_miss: "the host moves to another Ingress in the same change",
        equivalents: &[],
        check: Check::States(host_removed),
    },
    Rule {
        id: "ingress-backend-missing",
        group: Group::Network,
        title: "An Ingress or route sends traffic to a Service or port that is not there",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-rules",
        remedy: "Keep the Service and its port, or point the route at another one.",
        fires: "the Service behind an Ingress is removed",
        near_miss: "the Ingress is pointed at the new Service",
        equivalents: &["kube-linter/dangling-ingress"],
        check: Check::States(backend_missing),
    },
];

fn host_removed(change: &Change<'_>) -> Vec<Hit> {
    let served: HashSet<&str> =
        change.after.routers().flat_map(|router| hosts(router).into_iter().map(|(_, host)| host)).collect();
    let is_served = |host: &str| {
        let wildcard = host.split_once('.').map(|(_, domain)| format!("*.{domain}"));
        served.contains(host) || wildcard.is_some_and(|wildcard| served.contains(wildcard.as_str()))
    };
    let mut hits = Vec::new();
    for before in change.before.routers() {
        let after = change.object_after(before);
        if after.is_some_and(answers_to_any_host) {
            continue;
        }
        for (path, host) in hosts(before).into_iter().filter(|(_, host)| !is_served(host)) {
            let message = format!("Nothing serves the host {} any more: requests for it fail.", shown(host));
            hits.push(Hit::new(Harm.likely(), after.unwrap_or(before), path, message).before(Some(host)));
        }
    }
    hits
}

/// An Ingress with a rule or a backend that names no host, a route without hostnames.
fn answers_to_any_host(router: &Object) -> bool {
    if router.key.kind != "Ingress" {
        return hosts(router).is_empty();
    }
    let rules = router.at(&["spec", "rules"]).and_then(serde_json::Value::as_array);
    router.at(&["spec", "defaultBackend"]).is_some()
        || rules.into_iter().flatten().any(|rule| rule.get("host").is_none())
}

fn backend_missing(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for router in change.after.routers() {
        let before = change.object_before(router);
        for backend in backends(router) {
            let Some(fault) = fault(&change.after, router, &backend) else { continue };
            let earlier = before.and_then(|before| {
                let same = backends(before)
                    .into_iter()
                    .find(|b| b.service == backend.service && b.port == backend.port)?;
                Some((self::fault(&change.before, before, &same), same))
            });
            if matches!(earlier, Some((Some(_), _))) {
                continue;
            }
            let (risk, message) = describe(change, router, &backend, fault);
            let was = earlier.map(|(_, backend)| backend.evidence());
            hits.push(
                Hit::new(risk, router, backend.path.clone(), message)
                    .before(was)
                    .after(Some(backend.evidence())),
            );
        }
    }
    hits
}

/// What a backend lacks.
pub(crate) enum Fault<'a> {
    NoService,
    NoPort(&'a Object),
}

/// What of a backend a state does not have.
pub(crate) fn fault<'a>(view: &View<'a>, router: &Object, backend: &Backend<'_>) -> Option<Fault<'a>> {
    match find(view, router, backend) {
        None => Some(Fault::NoService),
        Some(service) => (!backend.finds_port(service)).then_some(Fault::NoPort(service)),
    }
}

fn find<'a>(view: &View<'a>, router: &Object, backend: &Backend<'_>) -> Option<&'a Object> {
    let namespace = backend.namespace.or(router.key.namespace.as_deref());
    view.named_in("Service", backend.service, namespace)
}

fn describe(change: &Change<'_>, router: &Object, backend: &Backend<'_>, fault: Fault<'_>) -> (Risk, String) {
    match fault {
        Fault::NoPort(service) => {
            let port = backend.port.map(shown_value).unwrap_or_default();
            (
                Harm.certain(),
                format!("It sends traffic to port {port} of {}, which has no such port.", named(service)),
            )
        }
        Fault::NoService if find(&change.before, router, backend).is_some() => (
            Harm.certain(),
            format!("It still sends traffic to {}, which the change removes.", backend.named()),
        ),
        Fault::NoService => (
            Harm.possible(),
            format!(
                "It sends traffic to {}, which is not in the files; it must exist in {}.",
                backend.named(),
                namespace_of(router)
            ),
        ),
    }
}
