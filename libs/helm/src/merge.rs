//! Values over values, as Helm lays them (`pkg/cli/values`, `pkg/chartutil/coalesce.go`).

use crate::chart_values::Enabled;
use crate::error::HelmError;
use crate::tree::{Map, Shape, Tree};

/// The key of the values that a chart shares with those that it holds.
const GLOBAL: &str = "global";

/// Whether null takes a value away at once, or is kept for a later merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nulls {
    Delete,
    Keep,
}

/// Lays a values file over what is below: maps are merged, everything else replaces.
pub(crate) fn lay_over(below: &mut Tree, above: Tree) {
    let Tree { shape, origin, hidden } = above;
    match (&mut below.shape, shape) {
        (Shape::Map(map), Shape::Map(above)) => {
            for (key, tree) in above {
                match map.get_mut(&key) {
                    Some(below) => lay_over(below, tree),
                    None => drop(map.insert(key, tree)),
                }
            }
            below.origin = origin.or(below.origin.take());
        }
        (_, shape) => {
            let mut above = Tree { shape, origin, hidden };
            above.hide(below);
            *below = above;
        }
    }
}

/// The values of a chart, and of the charts that it holds, under what is set over them.
pub(crate) fn coalesce(chart: &Enabled<'_>, above: &mut Map, nulls: Nulls) -> Result<(), HelmError> {
    lay_chart_under(chart, above, nulls);
    for part in &chart.parts {
        let below = above.entry(part.name.clone()).or_insert_with(Tree::empty);
        let Shape::Map(mut inner) = std::mem::replace(&mut below.shape, Shape::Map(Map::new())) else {
            let why = format!("{:?} holds values for the chart of that name, and is no map", part.name);
            return Err(HelmError::Merge { chart: chart.chart.location.clone(), why });
        };
        share_globals(&mut inner, above);
        coalesce(part, &mut inner, nulls)?;
        if let Some(below) = above.get_mut(&part.name) {
            below.shape = Shape::Map(inner);
        }
    }
    Ok(())
}

fn lay_chart_under(chart: &Enabled<'_>, above: &mut Map, nulls: Nulls) {
    for (key, value) in chart.values.map().into_iter().flatten() {
        // For a chart that it holds, null has to reach that chart's own values.
        let is_part = chart.parts.iter().any(|part| part.name == *key);
        lay_key_under(above, key, value, nulls, if is_part { Nulls::Keep } else { nulls });
    }
}

/// Lays a map under another one.
pub(crate) fn lay_under(above: &mut Map, below: &Map, nulls: Nulls) {
    for (key, value) in below {
        lay_key_under(above, key, value, nulls, nulls);
    }
}

fn lay_key_under(above: &mut Map, key: &str, value: &Tree, nulls: Nulls, inner: Nulls) {
    let Some(over) = above.get_mut(key) else {
        above.insert(key.to_owned(), value.clone());
        return;
    };
    if over.is_null() && nulls == Nulls::Delete {
        above.remove(key);
        return;
    }
    match (over.map_mut(), value.map()) {
        (Some(over), Some(value)) => lay_under(over, value, inner),
        // What is no map says nothing under a map, and a map nothing under what is none.
        _ => over.hide(value),
    }
}

/// A chart's `global` values are those of the charts that it holds too, over their own.
fn share_globals(part: &mut Map, chart: &Map) {
    let empty = Map::new();
    let shared = match chart.get(GLOBAL) {
        None => &empty,
        Some(global) => match global.map() {
            Some(shared) => shared,
            None => return,
        },
    };
    let own = part.entry(GLOBAL.to_owned()).or_insert_with(Tree::empty);
    let Some(own) = own.map_mut() else { return };
    for (key, value) in shared {
        match (own.get_mut(key), value.map()) {
            (None, _) => drop(own.insert(key.clone(), value.clone())),
            (Some(held), Some(_)) => {
                if let Some(held_map) = held.map() {
                    let mut value = value.clone();
                    if let Some(over) = value.map_mut() {
                        lay_under(over, held_map, Nulls::Keep);
                    }
                    *held = value;
                }
            }
            (Some(held), None) if held.map().is_some() => {}
            (Some(held), None) => {
                let mut value = value.clone();
                value.hide(held);
                *held = value;
            }
        }
    }
}
