//! The key under which a promotion's secrets are masked.

use hkdf::Hkdf;
use ids::{OrgId, PromotionId};
use kube_model::Redactor;
use sha2::Sha256;

/// The redactor of one promotion: HKDF-SHA-256 (RFC 5869) of the installation's key, with the organisation as the
/// salt and the promotion in the info. Equal secrets have equal marks within one promotion, and nothing outside it.
pub(crate) fn redactor(key: &[u8; 32], org: OrgId, promotion: PromotionId) -> Redactor {
    let promotion = promotion.uuid();
    let info = [b"plimsoll redaction v1".as_slice(), promotion.as_bytes()];
    let mut derived = [0; 32];
    let expanded =
        Hkdf::<Sha256>::new(Some(org.uuid().as_bytes()), key).expand_multi_info(&info, &mut derived);
    // 32 bytes are within what HKDF gives, so this cannot fail; a key of zeros would still mask.
    debug_assert!(expanded.is_ok(), "32 bytes are less than 255 hashes");
    Redactor::new(&derived)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

    use kube_model::State;
    use kube_model::yaml::Limits;
    use uuid::Uuid;

    use super::*;

    fn mark(key: u8, org: Uuid, promotion: Uuid) -> String {
        let secret = b"{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {k: hunter2}}";
        let state = State::read([("a.yaml", secret)], &Limits::default()).unwrap();
        let redactor = redactor(&[key; 32], OrgId::new(org), PromotionId::new(promotion));
        redactor.redact_all(&state.objects)[0].value.to_string()
    }

    #[test]
    fn marks_are_equal_within_a_promotion_and_nowhere_else() {
        let (one, other) = (Uuid::NAMESPACE_DNS, Uuid::NAMESPACE_URL);
        let here = mark(1, one, one);
        assert!(!here.contains("hunter2"));
        assert_eq!(here, mark(1, one, one));
        for elsewhere in [mark(2, one, one), mark(1, other, one), mark(1, one, other)] {
            assert_ne!(here, elsewhere);
        }
    }
}
