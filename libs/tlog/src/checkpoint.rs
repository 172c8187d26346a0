//! What a log was at one size, as a text to be signed (C2SP tlog-checkpoint).

use std::fmt;

use crate::base64;
use crate::error::NoteError;
use crate::hash::Hash;
use crate::key::{PublicKey, SigningKey};
use crate::note::SignedNote;

/// A log's identity, size and root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log: `HOST/PATH`, the name of the key that signs it.
    pub origin: String,
    /// The number of leaves.
    pub size: u64,
    /// The root of the tree of this size.
    pub root: Hash,
    /// Further lines, which no monitor can check. We write none.
    pub extensions: Vec<String>,
}

/// A checkpoint whose signature was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCheckpoint<'k> {
    /// What was signed.
    pub checkpoint: Checkpoint,
    /// Those of the known keys that signed it, at least one.
    pub signers: Vec<&'k PublicKey>,
}

/// The origin of an organisation's log: every organisation has a log, and a key name, of its own, so that no checkpoint
/// of one can pass for another's.
#[must_use]
pub fn origin(log: &str, organisation: &str) -> String {
    format!("{log}/{organisation}")
}

impl Checkpoint {
    /// Signs the checkpoint with the key of its log.
    ///
    /// # Errors
    ///
    /// The key is for another log; origin or extensions are empty or have line breaks.
    pub fn sign(&self, key: &SigningKey) -> Result<SignedNote, NoteError> {
        self.check_origin(key.public())?;
        let text = self.to_string();
        // Read again, since a line break inside a field would make another checkpoint of it.
        if Self::parse(&text)? != *self {
            return Err(NoteError::Checkpoint("a line break stands inside a line"));
        }
        SignedNote::sign(&text, key)
    }

    /// Reads and verifies a signed checkpoint.
    ///
    /// # Errors
    ///
    /// It is malformed, not signed by one of `keys`, or of another log than the key that signed it.
    pub fn open<'k>(note: &str, keys: &'k [PublicKey]) -> Result<OpenCheckpoint<'k>, NoteError> {
        let note = SignedNote::parse(note)?;
        let signers = note.verify(keys)?;
        let checkpoint = Self::parse(note.text())?;
        signers.iter().try_for_each(|key| checkpoint.check_origin(key))?;
        Ok(OpenCheckpoint { checkpoint, signers })
    }

    /// Reads the text of a checkpoint. Nothing is verified.
    ///
    /// # Errors
    ///
    /// The text does not have the form of one.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let malformed = NoteError::Checkpoint;
        let body = text.strip_suffix('\n').ok_or(malformed("it does not end in a newline"))?;
        let mut lines = body.split('\n');
        let origin =
            lines.next().filter(|origin| !origin.is_empty()).ok_or(malformed("its origin is empty"))?;
        let size = lines.next().and_then(size).ok_or(malformed("its second line is not the size"))?;
        let root = lines.next().and_then(root).ok_or(malformed("its third line is not the root"))?;
        let extensions: Vec<_> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(malformed("it has an empty line"));
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions })
    }

    fn check_origin(&self, key: &PublicKey) -> Result<(), NoteError> {
        if self.origin == key.name() {
            return Ok(());
        }
        Err(NoteError::OriginMismatch { origin: self.origin.clone(), key: key.name().to_owned() })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, base64::encode(self.root.bytes()))?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A decimal number in its only spelling: no sign, no leading zero.
fn size(line: &str) -> Option<u64> {
    let size: u64 = line.parse().ok()?;
    (size.to_string() == line).then_some(size)
}

fn root(line: &str) -> Option<Hash> {
    base64::decode(line)?.try_into().ok().map(Hash::new)
}
