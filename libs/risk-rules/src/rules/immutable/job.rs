//! The number of completions of a Job.

use kube_model::{Object, Path};
use serde_json::Value;

use super::refused;
use crate::model::Change;
use crate::rule::Hit;
use crate::rules::hooks::kept;

const ELASTIC: &str = "https://kubernetes.io/docs/concepts/workloads/controllers/job/#elastic-indexed-jobs";

/// `spec.completions` stays as it is, but for Indexed Jobs, which scale it together with `spec.parallelism` to the
/// same number (Kubernetes documentation, "Jobs", "Elastic Indexed Jobs").
pub(super) fn completions_changed(change: &Change<'_>) -> Vec<Hit> {
    kept(change, "Job")
        .filter(|(before, after)| completions(before) != completions(after) && !is_elastic(after))
        // The API server keeps the 1 that it filled in where neither manifest has the field.
        .filter(|(before, after)| [before, after].iter().any(|job| number(job, "completions").is_some()))
        .map(|(before, after)| {
            let path = Path::root().key("spec").key("completions");
            let value = |object| Object::at(object, &["spec", "completions"]);
            refused((before, after), path, (value(before), value(after)), ELASTIC)
        })
        .collect()
}

fn number(job: &Object, field: &str) -> Option<i64> {
    job.at(&["spec", field]).and_then(Value::as_i64)
}

/// One where neither field is given; none where any number of pods may share the work.
fn completions(job: &Object) -> Option<i64> {
    let neither = number(job, "parallelism").is_none().then_some(1);
    number(job, "completions").or(neither)
}

fn is_elastic(job: &Object) -> bool {
    job.text(&["spec", "completionMode"]) == Some("Indexed")
        && completions(job) == Some(number(job, "parallelism").unwrap_or(1))
}
