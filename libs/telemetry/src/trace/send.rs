//! The HTTP client that carries spans away.

use std::time::Duration;

use async_trait::async_trait;
use http::{Request, Response};
use opentelemetry_http::{Bytes, HttpClient, HttpError};
use ureq::Agent;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

/// What the endpoint may answer: OTLP's answers are some bytes.
const LARGEST: u64 = 1 << 20;

/// Sends from the thread that calls, which is the queue's.
#[derive(Debug)]
pub(super) struct Client(Agent);

impl Client {
    /// A client that trusts these authorities (PEM), or the usual ones; none if the text holds no certificate.
    pub(super) fn new(ca: Option<&str>, timeout: Duration) -> Option<Self> {
        let mut tls = TlsConfig::builder();
        if let Some(pem) = ca {
            let certificates: Vec<_> = parse_pem(pem.as_bytes())
                .filter_map(|item| match item {
                    Ok(PemItem::Certificate(certificate)) => Some(certificate),
                    _ => None,
                })
                .collect();
            if certificates.is_empty() {
                return None;
            }
            tls = tls.root_certs(RootCerts::new_with_certs(&certificates));
        }
        let settings = Agent::config_builder()
            .tls_config(tls.build())
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            // Headers may hold a key, which is for this endpoint alone.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build();
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
