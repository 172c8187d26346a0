//! A plan in the making: decisions, and what decisions about one place mean for another.

use std::borrow::Cow;
use std::collections::BTreeSet;

use kube_model::{Object, Place, PlacePattern, Segment, lists};
use serde_json::Value;

use crate::after::value_after;
use crate::decide::{Decision, Grounds, SECRET_EDIT, Verdict};
use crate::edits::{self, Becoming, Edited, FileEdit, Refused};
use crate::label::Labels;
use crate::layers;
use crate::pairing::Pair;
use crate::plan::{PlanError, Request};
use crate::pointers::Going;
use crate::references::Given;
use crate::variables::Substituted;
use crate::{coupled, mounts, places, references, removals};

/// A plan in the making.
pub(crate) struct Planner<'r, 'a> {
    pub(crate) request: &'r Request<'a>,
    pub(crate) pairs: &'r [Pair<'a>],
    pub(crate) labels: &'r Labels,
    /// What stands for `${NAME}`, where something does.
    pub(crate) substituted: Option<Substituted<'a>>,
    /// For each pair, its decisions.
    pub(crate) decisions: Vec<Vec<Decision>>,
    /// Pointers that go over with all that they bring.
    pub(crate) going: Vec<Going>,
}

/// What comes of the decisions: the edits, and the target after them.
pub(crate) struct Settled {
    pub(crate) edits: Vec<FileEdit>,
    pub(crate) after: Vec<Object>,
}

impl<'a> Planner<'_, 'a> {
    pub(crate) fn decide(&mut self, grounds: &Grounds<'_>) {
        let rules = grounds.promote.iter().chain(grounds.keep);
        let patterns: Vec<&PlacePattern> = rules.chain(grounds.selection.patterns()).collect();
        for pair in self.pairs {
            let places = places::places_of(pair, &patterns);
            let mut decisions: Vec<Decision> =
                places.into_iter().map(|differing| grounds.decide(pair, differing)).collect();
            if let Some(substituted) = &self.substituted {
                decisions.extend(substituted.decide(pair, grounds, self.request.redactor));
            }
            self.decisions.push(decisions);
        }
    }

    /// A place that exists and differs no longer is no mistake: the edit may have been made already.
    pub(crate) fn check_selection(&self) -> Result<(), PlanError> {
        let places: Vec<&Place> =
            self.decisions.iter().flatten().map(|decision| &decision.differing.place).collect();
        for pattern in self.request.selection.patterns() {
            let differs = places.iter().any(|place| pattern.covers(place));
            if let Some(whole) = places.iter().find(|place| !differs && pattern.reaches_into(place)) {
                let whole = self.labels.label(whole);
                return Err(PlanError::PlaceWithin { pattern: pattern.to_string(), whole });
            }
            if !differs && !self.pairs.iter().any(|pair| pair.has(pattern)) {
                let of_object = places.iter().filter(|place| pattern.object.matches(&place.object));
                let similar = of_object.map(|place| self.labels.label(place)).take(5).collect();
                return Err(PlanError::PlaceUnknown { pattern: pattern.to_string(), similar });
            }
        }
        Ok(())
    }

    /// An edit that would write a secret is refused alone.
    pub(crate) fn refuse_secrets(&mut self) {
        for (pair, decisions) in self.pairs.iter().zip(&mut self.decisions) {
            let Some(source) = &pair.source else { continue };
            if !decisions.iter().any(Decision::is_carried) {
                continue;
            }
            let redacted = self.request.redactor.redact(source);
            let written = |decision: &&mut Decision| decision.is_carried() && decision.variables.is_empty();
            for decision in decisions.iter_mut().filter(written) {
                let path = &decision.differing.place.path;
                if decision.becomes.as_ref().is_some_and(|value| lists::is_order(path, value)) {
                    continue;
                }
                if path.get(pair.key.schema(), &redacted.value) != path.get(pair.key.schema(), &source.value)
                {
                    let verdict = Verdict::waiting(decision.differing.base_known);
                    decision.change(verdict, SECRET_EDIT.to_owned());
                }
            }
        }
    }

    /// What a person declined waits, and blocks nothing.
    pub(crate) fn decline(&mut self, grounds: &Grounds<'_>) {
        for decision in self.decisions.iter_mut().flatten() {
            let open = matches!(decision.verdict, Verdict::Carried | Verdict::Blocked);
            if let Some(reason) =
                grounds.selection.declines(&decision.differing.place).filter(|_| open && !decision.is_taken())
            {
                let verdict = Verdict::waiting(decision.differing.base_known);
                decision.change(verdict, reason.to_owned());
            }
        }
    }

    /// What is decided about one place may block another, so this goes on until nothing more is blocked.
    pub(crate) fn settle(&mut self, grounds: &Grounds<'_>) -> Settled {
        let mut tries = layers::Tries::default();
        loop {
            self.decisions.iter_mut().for_each(|decisions| coupled::settle(decisions));
            if self.hold_mounts_with_their_volumes()
                || self.block_what_lacks_something()
                || self.block_removals()
                || self.hold_pointers()
            {
                continue;
            }
            match self.write(grounds, &mut tries) {
                Ok(edited) => match self.publish(&edited) {
                    Ok(edits) => return Settled { edits, after: edited.after },
                    Err(refused) if self.refuse(&refused) => {}
                    Err(_) => return self.unchanged(),
                },
                Err(refused) if self.couple(&refused.coupled) || self.block_edits(&refused) => {}
                Err(_) => return self.unchanged(),
            }
        }
    }

    /// Writes what is carried into the target's files.
    fn write(&self, grounds: &Grounds<'_>, tries: &mut layers::Tries) -> Result<Edited<'a>, Refused> {
        let becoming = self.becoming();
        let Request { source, target, limits, .. } = *self.request;
        let Some(layers) = &self.request.layers else {
            return edits::write(source, target, self.pairs, &becoming, limits);
        };
        if becoming.is_empty() {
            return Ok(Edited {
                written: Vec::new(),
                files: Vec::new(),
                after: layers.rendered.objects.clone(),
            });
        }
        let everything = || becoming.iter().map(|change| change.pair.key.clone()).collect();
        let draft = self.pointed(layers).map_err(|why| Refused::objects(everything(), why))?;
        layers::write(layers, self.pairs, &becoming, draft, &self.may_follow(grounds), tries, limits)
    }

    fn unchanged(&self) -> Settled {
        let objects =
            self.request.layers.map_or(&self.request.target.objects, |layers| &layers.rendered.objects);
        Settled { edits: Vec::new(), after: objects.clone() }
    }

    /// Blocks what was refused; everything that is carried, if the refusal names nothing of that. Says whether
    /// anything was carried, so that this comes to an end.
    fn block_edits(&mut self, refused: &Refused) -> bool {
        let is_named = |decision: &Decision| {
            let place = &decision.differing.place;
            let touches = |other: &Place| {
                let (here, there) = (&place.path, &other.path);
                place.object == other.object && (here.contains(there) || there.contains(here))
            };
            match refused.places.is_empty() {
                true => refused.objects.contains(&place.object),
                false => refused.places.iter().any(touches),
            }
        };
        if self.leave_to_owners(&refused.owned) {
            return true;
        }
        let carried = |decision: &&mut Decision| decision.is_carried();
        let mut all: Vec<&mut Decision> = self.decisions.iter_mut().flatten().filter(carried).collect();
        let some_are_named = all.iter().any(|decision| is_named(decision));
        for decision in all.iter_mut().filter(|decision| !some_are_named || is_named(decision)) {
            let reason = format!("PLAN_EDIT_REFUSED: {}; edit it by hand", refused.why);
            decision.change(Verdict::Blocked, reason);
        }
        !all.is_empty()
    }

    /// Added references have to resolve in the target. A Secret may have been made by hand, so one that the
    /// target's workloads name already counts; of the rest only what the source's own files bring is known to
    /// be missing.
    fn block_what_lacks_something(&mut self) -> bool {
        if !self.decisions.iter().flatten().any(Decision::is_carried) {
            return false;
        }
        let after = objects_after(self.pairs, &self.decisions);
        let after = Given::by(after.iter().map(|object| &**object));
        let named: BTreeSet<references::Need> = self
            .request
            .target
            .objects
            .iter()
            .flat_map(|object| references::needs(object.key.namespace.as_deref(), &object.value))
            .collect();
        let brought = Given::by(self.pairs.iter().filter_map(|pair| pair.source.as_ref()));
        let target_name = self.request.target_environment.name.as_deref().unwrap_or("the target");
        let mut blocked = false;
        for (pair, decisions) in self.pairs.iter().zip(&mut self.decisions) {
            let had = pair
                .target
                .map(|object| references::needs(object.key.namespace.as_deref(), &object.value))
                .unwrap_or_default();
            for decision in decisions.iter_mut().filter(|d| d.is_carried() && !d.is_taken()) {
                let place = &decision.differing.place;
                let Some(value) = decision.becomes.as_ref().map(|value| framed(place, value)) else {
                    continue;
                };
                let missing =
                    references::needs(pair.key.namespace.as_deref(), &value).into_iter().find(|need| {
                        let known_missing = need.kind == "Secret" || brought.gives(need);
                        !had.contains(need) && !named.contains(need) && known_missing && !after.gives(need)
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

    fn hold_mounts_with_their_volumes(&mut self) -> bool {
        let mut changed = false;
        for (pair, decisions) in self.pairs.iter().zip(&mut self.decisions) {
            if let (Some(_), true) = (pair.target, decisions.iter().any(Decision::is_carried)) {
                let after = value_after(pair, decisions);
                changed |= after.is_some_and(|after| mounts::settle(&pair.key.kind, &after, decisions));
            }
        }
        changed
    }

    fn block_removals(&mut self) -> bool {
        if !self.decisions.iter().flatten().any(removals::is_carried_removal) {
            return false;
        }
        let after = objects_after(self.pairs, &self.decisions);
        let after: Vec<&Object> = after.iter().map(|object| &**object).collect();
        removals::block_what_is_needed(&mut self.decisions, &after, &self.request.target.objects)
    }

    fn becoming(&self) -> Vec<Becoming<'_, '_>> {
        let carries =
            |(_, decisions): &(&Pair<'_>, &Vec<Decision>)| decisions.iter().any(Decision::is_carried);
        let changing = self.pairs.iter().zip(&self.decisions).filter(carries);
        changing.map(|(pair, decisions)| Becoming { pair, value: value_after(pair, decisions) }).collect()
    }
}

/// The target's objects as they would be with everything that is carried now.
fn objects_after<'p>(pairs: &'p [Pair<'_>], decisions: &[Vec<Decision>]) -> Vec<Cow<'p, Object>> {
    let after = |(pair, decisions): (&'p Pair<'_>, &Vec<Decision>)| match pair.target {
        Some(target) if !decisions.iter().any(Decision::is_carried) => Some(Cow::Borrowed(target)),
        target => {
            let template = target.or(pair.source.as_ref())?;
            let value = value_after(pair, decisions)?;
            Some(Cow::Owned(Object { value, ..template.clone() }))
        }
    };
    pairs.iter().zip(decisions).filter_map(after).collect()
}

/// A value as it stands in an object, so that the key that holds it is known (`secretKeyRef: …`).
fn framed(place: &Place, value: &Value) -> Value {
    match place.path.segments().last() {
        Some(Segment::Key(key)) => Value::Object([(key.clone(), value.clone())].into_iter().collect()),
        _ => value.clone(),
    }
}
