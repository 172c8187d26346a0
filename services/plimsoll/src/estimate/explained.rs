//! `--explain KIND/NAME`: the whole calculation for one object.

use kube_model::{Object, ObjectKey, PlacePattern};
use serde::Serialize;

use crate::estimate::selected;
use crate::failure::Failure;
use crate::pricing::Prices;
use crate::session::Input;
use crate::text::value;

/// The calculation for an object, as lines that a person can check with a calculator. As JSON, `explained` of
/// `schemas/json/cost.schema.json`.
#[derive(Debug, Serialize)]
pub(crate) struct Explained {
    pub(crate) object: String,
    /// Before the change; nothing where there is no such object, or no state.
    pub(crate) before: Option<Vec<String>>,
    /// After it.
    pub(crate) after: Option<Vec<String>>,
}

/// The calculation for the object that a pattern means, in the state after, or before where it is gone.
pub(crate) fn of(
    prices: &Prices,
    pattern: &PlacePattern,
    before: Option<&Input>,
    after: &Input,
) -> Result<Explained, Failure> {
    if !pattern.path.is_root() {
        return Err(Failure::new("USAGE", "--explain is for a whole object: Kind/name"));
    }
    let before = before.map_or(&[][..], |input| &input.objects);
    let objects: &[Object] = match after.objects.iter().any(|object| pattern.object.matches(&object.key)) {
        true => &after.objects,
        false if before.iter().any(|object| pattern.object.matches(&object.key)) => before,
        false => &after.objects,
    };
    let [index] = selected::objects("--explain", pattern, objects)?[..] else {
        return Err(Failure::new("USAGE", "--explain is for one object"));
    };
    let key: &ObjectKey = &objects[index].key;
    Ok(Explained {
        object: value::key(key),
        before: prices.working(before, key)?,
        after: prices.working_after(before, &after.objects, key)?,
    })
}
