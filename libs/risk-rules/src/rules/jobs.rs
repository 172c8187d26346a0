//! Jobs that go when they are done.

use kube_model::{Path, shown_value};

use super::hooks::{is_hook, kept};
use crate::Impact::Safeguard;
use crate::Level;
use crate::model::Change;
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "finished-job-runs-again",
    group: Group::Rollout,
    title: "A Job may be gone by its time to live, and then runs again",
    levels: [Level::Medium, Level::Medium],
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/",
    remedy: "Make sure that the work may be done twice, make it a hook, or leave ttlSecondsAfterFinished out.",
    fires: "a Job with `ttlSecondsAfterFinished: 600` gets a label, or gets that field",
    near_miss: "the Job stays as it is; it has no time to live; it is a hook, which runs each time",
    equivalents: &[],
    check: Check::States(runs_again),
}];

/// Where a Job says how many seconds after its end it is deleted.
pub(super) const TIME_TO_LIVE: [&str; 2] = ["spec", "ttlSecondsAfterFinished"];

fn runs_again(change: &Change<'_>) -> Vec<Hit> {
    let changed = kept(change, "Job").filter(|(before, after)| before.value != after.value);
    let hits = changed.filter(|(before, after)| !is_hook(before) && !is_hook(after)).filter_map(|(before, after)| {
        let (was, is) = (before.at(&TIME_TO_LIVE), after.at(&TIME_TO_LIVE));
        let seconds = was.or(is).filter(|seconds| !seconds.is_null())?;
        let message = format!(
            "It is deleted {} s after it is done (ttlSecondsAfterFinished), and what is gone is made anew when it is applied: \
             it runs again.",
            shown_value(seconds)
        );
        Some(Hit::new(Safeguard.likely(), after, Path::keys(TIME_TO_LIVE), message).values(was, is))
    });
    hits.collect()
}
