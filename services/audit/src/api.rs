//! What the gateway asks of the audit.

use std::pin::Pin;

use access::{Identity, Role};
use futures::Stream;
use protos::audit::audit_service_server::{AuditService, AuditServiceServer};
use protos::audit::{ExportLine, ExportRequest, GetCheckpointRequest, GetCheckpointResponse};
use service::{Failure, Kind, Refused, Undone};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use crate::export::Export;
use crate::store::Filter;
use crate::tasks::Audit;

/// The audit's gRPC service.
pub struct Api {
    audit: Audit,
}

/// How many lines wait for a slow reader.
const AHEAD: usize = 64;

impl Api {
    /// The service, to be served.
    #[must_use]
    pub fn server(audit: Audit) -> AuditServiceServer<Self> {
        AuditServiceServer::new(Self { audit })
    }

    fn caller<T>(&self, request: &Request<T>, least: Role) -> Result<Identity, Status> {
        let now = self.audit.signer.parts.clock.now();
        let caller = protos::call::caller(request.metadata(), &self.audit.voucher, now)?;
        if caller.role < least {
            let why = format!("your role is {}; this asks for {least}", caller.role);
            return Err(Undone::from(Refused::new(Kind::Forbidden, "FORBIDDEN", why)).into());
        }
        Ok(caller)
    }
}

#[async_trait::async_trait]
impl AuditService for Api {
    type ExportStream = Pin<Box<dyn Stream<Item = Result<ExportLine, Status>> + Send>>;

    async fn export(&self, request: Request<ExportRequest>) -> Result<Response<Self::ExportStream>, Status> {
        let caller = self.caller(&request, Role::Admin)?;
        let asked = request.into_inner();
        let filter = Filter {
            correlation: asked.correlation,
            event_type: asked.event_type,
            actor: asked.actor,
            since: moment("since", asked.since.as_deref())?,
            until: moment("until", asked.until.as_deref())?,
        };
        let (lines, receiver) = tokio::sync::mpsc::channel(AHEAD);
        let export = Export { signer: self.audit.signer.clone(), org: caller.org, filter, lines };
        tokio::spawn(export.run());
        let stream = ReceiverStream::new(receiver).map(|line| match line {
            Ok(line) => Ok(ExportLine { line }),
            Err(failure) => Err(Undone::from(failure).into()),
        });
        Ok(Response::new(Box::pin(stream)))
    }

    async fn get_checkpoint(
        &self,
        request: Request<GetCheckpointRequest>,
    ) -> Result<Response<GetCheckpointResponse>, Status> {
        let caller = self.caller(&request, Role::Requester)?;
        let (_, note) = self.audit.signer.current(caller.org).await.map_err(Undone::from)?;
        let key = self.audit.signer.keys.public(caller.org);
        let key = key.map_err(|error| Undone::from(Failure::unhandled(error.code(), error.to_string())))?;
        Ok(Response::new(GetCheckpointResponse { note, public_key: key.to_string() }))
    }
}

fn moment(name: &str, text: Option<&str>) -> Result<Option<OffsetDateTime>, Status> {
    let parse = |text| OffsetDateTime::parse(text, &Rfc3339);
    let refuse = |_| {
        let why = format!("{name} is no time as RFC 3339 writes it (2026-11-21T17:30:00Z)");
        Status::from(Undone::from(Refused::new(Kind::Invalid, "QUERY_INVALID", why)))
    };
    text.map(parse).transpose().map_err(refuse)
}
