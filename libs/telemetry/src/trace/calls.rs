//! Spans of requests and of calls between services, by the conventions for HTTP and RPC; and of the push.
//!
//! `url.path`, `client.address` and `user_agent.original` are left out: a path may name an application, and who calls is in
//! the audit log.

use std::fmt::Display;

use http::Method;
use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanBuilder, SpanKind};

use super::{Parent, Span, begin};
use crate::names::ORGANISATION;

const METHOD: &str = "http.request.method";
const ROUTE: &str = "http.route";
const SCHEME: &str = "url.scheme";
const STATUS: &str = "http.response.status_code";
const RPC: &str = "rpc.system";
const RPC_SERVICE: &str = "rpc.service";
const RPC_METHOD: &str = "rpc.method";
const RPC_STATUS: &str = "rpc.grpc.status_code";
const PROMOTION: &str = "plimsoll.promotion.id";

/// What a server is to blame for, by the conventions: UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS.
const FAULTS: [i64; 6] = [2, 4, 12, 13, 14, 15];

/// A request of somebody who is known.
pub fn request(parent: &Parent, method: &Method, route: &str, organisation: &dyn Display) -> Span {
    begin(parent, |_| {
        let attributes = vec![
            KeyValue::new(METHOD, method.to_string()),
            KeyValue::new(ROUTE, route.to_owned()),
            KeyValue::new(SCHEME, "http"),
            KeyValue::new(ORGANISATION, organisation.to_string()),
        ];
        let name = format!("{method} {route}");
        SpanBuilder::from_name(name).with_kind(SpanKind::Server).with_attributes(attributes)
    })
}

/// A call to another service, by its path (`/PACKAGE.SERVICE/METHOD`).
pub fn call(path: &str) -> Span {
    begin(&Parent::current(), |_| rpc(path, SpanKind::Client))
}

/// A call that another service makes, by its path.
pub fn answer(parent: &Parent, path: &str) -> Span {
    begin(parent, |_| rpc(path, SpanKind::Server))
}

/// What was approved is pushed to its repository.
pub fn push(parent: Option<&str>, promotion: &dyn Display) -> Span {
    begin(&Parent::of(parent), |_| {
        let attributes = vec![KeyValue::new(PROMOTION, promotion.to_string())];
        SpanBuilder::from_name("push branch").with_kind(SpanKind::Internal).with_attributes(attributes)
    })
}

fn rpc(path: &str, kind: SpanKind) -> SpanBuilder {
    let name = path.trim_start_matches('/').to_owned();
    let (service, method) = name.split_once('/').unwrap_or((&name, ""));
    let attributes = vec![
        KeyValue::new(RPC, "grpc"),
        KeyValue::new(RPC_SERVICE, service.to_owned()),
        KeyValue::new(RPC_METHOD, method.to_owned()),
    ];
    SpanBuilder::from_name(name).with_kind(kind).with_attributes(attributes)
}

impl Span {
    /// The request was answered with this status.
    pub fn answered(&self, status: u16) {
        self.set(KeyValue::new(STATUS, i64::from(status)));
        if status >= 500 {
            self.fail(status);
        }
    }

    /// The other service has answered with this status of gRPC.
    pub fn called(&self, status: i64) {
        self.ended(status, status != 0);
    }

    /// The other service was answered with this status of gRPC.
    pub fn served(&self, status: i64) {
        self.ended(status, FAULTS.contains(&status));
    }

    fn ended(&self, status: i64, is_fault: bool) {
        self.set(KeyValue::new(RPC_STATUS, status));
        if is_fault {
            self.fail(status);
        }
    }
}
