//! What a call carries beside its message: who calls, its trace, and the stable code of an error.

use access::{Identity, METADATA_KEY, Voucher};
use serde_json::Value;
use time::OffsetDateTime;
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Code, Request, Status};

/// The metadata of a status that carries the stable code of `runbooks/`.
pub const CODE_KEY: &str = "plimsoll-code";

/// The metadata of a status that carries what else is known of the error: a JSON object.
pub const DETAILS_KEY: &str = "plimsoll-details-bin";

/// Who calls, as another service vouches for them.
///
/// # Errors
/// `IDENTITY_NOT_VOUCHED`.
pub fn caller(metadata: &MetadataMap, voucher: &Voucher, now: OffsetDateTime) -> Result<Identity, Status> {
    let text = metadata.get(METADATA_KEY).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let refused = |error: access::VoucherError| {
        refuse(Code::Unauthenticated, error.code(), error.to_string(), &Value::Null)
    };
    voucher.check(text, now).map_err(refused)
}

/// A call on behalf of this caller.
///
/// # Errors
/// Never: a voucher is made of characters that metadata may hold.
pub fn vouched<T>(
    message: T,
    caller: &Identity,
    voucher: &Voucher,
    now: OffsetDateTime,
) -> Result<Request<T>, Status> {
    let mut request = Request::new(message);
    let value = voucher.vouch(caller, now).parse();
    let value = value.map_err(|_| Status::internal("a voucher is no metadata"))?;
    request.metadata_mut().insert(METADATA_KEY, value);
    Ok(request)
}

/// The trace that a call belongs to (W3C Trace Context).
#[must_use]
pub fn traceparent(metadata: &MetadataMap) -> Option<String> {
    metadata.get("traceparent").and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// An error with its stable code, and what else is known of it (an object, or null).
#[must_use]
pub fn refuse(status: Code, code: &'static str, message: impl Into<String>, details: &Value) -> Status {
    let mut metadata = MetadataMap::new();
    metadata.insert(CODE_KEY, MetadataValue::from_static(code));
    if !details.is_null() {
        metadata.insert_bin(DETAILS_KEY, MetadataValue::from_bytes(details.to_string().as_bytes()));
    }
    Status::with_metadata(status, message, metadata)
}

/// What else is known of an error (an object), if anything is.
#[must_use]
pub fn details(status: &Status) -> Option<Value> {
    let bytes = status.metadata().get_bin(DETAILS_KEY)?.to_bytes().ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// An error, with what else is known of it (an object) in place of what was said of that.
#[must_use]
pub fn with_details(mut status: Status, details: &Value) -> Status {
    let details = MetadataValue::from_bytes(details.to_string().as_bytes());
    status.metadata_mut().insert_bin(DETAILS_KEY, details);
    status
}

/// The stable code of an error, if it has one.
#[must_use]
pub fn code(status: &Status) -> Option<&str> {
    status.metadata().get(CODE_KEY)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use access::Role;
    use ids::OrgId;
    use serde_json::json;
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-21 17:30 UTC);

    #[test]
    fn a_vouched_caller_is_known_and_nobody_else_is() {
        let voucher = Voucher::new([7; 32]);
        let org = OrgId::new(Uuid::NAMESPACE_DNS);
        let ana = Identity { org, user: "ana".to_owned(), role: Role::Requester, token: None };
        let request = vouched((), &ana, &voucher, NOW).unwrap();
        assert_eq!(caller(request.metadata(), &voucher, NOW).unwrap(), ana);
        for (metadata, voucher) in
            [(request.metadata(), Voucher::new([8; 32])), (&MetadataMap::new(), Voucher::new([7; 32]))]
        {
            let status = caller(metadata, &voucher, NOW).unwrap_err();
            assert_eq!((status.code(), code(&status)), (Code::Unauthenticated, Some("IDENTITY_NOT_VOUCHED")));
        }
    }

    #[test]
    fn an_error_carries_its_code_and_details() {
        let details = json!({"candidates": ["production", "produktion-süd"]});
        let status = refuse(Code::NotFound, "ENVIRONMENT_NOT_FOUND", "no such", &details);
        assert_eq!(code(&status), Some("ENVIRONMENT_NOT_FOUND"));
        let bytes = status.metadata().get_bin(DETAILS_KEY).unwrap().to_bytes().unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), details);
        assert!(refuse(Code::NotFound, "X", "", &Value::Null).metadata().get_bin(DETAILS_KEY).is_none());
    }
}
