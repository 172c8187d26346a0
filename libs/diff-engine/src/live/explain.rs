//! Why a difference between a live object and its manifest is no change.

use kube_model::schema::Schema;
use kube_model::{Object, Path, Segment};
use serde_json::Value;

use super::manager::managers;
use super::server_set;
use crate::apply::owned::Owned;
use crate::compare::Difference;
use crate::normal::normalise;
use crate::reason::Reason;

/// What the server or a controller would set again at once: applying does not change it for long.
pub(super) fn never_a_change(live: &Object, path: &Path) -> Option<Reason> {
    let bookkeeping = matches!(path.segments(), [Segment::Key(metadata), Segment::Key(annotations), Segment::Key(name)]
        if metadata == "metadata" && annotations == "annotations" && name.starts_with("kubectl.kubernetes.io/last-applied"));
    bookkeeping.then(|| server_set::reason(live, path)).flatten()
}

/// What is known of a live object and its manifest, to say why they differ where applying changes nothing.
pub(super) struct Explaining<'a> {
    schema: Schema<'a>,
    live: &'a Object,
    /// The live object without what is empty.
    kept: &'a Value,
    /// The manifest with its defaults.
    filled: Value,
    managers: Vec<(String, Owned)>,
}

impl<'a> Explaining<'a> {
    /// About a live object, as it is and normalised, and its manifest.
    pub(super) fn new(schema: Schema<'a>, live: &'a Object, kept: &'a Value, desired: &Object) -> Self {
        let filled = normalise(schema, &desired.api_version, &desired.value);
        Self { schema, live, kept, filled, managers: managers(live) }
    }

    /// Says for each part of a difference that applying leaves alone why it does.
    pub(super) fn part(&self, difference: Difference, told: &mut Vec<(Difference, Reason)>) {
        if let Some(reason) = self.reason(&difference) {
            told.push((difference, reason));
            return;
        }
        match &difference.before {
            Some(Value::Object(map)) if difference.after.is_none() && !map.is_empty() => {
                for (name, value) in map {
                    let path = difference.path.key(name);
                    self.part(
                        Difference { path, before: Some(value.clone()), after: None, is_order: false },
                        told,
                    );
                }
            }
            _ => {
                let reason = self.owner(&difference.path);
                told.push((difference, reason));
            }
        }
    }

    fn reason(&self, difference: &Difference) -> Option<Reason> {
        let schema = self.schema;
        if let Some(reason) = server_set::reason(self.live, &difference.path) {
            return Some(reason);
        }
        if let (Some(Value::String(text)), true) = (&difference.before, difference.after.is_some()) {
            let secret = self.live.key.kind == "Secret" && !text.is_empty();
            return Some(if secret { Reason::EQUAL_TEXT } else { Reason::DEFAULT });
        }
        let is = |wanted: &Option<Value>| wanted.as_ref().map(|value| value.to_string());
        if difference.after.is_none() && difference.path.get(schema, self.kept).is_none() {
            return Some(Reason::EMPTY);
        }
        let filled = difference.path.get(schema, &self.filled).map(|value| value.to_string());
        (filled.is_some() && filled == is(&difference.before)).then_some(Reason::DEFAULT)
    }

    fn owner(&self, path: &Path) -> Reason {
        match self.managers.iter().find(|(_, owned)| owned.has(path)) {
            Some((manager, _)) => Reason::owned_by(manager),
            None => Reason::NOT_APPLIED,
        }
    }
}
