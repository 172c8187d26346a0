//! A file of settings in a ConfigMap: one place, whose lines are merged one by one.

use serde_json::Value;

use super::Settings;
use super::merge::{Merged, merge};
use crate::decide::{Grounds, Ruling, Verdict, ruling};
use crate::places::Differing;

/// Decides about a text of settings that all sides have; none where it is no such text.
pub(crate) fn rule(grounds: &Grounds<'_>, differing: &Differing, reason: &str) -> Option<Ruling> {
    (differing.place.object.kind == "ConfigMap").then_some(())?;
    let read = |value: &Option<Value>| Settings::read(value.as_ref()?.as_str()?);
    let (base, ours, theirs) = (read(&differing.base)?, read(&differing.target)?, read(&differing.source)?);
    let is_foreign = |value: &str| grounds.foreign.named_in(&Value::from(value)).is_some();
    Some(match merge(&base, &ours, &theirs, is_foreign) {
        Merged::Conflict(key) => {
            let (verdict, why, _) = grounds.conflict(differing);
            ruling(verdict, format!("{key}: {why}"))
        }
        Merged::Text { text, stay } if text == ours.text() => {
            let stay = stay.join(", ");
            ruling(Verdict::Kept, format!("only what belongs to the environment differs: {stay}"))
        }
        Merged::Text { text, stay } => {
            let named =
                format!("{reason}; {} stays, whose value names {}", stay.join(", "), grounds.source_name);
            let why = if stay.is_empty() { reason.to_owned() } else { named };
            (Verdict::Carried, why, Some(Value::from(text)))
        }
    })
}
