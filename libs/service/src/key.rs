//! Keys of 32 bytes, as files and settings have them: 64 hexadecimal digits.

use std::str::FromStr;

use serde::{Deserialize, Deserializer};

/// A key of 32 bytes. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

/// A text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is 64 hexadecimal digits")]
pub struct KeyError;

impl Key {
    /// The key of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes, for its use.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// As its file has it.
    #[must_use]
    pub fn reveal(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let digits = text.trim().as_bytes();
        let (pairs, rest) = digits.as_chunks::<2>();
        let pairs: &[[u8; 2]; 32] = pairs.try_into().map_err(|_| KeyError)?;
        if !rest.is_empty() {
            return Err(KeyError);
        }
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let mut key = [0; 32];
        for (byte, [high, low]) in key.iter_mut().zip(pairs) {
            *byte = digit(*high).ok_or(KeyError)? << 4 | digit(*low).ok_or(KeyError)?;
        }
        Ok(Self(key))
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The text is not part of the error.
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        let text = "00ff".repeat(16);
        let key: Key = format!("{text}\n").parse().unwrap();
        assert_eq!((key.bytes()[0], key.bytes()[31]), (0x00, 0xff));
        assert_eq!(key.reveal(), text);
        for wrong in ["", &text[1..], &format!("{text}0"), &text.replace('f', "g")] {
            assert_eq!(wrong.parse::<Key>(), Err(KeyError), "{wrong}");
        }
        assert!(!format!("{key:?}").contains("ff"));
    }
}
