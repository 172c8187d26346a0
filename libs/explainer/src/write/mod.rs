//! From facts to words.

mod behind;
mod changes;
mod checklist;
mod cost;
mod headline;
mod risk;
mod unevaluated;

pub(crate) use behind::by_reason;

use crate::explanation::{Concern, Explanation, Paragraph};
use crate::sheet::FactSheet;
use crate::words::Names;

/// Explains a change. Every number, name and level in the explanation is one of the facts, or counts them.
#[must_use]
pub fn explain(sheet: &FactSheet) -> Explanation {
    let names = Names::of(sheet);
    let risk = sheet.risk.as_ref();
    let paragraphs = [
        (Concern::Blocked, sheet.plan.as_ref().and_then(behind::blocked)),
        (Concern::Risk, risk.and_then(|risk| risk::write(risk, &sheet.changes, names))),
        (Concern::Cost, cost::write(sheet, names)),
        (Concern::Changes, changes::write(sheet, names)),
        (Concern::Waived, risk.and_then(|risk| risk::waived(risk, names))),
        (Concern::Drift, sheet.drift.as_ref().and_then(behind::drift)),
        (Concern::Behind, sheet.plan.as_ref().and_then(|plan| behind::write(plan, &sheet.subject))),
        (Concern::Unevaluated, risk.and_then(|risk| unevaluated::write(risk, names))),
    ];
    Explanation {
        headline: headline::write(sheet, names),
        paragraphs: paragraphs
            .into_iter()
            .filter_map(|(concern, text)| text.map(|text| Paragraph { concern, text }))
            .collect(),
        checklist: checklist::write(sheet, names),
    }
}
