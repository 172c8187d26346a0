//! Why the stack is not up.

use std::path::Path;

/// Why the stack is not up. It is for who runs it by hand, so it is words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StackError(pub(crate) String);

impl StackError {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }

    /// What could not be done with a file.
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.display().to_string();
        move |error| Self(format!("{path}: {error}"))
    }
}
