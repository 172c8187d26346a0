//! What goes over as one: a reference to a base, a chart's version, and what is rendered from the same value as an
//! image's version.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kube_model::{ObjectKey, Place};
use serde_json::Value;

use crate::decide::{Decision, Grounds, Verdict};
use crate::edits::Coupled;
use crate::layers::{Draft, Layers, Moved, Unit, not_text, units, units::Renamed};
use crate::planner::Planner;
use crate::selection::Side;

/// A pointer that goes over, and the places that it brings: the indices of pair and decision.
pub(crate) struct Going {
    pub(crate) unit: Unit,
    pub(crate) places: Vec<(usize, usize)>,
}

/// What becomes of a pointer that the source has moved.
enum Fate {
    /// It goes over, unless something of it stays.
    Goes,
    /// The target has moved it, too.
    Conflict,
    /// It cannot be written.
    Refused(String),
}

/// What a pointer makes of the target's objects that it changes; none of what goes.
type Effect = BTreeMap<ObjectKey, Option<Arc<Value>>>;

impl<'a> Planner<'_, 'a> {
    /// Carries the pointers that the source has moved, with everything that they bring.
    pub(crate) fn carry_pointers(&mut self, grounds: &Grounds<'_>) {
        let Some(layers) = self.request.layers else { return };
        for unit in units::of(&layers, self.request.limits) {
            let moved = unit.moved(self.request.base_layer.as_ref(), self.request.limits);
            if moved == Moved::Target {
                continue;
            }
            match self.effect(&layers, &unit) {
                Ok((effect, refused)) => {
                    let fate = match (moved, refused) {
                        (Moved::Both, _) => Fate::Conflict,
                        (_, Some(why)) => Fate::Refused(why),
                        _ => Fate::Goes,
                    };
                    self.carry_pointer(grounds, unit, &effect, &fate);
                }
                Err(why) => self.block_carried(&format!("PLAN_EDIT_REFUSED: {}: {why}", unit.name())),
            }
        }
    }

    /// What a pointer brings, and why it cannot be written, if so.
    fn effect(&self, layers: &Layers<'a>, unit: &Unit) -> Result<(Effect, Option<String>), String> {
        let draft = Draft::new(layers.target.tree, self.request.limits);
        let draft = unit.apply(layers, self.request.base_layer.as_ref(), &draft, self.request.limits)?;
        let refused = draft
            .tree
            .changes()
            .find_map(|(path, after)| not_text(path, layers.target.tree.file(path), after));
        let after = layers.renderer.render(&draft.tree)?.as_written;
        let before = &layers.rendered.as_written;
        let mut effect: Effect = before.iter().map(|object| (object.key.clone(), None)).collect();
        for object in after {
            match before.iter().any(|before| before.key == object.key && before.value == object.value) {
                true => drop(effect.remove(&object.key)),
                false => drop(effect.insert(object.key, Some(object.value))),
            }
        }
        Ok((effect, refused))
    }

    fn carry_pointer(&mut self, grounds: &Grounds<'_>, unit: Unit, effect: &Effect, fate: &Fate) {
        let mut brought: Vec<((usize, usize), Option<Value>)> = Vec::new();
        for (index, (pair, decisions)) in self.pairs.iter().zip(&self.decisions).enumerate() {
            let Some(after) = effect.get(&pair.key) else { continue };
            for (at, decision) in decisions.iter().enumerate() {
                let path = &decision.differing.place.path;
                let new = after.as_ref().and_then(|after| path.get(pair.key.schema(), after));
                if new.as_deref() != decision.differing.target.as_ref() {
                    brought.push(((index, at), new.map(std::borrow::Cow::into_owned)));
                }
            }
        }
        let stays = brought.iter().find_map(|((pair, at), _)| {
            let decision = &self.decisions[*pair][*at];
            stays(grounds, decision).then(|| decision.differing.place.path.to_string())
        });
        let name = unit.name();
        for ((pair, at), new) in &brought {
            let decision = &mut self.decisions[*pair][*at];
            let overridden = decision.verdict == Verdict::Kept;
            match (&stays, fate) {
                (_, Fate::Refused(why)) if !stays_itself(grounds, decision) => decision
                    .change(Verdict::Blocked, format!("PLAN_EDIT_REFUSED: it comes with {name}; {why}")),
                (_, Fate::Conflict) => decision.change(
                    Verdict::Blocked,
                    format!(
                        "it comes with {name}, and {} has moved that itself since the last promotion",
                        grounds.target_name
                    ),
                ),
                (Some(_), _) if stays_itself(grounds, decision) => {}
                (Some(place), _) => decision.change(
                    Verdict::waiting(decision.differing.base_known),
                    format!("it comes with {name}, which goes over whole or not at all: {place} stays"),
                ),
                (None, _) => {
                    let why = match overridden {
                        true => format!(
                            "it comes with {name}, which overrides what would be kept ({})",
                            decision.reason
                        ),
                        false => format!("it comes with {name}"),
                    };
                    decision.change(Verdict::Carried, why);
                    decision.becomes.clone_from(new);
                }
            }
        }
        if stays.is_none() && matches!(fate, Fate::Goes) && !brought.is_empty() {
            let places = brought.into_iter().map(|(place, _)| place).collect();
            self.going.push(Going { unit, places });
        }
    }

    fn block_carried(&mut self, reason: &str) {
        let carried = self.decisions.iter_mut().flatten().filter(|decision| decision.is_carried());
        carried.for_each(|decision| decision.change(Verdict::Blocked, reason.to_owned()));
    }

    /// Drops the pointers of which something does not go over, with all that they bring; whether there were any.
    pub(crate) fn hold_pointers(&mut self) -> bool {
        let (whole, torn): (Vec<Going>, Vec<Going>) = std::mem::take(&mut self.going)
            .into_iter()
            .partition(|going| going.places.iter().all(|(pair, at)| self.decisions[*pair][*at].is_carried()));
        self.going = whole;
        let any = !torn.is_empty();
        for going in torn {
            let waits = going
                .places
                .iter()
                .map(|(pair, at)| &self.decisions[*pair][*at])
                .find(|one| !one.is_carried());
            let Some(waits) = waits else { continue };
            let (verdict, path) = (waits.verdict, waits.differing.place.path.clone());
            for (pair, at) in going.places {
                let decision = &mut self.decisions[pair][at];
                if decision.is_carried() {
                    decision.change(verdict, format!("it comes with {}, as does {path}", going.unit.name()));
                }
            }
        }
        any
    }

    /// The target's files with the pointers that go over.
    ///
    /// # Errors
    /// In a sentence, why one cannot be written.
    pub(crate) fn pointed(&self, layers: &Layers<'a>) -> Result<Draft<'a>, String> {
        let draft = Draft::new(layers.target.tree, self.request.limits);
        self.going.iter().try_fold(draft, |draft, going| {
            going.unit.apply(layers, self.request.base_layer.as_ref(), &draft, self.request.limits)
        })
    }

    /// What a reader should know of the values that the pointers rename in the target's files: names alone.
    pub(crate) fn renames(&self) -> Vec<String> {
        let Some(layers) = &self.request.layers else { return Vec::new() };
        let mut notes = Vec::new();
        for Going { unit, .. } in &self.going {
            for Renamed { file, from, to } in
                unit.renames(layers, self.request.base_layer.as_ref(), self.request.limits)
            {
                let note =
                    format!("{file}: {from} is renamed to {to}, as the source did since the last promotion");
                // Two charts may have moved; the values are those of all.
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
        }
        notes
    }

    /// The places that may go with a version, if they are rendered from the same value.
    pub(crate) fn may_follow(&self, grounds: &Grounds<'_>) -> BTreeSet<Place> {
        let decisions = self.decisions.iter().flatten();
        let free = decisions.filter(|decision| !decision.is_carried() && !stays(grounds, decision));
        free.map(|decision| decision.differing.place.clone()).collect()
    }

    /// Carries what cannot but go with a version; whether anything was.
    pub(crate) fn couple(&mut self, coupled: &[Coupled]) -> bool {
        let mut changed = false;
        for Coupled { place, with } in coupled {
            let mut decisions = self.decisions.iter_mut().flatten();
            let found = decisions.find(|decision| decision.differing.place == *place);
            let Some(decision) = found.filter(|one| !one.is_carried()) else { continue };
            decision.change(Verdict::Carried, format!("rendered from the same value as {}", with.path));
            decision.becomes.clone_from(&decision.differing.source);
            changed = true;
        }
        changed
    }
}

/// Whether a person or a rule of the application says that a place stays.
pub(crate) fn stays(grounds: &Grounds<'_>, decision: &Decision) -> bool {
    stays_itself(grounds, decision) || grounds.selection.declines(&decision.differing.place).is_some()
}

fn stays_itself(grounds: &Grounds<'_>, decision: &Decision) -> bool {
    let place: &Place = &decision.differing.place;
    decision.taken == Some(Side::Target) || grounds.keep.iter().any(|pattern| pattern.covers(place))
}
