//! The plan of a promotion: the smallest edit of the target's own files that carries the source's changes over
//! and leaves what is the target's alone.
//!
//! [`plan`] pairs the objects of both environments, finds every place where they differ, decides about each by
//! the application's rules and the table of defaults, and writes the edit. Where the base is known (the
//! source as it stood at the last promotion) it merges three ways; where it is not, only version pointers go
//! over and the rest is listed. A plan is a value: it reads nothing, and making it again from the same inputs
//! gives the same plan. An edit stands only if reading the edited files again gives exactly what was planned.

mod additions;
mod after;
mod base;
mod carried_variables;
mod coupled;
mod decide;
mod edits;
mod environment;
mod label;
mod layers;
mod mounts;
mod namespaces;
mod others;
mod pairing;
mod parts;
mod places;
mod plan;
mod planner;
mod pointers;
mod references;
mod removals;
mod report;
mod secret_edits;
mod selection;
mod set;
mod settings;
mod table;
mod variables;

pub use base::{Base, Held};
pub use edits::{ByteSplice, EditError, FileEdit, Piece, apply_edit};
pub use environment::Environment;
pub use layers::{Inputs, Layer, Layers, Renderer};
pub use plan::{Plan, PlanError, PlanItem, Request, plan};
pub use selection::{Selection, Side, Take};
