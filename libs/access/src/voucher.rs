//! An identity that one service vouches for to another: `BODY.MAC`, where the body is the identity and its end as JSON in
//! base64url, and the MAC is HMAC-SHA-256 of the body under a key that only the services hold.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use time::{Duration, OffsetDateTime};

use crate::identity::Identity;

/// The metadata of a gRPC call that carries the voucher.
pub const METADATA_KEY: &str = "plimsoll-identity";

/// How long a voucher is taken: longer than any call, shorter than anybody needs to misuse one.
const LIFETIME: Duration = Duration::minutes(2);

/// Vouches for identities and checks vouchers.
#[derive(Clone)]
pub struct Voucher {
    key: [u8; 32],
}

/// Why a voucher is not taken. It does not say which part is wrong: who has the key needs no hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VoucherError {
    /// It is none, or was made with another key.
    #[error("nobody vouches for the caller")]
    Invalid,
    /// Its time is over, or has not come.
    #[error("nobody vouches for the caller any more")]
    Expired,
}

#[derive(Serialize, Deserialize)]
struct Body {
    identity: Identity,
    /// Seconds since 1970.
    until: i64,
}

impl VoucherError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(self) -> &'static str {
        "IDENTITY_NOT_VOUCHED"
    }
}

impl std::fmt::Debug for Voucher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Voucher(***)")
    }
}

impl Voucher {
    /// Vouches under this key.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// Vouches for an identity from now on, for two minutes.
    #[must_use]
    pub fn vouch(&self, identity: &Identity, now: OffsetDateTime) -> String {
        let body = Body { identity: identity.clone(), until: (now + LIFETIME).unix_timestamp() };
        // Identifiers, names and numbers always have a JSON form.
        let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&body).unwrap_or_default());
        let mac = URL_SAFE_NO_PAD.encode(self.mac(&body).finalize().into_bytes());
        format!("{body}.{mac}")
    }

    /// The identity that was vouched for.
    ///
    /// # Errors
    /// It was not, or its time is over.
    pub fn check(&self, voucher: &str, now: OffsetDateTime) -> Result<Identity, VoucherError> {
        let (body, mac) = voucher.split_once('.').ok_or(VoucherError::Invalid)?;
        let mac = URL_SAFE_NO_PAD.decode(mac).map_err(|_| VoucherError::Invalid)?;
        self.mac(body).verify_slice(&mac).map_err(|_| VoucherError::Invalid)?;
        let body = URL_SAFE_NO_PAD.decode(body).map_err(|_| VoucherError::Invalid)?;
        let body: Body = serde_json::from_slice(&body).map_err(|_| VoucherError::Invalid)?;
        let left = body.until - now.unix_timestamp();
        // Clocks of two machines differ; a voucher from far ahead is none of ours.
        match (0..=2 * LIFETIME.whole_seconds()).contains(&left) {
            true => Ok(body.identity),
            false => Err(VoucherError::Expired),
        }
    }

    fn mac(&self, body: &str) -> Hmac<Sha256> {
        // A key shorter than the hash's block is padded with zeros (RFC 2104, section 2).
        let mut block = [0; 64];
        block[..self.key.len()].copy_from_slice(&self.key);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        mac.update(body.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use ids::{OrgId, TokenId};
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;
    use crate::role::Role;

    const NOW: OffsetDateTime = datetime!(2026-11-21 17:30 UTC);

    fn identity() -> Identity {
        Identity {
            org: OrgId::new(Uuid::NAMESPACE_DNS),
            user: "alice".to_owned(),
            role: Role::Approver,
            token: Some(TokenId::new(Uuid::NAMESPACE_URL)),
        }
    }

    #[test]
    fn who_is_vouched_for_is_taken_for_two_minutes() {
        let voucher = Voucher::new([7; 32]);
        let text = voucher.vouch(&identity(), NOW);
        assert_eq!(voucher.check(&text, NOW), Ok(identity()));
        assert_eq!(voucher.check(&text, NOW + Duration::seconds(120)), Ok(identity()));
        assert_eq!(voucher.check(&text, NOW + Duration::seconds(121)), Err(VoucherError::Expired));
        assert_eq!(voucher.check(&text, NOW - Duration::seconds(121)), Err(VoucherError::Expired));
    }

    #[test]
    fn one_changed_byte_or_another_key_is_refused() {
        let voucher = Voucher::new([7; 32]);
        let text = voucher.vouch(&identity(), NOW);
        assert_eq!(Voucher::new([8; 32]).check(&text, NOW), Err(VoucherError::Invalid));
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap_or_default();
            assert_eq!(voucher.check(&changed, NOW), Err(VoucherError::Invalid), "byte {at}");
        }
        assert_eq!(voucher.check("", NOW), Err(VoucherError::Invalid));
    }

    #[test]
    fn a_key_is_not_printed() {
        assert_eq!(format!("{:?}", Voucher::new([7; 32])), "Voucher(***)");
    }
}
