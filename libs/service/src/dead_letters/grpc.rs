//! `plimsoll.operations.v1.DeadLetterService`: the dead letters of several services, for callers that the gateway vouches for.

use std::collections::BTreeMap;
use std::sync::Arc;

use access::{Identity, Role, Voucher};
use events::Service;
use protos::call::{caller, refuse, vouched};
use protos::operations as proto;
use protos::operations::dead_letter_service_server::{DeadLetterService, DeadLetterServiceServer};
use serde_json::Value;
use store::{DeadLetter, DeadLetterState};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tonic::metadata::MetadataMap;
use tonic::{Code, Request, Response, Status};

use super::case::org_of;
use super::place::Place;
use super::{DeadLetterError, DeadLetters, state_name};
use crate::clock::Clock;

/// The dead letters of several services behind one gRPC service.
pub struct DeadLetterOperations {
    services: BTreeMap<Service, DeadLetters>,
    voucher: Voucher,
    clock: Arc<dyn Clock>,
}

/// No page is longer.
const LONGEST: usize = 1000;
const PAGE: usize = 100;
/// The most characters of a reason.
const REASON: usize = 1000;

impl DeadLetterOperations {
    /// Those of these services. `voucher` has the key of the gateway's.
    #[must_use]
    pub fn new(
        letters: impl IntoIterator<Item = DeadLetters>,
        voucher: Voucher,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let services = letters.into_iter().map(|letters| (letters.service(), letters)).collect();
        Self { services, voucher, clock }
    }

    /// As a service of a gRPC server.
    #[must_use]
    pub fn into_server(self) -> DeadLetterServiceServer<Self> {
        DeadLetterServiceServer::new(self)
    }

    /// Whether those of this service are among them.
    pub(super) fn serves(&self, service: Service) -> bool {
        self.services.contains_key(&service)
    }

    pub(super) fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    /// A call of this process to itself.
    pub(super) fn vouched<T>(&self, message: T, caller: &Identity) -> Result<Request<T>, Status> {
        vouched(message, caller, &self.voucher, self.now())
    }

    /// A page of those of one service, or of all.
    pub(super) async fn listed(
        &self,
        request: Request<proto::ListRequest>,
        only: Option<Service>,
    ) -> Result<proto::ListResponse, Status> {
        let caller = self.admin(request.metadata())?;
        let proto::ListRequest { state, after, limit: asked } = request.into_inner();
        let (states, after, limit) = (states(state.as_deref())?, place(after.as_deref())?, limit(asked));
        let mut found = Vec::new();
        for letters in
            self.services.values().filter(|letters| only.is_none_or(|only| only == letters.service()))
        {
            for state in &states {
                list(letters, *state, (&caller, after, limit), &mut found)
                    .await
                    .map_err(|error| status(&error))?;
            }
        }
        found.sort_by_key(|(letter, service)| Place::of(letter, *service));
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|(letter, service)| Place::of(letter, *service).text());
        let dead_letters = found.iter().map(|(letter, service)| shown(*service, letter)).collect();
        Ok(proto::ListResponse { dead_letters, next })
    }

    /// The caller, if they may do what operators do.
    fn admin(&self, metadata: &MetadataMap) -> Result<Identity, Status> {
        let caller = caller(metadata, &self.voucher, self.clock.now())?;
        if caller.role >= Role::Admin {
            return Ok(caller);
        }
        let message = "only an admin may work on dead letters";
        Err(refuse(Code::PermissionDenied, "FORBIDDEN", message, &Value::Null))
    }

    /// The letter of this name, if it exists for this caller.
    async fn find(&self, id: &str, caller: &Identity) -> Result<(&DeadLetters, DeadLetter), Status> {
        let missing = || status(&DeadLetterError::NotFound { id: id.to_owned() });
        let (service, number) = id.split_once('/').ok_or_else(missing)?;
        let letters = Service::named(service).and_then(|service| self.services.get(&service));
        let (letters, number) = letters.zip(number.parse().ok()).ok_or_else(missing)?;
        let letter = letters.get(number).await.map_err(|error| status(&error))?;
        if !concerns(&letter, caller) {
            return Err(missing());
        }
        Ok((letters, letter))
    }
}

/// Whether a letter exists for a caller. One that does not say whose it is may be any organisation's, so it is for who runs
/// the installation.
fn concerns(letter: &DeadLetter, caller: &Identity) -> bool {
    let org = org_of(&letter.letter.record);
    org == caller.org || (org.uuid().is_nil() && caller.role == Role::Operator)
}

#[tonic::async_trait]
impl DeadLetterService for DeadLetterOperations {
    async fn list(
        &self,
        request: Request<proto::ListRequest>,
    ) -> Result<Response<proto::ListResponse>, Status> {
        self.listed(request, None).await.map(Response::new)
    }

    async fn show(
        &self,
        request: Request<proto::ShowRequest>,
    ) -> Result<Response<proto::ShowResponse>, Status> {
        let caller = self.admin(request.metadata())?;
        let (letters, letter) = self.find(&request.get_ref().id, &caller).await?;
        let dead_letter = Some(shown(letters.service(), &letter));
        let record = letter.letter.record;
        let text =
            |(name, value): (&str, &[u8])| (name.to_owned(), String::from_utf8_lossy(value).into_owned());
        let headers = record.headers.iter().map(text).collect();
        Ok(Response::new(proto::ShowResponse { dead_letter, headers, value: record.value }))
    }

    async fn retry(
        &self,
        request: Request<proto::RetryRequest>,
    ) -> Result<Response<proto::RetryResponse>, Status> {
        let caller = self.admin(request.metadata())?;
        let (letters, letter) = self.find(&request.get_ref().id, &caller).await?;
        let letter = letters.retry(letter.id, &caller.user).await.map_err(|error| status(&error))?;
        let dead_letter = Some(shown(letters.service(), &letter));
        Ok(Response::new(proto::RetryResponse { dead_letter }))
    }

    async fn discard(
        &self,
        request: Request<proto::DiscardRequest>,
    ) -> Result<Response<proto::DiscardResponse>, Status> {
        let caller = self.admin(request.metadata())?;
        let proto::DiscardRequest { id, reason } = request.get_ref();
        let (letters, letter) = self.find(id, &caller).await?;
        if reason.trim().is_empty() || reason.chars().count() > REASON {
            let message = format!("a reason is given, of at most {REASON} characters");
            return Err(refuse(Code::InvalidArgument, "REQUEST_INVALID", message, &Value::Null));
        }
        let discarded = letters.discard(letter.id, &caller.user, reason.trim()).await;
        let dead_letter = Some(shown(letters.service(), &discarded.map_err(|error| status(&error))?));
        Ok(Response::new(proto::DiscardResponse { dead_letter }))
    }
}

/// How long a page is of which this was asked.
pub(super) fn limit(asked: u32) -> usize {
    match usize::try_from(asked) {
        Ok(limit @ 1..=LONGEST) => limit,
        _ => LONGEST,
    }
}

fn place(after: Option<&str>) -> Result<Option<Place>, Status> {
    let refused = || {
        let message = "cursor is no next_cursor of a page";
        refuse(Code::InvalidArgument, "QUERY_INVALID", message, &Value::Null)
    };
    after.map(|after| Place::parse(after).ok_or_else(refused)).transpose()
}

/// Adds those of one service in one state that come after a place: one more than the page has, at least, if there are so many.
async fn list(
    letters: &DeadLetters,
    state: DeadLetterState,
    (caller, from, limit): (&Identity, Option<Place>, usize),
    found: &mut Vec<(DeadLetter, Service)>,
) -> Result<(), DeadLetterError> {
    let service = letters.service();
    let wanted = |letter: &DeadLetter| {
        concerns(letter, caller) && from.is_none_or(|from| Place::of(letter, service) > from)
    };
    let (mut after, mut taken) = (from.map(|from| from.among(service)), 0);
    loop {
        let page = letters.store().dead_letters_since(state, after, PAGE).await?;
        let last = page.last().map(|letter| (letter.parked_at, letter.id)).filter(|_| page.len() == PAGE);
        for letter in page.into_iter().filter(wanted) {
            found.push((letter, service));
            taken += 1;
        }
        match last {
            Some(last) if taken <= limit => after = Some(last),
            _ => return Ok(()),
        }
    }
}

fn states(name: Option<&str>) -> Result<Vec<DeadLetterState>, Status> {
    use DeadLetterState::{Discarded, Handled, Parked, Retrying};
    let Some(name) = name else { return Ok(vec![Parked, Retrying]) };
    let state = [Parked, Retrying, Handled, Discarded].into_iter().find(|state| state_name(*state) == name);
    let message = "a state is parked, retrying, handled or discarded";
    let refused = || refuse(Code::InvalidArgument, "REQUEST_INVALID", message, &Value::Null);
    state.map(|state| vec![state]).ok_or_else(refused)
}

fn shown(service: Service, letter: &DeadLetter) -> proto::DeadLetter {
    let inner = &letter.letter;
    let partition = &inner.position.partition;
    proto::DeadLetter {
        id: format!("{service}/{}", letter.id),
        consumer: inner.consumer.clone(),
        topic: partition.topic.to_string(),
        partition: partition.partition,
        offset: inner.position.offset,
        key: inner.record.key.clone(),
        event_type: inner.record.header("ce_type").unwrap_or_default().to_owned(),
        attempts: inner.attempts,
        code: inner.code.clone(),
        message: inner.message.clone(),
        parked_at: letter.parked_at.format(&Rfc3339).unwrap_or_default(),
        state: state_name(letter.state).to_owned(),
    }
}

pub(super) fn status(error: &DeadLetterError) -> Status {
    let code = match error {
        DeadLetterError::NotFound { .. } => Code::NotFound,
        DeadLetterError::Waits { .. } | DeadLetterError::Settled { .. } => Code::FailedPrecondition,
        DeadLetterError::Busy { .. } => Code::Aborted,
        DeadLetterError::Store(error) if error.is_transient() => Code::Unavailable,
        DeadLetterError::Store(_) => Code::Internal,
    };
    refuse(code, error.code(), error.to_string(), &Value::Null)
}
