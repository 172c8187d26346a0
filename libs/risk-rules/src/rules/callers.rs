//! What workloads are told to call, and what is not there for them.

use std::collections::{BTreeSet, HashMap, HashSet};

use kube_model::{Object, Path, shown, shown_list};
use serde_json::Value;

use crate::Impact::Harm;
use crate::Level;
use crate::model::{Callers, Change, Host, Reading, Selector, Workload, hosts_in, mentions, service_of};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "service-removed",
        group: Group::Network,
        title: "A Service is removed that others are told to call, or whose pods stay",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/",
        remedy: "Keep the Service until nobody calls its name any more.",
        fires: "a Service goes, and a variable says `http://api:9090`",
        near_miss: "its pods go too, and nobody is told about it",
        equivalents: &[],
        check: Check::States(service_removed),
    },
    Rule {
        id: "service-port-removed",
        group: Group::Network,
        title: "A Service no longer answers on a port",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
        remedy: "Keep the old port beside the new one until nobody uses it.",
        fires: "the port 9090 becomes 9091, and a variable says `api:9090`",
        near_miss: "a port is added; only `targetPort` changes",
        equivalents: &[],
        check: Check::States(service_port_removed),
    },
    Rule {
        id: "dependency-missing",
        group: Group::Promotion,
        title: "A workload is newly told to call a Service that is not there",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/",
        remedy: "Make sure that the Service exists in the target before the change is applied.",
        fires: "a variable becomes `http://payments:8080`, and no Service has that name",
        near_miss: "the Service comes with the same change; the host is outside of the cluster",
        equivalents: &[],
        check: Check::States(dependency_missing),
    },
    Rule {
        id: "other-environment-called",
        group: Group::Promotion,
        title: "A workload is newly told a host whose name says that it belongs to another environment",
        levels: [Level::Medium, Level::Medium],
        source: "https://12factor.net/config",
        remedy: "Keep the target's own host.",
        fires: "`db.example` becomes `db.staging.example`",
        near_miss: "the target called hosts of staging before, or is staging itself; `europe-docker.pkg.dev`",
        equivalents: &[],
        check: Check::States(other_environment_called),
    },
];

fn caller_names<'a>(callers: impl Iterator<Item = &'a Workload<'a>>) -> Vec<String> {
    callers.map(Workload::named).collect::<BTreeSet<_>>().into_iter().collect()
}

fn service_removed(change: &Change<'_>) -> Vec<Hit> {
    let mut removed = change.removed("Service").peekable();
    if removed.peek().is_none() {
        return Vec::new();
    }
    let callers = Callers::of(&change.after);
    let mut hits = Vec::new();
    for service in removed {
        let told = caller_names(callers.of_service(service).map(|(caller, _)| *caller));
        let left = pods_without_a_service(change, service);
        let (risk, message) = match (told.is_empty(), left.is_empty()) {
            (false, _) => (
                Harm.certain(),
                format!("It is removed, and {} is still told to call it.", shown_list(&told, 3)),
            ),
            (true, false) => (
                Harm.possible(),
                format!("It is removed, and no Service leads to {} any more.", shown_list(&left, 3)),
            ),
            (true, true) => continue,
        };
        hits.push(Hit::new(risk, service, Path::root(), message).values(Some(&service.value), None));
    }
    hits
}

/// The workloads that the Service led to and that stay without one.
fn pods_without_a_service(change: &Change<'_>, service: &Object) -> Vec<String> {
    let Some(selector) = Selector::of_service(service) else { return Vec::new() };
    let had = change.before.selected(&selector, service);
    let left = had.iter().filter_map(|before| change.workload_after(before));
    left.filter(|after| change.services_of(after).is_empty()).map(Workload::named).collect()
}

fn ports(service: &Object) -> Vec<&Value> {
    let ports = service.at(&["spec", "ports"]).and_then(Value::as_array).into_iter().flatten();
    ports.filter_map(|port| port.get("port")).collect()
}

fn service_port_removed(change: &Change<'_>) -> Vec<Hit> {
    let lost = |(before, after)| -> Vec<&Value> {
        let kept = ports(after);
        ports(before).into_iter().filter(|port| !kept.contains(port)).collect()
    };
    let changed: Vec<_> =
        change.kept("Service").map(|pair| (pair, lost(pair))).filter(|(_, lost)| !lost.is_empty()).collect();
    if changed.is_empty() {
        return Vec::new();
    }
    let callers = Callers::of(&change.after);
    let mut hits = Vec::new();
    for ((before, after), lost) in changed {
        for port in lost {
            let number = port.as_u64();
            let told = callers.of_service(after).filter(|(_, host)| host.asked_at().map(u64::from) == number);
            let told = caller_names(told.map(|(caller, _)| *caller));
            let (risk, who) = match told.is_empty() {
                true => (Harm.possible(), "who calls it there finds nobody".to_owned()),
                false => (Harm.certain(), format!("{} is still told to call it there", shown_list(&told, 3))),
            };
            let message = format!("It no longer answers on port {port}: {who}.");
            let path = Path::root().key("spec").key("ports");
            let hit = Hit::new(risk, after, path, message);
            hits.push(hit.values(before.at(&["spec", "ports"]), after.at(&["spec", "ports"])));
        }
    }
    hits
}

/// A text that a workload reads newly, with a host in it that it was not told before.
struct Told<'a> {
    object: &'a Object,
    path: Path,
    was: Option<String>,
    text: &'a str,
    host: Host<'a>,
}

/// Of the workloads that stay: with nothing to compare with, everything would be new.
fn newly_told<'a>(change: &Change<'a>) -> Vec<Told<'a>> {
    let mut told = Vec::new();
    let mut seen = BTreeSet::new();
    let mut readings = HashMap::new();
    for (before, after) in change.workloads() {
        let earlier = mentions(&change.before, before);
        let texts: HashSet<&str> = earlier.iter().map(|mention| mention.text).collect();
        let mut fresh = mentions(&change.after, after);
        fresh.retain(|mention| !texts.contains(mention.text));
        if fresh.is_empty() {
            continue;
        }
        let known: BTreeSet<&str> = texts.into_iter().flat_map(hosts_in).map(|host| host.name).collect();
        for mention in fresh {
            for host in hosts_in(mention.text).into_iter().filter(|host| !known.contains(host.name)) {
                if !seen.insert((mention.object.key.clone(), mention.path.clone(), host.name)) {
                    continue;
                }
                let was = change.object_before(mention.object).and_then(|before| {
                    let reading =
                        readings.entry(std::ptr::from_ref(before)).or_insert_with(|| Reading::of(before));
                    reading.value(&mention.path)?.as_str().map(str::to_owned)
                });
                let (object, path, text) = (mention.object, mention.path.clone(), mention.text);
                told.push(Told { object, path, was, text, host });
            }
        }
    }
    told
}

/// A state without Services shows only a part, and says nothing about who is there.
fn dependency_missing(change: &Change<'_>) -> Vec<Hit> {
    let sees_services = change.after.of_kind("Service").next().is_some();
    let told = newly_told(change).into_iter().filter(|_| sees_services);
    let hits = told.filter_map(|told| {
        let (name, namespace) = service_of(told.host.name)?;
        // `api.shop` may as well be a host of the internet; a name without dots, and one below svc, are the cluster's.
        let is_of_cluster = !told.host.name.contains('.') || told.host.name.contains(".svc");
        let namespace = namespace.or(told.object.key.namespace.as_deref());
        if !is_of_cluster || change.after.named_in("Service", name, namespace).is_some() {
            return None;
        }
        if change.before.named_in("Service", name, namespace).is_some() {
            return None;
        }
        let message = format!(
            "It is newly told to call {}, and no Service in the files has that name: it must exist in the target.",
            shown(told.host.name)
        );
        Some(Hit::new(Harm.possible(), told.object, told.path, message).before(told.was).after(Some(told.text)))
    });
    hits.collect()
}

const ENVIRONMENTS: [&str; 15] = [
    "dev",
    "develop",
    "development",
    "int",
    "integration",
    "preprod",
    "qa",
    "sandbox",
    "stage",
    "staging",
    "stg",
    "test",
    "testing",
    "tst",
    "uat",
];

/// Names of environments that are top-level domains too.
const TOP_LEVEL: [&str; 3] = ["dev", "int", "qa"];

/// Hosts of others whose names have such a word.
const PROVIDERS: [&str; 3] = ["dev.azure.com", "dev.mysql.com", "dev.to"];

/// The word of a name that names an environment which is not the last.
fn environment_in(name: &str) -> Option<&str> {
    name.split(['.', '-']).find(|part| ENVIRONMENTS.contains(part))
}

/// The same of a host: `europe-docker.pkg.dev` says no more than `.com`. `api.dev:80` is a Service and its namespace.
fn environment_of(host: Host<'_>) -> Option<&str> {
    let is_of = |provider: &&str| {
        host.name.strip_suffix(*provider).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    if PROVIDERS.iter().any(is_of) {
        return None;
    }
    match host.name.rsplit_once('.') {
        Some((rest, last)) if TOP_LEVEL.contains(&last) && (rest.contains('.') || host.port.is_none()) => {
            environment_in(rest)
        }
        _ => environment_in(host.name),
    }
}

fn other_environment_called(change: &Change<'_>) -> Vec<Hit> {
    let told = newly_told(change);
    if told.iter().all(|told| environment_of(told.host).is_none()) {
        return Vec::new();
    }
    let before = change.before.workloads.iter().flat_map(|workload| mentions(&change.before, workload));
    let mut own: BTreeSet<&str> =
        before.flat_map(|mention| hosts_in(mention.text)).filter_map(environment_of).collect();
    let namespaces = change.before.objects().filter_map(|object| object.key.namespace.as_deref());
    own.extend(namespaces.filter_map(environment_in));
    let hits = told.into_iter().filter_map(|told| {
        let word = environment_of(told.host).filter(|word| !own.contains(word))?;
        let message = format!(
            "It is newly told about {}, which by its name belongs to {word}; nothing here did so before.",
            shown(told.host.name)
        );
        Some(
            Hit::new(Harm.possible(), told.object, told.path, message)
                .before(told.was)
                .after(Some(told.text)),
        )
    });
    hits.collect()
}
