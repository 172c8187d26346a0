//! Where a value stands in a repository.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The file, by its path relative to the repository's root.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: usize,
    /// The bytes of the value in the file's text (which is without a byte-order mark); empty for a whole file.
    pub bytes: Span,
}

/// A range of bytes that can be compared and copied into keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl From<&Range<usize>> for Span {
    fn from(range: &Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }
}

impl Location {
    /// A file as a whole.
    #[must_use]
    pub fn of_file(file: &str) -> Self {
        Self { file: file.into(), line: 1, bytes: Span::default() }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A value and where it is written, which is where an edit of it belongs.
///
/// Its `Debug` names the place alone: values of charts hold passwords.
#[derive(Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it is written. For a field of an ApplicationSet's template that is one parameter and nothing else, the
    /// place is the parameter's, in its generator or its file; else the template's.
    pub from: Location,
    /// The parameters that are part of the value beside other text of a template.
    pub parameters: Vec<Location>,
}

impl<T> Sourced<T> {
    /// A value that is written at one place.
    pub fn new(value: T, from: Location) -> Self {
        Self { value, from, parameters: Vec::new() }
    }
}

impl<T> fmt::Debug for Sourced<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({})", self.from)
    }
}
