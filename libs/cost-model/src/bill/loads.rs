//! A change packed at the load that is expected, and where autoscalers scale at the least and at the most of it.

use std::collections::BTreeSet;

use kube_model::Object;
use packing::{Comparison, PackingError};
use price_book::PriceBook;

use super::catalogue::Catalogue;
use super::counted::{Counts, Load};
use crate::CostError;

pub(super) struct Loads {
    pub(super) expected: Comparison,
    /// At the least and at the most that autoscalers keep, before the change and after it.
    pub(super) extremes: Vec<Comparison>,
    /// What was taken for granted, as sentences.
    pub(super) notes: BTreeSet<String>,
}

impl Loads {
    pub(super) fn of(
        catalogue: &Catalogue,
        before: &[Object],
        after: &[Object],
        prices: &PriceBook,
    ) -> Result<Self, CostError> {
        let (old, new) = (Counts::of(before, prices)?, Counts::of(after, prices)?);
        let compared = |load| {
            let mut comparison = packing::compare(&catalogue.cluster, old.at(load), new.at(load))?;
            catalogue.unprice(&mut comparison);
            Ok(comparison)
        };
        let expected: Comparison = compared(Load::Expected)?;
        let mut notes: BTreeSet<String> = old.notes.union(&new.notes).cloned().collect();
        let mut extremes = Vec::new();
        if old.varies || new.varies {
            extremes.push(compared(Load::Least)?);
            match compared(Load::Most) {
                Ok(most) => {
                    notes.extend(what_waits(&most, &expected));
                    extremes.push(most);
                }
                Err(PackingError::TooManyPods { pods, limit }) => {
                    let most = format!("{pods} pods, and {limit} are the most that is packed");
                    notes.insert(format!("autoscalers may make {most}: the range ends at what is expected"));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Self { expected, extremes, notes })
    }
}

/// Pods that find no place when everything is scaled up, and do as it is expected.
fn what_waits(most: &Comparison, expected: &Comparison) -> Option<String> {
    let waiting = |one: &Comparison| one.after.likely.pending_count();
    let more = waiting(most).checked_sub(waiting(expected)).filter(|more| *more > 0)?;
    let pods = if more == 1 { "pod finds" } else { "pods find" };
    Some(format!("with every autoscaler at its most, {more} more {pods} no place on the nodes that may be"))
}
