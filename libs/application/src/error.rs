//! Why an application is refused.

/// What is wrong with a `plimsoll.yaml`, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", self.prefix())]
pub struct ApplicationError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// The field as `spec.environments[1].name`; empty for the document itself.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

impl ApplicationError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "APPLICATION_INVALID"
    }

    fn prefix(&self) -> String {
        match self.field.is_empty() {
            true => String::new(),
            false => format!("{}: ", self.field),
        }
    }
}
