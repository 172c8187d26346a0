//! Every schema reads what every released version of it wrote (BACKWARD_TRANSITIVE).
//!
//! What is released lies in `schemas/avro/released/VERSION`, put there by `cargo xtask release-schemas VERSION` when a version is
//! tagged, and is never changed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use apache_avro::Schema;
use apache_avro::schema_compatibility::{Compatibility, SchemaCompatibility};
use sha2::{Digest, Sha256};

use super::golden::{directory, parts};
use crate::schema::schemas;
use crate::table::Event;

/// What is wrong with a schema as the reader of what these wrote.
fn complaints(reader: &Schema, writers: &[(String, Schema)]) -> Vec<String> {
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

/// The released versions, oldest first.
fn released() -> Vec<PathBuf> {
    let Ok(versions) = std::fs::read_dir(directory().join("released")) else { return Vec::new() };
    let mut versions: Vec<PathBuf> = versions.map(|version| version.unwrap().path()).collect();
    versions.retain(|path| path.is_dir());
    versions.sort();
    versions
}

fn shown(version: &Path) -> String {
    version.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn every_schema_reads_what_every_released_one_wrote() {
    for schema in schemas() {
        let (context, name) = parts(schema.event_type);
        let file = |version: &PathBuf| {
            let text = std::fs::read_to_string(version.join(context).join(format!("{name}.avsc"))).ok()?;
            Some((shown(version), Schema::parse_str(&text).unwrap()))
        };
        let writers: Vec<(String, Schema)> = released().iter().filter_map(file).collect();
        assert_eq!(complaints(&schema.avro, &writers), Vec::<String>::new(), "{}", schema.event_type);
    }
}

#[test]
fn every_golden_payload_of_every_release_is_read() {
    for version in released() {
        for schema in schemas() {
            let (context, name) = parts(schema.event_type);
            let Ok(text) = std::fs::read_to_string(version.join(context).join(format!("{name}.avsc"))) else {
                continue;
            };
            let body = std::fs::read(version.join(context).join("golden").join(format!("{name}.avro")));
            let read = Event::read(schema.id, &Schema::parse_str(&text).unwrap(), &body.unwrap());
            assert!(matches!(read, Ok(Some(_))), "{} of {}: {read:?}", schema.event_type, shown(&version));
        }
    }
}

#[test]
fn what_is_released_is_as_it_was() {
    for version in released() {
        let sums = std::fs::read_to_string(version.join("SHA256SUMS")).unwrap();
        let expected: BTreeMap<&str, &str> =
            sums.lines().map(|line| line.split_once("  ").unwrap()).map(|(sum, file)| (file, sum)).collect();
        let mut found = BTreeMap::new();
        files(&version, &version, &mut found);
        found.remove("SHA256SUMS");
        let found: BTreeMap<&str, &str> =
            found.iter().map(|(file, sum)| (file.as_str(), sum.as_str())).collect();
        assert_eq!(found, expected, "{} is frozen", shown(&version));
    }
}

fn files(root: &Path, directory: &Path, found: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(root, &path, found);
            continue;
        }
        let sum = Sha256::digest(std::fs::read(&path).unwrap());
        let sum = sum.iter().map(|byte| format!("{byte:02x}")).collect();
        found.insert(path.strip_prefix(root).unwrap().display().to_string(), sum);
    }
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
