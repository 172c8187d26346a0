//! What the log keeps.

use crate::headers::Headers;

/// A record of the log. The log reads its key and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// The aggregate: records of one key are in one partition, in order.
    pub key: String,
    /// Names and values; CloudEvents attributes have the prefix `ce_`.
    pub headers: Headers,
    /// The event, framed.
    pub value: Vec<u8>,
}

impl Record {
    /// The first header of this name, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.headers.get(name)?).ok()
    }
}
