//! Traces: from the request at the door through the log to the branch that is pushed.
//!
//! What follows from an event carries the event's trace in its own header (`traceparent`), by value: a consumer is given its
//! message with the span that handles it, and whatever it makes of the message follows upon that. What is called is told by
//! the span under which the call is made ([`Span::around`]).
//!
//! Names and attributes are those of OpenTelemetry's semantic conventions, version 1.38; ours begin with `plimsoll.`. No attribute
//! holds what a manifest, a person or an event says: identifiers, topics, routes and stable codes, and nothing else.

mod calls;
mod export;
mod install;
mod log;
mod parent;
mod send;

use std::fmt::Display;
use std::future::Future;
use std::sync::OnceLock;

use http::{HeaderMap, HeaderValue};
use opentelemetry::trace::{FutureExt as _, SpanBuilder, Status, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::SdkTracer;

pub use calls::{answer, call, push, request};
pub use install::{Exporting, Options, TraceError, install};
pub use log::{Named, Place, create, process, process_batch, send, send_batch};
pub use parent::Parent;

pub(crate) use export::describe;

use crate::names::ERROR;

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";

/// What spans are made with; nothing where nobody asked for any.
struct Tracing {
    tracer: SdkTracer,
    /// What carries messages, as spans name it.
    system: &'static str,
}

static TRACING: OnceLock<Tracing> = OnceLock::new();

/// Work that is under way. It ends when this is dropped.
#[derive(Debug)]
#[must_use = "it ends when it is dropped"]
pub struct Span(Context);

impl Span {
    /// The header by which what follows is told of it; none if it belongs to no trace.
    #[must_use]
    pub fn traceparent(&self) -> Option<String> {
        parent::text(self.0.span().span_context())
    }

    /// The work failed, for the reason of this stable code.
    pub fn fail(&self, code: impl Display) {
        let (span, code) = (self.0.span(), code.to_string());
        span.set_attribute(KeyValue::new(ERROR, code.clone()));
        span.set_status(Status::error(code));
    }

    /// Does the work: what it calls is told of the span.
    pub async fn around<F: Future>(&self, work: F) -> F::Output {
        work.with_context(self.0.clone()).await
    }

    /// Tells a call of the span.
    pub fn write(&self, headers: &mut HeaderMap) {
        for name in [TRACEPARENT, TRACESTATE] {
            headers.remove(name);
        }
        let span = self.0.span();
        let state = span.span_context().trace_state().header();
        let told =
            [(TRACEPARENT, self.traceparent()), (TRACESTATE, Some(state).filter(|text| !text.is_empty()))];
        for (name, text) in told {
            if let Some(Ok(value)) = text.map(HeaderValue::try_from) {
                headers.insert(name, value);
            }
        }
    }

    fn set(&self, attribute: KeyValue) {
        self.0.span().set_attribute(attribute);
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.fail("HANDLER_PANICKED");
        }
        // Whoever still has its context cannot keep it open.
        self.0.span().end();
    }
}

/// The header by which what follows from the work under way is told of it; none if there is no trace.
#[must_use]
pub fn current() -> Option<String> {
    parent::text(Context::current().span().span_context())
}

/// Begins a span. Where there are none, what came in is passed on.
fn begin(parent: &Parent, builder: impl FnOnce(&Tracing) -> SpanBuilder) -> Span {
    let context = parent.context();
    let Some(tracing) = TRACING.get() else { return Span(context) };
    let span = tracing.tracer.build_with_context(builder(tracing), &context);
    Span(context.with_span(span))
}
