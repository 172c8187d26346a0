//! From facts to words.

mod changes;
mod checklist;
mod cost;
mod headline;
mod plan;
mod risk;

use crate::explanation::{Concern, Explanation, Paragraph};
use crate::sheet::FactSheet;
use crate::words::Names;

/// Explains a change. Every number, name and level in the explanation is one of the facts, or counts them.
#[must_use]
pub fn explain(sheet: &FactSheet) -> Explanation {
    let names = Names::of(sheet);
    let paragraphs = [
        (Concern::Blocked, sheet.plan.as_ref().and_then(plan::blocked)),
        (Concern::Changes, changes::write(sheet, names)),
        (Concern::Risk, sheet.risk.as_ref().map(|risk| risk::write(risk, names))),
        (Concern::Cost, sheet.cost.as_ref().map(|cost| cost::write(cost, &sheet.subject, names))),
        (Concern::Behind, sheet.plan.as_ref().and_then(|plan| plan::behind(plan, &sheet.subject))),
    ];
    Explanation {
        headline: headline::write(sheet),
        paragraphs: paragraphs
            .into_iter()
            .filter_map(|(concern, text)| text.map(|text| Paragraph { concern, text }))
            .collect(),
        checklist: checklist::write(sheet, names),
    }
}
