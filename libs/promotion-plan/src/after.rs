//! What an object is once the carried places are put into it.

use std::sync::Arc;

use kube_model::schema::Schema;
use kube_model::{Path, Segment, lists};
use serde_json::Value;

use crate::decide::Decision;
use crate::pairing::Pair;
use crate::set::set;

/// What an object of the target is once the carried places are put in; none if it goes, or does not come.
pub(crate) fn value_after(pair: &Pair<'_>, decisions: &[Decision]) -> Option<Arc<Value>> {
    // A variable changes what a text stands for, and no text.
    let carried = |decision: &&Decision| decision.is_carried() && decision.variables.is_empty();
    let Some(target) = pair.target else {
        return decisions.iter().find(carried).and_then(becomes);
    };
    let mut value = Value::clone(&target.value);
    let source = pair.source.as_ref().map(|object| &*object.value);
    let mut in_order: Vec<&Decision> = decisions.iter().filter(carried).collect();
    in_order.sort_by_cached_key(|decision| {
        source_order(pair.key.schema(), &decision.differing.place.path, source)
    });
    for decision in in_order {
        let path = &decision.differing.place.path;
        if path.is_root() {
            return becomes(decision);
        }
        set(pair.key.schema(), &mut value, source, path, decision.becomes.as_ref());
    }
    Some(Arc::new(value))
}

fn becomes(decision: &Decision) -> Option<Arc<Value>> {
    decision.becomes.clone().map(Arc::new)
}

/// The positions in the source's lists of what a path goes through: additions are made in that order.
fn source_order(schema: Schema<'_>, path: &Path, source: Option<&Value>) -> Vec<usize> {
    let mut positions = Vec::new();
    for (depth, segment) in path.segments().iter().enumerate() {
        if matches!(segment, Segment::Key(_)) {
            continue;
        }
        let list: Path = path.segments()[..depth].iter().cloned().collect();
        let items = source.and_then(|source| list.get(schema, source));
        let position = items
            .as_deref()
            .and_then(Value::as_array)
            .and_then(|items| lists::index_of(schema, list.segments(), items, segment));
        positions.push(position.unwrap_or(usize::MAX));
    }
    positions
}
