//! Servers.

use std::any::Any;
use std::time::Duration;

use axum::http::Response;
use tokio_stream::wrappers::{TcpListenerStream, UnixListenerStream};
use tonic::body::Body;
use tonic::service::Routes;
use tonic::transport::{Server, ServerTlsConfig};
use tonic::{Code, Status};
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;
use tower_http::catch_panic::CatchPanicLayer;

use super::traced::traced;
use crate::address::Address;
use crate::failure::Failure;
use crate::listener::Listener;
use crate::task::{Running, Task};

/// No call takes longer; one that says less (`grpc-timeout`) gets less.
const DEADLINE: Duration = Duration::from_secs(60);
/// How long calls may take to end at a shutdown.
const GRACE: Duration = Duration::from_secs(10);
/// How often the process' readiness is looked at.
const LOOK: Duration = Duration::from_secs(1);

pub(super) fn grpc_server(
    service: &str,
    address: Address,
    routes: Routes,
    tls: Option<ServerTlsConfig>,
) -> Task {
    Task::new(format!("{service}/grpc"), move |running| {
        let (address, routes, tls) = (address.clone(), traced(routes.clone()), tls.clone());
        async move { serve((Listener::bind(&address).await?, tls), routes, &[], running).await }
    })
    .serving()
}

/// Serves without TLS until the task is told to stop, and then finishes the calls that were begun. Beside `routes` there are
/// `grpc.health.v1.Health`, which says whether the process is ready, and `grpc.reflection.v1.ServerReflection`, which lists
/// the services named in `listed`, or all that are known if it is empty.
///
/// # Errors
/// `GRPC_FAILED`.
pub async fn serve_grpc(
    listener: Listener,
    routes: Routes,
    listed: &[&str],
    running: Running,
) -> Result<(), Failure> {
    serve((listener, None), routes, listed, running).await
}

async fn serve(
    (listener, tls): (Listener, Option<ServerTlsConfig>),
    routes: Routes,
    listed: &[&str],
    running: Running,
) -> Result<(), Failure> {
    let known = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(protos::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET);
    let reflection = (listed.iter())
        .fold(known, |known, name| known.with_service_name(*name))
        .build_v1()
        .map_err(|error| failed(&error))?;
    let (reporter, health) = tonic_health::server::health_reporter();
    let builder = match (&listener, tls) {
        (Listener::Tcp(_), Some(tls)) => Server::builder().tls_config(tls).map_err(|error| failed(&error))?,
        _ => Server::builder(),
    };
    let router = builder
        .timeout(DEADLINE)
        .tcp_nodelay(true)
        .layer(CatchPanicLayer::custom(panicked))
        .add_routes(routes)
        .add_service(health)
        .add_service(reflection);
    running.component.ready();
    let stop = running.shutdown.clone().cancelled_owned();
    let serving = async {
        match listener {
            Listener::Tcp(listener) => {
                router.serve_with_incoming_shutdown(TcpListenerStream::new(listener), stop).await
            }
            Listener::Unix(listener, _file) => {
                router.serve_with_incoming_shutdown(UnixListenerStream::new(listener), stop).await
            }
        }
    };
    tokio::select! {
        served = serving => served.map_err(|error| failed(&error)),
        () = report(reporter, &running) => Ok(()),
        () = over(&running) => {
            tracing::warn!(server = running.component.name(), "calls were cut off at the end of the grace time");
            Ok(())
        }
    }
}

/// Says on and on whether the process is ready.
async fn report(reporter: HealthReporter, running: &Running) {
    loop {
        let ready = running.component.health().readiness().is_ok() && !running.shutdown.is_cancelled();
        let status = if ready { ServingStatus::Serving } else { ServingStatus::NotServing };
        // The empty name is the server as a whole.
        reporter.set_service_status("", status).await;
        tokio::time::sleep(LOOK).await;
    }
}

async fn over(running: &Running) {
    running.shutdown.cancelled().await;
    tokio::time::sleep(GRACE).await;
}

/// A panic ends its call, and its words stay here.
fn panicked(_: Box<dyn Any + Send>) -> Response<Body> {
    tracing::error!("a call panicked");
    Status::new(Code::Internal, "the call failed").into_http()
}

fn failed(error: &dyn std::error::Error) -> Failure {
    Failure::unavailable("GRPC_FAILED", error.to_string())
}
