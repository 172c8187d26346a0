//! What differs between two states.
//!
//! [`compare`] walks two values of one object and gives every place where they differ, by Kubernetes' own
//! list keys; [`diff`] does so for whole states and sums it up. Both are pure. Objects come in redacted
//! (`kube_model::Redactor`), so that a secret shows as a mark which differs where the secret does.

mod alike;
mod apply;
mod argocd;
#[cfg(test)]
mod cluster_answers;
mod compare;
#[cfg(test)]
mod definition;
mod diff;
mod duration;
mod equal;
mod filter;
mod follow;
mod identity;
mod ignore;
mod inside;
mod items;
mod lines;
mod live;
mod matched;
mod normal;
mod patch;
mod reason;

pub use argocd::{ArgoIgnore, ArgoIgnoreError, argocd_ignores, argocd_ignores_of};
pub use compare::{Comparison, Difference, compare, compare_at};
pub use diff::{Change, Diff, DiffSummary, Op, Suppressed, diff, diff_in};
pub use equal::equal;
pub use filter::Hidden;
pub use inside::{InnerChange, Inside, TextFormat};
pub use kube_model::ObjectRef;
pub use live::{Choice, Conflict, Method, Prediction, compare_live, predict, writer_of};
pub use matched::{How, Match};
pub use normal::normalise;
pub use patch::{Action, ObjectPatch, Operation, map_pairs, patch, patches};
pub use reason::Reason;
