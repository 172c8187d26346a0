//! Calls of other services, in the traces in which they are made.

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use telemetry::trace::{self, Parent};
use tonic::service::Routes;

use super::status;

/// What is served, with a span for each call that comes with a trace. A call without one, as of a probe, begins none.
pub(super) fn traced(routes: Routes) -> Routes {
    routes.into_axum_router().layer(from_fn(span)).into()
}

async fn span(mut request: Request, next: Next) -> Response {
    let parent = Parent::of_headers(request.headers());
    if !parent.is_some() {
        return next.run(request).await;
    }
    let span = trace::answer(&parent, request.uri().path());
    // What is decided follows upon the call's own span: a handler finds it where the caller's was.
    span.write(request.headers_mut());
    let response = span.around(next.run(request)).await;
    span.served(status(response.headers()));
    response
}
