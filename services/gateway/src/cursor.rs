//! Where a page of a list begins: the time and the identifier of the row before it, as one opaque word.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::ApiError;

/// The row before a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) time: OffsetDateTime,
    pub(crate) id: Uuid,
}

impl Cursor {
    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        let wrong = || ApiError::bad_request("QUERY_INVALID", "cursor is no next_cursor of a page");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
        let bytes: [u8; 24] = bytes.try_into().map_err(|_| wrong())?;
        let (micros, id) = bytes.split_at(8);
        let micros = i64::from_be_bytes(micros.try_into().map_err(|_| wrong())?);
        let time =
            OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000).map_err(|_| wrong())?;
        Ok(Self { time, id: Uuid::from_slice(id).map_err(|_| wrong())? })
    }

    pub(crate) fn text(self) -> String {
        // Postgres keeps microseconds.
        let micros = i64::try_from(self.time.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX);
        URL_SAFE_NO_PAD.encode([micros.to_be_bytes().as_slice(), self.id.as_bytes()].concat())
    }
}

/// A text as an opaque word, where the order of a list is that of texts.
pub(crate) fn word(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// The text of such a word.
pub(crate) fn of_word(word: &str) -> Result<String, ApiError> {
    let wrong = || ApiError::bad_request("QUERY_INVALID", "cursor is no next_cursor of a page");
    let bytes = URL_SAFE_NO_PAD.decode(word).map_err(|_| wrong())?;
    String::from_utf8(bytes).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_cursor_is_the_row_that_it_was_made_from() {
        for time in [datetime!(2026-11-21 17:30:00.123_456 UTC), datetime!(1969-12-31 23:59:59.999_999 UTC)] {
            let cursor = Cursor { time, id: Uuid::NAMESPACE_DNS };
            assert_eq!(Cursor::parse(&cursor.text()), Ok(cursor));
        }
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in ["", "abc", "!", &"A".repeat(33), "f_________8AAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(
                Cursor::parse(text).map_err(|error| error.code),
                Err("QUERY_INVALID".to_owned()),
                "{text}"
            );
        }
    }
}
