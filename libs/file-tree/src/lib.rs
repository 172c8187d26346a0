//! The files of a repository as a value: what renderers read, and what an edit is laid over.
//!
//! A [`FileTree`] is cheap to clone and to change, so that a planner can try an edit and render again. It does no I/O.
//! Symbolic links are known and never followed: who meets one says so.

mod path;
mod tree;

pub use path::{PathError, join, parent, relative};
pub use tree::{Entry, FileTree, Found};
