//! The facts of what stays behind, and of what the cluster has otherwise.

use super::{FactKind, Facts};
use crate::sheet::{DriftFacts, PlanFacts};
use crate::words::place;
use crate::write::by_reason;

pub(super) fn plan(list: &mut Facts, plan: &PlanFacts) {
    list.items("pending", &plan.pending);
    list.items("candidate", &plan.candidates);
    list.items("kept", &plan.kept);
    for (number, (reason, places)) in (1..).zip(by_reason(&plan.kept)) {
        list.add(FactKind::Text, format!("kept.group.{number}.reason"), reason);
        list.count(format!("kept.group.{number}.count"), places);
    }
    let waited = [&plan.pending, &plan.candidates].into_iter().flatten().filter(|item| item.waited).count();
    if waited > 0 {
        list.count("waited.count", waited);
    }
    if !plan.edits.is_empty() {
        list.count("file.count", plan.edits.len());
    }
    for (number, file) in (1..).zip(&plan.edits) {
        list.add(FactKind::Name, format!("file.{number}"), place(file));
    }
}

/// What the cluster has otherwise than its files.
pub(super) fn drift(list: &mut Facts, drift: &DriftFacts) {
    list.count("drift.count", drift.places);
    list.count("overwritten.count", drift.written_over.len());
    for (number, item) in (1..).zip(&drift.written_over) {
        list.add(FactKind::Name, format!("overwritten.{number}.place"), place(&item.place));
        list.value(format!("overwritten.{number}.live"), item.live.as_ref());
        list.value(format!("overwritten.{number}.target"), item.target.as_ref());
        list.value(format!("overwritten.{number}.planned"), item.planned.as_ref());
    }
}
