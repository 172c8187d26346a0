//! A token as its owner holds it: `plimsoll_` and base64url of the organisation (16 bytes), the token's identifier (16)
//! and its secret (32). What is kept is the SHA-256 of the secret: 256 random bits need no slow hash.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ids::{OrgId, TokenId};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

/// By which a token is known as one, to people and to scanners of secrets.
const PREFIX: &str = "plimsoll_";

/// A token as its owner holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct BearerToken {
    /// The organisation.
    pub org: OrgId,
    /// Its identifier.
    pub id: TokenId,
    secret: [u8; 32],
}

/// A text that is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no token of Plimsoll")]
pub struct TokenError;

impl BearerToken {
    /// A token with this secret, which must be random.
    #[must_use]
    pub fn new(org: OrgId, id: TokenId, secret: [u8; 32]) -> Self {
        Self { org, id, secret }
    }

    /// Reads it as its owner wrote it.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let body = text.strip_prefix(PREFIX).ok_or(TokenError)?;
        let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| TokenError)?;
        let bytes: [u8; 64] = bytes.try_into().map_err(|_| TokenError)?;
        let uuid = |from: usize| Uuid::from_slice(&bytes[from..from + 16]).map_err(|_| TokenError);
        let mut secret = [0; 32];
        secret.copy_from_slice(&bytes[32..]);
        Ok(Self { org: OrgId::new(uuid(0)?), id: TokenId::new(uuid(16)?), secret })
    }

    /// As its owner writes it.
    #[must_use]
    pub fn reveal(&self) -> String {
        let bytes = [self.org.uuid().as_bytes().as_slice(), self.id.uuid().as_bytes(), &self.secret].concat();
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What is kept of its secret, in hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        Sha256::digest(self.secret).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether this is what is kept of its secret, in a time that does not tell how much of it fits.
    #[must_use]
    pub fn has_digest(&self, digest: &str) -> bool {
        self.digest().as_bytes().ct_eq(digest.as_bytes()).into()
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerToken").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

    use super::*;

    fn token() -> BearerToken {
        BearerToken::new(OrgId::new(Uuid::NAMESPACE_DNS), TokenId::new(Uuid::NAMESPACE_URL), [7; 32])
    }

    #[test]
    fn what_is_written_is_read() {
        let text = token().reveal();
        // 64 bytes are 86 characters of base64 without padding.
        assert_eq!(text.len(), PREFIX.len() + 86);
        assert_eq!(BearerToken::parse(&text), Ok(token()));
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let text = token().reveal();
        for wrong in [
            "",
            "plimsoll_",
            "hunter2",
            &text[1..],
            &text[..text.len() - 1],
            &format!("{text}A"),
            &format!("{text}="),
        ] {
            assert_eq!(BearerToken::parse(wrong), Err(TokenError), "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_known_by_its_digest_and_never_printed() {
        // printf '\007%.0s' {1..32} | sha256sum
        let digest = "4bb06f8e4e3a7715d201d573d0aa423762e55dabd61a2c02278fa56cc6d294e0";
        assert_eq!(token().digest(), digest);
        assert!(token().has_digest(digest));
        let other = BearerToken::new(token().org, token().id, [8; 32]);
        assert!(!other.has_digest(digest));
        assert!(!other.has_digest(&digest[..62]));
        assert!(!format!("{:?}", token()).contains("secret"));
    }
}
