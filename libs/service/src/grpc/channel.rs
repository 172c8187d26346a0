//! Channels to servers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::http::{Request, Response};
use futures::future::BoxFuture;
use hyper_util::rt::TokioIo;
use protos::call::refuse;
use serde_json::json;
use telemetry::trace;
use tokio::net::UnixStream;
use tokio::time::timeout;
use tonic::Code;
use tonic::body::Body;
use tonic::transport::{self, ClientTlsConfig, Endpoint};
use tower::{Service, service_fn};
use tower_http::timeout::TimeoutBody;

use super::look::speaks_tls;
use super::status;
use super::tls::chain;
use super::trouble::Trouble;
use crate::address::Address;
use crate::failure::Failure;

const CONNECT: Duration = Duration::from_secs(5);
/// A server that is gone without a word is noticed in about half a minute.
const ALIVE: Duration = Duration::from_secs(20);

/// A channel to a server, which is told of the trace in which it is called.
#[derive(Debug, Clone)]
pub struct Channel {
    inner: transport::Channel,
    peer: Arc<Peer>,
}

#[derive(Debug)]
struct Peer {
    service: events::Service,
    address: Address,
    deadline: Duration,
    is_tls: bool,
    /// Whether it was logged what keeps calls from getting through.
    told: AtomicBool,
}

impl Service<Request<Body>> for Channel {
    type Response = Response<Body>;
    type Error = transport::Error;
    type Future = BoxFuture<'static, Result<Response<Body>, transport::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), transport::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let span = trace::call(request.uri().path());
        span.write(request.headers_mut());
        let (call, peer) = (self.inner.call(request), Arc::clone(&self.peer));
        Box::pin(async move {
            // To connect is part of it: who waits waits for all of it.
            let (code, trouble) = match timeout(peer.deadline, call).await {
                Ok(Ok(answer)) => {
                    peer.told.store(false, Ordering::Relaxed);
                    span.called(status(answer.headers()));
                    // Who has begun to answer may stand still all the same.
                    return Ok(answer.map(|body| Body::new(TimeoutBody::new(peer.deadline, body))));
                }
                Ok(Err(error)) => (Code::Unavailable, peer.trouble(&error).await),
                Err(_) => (Code::DeadlineExceeded, Trouble::late(&peer.address, peer.deadline)),
            };
            span.fail(trouble.code());
            peer.tell(&trouble);
            Ok(refuse(code, trouble.code(), trouble.why, &json!({"service": peer.service.name()}))
                .into_http())
        })
    }
}

impl Peer {
    async fn trouble(&self, error: &transport::Error) -> Trouble {
        let trouble = Trouble::of(error, &self.address);
        match !self.is_tls && !trouble.lasts() && speaks_tls(&self.address).await {
            true => Trouble::in_the_clear(&self.address),
            false => trouble,
        }
    }

    /// Logs what lasts until somebody mends it, once.
    fn tell(&self, trouble: &Trouble) {
        if trouble.lasts() && !self.told.swap(true, Ordering::Relaxed) {
            tracing::error!(code = trouble.code(), error = %trouble.why, "calls do not get through");
        }
    }
}

impl Channel {
    pub(super) fn to(
        service: events::Service,
        address: &Address,
        deadline: Duration,
        tls: Option<&ClientTlsConfig>,
    ) -> Result<Self, Failure> {
        let inner = match address {
            Address::Tcp { host, port } => {
                over_tcp((host, *port), tls).map_err(|error| invalid(address, &chain(&error)))?.connect_lazy()
            }
            Address::Unix(path) => {
                let path = path.clone();
                // A Unix socket has no name of its own in HTTP.
                bounded(Endpoint::from_static("http://localhost")).connect_with_connector_lazy(service_fn(
                    move |_| {
                        let path = path.clone();
                        async move { UnixStream::connect(path).await.map(TokioIo::new) }
                    },
                ))
            }
        };
        let (is_tls, told) = (tls.is_some(), AtomicBool::new(false));
        let peer = Peer { service, address: address.clone(), deadline, is_tls, told };
        Ok(Self { inner, peer: Arc::new(peer) })
    }
}

fn over_tcp((host, port): (&str, u16), tls: Option<&ClientTlsConfig>) -> Result<Endpoint, transport::Error> {
    let Some(tls) = tls else {
        return Endpoint::from_shared(format!("http://{host}:{port}")).map(bounded);
    };
    // A certificate has an IPv6 address without brackets.
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let endpoint = Endpoint::from_shared(format!("https://{host}:{port}"))?;
    endpoint.tls_config(tls.clone().domain_name(name)).map(bounded)
}

fn bounded(endpoint: Endpoint) -> Endpoint {
    endpoint.connect_timeout(CONNECT).http2_keep_alive_interval(ALIVE).keep_alive_timeout(ALIVE / 2)
}

fn invalid(address: &Address, why: &str) -> Failure {
    Failure::unhandled("CONFIG_INVALID", format!("{address} is no address: {why}"))
}
