//! The promotion commands over gRPC, for clients: known by their token, passed on with a voucher.

use access::{Identity, Role};
use protos::call;
use protos::promotion::promotion_service_server::{PromotionService, SERVICE_NAME};
use protos::promotion::{
    ApproveRequest, ApproveResponse, GetPromotionRequest, GetPromotionResponse, RejectRequest,
    RejectResponse, RequestPreviewRequest, RequestPreviewResponse,
};
use telemetry::trace::{self, Parent, Span};
use tonic::metadata::MetadataMap;
use tonic::{Code, Request, Response, Status};

use crate::door::caller;
use crate::error::ApiError;
use crate::state::Gateway;
use crate::tokens::Refused;

/// The promotion commands for clients.
pub(crate) struct Promotions(pub(crate) Gateway);

#[async_trait::async_trait]
impl PromotionService for Promotions {
    async fn request_preview(
        &self,
        request: Request<RequestPreviewRequest>,
    ) -> Result<Response<RequestPreviewResponse>, Status> {
        let (span, request) = self.let_in(request, Role::Requester, "RequestPreview").await?;
        passed_on(span, self.0.services.promotion.clone().request_preview(request)).await
    }

    async fn approve(&self, request: Request<ApproveRequest>) -> Result<Response<ApproveResponse>, Status> {
        let (span, request) = self.let_in(request, Role::Approver, "Approve").await?;
        passed_on(span, self.0.services.promotion.clone().approve(request)).await
    }

    async fn reject(&self, request: Request<RejectRequest>) -> Result<Response<RejectResponse>, Status> {
        let (span, request) = self.let_in(request, Role::Requester, "Reject").await?;
        passed_on(span, self.0.services.promotion.clone().reject(request)).await
    }

    async fn get_promotion(
        &self,
        request: Request<GetPromotionRequest>,
    ) -> Result<Response<GetPromotionResponse>, Status> {
        let (span, request) = self.let_in(request, Role::Requester, "GetPromotion").await?;
        passed_on(span, self.0.services.promotion.clone().get_promotion(request)).await
    }
}

impl Promotions {
    /// The call as it is passed on, and its span, if the caller may make it.
    async fn let_in<T>(
        &self,
        request: Request<T>,
        least: Role,
        method: &str,
    ) -> Result<(Span, Request<T>), Status> {
        let (metadata, _, message) = request.into_parts();
        let headers = metadata.into_headers();
        let who = caller(&self.0, &headers).await.map_err(status)?;
        self.within_limits(&who).await?;
        if who.role < least {
            let refused = Refused { method: "gRPC", route: method, code: "FORBIDDEN" };
            self.0.tokens.refused(&who, refused).await.map_err(status)?;
            let why = format!("your role is {}; this asks for {least}", who.role);
            return Err(coded(Code::PermissionDenied, "FORBIDDEN", why));
        }
        let span = trace::answer(&Parent::of_headers(&headers), &format!("/{SERVICE_NAME}/{method}"));
        Ok((span, self.0.call(&who, message)?))
    }

    async fn within_limits(&self, who: &Identity) -> Result<(), Status> {
        let Some(token) = who.token else { return Ok(()) };
        match self.0.limits.take(who.org, token).await {
            Err((_, wait)) => {
                let why = format!("this token has made too many requests; the next one in {wait} s");
                Err(coded(Code::ResourceExhausted, "RATE_LIMITED", why))
            }
            Ok(_) => Ok(()),
        }
    }
}

async fn passed_on<T>(
    span: Span,
    call: impl Future<Output = Result<Response<T>, Status>>,
) -> Result<Response<T>, Status> {
    let answer = span.around(call).await;
    let code = answer.as_ref().map_or_else(Status::code, |_| Code::Ok);
    span.served(i64::from(i32::from(code)));
    answer
}

fn status(error: ApiError) -> Status {
    let code = match error.status.as_u16() {
        401 => Code::Unauthenticated,
        403 => Code::PermissionDenied,
        503 => Code::Unavailable,
        _ => Code::Internal,
    };
    coded(code, &error.code, error.message)
}

fn coded(code: Code, stable: &str, message: String) -> Status {
    let mut metadata = MetadataMap::new();
    if let Ok(value) = stable.parse() {
        metadata.insert(call::CODE_KEY, value);
    }
    Status::with_metadata(code, message, metadata)
}
