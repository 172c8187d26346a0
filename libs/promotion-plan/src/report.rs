//! The plan as it is shown: every place in its list, with redacted values.

use std::collections::BTreeMap;
use std::sync::Arc;

use kube_model::{Object, Path, Redactor, lists};
use serde_json::Value;

use crate::after::value_after;
use crate::decide::{Decision, Verdict};
use crate::pairing::Pair;
use crate::places;
use crate::plan::{Plan, PlanItem};
use crate::planner::{Planner, Settled};
use crate::set::set;

/// The plan, from what was decided and what was written.
pub(crate) fn plan(planner: &Planner<'_, '_>, settled: Settled, target_name: &str) -> Plan {
    let mut lists: BTreeMap<u8, Vec<PlanItem>> = BTreeMap::new();
    for (pair, decisions) in
        planner.pairs.iter().zip(&planner.decisions).filter(|(_, decisions)| !decisions.is_empty())
    {
        let shown = Shown::of(pair, decisions, planner.request.redactor);
        let substituted = Shown::substituted(planner, pair, decisions);
        for decision in decisions {
            let shown = if decision.variables.is_empty() { &shown } else { &substituted };
            lists.entry(decision.verdict as u8).or_default().push(item(planner, shown, decision));
        }
    }
    let mut list = |verdict: Verdict| {
        let mut items = lists.remove(&(verdict as u8)).unwrap_or_default();
        items.sort_by(|a, b| a.place.cmp(&b.place));
        items
    };
    let mut plan = Plan {
        carried: list(Verdict::Carried),
        kept: list(Verdict::Kept),
        pending: list(Verdict::Pending),
        candidates: list(Verdict::Candidate),
        blocked: list(Verdict::Blocked),
        edits: settled.edits,
        notes: Vec::new(),
        after: settled.after,
    };
    plan.notes = notes(planner, &plan, target_name);
    if !plan.edits.is_empty() {
        plan.notes.extend(planner.renames());
    }
    plan
}

fn item(planner: &Planner<'_, '_>, shown: &Shown, decision: &Decision) -> PlanItem {
    let place = decision.differing.place.clone();
    let at = |value: &Option<Arc<Value>>| {
        value
            .as_ref()
            .and_then(|value| place.path.get(place.object.schema(), value))
            .map(std::borrow::Cow::into_owned)
    };
    let is_order =
        decision.differing.target.as_ref().is_some_and(|order| lists::is_order(&place.path, order));
    let (before, after) = match is_order {
        // Names of containers are shown as they are; the containers themselves are places of their own.
        true => (decision.differing.target.clone(), decision.differing.source.clone()),
        false => {
            (at(&shown.target), if decision.is_carried() { at(&shown.after) } else { at(&shown.source) })
        }
    };
    PlanItem {
        label: planner.labels.label(&place),
        before,
        after,
        reason: decision.reason.clone(),
        source_changed: decision
            .differing
            .base_known
            .then(|| decision.differing.source != decision.differing.base),
        taken: decision.taken,
        place,
    }
}

fn notes(planner: &Planner<'_, '_>, plan: &Plan, target_name: &str) -> Vec<String> {
    let already = planner.pairs.iter().map(already_there).sum::<usize>();
    let open = [&plan.carried, &plan.pending, &plan.candidates, &plan.blocked];
    if !open.iter().all(|list| list.is_empty()) {
        let places = if already == 1 { "1 place" } else { &format!("{already} places") };
        let note = format!(
            "of what the source changed since the last promotion, {places} stood in {target_name} already"
        );
        return if already > 0 { vec![note] } else { Vec::new() };
    }
    match already > 0 && plan.kept.iter().all(|item| item.source_changed == Some(false)) {
        true => {
            vec![format!("what the source changed since the last promotion is already in {target_name}")]
        }
        false => vec![format!("there is nothing to carry over to {target_name}")],
    }
}

/// How many places the source has changed since the base that are in the target as in the source.
fn already_there(pair: &Pair<'_>) -> usize {
    let value = |object: Option<&Object>| object.map(|object| object.value.clone());
    let (base, source, target) = (value(pair.base.as_ref()), value(pair.source.as_ref()), value(pair.target));
    if !pair.base_known_at(&Path::root()) || base == source {
        return 0;
    }
    match (&base, &source, &target) {
        (Some(base), Some(source), Some(target)) => {
            let schema = pair.key.schema();
            let is_there = |path: &Path| path.get(schema, source) == path.get(schema, target);
            let changed = places::merged(diff_engine::compare(schema, base, source));
            changed.filter(|one| is_there(&one.path)).count()
        }
        _ => usize::from(source == target),
    }
}

/// The redacted values of one object on each side.
struct Shown {
    target: Option<Arc<Value>>,
    source: Option<Arc<Value>>,
    after: Option<Arc<Value>>,
}

impl Shown {
    /// The values with what stands for `${NAME}` put in: what is carried becomes the source's.
    fn substituted(planner: &Planner<'_, '_>, pair: &Pair<'_>, decisions: &[Decision]) -> Self {
        let is_needed = decisions.iter().any(|decision| !decision.variables.is_empty());
        let both = planner.substituted.as_ref().filter(|_| is_needed).map(|all| all.both(pair));
        let (target, source) = both.unwrap_or_default();
        let redact =
            |object: Option<Object>| object.map(|object| planner.request.redactor.redact(&object).value);
        let after = target.clone().map(|mut object| {
            let carried = decisions.iter().filter(|one| one.is_carried() && !one.variables.is_empty());
            for decision in carried {
                let (schema, value) = (pair.key.schema(), Arc::make_mut(&mut object.value));
                set(schema, value, None, &decision.differing.place.path, decision.becomes.as_ref());
            }
            object
        });
        Self { target: redact(target), after: redact(after), source: redact(source) }
    }

    fn of(pair: &Pair<'_>, decisions: &[Decision], redactor: &Redactor) -> Self {
        let redact = |object: &Object| redactor.redact(object).value;
        let template = pair.target.or(pair.source.as_ref());
        // Only what is carried is shown as it will be.
        let carries = decisions.iter().any(Decision::is_carried);
        let after = carries.then(|| value_after(pair, decisions)).flatten().zip(template);
        Self {
            target: pair.target.map(redact),
            source: pair.source.as_ref().map(redact),
            after: after.map(|(value, template)| redact(&Object { value, ..template.clone() })),
        }
    }
}
