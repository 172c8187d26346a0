//! What is on the log, as an AsyncAPI 3 document: of the table of events, their schemas and `topics.yaml`, so that none can say
//! something else than the others.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use events::{EventSchema, Service, schemas};
use kube_model::yaml;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// What is said of topics.
#[derive(Deserialize)]
struct Topics {
    defaults: Shape,
    topics: BTreeMap<String, Shape>,
}

#[derive(Deserialize, Default, Clone, Copy)]
struct Shape {
    partitions: Option<u32>,
    replication: Option<u16>,
    max_message_bytes: Option<u64>,
}

/// Writes the document.
pub(crate) fn write() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::write(root.join("schemas/asyncapi/plimsoll.json"), text(&root)?)?;
    Ok(())
}

fn text(root: &Path) -> Result<String, Box<dyn Error>> {
    let topics = std::fs::read(root.join("topics.yaml"))?;
    Ok(format!("{}\n", serde_json::to_string_pretty(&document(&read(&topics)?)?)?))
}

fn read(bytes: &[u8]) -> Result<Topics, Box<dyn Error>> {
    let limits = yaml::Limits::default();
    let documents = yaml::parse(yaml::text_of(bytes, &limits)?, &limits)?;
    let document = documents.first().ok_or("topics.yaml is empty")?;
    Ok(serde_json::from_value(yaml::to_value(document, &document.root, &limits)?)?)
}

fn document(topics: &Topics) -> Result<Value, Box<dyn Error>> {
    let (mut channels, mut operations, mut messages) = (Map::new(), Map::new(), Map::new());
    for service in Service::ALL {
        let written: Vec<&EventSchema> =
            schemas().filter(|schema| schema.writers.contains(&service)).collect();
        channels.insert(service.name().to_owned(), channel(service, &written, topics)?);
        operations.insert(format!("{service}.send"), operation(service, &written));
    }
    for schema in schemas() {
        messages.insert(schema.event_type.to_owned(), message(schema)?);
    }
    Ok(json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Plimsoll",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The events of Plimsoll's log. A topic has one writer, and is kept for ever; records of one aggregate are in one partition, in order.",
            "license": {"name": "Apache-2.0"}
        },
        "defaultContentType": "application/avro",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": {"headers": headers()}}
    }))
}

fn channel(service: Service, written: &[&EventSchema], topics: &Topics) -> Result<Value, Box<dyn Error>> {
    let topic = service.topic();
    let shape = topics.topics.get(topic.as_str()).ok_or_else(|| format!("topics.yaml has no {topic}"))?;
    let said = |of: fn(&Shape) -> Option<u64>| of(shape).or_else(|| of(&topics.defaults));
    let messages: Map<String, Value> =
        written.iter().map(|schema| (name(schema), component(schema))).collect();
    Ok(json!({
        "address": topic.as_str(),
        "description": format!("What {service} has to tell."),
        "messages": messages,
        "bindings": {"kafka": {
            "topic": topic.as_str(),
            "partitions": said(|shape| shape.partitions.map(u64::from)),
            "replicas": said(|shape| shape.replication.map(u64::from)),
            "topicConfiguration": {
                "cleanup.policy": ["delete"],
                "retention.ms": -1,
                "retention.bytes": -1,
                "max.message.bytes": said(|shape| shape.max_message_bytes)
            },
            "bindingVersion": "0.5.0"
        }}
    }))
}

fn operation(service: Service, written: &[&EventSchema]) -> Value {
    let channel = format!("#/channels/{service}");
    let messages: Vec<Value> = written
        .iter()
        .map(|schema| json!({"$ref": format!("{channel}/messages/{}", name(schema))}))
        .collect();
    json!({"action": "send", "channel": {"$ref": channel}, "messages": messages})
}

fn message(schema: &EventSchema) -> Result<Value, Box<dyn Error>> {
    let avro: Value = serde_json::from_str(schema.text)?;
    let summary = avro["doc"].clone();
    Ok(json!({
        "name": schema.event_type,
        "title": name(schema),
        "summary": summary,
        "contentType": "application/avro",
        "headers": {"$ref": "#/components/schemas/headers"},
        "correlationId": {"location": "$message.header#/ce_correlation"},
        "payload": {"schemaFormat": "application/vnd.apache.avro+json;version=1.9.0", "schema": avro},
        "bindings": {"kafka": {
            "key": {"type": "string", "description": "The aggregate, as in ce_subject."},
            "schemaIdLocation": "payload",
            "schemaIdPayloadEncoding": "confluent",
            "schemaLookupStrategy": "TopicRecordNameStrategy",
            "bindingVersion": "0.5.0"
        }}
    }))
}

/// The attributes of `CloudEvents` in Kafka's binary mode, and ours.
fn headers() -> Value {
    let text = |what: &str| json!({"type": "string", "description": what});
    json!({
        "type": "object",
        "required": [
            "ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "ce_org", "ce_sequence",
            "ce_correlation", "content-type"
        ],
        "properties": {
            "ce_specversion": {"type": "string", "const": "1.0"},
            "ce_id": text("The event; one that is written twice has the same."),
            "ce_type": text("The name of its schema: plimsoll.CONTEXT.v1.NAME."),
            "ce_source": text("Who wrote it: /plimsoll/SERVICE."),
            "ce_subject": text("The aggregate, which is the record's key."),
            "ce_time": {"type": "string", "format": "date-time", "description": "When it happened, to the microsecond."},
            "ce_org": {"type": "string", "format": "uuid", "description": "The organisation."},
            "ce_sequence": {
                "type": "string", "pattern": "^[0-9]+$",
                "description": "Its place among the events of its topic and aggregate; a reader drops what is not above the last."
            },
            "ce_causation": {"type": "string", "format": "uuid", "description": "The event that it follows from."},
            "ce_correlation": {
                "type": "string", "format": "uuid",
                "description": "What it belongs to as a whole: the promotion, or the call."
            },
            "traceparent": text("The trace (W3C Trace Context)."),
            "content-type": {"type": "string", "const": "application/avro"}
        }
    })
}

fn component(schema: &EventSchema) -> Value {
    json!({"$ref": format!("#/components/messages/{}", schema.event_type)})
}

/// The last word of its type.
fn name(schema: &EventSchema) -> String {
    schema.event_type.rsplit('.').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic in a test is the report")]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use super::*;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    fn committed() -> Value {
        let path = root().join("schemas/asyncapi/plimsoll.json");
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    #[test]
    fn the_committed_document_is_what_is_generated() {
        let generated: Value = serde_json::from_str(&text(&root()).unwrap()).unwrap();
        assert!(committed() == generated, "run cargo xtask asyncapi");
    }

    /// The schema of the AsyncAPI initiative, which is another's word.
    #[test]
    fn the_document_is_asyncapi() {
        let schema: Value = serde_json::from_str(include_str!("../asyncapi/3.0.0.json")).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        let errors = |document: &Value| -> Vec<String> {
            schema
                .iter_errors(document)
                .map(|error| format!("{}: {error:.200}", error.instance_path()))
                .collect()
        };
        let mut document = committed();
        assert_eq!(errors(&document), Vec::<String>::new());
        document["operations"]["diff.send"]["action"] = json!("shout");
        assert!(!errors(&document).is_empty(), "the schema refuses what is none");
    }

    /// No reference leads nowhere, and every event is on a channel.
    #[test]
    fn every_reference_is_there() {
        let document = committed();
        let mut references = BTreeSet::new();
        collect(&document, &mut references);
        for reference in &references {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
        for schema in schemas() {
            let reference = format!("#/components/messages/{}", schema.event_type);
            assert!(references.contains(&reference), "{} is on no channel", schema.event_type);
        }
        let failed = |service: &str| document["channels"][service]["messages"].get("PreviewFailed").is_some();
        assert!(failed("diff") && failed("explain") && !failed("promotion"));
    }

    fn collect(value: &Value, references: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                references.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| collect(value, references));
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
            _ => {}
        }
    }
}
