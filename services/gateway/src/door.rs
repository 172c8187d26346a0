//! Who comes in: a token that is known, a limit that is not used up, a role that is enough.

use access::{Identity, Role, endpoint};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use metrics::counter;
use telemetry::trace::{self, Parent};

use crate::error::ApiError;
use crate::state::Gateway;
use crate::tokens::{BearerToken, Refused};

/// The middleware of every endpoint that asks for a token.
pub(crate) async fn door(State(gateway): State<Gateway>, mut request: Request, next: Next) -> Response {
    let method = asked(request.method()).as_str().to_owned();
    let route =
        request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let path = route.strip_prefix(api::PREFIX).unwrap_or(&route);
    let caller = match caller(&gateway, request.headers()).await {
        Ok(caller) => caller,
        Err(error) => return stranger(error, &route),
    };
    let taken = match caller.token {
        Some(token) => Some(gateway.limits.take(caller.org, token).await),
        None => None,
    };
    let left = match taken {
        Some(Ok(left)) => Some(left),
        Some(Err((left, wait))) => {
            counter!("plimsoll_requests_refused_total", "code" => "RATE_LIMITED").increment(1);
            let why = format!("this token has made too many requests; the next one in {wait} s");
            let error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", why);
            let mut response = ApiError { retry_after: Some(wait), ..error }.into_response();
            left.write(response.headers_mut());
            return response;
        }
        None => None,
    };
    // Strangers, and who asks too often, begin no trace: what they send would push out others'.
    let span = trace::request(&Parent::of_headers(request.headers()), request.method(), &route, &caller.org);
    let answer = async {
        let error = match allowed(&method, path, &caller) {
            Ok(()) => {
                request.extensions_mut().insert(caller);
                return next.run(request).await;
            }
            Err(error) => error,
        };
        let refused = Refused { method: &method, route: &route, code: &error.code };
        match gateway.tokens.refused(&caller, refused).await {
            Ok(()) => error.into_response(),
            // A refusal that cannot be recorded is still one, but first it should be recorded.
            Err(away) => away.into_response(),
        }
    };
    let mut response = span.around(answer).await;
    span.answered(response.status().as_u16());
    if let Some(left) = left {
        left.write(response.headers_mut());
    }
    response
}

/// HEAD asks for what GET is answered, without its body.
fn asked(method: &Method) -> &Method {
    if method == Method::HEAD { &Method::GET } else { method }
}

/// The caller, by the token that it comes with.
pub(crate) async fn caller(gateway: &Gateway, headers: &HeaderMap) -> Result<Identity, ApiError> {
    let unauthorized = |code, message: &str| ApiError::new(StatusCode::UNAUTHORIZED, code, message);
    let missing = || unauthorized("TOKEN_MISSING", "send a token as Authorization: Bearer TOKEN");
    // One that is wrong, unknown or revoked is answered alike: a stranger learns nothing.
    let invalid = || unauthorized("TOKEN_INVALID", "this token is not taken");
    let value = headers.get(header::AUTHORIZATION).ok_or_else(missing)?;
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(invalid)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(missing());
    }
    let token = BearerToken::parse(token.trim()).map_err(|_| invalid())?;
    gateway.tokens.identity(&token).await?.ok_or_else(invalid)
}

fn allowed(method: &str, path: &str, caller: &Identity) -> Result<(), ApiError> {
    let least = endpoint(method, path).map(|endpoint| endpoint.role);
    match least {
        Some(role) if caller.role >= role => Ok(()),
        least => Err(forbidden(caller.role, least)),
    }
}

fn forbidden(role: Role, least: Option<Role>) -> ApiError {
    let needed = least.map_or(String::new(), |least| format!("; this asks for {least}"));
    ApiError::new(StatusCode::FORBIDDEN, "FORBIDDEN", format!("your role is {role}{needed}"))
}

/// Refusals of strangers are counted, not recorded: anybody can make any number of them.
fn stranger(error: ApiError, route: &str) -> Response {
    counter!("plimsoll_requests_refused_total", "code" => error.code.clone()).increment(1);
    tracing::debug!(code = error.code, route, "a stranger was refused");
    let unauthorized = error.status == StatusCode::UNAUTHORIZED;
    let mut response = error.into_response();
    if unauthorized {
        let challenge = HeaderValue::from_static("Bearer realm=\"plimsoll\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
