//! The dead letters of services in this process and in others, as one list.

use std::collections::BTreeMap;
use std::sync::Arc;

use events::Service;
use futures::future::try_join_all;
use protos::call::refuse;
use protos::operations as proto;
use protos::operations::dead_letter_service_client::DeadLetterServiceClient;
use protos::operations::dead_letter_service_server::DeadLetterService as _;
use serde_json::json;
use tonic::metadata::MetadataMap;
use tonic::{Code, Extensions, Request, Status};

use super::error::DeadLetterError;
use super::grpc::{DeadLetterOperations, limit, status};
use super::place::Place;
use crate::grpc::Channel;

/// The dead letters of every service, each where its service runs: nobody reads another's store.
#[derive(Clone)]
pub struct AllDeadLetters {
    here: Arc<DeadLetterOperations>,
    there: BTreeMap<Service, DeadLetterServiceClient<Channel>>,
}

impl AllDeadLetters {
    /// Those of this process, and of services elsewhere.
    #[must_use]
    pub fn new(here: DeadLetterOperations, there: impl IntoIterator<Item = (Service, Channel)>) -> Self {
        let there =
            there.into_iter().map(|(service, channel)| (service, DeadLetterServiceClient::new(channel)));
        Self { here: Arc::new(here), there: there.collect() }
    }

    /// Those of one service or of all, oldest first. The list is whole: a service that is away is an error.
    ///
    /// # Errors
    /// As the services answer; `SERVICE_UNAVAILABLE` names the one that does not.
    pub async fn list(
        &self,
        request: Request<proto::ListRequest>,
        only: Option<Service>,
    ) -> Result<proto::ListResponse, Status> {
        let (metadata, _, message) = request.into_parts();
        let limit = limit(message.limit);
        let there = self.there.keys().copied().filter(|service| only.is_none_or(|only| only == *service));
        let pages = there.map(|service| self.page(service, copy(&metadata, &message)));
        let mut pages = try_join_all(pages).await?;
        if only.is_none_or(|only| self.here.serves(only)) {
            let (request, only) = (copy(&metadata, &message), only);
            pages.push(self.here.listed(request, only).await?);
        }
        let mut more = pages.iter().any(|page| page.next.is_some());
        let letters = pages.into_iter().flat_map(|page| page.dead_letters);
        let placed = letters.map(|letter| Some((Place::shown(&letter)?, letter)));
        let placed: Option<Vec<_>> = placed.collect();
        let mut placed =
            placed.ok_or_else(|| Status::internal("a service shows a dead letter that is none"))?;
        placed.sort_by_key(|(place, _)| *place);
        more |= placed.len() > limit;
        placed.truncate(limit);
        let next = placed.last().filter(|_| more).map(|(place, _)| place.text());
        Ok(proto::ListResponse { dead_letters: placed.into_iter().map(|(_, letter)| letter).collect(), next })
    }

    async fn page(
        &self,
        service: Service,
        request: Request<proto::ListRequest>,
    ) -> Result<proto::ListResponse, Status> {
        let client = self.there.get(&service).ok_or_else(|| missing(service.name()))?;
        let answer = client.clone().list(request).await;
        answer.map(tonic::Response::into_inner).map_err(|status| named(service, status))
    }

    /// One of them, with its bytes.
    ///
    /// # Errors
    /// As its service answers.
    pub async fn show(&self, request: Request<proto::ShowRequest>) -> Result<proto::ShowResponse, Status> {
        let answer = match self.place(&request.get_ref().id)? {
            Some((service, client)) => {
                client.clone().show(request).await.map_err(|status| named(service, status))
            }
            None => self.here.show(request).await,
        };
        answer.map(tonic::Response::into_inner)
    }

    /// Has one handled again, and those that wait behind it.
    ///
    /// # Errors
    /// As its service answers.
    pub async fn retry(&self, request: Request<proto::RetryRequest>) -> Result<proto::RetryResponse, Status> {
        let answer = match self.place(&request.get_ref().id)? {
            Some((service, client)) => {
                client.clone().retry(request).await.map_err(|status| named(service, status))
            }
            None => self.here.retry(request).await,
        };
        answer.map(tonic::Response::into_inner)
    }

    /// Gives one up.
    ///
    /// # Errors
    /// As its service answers.
    pub async fn discard(
        &self,
        request: Request<proto::DiscardRequest>,
    ) -> Result<proto::DiscardResponse, Status> {
        let answer = match self.place(&request.get_ref().id)? {
            Some((service, client)) => {
                client.clone().discard(request).await.map_err(|status| named(service, status))
            }
            None => self.here.discard(request).await,
        };
        answer.map(tonic::Response::into_inner)
    }

    /// Who has the letter of this name; none: this process.
    fn place(&self, id: &str) -> Result<Option<(Service, &DeadLetterServiceClient<Channel>)>, Status> {
        let service = id.split_once('/').and_then(|(service, _)| Service::named(service));
        let service = service.ok_or_else(|| missing(id))?;
        match self.there.get(&service) {
            Some(client) => Ok(Some((service, client))),
            None => Ok(None),
        }
    }
}

fn copy<T: Clone>(metadata: &MetadataMap, message: &T) -> Request<T> {
    Request::from_parts(metadata.clone(), Extensions::default(), message.clone())
}

fn missing(id: &str) -> Status {
    status(&DeadLetterError::NotFound { id: id.to_owned() })
}

/// Which service is away.
fn named(service: Service, status: Status) -> Status {
    match status.code() {
        Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled => {
            let why = format!("the dead letters of {service} cannot be asked for: {}", status.message());
            refuse(Code::Unavailable, "SERVICE_UNAVAILABLE", why, &json!({"service": service.name()}))
        }
        _ => status,
    }
}
