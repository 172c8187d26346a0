//! What happens to each place, and why.

use std::collections::BTreeSet;

use kube_model::{Object, Place, PlacePattern, Segment, image::ImageRef, scope};
use serde_json::Value;

use crate::additions;
use crate::environment::Foreign;
use crate::pairing::Pair;
use crate::parts::{self, Merged};
use crate::places::Differing;
use crate::removals;
use crate::selection::{Selection, Side};
use crate::settings;
use crate::table::{self, Action};

/// Which list of the plan a place stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The edit carries it over.
    Carried,
    /// It stays as the target has it.
    Kept,
    /// It waits: declined, or refused.
    Pending,
    /// It goes over if somebody takes it.
    Candidate,
    /// It has to be settled before the plan can be approved.
    Blocked,
}

/// A place with what happens to it.
#[derive(Debug, Clone)]
pub(crate) struct Decision {
    pub(crate) differing: Differing,
    pub(crate) verdict: Verdict,
    pub(crate) reason: String,
    /// What the target is to have, if it is carried: the source's value, or a merge of both.
    pub(crate) becomes: Option<Value>,
    /// The side that a person took.
    pub(crate) taken: Option<Side>,
    /// The variables that differ, where the texts of both sides are alike.
    pub(crate) variables: BTreeSet<String>,
}

impl Decision {
    pub(crate) fn is_carried(&self) -> bool {
        self.verdict == Verdict::Carried
    }

    /// Whether a person took the source's side.
    pub(crate) fn is_taken(&self) -> bool {
        self.taken == Some(Side::Source)
    }

    pub(crate) fn change(&mut self, verdict: Verdict, reason: String) {
        self.verdict = verdict;
        self.reason = reason;
        self.becomes = None;
    }
}

impl Verdict {
    /// What does not go over for now: pending where the base is known, else a candidate.
    pub(crate) fn waiting(base_known: bool) -> Self {
        if base_known { Self::Pending } else { Self::Candidate }
    }
}

/// What decisions rest on, beside the place.
pub(crate) struct Grounds<'a> {
    pub(crate) foreign: &'a Foreign,
    pub(crate) promote: &'a [PlacePattern],
    pub(crate) keep: &'a [PlacePattern],
    pub(crate) selection: &'a Selection,
    /// The names of the two environments, for reasons.
    pub(crate) source_name: &'a str,
    pub(crate) target_name: &'a str,
}

/// A verdict with its reason, and the value if it is not simply the source's.
pub(crate) type Ruling = (Verdict, String, Option<Value>);

pub(crate) fn ruling(verdict: Verdict, reason: impl Into<String>) -> Ruling {
    (verdict, reason.into(), None)
}

impl Grounds<'_> {
    /// Decides about one place of a pair.
    pub(crate) fn decide(&self, pair: &Pair<'_>, differing: Differing) -> Decision {
        let taken = self.selection.taken(&differing.place);
        let (verdict, reason, merged) = self.rule(pair, &differing, taken);
        let becomes = match verdict {
            Verdict::Carried => merged.or_else(|| differing.source.clone()),
            _ => None,
        };
        Decision { differing, verdict, reason, becomes, taken, variables: BTreeSet::new() }
    }

    fn rule(&self, pair: &Pair<'_>, differing: &Differing, taken: Option<Side>) -> Ruling {
        let place = &differing.place;
        let encrypted = [pair.target, pair.source.as_ref()].into_iter().flatten().any(is_encrypted);
        let row = table::row_of(place, encrypted);
        if taken == Some(Side::Target) {
            return ruling(Verdict::Kept, format!("{}'s was taken", self.target_name));
        }
        let never_crosses = row.known == Action::Ciphertext;
        if taken == Some(Side::Source) && !never_crosses {
            let merged = (row.known == Action::CarryVersion).then(|| moved_version(differing)).flatten();
            return (Verdict::Carried, format!("{}'s was taken", self.source_name), merged);
        }
        if let Some(rule) = self.keep.iter().find(|pattern| pattern.covers(place)) {
            return ruling(Verdict::Kept, format!("the application's rule keep: {rule}"));
        }
        let promoted = self.promote.iter().any(|pattern| pattern.covers(place));
        let (action, reason) = match (promoted, differing.base_known) {
            (true, _) if !never_crosses => (promoted_action(row.known), "the application's rule promote:"),
            (_, true) => (row.known, row.reason),
            (_, false) => (row.unknown, row.reason),
        };
        if place.path.is_root() {
            return self.rule_object(pair, differing, (action, reason), promoted);
        }
        match action {
            Action::Keep => ruling(Verdict::Kept, reason),
            Action::Candidate => self.rule_candidate(differing),
            Action::CarryVersion => self.rule_image(differing),
            Action::Ciphertext => self.rule_ciphertext(differing, reason),
            Action::SecretValue => self.rule_secret_value(differing, reason),
            Action::Apart if differing.source == differing.base => ruling(Verdict::Kept, self.unchanged()),
            Action::Apart => ruling(Verdict::Pending, reason),
            Action::Parts => self.rule_parts(differing, reason),
            Action::Carry => self.rule_carry(differing, reason),
        }
    }

    fn rule_object(
        &self,
        pair: &Pair<'_>,
        differing: &Differing,
        action: (Action, &str),
        promoted: bool,
    ) -> Ruling {
        match (pair.target, &pair.source) {
            (Some(target), None) => match &pair.base {
                Some(base) => removals::rule(self, target, base, action),
                _ => ruling(Verdict::Kept, format!("only {} has it", self.target_name)),
            },
            (None, Some(source)) => additions::rule(self, source, pair.base.as_ref(), differing, promoted),
            _ => ruling(Verdict::Kept, "both have it"),
        }
    }

    /// The three-way merge of one value.
    fn rule_carry(&self, differing: &Differing, reason: &str) -> Ruling {
        let Differing { target, source, base, .. } = differing;
        if !differing.base_known {
            return match source {
                Some(_) => self.unless_foreign(differing, ruling(Verdict::Carried, reason)),
                None => ruling(Verdict::Kept, format!("only {} has it", self.target_name)),
            };
        }
        if source == base {
            return ruling(Verdict::Kept, self.unchanged());
        }
        if let Some(merged) = settings::rule(self, differing, reason) {
            return merged;
        }
        // What goes may differ in what is the target's own anyway, as a removed object may.
        let goes = source.is_none()
            && target
                .as_ref()
                .zip(base.as_ref())
                .is_some_and(|(target, base)| removals::own_change(&differing.place, base, target).is_none());
        if target == base || goes {
            return self.unless_foreign(differing, ruling(Verdict::Carried, reason));
        }
        self.unless_foreign(differing, self.conflict(differing))
    }

    pub(crate) fn unchanged(&self) -> String {
        format!("{} has not changed it since the last promotion", self.source_name)
    }

    pub(crate) fn conflict(&self, differing: &Differing) -> Ruling {
        let both = format!(
            "{} and {} both changed it since the last promotion; decide with --take '{}=source' or '=target'",
            self.source_name,
            self.target_name,
            differing.place.short()
        );
        ruling(Verdict::Blocked, both)
    }

    /// A value that names the source's environment never crosses.
    fn unless_foreign(&self, differing: &Differing, otherwise: Ruling) -> Ruling {
        let Some(named) = differing.source.as_ref().and_then(|value| self.foreign.named_in(value)) else {
            return otherwise;
        };
        let verdict = match (&differing.target, differing.base_known) {
            (Some(_), _) => Verdict::Kept,
            (None, true) => Verdict::Pending,
            (None, false) => Verdict::Candidate,
        };
        let reason = match verdict {
            Verdict::Kept => {
                format!("{}'s value {named}; {} has its own", self.source_name, self.target_name)
            }
            _ => format!("{}'s value {named}; {} needs one of its own", self.source_name, self.target_name),
        };
        ruling(verdict, reason)
    }

    fn rule_candidate(&self, differing: &Differing) -> Ruling {
        let Place { object, path } = &differing.place;
        let top = path.segments().first();
        let is_setting = object.kind == "ConfigMap"
            && matches!(top, Some(Segment::Key(key)) if matches!(key.as_str(), "data" | "binaryData"));
        if differing.source.is_none() && !is_setting {
            return ruling(Verdict::Kept, format!("only {} has it", self.target_name));
        }
        self.unless_foreign(
            differing,
            ruling(
                Verdict::Candidate,
                "no promotion of it is on record, so nobody can say which side changed it",
            ),
        )
    }

    /// Tag and digest are one version pointer; the registry and repository that the target pulls from stay.
    fn rule_image(&self, differing: &Differing) -> Ruling {
        let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
        let (Some(target), Some(source)) = (text(&differing.target), text(&differing.source)) else {
            return self.rule_carry(differing, "the image's version");
        };
        let base = text(&differing.base);
        let (target, source) = (ImageRef::parse(&target), ImageRef::parse(&source));
        let base = base.as_deref().map(ImageRef::parse);
        if source.same_version(&target) {
            return ruling(Verdict::Kept, "the registry and repository belong to the environment");
        }
        let replaced = match &base {
            Some(base) => source.name() != base.name() && source.name() != target.name(),
            None => source.name() != target.name(),
        };
        match (&base, differing.base_known) {
            (Some(base), _) if source.same_version(base) && !replaced => {
                ruling(Verdict::Kept, self.unchanged())
            }
            (Some(base), _) if !target.same_version(base) => self.conflict(differing),
            (None, true) => self.conflict(differing),
            (None, false) if replaced => {
                ruling(Verdict::Candidate, format!("another image ({}), not another version", source.name()))
            }
            _ if replaced => ruling(
                Verdict::Blocked,
                format!(
                    "{} runs another image now ({}), and its tag means nothing in {}; decide with --take",
                    self.source_name,
                    source.name(),
                    target.repository
                ),
            ),
            _ => {
                let moved = source.in_repository(target.repository).to_string();
                (Verdict::Carried, "the image's version".to_owned(), Some(Value::from(moved)))
            }
        }
    }

    fn rule_ciphertext(&self, differing: &Differing, reason: &str) -> Ruling {
        let missing = differing.target.is_none() && differing.source != differing.base;
        match missing && differing.base_known {
            true => ruling(Verdict::Blocked, format!("{reason}; {} needs one of its own", self.target_name)),
            false => ruling(Verdict::Kept, reason),
        }
    }

    fn rule_secret_value(&self, differing: &Differing, reason: &str) -> Ruling {
        let Differing { target, source, base, .. } = differing;
        match (target, source) {
            _ if differing.base_known && source == base => ruling(Verdict::Kept, self.unchanged()),
            (Some(_), None) if differing.base_known && target == base => {
                ruling(Verdict::Carried, "the release no longer has it")
            }
            (Some(_), None) if differing.base_known => self.conflict(differing),
            (Some(_), _) if differing.base_known && target == base => ruling(Verdict::Pending, SECRET_EDIT),
            (Some(_), _) => ruling(Verdict::Kept, reason),
            (None, _) if differing.base_known => ruling(Verdict::Pending, SECRET_EDIT),
            (None, _) => ruling(Verdict::Candidate, SECRET_EDIT),
        }
    }

    fn rule_parts(&self, differing: &Differing, reason: &str) -> Ruling {
        let Differing { place, target, source, base, .. } = differing;
        let (Some(ours), Some(theirs)) = (target, source) else { return self.rule_carry(differing, reason) };
        if source == base {
            return ruling(Verdict::Kept, self.unchanged());
        }
        match parts::merge(place, base.as_ref(), ours, theirs) {
            Merged::Value(value) if value == *ours => {
                ruling(Verdict::Kept, "only what belongs to the environment differs")
            }
            Merged::Value(value) => {
                let merged = Differing { source: Some(value.clone()), ..differing.clone() };
                let (verdict, why, _) = self.unless_foreign(&merged, ruling(Verdict::Carried, reason));
                (verdict, why, Some(value))
            }
            Merged::Conflict => self.conflict(differing),
            Merged::Unmatched => {
                let by_hand =
                    format!("its items are not the same ones in {}; edit it by hand", self.target_name);
                let (verdict, why, _) = self.unless_foreign(
                    &Differing { target: None, ..differing.clone() },
                    ruling(Verdict::Blocked, format!("{by_hand}, or decide with --take")),
                );
                ruling(verdict, why)
            }
        }
    }
}

/// The source's version of an image in the repository that the target pulls from; none if it is another image.
fn moved_version(differing: &Differing) -> Option<Value> {
    let target = ImageRef::parse(differing.target.as_ref()?.as_str()?);
    let source = ImageRef::parse(differing.source.as_ref()?.as_str()?);
    let base = differing.base.as_ref().and_then(Value::as_str).map(ImageRef::parse);
    let same_image = source.name() == target.name() || base.is_some_and(|base| base.name() == source.name());
    same_image.then(|| Value::from(source.in_repository(target.repository).to_string()))
}

/// Why an edit that would write a secret is refused.
pub(crate) const SECRET_EDIT: &str = "PLAN_SECRET_EDIT: the edit would write a secret into Git; put it where the environment's secrets are kept";

/// What a `promote:` rule makes of a row.
fn promoted_action(known: Action) -> Action {
    match known {
        Action::Keep | Action::Candidate | Action::Apart => Action::Carry,
        other => other,
    }
}

/// Whether an object's values are ciphertext in place: SOPS leaves its own block in the object.
fn is_encrypted(object: &Object) -> bool {
    object.value.get("sops").is_some_and(Value::is_object)
}

/// Whether an object is of no namespace.
pub(crate) fn is_cluster_scoped(object: &Object) -> bool {
    scope::belongs_to_cluster(&object.key.group, &object.key.kind)
}

/// A place without group and namespace, as people type it.
trait Short {
    fn short(&self) -> String;
}

impl Short for Place {
    fn short(&self) -> String {
        format!("{}/{}:{}", self.object.kind, self.object.name, self.path)
    }
}
