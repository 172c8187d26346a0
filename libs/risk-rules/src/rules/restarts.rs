//! Many workloads that restart at once.

use kube_model::{Path, shown_list};

use crate::Impact::Notice;
use crate::Level;
use crate::model::{Change, Workload};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "restarts-together",
    group: Group::Promotion,
    title: "Many workloads restart at once although their images stay",
    levels: [Level::Low, Level::Low],
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#updating-a-deployment",
    remedy: "Check that all of them are meant to restart; a common label or annotation may not belong into pod templates.",
    fires: "a new common label goes into the templates of six Deployments",
    near_miss: "six images change",
    equivalents: &[],
    check: Check::States(restarts_together),
}];

/// From so many on, and half of all that stay, it is seldom meant.
const MANY: usize = 5;

fn restarts_together(change: &Change<'_>) -> Vec<Hit> {
    let lasting = |workload: &Workload<'_>| {
        matches!(workload.object.key.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet" | "Rollout")
    };
    let kept: Vec<_> = change.workloads().filter(|(_, after)| lasting(after)).collect();
    let images = |workload: &Workload<'_>| -> Vec<_> {
        workload.containers.iter().map(|one| (one.name.to_owned(), one.image().map(str::to_owned))).collect()
    };
    let restarted: Vec<&Workload<'_>> = kept
        .iter()
        .filter(|(before, after)| before.template() != after.template() && images(before) == images(after))
        .map(|(_, after)| *after)
        .collect();
    let Some(first) =
        restarted.first().filter(|_| restarted.len() >= MANY && restarted.len() * 2 >= kept.len())
    else {
        return Vec::new();
    };
    let mut names: Vec<String> = restarted.iter().map(|workload| workload.named()).collect();
    names.sort_unstable();
    let message = format!(
        "{} workloads restart although their images stay: {}.",
        restarted.len(),
        shown_list(&names, 5)
    );
    vec![Hit::new(Notice.certain(), first.object, Path::root(), message)]
}
