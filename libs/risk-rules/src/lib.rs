//! What a change risks.
//!
//! [`assess`] compares two whole states, the target before and after, and gives findings: what the change
//! *introduces or worsens*, each with its evidence (object, path, before, after), a level, and the document
//! that it rests on. What was always so is no finding. [`RULES`] is the table of the rules; a rule is a small
//! pure function in the file of its group, and one that lacks its facts is listed as not evaluated.
//!
//! Objects come in redacted (`kube_model::Redactor`), so that evidence may show every value.

mod affected;
mod assess;
mod catalogue;
mod checks;
mod facts;
mod level;
mod model;
mod pod_security;
mod report;
mod rule;
mod rules;
mod tables;
mod verdict;
mod waiver;

pub use assess::{assess, assess_under};
pub use catalogue::{CatalogueEntry, catalogue};
pub use checks::{CHECKS, Check, Profile};
pub use facts::{
    ClusterFacts, ContainerUse, DeliveryFacts, Drifted, Facts, IgnoredChange, Outcome, PastPromotion,
    PlanFacts, PlanItem, PodsOf, RoomFacts, StuckRollout, WaitingPods,
};
pub use level::{Impact, LEVELS, Level, LevelError, Likelihood};
pub use report::{Finding, Location, NotEvaluated, PolicyNotEvaluated, RiskReport};
pub use rule::{Group, Missing, Rule};
pub use rules::RULES;
pub use verdict::{Enforced, PolicyOutcome, PolicyVerdict};
pub use waiver::{Idle, IdleWaiver, Waived, Waiver, WaiverOrigin, waive};
