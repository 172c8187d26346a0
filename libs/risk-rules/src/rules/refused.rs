//! Values that the API server refuses.

mod bounds;
mod pods;
mod schedules;
mod texts;

use std::collections::HashSet;

use kube_model::{Object, Path};
use serde_json::Value;

use crate::Impact::Harm;
use crate::Level;
use crate::model::{Change, View};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "value-refused",
    group: Group::Rollout,
    title: "A field has a value that the API server refuses",
    levels: [Level::High, Level::High],
    source: "https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run",
    remedy: "Correct the value; kubectl apply --dry-run=server says whether it is taken.",
    fires: "`minReplicas: 20` under `maxReplicas: 12`; a variable with `value: 60`, which is a number",
    near_miss: "both bounds are 12; `value: \"60\"`",
    equivalents: &[],
    check: Check::States(value_refused),
}];

/// A value that is refused, and by which document.
struct Refused {
    path: Path,
    value: Option<Value>,
    message: String,
    source: &'static str,
}

/// The field of a `spec`.
fn spec(field: &str) -> Path {
    Path::root().key("spec").key(field)
}

fn value_refused(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for after in change.after.objects() {
        let mut found = refused(&change.after, after);
        if found.is_empty() {
            continue;
        }
        let before = change.object_before(after);
        let earlier = before.map(|before| refused(&change.before, before)).unwrap_or_default();
        let earlier: HashSet<Path> = earlier.into_iter().map(|known| known.path).collect();
        found.retain(|one| !earlier.contains(&one.path));
        for Refused { path, value, message, source } in found {
            let was = before.and_then(|before| path.get(before.key.schema(), &before.value));
            let was = was.map(std::borrow::Cow::into_owned);
            let hit = Hit::new(Harm.certain(), after, path, message).before(was).after(value);
            hits.push(Hit { source: Some(source), ..hit });
        }
    }
    hits
}

fn refused(view: &View<'_>, object: &Object) -> Vec<Refused> {
    let mut found = bounds::refused(object);
    found.extend(schedules::refused(object));
    texts::add_refused(object, &mut found);
    if let Some(workload) = view.workload_of(object) {
        pods::add_refused(workload, &mut found);
    }
    found
}
