//! Making a published edit.

use super::file::{ByteSplice, FileEdit, sha256};
use super::pieces::Piece;

/// Why an edit cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The file is not what the plan read.
    #[error("{path} is not what the plan read: {how}")]
    Moved {
        /// The file.
        path: String,
        /// In which way.
        how: &'static str,
    },
    /// The edit does not give what it says: it was damaged.
    #[error("the edit of {path} does not give the file that it says")]
    Broken {
        /// The file.
        path: String,
    },
}

impl EditError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Moved { .. } => "PLAN_TARGET_MOVED",
            Self::Broken { .. } => "PLAN_EDIT_BROKEN",
        }
    }
}

/// The bytes of a file after an edit; none if it goes. `before` are its bytes as they are now, a byte-order mark
/// included; none if there is no such file.
///
/// # Errors
/// When the file is not what the plan read, or the result is not what the plan says.
pub fn apply_edit(before: Option<&[u8]>, edit: &FileEdit) -> Result<Option<Vec<u8>>, EditError> {
    let moved = |how| Err(EditError::Moved { path: edit.path.clone(), how });
    match (before, &edit.hash_before) {
        (None, Some(_)) => return moved("it is gone"),
        (Some(_), None) => return moved("it was not there"),
        (Some(bytes), Some(hash)) if sha256(&[bytes]) != *hash => return moved("it has changed"),
        _ => {}
    }
    let Some(hash) = &edit.hash_after else { return Ok(None) };
    let after = spliced(before.unwrap_or_default(), &edit.splices);
    match after.filter(|bytes| sha256(&[bytes]) == *hash) {
        Some(bytes) => Ok(Some(bytes)),
        None => Err(EditError::Broken { path: edit.path.clone() }),
    }
}

/// None where a range does not fit.
fn spliced(before: &[u8], splices: &[ByteSplice]) -> Option<Vec<u8>> {
    let mut after = Vec::with_capacity(before.len());
    let mut at = 0;
    for splice in splices {
        after.extend_from_slice(before.get(at..splice.start)?);
        // What goes has to be there, too.
        before.get(splice.start..splice.end)?;
        at = splice.end;
        if splice.pieces.is_empty() {
            after.extend_from_slice(splice.text.as_bytes());
        }
        for piece in &splice.pieces {
            match piece {
                Piece::Text { text } => after.extend_from_slice(text.as_bytes()),
                Piece::File { start, end } => after.extend_from_slice(before.get(*start..*end)?),
            }
        }
    }
    after.extend_from_slice(before.get(at..)?);
    Some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn splice(start: usize, end: usize, text: &str) -> ByteSplice {
        ByteSplice { start, end, text: text.to_owned(), masked: false, pieces: Vec::new() }
    }

    fn edit(before: Option<&str>, after: Option<&str>, splices: Vec<ByteSplice>) -> FileEdit {
        let hash = |text: Option<&str>| text.map(|text| sha256(&[text.as_bytes()]));
        FileEdit { path: "a.yaml".to_owned(), hash_before: hash(before), hash_after: hash(after), splices }
    }

    fn applied(before: Option<&str>, edit: &FileEdit) -> Result<Option<String>, &'static str> {
        let after = apply_edit(before.map(str::as_bytes), edit).map_err(|error| error.code())?;
        Ok(after.map(|bytes| String::from_utf8(bytes).unwrap()))
    }

    #[test]
    fn a_file_is_changed_made_or_removed() {
        let change =
            edit(Some("\u{feff}0123"), Some("\u{feff}a1bc3"), vec![splice(3, 4, "a"), splice(5, 6, "bc")]);
        assert_eq!(applied(Some("\u{feff}0123"), &change), Ok(Some("\u{feff}a1bc3".to_owned())));
        let create = edit(None, Some("new"), vec![splice(0, 0, "new")]);
        assert_eq!(applied(None, &create), Ok(Some("new".to_owned())));
        let remove = edit(Some("old"), None, vec![splice(0, 3, "")]);
        assert_eq!(applied(Some("old"), &remove), Ok(None));
    }

    #[test]
    fn a_secret_comes_from_the_file() {
        let pieces = vec![
            Piece::Text { text: "p: ".to_owned() },
            Piece::File { start: 0, end: 6 },
            Piece::Text { text: "\n".to_owned() },
        ];
        let moves = ByteSplice { masked: true, pieces, ..splice(6, 7, "p: (secret 01234567)\n") };
        let edit = edit(Some("secret!"), Some("secretp: secret\n"), vec![moves]);
        assert_eq!(applied(Some("secret!"), &edit), Ok(Some("secretp: secret\n".to_owned())));
    }

    #[test]
    fn another_file_is_not_touched() {
        let change = edit(Some("01"), Some("0a"), vec![splice(1, 2, "a")]);
        let create = edit(None, Some("new"), vec![splice(0, 0, "new")]);
        for (before, edit) in
            [(Some("02"), &change), (Some("\u{feff}01"), &change), (None, &change), (Some(""), &create)]
        {
            assert_eq!(applied(before, edit), Err("PLAN_TARGET_MOVED"), "{before:?}");
        }
    }

    #[test]
    fn a_damaged_edit_is_not_made() {
        for splices in [
            vec![splice(1, 2, "b")],
            vec![splice(1, 3, "a")],
            vec![splice(2, 1, "a")],
            vec![splice(1, 2, "a"), splice(0, 1, "0")],
            vec![],
        ] {
            let edit = edit(Some("01"), Some("0a"), splices);
            assert_eq!(applied(Some("01"), &edit), Err("PLAN_EDIT_BROKEN"), "{edit:?}");
        }
    }
}
