//! The gateway's gRPC, as a client from outside meets it.

use std::time::Duration;

use events::Service;
use protos::call::code;
use protos::promotion as proto;
use protos::promotion::promotion_service_client::PromotionServiceClient;
use service::{Channel, Peers};
use tokio::runtime::Runtime;
use tonic::{Code, Request, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

use crate::client::eventually;
use crate::flow::Shop;

fn by<T>(token: Option<&str>, message: T) -> Request<T> {
    let mut request = Request::new(message);
    if let Some(token) = token {
        let value = format!("Bearer {token}").parse().unwrap();
        request.metadata_mut().insert("authorization", value);
    }
    request
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Status>) -> (Code, String) {
    let status = answer.unwrap_err();
    (status.code(), code(&status).unwrap_or_default().to_owned())
}

fn wanted(application_id: &str) -> proto::RequestPreviewRequest {
    proto::RequestPreviewRequest {
        application_id: application_id.to_owned(),
        from: "staging".to_owned(),
        to: "production".to_owned(),
        ..Default::default()
    }
}

fn approval(promotion: &str) -> proto::ApproveRequest {
    proto::ApproveRequest { promotion_id: promotion.to_owned(), ..Default::default() }
}

#[test]
fn a_promotion_is_asked_for_and_approved_over_grpc() {
    let mut shop = Shop::open(&[]);
    let application = shop.alice.get("/workloads/shop").ok(200)["id"].as_str().unwrap().to_owned();
    let runtime = Runtime::new().unwrap();
    let channel = || {
        let address = shop.server.grpc().parse().unwrap();
        let _inside = runtime.enter();
        Peers::default().channel(Service::Promotion, &address, Duration::from_secs(60)).unwrap()
    };
    let mut client = PromotionServiceClient::new(channel());
    let asked = |request| runtime.block_on(client.clone().request_preview(request));
    for token in [None, Some("plimsoll_nobodys")] {
        let (code, stable) = refused(asked(by(token, wanted(&application))));
        assert_eq!(code, Code::Unauthenticated, "{stable}");
    }
    let answer = asked(by(Some(shop.alice.token()), wanted(&application))).unwrap().into_inner();
    let promotion = answer.promotion_id;
    shop.alice.until_status(&promotion, "preview");
    let too_little = runtime.block_on(client.approve(by(Some(shop.alice.token()), approval(&promotion))));
    assert_eq!(refused(too_little), (Code::PermissionDenied, "FORBIDDEN".to_owned()));
    // It follows readiness, which a busy machine may take away for a moment.
    eventually("the gateway serves", || {
        let health = runtime.block_on(health(channel()));
        (health.status == i32::from(ServingStatus::Serving)).then_some(())
    });
    let services = runtime.block_on(services(channel()));
    assert_eq!(services, ["grpc.health.v1.Health", "plimsoll.promotion.v1.PromotionService"]);
    runtime.block_on(client.approve(by(Some(shop.bob.token()), approval(&promotion)))).unwrap();
    shop.alice.until_status(&promotion, "open");

    shop.server.stop("TERM");
    shop.server.spawn_with(&["organisation.name=other"]);
    shop.server.ready();
    let other = shop.server.admin_by("admin-other.token");
    let mut client = PromotionServiceClient::new({
        let _inside = runtime.enter();
        Peers::default()
            .channel(Service::Promotion, &shop.server.grpc().parse().unwrap(), Duration::from_secs(60))
            .unwrap()
    });
    let theirs = runtime.block_on(client.approve(by(Some(other.token()), approval(&promotion))));
    assert_eq!(refused(theirs), (Code::NotFound, "PROMOTION_NOT_FOUND".to_owned()));
}

async fn health(channel: Channel) -> HealthCheckResponse {
    HealthClient::new(channel).check(HealthCheckRequest::default()).await.unwrap().into_inner()
}

async fn services(channel: Channel) -> Vec<String> {
    let request = ServerReflectionRequest {
        message_request: Some(MessageRequest::ListServices(String::new())),
        ..Default::default()
    };
    let mut client = ServerReflectionClient::new(channel);
    let mut answers =
        client.server_reflection_info(tokio_stream::iter([request])).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response;
    let Some(MessageResponse::ListServicesResponse(list)) = answer else { panic!("{answer:?}") };
    let mut names: Vec<String> = list.service.into_iter().map(|service| service.name).collect();
    names.sort();
    names
}
