//! What a handler takes from a request, with errors as the API has them.

use std::time::Duration;

use access::Identity;
use axum::body::to_bytes;
use axum::extract::{self, FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::json;

use crate::error::{ApiError, internal};
use crate::state::Gateway;

/// The caller, whom the door let in.
pub(crate) struct Caller(pub(crate) Identity);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let caller = parts.extensions.get::<Identity>().cloned();
        caller.map(Self).ok_or_else(|| internal("INTERNAL", "an endpoint is not behind the door"))
    }
}

/// The variables of a request's path.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(extract::Path(named)) => Ok(Self(named)),
            Err(error) => Err(ApiError::bad_request("PATH_INVALID", error.body_text())),
        }
    }
}

/// The query of a request.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(error) => Err(ApiError::bad_request("QUERY_INVALID", error.body_text())),
        }
    }
}

/// The body of a request: JSON, within the limit, in time.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Gateway> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, gateway: &Gateway) -> Result<Self, ApiError> {
        let bytes = read(request, gateway).await?;
        parse(&bytes).map(Self)
    }
}

/// A body that may be left out.
pub(crate) struct OptionalBody<T>(pub(crate) T);

impl<T: DeserializeOwned + Default> FromRequest<Gateway> for OptionalBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, gateway: &Gateway) -> Result<Self, ApiError> {
        let bytes = read(request, gateway).await?;
        match bytes.iter().all(u8::is_ascii_whitespace) {
            true => Ok(Self(T::default())),
            false => parse(&bytes).map(Self),
        }
    }
}

async fn read(request: Request, gateway: &Gateway) -> Result<bytes::Bytes, ApiError> {
    let limit = gateway.config.max_body_bytes;
    let too_large = || {
        let why = format!("a body has at most {limit} bytes");
        ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", why)
    };
    let declared =
        request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: usize| length > limit) {
        return Err(too_large());
    }
    let content_type =
        request.headers().get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
    if declared != Some(0) && content_type.is_some_and(|content_type| !is_json(content_type)) {
        let why = "a body is JSON: Content-Type: application/json";
        return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BODY_NOT_JSON", why));
    }
    let patience = Duration::from_secs(gateway.config.read_timeout_seconds);
    match tokio::time::timeout(patience, to_bytes(request.into_body(), limit)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(too_large()),
        Err(_) => {
            let why = "the body did not come in time";
            Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, "BODY_TIMEOUT", why))
        }
    }
}

/// The name that the caller gave what is asked for (`Idempotency-Key`).
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    let key = key.to_str().ok().filter(|key| (1..=200).contains(&key.len()));
    let refuse =
        || ApiError::bad_request("IDEMPOTENCY_KEY_INVALID", "Idempotency-Key is 1 to 200 visible characters");
    key.map(|key| Some(key.to_owned())).ok_or_else(refuse)
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// Reads JSON; an error names the field and where it stands. Every body is an object: a list of values without their names
/// would be read as one.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    if bytes.trim_ascii_start().starts_with(b"[") && serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
        let why = "a body is an object with named fields, not a list";
        return Err(ApiError::unprocessable("BODY_INVALID", why));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        let at = json!({"line": inner.line(), "column": inner.column(), "field": path});
        match inner.is_data() {
            true => ApiError::unprocessable("BODY_INVALID", without_place(&inner)).with(at),
            false => ApiError::bad_request("JSON_INVALID", inner.to_string()).with(at),
        }
    })?;
    reader.end().map_err(|error| ApiError::bad_request("JSON_INVALID", error.to_string()))?;
    Ok(value)
}

fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(why, _)| why.to_owned())
}
