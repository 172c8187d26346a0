//! The query of a request: only what the endpoint takes. A parameter that is misspelled would select everything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{MatchedPath, Query, Request, State};
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{OpenApi, PathItem};

use crate::error::ApiError;

/// The parameters that each endpoint takes, by method and path, as the OpenAPI document lists them.
#[derive(Clone)]
pub(crate) struct Parameters(Arc<BTreeMap<(Method, String), BTreeSet<String>>>);

impl Parameters {
    pub(crate) fn of(document: &OpenApi) -> Self {
        let items = document.paths.paths.iter();
        let endpoints = items.flat_map(|(path, item)| {
            operations(item).map(move |(method, operation)| ((method, path.clone()), names(operation)))
        });
        Self(Arc::new(endpoints.collect()))
    }

    fn check(&self, method: &Method, route: &str, uri: &Uri) -> Result<(), ApiError> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let Some(known) = self.0.get(&(method.clone(), route.to_owned())) else { return Ok(()) };
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri);
        let Query(pairs) =
            pairs.map_err(|error| ApiError::bad_request("QUERY_INVALID", error.body_text()))?;
        for (name, value) in pairs {
            if !known.contains(&name) {
                return Err(unknown(&name, known));
            }
            if value.contains('\0') {
                let why = format!("{name} holds a zero byte, which no text here does");
                return Err(invalid(&name, why));
            }
        }
        Ok(())
    }
}

/// The middleware that refuses what the endpoint does not take.
pub(crate) async fn check(State(parameters): State<Parameters>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    match parameters.check(request.method(), route, request.uri()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// A parameter that is one of a few words.
///
/// # Errors
/// `QUERY_INVALID`, with the words.
pub(crate) fn one_of(name: &str, value: Option<&str>, words: &[&str]) -> Result<(), ApiError> {
    match value {
        Some(value) if !words.contains(&value) => {
            let error = invalid(name, format!("{name} is one of {}", words.join(", ")));
            Err(error.with(json!({ "parameter": name, "accepted": words })))
        }
        _ => Ok(()),
    }
}

fn unknown(name: &str, known: &BTreeSet<String>) -> ApiError {
    let takes = match known.is_empty() {
        true => "this endpoint takes none".to_owned(),
        false => {
            format!("this endpoint takes {}", Vec::from_iter(known.iter().map(String::as_str)).join(", "))
        }
    };
    // What somebody sent is shown as the text that it is.
    invalid(name, format!("there is no parameter {name:?}; {takes}"))
}

fn invalid(name: &str, why: String) -> ApiError {
    ApiError::bad_request("QUERY_INVALID", why).with(json!({ "parameter": name }))
}

fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    let operations = [
        (Method::GET, &item.get),
        (Method::POST, &item.post),
        (Method::PUT, &item.put),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
    ];
    operations.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn names(operation: &Operation) -> BTreeSet<String> {
    let parameters = operation.parameters.iter().flatten();
    let of_query = parameters.filter(|parameter| matches!(parameter.parameter_in, ParameterIn::Query));
    of_query.map(|parameter| parameter.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

    use super::*;

    fn checked(method: Method, route: &str, query: &str) -> Result<(), ApiError> {
        let uri: Uri = format!("http://host/x?{query}").parse().unwrap();
        Parameters::of(&crate::openapi()).check(&method, route, &uri)
    }

    #[test]
    fn an_endpoint_takes_its_own_parameters_and_no_other() {
        for (method, route, query) in [
            (
                Method::GET,
                "/api/v1/promotions",
                "status=open&application=a&to=b&requested_by=c&limit=2&cursor=d",
            ),
            (Method::HEAD, "/api/v1/promotions", "limit=1"),
            (Method::POST, "/api/v1/promotions", "wait=3"),
            (Method::GET, "/api/v1/audit_logs", "type=ApprovalGiven&since=x&actor=a%20b"),
            (Method::GET, "/api/v1/promotions/{id}", ""),
        ] {
            assert_eq!(checked(method, route, query), Ok(()), "{route}?{query}");
        }
        for (method, route, query, parameter) in [
            (Method::GET, "/api/v1/promotions", "aplication=uni", "aplication"),
            (Method::GET, "/api/v1/promotions", "wait=3", "wait"),
            (Method::GET, "/api/v1/promotions/{id}", "wait=3", "wait"),
            (Method::GET, "/api/v1/promotions", "application=%00", "application"),
            (Method::GET, "/api/v1/audit_logs", "limit=1&actor=a%00b", "actor"),
            (Method::GET, "/api/v1/audit_logs", "%00=1", "\0"),
        ] {
            let error = checked(method, route, query).unwrap_err();
            assert_eq!((error.status.as_u16(), error.code.as_str()), (400, "QUERY_INVALID"), "{query}");
            assert_eq!(error.details["parameter"], parameter, "{query}");
        }
    }

    #[test]
    fn a_word_is_one_of_those_that_there_are() {
        assert_eq!(one_of("state", None, &["parked"]), Ok(()));
        assert_eq!(one_of("state", Some("parked"), &["parked", "handled"]), Ok(()));
        let error = one_of("state", Some("lost"), &["parked", "handled"]).unwrap_err();
        assert_eq!(error.message, "state is one of parked, handled");
    }
}
