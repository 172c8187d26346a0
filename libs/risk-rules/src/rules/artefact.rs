//! Whether what is promoted is what ran well at the source.

use kube_model::image::ImageRef;
use kube_model::{Object, Segment, shown};
use serde_json::Value;

use crate::Impact::Harm;
use crate::level::Risk;
use crate::model::{Change, Workload};
use crate::rule::{Check, Group, Hit, Missing, Rule};
use crate::{Facts, Level, PlanFacts, PlanItem};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "artefact-differs",
        group: Group::Promotion,
        title: "The target gets another image than the one that the source has",
        levels: [Level::Medium, Level::Medium],
        source: "https://cloud.google.com/architecture/devops/devops-tech-deployment-automation",
        remedy: "Carry the digest with the tag: what was tried at the source is that build.",
        fires: "the tag goes to `2.5.0`, the digest stays that of `2.4.1`",
        near_miss: "tag and digest are the source's, from the target's own registry",
        equivalents: &[],
        check: Check::Plan(another_artefact),
    },
    Rule {
        id: "artefact-not-proven",
        group: Group::Promotion,
        title: "An image is promoted that does not run at the source, or not well",
        levels: [Level::High, Level::High],
        source: "https://cloud.google.com/architecture/devops/devops-tech-deployment-automation",
        remedy: "Wait until the source runs it and is well, then promote.",
        fires: "staging's files say `2.5.0`, its pods still run `2.4.9`; or they run it and restart",
        near_miss: "staging runs `2.5.0`, and all its pods are ready",
        equivalents: &[],
        check: Check::Facts(Missing::SourceLive, artefact_not_proven),
    },
];

/// The images that are carried, with the source's.
fn images(plan: &PlanFacts) -> impl Iterator<Item = (&PlanItem, &str)> {
    plan.carried.iter().filter_map(|item| {
        let is_image = item.place.path.segments().last() == Some(&Segment::Key("image".to_owned()));
        is_image.then_some((item, item.after.as_ref()?.as_str()?))
    })
}

fn another_artefact(change: &Change<'_>, plan: &PlanFacts) -> Result<Vec<Hit>, Missing> {
    let hits = images(plan).filter_map(|(item, of_source)| {
        let workload = change.after.workload(&item.place.object)?;
        // Of several under one name nobody knows which one is meant.
        if workload.object.at(&["metadata", "generateName"]).is_some() {
            return None;
        }
        let [.., Segment::Item(fields), Segment::Key(_)] = item.place.path.segments() else { return None };
        let container = workload.container(&fields.first()?.1)?;
        let is = Some(container).filter(|one| one.path_of(&["image"]) == item.place.path)?.image()?;
        let (source, target) = (ImageRef::parse(of_source), ImageRef::parse(is));
        let is_same = match (source.digest, target.digest) {
            (Some(source), Some(target)) => source == target,
            // A digest of its own pins the target to some build, and nobody knows whether it is the source's.
            (None, Some(_)) => false,
            (_, None) => source.tag == target.tag,
        };
        let message = format!(
            "The source has {}, the target gets {}: it is not what was tried there.",
            shown(of_source),
            shown(is)
        );
        let hit = Hit::new(Harm.possible(), workload.object, item.place.path.clone(), message);
        (!is_same).then(|| hit.before(Some(of_source)).after(Some(is)))
    });
    Ok(hits.collect())
}

fn artefact_not_proven(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    let Some(plan) = &facts.plan else { return Ok(Vec::new()) };
    let mut hits = Vec::new();
    for (item, image) in images(plan) {
        let live = facts.source_live.as_ref().ok_or(Missing::SourceLive)?;
        let Some(object) = change.after.object(&item.place.object) else { continue };
        let Some((risk, why)) = doubt(live, item, image) else { continue };
        let hit = Hit::new(risk, object, item.place.path.clone(), why);
        hits.push(hit.values(item.before.as_ref(), item.after.as_ref()));
    }
    Ok(hits)
}

/// Why it is not proven that an image runs well at the source.
fn doubt(live: &[Object], item: &PlanItem, image: &str) -> Option<(Risk, String)> {
    let key = &item.place.object;
    let runs = |object: &&Object| has_image(object, image);
    let of_kind: Vec<&Object> = live.iter().filter(|object| object.key.kind == key.kind).collect();
    let its = of_kind.iter().find(|object| object.key.name == key.name && runs(object));
    let Some(workload) = its.or_else(|| of_kind.iter().find(|object| runs(object))) else {
        let instead = of_kind
            .iter()
            .find(|object| object.key.name == key.name)
            .and_then(|object| instead_of(object, image));
        let what = instead.map(|image| format!(": it runs {}", shown(image))).unwrap_or_default();
        return Some((Harm.likely(), format!("{} does not run at the source{what}.", shown(image))));
    };
    let why = unready(workload).or_else(|| restarting(live, workload, image))?;
    Some((Harm.likely(), format!("{} is not well at the source: {why}.", shown(image))))
}

fn has_image(object: &Object, image: &str) -> bool {
    let wanted = ImageRef::parse(image);
    images_of(object).any(|runs| {
        let runs = ImageRef::parse(runs);
        runs.name() == wanted.name() && runs.same_version(&wanted)
    })
}

fn instead_of<'o>(object: &'o Object, image: &str) -> Option<&'o str> {
    images_of(object).find(|runs| ImageRef::parse(runs).name() == ImageRef::parse(image).name())
}

fn images_of(object: &Object) -> impl Iterator<Item = &str> {
    let workload = Workload::of(object);
    workload.into_iter().flat_map(|workload| workload.containers).filter_map(|container| container.image())
}

/// What a workload's status says against it (Kubernetes documentation, "Deployment status", "Complete Deployment").
fn unready(workload: &Object) -> Option<String> {
    let number = |keys: &[&str]| workload.at(keys).and_then(Value::as_u64);
    let wanted = number(&["status", "replicas"]).max(number(&["spec", "replicas"]));
    match workload.key.kind.as_str() {
        "Deployment" | "StatefulSet" => {
            let wanted = wanted?;
            let updated = number(&["status", "updatedReplicas"]).unwrap_or(0);
            let ready = number(&["status", "readyReplicas"]).unwrap_or(0);
            let is_seen = number(&["status", "observedGeneration"]) >= number(&["metadata", "generation"]);
            match (is_seen, updated < wanted, ready < wanted) {
                (false, ..) => Some("its rollout has not begun".to_owned()),
                (true, true, _) => Some(format!("its rollout is at {updated} of {wanted} pods")),
                (true, false, true) => Some(format!("{ready} of {wanted} pods are ready")),
                (true, false, false) => None,
            }
        }
        "DaemonSet" => {
            let wanted = number(&["status", "desiredNumberScheduled"])?;
            let ready = number(&["status", "numberReady"]).unwrap_or(0);
            (ready < wanted).then(|| format!("{ready} of {wanted} pods are ready"))
        }
        _ => None,
    }
}

/// More restarts than a start takes at times while what it needs comes up.
const RESTARTS: u64 = 3;

/// The pods of the image in the workload's namespace that restart, where pods are known.
fn restarting(live: &[Object], workload: &Object, image: &str) -> Option<String> {
    let pods = live
        .iter()
        .filter(|object| object.key.kind == "Pod" && object.key.namespace == workload.key.namespace);
    let mut most = None;
    for pod in pods.filter(|pod| has_image(pod, image)) {
        let statuses = pod.at(&["status", "containerStatuses"]).and_then(Value::as_array);
        for status in statuses.into_iter().flatten() {
            let restarts = status.get("restartCount").and_then(Value::as_u64).unwrap_or(0);
            most = most.max((restarts >= RESTARTS).then_some((restarts, pod.key.name.as_str())));
        }
    }
    most.map(|(restarts, pod)| format!("pod {} was restarted {restarts} times", shown(pod)))
}
