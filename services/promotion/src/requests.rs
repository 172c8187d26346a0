//! Requests for previews.

use events::plan::PlanInputs;
use ids::{BlobHash, PromotionId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use service::{Done, Failure, Kind, Occasion, Refused, Undone};

use crate::caller::Caller;
use crate::domain::Command;
use crate::resolve::{Resolver, Wanted};
use crate::text;

/// Takes requests for previews.
pub(crate) struct Requests {
    resolver: Resolver,
}

/// What a request with a key was answered.
#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    promotion_id: PromotionId,
    /// What was asked for: the same key for something else is a mistake that should not go unseen.
    request: BlobHash,
}

/// What is to be done about a request.
enum Ready {
    /// It was made before, and has made this promotion.
    Before(PromotionId),
    /// It makes a promotion of this.
    Now(Box<PlanInputs>),
}

impl Requests {
    pub(crate) fn new(resolver: Resolver) -> Self {
        Self { resolver }
    }

    /// The promotion that the request makes, or has made under the same key. A refusal is recorded.
    pub(crate) async fn request(
        &self,
        caller: &Caller,
        wanted: Wanted,
        key: Option<String>,
    ) -> Result<PromotionId, Undone> {
        let promotions = &self.resolver.promotions;
        let id = PromotionId::new(promotions.parts().clock.new_id());
        let answer = Answer { promotion_id: id, request: wanted.digest() };
        let asked = caller.asked("request", None);
        let mut occasion = caller.occasion(Some(id), id.uuid());
        let ready = self.ready(caller, &wanted, &answer, key, &mut occasion).await;
        let inputs = match promotions.recorded(&occasion, &asked, ready).await? {
            Ready::Before(id) => return Ok(id),
            Ready::Now(inputs) => inputs,
        };
        let command = Command::Request { id, inputs, by: caller.actor() };
        match promotions.ask(&occasion, &asked, command).await? {
            Done::AnsweredBefore(before) => {
                promotions.recorded(&occasion, &asked, answer.as_before(before)).await
            }
            _ => Ok(id),
        }
    }

    async fn ready(
        &self,
        caller: &Caller,
        wanted: &Wanted,
        answer: &Answer,
        key: Option<String>,
        occasion: &mut Occasion,
    ) -> Result<Ready, Undone> {
        if let Some(key) = key {
            text::check("idempotency_key", &key)?;
            let name = format!("request/{}/{key}", caller.identity.user);
            let store = &self.resolver.promotions.parts().store;
            if let Some(before) = store.answered(occasion.org, &name).await? {
                return Ok(Ready::Before(answer.as_before(before)?));
            }
            occasion.command = Some((name, json!(answer)));
        }
        Ok(Ready::Now(Box::new(self.inputs(caller, wanted).await?)))
    }

    async fn inputs(&self, caller: &Caller, wanted: &Wanted) -> Result<PlanInputs, Undone> {
        let revision = wanted.source_revision.as_deref().unwrap_or_default();
        for (field, text) in [
            ("application_id", wanted.application_id.as_str()),
            ("from", &wanted.from),
            ("to", &wanted.to),
            ("source_revision", revision),
        ] {
            text::check(field, text)?;
        }
        wanted.selected.check()?;
        self.resolver.request(&caller.identity, wanted).await
    }
}

impl Answer {
    /// The same request again is answered the same; another one under its key is refused.
    fn as_before(&self, before: Value) -> Result<PromotionId, Undone> {
        let damaged = |error: serde_json::Error| Failure::unhandled("STORE_DAMAGED", error.to_string());
        let before: Self = serde_json::from_value(before).map_err(damaged)?;
        match before.request == self.request {
            true => Ok(before.promotion_id),
            false => {
                let message = "this idempotency key was used for another request";
                Err(Refused::new(Kind::Conflict, "IDEMPOTENCY_KEY_REUSED", message).into())
            }
        }
    }
}
