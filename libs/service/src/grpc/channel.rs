//! Channels to servers.

use std::task::{Context, Poll};
use std::time::Duration;

use axum::http::{Request, Response};
use futures::future::BoxFuture;
use hyper_util::rt::TokioIo;
use telemetry::trace;
use tokio::net::UnixStream;
use tonic::body::Body;
use tonic::transport::{self, Endpoint};
use tower::{Service, service_fn};

use super::status;
use crate::address::Address;
use crate::failure::Failure;

const CONNECT: Duration = Duration::from_secs(5);
/// A server that is gone without a word is noticed in about half a minute.
const ALIVE: Duration = Duration::from_secs(20);

/// A channel to a server, which is told of the trace in which it is called.
#[derive(Debug, Clone)]
pub struct Channel(transport::Channel);

impl Service<Request<Body>> for Channel {
    type Response = Response<Body>;
    type Error = transport::Error;
    type Future = BoxFuture<'static, Result<Response<Body>, transport::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), transport::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let span = trace::call(request.uri().path());
        span.write(request.headers_mut());
        let call = self.0.call(request);
        Box::pin(async move {
            let answer = call.await;
            match &answer {
                Ok(answer) => span.called(status(answer.headers())),
                Err(_) => span.fail("SERVICE_UNAVAILABLE"),
            }
            answer
        })
    }
}

/// A channel to the server at an address. It connects when it is first used, and again when it must; a call that takes
/// longer than `deadline` fails (`DEADLINE_EXCEEDED`), and the server is told that nobody waits.
///
/// # Errors
/// `CONFIG_INVALID`: the host is none.
pub fn channel(address: &Address, deadline: Duration) -> Result<Channel, Failure> {
    let authority = match address {
        Address::Tcp { host, port } => format!("http://{host}:{port}"),
        // A Unix socket has no name of its own in HTTP.
        Address::Unix(_) => "http://localhost".to_owned(),
    };
    let endpoint = Endpoint::from_shared(authority)
        .map_err(|error| Failure::unhandled("CONFIG_INVALID", format!("{address} is no address: {error}")))?
        .connect_timeout(CONNECT)
        .timeout(deadline)
        .http2_keep_alive_interval(ALIVE)
        .keep_alive_timeout(ALIVE / 2);
    Ok(Channel(match address {
        Address::Tcp { .. } => endpoint.connect_lazy(),
        Address::Unix(path) => {
            let path = path.clone();
            endpoint.connect_with_connector_lazy(service_fn(move |_| {
                let path = path.clone();
                async move { UnixStream::connect(path).await.map(TokioIo::new) }
            }))
        }
    }))
}
