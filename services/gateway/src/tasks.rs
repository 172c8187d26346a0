//! What the gateway runs.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use events::Service;
use protos::promotion::promotion_service_server::PromotionServiceServer;
use service::{Failure, Policy, Running, Task, consumer, outbox_relay};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;

use crate::grpc::Promotions;
use crate::projection::Projector;
use crate::routes::router;
use crate::serve::serve;
use crate::state::Gateway;

/// The gateway's tasks: the projections, REST, gRPC, and what every service with a store has.
#[must_use]
pub fn tasks(gateway: &Gateway) -> Vec<Task> {
    let projector = Arc::new(Projector::new(gateway.projections.clone(), gateway.live.clone()));
    let (rest, grpc, limits) = (gateway.clone(), gateway.clone(), gateway.clone());
    vec![
        consumer(projector, gateway.parts.clone(), Policy::default()),
        outbox_relay(Service::Gateway, gateway.parts.clone()),
        Task::new("gateway/rest", move |running| serve_rest(rest.clone(), running)),
        Task::new("gateway/grpc", move |running| serve_grpc(grpc.clone(), running)),
        Task::new("gateway/limits", move |running| tidy(limits.clone(), running)),
    ]
}

async fn serve_rest(gateway: Gateway, running: Running) -> Result<(), Failure> {
    let listener = bind(gateway.config.listen).await?;
    running.component.ready();
    let patience = Duration::from_secs(gateway.config.read_timeout_seconds);
    serve(listener, router(gateway), patience, running.shutdown).await;
    Ok(())
}

async fn serve_grpc(gateway: Gateway, running: Running) -> Result<(), Failure> {
    let listener = bind(gateway.config.grpc_listen).await?;
    let fail = |error: &dyn std::fmt::Display| Failure::unavailable("GRPC_FAILED", error.to_string());
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(protos::DESCRIPTORS)
        .with_service_name("plimsoll.promotion.v1.PromotionService")
        .build_v1()
        .map_err(|error| fail(&error))?;
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter.set_serving::<PromotionServiceServer<Promotions>>().await;
    running.component.ready();
    let limit = gateway.config.max_body_bytes;
    Server::builder()
        .timeout(Duration::from_secs(60))
        .add_service(health)
        .add_service(reflection)
        .add_service(PromotionServiceServer::new(Promotions(gateway)).max_decoding_message_size(limit))
        .serve_with_incoming_shutdown(TcpListenerStream::new(listener), running.shutdown.cancelled_owned())
        .await
        .map_err(|error| fail(&error))
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    let fail = |error: std::io::Error| {
        Failure::unhandled("PORT_IN_USE", format!("{address} cannot be served: {error}"))
    };
    TcpListener::bind(address).await.map_err(fail)
}

/// How often tokens that have all their requests left are forgotten.
const TIDY: Duration = Duration::from_secs(300);

async fn tidy(gateway: Gateway, running: Running) -> Result<(), Failure> {
    running.component.ready();
    loop {
        tokio::select! {
            () = tokio::time::sleep(TIDY) => gateway.limits.tidy(),
            () = running.shutdown.cancelled() => return Ok(()),
        }
    }
}
