//! Signed notes: a text, and the lines of those who signed it (C2SP signed-note).

use std::fmt;

use crate::base64;
use crate::error::NoteError;
use crate::key::{PublicKey, SigningKey, is_name, label};

/// What a signature line begins with.
const SIGNATURE: &str = "\u{2014} ";
/// Larger notes are refused before they are looked at.
const MAX_BYTES: usize = 1_000_000;
/// More signatures are refused; the specification asks for at least 16.
const MAX_SIGNATURES: usize = 100;

/// A text and its signatures. The text means nothing before [`SignedNote::verify`] has said who signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<Signature>,
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The key's name.
    pub name: String,
    /// The key's number.
    pub id: u32,
    /// The signature, in the key's algorithm.
    pub signature: Vec<u8>,
}

impl SignedNote {
    /// Signs a text.
    ///
    /// # Errors
    ///
    /// The text does not end in a newline, or holds another control character.
    pub fn sign(text: &str, key: &SigningKey) -> Result<Self, NoteError> {
        check_text(text)?;
        let mut note = Self { text: text.to_owned(), signatures: Vec::new() };
        note.cosign(key);
        Ok(note)
    }

    /// Adds a signature, as a new key does when it follows an old one.
    pub fn cosign(&mut self, key: &SigningKey) {
        let (public, signature) = (key.public(), key.sign(&self.text));
        self.signatures.push(Signature { name: public.name().to_owned(), id: public.id(), signature });
    }

    /// Reads a signed note. Nothing is verified.
    ///
    /// # Errors
    ///
    /// It does not have the form of one, or is larger than 1 MB or 100 signatures.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > MAX_BYTES {
            return Err(NoteError::Malformed("it is larger than 1 MB"));
        }
        let split =
            note.rfind("\n\n").ok_or(NoteError::Malformed("no empty line stands before the signatures"))?;
        let (text, lines) = (&note[..=split], &note[split + 2..]);
        check_text(text)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Malformed("no signature line ends it"))?;
        let signatures = lines.split('\n').map(signature).collect::<Option<Vec<_>>>();
        let signatures = signatures.ok_or(NoteError::Malformed("a signature line has another form"))?;
        if signatures.len() > MAX_SIGNATURES {
            return Err(NoteError::Malformed("it has more than 100 signatures"));
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// What is signed, with its last newline.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures, verified or not, in the note's order.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Says which of `keys` signed the text, at least one. Signatures by other keys are ignored.
    ///
    /// # Errors
    ///
    /// A signature by one of `keys` does not fit the text, or there is none.
    pub fn verify<'k>(&self, keys: &'k [PublicKey]) -> Result<Vec<&'k PublicKey>, NoteError> {
        let mut signers: Vec<&PublicKey> = Vec::new();
        for signature in &self.signatures {
            let known = keys.iter().find(|key| key.name() == signature.name && key.id() == signature.id);
            let Some(key) = known else { continue };
            if !key.signed(&self.text, &signature.signature) {
                return Err(NoteError::SignatureInvalid(key.label()));
            }
            if !signers.contains(&key) {
                signers.push(key);
            }
        }
        if signers.is_empty() {
            let by = self.signatures.iter().map(|signature| label(&signature.name, signature.id));
            return Err(NoteError::SignatureUnknown(by.collect()));
        }
        Ok(signers)
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| {
            let bytes = [&signature.id.to_be_bytes(), signature.signature.as_slice()].concat();
            writeln!(f, "{SIGNATURE}{} {}", signature.name, base64::encode(&bytes))
        })
    }
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if !text.ends_with('\n') {
        return Err(NoteError::Malformed("its text does not end in a newline"));
    }
    if text.contains(|c: char| c < ' ' && c != '\n') {
        return Err(NoteError::Malformed("its text holds a control character"));
    }
    Ok(())
}

/// Reads `— NAME BASE64`: four bytes of the key's number, and the signature.
fn signature(line: &str) -> Option<Signature> {
    let (name, bytes) = line.strip_prefix(SIGNATURE)?.split_once(' ')?;
    let bytes = base64::decode(bytes)?;
    let (id, signature) = bytes.split_first_chunk::<4>()?;
    let fine = is_name(name) && !signature.is_empty();
    fine.then(|| Signature {
        name: name.to_owned(),
        id: u32::from_be_bytes(*id),
        signature: signature.to_vec(),
    })
}
