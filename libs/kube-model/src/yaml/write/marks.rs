//! Where a comment may stand.

use super::Writer;

/// A place in the text at which a comment may be put in, and what is written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// A byte of the text: the end of a line, behind a value (of a literal block, behind its `|`).
    pub at: usize,
    /// The value, as a JSON pointer (RFC 6901).
    pub pointer: String,
}

#[derive(Default)]
pub(super) struct Marks {
    /// Of the node that is being written.
    pointer: String,
    pub(super) found: Vec<Mark>,
}

impl Writer {
    /// The value that is being written has been, up to here.
    pub(super) fn mark(&mut self) {
        let at = self.text.len();
        if let Some(Marks { pointer, found }) = &mut self.marks {
            found.push(Mark { at, pointer: pointer.clone() });
        }
    }

    /// Writes what is below a key or an index.
    pub(super) fn below(&mut self, part: impl FnOnce() -> String, write: impl FnOnce(&mut Self)) {
        let outside = self.marks.as_mut().map(|Marks { pointer, .. }| {
            let outside = pointer.len();
            pointer.push('/');
            pointer.push_str(&part().replace('~', "~0").replace('/', "~1"));
            outside
        });
        write(self);
        if let (Some(Marks { pointer, .. }), Some(outside)) = (&mut self.marks, outside) {
            pointer.truncate(outside);
        }
    }
}
