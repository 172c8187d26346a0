//! How many pods serve, and whether a rollout leaves any.

use kube_model::{Path, shown_list, shown_value};
use serde_json::Value;

use crate::Impact::{Disaster, Harm, Safeguard};
use crate::Level;
use crate::level::Risk;
use crate::model::{Amount, Change, Floor, Source, Workload, autoscaler_of, floor, named};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "replicas-cut",
        group: Group::Availability,
        title: "The least number of pods falls to one, to none, or to half of what it was",
        levels: [Level::Medium, Level::Critical],
        source: "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/",
        remedy: "Keep at least two pods, or say in the change why fewer are enough.",
        fires: "`replicas: 3` becomes `1`",
        near_miss: "`replicas: 3` becomes `2`",
        equivalents: &["kube-linter/minimum-three-replicas", "kube-linter/hpa-minimum-three-replicas"],
        check: Check::States(replicas_cut),
    },
    Rule {
        id: "replicas-dropped",
        group: Group::Availability,
        title: "spec.replicas is removed, and its default is one pod",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling",
        remedy: "Keep spec.replicas; where an autoscaler takes over, hand the field over as the documentation describes.",
        fires: "`replicas: 3` is removed, and nothing scales the workload",
        near_miss: "`replicas: 1` is removed",
        equivalents: &[],
        check: Check::States(replicas_dropped),
    },
    Rule {
        id: "replicas-fight-autoscaler",
        group: Group::Availability,
        title: "spec.replicas and an autoscaler both set the number of pods",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling",
        remedy: "Let one of the two set the number: remove spec.replicas as the documentation describes, or the autoscaler.",
        fires: "a HorizontalPodAutoscaler is added, and `replicas: 3` stays",
        near_miss: "both were there before",
        equivalents: &[],
        check: Check::States(replicas_fight_autoscaler),
    },
    Rule {
        id: "rollout-empties-workload",
        group: Group::Availability,
        title: "A rollout may stop every pod at once",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy",
        remedy: "Use RollingUpdate with a maxUnavailable that leaves pods running.",
        fires: "the strategy becomes `Recreate`",
        near_miss: "`maxUnavailable: 99%` of three pods, which is two",
        equivalents: &["kube-linter/no-rolling-update-strategy"],
        check: Check::States(rollout_empties_workload),
    },
];

fn replicas_path() -> Path {
    Path::root().key("spec").key("replicas")
}

fn replicas_cut(change: &Change<'_>) -> Vec<Hit> {
    change
        .workloads()
        .filter_map(|(before, after)| {
            let was = floor(&change.before, before)?.pods;
            let is = floor(&change.after, after)?;
            let (risk, why) = judge_cut(change, after, was, &is)?;
            let of = match is.from {
                Source::Autoscaler => format!(" of {}", named(after.object)),
                Source::Replicas | Source::Default => String::new(),
            };
            let message = format!("The least number of pods{of} falls from {was} to {}. {why}", is.pods);
            Some(Hit::new(risk, is.object, is.path, message).before(Some(was)).after(Some(is.pods)))
        })
        .collect()
}

fn judge_cut(change: &Change<'_>, after: &Workload<'_>, was: i64, is: &Floor<'_>) -> Option<(Risk, String)> {
    // A field that is gone has a rule of its own; an autoscaler that goes to zero is meant to.
    let elsewhere = is.from == Source::Default || (is.from == Source::Autoscaler && is.pods == 0);
    if is.pods >= was || elsewhere {
        return None;
    }
    if is.pods == 0 {
        let services = change.services_of(after);
        return Some(match services.is_empty() {
            true => (Harm.certain(), "Nothing of it runs after the change.".to_owned()),
            false => (Disaster.certain(), format!("{} has nobody to answer.", service_list(&services))),
        });
    }
    if is.pods == 1 {
        let why = "With a single pod every restart, eviction or lost node is an outage.";
        return Some((Harm.likely(), why.to_owned()));
    }
    (is.pods.saturating_mul(2) <= was)
        .then(|| (Harm.possible(), "The rest has to carry at least twice the load each.".to_owned()))
}

/// `Service web`, `Service a and Service b`.
fn service_list(names: &[&str]) -> String {
    let names: Vec<String> =
        names.iter().map(|name| format!("Service {}", kube_model::shown(name))).collect();
    shown_list(&names, 3)
}

fn replicas_dropped(change: &Change<'_>) -> Vec<Hit> {
    change
        .workloads()
        .filter(|(_, after)| after.replicas().is_none())
        .filter_map(|(before, after)| {
            let was = before.replicas().and_then(Value::as_i64).filter(|pods| *pods > 1)?;
            floor(&change.after, after)?;
            let (risk, message) = match autoscaler_of(&change.after, after) {
                None => (
                    Harm.likely(),
                    format!("spec.replicas is removed. It was {was}, and without it one pod is the default."),
                ),
                Some(autoscaler) => (
                    Harm.possible(),
                    format!(
                        "spec.replicas is removed for {}. It was {was}, and the first apply may leave one pod \
                         until the autoscaler acts.",
                        named(autoscaler.object)
                    ),
                ),
            };
            Some(Hit::new(risk, after.object, replicas_path(), message).before(Some(was)))
        })
        .collect()
}

fn replicas_fight_autoscaler(change: &Change<'_>) -> Vec<Hit> {
    change
        .after
        .workloads
        .iter()
        .filter_map(|after| {
            let pods = after.replicas().and_then(Value::as_i64).filter(|pods| *pods != 0)?;
            let autoscaler = autoscaler_of(&change.after, after)?;
            let before = change.workload_before(after);
            let fought = before.is_some_and(|before| {
                before.replicas().is_some() && autoscaler_of(&change.before, before).is_some()
            });
            let message = format!(
                "spec.replicas is {pods} while {} sets the number of pods: every apply takes it back to {pods}.",
                named(autoscaler.object)
            );
            let hit = Hit::new(Safeguard.certain(), after.object, replicas_path(), message);
            (!fought).then(|| hit.values(before.and_then(Workload::replicas), after.replicas()))
        })
        .collect()
}

fn rollout_empties_workload(change: &Change<'_>) -> Vec<Hit> {
    change
        .workloads()
        .filter(|(_, after)| after.object.key.kind == "Deployment")
        .filter_map(|(before, after)| {
            let pods = floor(&change.after, after)?.pods;
            emptied_by(before, pods).is_none().then_some(())?;
            let (path, why) = emptied_by(after, pods)?;
            let services = change.services_of(after);
            let (risk, who) = match services.is_empty() {
                true => (Safeguard.certain(), String::new()),
                false => {
                    (Harm.certain(), format!(" {} has nobody to answer meanwhile.", service_list(&services)))
                }
            };
            let value = |workload: &Workload<'_>| {
                path.get(workload.object.key.schema(), &workload.object.value)
                    .map(std::borrow::Cow::into_owned)
            };
            let hit = Hit::new(risk, after.object, path.clone(), format!("{why}{who}"));
            Some(hit.before(value(before)).after(value(after)))
        })
        .collect()
}

/// Where and why a rollout may stop all of so many pods at once.
fn emptied_by(workload: &Workload<'_>, pods: i64) -> Option<(Path, String)> {
    let path = Path::root().key("spec").key("strategy");
    let strategy = workload.object.at(&["spec", "strategy"])?;
    if strategy.get("type").and_then(Value::as_str) == Some("Recreate") {
        let why = "The strategy becomes Recreate: every rollout stops all pods before it starts new ones.";
        return Some((path.key("type"), why.to_owned()));
    }
    let field = |name: &str| strategy.get("rollingUpdate").and_then(|update| update.get(name));
    // Both default to 25% (Kubernetes documentation, "Deployments", "Max Unavailable" and "Max Surge").
    let amount = |name: &str| field(name).map_or(Some(Amount::Percent(25)), Amount::of);
    let most = match (amount("maxSurge")?.of_pods_up(pods), amount("maxUnavailable")?.of_pods_down(pods)) {
        (0, 0) => 1,
        (_, most) => most,
    };
    (pods > 0 && most >= pods).then(|| {
        let rolling = path.key("rollingUpdate");
        let (path, what) = match field("maxUnavailable")
            .filter(|_| !rounds_to_nothing(amount("maxUnavailable"), pods))
        {
            Some(value) => {
                (rolling.key("maxUnavailable"), format!("maxUnavailable becomes {}", shown_value(value)))
            }
            // It rounds down to no pod, and with no pod more either a rollout could not begin: Kubernetes takes one.
            None => (
                rolling.key("maxSurge"),
                "maxSurge becomes 0, so that maxUnavailable, which rounds down to 0, counts as 1".to_owned(),
            ),
        };
        let why = match pods {
            1 => format!("{what}: a rollout may stop the only pod before the next is ready."),
            _ => format!("{what}: a rollout may stop all {pods} pods at once."),
        };
        (path, why)
    })
}

fn rounds_to_nothing(amount: Option<Amount>, pods: i64) -> bool {
    amount.is_some_and(|amount| amount.of_pods_down(pods) == 0)
}
