//! The log's key in the text form of C2SP signed-note: `NAME+ID+KEY`.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::Signer;
use sha2::{Digest, Sha256};

use crate::base64;
use crate::error::KeyError;

/// The signature type "Ed25519 over the note's text" (C2SP signed-note, "Signature types").
const ED25519: u8 = 0x01;
/// What a private key's text begins with, so that nobody takes it for a public one.
const PRIVATE: &str = "PRIVATE+KEY+";

/// A public key, which names the log that it speaks for.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    id: u32,
    key: ed25519_dalek::VerifyingKey,
}

impl PublicKey {
    fn new(name: &str, key: ed25519_dalek::VerifyingKey) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError("its name is empty, or contains a space, a plus or a control character"));
        }
        // Under such a key a signature can fit several texts.
        if key.is_weak() {
            return Err(KeyError("it is a weak Ed25519 key"));
        }
        Ok(Self { name: name.to_owned(), id: id(name, key.as_bytes()), key })
    }

    /// The key's name: the origin of the log that it signs.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number that finds the key among others of its name. It is too short to prove anything.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Name and number: `NAME+ID`, as signers are listed.
    #[must_use]
    pub fn label(&self) -> String {
        label(&self.name, self.id)
    }

    pub(crate) fn signed(&self, text: &str, signature: &[u8]) -> bool {
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(text.as_bytes(), &signature).is_ok())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}", self.label(), encode(self.key.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with(PRIVATE) {
            return Err(KeyError("it is a private key; keep it secret and use the public one"));
        }
        let (name, id, bytes) = decode(text)?;
        let key =
            ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError("it is no Ed25519 key"))?;
        let key = Self::new(name, key)?;
        if key.id == id { Ok(key) } else { Err(KeyError("its number does not fit its name and key")) }
    }
}

/// A private key. It is never shown by `Debug`, and wiped from memory when dropped.
#[derive(Clone)]
pub struct SigningKey {
    key: ed25519_dalek::SigningKey,
    public: PublicKey,
}

impl SigningKey {
    /// The key of this name (a log's origin) that the seed makes: 32 secret random bytes.
    ///
    /// # Errors
    ///
    /// The name is empty, or contains a space, a plus or a control character.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        let public = PublicKey::new(name, key.verifying_key())?;
        Ok(Self { key, public })
    }

    /// Reads the text of [`Self::to_secret`].
    ///
    /// # Errors
    ///
    /// The text is no private key.
    pub fn from_secret(text: &str) -> Result<Self, KeyError> {
        let rest = text.strip_prefix(PRIVATE).ok_or(KeyError("it is not a private key"))?;
        let (name, id, seed) = decode(rest)?;
        let key = Self::new(name, &seed)?;
        if key.public.id == id { Ok(key) } else { Err(KeyError("its number does not fit its name and key")) }
    }

    /// The private key as text, `PRIVATE+KEY+NAME+ID+SEED`. It is a secret: write it nowhere but to a file of mode 0600.
    #[must_use]
    pub fn to_secret(&self) -> String {
        format!("{PRIVATE}{}+{}", self.public.label(), encode(self.key.as_bytes()))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    pub(crate) fn sign(&self, text: &str) -> Vec<u8> {
        self.key.sign(text.as_bytes()).to_vec()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, secret)", self.public.label())
    }
}

/// A key's name must stand between spaces in a signature and between plus signs in a key.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

pub(crate) fn label(name: &str, id: u32) -> String {
    format!("{name}+{id:08x}")
}

/// The first four bytes of `SHA-256(name || 0x0A || type || key)`, as C2SP signed-note recommends.
fn id(name: &str, key: &[u8; 32]) -> u32 {
    let hash = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(key).finalize();
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
}

fn encode(key: &[u8; 32]) -> String {
    base64::encode(&[&[ED25519], key.as_slice()].concat())
}

/// Name, number and key of `NAME+ID+KEY`.
fn decode(text: &str) -> Result<(&str, u32, [u8; 32]), KeyError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError("it does not have the form NAME+ID+KEY"));
    };
    let digits = id.len() == 8 && id.bytes().all(|digit| digit.is_ascii_hexdigit());
    let id = u32::from_str_radix(id, 16).ok().filter(|_| digits);
    let id = id.ok_or(KeyError("its number is not eight hexadecimal digits"))?;
    let bytes = base64::decode(key).ok_or(KeyError("it is not base64"))?;
    match bytes.split_first() {
        Some((&ED25519, key)) => {
            Ok((name, id, key.try_into().map_err(|_| KeyError("it is not 32 bytes long"))?))
        }
        _ => Err(KeyError("it is not of the type Ed25519 (1)")),
    }
}
