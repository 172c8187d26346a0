//! An error as a person reads it: one line that says what is wrong, one that says what to do.

use std::borrow::Cow;

use kube_model::StateError;
use source::{SourceError, SourceTree};

use crate::escape;
use crate::help;

/// Why a run ends without an answer.
#[derive(Debug)]
pub(crate) struct Failure {
    code: Cow<'static, str>,
    message: String,
}

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code: Cow::Borrowed(code), message: message.into() }
    }

    /// An error that a server, or a part of this one, tells by its code.
    pub(crate) fn told(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into() }
    }

    /// The stable code.
    pub(crate) fn code(&self) -> &str {
        &self.code
    }

    /// What is wrong.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The same error of a part, which stands before it.
    pub(crate) fn of_part(&self, part: &str) -> Self {
        Self { code: self.code.clone(), message: format!("{part}: {}", self.message) }
    }

    /// An error of a service.
    pub(crate) fn of(failure: &service::Failure) -> Self {
        Self::told(failure.code(), failure.message())
    }

    /// An error of a manifest, with its file as the person who gave the source finds it.
    pub(crate) fn in_manifest(error: &StateError, tree: &SourceTree) -> Self {
        let mut located = error.clone();
        match &mut located {
            StateError::Yaml { file, .. }
            | StateError::NotAnObject { file, .. }
            | StateError::NotText { file, .. } => *file = tree.show(file),
            StateError::Duplicate { file, first_file, .. } => {
                *file = tree.show(file);
                *first_file = tree.show(first_file);
            }
        }
        Self::new(error.code(), located.to_string())
    }

    /// The two lines. What a manifest or a file name brings in cannot drive a terminal.
    pub(crate) fn render(&self) -> String {
        let Self { code, message } = self;
        let help = help::of(code);
        format!("error[{code}]: {}\nhelp: {help} (runbooks/{code}.md)\n", escape::line(message))
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
