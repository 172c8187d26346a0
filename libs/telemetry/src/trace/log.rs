//! Spans of messages, by the conventions for messaging: a message that is decided is *created*, and carries that span to whoever
//! reads it; a relay *sends* several at once; a consumer *processes* each.
//!
//! A span of one message is in that message's trace. A span of several is in the trace of the first that is sampled. Both
//! link to every message, so that nothing depends on which came first.

use std::fmt::Display;

use opentelemetry::KeyValue;
use opentelemetry::trace::{Link, SpanBuilder, SpanKind};

use super::{Parent, Span, Tracing, begin};
use crate::messaging::{DESTINATION, GROUP, PARTITION};
use crate::names::ORGANISATION;

const SYSTEM: &str = "messaging.system";
const OPERATION: &str = "messaging.operation.name";
const TYPE: &str = "messaging.operation.type";
const MESSAGE: &str = "messaging.message.id";
const CONVERSATION: &str = "messaging.message.conversation_id";
const COUNT: &str = "messaging.batch.message_count";
const OFFSET: &str = "messaging.kafka.offset";
const EVENT: &str = "plimsoll.event.type";

/// What carries messages where it is Kafka: the conventions' own value.
pub(super) const KAFKA: &str = "kafka";
/// What carries messages where the log is in Postgres. The conventions have no value for it.
pub(super) const POSTGRES: &str = "postgresql";

/// A message, as spans name it.
pub struct Named<'a> {
    /// Where to.
    pub topic: &'a str,
    /// Its identifier.
    pub id: &'a dyn Display,
    /// Its type.
    pub event: &'static str,
    /// What it belongs to as a whole.
    pub conversation: &'a dyn Display,
    /// Whose it is.
    pub organisation: &'a dyn Display,
}

/// Where messages were read.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The consumer group.
    pub group: &'a str,
    /// The topic.
    pub topic: &'a str,
    /// The partition.
    pub partition: u32,
}

/// A message is made. With `began`, it links to where its story began.
pub fn create(parent: Option<&str>, began: Option<&str>, message: &Named<'_>) -> Span {
    let (parent, began) = (Parent::of(parent), Parent::of(began));
    begin(&parent, |tracing| {
        of_message(tracing, "create", SpanKind::Producer, message).with_links(links([&began].into_iter()))
    })
}

/// A message is made, and appended by itself.
pub fn send(parent: Option<&str>, message: &Named<'_>) -> Span {
    begin(&Parent::of(parent), |tracing| of_message(tracing, "send", SpanKind::Producer, message))
}

/// Messages that were made before are appended; nothing, if none of them is sampled.
#[must_use]
pub fn send_batch<'p>(topic: &str, messages: impl Iterator<Item = Option<&'p str>>) -> Option<Span> {
    batch(messages, |tracing| of_topic(tracing, "send", SpanKind::Client, topic))
}

/// A message is handled. `offset` is where it lies in its partition.
pub fn process(parent: Option<&str>, place: Place<'_>, offset: u64, message: &Named<'_>) -> Span {
    let parent = Parent::of(parent);
    begin(&parent, |tracing| {
        let mut builder = of_message(tracing, "process", SpanKind::Consumer, message);
        add(&mut builder, at(place));
        if tracing.system == KAFKA {
            add(&mut builder, [KeyValue::new(OFFSET, i64::try_from(offset).unwrap_or(i64::MAX))]);
        }
        builder.with_links(links([&parent].into_iter()))
    })
}

/// Messages are handled at once; nothing, if none of them is sampled.
#[must_use]
pub fn process_batch<'p>(place: Place<'_>, messages: impl Iterator<Item = Option<&'p str>>) -> Option<Span> {
    batch(messages, |tracing| {
        let mut builder = of_topic(tracing, "process", SpanKind::Consumer, place.topic);
        add(&mut builder, at(place));
        builder
    })
}

fn batch<'p>(
    messages: impl Iterator<Item = Option<&'p str>>,
    builder: impl FnOnce(&Tracing) -> SpanBuilder,
) -> Option<Span> {
    let messages: Vec<Parent> = messages.map(Parent::of).collect();
    let first = messages.iter().find(|message| message.is_sampled())?;
    Some(begin(first, |tracing| {
        let mut builder = builder(tracing);
        add(&mut builder, [KeyValue::new(COUNT, i64::try_from(messages.len()).unwrap_or(i64::MAX))]);
        builder.with_links(links(messages.iter().filter(|message| message.is_sampled())))
    }))
}

fn links<'p>(messages: impl Iterator<Item = &'p Parent>) -> Vec<Link> {
    let contexts = messages.filter(|message| message.is_some()).map(|message| message.span_context().clone());
    contexts.map(Link::with_context).collect()
}

fn of_message(
    tracing: &Tracing,
    operation: &'static str,
    kind: SpanKind,
    message: &Named<'_>,
) -> SpanBuilder {
    let mut builder = of_topic(tracing, operation, kind, message.topic);
    let says = [
        KeyValue::new(MESSAGE, message.id.to_string()),
        KeyValue::new(CONVERSATION, message.conversation.to_string()),
        KeyValue::new(EVENT, message.event),
        KeyValue::new(ORGANISATION, message.organisation.to_string()),
    ];
    add(&mut builder, says);
    builder
}

fn of_topic(tracing: &Tracing, operation: &'static str, kind: SpanKind, topic: &str) -> SpanBuilder {
    let attributes = vec![
        KeyValue::new(SYSTEM, tracing.system),
        // The conventions know operations of these very names.
        KeyValue::new(OPERATION, operation),
        KeyValue::new(TYPE, operation),
        KeyValue::new(DESTINATION, topic.to_owned()),
    ];
    SpanBuilder::from_name(format!("{operation} {topic}")).with_kind(kind).with_attributes(attributes)
}

fn at(place: Place<'_>) -> [KeyValue; 2] {
    let partition = place.partition.to_string();
    [KeyValue::new(GROUP, place.group.to_owned()), KeyValue::new(PARTITION, partition)]
}

fn add(builder: &mut SpanBuilder, attributes: impl IntoIterator<Item = KeyValue>) {
    builder.attributes.get_or_insert_default().extend(attributes);
}
