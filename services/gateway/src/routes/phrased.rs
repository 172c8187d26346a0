//! A language model's words of a preview, beside the explanation: as they are, and as they come (server-sent events).
//!
//! What is streamed was held against the facts as a whole before any of it is stored: nothing that was not leaves.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use access::Identity;
use api::explanation::{ExplanationEvent, Phrased};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use futures::stream::unfold;
use ids::PromotionId;
use preview::ExplanationDocument;
use serde_json::json;
use time::OffsetDateTime;
use tokio::time::{Instant, timeout};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::extract::{Caller, Path};
use crate::projection::{Found, Listener, PhrasedRow};
use crate::routes::documents::Reader;
use crate::routes::events::too_many;
use crate::routes::promotions::find;
use crate::state::Gateway;
use crate::streams::Followed;

pub(super) fn router() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new().routes(routes!(stream))
}

/// Another process may have folded an event, which nobody here is told.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// A model that has said nothing for so long after the preview says nothing any more, or none is configured.
const PATIENCE: Duration = Duration::from_secs(180);

/// A promotion in words, as they come: the explanation at once, then a language model's words
#[utoipa::path(get, path = "/promotions/{id}/explanation/stream", operation_id = "stream_explanation", tag = "Previews",
    params(("id" = String, Path, description = "The promotion's identifier"),
        ("Last-Event-ID" = Option<i64>, Header, description = "Only what came after the event of this id")),
    responses((status = 200, body = ExplanationEvent, content_type = "text/event-stream",
        description = "`explanation`, any number of `phrased`, `end`")))]
async fn stream(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let promotion = find(&gateway, &caller, &id).await?.promotion;
    let followed = caller.token.map(|token| gateway.streams.follow(token).ok_or_else(|| too_many(&gateway)));
    let after = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0);
    let reader = Reading {
        listener: gateway.live.listen(),
        gateway,
        caller,
        promotion: promotion.promotion_id,
        after,
        told: 0,
        waiting: VecDeque::new(),
        until: Instant::now() + PATIENCE,
        explained: false,
        is_away: false,
        over: false,
        _followed: followed.transpose()?,
    };
    let stream = unfold(reader, |mut reader| async move { Some((Ok(reader.next().await?), reader)) });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

/// What a language model made of the promotion's preview, and its words; none if nothing yet.
pub(super) async fn of(
    gateway: &Gateway,
    caller: &Identity,
    promotion: PromotionId,
) -> Result<Option<(Phrased, Option<ExplanationDocument>)>, ApiError> {
    let Some(row) = gateway.projections.phrased(caller.org, promotion).await? else { return Ok(None) };
    let PhrasedRow { model, prompt, why, document } = row;
    let words: Option<ExplanationDocument> = match document {
        Some(document) => Some(Reader { gateway, caller }.document(document).await?),
        None => None,
    };
    let parts = words.as_ref().map(|words| {
        let words = &words.explanation;
        json!({"headline": words.headline, "paragraphs": words.paragraphs, "checklist": words.checklist})
    });
    let phrased = Phrased {
        model,
        prompt,
        fell_back: words.is_none(),
        why,
        text: words.as_ref().map(|words| words.text.clone()),
        markdown: words.as_ref().map(|words| words.markdown.clone()),
        parts,
    };
    Ok(Some((phrased, words)))
}

/// Somebody who reads along.
struct Reading {
    gateway: Gateway,
    caller: Identity,
    listener: Listener,
    promotion: PromotionId,
    /// The number of the last event that the reader has.
    after: i64,
    told: i64,
    waiting: VecDeque<(i64, ExplanationEvent)>,
    until: Instant,
    explained: bool,
    /// The last look failed, and somebody was told.
    is_away: bool,
    over: bool,
    _followed: Option<Followed>,
}

impl Reading {
    /// The next event; none when nothing more comes.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((number, event)) = self.waiting.pop_front() {
                if number <= self.after {
                    continue;
                }
                return Event::default().id(number.to_string()).event(event.name()).json_data(event).ok();
            }
            if self.over {
                return None;
            }
            // Listening begins before looking, so nothing falls between the two.
            self.listener = self.gateway.live.listen();
            if let Err(error) = self.look().await {
                self.failed(&error);
            } else {
                self.is_away = false;
            }
            if self.waiting.is_empty() && !self.over {
                // News or not: looking is cheap.
                let _ = timeout(LOOK_AGAIN, self.listener.news(self.promotion.uuid())).await;
            }
        }
    }

    async fn look(&mut self) -> Result<(), ApiError> {
        let found = find(&self.gateway, &self.caller, &self.promotion.to_string()).await?;
        let Some(documents) = &found.documents else {
            if api::promotion::is_final(&found.promotion.status) {
                self.end(None);
            }
            return Ok(());
        };
        if !self.explained {
            let reader = Reader { gateway: &self.gateway, caller: &self.caller };
            let words: ExplanationDocument = reader.document(documents.explanation).await?;
            self.explained = true;
            self.until = self.until.min(Instant::now() + left(&found, self.gateway.parts.clock.now()));
            self.tell(ExplanationEvent::Explanation { text: words.text, markdown: words.markdown });
        }
        let phrased = of(&self.gateway, &self.caller, self.promotion).await?;
        match phrased {
            Some((phrased, words)) => {
                for (part, text) in words.iter().flat_map(sentences) {
                    self.tell(ExplanationEvent::Phrased { part, text });
                }
                self.end(Some(phrased));
            }
            None if Instant::now() >= self.until => self.end(None),
            None => {}
        }
        Ok(())
    }

    fn failed(&mut self, error: &ApiError) {
        if !std::mem::replace(&mut self.is_away, true) {
            tracing::warn!(code = error.code, "an explanation cannot be read");
        }
        match after(error, Instant::now() >= self.until) {
            After::Waits => {}
            After::Closes => self.over = true,
            After::Ends => self.end(None),
        }
    }

    fn tell(&mut self, event: ExplanationEvent) {
        self.told += 1;
        self.waiting.push_back((self.told, event));
    }

    fn end(&mut self, phrased: Option<Phrased>) {
        self.over = true;
        self.tell(match phrased {
            Some(Phrased { model, fell_back, why, .. }) => {
                ExplanationEvent::End { phrased: !fell_back, model: Some(model), why }
            }
            None => ExplanationEvent::End { phrased: false, model: None, why: None },
        });
    }
}

/// What becomes of a stream that cannot be read.
#[derive(Debug, PartialEq, Eq)]
enum After {
    /// It goes on when what is away is back.
    Waits,
    /// It breaks off, without saying that nothing comes: whoever reads asks again, and is told why.
    Closes,
    /// What it is about is not there any more.
    Ends,
}

fn after(error: &ApiError, is_late: bool) -> After {
    match (error.status, is_late) {
        (StatusCode::NOT_FOUND, _) => After::Ends,
        (_, true) => After::Closes,
        (_, false) => After::Waits,
    }
}

/// How long a model's words may still come: an old preview's came long ago, or will not.
fn left(found: &Found, now: OffsetDateTime) -> Duration {
    let age = now - found.promotion.updated_at;
    PATIENCE.saturating_sub(Duration::try_from(age).unwrap_or_default())
}

/// The words, sentence by sentence, each with where it stands.
fn sentences(words: &ExplanationDocument) -> Vec<(String, String)> {
    let words = &words.explanation;
    let headline = [("headline".to_owned(), words.headline.clone())];
    let paragraphs = words.paragraphs.iter().flat_map(|paragraph| {
        let part = format!("{:?}", paragraph.concern).to_lowercase();
        split(&paragraph.text).into_iter().map(move |sentence| (part.clone(), sentence))
    });
    let checklist = words.checklist.iter().map(|item| ("checklist".to_owned(), item.clone()));
    headline.into_iter().chain(paragraphs).chain(checklist).collect()
}

/// At each full stop that a blank follows.
fn split(text: &str) -> Vec<String> {
    let ends = text.match_indices(['.', '?']).map(|(at, _)| at + 1);
    let ends: Vec<usize> = ends.filter(|end| text[*end..].starts_with(' ')).chain([text.len()]).collect();
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let sentences = starts.zip(&ends).map(|(start, end)| text[start..*end].trim().to_owned());
    sentences.filter(|sentence| !sentence.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With the database away it goes on for as long as words may come, and not for ever.
    #[test]
    fn a_stream_that_cannot_be_read_ends() {
        let away = ApiError::unavailable("STORE_UNAVAILABLE", "away");
        assert_eq!(after(&away, false), After::Waits);
        assert_eq!(after(&away, true), After::Closes);
        let gone = ApiError::not_found("PROMOTION_NOT_FOUND", "gone");
        assert_eq!(after(&gone, false), After::Ends);
    }

    #[test]
    fn a_text_is_split_where_its_sentences_end() {
        for (text, expected) in [
            (
                "One. Two is web.example:1.2. Is it? Yes",
                vec!["One.", "Two is web.example:1.2.", "Is it?", "Yes"],
            ),
            ("One", vec!["One"]),
            ("", vec![]),
        ] {
            assert_eq!(split(text), expected);
        }
    }
}
