//! The plan, from pairing to the edit.

use std::collections::{BTreeMap, BTreeSet};

use kube_model::{Object, Path, Place, PlacePattern, Redactor, Segment, State, lists, yaml::Limits};
use serde::Serialize;
use serde_json::Value;

use crate::decide::{Decision, Grounds, SECRET_EDIT, Verdict};
use crate::edits::{self, Becoming, FileEdit};
use crate::environment::{Environment, Foreign};
use crate::label::Labels;
use crate::pairing::{self, Pair};
use crate::references;
use crate::selection::Selection;
use crate::set::set;
use crate::{coupled, places, removals};

/// What a plan is made from. Nothing else goes in: the same request gives the same plan.
#[derive(Debug)]
pub struct Request<'a> {
    /// The source: where the changes are.
    pub source: &'a State,
    /// The target: what is to be edited.
    pub target: &'a State,
    /// The source as it stood at the last promotion; none if nobody knows.
    pub base: Option<&'a State>,
    /// The source's environment.
    pub source_environment: Environment,
    /// The target's environment.
    pub target_environment: Environment,
    /// The application's `promote:` rules.
    pub promote: Vec<PlacePattern>,
    /// The application's `keep:` rules.
    pub keep: Vec<PlacePattern>,
    /// What a person decided about single places.
    pub selection: Selection,
    /// Replaces secrets in what the plan shows.
    pub redactor: &'a Redactor,
    /// The limits under which the edited files are read again.
    pub limits: &'a Limits,
}

/// A plan. Every place in which source and target differ is in exactly one of the lists; each is sorted by kind,
/// namespace, name, path.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// What the edit carries over.
    pub carried: Vec<PlanItem>,
    /// What stays as the target has it.
    pub kept: Vec<PlanItem>,
    /// What was declined or refused, and waits.
    pub pending: Vec<PlanItem>,
    /// What goes over if somebody takes it.
    pub candidates: Vec<PlanItem>,
    /// What has to be settled before the plan can be approved.
    pub blocked: Vec<PlanItem>,
    /// What becomes of the target's files.
    pub edits: Vec<FileEdit>,
    /// What a reader should know about the plan as a whole.
    pub notes: Vec<String>,
    /// The target after the edit, as it is read again; not redacted.
    #[serde(skip)]
    pub after: State,
}

/// One place of a plan. Values are redacted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanItem {
    /// Where, in the shortest form that means one place (`Deployment/web:spec.replicas`).
    #[serde(rename = "place")]
    pub label: String,
    /// Where.
    #[serde(skip)]
    pub place: Place,
    /// What the target has; null if nothing.
    pub before: Option<Value>,
    /// What the target will have if the place is carried, else what the source has; null if nothing.
    pub after: Option<Value>,
    /// Why.
    pub reason: String,
    /// Whether the source has changed it since the last promotion; null if the base is not known.
    pub source_changed: Option<bool>,
}

/// Why no plan can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A person named a place in which nothing differs.
    #[error("{pattern} names no place in which the two differ{}", near(.similar))]
    PlaceUnknown {
        /// What was named.
        pattern: String,
        /// Places of the same object.
        similar: Vec<String>,
    },
}

fn near(similar: &[String]) -> String {
    match similar {
        [] => String::new(),
        some => format!("; of that object there are: {}", some.join(", ")),
    }
}

impl PlanError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::PlaceUnknown { .. } => "PLAN_PLACE_UNKNOWN",
        }
    }
}

/// Makes the plan.
///
/// # Errors
/// When a person named a place in which nothing differs.
pub fn plan(request: &Request<'_>) -> Result<Plan, PlanError> {
    let source = (request.source, &request.source_environment);
    let target = (request.target, &request.target_environment);
    let pairs = pairing::pair(source, target, request.base);
    let labels = Labels::of(pairs.iter().map(|pair| &pair.key));
    let foreign = Foreign::of(source, target, request.base.is_some());
    let name =
        |environment: &Environment, otherwise: &str| environment.name.clone().unwrap_or(otherwise.to_owned());
    let (source_name, target_name) =
        (name(&request.source_environment, "the source"), name(&request.target_environment, "the target"));
    let grounds = Grounds {
        base_known: request.base.is_some(),
        foreign: &foreign,
        promote: &request.promote,
        keep: &request.keep,
        selection: &request.selection,
        source_name: &source_name,
        target_name: &target_name,
    };
    let mut planner = Planner { request, pairs: &pairs, labels: &labels, decisions: Vec::new() };
    planner.decide(&grounds);
    planner.check_selection()?;
    planner.refuse_secrets(&grounds);
    planner.decline(&grounds);
    let edited = planner.settle();
    Ok(planner.finish(edited, &target_name))
}

struct Planner<'r, 'a> {
    request: &'r Request<'a>,
    pairs: &'r [Pair<'a>],
    labels: &'r Labels,
    /// For each pair, its decisions.
    decisions: Vec<Vec<Decision>>,
}

impl Planner<'_, '_> {
    fn decide(&mut self, grounds: &Grounds<'_>) {
        let rules = grounds.promote.iter().chain(grounds.keep);
        let patterns: Vec<&PlacePattern> = rules.chain(grounds.selection.patterns()).collect();
        for pair in self.pairs {
            let places = places::places_of(pair, grounds.base_known, &patterns);
            self.decisions
                .push(places.into_iter().map(|differing| grounds.decide(pair, differing)).collect());
        }
    }

    fn check_selection(&self) -> Result<(), PlanError> {
        let places: Vec<&Place> =
            self.decisions.iter().flatten().map(|decision| &decision.differing.place).collect();
        for pattern in self.request.selection.patterns() {
            if !places.iter().any(|place| pattern.covers(place)) {
                let of_object = places.iter().filter(|place| pattern.object.matches(&place.object));
                let similar = of_object.map(|place| self.labels.label(place)).take(5).collect();
                return Err(PlanError::PlaceUnknown { pattern: pattern.to_string(), similar });
            }
        }
        Ok(())
    }

    /// An edit that would write a secret is refused alone.
    fn refuse_secrets(&mut self, grounds: &Grounds<'_>) {
        for (pair, decisions) in self.pairs.iter().zip(&mut self.decisions) {
            let Some(source) = &pair.source else { continue };
            let redacted = self.request.redactor.redact(source);
            for decision in decisions.iter_mut().filter(|decision| decision.verdict == Verdict::Carried) {
                let path = &decision.differing.place.path;
                if path.get(&pair.key.kind, &redacted.value) != path.get(&pair.key.kind, &source.value) {
                    let verdict = if grounds.base_known { Verdict::Pending } else { Verdict::Candidate };
                    decision.change(verdict, SECRET_EDIT.to_owned());
                }
            }
        }
    }

    /// What a person declined waits, and blocks nothing.
    fn decline(&mut self, grounds: &Grounds<'_>) {
        for decision in self.decisions.iter_mut().flatten() {
            let open = matches!(decision.verdict, Verdict::Carried | Verdict::Blocked);
            if let Some(reason) =
                grounds.selection.declines(&decision.differing.place).filter(|_| open && !decision.taken)
            {
                let verdict = if grounds.base_known { Verdict::Pending } else { Verdict::Candidate };
                decision.change(verdict, reason.to_owned());
            }
        }
    }

    /// What is decided about one place may block another, so this goes on until nothing more is blocked.
    fn settle(&mut self) -> edits::Edited {
        loop {
            self.decisions.iter_mut().for_each(|decisions| coupled::settle(decisions));
            if self.block_what_lacks_something() || self.block_removals() {
                continue;
            }
            let becoming = self.becoming();
            match edits::write(self.request.source, self.request.target, &becoming, self.request.limits) {
                Ok(edited) => return edited,
                Err(refused) => self.block_edits(&refused),
            }
        }
    }

    fn block_edits(&mut self, refused: &edits::Refused) {
        let carried =
            self.decisions.iter_mut().flatten().filter(|decision| decision.verdict == Verdict::Carried);
        for decision in carried.filter(|decision| refused.objects.contains(&decision.differing.place.object))
        {
            let reason = format!("PLAN_EDIT_REFUSED: {}; edit it by hand", refused.why);
            decision.change(Verdict::Blocked, reason);
        }
    }

    /// Added references have to resolve in the target. A Secret may have been made by hand, so one that the
    /// target's workloads name already counts; of the rest only what the source's own files bring is known to
    /// be missing.
    fn block_what_lacks_something(&mut self) -> bool {
        let after = self.objects_after();
        let after: Vec<&Object> = after.iter().collect();
        let named: BTreeSet<references::Need> =
            self.request.target.objects.iter().flat_map(|object| references::needs(&object.value)).collect();
        let brought: Vec<&Object> = self.pairs.iter().filter_map(|pair| pair.source.as_ref()).collect();
        let target_name = self.request.target_environment.name.as_deref().unwrap_or("the target");
        let mut blocked = false;
        for (pair, decisions) in self.pairs.iter().zip(&mut self.decisions) {
            let had = pair.target.map(|object| references::needs(&object.value)).unwrap_or_default();
            for decision in decisions.iter_mut().filter(|d| d.verdict == Verdict::Carried && !d.taken) {
                let place = &decision.differing.place;
                let Some(value) = decision.becomes.as_ref().map(|value| framed(place, value)) else {
                    continue;
                };
                let missing = references::needs(&value).into_iter().find(|need| {
                    let known_missing = need.kind == "Secret" || references::is_given(need, &brought);
                    !had.contains(need)
                        && !named.contains(need)
                        && known_missing
                        && !references::is_given(need, &after)
                });
                if let Some(need) = missing {
                    let key = need.key.map(|key| format!(" with the key {key}")).unwrap_or_default();
                    let reason = format!(
                        "it needs {} {}{key}, which {target_name} does not have",
                        need.kind, need.name
                    );
                    decision.change(Verdict::Blocked, reason);
                    blocked = true;
                }
            }
        }
        blocked
    }

    fn block_removals(&mut self) -> bool {
        let after = self.objects_after();
        let after: Vec<&Object> = after.iter().collect();
        let mut all: Vec<Decision> = Vec::new();
        self.decisions.iter().for_each(|decisions| all.extend(decisions.iter().cloned()));
        removals::block_what_is_needed(&mut all, &after, &self.request.target.objects);
        let mut changed = false;
        for (decision, new) in self.decisions.iter_mut().flatten().zip(all) {
            changed |= decision.verdict != new.verdict;
            *decision = new;
        }
        changed
    }

    /// The target's objects as they would be with everything that is carried now.
    fn objects_after(&self) -> Vec<Object> {
        let mut objects = Vec::with_capacity(self.pairs.len());
        for (pair, decisions) in self.pairs.iter().zip(&self.decisions) {
            let template = pair.target.or(pair.source.as_ref());
            if let (Some(value), Some(template)) = (value_after(pair, decisions), template) {
                objects.push(Object { value, ..template.clone() });
            }
        }
        objects
    }

    fn becoming(&self) -> Vec<Becoming<'_, '_>> {
        let carries = |decisions: &&Vec<Decision>| decisions.iter().any(|d| d.verdict == Verdict::Carried);
        let changing = self.pairs.iter().zip(&self.decisions).filter(|(_, decisions)| carries(decisions));
        changing.map(|(pair, decisions)| Becoming { pair, value: value_after(pair, decisions) }).collect()
    }

    fn finish(&self, edited: edits::Edited, target_name: &str) -> Plan {
        let mut lists: BTreeMap<u8, Vec<PlanItem>> = BTreeMap::new();
        for (pair, decisions) in
            self.pairs.iter().zip(&self.decisions).filter(|(_, decisions)| !decisions.is_empty())
        {
            let shown = Shown::of(pair, decisions, self.request.redactor);
            for decision in decisions {
                lists.entry(decision.verdict as u8).or_default().push(self.item(&shown, decision));
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
            edits: edited.edits,
            notes: Vec::new(),
            after: edited.after,
        };
        plan.notes = self.notes(&plan, target_name);
        plan
    }

    fn item(&self, shown: &Shown, decision: &Decision) -> PlanItem {
        let place = decision.differing.place.clone();
        let at = |value: &Option<Value>| {
            value
                .as_ref()
                .and_then(|value| place.path.get(&place.object.kind, value))
                .map(std::borrow::Cow::into_owned)
        };
        let carried = decision.verdict == Verdict::Carried;
        let base_known = self.request.base.is_some();
        PlanItem {
            label: self.labels.label(&place),
            before: at(&shown.target),
            after: if carried { at(&shown.after) } else { at(&shown.source) },
            reason: decision.reason.clone(),
            source_changed: base_known.then(|| decision.differing.source != decision.differing.base),
            place,
        }
    }

    fn notes(&self, plan: &Plan, target_name: &str) -> Vec<String> {
        let open = [&plan.carried, &plan.pending, &plan.candidates, &plan.blocked];
        if !open.iter().all(|list| list.is_empty()) {
            return Vec::new();
        }
        let moved = self.pairs.iter().any(|pair| {
            self.request.base.is_some()
                && pair.source.as_ref().map(|o| &o.value) != pair.base.as_ref().map(|o| &o.value)
        });
        match moved && plan.kept.iter().all(|item| item.source_changed == Some(false)) {
            true => {
                vec![format!("what the source changed since the last promotion is already in {target_name}")]
            }
            false => vec![format!("there is nothing to carry over to {target_name}")],
        }
    }
}

/// A value as it stands in an object, so that the key that holds it is known (`secretKeyRef: …`).
fn framed(place: &Place, value: &Value) -> Value {
    match place.path.segments().last() {
        Some(Segment::Key(key)) => Value::Object([(key.clone(), value.clone())].into_iter().collect()),
        _ => value.clone(),
    }
}

impl Decision {
    pub(crate) fn change(&mut self, verdict: Verdict, reason: String) {
        self.verdict = verdict;
        self.reason = reason;
        self.becomes = None;
    }
}

/// What an object of the target is once the carried places are put in; none if it goes, or does not come.
fn value_after(pair: &Pair<'_>, decisions: &[Decision]) -> Option<Value> {
    let carried = |decision: &&Decision| decision.verdict == Verdict::Carried;
    let Some(target) = pair.target else {
        return decisions.iter().find(carried).and_then(|decision| decision.becomes.clone());
    };
    let mut value = target.value.clone();
    let source = pair.source.as_ref().map(|object| &object.value);
    let mut in_order: Vec<&Decision> = decisions.iter().filter(carried).collect();
    in_order
        .sort_by_cached_key(|decision| source_order(&pair.key.kind, &decision.differing.place.path, source));
    for decision in in_order {
        let path = &decision.differing.place.path;
        if path.is_root() {
            return decision.becomes.clone();
        }
        set(&pair.key.kind, &mut value, source, path, decision.becomes.as_ref());
    }
    Some(value)
}

/// The positions in the source's lists of what a path goes through: additions are made in that order.
fn source_order(kind: &str, path: &Path, source: Option<&Value>) -> Vec<usize> {
    let mut positions = Vec::new();
    for (depth, segment) in path.segments().iter().enumerate() {
        if matches!(segment, Segment::Key(_)) {
            continue;
        }
        let list: Path = path.segments()[..depth].iter().cloned().collect();
        let items = source.and_then(|source| list.get(kind, source));
        let position = items
            .as_deref()
            .and_then(Value::as_array)
            .and_then(|items| lists::index_of(kind, list.segments(), items, segment));
        positions.push(position.unwrap_or(usize::MAX));
    }
    positions
}

/// The redacted values of one object on each side.
struct Shown {
    target: Option<Value>,
    source: Option<Value>,
    after: Option<Value>,
}

impl Shown {
    fn of(pair: &Pair<'_>, decisions: &[Decision], redactor: &Redactor) -> Self {
        let redact = |object: &Object| redactor.redact(object).value;
        let template = pair.target.or(pair.source.as_ref());
        let after = value_after(pair, decisions).zip(template);
        Self {
            target: pair.target.map(redact),
            source: pair.source.as_ref().map(redact),
            after: after.map(|(value, template)| redact(&Object { value, ..template.clone() })),
        }
    }
}
