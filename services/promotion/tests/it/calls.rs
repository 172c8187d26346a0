//! Calls of people.

use access::{Identity, Role};
use ids::{OrgId, PromotionId};
use protos::call;
use protos::promotion::promotion_service_server::PromotionService;
use protos::promotion::{
    ApproveRequest, GetPromotionRequest, Promotion, RejectRequest, RequestPreviewRequest,
};
use tonic::{Code, Request, Status};

use crate::world::{ACME, SHOP, World};

/// The code of gRPC, and ours.
pub(crate) type Refused = (Code, String);

pub(crate) struct Person<'w> {
    world: &'w World,
    identity: Identity,
}

/// What staging has, for production.
pub(crate) fn shop() -> RequestPreviewRequest {
    RequestPreviewRequest {
        application_id: SHOP.to_string(),
        from: "staging".to_owned(),
        to: "production".to_owned(),
        ..RequestPreviewRequest::default()
    }
}

impl World {
    pub(crate) fn requester(&self, user: &str) -> Person<'_> {
        self.person(ACME, user, Role::Requester)
    }

    pub(crate) fn approver(&self, user: &str) -> Person<'_> {
        self.person(ACME, user, Role::Approver)
    }

    pub(crate) fn person(&self, org: OrgId, user: &str, role: Role) -> Person<'_> {
        Person { world: self, identity: Identity { org, user: user.to_owned(), role, token: None } }
    }

    /// Requested by ana, and its preview is complete.
    pub(crate) async fn previewed(&self) -> PromotionId {
        let id = self.requester("ana").request(shop()).await.unwrap();
        self.settle().await;
        id
    }

    /// And approved by bob.
    pub(crate) async fn approved(&self) -> PromotionId {
        let id = self.previewed().await;
        self.approver("bob").approve(id).await.unwrap();
        self.settle().await;
        id
    }
}

impl Person<'_> {
    fn call<T>(&self, message: T) -> Request<T> {
        let now = self.world.parts.clock.now();
        call::vouched(message, &self.identity, &self.world.voucher, now).unwrap()
    }

    pub(crate) async fn request(&self, request: RequestPreviewRequest) -> Result<PromotionId, Refused> {
        let response = self.world.api.request_preview(self.call(request)).await.map_err(refused)?;
        Ok(response.into_inner().promotion_id.parse().unwrap())
    }

    pub(crate) async fn approve(&self, id: PromotionId) -> Result<Promotion, Refused> {
        self.approve_as(ApproveRequest { promotion_id: id.to_string(), ..ApproveRequest::default() }).await
    }

    pub(crate) async fn approve_as(&self, request: ApproveRequest) -> Result<Promotion, Refused> {
        let response = self.world.api.approve(self.call(request)).await.map_err(refused)?;
        Ok(response.into_inner().promotion.unwrap())
    }

    pub(crate) async fn reject(&self, id: PromotionId) -> Result<Promotion, Refused> {
        let request = RejectRequest { promotion_id: id.to_string(), comment: Some("not now".to_owned()) };
        let response = self.world.api.reject(self.call(request)).await.map_err(refused)?;
        Ok(response.into_inner().promotion.unwrap())
    }

    pub(crate) async fn get(&self, id: PromotionId) -> Result<Promotion, Refused> {
        let request = self.call(GetPromotionRequest { promotion_id: id.to_string() });
        let response = self.world.api.get_promotion(request).await.map_err(refused)?;
        Ok(response.into_inner().promotion.unwrap())
    }
}

pub(crate) fn refused(status: Status) -> Refused {
    (status.code(), call::code(&status).unwrap_or_default().to_owned())
}
