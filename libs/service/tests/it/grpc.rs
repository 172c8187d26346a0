//! A gRPC server and channels to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use events::Service;
use protos::call::details;
use protos::operations as proto;
use protos::operations::dead_letter_service_client::DeadLetterServiceClient;
use protos::operations::dead_letter_service_server::{DeadLetterService, DeadLetterServiceServer};
use serde_json::json;
use service::{Address, Channel, Failure, Health, Listener, MAX_MESSAGE_BYTES, Peers, Running};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::{Code, Request, Response, Status};
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus};

use crate::bench::until;

/// Does what the identifier says.
struct Odd {
    ended: Arc<AtomicBool>,
}

#[tonic::async_trait]
impl DeadLetterService for Odd {
    async fn list(&self, _: Request<proto::ListRequest>) -> Result<Response<proto::ListResponse>, Status> {
        Ok(Response::new(Default::default()))
    }

    async fn show(
        &self,
        request: Request<proto::ShowRequest>,
    ) -> Result<Response<proto::ShowResponse>, Status> {
        match &*request.get_ref().id {
            "panic" => panic!("a secret"),
            "slow" => tokio::time::sleep(Duration::from_secs(2)).await,
            "never" => std::future::pending().await,
            _ => {}
        }
        self.ended.store(true, Ordering::SeqCst);
        Ok(Response::new(Default::default()))
    }

    async fn retry(&self, _: Request<proto::RetryRequest>) -> Result<Response<proto::RetryResponse>, Status> {
        Ok(Response::new(Default::default()))
    }

    async fn discard(
        &self,
        _: Request<proto::DiscardRequest>,
    ) -> Result<Response<proto::DiscardResponse>, Status> {
        Ok(Response::new(Default::default()))
    }
}

struct Server {
    address: Address,
    health: Health,
    shutdown: CancellationToken,
    ended: Arc<AtomicBool>,
    task: JoinHandle<Result<(), Failure>>,
}

impl Server {
    async fn start(address: &Address) -> Self {
        let listener = Listener::bind(address).await.unwrap();
        let address = listener.address().unwrap();
        let (health, shutdown, ended) = (Health::default(), CancellationToken::new(), Arc::default());
        let running = Running { shutdown: shutdown.clone(), component: health.serving("tests/grpc") };
        let routes = Routes::new(DeadLetterServiceServer::new(Odd { ended: Arc::clone(&ended) }));
        let task = tokio::spawn(service::serve_grpc(listener, routes, &[], running));
        Self { address, health, shutdown, ended, task }
    }

    fn channel(&self, deadline: Duration) -> Channel {
        Peers::default().channel(Service::Promotion, &self.address, deadline).unwrap()
    }

    fn client(&self) -> DeadLetterServiceClient<Channel> {
        DeadLetterServiceClient::new(self.channel(Duration::from_secs(30)))
    }
}

fn show(id: &str) -> proto::ShowRequest {
    proto::ShowRequest { id: id.to_owned() }
}

fn any_port() -> Address {
    "127.0.0.1:0".parse().unwrap()
}

#[tokio::test]
async fn servers_listen_on_ports_and_on_unix_sockets() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("grpc.sock");
    for address in [any_port(), Address::Unix(path.clone())] {
        let server = Server::start(&address).await;
        server.client().list(proto::ListRequest::default()).await.unwrap();
        server.shutdown.cancel();
        server.task.await.unwrap().unwrap();
    }
    assert!(!path.exists(), "the socket goes with its server");
}

#[tokio::test]
async fn a_unix_socket_that_a_dead_process_left_is_taken_and_one_in_use_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("grpc.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let server = Server::start(&Address::Unix(path.clone())).await;
    let error = Listener::bind(&server.address).await.unwrap_err();
    assert_eq!(error.code(), "PORT_IN_USE");
    server.client().list(proto::ListRequest::default()).await.unwrap();
    let port = Server::start(&any_port()).await;
    assert_eq!(Listener::bind(&port.address).await.unwrap_err().code(), "PORT_IN_USE");
    let long = Address::Unix(directory.path().join("x".repeat(120)));
    assert_eq!(Listener::bind(&long).await.unwrap_err().code(), "LISTEN_FAILED");
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    for server in [server, port] {
        server.shutdown.cancel();
        server.task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn health_is_whether_requests_may_come() {
    let server = Server::start(&any_port()).await;
    let mut client = HealthClient::new(server.channel(Duration::from_secs(30)));
    let mut status = async || {
        let request = HealthCheckRequest { service: String::new() };
        client.check(request).await.unwrap().into_inner().status()
    };
    until("it says so", async || status().await == ServingStatus::Serving).await;
    let (consumer, store) = (server.health.component("tests/consume"), server.health.serving("tests/store"));
    consumer.ready();
    consumer.away("log", &Failure::unavailable("LOG_UNAVAILABLE", "away"));
    store.ready();
    store.away("store", &Failure::unavailable("STORE_UNAVAILABLE", "away"));
    until("it says so", async || status().await == ServingStatus::NotServing).await;
    // The consumer still waits, and keeps no request from being answered.
    store.back("store");
    until("it says so", async || status().await == ServingStatus::Serving).await;
    assert!(!server.health.status().is_ok());
    server.shutdown.cancel();
    server.task.await.unwrap().unwrap();
}

#[tokio::test]
async fn reflection_names_every_service() {
    use tonic_reflection::pb::v1::ServerReflectionRequest;
    use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
    use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
    use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

    let server = Server::start(&any_port()).await;
    let mut client = ServerReflectionClient::new(server.channel(Duration::from_secs(30)));
    let message_request = Some(MessageRequest::ListServices(String::new()));
    let request = ServerReflectionRequest { host: String::new(), message_request };
    let mut answers =
        client.server_reflection_info(tokio_stream::iter([request])).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response.unwrap();
    let MessageResponse::ListServicesResponse(list) = answer else { panic!("{answer:?}") };
    let names: Vec<_> = list.service.into_iter().map(|service| service.name).collect();
    for name in [
        "plimsoll.operations.v1.DeadLetterService",
        "plimsoll.promotion.v1.PromotionService",
        "grpc.health.v1.Health",
    ] {
        assert!(names.contains(&name.to_owned()), "{names:?}");
    }
    drop(answers);
    server.shutdown.cancel();
    server.task.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_call_that_panics_ends_alone_and_says_nothing() {
    let server = Server::start(&any_port()).await;
    let mut client = server.client();
    let status = client.show(show("panic")).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::Internal, "the call failed"));
    client.show(show("")).await.unwrap();
    server.shutdown.cancel();
    server.task.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_call_ends_at_its_deadline() {
    let server = Server::start(&any_port()).await;
    let mut client = DeadLetterServiceClient::new(server.channel(Duration::from_millis(300)));
    let status = client.show(show("never")).await.unwrap_err();
    assert!(matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled), "{status:?}");
    server.shutdown.cancel();
    server.task.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_message_that_is_too_large_is_refused() {
    let server = Server::start(&any_port()).await;
    let mut client = server.client();
    client.show(show(&"x".repeat(MAX_MESSAGE_BYTES - 1024))).await.unwrap();
    let status = client.show(show(&"x".repeat(MAX_MESSAGE_BYTES + 1))).await.unwrap_err();
    assert_eq!(status.code(), Code::OutOfRange, "{status:?}");
    server.shutdown.cancel();
    server.task.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_stop_finishes_the_calls_that_were_begun() {
    let server = Server::start(&any_port()).await;
    let mut client = server.client();
    client.list(proto::ListRequest::default()).await.unwrap();
    let call = tokio::spawn(async move { client.show(show("slow")).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.shutdown.cancel();
    call.await.unwrap().unwrap();
    server.task.await.unwrap().unwrap();
    assert!(server.ended.load(Ordering::SeqCst));
}

#[tokio::test]
async fn a_channel_waits_for_its_server_to_come_back() {
    let directory = tempfile::tempdir().unwrap();
    let address = Address::Unix(directory.path().join("grpc.sock"));
    let mut client = DeadLetterServiceClient::new(
        Peers::default().channel(Service::Promotion, &address, Duration::from_secs(5)).unwrap(),
    );
    let away = client.list(proto::ListRequest::default()).await.unwrap_err();
    assert_eq!((away.code(), details(&away)), (Code::Unavailable, Some(json!({"service": "promotion"}))));
    let server = Server::start(&address).await;
    client.list(proto::ListRequest::default()).await.unwrap();
    server.shutdown.cancel();
    server.task.await.unwrap().unwrap();
}
