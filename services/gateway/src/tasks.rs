//! What the gateway runs.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use events::Service;
use protos::promotion::promotion_service_server::{PromotionServiceServer, SERVICE_NAME};
use service::{Failure, Listener, Parts, Policy, Running, Task, consumer, outbox_relay};
use tokio::net::TcpListener;
use tonic::service::Routes;

use crate::grpc::Promotions;
use crate::projection::{Fold, Live, Projections, Projector};
use crate::routes::router;
use crate::serve::serve;
use crate::state::Gateway;

/// The gateway's tasks: the projections, REST, gRPC, and what every service with a store has.
#[must_use]
pub fn tasks(gateway: &Gateway) -> Vec<Task> {
    let folded = Arc::new(gateway.projections.clone());
    let projector = Arc::new(Projector::new(folded, gateway.live.clone()));
    let (rest, grpc, limits) = (gateway.clone(), gateway.clone(), gateway.clone());
    let projections = gateway.projections.clone();
    vec![
        consumer(projector, gateway.parts.clone(), Policy::default()),
        outbox_relay(Service::Gateway, gateway.parts.clone()),
        Task::new("gateway/rest", move |running| serve_rest(rest.clone(), running)).serving(),
        Task::new("gateway/grpc", move |running| serve_grpc(grpc.clone(), running)).serving(),
        Task::new("gateway/projections", move |running| look(projections.clone(), running)).serving(),
        Task::new("gateway/limits", move |running| tidy(limits.clone(), running)),
    ]
}

/// Folds every event into these tables, and serves nothing: for the simulator.
#[must_use]
pub fn projecting(tables: Arc<dyn Fold>, parts: Parts) -> Task {
    consumer(Arc::new(Projector::new(tables, Live::new())), parts, Policy::default())
}

async fn serve_rest(gateway: Gateway, running: Running) -> Result<(), Failure> {
    let listener = bind(gateway.config.listen).await?;
    running.component.ready();
    let patience = Duration::from_secs(gateway.config.read_timeout_seconds);
    serve(listener, router(gateway), patience, running.shutdown).await;
    Ok(())
}

/// What clients are told that there is.
const LISTED: [&str; 2] = [SERVICE_NAME, "grpc.health.v1.Health"];

async fn serve_grpc(gateway: Gateway, running: Running) -> Result<(), Failure> {
    let listener = Listener::Tcp(bind(gateway.config.grpc_listen).await?);
    let limit = gateway.config.max_body_bytes;
    let promotions = PromotionServiceServer::new(Promotions(gateway)).max_decoding_message_size(limit);
    service::serve_grpc(listener, Routes::new(promotions), &LISTED, running).await
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

/// How often it is looked whether the projections can be read.
const LOOK: Duration = Duration::from_secs(1);

/// Says where readiness is asked for whether requests can be answered from the projections.
async fn look(projections: Projections, running: Running) -> Result<(), Failure> {
    running.component.ready();
    while !running.shutdown.is_cancelled() {
        match projections.is_there().await {
            true => running.component.back("projections"),
            false => {
                let why = "the projections cannot be read";
                running.component.away("projections", &Failure::unavailable("STORE_UNAVAILABLE", why));
            }
        }
        running.shutdown.run_until_cancelled(tokio::time::sleep(LOOK)).await;
    }
    Ok(())
}
