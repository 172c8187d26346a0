//! A change explained in plain English.
//!
//! [`explain`] writes a headline, a short paragraph for each concern and a checklist for the approver from a
//! [`FactSheet`], and from nothing else: every number, name and level in the text is one of its facts. The
//! same sheet gives the same text. Names and values come from manifests, which anybody may have written: they
//! are bounded, what cannot be seen is escaped, what could be taken for the sentence is quoted, and
//! [`Explanation::to_markdown`] leaves no markup, link or mention of theirs alive.

mod classify;
mod explanation;
mod sheet;
mod write;

pub use explanation::{Concern, Explanation, Paragraph};
pub use sheet::{
    BillFacts, ChangeFacts, ChangeItem, CostFacts, CostLine, FactSheet, FieldChange, FindingFact,
    ImageChange, Money, Op, PlanFacts, PlanItem, Renamed, RiskFacts, SettingChange, SettingKind, SizeChange,
    Subject, UnevaluatedFact, UnknownCost,
};
pub use write::explain;
