//! What is refused, with which code, and that it is on record.

use access::Role;
use protos::promotion::promotion_service_server::PromotionService;
use protos::promotion::{ApproveRequest, GetPromotionRequest, RequestPreviewRequest};
use service::Handler as _;
use tonic::{Code, Request};

use crate::calls::{refused, shop};
use crate::world::{Files, OTHER, REPOSITORY, World};

fn told(by: &str, command: &str, code: &str) -> (String, String, String) {
    (by.to_owned(), command.to_owned(), code.to_owned())
}

#[tokio::test]
async fn requests_for_what_is_not_there_are_refused_and_recorded() {
    let world = World::with_shop();
    let texts = |text: &str| vec![text.to_owned()];
    for (request, status, code) in [
        (
            RequestPreviewRequest { application_id: "x".to_owned(), ..shop() },
            Code::NotFound,
            "APPLICATION_NOT_FOUND",
        ),
        (
            RequestPreviewRequest { to: "moon".to_owned(), ..shop() },
            Code::InvalidArgument,
            "ENVIRONMENT_NOT_FOUND",
        ),
        (
            RequestPreviewRequest { to: "staging".to_owned(), ..shop() },
            Code::InvalidArgument,
            "ENVIRONMENTS_EQUAL",
        ),
        (
            RequestPreviewRequest { source_revision: Some("nowhere".to_owned()), ..shop() },
            Code::InvalidArgument,
            "REVISION_NOT_FOUND",
        ),
        (
            RequestPreviewRequest { take: texts("no place"), ..shop() },
            Code::InvalidArgument,
            "SELECTION_INVALID",
        ),
        (RequestPreviewRequest { only: texts("web"), ..shop() }, Code::InvalidArgument, "SELECTION_INVALID"),
        (
            RequestPreviewRequest { skip: vec!["a/b:".to_owned(); 501], ..shop() },
            Code::InvalidArgument,
            "SELECTION_INVALID",
        ),
        (RequestPreviewRequest { from: "\0".to_owned(), ..shop() }, Code::InvalidArgument, "REQUEST_INVALID"),
        (
            RequestPreviewRequest { idempotency_key: Some("k".repeat(2001)), ..shop() },
            Code::InvalidArgument,
            "REQUEST_INVALID",
        ),
    ] {
        let before = world.refusals().await.len();
        let result = world.requester("ana").request(request).await;
        assert_eq!(result, Err((status, code.to_owned())));
        world.settle().await;
        let refusals = world.refusals().await;
        assert_eq!(refusals.len(), before + 1, "{code}");
        assert_eq!(refusals.last(), Some(&told("ana", "request", code)));
    }
}

#[tokio::test]
async fn a_document_that_is_none_names_its_field() {
    let world = World::new();
    world.push(&Files { rules: "aprovals: 1", ..Files::default() });
    let result = world.requester("ana").request(shop()).await;
    assert_eq!(result, Err((Code::InvalidArgument, "APPLICATION_INVALID".to_owned())));
    world.repositories.push(REPOSITORY, [("README.md", "")]);
    let result = world.requester("ana").request(shop()).await;
    assert_eq!(result, Err((Code::InvalidArgument, "APPLICATION_FILE_MISSING".to_owned())));
}

#[tokio::test]
async fn the_promotions_of_others_do_not_exist() {
    let world = World::with_shop();
    let id = world.previewed().await;
    let eve = world.person(OTHER, "eve", Role::Admin);
    let not_found = (Code::NotFound, "PROMOTION_NOT_FOUND".to_owned());
    assert_eq!(eve.get(id).await, Err(not_found.clone()));
    assert_eq!(eve.approve(id).await, Err(not_found.clone()));
    assert_eq!(eve.reject(id).await, Err(not_found.clone()));
    let messages = world.publish().await.unwrap();
    assert!(messages.iter().all(|message| message.envelope.org == OTHER));
    assert_eq!(messages.len(), 2, "two refused commands, in the caller's own organisation");
    // And so are those that are none at all.
    let none = ApproveRequest { promotion_id: "none".to_owned(), ..ApproveRequest::default() };
    assert_eq!(world.approver("bob").approve_as(none).await, Err(not_found));
}

#[tokio::test]
async fn refused_decisions_stand_among_the_promotions_events() {
    let world = World::with_shop();
    let id = world.requester("ana").request(shop()).await.unwrap();
    let code = |code: &str, result: Result<_, (Code, String)>| assert_eq!(result.unwrap_err().1, code);
    code("PREVIEW_NOT_READY", world.approver("bob").approve(id).await);
    world.settle().await;
    code("FORBIDDEN", world.requester("rob").approve(id).await);
    code("FORBIDDEN", world.requester("rob").reject(id).await);
    code("SELF_APPROVAL", world.approver("ana").approve(id).await);
    let wrong =
        ApproveRequest { promotion_id: id.to_string(), comment: None, preview_hash: Some("00".to_owned()) };
    code("PREVIEW_HASH_MISMATCH", world.approver("bob").approve_as(wrong).await);
    world.approver("bob").approve(id).await.unwrap();
    code("ALREADY_APPROVED", world.approver("bob").approve(id).await);
    code("PROMOTION_CLOSED", world.approver("bob").reject(id).await);
    world.settle().await;
    let expected = [
        "PreviewRequested",
        "CommandRefused",
        "PreviewCompleted",
        "CommandRefused",
        "CommandRefused",
        "CommandRefused",
        "CommandRefused",
        "ApprovalGiven",
        "PromotionApproved",
        "CommandRefused",
        "CommandRefused",
    ];
    assert_eq!(world.types(id).await, expected);
}

#[tokio::test]
async fn a_plan_without_an_edit_or_with_something_to_settle_is_not_approved() {
    let world = World::new();
    world.push(&Files { image: "1.1.0", ..Files::default() });
    let id = world.previewed().await;
    let refused = world.approver("bob").approve(id).await.unwrap_err();
    assert_eq!(refused, (Code::FailedPrecondition, "NOTHING_TO_PROMOTE".to_owned()));
}

#[tokio::test]
async fn a_comment_is_bounded() {
    let world = World::with_shop();
    let id = world.previewed().await;
    for comment in ["x".repeat(2001), "a\0b".to_owned()] {
        let request =
            ApproveRequest { promotion_id: id.to_string(), comment: Some(comment), preview_hash: None };
        let refused = world.approver("bob").approve_as(request).await.unwrap_err();
        assert_eq!(refused, (Code::InvalidArgument, "REQUEST_INVALID".to_owned()));
    }
    let comment = Some("ü".repeat(2000));
    let request = ApproveRequest { promotion_id: id.to_string(), comment, preview_hash: None };
    assert!(world.approver("bob").approve_as(request).await.is_ok());
}

#[tokio::test]
async fn a_rejection_ends_it() {
    let world = World::with_shop();
    let id = world.previewed().await;
    let shown = world.requester("ana").reject(id).await.unwrap();
    assert_eq!(
        (shown.status.as_str(), shown.message.as_deref()),
        ("rejected", Some("rejected by ana: not now"))
    );
    assert_eq!(world.approver("bob").approve(id).await.unwrap_err().1, "PROMOTION_CLOSED");
}

#[tokio::test]
async fn nobody_is_known_without_a_voucher() {
    let world = World::with_shop();
    let id = world.previewed().await;
    let get = Request::new(GetPromotionRequest { promotion_id: id.to_string() });
    let code = (Code::Unauthenticated, "IDENTITY_NOT_VOUCHED".to_owned());
    assert_eq!(world.api.get_promotion(get).await.map_err(refused).unwrap_err(), code);
    let approve = Request::new(ApproveRequest { promotion_id: id.to_string(), ..ApproveRequest::default() });
    assert_eq!(world.api.approve(approve).await.map_err(refused).unwrap_err(), code);
}

/// Nobody waits for ever: what the engines say they have written is not there.
#[tokio::test]
async fn a_preview_whose_documents_are_missing_fails() {
    let world = World::with_shop();
    let id = world.requester("ana").request(shop()).await.unwrap();
    let promotion = world.promotion(id).await;
    let hash = ids::BlobHash::of(b"nobody has this");
    let compared =
        events::plan::Compared { plan: hash, before: hash, after: hash, changes: hash, nodes: hash };
    let explained = events::preview::PreviewExplained {
        promotion_id: id,
        request: promotion.request,
        from: "staging".to_owned(),
        to: "production".to_owned(),
        policy: promotion.inputs.policy,
        price_book: promotion.inputs.price_book,
        compared,
        cost: hash,
        bill: hash,
        risk: hash,
        explanation: hash,
        headline: String::new(),
    };
    let message = world.of_git(id, explained);
    let failure = world.hear(&message).await.unwrap_err();
    assert_eq!(failure.code(), "BLOB_MISSING");
    assert_eq!(world.reactor.give_up(&message, &failure).await, Ok(service::GivenUp::Told));
    let promotion = world.promotion(id).await;
    assert_eq!(promotion.status, promotion::domain::Status::Failed);
    assert_eq!(promotion.end.unwrap().code.as_deref(), Some("BLOB_MISSING"));
}
