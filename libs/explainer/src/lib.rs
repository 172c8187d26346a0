//! A change explained in plain English.
//!
//! [`explain`] writes a headline, a short paragraph for each concern and a checklist for the approver from a
//! [`FactSheet`], and from nothing else: every number, name and level in the text is one of its facts. The
//! same sheet gives the same text. Names and values come from manifests, which anybody may have written: they
//! are bounded, what cannot be seen is escaped, what could be taken for the sentence is quoted, and the forms of an
//! [`Explanation`] for terminals, Markdown, HTML and Slack leave no markup, link or mention of theirs alive.
//!
//! [`FactSheet::facts`] gives each fact a name by which whoever writes otherwise (a language model) refers to it.

mod classify;
mod explanation;
mod facts;
mod sheet;
mod words;
mod write;

pub use explanation::{Concern, Explanation, Paragraph};
pub use facts::{Fact, FactKind};
pub use sheet::{
    BillFacts, BudgetFact, ChangeFacts, ChangeItem, CostFacts, CostLine, DriftFacts, DriftItem, FactSheet,
    FieldChange, FindingFact, IdleWaiverFact, ImageChange, Money, MoneyRange, Op, OpenPolicyFact, PlanFacts,
    PlanItem, Renamed, RiskFacts, SettingChange, SettingKind, SizeChange, Subject, UnevaluatedFact,
    UnknownCost, WaitingFact, WaivedFact,
};
pub use write::explain;
