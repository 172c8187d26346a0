//! The service's gRPC interface.

use access::Voucher;
use ids::PromotionId;
use protos::call;
use protos::promotion::promotion_service_server::PromotionService;
use protos::promotion::{
    ApproveRequest, ApproveResponse, GetPromotionRequest, GetPromotionResponse, RejectRequest,
    RejectResponse, RequestPreviewRequest, RequestPreviewResponse,
};
use service::{Done, Refused, Undone};
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};

use crate::caller::Caller;
use crate::domain::{Command, Promotion, Refusal};
use crate::promotions::Promotions;
use crate::requests::Requests;
use crate::resolve::{Resolver, Wanted};
use crate::selection::Selected;
use crate::{shown, text, waivers};

/// The service's gRPC interface. Callers come through the gateway, which vouches for them.
pub struct Api {
    promotions: Promotions,
    resolver: Resolver,
    requests: Requests,
    voucher: Voucher,
}

impl Api {
    /// Serves what the resolver can resolve, to those for whom the voucher vouches.
    #[must_use]
    pub fn new(resolver: Resolver, voucher: Voucher) -> Self {
        let promotions = resolver.promotions.clone();
        Self { promotions, requests: Requests::new(resolver.clone()), resolver, voucher }
    }

    fn caller(&self, metadata: &MetadataMap) -> Result<Caller, Status> {
        let identity = call::caller(metadata, &self.voucher, self.promotions.parts().clock.now())?;
        Ok(Caller { identity, traceparent: call::traceparent(metadata) })
    }

    /// Tells a promotion what somebody has decided.
    async fn decide(
        &self,
        caller: &Caller,
        name: &'static str,
        promotion: &str,
        comment: Option<String>,
        command: Command,
    ) -> Result<Promotion, Undone> {
        let id = promotion.parse::<PromotionId>().ok();
        let occasion = caller.occasion(id, self.promotions.parts().clock.new_id());
        let asked = caller.asked(name, id);
        let comment = text::check("comment", &comment.unwrap_or_default());
        // What is no identifier is none of a promotion.
        let checked = comment.and(id.map(drop).ok_or_else(|| Refusal::NotFound.into()));
        self.promotions.recorded(&occasion, &asked, checked.map_err(Undone::from)).await?;
        match self.promotions.ask(&occasion, &asked, command).await? {
            Done::Committed { state: Some(promotion), .. } => Ok(promotion),
            _ => Err(Refused::from(Refusal::NotFound).into()),
        }
    }

    async fn found(&self, caller: &Caller, id: &str) -> Result<Promotion, Undone> {
        let not_found = || Refused::from(Refusal::NotFound);
        let id = id.parse().map_err(|_| not_found())?;
        Ok(self.promotions.promotion(caller.identity.org, id).await?.ok_or_else(not_found)?)
    }
}

#[tonic::async_trait]
impl PromotionService for Api {
    async fn request_preview(
        &self,
        request: Request<RequestPreviewRequest>,
    ) -> Result<Response<RequestPreviewResponse>, Status> {
        let caller = self.caller(request.metadata())?;
        let RequestPreviewRequest {
            application_id,
            from,
            to,
            source_revision,
            take,
            only,
            skip,
            idempotency_key,
        } = request.into_inner();
        let selected = Selected { take, only, skip };
        let wanted = Wanted { application_id, from, to, source_revision, selected };
        let id = self.requests.request(&caller, wanted, idempotency_key).await?;
        Ok(Response::new(RequestPreviewResponse { promotion_id: id.to_string() }))
    }

    async fn approve(&self, request: Request<ApproveRequest>) -> Result<Response<ApproveResponse>, Status> {
        let caller = self.caller(request.metadata())?;
        let ApproveRequest { promotion_id, comment, preview_hash } = request.into_inner();
        let promotion = match promotion_id.parse() {
            Ok(id) => self.promotions.promotion(caller.identity.org, id).await.map_err(Undone::from)?,
            Err(_) => None,
        };
        let standing = waivers::standing(&self.resolver, &caller.identity, promotion.as_ref()).await?;
        let (by, comment_given) = (caller.actor(), comment.clone());
        let command = Command::Approve { by, comment: comment_given, preview_hash, standing };
        let promotion = self.decide(&caller, "approve", &promotion_id, comment, command).await?;
        Ok(Response::new(ApproveResponse { promotion: Some(shown::promotion(promotion)) }))
    }

    async fn reject(&self, request: Request<RejectRequest>) -> Result<Response<RejectResponse>, Status> {
        let caller = self.caller(request.metadata())?;
        let RejectRequest { promotion_id, comment } = request.into_inner();
        let command = Command::Reject { by: caller.actor(), comment: comment.clone() };
        let promotion = self.decide(&caller, "reject", &promotion_id, comment, command).await?;
        Ok(Response::new(RejectResponse { promotion: Some(shown::promotion(promotion)) }))
    }

    async fn get_promotion(
        &self,
        request: Request<GetPromotionRequest>,
    ) -> Result<Response<GetPromotionResponse>, Status> {
        let caller = self.caller(request.metadata())?;
        let promotion = self.found(&caller, &request.into_inner().promotion_id).await?;
        Ok(Response::new(GetPromotionResponse { promotion: Some(shown::promotion(promotion)) }))
    }
}
