//! Who is calling.

use api::access::Me;
use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::{ApiError, internal};
use crate::extract::Caller;
use crate::state::Gateway;

pub(super) fn router() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new().routes(routes!(auth_me)).routes(routes!(users_me))
}

/// Who is calling
#[utoipa::path(get, path = "/auth/me", tag = "Authentication", responses((status = 200, body = Me)))]
async fn auth_me(State(gateway): State<Gateway>, caller: Caller) -> Result<Json<Me>, ApiError> {
    me(&gateway, caller).await
}

/// Who is calling
#[utoipa::path(get, path = "/users/me", tag = "Authentication", responses((status = 200, body = Me)))]
async fn users_me(State(gateway): State<Gateway>, caller: Caller) -> Result<Json<Me>, ApiError> {
    me(&gateway, caller).await
}

async fn me(gateway: &Gateway, Caller(caller): Caller) -> Result<Json<Me>, ApiError> {
    // The first events of an organisation may still be on their way.
    let organisation = gateway.projections.organisation(caller.org).await?;
    let organisation =
        organisation.unwrap_or_else(|| api::access::Organisation { id: caller.org, name: String::new() });
    let token_id = caller.token.ok_or_else(|| internal("INTERNAL", "a caller has no token"))?;
    Ok(Json(Me { user: caller.user, role: caller.role, organisation, token_id }))
}
