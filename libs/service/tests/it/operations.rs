//! Operators work on dead letters over gRPC, each on those of their organisation.

use std::sync::Arc;
use std::time::Duration;

use access::{Identity, Role, Voucher};
use events::{Headers, Service};
use ids::OrgId;
use protos::call::{code, details, vouched};
use protos::operations as proto;
use protos::operations::dead_letter_service_client::DeadLetterServiceClient;
use serde_json::json;
use service::{
    Address, AllDeadLetters, Channel, DeadLetterOperations, DeadLetters, Health, Listener, Peers, Running,
};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::{Code, Request, Status};
use uuid::Uuid;

use crate::bench::{Bench, ORG, record, records, until};
use crate::handlers::{Does, Noting};

const VOUCHER: [u8; 32] = [7; 32];

struct Desk {
    bench: Bench,
    address: Address,
    client: DeadLetterServiceClient<Channel>,
    shutdown: CancellationToken,
    _directory: tempfile::TempDir,
}

impl Desk {
    /// The first event of each key is parked, and the next waits behind it.
    async fn new(keys: &[&str]) -> (Self, Arc<Noting>) {
        Self::of(Service::Promotion, keys).await
    }

    /// In the name of this service.
    async fn of(service: Service, keys: &[&str]) -> (Self, Arc<Noting>) {
        let bench = Bench::new(1).await;
        for key in keys {
            bench.append(&records(key, [1, 2])).await;
        }
        let handler = Noting::new(|name, _| if name.ends_with('1') { Does::Refuse } else { Does::Handle });
        let consumer = bench.consume(&handler);
        let count = keys.len() * 2;
        until("all are parked", async || bench.letters().await.len() == count).await;
        let directory = tempfile::tempdir().unwrap();
        let address = Address::Unix(directory.path().join("grpc.sock"));
        let operations = operations(service, &bench);
        let shutdown = CancellationToken::new();
        let running = Running { shutdown: shutdown.clone(), component: Health::default().component("grpc") };
        let listener = Listener::bind(&address).await.unwrap();
        tokio::spawn(service::serve_grpc(listener, Routes::new(operations.into_server()), &[], running));
        let client = DeadLetterServiceClient::new(
            Peers::default().channel(Service::Promotion, &address, Duration::from_secs(60)).unwrap(),
        );
        // The consumer works on until the test ends.
        std::mem::forget(consumer);
        (Self { bench, address, client, shutdown, _directory: directory }, handler)
    }

    fn call<T>(&self, message: T, org: OrgId, role: Role) -> Request<T> {
        let caller = Identity { org, user: "ana".to_owned(), role, token: None };
        vouched(message, &caller, &Voucher::new(VOUCHER), self.bench.parts.clock.now()).unwrap()
    }

    fn admin<T>(&self, message: T) -> Request<T> {
        self.call(message, ORG, Role::Admin)
    }

    async fn list(&mut self, state: Option<&str>, org: OrgId) -> Vec<(String, String)> {
        self.list_as(state, org, Role::Admin).await
    }

    async fn list_as(&mut self, state: Option<&str>, org: OrgId, role: Role) -> Vec<(String, String)> {
        let message = proto::ListRequest { state: state.map(str::to_owned), ..Default::default() };
        let request = self.call(message, org, role);
        let letters = self.client.list(request).await.unwrap().into_inner().dead_letters;
        letters.into_iter().map(|letter| (letter.id, letter.state)).collect()
    }
}

fn operations(service: Service, bench: &Bench) -> DeadLetterOperations {
    let letters = DeadLetters::new(service, &bench.parts);
    DeadLetterOperations::new([letters], Voucher::new(VOUCHER), Arc::clone(&bench.parts.clock))
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Status>) -> (Code, Option<String>) {
    let status = answer.unwrap_err();
    (status.code(), code(&status).map(str::to_owned))
}

fn other() -> OrgId {
    OrgId::new(Uuid::from_u128(0xb))
}

fn retry(id: &str) -> proto::RetryRequest {
    proto::RetryRequest { id: id.to_owned() }
}

fn discard(id: &str, reason: &str) -> proto::DiscardRequest {
    proto::DiscardRequest { id: id.to_owned(), reason: reason.to_owned() }
}

#[tokio::test]
async fn letters_are_listed_shown_retried_and_given_up() {
    let (mut desk, handler) = Desk::new(&["a", "b"]).await;
    let parked: Vec<_> = (1..=4).map(|id| (format!("promotion/{id}"), "parked".to_owned())).collect();
    assert_eq!(desk.list(None, ORG).await, parked);
    let request = desk.admin(proto::ShowRequest { id: "promotion/1".to_owned() });
    let shown = desk.client.show(request).await.unwrap().into_inner();
    let letter = shown.dead_letter.unwrap();
    assert_eq!((&*letter.topic, letter.partition, letter.offset), ("plimsoll.catalog.v1", 0, 0));
    assert_eq!((&*letter.key, letter.attempts, &*letter.code), ("a", 4, "EVENT_ODD"));
    assert_eq!(letter.event_type, "plimsoll.catalog.v1.OrganisationCreated");
    assert_eq!(shown.headers["ce_sequence"], "1");
    assert_eq!(shown.value, record("a", 1).value);
    handler.does(|_, _| Does::Handle);
    let request = desk.admin(retry("promotion/1"));
    let answer = desk.client.retry(request).await.unwrap().into_inner().dead_letter.unwrap();
    assert_eq!(answer.state, "retrying");
    until("they are handled", async || handler.of("a") == ["a1", "a2"]).await;
    let request = desk.admin(discard("promotion/3", " no use "));
    let answer = desk.client.discard(request).await.unwrap().into_inner().dead_letter.unwrap();
    assert_eq!(answer.state, "discarded");
    until("the one behind it is handled", async || handler.of("b") == ["b2"]).await;
    until("all are closed", async || desk.list(None, ORG).await.is_empty()).await;
    assert_eq!(desk.list(Some("discarded"), ORG).await, [("promotion/3".to_owned(), "discarded".to_owned())]);
    desk.shutdown.cancel();
}

#[tokio::test]
async fn what_is_not_there_or_cannot_be_done_is_said() {
    let (mut desk, _) = Desk::new(&["a"]).await;
    for id in ["promotion/99", "promotion/x", "promotion", "catalog/1", "nobody/1", ""] {
        let request = desk.admin(retry(id));
        let expected = (Code::NotFound, Some("DEAD_LETTER_NOT_FOUND".to_owned()));
        assert_eq!(refused(desk.client.retry(request).await), expected, "{id}");
    }
    let request = desk.admin(retry("promotion/2"));
    let expected = (Code::FailedPrecondition, Some("DEAD_LETTER_WAITS".to_owned()));
    assert_eq!(refused(desk.client.retry(request).await), expected);
    for reason in ["", "  ", &"x".repeat(1001)] {
        let request = desk.admin(discard("promotion/1", reason));
        assert_eq!(refused(desk.client.discard(request).await).0, Code::InvalidArgument);
    }
    let request = desk.admin(proto::ListRequest { state: Some("odd".to_owned()), ..Default::default() });
    assert_eq!(refused(desk.client.list(request).await).0, Code::InvalidArgument);
    desk.shutdown.cancel();
}

#[tokio::test]
async fn only_admins_of_the_same_organisation_see_a_letter() {
    let (mut desk, handler) = Desk::new(&["a"]).await;
    for role in [Role::Requester, Role::Approver] {
        let request = desk.call(proto::ListRequest::default(), ORG, role);
        assert_eq!(refused(desk.client.list(request).await).0, Code::PermissionDenied);
    }
    let unknown = Request::new(proto::ListRequest::default());
    assert_eq!(refused(desk.client.list(unknown).await).0, Code::Unauthenticated);
    assert!(desk.list(None, other()).await.is_empty());
    let request = desk.call(proto::ShowRequest { id: "promotion/1".to_owned() }, other(), Role::Admin);
    assert_eq!(refused(desk.client.show(request).await).0, Code::NotFound);
    let request = desk.call(retry("promotion/1"), other(), Role::Admin);
    assert_eq!(refused(desk.client.retry(request).await).0, Code::NotFound);
    let request = desk.call(discard("promotion/1", "why not"), other(), Role::Admin);
    assert_eq!(refused(desk.client.discard(request).await).0, Code::NotFound);
    // What does not say whose it is: for who runs the installation, with its bytes.
    let mut bare = record("z", 1);
    bare.headers = Headers::default();
    desk.bench.append(&[bare]).await;
    until("it is parked", async || desk.bench.letters().await.len() == 3).await;
    assert!(desk.list(None, other()).await.is_empty());
    let request = desk.admin(discard("promotion/3", "why not"));
    assert_eq!(refused(desk.client.discard(request).await).0, Code::NotFound);
    let nobodys = [("promotion/3".to_owned(), "parked".to_owned())];
    assert_eq!(desk.list_as(None, other(), Role::Operator).await, nobodys);
    let request = desk.call(proto::ShowRequest { id: "promotion/3".to_owned() }, other(), Role::Operator);
    let shown = desk.client.show(request).await.unwrap().into_inner();
    assert_eq!(shown.value, record("z", 1).value);
    let request = desk.call(proto::ShowRequest { id: "promotion/3".to_owned() }, other(), Role::Admin);
    assert_eq!(refused(desk.client.show(request).await).0, Code::NotFound);
    assert!(handler.handled().is_empty());
    desk.shutdown.cancel();
}

#[tokio::test]
async fn a_long_list_comes_in_pages() {
    let (mut desk, _) = Desk::new(&["a", "b"]).await;
    let all: Vec<String> = desk.list(None, ORG).await.into_iter().map(|(id, _)| id).collect();
    let (mut paged, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let message = proto::ListRequest { state: None, after, limit: 3 };
        let request = desk.admin(message);
        let page = desk.client.list(request).await.unwrap().into_inner();
        pages += 1;
        paged.extend(page.dead_letters.into_iter().map(|letter| letter.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((pages, &paged), (2, &all));
    for after in ["", "x promotion 1", "1 nobody 1", "1 promotion 1 1"] {
        let message = proto::ListRequest { state: None, after: Some(after.to_owned()), limit: 3 };
        let expected = (Code::InvalidArgument, Some("QUERY_INVALID".to_owned()));
        let request = desk.admin(message);
        assert_eq!(refused(desk.client.list(request).await), expected, "{after:?}");
    }
    desk.shutdown.cancel();
}

/// Those of a service in this process and of one that runs elsewhere.
#[tokio::test]
async fn letters_of_services_elsewhere_are_in_one_list_with_those_of_here() {
    let (here, _) = Desk::of(Service::Promotion, &["a", "b"]).await;
    let (there, handler) = Desk::of(Service::Diff, &["c", "d"]).await;
    let channel = Peers::default().channel(Service::Diff, &there.address, Duration::from_secs(60)).unwrap();
    let all = AllDeadLetters::new(
        operations(Service::Promotion, &here.bench),
        [(Service::Diff, channel, Voucher::new(VOUCHER))],
    );
    let ana = Identity { org: ORG, user: "ana".to_owned(), role: Role::Admin, token: None };
    let list = async |only, after: Option<String>, limit| {
        all.list(&ana, proto::ListRequest { state: None, after, limit }, only).await
    };
    let ids = |page: &proto::ListResponse| -> Vec<String> {
        page.dead_letters.iter().map(|letter| letter.id.clone()).collect()
    };
    let whole = list(None, None, 0).await.unwrap();
    let mut sorted = ids(&whole);
    sorted.sort();
    let names = ["diff", "promotion"].map(|service| (1..=4).map(move |number| format!("{service}/{number}")));
    assert_eq!(sorted, names.into_iter().flatten().collect::<Vec<_>>());
    assert!(whole.dead_letters.is_sorted_by_key(|letter| letter.parked_at.clone()), "{whole:?}");
    let (mut paged, mut after, mut lengths) = (Vec::new(), None, Vec::new());
    loop {
        let page = list(None, after, 3).await.unwrap();
        lengths.push(page.dead_letters.len());
        paged.extend(ids(&page));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((paged, lengths), (ids(&whole), vec![3, 3, 2]));
    // What is asked of one goes to the service that has it.
    let shown = all.show(&ana, proto::ShowRequest { id: "diff/1".to_owned() }).await.unwrap();
    assert_eq!(shown.value, record("c", 1).value);
    handler.does(|_, _| Does::Handle);
    all.retry(&ana, retry("diff/1")).await.unwrap();
    until("they are handled", async || handler.of("c") == ["c1", "c2"]).await;
    all.discard(&ana, discard("promotion/1", "no use")).await.unwrap();
    assert_eq!(refused(all.retry(&ana, retry("cost/1")).await).0, Code::NotFound);
    let approver = Identity { role: Role::Approver, ..ana.clone() };
    assert_eq!(refused(all.retry(&approver, retry("diff/3")).await).0, Code::PermissionDenied);
    let channel = Peers::default().channel(Service::Diff, &there.address, Duration::from_secs(60)).unwrap();
    let with_another_key = [(Service::Diff, channel, Voucher::new([8; 32]))];
    let forging = AllDeadLetters::new(operations(Service::Promotion, &here.bench), with_another_key);
    assert_eq!(refused(forging.retry(&ana, retry("diff/3")).await).0, Code::Unauthenticated);
    // One that is away is named, and the others can be asked without it.
    there.shutdown.cancel();
    let mut away = None;
    until("its server is gone", async || {
        away = list(None, None, 0).await.err();
        away.is_some()
    })
    .await;
    let away = away.unwrap();
    assert_eq!((away.code(), code(&away)), (Code::Unavailable, Some("SERVICE_UNAVAILABLE")));
    assert_eq!(details(&away), Some(json!({"service": "diff"})));
    assert!(!ids(&list(Some(Service::Promotion), None, 0).await.unwrap()).is_empty());
    here.shutdown.cancel();
}
