//! What happens to a promotion, as it happens (server-sent events).

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use api::promotion::PromotionEvent;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use futures::stream::unfold;
use ids::{OrgId, PromotionId};
use tokio::time::timeout;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::extract::{Caller, Path};
use crate::projection::Live;
use crate::routes::promotions::find;
use crate::state::Gateway;
use crate::streams::Followed;

pub(super) fn router() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new().routes(routes!(watch))
}

/// Another process may have folded an event, which nobody here is told.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What has happened to a promotion, and what happens, until it is over
#[utoipa::path(get, path = "/promotions/{id}/events", operation_id = "watch_promotion", tag = "Promotions",
    params(("id" = String, Path, description = "The promotion's identifier"),
        ("Last-Event-ID" = Option<i64>, Header, description = "Only what came after the event of this id")),
    responses((status = 200, body = PromotionEvent, content_type = "text/event-stream",
        description = "One event after another")))]
async fn watch(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let promotion = find(&gateway, &caller, &id).await?.promotion;
    let followed = caller.token.map(|token| gateway.streams.follow(token).ok_or_else(|| too_many(&gateway)));
    let after = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0);
    let follower = Follower {
        listener: gateway.live.listen(),
        live: gateway.live.clone(),
        gateway,
        org: caller.org,
        promotion: promotion.promotion_id,
        after,
        waiting: VecDeque::new(),
        over: false,
        _followed: followed.transpose()?,
    };
    let stream = unfold(follower, |mut follower| async move { Some((Ok(follower.next().await?), follower)) });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

/// Somebody who follows a promotion.
struct Follower {
    gateway: Gateway,
    live: Live,
    listener: crate::projection::Listener,
    org: OrgId,
    promotion: PromotionId,
    after: i64,
    waiting: VecDeque<(i64, PromotionEvent)>,
    over: bool,
    _followed: Option<Followed>,
}

pub(super) fn too_many(gateway: &Gateway) -> ApiError {
    let why = format!("this token follows {} streams already", gateway.streams.most());
    let error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_STREAMS", why);
    ApiError { retry_after: Some(FREE), ..error }
}

/// Seconds after which one of the streams may be over.
const FREE: u32 = 10;

impl Follower {
    /// The next event; none when nothing more will happen.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((number, event)) = self.waiting.pop_front() {
                self.after = number;
                self.over |= api::promotion::is_final(&event.status);
                return Event::default()
                    .id(number.to_string())
                    .event(event.event_type.clone())
                    .json_data(event)
                    .ok();
            }
            if self.over {
                return None;
            }
            self.look().await;
            if self.waiting.is_empty() {
                // News or not: looking is cheap.
                let _ = timeout(LOOK_AGAIN, self.listener.news(self.promotion.uuid())).await;
            }
        }
    }

    async fn look(&mut self) {
        // Listening begins before looking, so nothing falls between the two.
        self.listener = self.live.listen();
        match self.gateway.projections.promotion_events(self.org, self.promotion, self.after).await {
            Ok(events) => self.waiting.extend(events),
            // The stream goes on when the projections are back.
            Err(error) => tracing::warn!(code = error.code, "a promotion's events cannot be read"),
        }
    }
}
