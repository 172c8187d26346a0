//! Making, checking and revoking tokens.

use access::{Identity, Role};
use axum::http::StatusCode;
use events::access::{AccessRefused, TokenCreated, TokenRevoked};
use events::{Event, Service};
use ids::{OrgId, TokenId, token_id};
use serde_json::Value;
use service::{Decision, Done, Occasion, Parts, decide};

use crate::error::{ApiError, internal};
use crate::tokens::aggregate::Kept;
use crate::tokens::secret::BearerToken;

/// The tokens of all organisations.
#[derive(Clone)]
pub(crate) struct Tokens {
    parts: Parts,
}

/// A request that was refused.
pub(crate) struct Refused<'a> {
    pub(crate) method: &'a str,
    pub(crate) route: &'a str,
    pub(crate) code: &'a str,
}

impl Tokens {
    /// The tokens that this store keeps.
    #[must_use]
    pub(crate) fn new(parts: Parts) -> Self {
        Self { parts }
    }

    /// Makes a token. Its secret is in the answer and nowhere else: who asks again under the same name (`key`), because no
    /// answer came, is given the same token with another secret, and the one before is not taken any more.
    ///
    /// # Errors
    /// There is no randomness, the store cannot be reached, or the name was used for another token
    /// (`IDEMPOTENCY_KEY_REUSED`).
    pub(crate) async fn create(
        &self,
        org: OrgId,
        user: &str,
        role: Role,
        by: &str,
        key: Option<&str>,
    ) -> Result<BearerToken, ApiError> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| internal("RANDOM_UNAVAILABLE", &error.to_string()))?;
        let token = BearerToken::new(org, self.id(org, by, key), secret);
        let event = TokenCreated {
            token_id: token.id,
            user: user.to_owned(),
            role: role.to_string(),
            by: by.to_owned(),
        };
        let (digest, user) = (token.digest(), user.to_owned());
        let made = self.decide(org, token.id, move |kept| {
            let digest = digest.clone();
            match kept {
                Some(kept) if !kept.is(&user, role) => (Some(kept), Vec::new()),
                Some(kept) => (Some(Kept { digest, ..kept }), vec![event.clone().into()]),
                None => (Some(Kept::with_digest(digest)), vec![event.clone().into()]),
            }
        });
        match made.await? {
            0 => {
                let why = "this idempotency key was used for another token, or that one is revoked";
                Err(ApiError::new(StatusCode::CONFLICT, "IDEMPOTENCY_KEY_REUSED", why))
            }
            _ => Ok(token),
        }
    }

    fn id(&self, org: OrgId, by: &str, key: Option<&str>) -> TokenId {
        key.map_or_else(|| TokenId::new(self.parts.clock.new_id()), |key| token_id(org, by, key))
    }

    /// Who comes with this token; none if it is not taken.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub(crate) async fn identity(&self, token: &BearerToken) -> Result<Option<Identity>, ApiError> {
        let stored = self.parts.store.load(token.org, &aggregate(token.id)).await?;
        let Some(kept) = stored.and_then(|stored| serde_json::from_value::<Kept>(stored.state).ok()) else {
            return Ok(None);
        };
        let taken = token.has_digest(&kept.digest) && kept.revoked_at.is_none();
        let Some(role) = kept.role.filter(|_| taken) else { return Ok(None) };
        Ok(Some(Identity { org: token.org, user: kept.user, role, token: Some(token.id) }))
    }

    /// Revokes a token; whether there was one that was taken.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub(crate) async fn revoke(&self, org: OrgId, id: TokenId, by: &str) -> Result<bool, ApiError> {
        let by = by.to_owned();
        let revoked = self.decide(org, id, move |kept| {
            let event = kept.as_ref().filter(|kept| kept.revoked_at.is_none()).map(|kept| {
                let event = TokenRevoked { token_id: id, user: kept.user.clone(), by: by.clone() };
                Event::from(event)
            });
            (kept, event.into_iter().collect())
        });
        Ok(revoked.await? > 0)
    }

    /// A known caller was refused: that is an event.
    pub(crate) async fn refused(&self, caller: &Identity, refused: Refused<'_>) -> Result<(), ApiError> {
        let Some(id) = caller.token else { return Ok(()) };
        let event = AccessRefused {
            token_id: id,
            user: caller.user.clone(),
            method: refused.method.to_owned(),
            route: refused.route.to_owned(),
            code: refused.code.to_owned(),
        };
        self.decide(caller.org, id, move |kept| (kept, vec![event.clone().into()])).await?;
        Ok(())
    }

    /// Commits what `decision` makes of a token; how many events that was.
    async fn decide(
        &self,
        org: OrgId,
        id: TokenId,
        decision: impl Fn(Option<Kept>) -> (Option<Kept>, Vec<Event>) + Send + Sync,
    ) -> Result<usize, ApiError> {
        let occasion = Occasion {
            org,
            service: Service::Gateway,
            aggregate: aggregate(id),
            correlation: id.uuid(),
            causation: None,
            traceparent: telemetry::trace::current(),
            handled: None,
            command: None::<(String, Value)>,
        };
        let done = decide(&self.parts, &occasion, |kept| {
            let (state, events) = decision(kept);
            Decision { answer: events.len(), state, events }
        });
        match done.await? {
            Done::Committed { answer, .. } => Ok(answer),
            Done::AnsweredBefore(_) | Done::HandledBefore => Ok(0),
        }
    }
}

fn aggregate(id: TokenId) -> String {
    id.to_string()
}
