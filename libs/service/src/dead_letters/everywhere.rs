//! The dead letters of services in this process and in others, as one list.

use std::collections::BTreeMap;
use std::sync::Arc;

use access::{Identity, Voucher};
use events::Service;
use futures::future::try_join_all;
use protos::call::{code, refuse, vouched, with_details};
use protos::operations as proto;
use protos::operations::dead_letter_service_client::DeadLetterServiceClient;
use protos::operations::dead_letter_service_server::DeadLetterService as _;
use serde_json::json;
use time::OffsetDateTime;
use tonic::{Code, Request, Response, Status};

use super::error::DeadLetterError;
use super::grpc::{DeadLetterOperations, limit, status};
use super::place::Place;
use crate::grpc::Channel;

/// The dead letters of every service, each where its service runs: nobody reads another's store.
#[derive(Clone)]
pub struct AllDeadLetters {
    here: Arc<DeadLetterOperations>,
    there: BTreeMap<Service, There>,
}

/// A service elsewhere, and with what it is told who asks.
#[derive(Clone)]
struct There {
    service: Service,
    client: DeadLetterServiceClient<Channel>,
    voucher: Voucher,
}

impl AllDeadLetters {
    /// Those of this process, and of services elsewhere, each with what the caller is vouched for there.
    #[must_use]
    pub fn new(
        here: DeadLetterOperations,
        there: impl IntoIterator<Item = (Service, Channel, Voucher)>,
    ) -> Self {
        let there = there.into_iter().map(|(service, channel, voucher)| {
            (service, There { service, client: DeadLetterServiceClient::new(channel), voucher })
        });
        Self { here: Arc::new(here), there: there.collect() }
    }

    /// Those of one service or of all, oldest first. The list is whole: a service that is away is an error.
    ///
    /// # Errors
    /// As the services answer; of the one that does not, or not now, `details.service` is the name.
    pub async fn list(
        &self,
        caller: &Identity,
        message: proto::ListRequest,
        only: Option<Service>,
    ) -> Result<proto::ListResponse, Status> {
        let limit = limit(message.limit);
        let there = self.there.values().filter(|there| only.is_none_or(|only| only == there.service));
        let pages = there.map(|there| there.page(caller, &message, self.here.now()));
        let mut pages = try_join_all(pages).await?;
        if only.is_none_or(|only| self.here.serves(only)) {
            pages.push(self.here.listed(self.here.vouched(message, caller)?, only).await?);
        }
        let mut more = pages.iter().any(|page| page.next.is_some());
        let letters = pages.into_iter().flat_map(|page| page.dead_letters);
        let placed: Option<Vec<_>> = letters.map(|letter| Some((Place::shown(&letter)?, letter))).collect();
        let mut placed =
            placed.ok_or_else(|| Status::internal("a service shows a dead letter that is none"))?;
        placed.sort_by_key(|(place, _)| *place);
        more |= placed.len() > limit;
        placed.truncate(limit);
        let next = placed.last().filter(|_| more).map(|(place, _)| place.text());
        Ok(proto::ListResponse { dead_letters: placed.into_iter().map(|(_, letter)| letter).collect(), next })
    }

    /// One of them, with its bytes.
    ///
    /// # Errors
    /// As its service answers.
    pub async fn show(
        &self,
        caller: &Identity,
        message: proto::ShowRequest,
    ) -> Result<proto::ShowResponse, Status> {
        let answer = match self.elsewhere(&message.id)? {
            Some(there) => {
                let request = there.vouched(message, caller, self.here.now())?;
                there.client.clone().show(request).await.map_err(|status| there.named(status))
            }
            None => self.here.show(self.here.vouched(message, caller)?).await,
        };
        answer.map(Response::into_inner)
    }

    /// Has one handled again, and those that wait behind it.
    ///
    /// # Errors
    /// As its service answers.
    pub async fn retry(
        &self,
        caller: &Identity,
        message: proto::RetryRequest,
    ) -> Result<proto::RetryResponse, Status> {
        let answer = match self.elsewhere(&message.id)? {
            Some(there) => {
                let request = there.vouched(message, caller, self.here.now())?;
                there.client.clone().retry(request).await.map_err(|status| there.named(status))
            }
            None => self.here.retry(self.here.vouched(message, caller)?).await,
        };
        answer.map(Response::into_inner)
    }

    /// Gives one up.
    ///
    /// # Errors
    /// As its service answers.
    pub async fn discard(
        &self,
        caller: &Identity,
        message: proto::DiscardRequest,
    ) -> Result<proto::DiscardResponse, Status> {
        let answer = match self.elsewhere(&message.id)? {
            Some(there) => {
                let request = there.vouched(message, caller, self.here.now())?;
                there.client.clone().discard(request).await.map_err(|status| there.named(status))
            }
            None => self.here.discard(self.here.vouched(message, caller)?).await,
        };
        answer.map(Response::into_inner)
    }

    /// Who has the letter of this name; none: this process.
    fn elsewhere(&self, id: &str) -> Result<Option<&There>, Status> {
        let service = id.split_once('/').and_then(|(service, _)| Service::named(service));
        let service = service.ok_or_else(|| status(&DeadLetterError::NotFound { id: id.to_owned() }))?;
        Ok(self.there.get(&service))
    }
}

impl There {
    fn vouched<T>(&self, message: T, caller: &Identity, now: OffsetDateTime) -> Result<Request<T>, Status> {
        vouched(message, caller, &self.voucher, now)
    }

    async fn page(
        &self,
        caller: &Identity,
        message: &proto::ListRequest,
        now: OffsetDateTime,
    ) -> Result<proto::ListResponse, Status> {
        let request = self.vouched(message.clone(), caller, now)?;
        let answer = self.client.clone().list(request).await;
        answer.map(Response::into_inner).map_err(|status| self.named(status))
    }

    /// Which service does not answer, or not now. Why not is its own to say, where it says anything.
    fn named(&self, status: Status) -> Status {
        let details = json!({"service": self.service.name()});
        match (status.code(), code(&status)) {
            (Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled, None) => {
                refuse(Code::Unavailable, "SERVICE_UNAVAILABLE", status.message(), &details)
            }
            (Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled, Some(_)) => {
                with_details(status, &details)
            }
            _ => status,
        }
    }
}
