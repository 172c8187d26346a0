//! The trace that something belongs to, as W3C's Trace Context (level 1, 2021) has it in headers.
//!
//! Anybody may send anything: what is not of the form begins a new trace, and is no error.

use std::str::FromStr as _;

use http::HeaderMap;
use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState};

use super::{TRACEPARENT, TRACESTATE};

/// As many bytes of `tracestate` as the standard asks everybody to carry; more is dropped.
const STATE_BYTES: usize = 512;
/// As many entries as one may have.
const STATE_ENTRIES: usize = 32;

/// What a span follows upon; perhaps nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Parent(SpanContext);

impl Parent {
    /// Upon nothing.
    pub const NONE: Self = Self(SpanContext::NONE);

    /// Upon what an event's header says.
    #[must_use]
    pub fn of(traceparent: Option<&str>) -> Self {
        let read = traceparent.and_then(|text| read(text, TraceState::NONE));
        read.map_or(Self::NONE, Self)
    }

    /// Upon what a call's headers say.
    #[must_use]
    pub fn of_headers(headers: &HeaderMap) -> Self {
        let mut parents = headers.get_all(TRACEPARENT).iter();
        // Of two it is not known which is meant.
        let (Some(parent), None) = (parents.next(), parents.next()) else { return Self::NONE };
        let read = parent.to_str().ok().and_then(|text| read(text, state(headers)));
        read.map_or(Self::NONE, Self)
    }

    /// Upon the work under way.
    #[must_use]
    pub fn current() -> Self {
        Self(Context::current().span().span_context().clone())
    }

    /// Whether it is any.
    #[must_use]
    pub fn is_some(&self) -> bool {
        self.0.is_valid()
    }

    /// Whether both are in one trace.
    #[must_use]
    pub fn is_with(&self, other: &Self) -> bool {
        self.is_some() && self.0.trace_id() == other.0.trace_id()
    }

    pub(super) fn is_sampled(&self) -> bool {
        self.is_some() && self.0.is_sampled()
    }

    pub(super) fn context(&self) -> Context {
        match self.is_some() {
            true => Context::new().with_remote_span_context(self.0.clone()),
            false => Context::new(),
        }
    }

    pub(super) fn span_context(&self) -> &SpanContext {
        &self.0
    }
}

/// `00-TRACE-SPAN-FLAGS` in lower-case hexadecimal digits; later versions may have more behind it.
fn read(text: &str, state: TraceState) -> Option<SpanContext> {
    let (known, more) = text.as_bytes().split_at_checked(55)?;
    let known = std::str::from_utf8(known).ok()?;
    let mut fields = known.split('-');
    let (version, trace, span, flags) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let lengths = (version.len(), trace.len(), span.len(), flags.len()) == (2, 32, 16, 2);
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-');
    let is_later = version != "00" && version != "ff" && more.first().is_none_or(|byte| *byte == b'-');
    if !lengths || !known.bytes().all(is_digit) || !(is_later || version == "00" && more.is_empty()) {
        return None;
    }
    let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
    // The other flags have no meaning here.
    let sampled = u8::from_str_radix(flags, 16).ok()? & TraceFlags::SAMPLED.to_u8();
    let context = SpanContext::new(trace, span, TraceFlags::new(sampled), true, state);
    context.is_valid().then_some(context)
}

fn state(headers: &HeaderMap) -> TraceState {
    let lines: Option<Vec<&str>> =
        headers.get_all(TRACESTATE).iter().map(|value| value.to_str().ok()).collect();
    let text = lines.unwrap_or_default().join(",");
    match text.len() <= STATE_BYTES && text.split(',').count() <= STATE_ENTRIES {
        true => TraceState::from_str(&text).unwrap_or_default(),
        false => TraceState::NONE,
    }
}

pub(super) fn text(context: &SpanContext) -> Option<String> {
    let (trace, span, flags) = (context.trace_id(), context.span_id(), context.trace_flags());
    context.is_valid().then(|| format!("00-{trace}-{span}-{:02x}", flags.to_u8()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// The examples of the standard.
    const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const NOT_SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

    fn passed_on(said: &str) -> Option<String> {
        text(&Parent::of(Some(said)).0)
    }

    #[test]
    fn what_is_of_the_form_is_carried() {
        assert_eq!(passed_on(SAMPLED).as_deref(), Some(SAMPLED));
        assert_eq!(passed_on(NOT_SAMPLED).as_deref(), Some(NOT_SAMPLED));
        assert!(Parent::of(Some(SAMPLED)).is_sampled() && !Parent::of(Some(NOT_SAMPLED)).is_sampled());
        // A later version is read as far as it is known, and written as ours.
        for later in
            [SAMPLED.replacen("00", "cc", 1), format!("{}-what-comes", SAMPLED.replacen("00", "01", 1))]
        {
            assert_eq!(passed_on(&later).as_deref(), Some(SAMPLED), "{later}");
        }
        assert_eq!(passed_on(&SAMPLED.replace("-01", "-ff")).as_deref(), Some(SAMPLED));
    }

    #[test]
    fn what_is_not_begins_a_new_trace() {
        for wrong in [
            "",
            "00",
            &SAMPLED[..54],
            &format!("{SAMPLED}-"),
            &format!("{SAMPLED}0"),
            &format!(" {SAMPLED}"),
            &SAMPLED.replacen("00", "ff", 1),
            &SAMPLED.replacen("00", "0g", 1),
            &format!("{}x", SAMPLED.replacen("00", "01", 1)),
            &SAMPLED.to_uppercase(),
            &SAMPLED.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            &SAMPLED.replace("00f067aa0ba902b7", &"0".repeat(16)),
            &SAMPLED.replace('-', "_"),
            &SAMPLED.replacen("-00f0", "0-0f0", 1),
            &"é".repeat(28),
        ] {
            assert_eq!(Parent::of(Some(wrong)), Parent::NONE, "{wrong}");
        }
        assert_eq!(Parent::of(None), Parent::NONE);
    }

    fn headers(said: &[(&'static str, &str)]) -> HeaderMap {
        said.iter()
            .map(|(name, text)| (name.parse().unwrap(), HeaderValue::from_str(text).unwrap()))
            .collect()
    }

    #[test]
    fn headers_are_passed_on_within_bounds() {
        let written = |said: &[(&'static str, &str)]| {
            let mut told = headers(&[("traceparent", "stale"), ("tracestate", "stale=1"), ("other", "kept")]);
            crate::trace::Span(Parent::of_headers(&headers(said)).context()).write(&mut told);
            let of = |name| told.get(name).map(|value: &HeaderValue| value.to_str().unwrap().to_owned());
            assert_eq!(of("other").as_deref(), Some("kept"));
            (of("traceparent"), of("tracestate"))
        };
        let state = |text: &str| Some(text.to_owned());
        let parent = ("traceparent", SAMPLED);
        assert_eq!(written(&[parent]), (state(SAMPLED), None));
        assert_eq!(written(&[parent, ("tracestate", "a=1,b=2")]), (state(SAMPLED), state("a=1,b=2")));
        // Several lines are one list.
        let lines = [parent, ("tracestate", "a=1"), ("tracestate", "b=2")];
        assert_eq!(written(&lines), (state(SAMPLED), state("a=1,b=2")));
        let long = format!("a={}", "x".repeat(STATE_BYTES));
        let many = (0..=STATE_ENTRIES).map(|entry| format!("e{entry}=1")).collect::<Vec<_>>().join(",");
        for wrong in [long.as_str(), many.as_str(), "A=1", "a", "a=1,a=2;=,"] {
            assert_eq!(written(&[parent, ("tracestate", wrong)]), (state(SAMPLED), None), "{wrong}");
        }
        assert_eq!(written(&[parent, parent]), (None, None), "of two it is not known which is meant");
        assert_eq!(written(&[("tracestate", "a=1")]), (None, None));
    }
}
