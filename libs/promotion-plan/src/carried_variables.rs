//! Values of variables that go over, each with all the places that it is put into, or not at all.

use std::collections::BTreeSet;

use kube_model::Place;

use crate::decide::{Decision, Grounds, Verdict};
use crate::layers::{Draft, Layers, Unit, owned};
use crate::planner::Planner;
use crate::pointers::{Going, stays};
use crate::table::{self, Action};

impl<'a> Planner<'_, 'a> {
    /// Carries the variables that what is carried is made of.
    pub(crate) fn carry_variables(&mut self, grounds: &Grounds<'_>) {
        let Some(layers) = self.request.layers else { return };
        self.block_unset_variables(grounds);
        let carried = self.decisions.iter().flatten().filter(|decision| decision.is_carried());
        let names: BTreeSet<String> =
            carried.flat_map(|decision| decision.variables.iter().cloned()).collect();
        for name in names {
            self.bring_what_goes_with_a_version(grounds, &name);
            if let Some(why) = self.hold(&name) {
                self.change_places_of(&name, &why.0, why.1);
                continue;
            }
            match self.variable_unit(&layers, &name) {
                Ok(unit) => self.going.push(Going { unit, places: self.places_of(&name) }),
                Err((verdict, reason)) => self.change_places_of(&name, &reason, verdict),
            }
        }
    }

    /// A text of the source may need what the target does not set.
    fn block_unset_variables(&mut self, grounds: &Grounds<'_>) {
        let Some(substituted) = &self.substituted else { return };
        for decision in self.decisions.iter_mut().flatten() {
            let is_written = decision.is_carried() && decision.variables.is_empty();
            let missing =
                decision.becomes.as_ref().filter(|_| is_written).and_then(|new| substituted.missing(new));
            if let Some(name) = missing {
                let reason =
                    format!("it needs the variable {name}, which {} does not set", grounds.target_name);
                decision.change(Verdict::Blocked, reason);
            }
        }
    }

    fn places_of(&self, name: &str) -> Vec<(usize, usize)> {
        let all = self.decisions.iter().enumerate();
        let of_pair = all.flat_map(|(pair, decisions)| {
            decisions.iter().enumerate().map(move |(at, decision)| ((pair, at), decision))
        });
        of_pair.filter(|(_, decision)| decision.variables.contains(name)).map(|(place, _)| place).collect()
    }

    /// What is rendered from the value of a version goes with it.
    fn bring_what_goes_with_a_version(&mut self, grounds: &Grounds<'_>, name: &str) {
        let is_version = |decision: &&Decision| {
            let row = table::row_of(&decision.differing.place, false);
            decision.is_carried() && row.known == Action::CarryVersion
        };
        let of_it = |decision: &&Decision| decision.variables.contains(name);
        let version = self.decisions.iter().flatten().filter(of_it).find(is_version);
        let Some(path) = version.map(|decision| decision.differing.place.path.clone()) else { return };
        for decision in self.decisions.iter_mut().flatten() {
            if decision.variables.contains(name) && !decision.is_carried() && !stays(grounds, decision) {
                decision.change(Verdict::Carried, format!("rendered from the same value as {path}"));
                decision.becomes.clone_from(&decision.differing.source);
            }
        }
    }

    /// Why a variable cannot go over, and what becomes of its places.
    fn hold(&self, name: &str) -> Option<(String, Verdict)> {
        let of_it = |decision: &&Decision| decision.variables.contains(name);
        let waits = self.decisions.iter().flatten().filter(of_it).find(|decision| !decision.is_carried())?;
        let verdict = match waits.verdict {
            Verdict::Kept => Verdict::waiting(waits.differing.base_known),
            other => other,
        };
        let path = &waits.differing.place.path;
        Some((format!("it is made of ${{{name}}}, as is {path}, which does not go over"), verdict))
    }

    fn change_places_of(&mut self, name: &str, reason: &str, verdict: Verdict) {
        for decision in self.decisions.iter_mut().flatten() {
            if decision.variables.contains(name) && decision.is_carried() {
                decision.change(verdict, reason.to_owned());
            }
        }
    }

    /// The edit that sets a variable as the source does, if it changes nothing but what is carried.
    fn variable_unit(&self, layers: &Layers<'a>, name: &str) -> Result<Unit, (Verdict, String)> {
        let blocked = |why: String| (Verdict::Blocked, format!("PLAN_EDIT_REFUSED: {why}; edit it by hand"));
        let substituted =
            self.substituted.as_ref().ok_or_else(|| blocked("nothing is substituted".to_owned()))?;
        let to = substituted
            .source_value(name)
            .ok_or_else(|| blocked(format!("the source does not set {name}")))?;
        let unit = Unit::Variable { name: name.to_owned(), to: to.to_owned() };
        let draft = Draft::new(layers.target.tree, self.request.limits);
        let base = self.request.base_layer.as_ref();
        let draft = unit.apply(layers, base, &draft, self.request.limits).map_err(blocked)?;
        if let Some(owner) = owned::touched(layers, &draft) {
            let is_known = self.request.base.is_some();
            return Err((Verdict::waiting(is_known), owned::reason(&owner)));
        }
        let known: BTreeSet<Place> = self
            .places_of(name)
            .into_iter()
            .map(|(pair, at)| self.decisions[pair][at].differing.place.clone())
            .collect();
        let objects = self.pairs.iter().filter_map(|pair| pair.target);
        let moved = objects.flat_map(|object| substituted.moved_by(object, name, to));
        match moved.into_iter().find(|place| !known.contains(place)) {
            Some(place) => Err(blocked(format!("${{{name}}} is also part of {}", self.labels.label(&place)))),
            None => Ok(unit),
        }
    }
}
