//! What keeps the pods of a workload apart.

use std::collections::{BTreeMap, BTreeSet};

use kube_model::{Path, shown, shown_value};
use serde_json::Value;

use super::placement::{REQUIRED, ZONES, at, items};
use crate::Impact::{Harm, Safeguard};
use crate::level::Risk;
use crate::model::{Change, Selector, View, Workload, floor, text};
use crate::rule::{Check, Group, Hit, Rule};
use crate::{Facts, Level};

const SOURCE: &str = "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "spread-lost",
        group: Group::Availability,
        title: "Nothing keeps the pods of a workload apart any more",
        levels: [Level::Medium, Level::Medium],
        source: SOURCE,
        remedy: "Keep the anti-affinity or a topology spread constraint, so that one node does not take all pods along.",
        fires: "`podAntiAffinity` of three pods is removed",
        near_miss: "it is replaced by `topologySpreadConstraints`; there is one pod alone",
        equivalents: &["kube-linter/no-anti-affinity"],
        check: Check::States(spread_lost),
    },
    Rule {
        id: "spread-loosened",
        group: Group::Availability,
        title: "The pods of a workload are kept apart less than before",
        levels: [Level::Low, Level::Medium],
        source: SOURCE,
        remedy: "Keep the constraint as it was, or say in the change which loss of a zone or a node is acceptable.",
        fires: "the constraint over zones goes and that over nodes stays; `maxSkew: 1` becomes 3; DoNotSchedule becomes ScheduleAnyway",
        near_miss: "ScheduleAnyway becomes DoNotSchedule; an anti-affinity to other pods goes; there is one pod alone",
        equivalents: &[],
        check: Check::States(spread_loosened),
    },
    Rule {
        id: "spread-unsatisfiable",
        group: Group::Capacity,
        title: "Pods have to be spread over what the nodes may not have",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#spread-constraint-definition",
        remedy: "Use a topologyKey that the nodes have and a minDomains that is there, or ScheduleAnyway.",
        fires: "`whenUnsatisfiable: DoNotSchedule` over `rack`; `minDomains: 3` of pods that may run in two zones",
        near_miss: "the key is `topology.kubernetes.io/zone`, or something asked for nodes with it before; ScheduleAnyway; the nodes are known",
        equivalents: &[],
        check: Check::With(unsatisfiable),
    },
];

/// The fewest pods that a workload is meant to have.
fn pods(view: &View<'_>, workload: &Workload<'_>) -> i64 {
    let workload = view.workload_of(workload.object);
    workload.and_then(|workload| floor(view, workload)).map_or(0, |floor| floor.pods)
}

const CONSTRAINTS: &[&str] = &["topologySpreadConstraints"];
const NEVER: &[&str] = &["affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution"];
const RATHER_NOT: &[&str] =
    &["affinity", "podAntiAffinity", "preferredDuringSchedulingIgnoredDuringExecution"];

/// The lists that keep pods apart.
const SPREADS: [&[&str]; 3] = [CONSTRAINTS, NEVER, RATHER_NOT];

fn spread_by<'a>(workload: &Workload<'a>) -> Option<(Path, &'a Value)> {
    SPREADS.iter().find_map(|keys| {
        items(workload, keys).next()?;
        Some((workload.path.below(keys), at(workload, keys)?))
    })
}

fn spread_lost(change: &Change<'_>) -> Vec<Hit> {
    change
        .workloads()
        .filter(|(_, after)| spread_by(after).is_none() && pods(&change.after, after) > 1)
        .filter_map(|(before, after)| {
            let (path, was) = spread_by(before)?;
            let message = "Nothing keeps its pods apart any more: one node or zone may hold all of them, and take them \
                           along when it goes.";
            Some(Hit::new(Safeguard.likely(), after.object, path, message.to_owned()).values(Some(was), None))
        })
        .collect()
}

/// How far apart pods are kept over the values of one label of nodes, the closest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Apart {
    /// Where there is room.
    Rather,
    /// In any case: one value may have so many pods more than another, counted from the most that there can be.
    Within(std::cmp::Reverse<i64>),
}

/// What keeps the pods of a workload apart, by the label of nodes: the strictest, and the list that it stands in.
fn aparts<'a>(workload: &Workload<'a>) -> BTreeMap<&'a str, (Apart, &'static [&'static str])> {
    let mut found: BTreeMap<&str, (Apart, &[&str])> = BTreeMap::new();
    for keys in SPREADS {
        for item in items(workload, keys) {
            let term = item.get("podAffinityTerm").unwrap_or(item);
            let Some(key) = text(term, "topologyKey").filter(|_| is_about_its_own(workload, term)) else {
                continue;
            };
            let apart = match keys {
                CONSTRAINTS if text(term, "whenUnsatisfiable") != Some("ScheduleAnyway") => {
                    Apart::Within(std::cmp::Reverse(term.get("maxSkew").and_then(Value::as_i64).unwrap_or(1)))
                }
                // One pod, and none beside it.
                NEVER => Apart::Within(std::cmp::Reverse(0)),
                _ => Apart::Rather,
            };
            let known = found.entry(key).or_insert((apart, keys));
            if apart > known.0 {
                *known = (apart, keys);
            }
        }
    }
    found
}

/// Without a selector a constraint is taken to mean its own pods.
fn is_about_its_own(workload: &Workload<'_>, term: &Value) -> bool {
    let selector = term.get("labelSelector").and_then(Selector::of_labels);
    selector.is_none_or(|selector| selector.matches_any(workload.labels))
}

const HOST: &str = "kubernetes.io/hostname";

fn spread_loosened(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in change.workloads() {
        let pods = pods(&change.after, after);
        // What is gone altogether is told by `spread-lost`.
        if pods < 2 || spread_by(after).is_none() {
            continue;
        }
        let now = aparts(after);
        for (key, (was, list)) in aparts(before) {
            let is = now.get(key).map(|(apart, _)| *apart);
            let Some((risk, message)) =
                loosened(key, was, is, pods, now.keys().any(|key| ZONES.contains(key)))
            else {
                continue;
            };
            let hit = Hit::new(risk, after.object, after.path.below(list), message);
            hits.push(hit.values(at(before, list), at(after, list)));
        }
    }
    hits
}

/// `is_by_zone`: whether something keeps the pods in different zones, and with that on different nodes, after the change.
fn loosened(key: &str, was: Apart, is: Option<Apart>, pods: i64, is_by_zone: bool) -> Option<(Risk, String)> {
    use std::cmp::Reverse;
    let label = shown(key);
    Some(match (was, is) {
        (_, None) if key == HOST && is_by_zone => (
            Safeguard.possible(),
            "Nothing keeps its pods on different nodes any more but that they are in different zones."
                .to_owned(),
        ),
        (_, None) => (
            Safeguard.likely(),
            format!(
                "Nothing keeps its pods apart by {label} any more: all of them may share one value of it, and go with it."
            ),
        ),
        (Apart::Within(_), Some(Apart::Rather)) => (
            Safeguard.possible(),
            format!(
                "Its pods are kept apart by {label} only where there is room: when that is short, all of them may share one \
                 value of it."
            ),
        ),
        (Apart::Within(Reverse(less)), Some(Apart::Within(Reverse(more)))) if more > less.max(1) => {
            match more >= pods {
                true => (
                    Safeguard.likely(),
                    format!(
                        "maxSkew by {label} becomes {more}, and it has {pods} pods: all of them may share one value of it."
                    ),
                ),
                false => (
                    Safeguard.possible(),
                    format!(
                        "One value of {label} may hold {more} of its pods more than another, instead of {}.",
                        less.max(1)
                    ),
                ),
            }
        }
        _ => return None,
    })
}

/// Labels that nodes have, or that people mean where they have them (Kubernetes documentation, "Well-Known Labels,
/// Annotations and Taints").
const WELL_KNOWN: [&str; 7] = [
    HOST,
    ZONES[0],
    ZONES[1],
    "topology.kubernetes.io/region",
    "node.kubernetes.io/instance-type",
    "kubernetes.io/os",
    "kubernetes.io/arch",
];

fn unsatisfiable(change: &Change<'_>, facts: &Facts) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut asked_for: Option<BTreeSet<&str>> = None;
    for after in &change.after.workloads {
        let before = change.workload_before(after);
        let known: Vec<&Value> = before.into_iter().flat_map(|before| items(before, CONSTRAINTS)).collect();
        for constraint in items(after, CONSTRAINTS) {
            let Some(key) = text(constraint, "topologyKey").filter(|_| is_hard(constraint)) else { continue };
            let too_few = too_few(&change.after, after, constraint, key);
            let was_too_few = || {
                let same = known.iter().filter(|known| text(known, "topologyKey") == Some(key));
                before.is_some_and(|before| {
                    same.into_iter()
                        .any(|one| is_hard(one) && self::too_few(&change.before, before, one, key).is_some())
                })
            };
            let (risk, message) = match too_few {
                Some(message) if !was_too_few() => (Harm.certain(), message),
                Some(_) => continue,
                // What the nodes have not, `pods-without-room` tells where they are known.
                None if WELL_KNOWN.contains(&key) || facts.room.is_some() => continue,
                None if asked_for.get_or_insert_with(|| labels_asked_for(&change.before)).contains(key) => {
                    continue;
                }
                None => (
                    Harm.possible(),
                    format!(
                        "Its pods start on nodes with the label {} alone (DoNotSchedule): where no node has it, they stay \
                         pending.",
                        shown(key)
                    ),
                ),
            };
            let hit = Hit::new(risk, after.object, after.path.below(CONSTRAINTS), message);
            let was = before.and_then(|before| at(before, CONSTRAINTS));
            hits.push(hit.values(was, at(after, CONSTRAINTS)));
        }
    }
    hits
}

fn is_hard(constraint: &Value) -> bool {
    text(constraint, "whenUnsatisfiable") != Some("ScheduleAnyway")
}

/// Pods may run in fewer domains than `minDomains` asks for: then each takes no more than `maxSkew` of them (Kubernetes
/// documentation, "Topology Spread Constraints": the fewest pods of a domain count as none).
fn too_few(view: &View<'_>, workload: &Workload<'_>, constraint: &Value, key: &str) -> Option<String> {
    let least = constraint.get("minDomains").and_then(Value::as_u64)?;
    if text(constraint, "nodeAffinityPolicy") == Some("Ignore") {
        return None;
    }
    let domains = allowed(workload, key)?.len();
    let skew = constraint.get("maxSkew").and_then(Value::as_i64).unwrap_or(1);
    let (pods, start) = (pods(view, workload), skew.saturating_mul(i64::try_from(domains).ok()?));
    let is_short = u64::try_from(domains).is_ok_and(|domains| domains < least) && start < pods;
    is_short.then(|| {
        format!(
            "minDomains by {} is {}, and its pods may run in {domains} of them: {start} of {pods} pods start, and the others \
             stay pending.",
            shown(key),
            shown_value(&Value::from(least))
        )
    })
}

/// The values of a label of nodes with which a workload's pods may run; none where any may.
fn allowed<'a>(workload: &Workload<'a>, key: &str) -> Option<BTreeSet<&'a str>> {
    let selected = at(workload, &["nodeSelector"]).and_then(|selector| selector.get(key)?.as_str());
    if let Some(value) = selected {
        return Some(BTreeSet::from([value]));
    }
    let mut allowed = None;
    for term in items(workload, &REQUIRED) {
        let expressions = term.get("matchExpressions")?.as_array()?;
        let values = expressions
            .iter()
            .find(|one| text(one, "key") == Some(key) && text(one, "operator") == Some("In"))?;
        let values = values.get("values")?.as_array()?.iter().filter_map(Value::as_str);
        allowed.get_or_insert_with(BTreeSet::new).extend(values);
    }
    allowed
}

/// The labels of nodes that pods of a state ask for: somebody knows that they are there.
fn labels_asked_for<'a>(view: &View<'a>) -> BTreeSet<&'a str> {
    let mut labels = BTreeSet::new();
    for workload in &view.workloads {
        let selector = at(workload, &["nodeSelector"]).and_then(Value::as_object);
        labels.extend(selector.into_iter().flat_map(|selector| selector.keys().map(String::as_str)));
        labels.extend(items(workload, CONSTRAINTS).filter_map(|one| text(one, "topologyKey")));
        for term in items(workload, &REQUIRED) {
            let expressions = crate::model::items(term.get("matchExpressions"));
            labels.extend(expressions.filter_map(|one| text(one, "key")));
        }
    }
    labels
}
