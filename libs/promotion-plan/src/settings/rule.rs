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
        Merged::Text { text, stay } if text == ours.text() && stay.is_empty() => {
            ruling(Verdict::Kept, nothing_to_carry(&ours, &theirs).to_owned())
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

/// Why a text stays into which nothing of the source's goes.
fn nothing_to_carry(ours: &Settings, theirs: &Settings) -> &'static str {
    let values = |settings: &Settings| -> Vec<(String, Option<String>)> {
        let value = |key: &str| (key.to_owned(), settings.value(key).map(str::to_owned));
        settings.keys().map(value).collect()
    };
    match values(ours) == values(theirs) {
        true => "only comments or spacing differ",
        false => "what the source has changed in it is here already, or is order, comments or spacing",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_settings_that_differ_are_told_apart() {
        let why = |ours: &str, theirs: &str| nothing_to_carry(&Settings::of(ours), &Settings::of(theirs));
        assert_eq!(why("# ours\na = 1\n", "# theirs\na=1\n\n"), "only comments or spacing differ");
        assert!(why("a=1\nb=2\n", "a=1\nb=3\n").starts_with("what the source has changed"));
    }
}
