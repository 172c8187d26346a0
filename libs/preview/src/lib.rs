//! The stages of a preview: from the files of the environments to the documents that an approval rests on.
//!
//! ```text
//! files ──diff──▶ plan · rendered before, after · changes ──cost──▶ cost ──risk──▶ risk ──explain──▶ explanation
//! ```
//!
//! The command line calls the stages one after the other; the services are one stage each, and hand on the documents as
//! blobs. A stage is a function of its arguments. What it makes shows no secret, and is written in one canonical form
//! ([`Document::write`]), so that the same input gives the same bytes and [`preview_hash`] names all of them.
//! [`equal_plan`] says whether a plan that was made again is the one that was approved, [`apply_edit`] makes its edits,
//! and [`EdgeBase`] is what the next promotion over the same edge compares with.

mod base;
mod canonical;
mod delivery;
mod diff;
mod document;
mod equal;
mod facts;
mod handed_over;
mod hash;
mod inputs;
mod nodes;
mod plan;
mod policies;
mod rendered;
mod response;
mod stages;
mod states;
mod tree;

pub use base::{Arrived, EdgeBase, HeldPlace, held_after};
pub use diff::{BaseTrees, DiffError, DiffInput, DiffOutput, HeldTree, Whose, diff};
pub use document::{Document, DocumentError};
pub use equal::{Difference, Previewed, equal_plan};
pub use facts::{budget_fact, fact_sheet};
pub use handed_over::HandedOver;
pub use hash::{PreviewParts, group_hash, preview_hash};
pub use inputs::{Inputs, Moved, PinnedFile, PinnedHeld, Renderer};
pub use nodes::{Billed, KnownNodes, NodeFacts, applied_in, manifests_at};
pub use plan::PlanDocument;
pub use policies::{PlanPolicies, may_hold_policies, policy_facts};
pub use promotion_plan::{ByteSplice, EditError, FileEdit, Piece, PlanItem, Selection, Take, apply_edit};
pub use render::{NoPrograms, Programs};
pub use rendered::Rendered;
pub use response::{Changes, Response, response};
pub use stages::{ExplanationDocument, bill, cost, explain, of_nodes, risk, risk_under, waive};
pub use tree::{Recipe, Side, Tree};
