//! The HTTP client that carries spans away.

use std::time::Duration;

use async_trait::async_trait;
use http::{Request, Response};
use opentelemetry_http::{Bytes, HttpClient, HttpError};
use ureq::Agent;

/// What the endpoint may answer: OTLP's answers are some bytes.
const LARGEST: u64 = 1 << 20;

/// Sends from the thread that calls, which is the queue's.
#[derive(Debug)]
pub(super) struct Client(Agent);

impl Client {
    /// A client of this URL that trusts these authorities (PEM), or the usual ones; none if the text holds no certificate.
    pub(super) fn new(url: &str, ca: Option<&str>, timeout: Duration) -> Option<Self> {
        let settings = outbound::settings(url, ca)?.timeout_global(Some(timeout)).build();
        Some(Self(settings.into()))
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let answer = self.0.run(Request::from_parts(head, &body[..]))?;
        let (head, mut body) = answer.into_parts();
        let bytes = body.with_config().limit(LARGEST).read_to_vec()?;
        Ok(Response::from_parts(head, bytes.into()))
    }
}
