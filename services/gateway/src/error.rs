//! What a caller is told when it cannot be.

use std::error::Error as _;

use api::error::{ErrorBody, ErrorDetail};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protos::call;
use serde_json::{Value, json};
use service::DeciderError;
use store::StoreError;
use tonic::{Code, Status};

/// An answer that is an error.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    /// The status of the answer.
    pub status: StatusCode,
    /// The stable code, which has a page in `runbooks/`.
    pub code: String,
    /// The error in words.
    pub message: String,
    /// What else is known of it: an object.
    pub details: Value,
    /// After how many seconds to try again, if that may help.
    pub retry_after: Option<u32>,
}

/// How long a caller is asked to wait while something is away.
const AWAY_SECONDS: u32 = 5;

impl ApiError {
    /// An error with nothing else to know.
    pub fn new(status: StatusCode, code: impl Into<String>, message: impl Into<String>) -> Self {
        let (code, message) = (code.into(), message.into());
        Self { status, code, message, details: json!({}), retry_after: None }
    }

    /// What the caller sent cannot be read.
    pub fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// For this caller there is no such thing.
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// What the caller sent can be read, and asks for what cannot be.
    pub fn unprocessable(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
    }

    /// What is needed is away for now.
    pub fn unavailable(code: impl Into<String>, message: impl Into<String>) -> Self {
        let error = Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message);
        Self { retry_after: Some(AWAY_SECONDS), ..error }
    }

    /// With what else is known.
    pub fn with(mut self, details: Value) -> Self {
        self.details = details;
        self
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Self { status, code, message, details, retry_after } = self;
        let mut response =
            (status, Json(ErrorBody { error: ErrorDetail { code, message, details } })).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error.is_transient() {
            true => Self::unavailable(error.code(), "the store cannot be reached or takes no writes"),
            false => internal(error.code(), &error.to_string()),
        }
    }
}

impl From<DeciderError> for ApiError {
    fn from(error: DeciderError) -> Self {
        match error {
            DeciderError::Store(error) => error.into(),
            error => internal(error.code(), &error.to_string()),
        }
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        StoreError::from(error).into()
    }
}

/// A fault of ours: what it was is in the log, not in the answer.
pub(crate) fn internal(code: &'static str, error: &str) -> ApiError {
    tracing::error!(code, error, "a request failed");
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, code, "this is a fault of the server; its log says more")
}

/// What is away. Of Git the message names the repository, with its credentials masked; what a database or a broker says is for the log.
fn away<'a>(code: &str, message: &'a str) -> Option<&'a str> {
    let family = code.split('_').next().unwrap_or_default();
    Some(match (family, code) {
        ("GIT", _) => message,
        (_, "STORE_FULL") => "the disk of the database is full, or it takes no writes",
        ("STORE", _) => "the database cannot be reached",
        // On Kafka or in Postgres: whoever asked is not told where.
        (_, "LOG_FULL") => "the disk of the event log is full, or it takes no writes",
        ("LOG", _) => "the event log cannot be reached",
        _ => return None,
    })
}

/// What is said where it is not known what is away.
const NOBODY: &str = "a service that is needed does not answer";

impl From<Status> for ApiError {
    fn from(status: Status) -> Self {
        let code = call::code(&status).map(str::to_owned);
        let details = call::details(&status);
        let http = match status.code() {
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::InvalidArgument => StatusCode::UNPROCESSABLE_ENTITY,
            Code::AlreadyExists | Code::FailedPrecondition | Code::Aborted => StatusCode::CONFLICT,
            Code::PermissionDenied => StatusCode::FORBIDDEN,
            Code::Unauthenticated => StatusCode::UNAUTHORIZED,
            Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
            Code::Unavailable | Code::Cancelled | Code::DeadlineExceeded => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        match (code, http) {
            // No server has said that: it ended, or the line did, before the answer was here.
            (None, _) if status.source().is_some() => {
                tracing::warn!(error = status.message(), "a call was cut off");
                Self::unavailable("SERVICE_UNAVAILABLE", NOBODY)
            }
            (code, StatusCode::SERVICE_UNAVAILABLE) => {
                let code = code.unwrap_or_else(|| "SERVICE_UNAVAILABLE".to_owned());
                let details = details.unwrap_or_else(|| json!({}));
                let why = match (details["service"].as_str(), away(&code, status.message())) {
                    (Some(service), Some(why)) => format!("{service}: {why}"),
                    (Some(service), None) => format!("the service {service} does not answer"),
                    (None, why) => why.unwrap_or(NOBODY).to_owned(),
                };
                Self::unavailable(code, why).with(details)
            }
            (Some(code), status_code) => Self {
                details: details.unwrap_or_else(|| json!({})),
                ..Self::new(status_code, code, status.message())
            },
            (None, _) => internal("INTERNAL", status.message()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(code: &'static str, message: &str) -> ApiError {
        protos::call::refuse(Code::Unavailable, code, message, &Value::Null).into()
    }

    #[test]
    fn what_is_away_is_named_and_no_more() {
        let git = answered("GIT_UNREACHABLE", "https://git.example/shop.git cannot be reached: no route");
        assert_eq!((git.status.as_u16(), git.retry_after), (503, Some(5)));
        assert!(git.message.contains("git.example"), "{git:?}");
        let store = answered("STORE_UNAVAILABLE", "password of postgres");
        assert_eq!(store.message, "the database cannot be reached");
        assert!(answered("STORE_FULL", "x").message.contains("disk of the database"));
        assert_eq!(answered("LOG_UNAVAILABLE", "kafka-2:9093").message, "the event log cannot be reached");
        assert!(answered("LOG_FULL", "x").message.contains("disk of the event log"));
    }

    #[test]
    fn a_service_that_is_away_is_named_but_not_where_it_is() {
        let details = json!({"service": "risk"});
        let told = |code| {
            let why = "10.0.0.7:8443 cannot be reached: refused";
            let away: ApiError = protos::call::refuse(Code::Unavailable, code, why, &details).into();
            assert_eq!((&*away.code, &away.details), (code, &details));
            away.message
        };
        assert_eq!(told("SERVICE_UNAVAILABLE"), "the service risk does not answer");
        assert_eq!(told("STORE_UNAVAILABLE"), "risk: the database cannot be reached");
    }

    /// A service that is killed while it answers has said nothing of its own: whoever asked may ask again.
    #[test]
    fn a_call_that_was_cut_off_is_no_fault_of_the_server() {
        let cut: ApiError = Status::from_error("connection reset by peer".into()).into();
        assert_eq!((cut.status.as_u16(), &*cut.code, cut.retry_after), (503, "SERVICE_UNAVAILABLE", Some(5)));
        let said: ApiError = Status::new(Code::Unknown, "a bug").into();
        assert_eq!((said.status.as_u16(), &*said.code), (500, "INTERNAL"));
    }
}
