//! Where in a volume programs look for their data.

use std::collections::BTreeMap;

use kube_model::{Segment, shown};
use serde_json::Value;

use crate::Impact::Harm;
use crate::Level;
use crate::level::Risk;
use crate::model::{Change, Container, Workload, items, text};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "data-directory-moved",
        group: Group::Data,
        title: "A program looks for its data where its volume is not, or in another directory of it",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/concepts/storage/volumes/#how-volumes-work",
        remedy: "Keep mount and directory together, or copy the data before the program starts without it.",
        fires: "`PGDATA: /data/pg` becomes `/var/lib/pg`, and the claim is mounted at `/data`",
        near_miss: "the claim and PGDATA move together",
        equivalents: &[],
        check: Check::States(directory_moved),
    },
    Rule {
        id: "volume-group-dropped",
        group: Group::Data,
        title: "The files of a volume are no longer given to the group of the pods",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-the-security-context-for-a-pod",
        remedy: "Keep fsGroup where a process that is not root writes to the volume.",
        fires: "`fsGroup: 999` is removed from pods with a claim",
        near_miss: "the pods mount no claim",
        equivalents: &[],
        check: Check::States(group_dropped),
    },
];

/// Where a container mounts a claim, and which directory of it.
#[derive(PartialEq)]
struct Mount<'a> {
    place: &'a str,
    claim: &'a str,
    within: Option<&'a str>,
}

impl<'a> Mount<'a> {
    /// The rest of a path below the mount.
    fn below<'p>(&self, path: &'p str) -> Option<&'p str> {
        let rest = path.strip_prefix(self.place)?;
        (rest.is_empty() || rest.starts_with('/') || self.place.is_empty()).then(|| rest.trim_matches('/'))
    }
}

fn mounts<'a>(claims: &BTreeMap<&'a str, &'a str>, container: &Container<'a>) -> Vec<Mount<'a>> {
    items(container.value.get("volumeMounts"))
        .filter_map(|mount| {
            let claim = *claims.get(text(mount, "name")?)?;
            let within = text(mount, "subPath").or_else(|| text(mount, "subPathExpr"));
            Some(Mount { place: text(mount, "mountPath")?.trim_end_matches('/'), claim, within })
        })
        .collect()
}

/// The paths that variables of a container name.
fn directories<'a>(container: &Container<'a>) -> BTreeMap<&'a str, &'a str> {
    let variables = items(container.value.get("env"));
    variables
        .filter_map(|variable| Some((text(variable, "name")?, text(variable, "value")?)))
        .filter(|(_, value)| value.starts_with('/') && !value.contains([':', ',', ' ', '$']))
        .collect()
}

/// Whether a container is told a path in its variables, arguments or command.
fn is_told(container: &Container<'_>, path: &str) -> bool {
    let values = items(container.value.get("env")).filter_map(|variable| text(variable, "value"));
    let words = ["command", "args"].into_iter().flat_map(|field| items(container.value.get(field)));
    values.chain(words.filter_map(Value::as_str)).any(|text| text.contains(path))
}

fn directory_moved(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before_workload, after_workload) in change.workloads() {
        let claims = [before_workload.claims(), after_workload.claims()];
        if claims[0].is_empty() {
            continue;
        }
        for after in &after_workload.containers {
            let Some(before) = before_workload.container(after.name) else { continue };
            let (was, is) = (mounts(&claims[0], before), mounts(&claims[1], after));
            let by_variables = by_variables(after_workload, [before, after], &was, &is);
            match by_variables.is_empty() {
                true => hits.extend(by_mounts(after_workload, after, &was, &is)),
                false => hits.extend(by_variables),
            }
        }
    }
    hits
}

/// The variables that named a directory of a claim, and name another place now.
fn by_variables(
    workload: &Workload<'_>,
    [before, after]: [&Container<'_>; 2],
    was: &[Mount<'_>],
    is: &[Mount<'_>],
) -> Vec<Hit> {
    let earlier = directories(before);
    let mut hits = Vec::new();
    for (name, path) in directories(after) {
        let Some(old) = earlier.get(name) else { continue };
        let Some((mount, rest)) = was.iter().find_map(|mount| Some((mount, mount.below(old)?))) else {
            continue;
        };
        let found = is.iter().find_map(|mount| Some((mount, mount.below(path)?)));
        let same = found.as_ref().is_some_and(|(now, below)| {
            now.claim == mount.claim && *below == rest && now.within == mount.within
        });
        // A claim that is not mounted any more is told by `data-left-behind`.
        if same || !is.iter().any(|now| now.claim == mount.claim) {
            continue;
        }
        let (risk, where_to): (Risk, String) = match found {
            Some((now, _)) if now.claim == mount.claim => {
                (Harm.possible(), format!("another directory of the claim {}", shown(now.claim)))
            }
            Some((now, _)) => (Harm.likely(), format!("the claim {}", shown(now.claim))),
            None => (Harm.likely(), "no volume".to_owned()),
        };
        let message = format!(
            "{} of {} is {}, which is {where_to}, where it was a directory of the claim {}: it starts without that data.",
            shown(name),
            after.named(),
            shown(path),
            shown(mount.claim)
        );
        let item = Segment::Item(vec![("name".to_owned(), name.to_owned())]);
        let place = after.path.key("env").join(item).key("value");
        hits.push(Hit::new(risk, workload.object, place, message).before(Some(*old)).after(Some(path)));
    }
    hits
}

/// The claims that are mounted elsewhere, or by another directory of theirs, and of which no variable tells.
fn by_mounts(
    workload: &Workload<'_>,
    after: &Container<'_>,
    was: &[Mount<'_>],
    is: &[Mount<'_>],
) -> Vec<Hit> {
    let mut hits = Vec::new();
    for old in was.iter().filter(|old| !is.contains(old)) {
        let here = is.iter().find(|now| now.claim == old.claim && now.place == old.place);
        let Some(now) = here.or_else(|| is.iter().find(|now| now.claim == old.claim)) else { continue };
        let (claim, name) = (shown(old.claim), after.named());
        let (risk, message, values) = if now.place == old.place {
            let message =
                format!("The {name} finds another directory of the claim {claim} at {}.", shown(old.place));
            (Harm.possible(), message, (old.within, now.within))
        } else {
            let places = format!(
                "The claim {claim} is mounted at {} instead of {}",
                shown(now.place),
                shown(old.place)
            );
            let values = (Some(old.place), Some(now.place));
            match (is_told(after, old.place), is_told(after, now.place)) {
                (true, _) => (
                    Harm.likely(),
                    format!("{places}, where the {name} is still told to look: it starts without its data."),
                    values,
                ),
                (false, true) => continue,
                (false, false) => (
                    Harm.possible(),
                    format!("{places}, and nothing in the manifest tells the {name}."),
                    values,
                ),
            }
        };
        let hit = Hit::new(risk, workload.object, after.path_of(&["volumeMounts"]), message);
        hits.push(hit.before(values.0).after(values.1));
    }
    hits
}

fn group_dropped(change: &Change<'_>) -> Vec<Hit> {
    let group = |workload: &Workload<'_>| {
        let context = workload.pod.get("securityContext").and_then(|context| context.get("fsGroup"));
        context.filter(|group| !group.is_null()).cloned()
    };
    let mut hits = Vec::new();
    for (before, after) in change.workloads() {
        let (Some(was), None) = (group(before), group(after)) else { continue };
        let claims = after.claims();
        let Some((_, claim)) = claims.first_key_value() else { continue };
        let message = format!(
            "fsGroup {} is gone: who is not root in these pods may not write to the claim {} any more.",
            kube_model::shown_value(&was),
            shown(claim)
        );
        let path = after.path.key("securityContext").key("fsGroup");
        hits.push(Hit::new(Harm.possible(), after.object, path, message).before(Some(was)));
    }
    hits
}
