//! Tokens.

use api::access::{CreateToken, NewToken, TokenInfo};
use api::page::{Page, PageQuery};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use events::Service;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::extract::{Asked, Body, Caller, Path, idempotency_key};
use crate::routes::{page, wanted};
use crate::state::Gateway;
use crate::tokens::Refused;

const ROUTE: &str = "/api/v1/tokens";

pub(super) fn router() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke))
}

/// The organisation's tokens, newest first, without their secrets
#[utoipa::path(get, path = "/tokens", operation_id = "list_tokens", tag = "Authentication", params(PageQuery),
    responses((status = 200, body = Page<TokenInfo>)))]
async fn list(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<Page<TokenInfo>>, ApiError> {
    let (after, limit) = wanted(&query)?;
    Ok(page(gateway.projections.tokens(caller.org, after, limit).await?))
}

/// Makes a token; its secret is in this answer and nowhere else
#[utoipa::path(post, path = "/tokens", operation_id = "create_token", tag = "Authentication",
    request_body = CreateToken, responses((status = 201, body = NewToken)))]
async fn create(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    headers: HeaderMap,
    Body(asked): Body<CreateToken>,
) -> Result<(StatusCode, Json<NewToken>), ApiError> {
    let key = idempotency_key(&headers)?;
    if !is_user_name(&asked.user) {
        let why = "user is 1 to 100 letters, digits and the characters . _ @ + -";
        return Err(ApiError::unprocessable("USER_INVALID", why));
    }
    if is_reserved(&asked.user) {
        let why = "events of the system's own parts are under this name; choose another";
        return Err(ApiError::unprocessable("USER_NAME_RESERVED", why));
    }
    if asked.role > caller.role {
        let refused = Refused { method: "POST", route: ROUTE, code: "FORBIDDEN" };
        gateway.tokens.refused(&caller, refused).await?;
        let why = format!("your role is {}; nobody makes a token of a role above their own", caller.role);
        return Err(ApiError::new(StatusCode::FORBIDDEN, "FORBIDDEN", why));
    }
    let token =
        gateway.tokens.create(caller.org, &asked.user, asked.role, &caller.user, key.as_deref()).await?;
    let info = TokenInfo {
        token_id: token.id,
        user: asked.user,
        role: asked.role,
        created_at: gateway.parts.clock.now(),
        revoked_at: None,
    };
    Ok((StatusCode::CREATED, Json(NewToken { token: token.reveal(), info })))
}

/// Revokes a token: from now on it is not taken
#[utoipa::path(delete, path = "/tokens/{id}", operation_id = "revoke_token", tag = "Authentication",
    params(("id" = String, Path, description = "The token's identifier")), responses((status = 204)))]
async fn revoke(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let unknown = || ApiError::not_found("TOKEN_NOT_FOUND", "there is no such token, or it is revoked");
    let id = id.parse().map_err(|_| unknown())?;
    match gateway.tokens.revoke(caller.org, id, &caller.user).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(unknown()),
    }
}

/// Names go into commit messages and log lines, so they are plain.
fn is_user_name(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "._@+-".contains(c);
    (1..=100).contains(&name.chars().count()) && name.chars().all(plain)
}

/// A person of such a name would be taken for a part of the system in the audit log.
fn is_reserved(name: &str) -> bool {
    let services = Service::ALL.map(Service::name);
    let own = services.iter().chain(&["plimsoll", "system"]);
    own.into_iter().any(|own| own.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_name_is_plain() {
        for name in ["alice", "alice@example.com", "ci+deploy-1", "Zoë"] {
            assert!(is_user_name(name), "{name}");
        }
        for name in ["", "alice bob", "alice\nApproved-by: eve", "a:b", &"a".repeat(101)] {
            assert!(!is_user_name(name), "{name}");
        }
    }

    #[test]
    fn nobody_has_the_name_of_a_part_of_the_system() {
        for name in ["gitops", "audit", "promotion", "Plimsoll", "SYSTEM", "gateway"] {
            assert!(is_reserved(name), "{name}");
        }
        for name in ["alice", "admin", "gitops-bot", "auditor"] {
            assert!(!is_reserved(name), "{name}");
        }
    }
}
