//! Edits of manifests that keep every byte outside the edited value.
//!
//! The caller says what an object is to become; [`edit_object`] finds the splices of its file that make it so.
//! Comments, blank lines, order, quotes, indentation, line endings, anchors and a missing last newline stay.
//! What is added is written as it stands in a [`Template`] (the promotion's source), at the target's
//! indentation. [`add_object`] and [`remove_object`] do the same for whole documents. All of it is pure.

mod block;
mod content;
mod documents;
mod flow;
mod indent;
mod reconcile;
mod scalar;
mod splice;
mod template;

pub use documents::{add_object, new_file, remove_object};
pub use reconcile::{edit_document, edit_object};
pub use splice::{Splice, apply, normalised};
pub use template::Template;

/// An edit that cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The object is not where it was read.
    #[error("{file}: the object is no longer where it was read")]
    NotThere {
        /// The file.
        file: String,
    },
    /// A key that comes in by a merge key cannot be taken out of one mapping alone.
    #[error("{file}:{line}: {key:?} comes in through a merge key (`<<`) and cannot be removed here alone")]
    Merged {
        /// The file.
        file: String,
        /// The line of the mapping.
        line: usize,
        /// The key.
        key: String,
    },
}
