//! Which role an endpoint asks for. What is not in the table is not served.

use crate::role::Role;

/// An endpoint of the REST API, below `/api/v1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint {
    /// The method.
    pub method: &'static str,
    /// The path, with the names of its variables in braces.
    pub path: &'static str,
    /// The least role that may call it.
    pub role: Role,
}

macro_rules! endpoints {
    ($($method:ident $path:literal $role:ident;)*) => {
        &[$(Endpoint { method: stringify!($method), path: $path, role: Role::$role },)*]
    };
}

/// Every endpoint that asks for a token.
#[rustfmt::skip]
pub const ENDPOINTS: &[Endpoint] = endpoints! {
    GET    "/auth/me"                                Requester;
    GET    "/users/me"                               Requester;
    GET    "/tokens"                                 Admin;
    POST   "/tokens"                                 Admin;
    DELETE "/tokens/{id}"                            Admin;
    GET    "/clusters"                               Requester;
    POST   "/clusters"                               Admin;
    GET    "/clusters/{id}"                          Requester;
    PATCH  "/clusters/{id}"                          Admin;
    DELETE "/clusters/{id}"                          Admin;
    GET    "/workloads"                              Requester;
    POST   "/workloads"                              Admin;
    GET    "/workloads/{id}"                         Requester;
    PATCH  "/workloads/{id}"                         Admin;
    DELETE "/workloads/{id}"                         Admin;
    GET    "/waivers"                                Requester;
    POST   "/waivers"                                Approver;
    DELETE "/waivers/{id}"                           Approver;
    GET    "/promotions"                             Requester;
    POST   "/promotions"                             Requester;
    POST   "/promotions/preview"                     Requester;
    GET    "/promotions/{id}"                        Requester;
    GET    "/promotions/{id}/preview"                Requester;
    GET    "/promotions/{id}/diff"                   Requester;
    GET    "/promotions/{id}/cost"                   Requester;
    GET    "/promotions/{id}/risk"                   Requester;
    GET    "/promotions/{id}/explanation"            Requester;
    GET    "/promotions/{id}/explanation/stream"     Requester;
    GET    "/promotions/{id}/events"                 Requester;
    POST   "/promotions/{id}/approve"                Approver;
    PATCH  "/promotions/{id}/approve"                Approver;
    POST   "/promotions/{id}/reject"                 Requester;
    PATCH  "/promotions/{id}/reject"                 Requester;
    GET    "/cost_previews/{promotion_id}"           Requester;
    GET    "/risk_explanations/{promotion_id}"       Requester;
    GET    "/audit_logs"                             Admin;
    GET    "/audit_logs/{id}"                        Admin;
    GET    "/audit/logs"                             Admin;
    GET    "/audit/export"                           Admin;
    GET    "/audit/checkpoint"                       Requester;
    GET    "/dead-letters"                           Admin;
    GET    "/dead-letters/{service}/{number}"        Admin;
    POST   "/dead-letters/{service}/{number}/retry"  Admin;
    POST   "/dead-letters/{service}/{number}/discard" Admin;
};

/// The endpoint of this method and path.
#[must_use]
pub fn endpoint(method: &str, path: &str) -> Option<&'static Endpoint> {
    ENDPOINTS.iter().find(|endpoint| endpoint.method == method && endpoint.path == path)
}
