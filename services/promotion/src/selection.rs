//! What a person decides about single places.

use kube_model::{PlaceError, PlacePattern};
use preview::Take;
use serde_json::json;
use service::{Kind, Refused};

/// What a person decides about single places, as they wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Selected {
    /// Places that are taken although the default leaves them.
    pub take: Vec<String>,
    /// If any: the only places that are carried.
    pub only: Vec<String>,
    /// Places that are declined.
    pub skip: Vec<String>,
}

/// More than anybody decides by hand; an event holds them all.
const ENTRIES: usize = 500;

impl Selected {
    /// Whether it is written in the grammar of places. Whether the places differ is for the plan to say.
    ///
    /// # Errors
    /// `SELECTION_INVALID`, with the field and the position.
    pub fn check(&self) -> Result<(), Refused> {
        let take = |text: &str| text.parse::<Take>().map(drop);
        let pattern = |text: &str| text.parse::<PlacePattern>().map(drop);
        each("take", &self.take, take)?;
        each("only", &self.only, pattern)?;
        each("skip", &self.skip, pattern)
    }
}

fn each(
    field: &str,
    texts: &[String],
    parse: impl Fn(&str) -> Result<(), PlaceError>,
) -> Result<(), Refused> {
    let invalid = |index, message: String| {
        let details = json!({ "field": field, "index": index });
        Refused::new(Kind::Invalid, "SELECTION_INVALID", message).with(details)
    };
    if texts.len() > ENTRIES {
        return Err(invalid(ENTRIES, format!("{field} names more than {ENTRIES} places")));
    }
    for (index, text) in texts.iter().enumerate() {
        crate::text::check(field, text)?;
        parse(text).map_err(|error| invalid(index, format!("{field}[{index}]: {error}")))?;
    }
    Ok(())
}
