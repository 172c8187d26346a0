//! One request, and its answer.

use std::time::Duration;

use phrasing::Asked;
use serde_json::{Value, json};
use ureq::Body;
use ureq::http::Response;

use crate::model::endpoint::Endpoint;
use crate::model::stream::{Answer, MOST_READ, events, whole};
use crate::model::trouble::Trouble;

/// How the shape of an answer is asked for. Not every endpoint knows every form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// The schema is sent, and kept to by the endpoint.
    Schema,
    /// Any JSON object; the prompt says which.
    Object,
}

/// The body of a request.
pub(crate) fn body(endpoint: &Endpoint, asked: &Asked, form: Form, most_tokens: u32) -> Value {
    let mut body = json!({"model": endpoint.model(), "messages": asked.messages(), "stream": true});
    body[endpoint.limit()] = json!(most_tokens);
    body["response_format"] = match form {
        Form::Schema => {
            // Only who knows schemas is taken to know this.
            body["stream_options"] = json!({"include_usage": true});
            let schema = json!({"name": "explanation", "strict": true, "schema": asked.prompt().schema()});
            json!({"type": "json_schema", "json_schema": schema})
        }
        Form::Object => json!({"type": "json_object"}),
    };
    body
}

/// Sends a request and reads its answer to the end, in this time. Blocks.
pub(crate) fn call(endpoint: &Endpoint, body: &Value, time: Duration) -> Result<Answer, Trouble> {
    let mut request =
        endpoint.agent().post(endpoint.url()).header("accept", "text/event-stream, application/json");
    if let Some((name, value)) = endpoint.key() {
        request = request.header(name, value);
    }
    let sent = request.config().timeout_global(Some(time)).build().send_json(body);
    let response = sent.map_err(|error| not_sent(&error))?;
    match response.status().as_u16() {
        200 => read(response),
        status => Err(refused(status, retry_after(&response))),
    }
}

fn read(response: Response<Body>) -> Result<Answer, Trouble> {
    let is_stream = response
        .headers()
        .get("content-type")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("text/event-stream"));
    // A limit of our own stops before this one.
    let body = response.into_body().into_with_config().limit(2 * MOST_READ).reader();
    if is_stream { events(body) } else { whole(body) }
}

fn not_sent(error: &ureq::Error) -> Trouble {
    match error {
        ureq::Error::Timeout(_) => Trouble::Timeout,
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => Trouble::Timeout,
        ureq::Error::Protocol(_) | ureq::Error::Http(_) => Trouble::Garbled,
        _ => Trouble::Unreachable,
    }
}

fn refused(status: u16, after: Option<Duration>) -> Trouble {
    match status {
        401 | 403 => Trouble::KeyRefused,
        404 => Trouble::NotFound,
        408 => Trouble::Timeout,
        429 => Trouble::RateLimited { after },
        503 if after.is_some() => Trouble::RateLimited { after },
        500.. => Trouble::Failed(status),
        _ => Trouble::RequestRefused(status),
    }
}

/// In seconds; the form with a date is taken for none.
fn retry_after(response: &Response<Body>) -> Option<Duration> {
    let header = response.headers().get("retry-after")?.to_str().ok()?;
    header.trim().parse().ok().map(Duration::from_secs)
}
