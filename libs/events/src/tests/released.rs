//! What was released is still read: every event under its number, every schema by today's, every payload as a consumer reads it.
//!
//! What is released lies in `schemas/avro/released/VERSION`, put there by `cargo xtask release-schemas VERSION` when a version is
//! tagged, and is never changed. `NUMBERS` in it says which number stands for which schema of which event. `released/v0.0.0` beside
//! this file is made up, and broken by today's events.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use apache_avro::Schema;
use sha2::{Digest, Sha256};

use super::compatibility::complaints;
use super::golden::{consumed, directory};
use crate::schema::{fingerprint, schema_of_id, schemas};

/// The released versions.
fn releases() -> Vec<PathBuf> {
    let Ok(versions) = std::fs::read_dir(directory().join("released")) else { return Vec::new() };
    let mut versions: Vec<PathBuf> = versions.map(|version| version.unwrap().path()).collect();
    versions.retain(|path| path.is_dir());
    versions
}

fn made_up() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/released/v0.0.0")
}

/// A line of `NUMBERS`.
struct Numbered {
    number: u32,
    fingerprint: String,
    event_type: String,
}

fn numbers(release: &Path) -> Vec<Numbered> {
    let text = std::fs::read_to_string(release.join("NUMBERS")).unwrap();
    let numbered = |line: &str| {
        let mut words = line.split(' ').map(str::to_owned);
        let mut word = || words.next().unwrap();
        Numbered { number: word().parse().unwrap(), fingerprint: word(), event_type: word() }
    };
    text.lines().map(numbered).collect()
}

/// A number means what it meant: without a registry, it is all that a record says of its schema.
fn of_number(Numbered { number, fingerprint, event_type }: &Numbered) -> Option<String> {
    match schema_of_id(*number) {
        None => Some(format!("{event_type}: its number {number} is gone")),
        Some(today) if today.event_type != event_type => {
            Some(format!("{event_type}: its number {number} is that of {}", today.event_type))
        }
        Some(today) if hex(&today.fingerprint) != *fingerprint => {
            Some(format!("{event_type}: its number {number} is on another schema"))
        }
        Some(_) => None,
    }
}

/// A released schema, and the payload beside it.
struct Written {
    event_type: String,
    schema: Schema,
    fingerprint: String,
    payload: Vec<u8>,
}

fn written(release: &Path) -> Vec<Written> {
    let mut found = Vec::new();
    files(release, &mut found);
    found.retain(|path| path.extension().is_some_and(|extension| extension == "avsc"));
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let schema = Schema::parse_str(&text).unwrap();
        let golden = path.parent().unwrap().join("golden").join(path.file_name().unwrap());
        Written {
            event_type: schema.name().unwrap().fullname(None),
            fingerprint: hex(&fingerprint(&text).unwrap()),
            payload: std::fs::read(golden.with_extension("avro")).unwrap(),
            schema,
        }
    };
    found.into_iter().map(read).collect()
}

fn of_schema(written: &Written) -> Option<String> {
    let event_type = &written.event_type;
    // The newest has the highest number.
    let Some(today) = schemas().filter(|schema| schema.event_type == event_type).last() else {
        return Some(format!("{event_type}: there is no such event"));
    };
    let told = complaints(&today.avro, &[("it".to_owned(), written.schema.clone())]);
    (!told.is_empty()).then(|| format!("{event_type}: its schema is not read ({})", told.join("; ")))
}

fn of_payload(written: &Written, numbers: &[Numbered]) -> Option<String> {
    let Written { event_type, fingerprint, payload, .. } = written;
    let Some(numbered) = numbers.iter().find(|numbered| numbered.fingerprint == *fingerprint) else {
        return Some(format!("{event_type}: its schema has no number"));
    };
    let error = consumed(numbered.number, event_type, payload).err()?;
    Some(format!("{event_type}: its payload is not read: {}", error.code()))
}

/// What today's events break of a release.
fn broken(release: &Path) -> Vec<String> {
    let (numbers, written) = (numbers(release), written(release));
    let mut told: Vec<String> = numbers.iter().filter_map(of_number).collect();
    told.extend(written.iter().filter_map(of_schema));
    told.extend(written.iter().filter_map(|written| of_payload(written, &numbers)));
    told.sort();
    told
}

#[test]
fn what_was_released_is_read() {
    for release in releases() {
        assert_eq!(broken(&release), Vec::<String>::new(), "{}", release.display());
    }
}

/// The release has an event that is not there any more, one whose schema has changed under its number in a way that would be
/// compatible, one in a way that is not, and one that is as it was.
#[test]
fn each_way_to_break_a_release_is_told() {
    let told = broken(&made_up());
    let told: Vec<&str> = told.iter().map(|told| told.split(" (").next().unwrap()).collect();
    assert_eq!(
        told,
        [
            "plimsoll.promotion.v1.PromotionForgotten: its number 9000 is gone",
            "plimsoll.promotion.v1.PromotionForgotten: its payload is not read: EVENT_SCHEMA_UNKNOWN",
            "plimsoll.promotion.v1.PromotionForgotten: there is no such event",
            "plimsoll.promotion.v1.PromotionRejected: its number 7 is on another schema",
            "plimsoll.promotion.v1.PromotionRejected: its payload is not read: EVENT_UNREADABLE",
            "plimsoll.promotion.v1.PromotionStale: its number 10 is on another schema",
            "plimsoll.promotion.v1.PromotionStale: its payload is not read: EVENT_UNREADABLE",
            "plimsoll.promotion.v1.PromotionStale: its schema is not read",
        ]
    );
}

#[test]
fn what_is_released_is_as_it_was() {
    for release in releases().into_iter().chain([made_up()]) {
        let sums = std::fs::read_to_string(release.join("SHA256SUMS")).unwrap();
        let expected: BTreeMap<PathBuf, String> = sums
            .lines()
            .map(|line| line.split_once("  ").unwrap())
            .map(|(sum, file)| (release.join(file), sum.to_owned()))
            .collect();
        let mut found = Vec::new();
        files(&release, &mut found);
        found.retain(|path| !path.ends_with("SHA256SUMS"));
        let sum = |path: PathBuf| {
            let sum = hex(&Sha256::digest(std::fs::read(&path).unwrap()));
            (path, sum)
        };
        let found: BTreeMap<PathBuf, String> = found.into_iter().map(sum).collect();
        assert_eq!(found, expected, "{} is frozen", release.display());
    }
}

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
