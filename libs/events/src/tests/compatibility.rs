//! Whether a schema reads what others wrote (BACKWARD_TRANSITIVE).

use apache_avro::Schema;
use apache_avro::schema_compatibility::{Compatibility, SchemaCompatibility};

/// What is wrong with a schema as the reader of what these wrote.
pub(super) fn complaints(reader: &Schema, writers: &[(String, Schema)]) -> Vec<String> {
    let name = |schema: &Schema| schema.name().map(|name| name.fullname(None));
    let complaint = |(version, writer): &(String, Schema)| {
        if name(writer) != name(reader) {
            return Some(format!("{version}: it has another name"));
        }
        match SchemaCompatibility::can_read(writer, reader) {
            Ok(Compatibility::Full) => None,
            Ok(Compatibility::Partial) => Some(format!("{version}: some of what was written cannot be read")),
            Err(error) => Some(format!("{version}: {error}")),
        }
    };
    writers.iter().filter_map(complaint).collect()
}

/// A record `a.R` with these fields.
fn record(fields: &str) -> Schema {
    let text = format!(r#"{{"type": "record", "namespace": "a", "name": "R", "fields": [{fields}]}}"#);
    Schema::parse_str(&text).unwrap()
}

fn field(kind: &str) -> Schema {
    record(&format!(r#"{{"name": "f", "type": {kind}}}"#))
}

/// Whether a reader with the second type reads all that was written with the first. The expectations are those of the
/// specification of Avro 1.12, "Schema Resolution".
#[test]
fn the_check_says_what_the_specification_says() {
    let (ab, abc) = (r#"{"type": "enum", "name": "E", "symbols": ["A", "B"]}"#, r#"["A", "B", "C"]"#);
    let wider = ab.replace(r#"["A", "B"]"#, abc);
    let narrow_default = ab.replace(r#"["A", "B"]}"#, r#"["A", "B"], "default": "A"}"#);
    let fixed = |size| format!(r#"{{"type": "fixed", "name": "X", "size": {size}}}"#);
    let cases = [
        (r#""int""#, r#""long""#, true),
        (r#""long""#, r#""double""#, true),
        (r#""string""#, r#""bytes""#, true),
        (r#""bytes""#, r#""string""#, true),
        (r#""long""#, r#""int""#, false),
        (r#""string""#, r#""int""#, false),
        (r#""string""#, r#"["null", "string"]"#, true),
        (r#"["null", "string"]"#, r#""string""#, false),
        (r#"["null", "string"]"#, r#"["null", "string", "long"]"#, true),
        (r#"["null", "string", "boolean"]"#, r#"["null", "string"]"#, false),
        (r#"{"type": "array", "items": "int"}"#, r#"{"type": "array", "items": "long"}"#, true),
        (r#"{"type": "array", "items": "long"}"#, r#"{"type": "map", "values": "long"}"#, false),
        (ab, wider.as_str(), true),
        (wider.as_str(), ab, false),
        (wider.as_str(), narrow_default.as_str(), true),
        (&fixed(16), &fixed(16), true),
        (&fixed(16), &fixed(8), false),
    ];
    for (writer, reader, fits) in cases {
        let complaints = complaints(&field(reader), &[("1".to_owned(), field(writer))]);
        assert_eq!(complaints.is_empty(), fits, "{writer} read as {reader}: {complaints:?}");
    }
}

/// What fits the version before need not fit the one before that.
#[test]
fn a_schema_is_held_against_all_versions_not_the_last() {
    let one = record(r#"{"name": "a", "type": "string"}"#);
    let two = record(r#"{"name": "a", "type": "string"}, {"name": "b", "type": "long", "default": 0}"#);
    let three = record(r#"{"name": "b", "type": "long"}"#);
    let versions = [("v1".to_owned(), one), ("v2".to_owned(), two.clone())];
    assert_eq!(complaints(&two, &versions), Vec::<String>::new());
    assert_eq!(complaints(&three, &versions[1..]), Vec::<String>::new());
    let told = complaints(&three, &versions);
    assert!(told.len() == 1 && told[0].starts_with("v1: ") && told[0].contains('b'), "{told:?}");
    let renamed =
        Schema::parse_str(r#"{"type": "record", "namespace": "b", "name": "R", "fields": []}"#).unwrap();
    assert_eq!(complaints(&renamed, &versions).len(), 2, "another name is another event");
}
