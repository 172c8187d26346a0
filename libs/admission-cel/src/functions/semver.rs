//! Semantic versions.

use std::cmp::Ordering;
use std::rc::Rc;

use semver::Version;

use super::Call;
use crate::fault::{Evaluated, Fault};
use crate::value::Val;

pub(super) fn call(call: &Call<'_>) -> Option<Evaluated> {
    match (call.name, call.target, call.args) {
        ("semver", None, [Val::Text(text)]) => Some(version(parsed(text))),
        ("semver", None, [Val::Text(text), Val::Bool(loose)]) => Some(version(parsed_as(text, *loose))),
        ("isSemver", None, [Val::Text(text)]) => Some(Ok(Val::Bool(parsed(text).is_some()))),
        ("isSemver", None, [Val::Text(text), Val::Bool(loose)]) => {
            Some(Ok(Val::Bool(parsed_as(text, *loose).is_some())))
        }
        (name, Some(Val::Semver(version)), args) => method(name, version, args),
        _ => None,
    }
}

fn version(parsed: Option<Version>) -> Evaluated {
    parsed.map_or_else(|| Fault::error("semver parse error"), |version| Ok(Val::Semver(Rc::new(version))))
}

fn parsed(text: &str) -> Option<Version> {
    Version::parse(text).ok()
}

fn parsed_as(text: &str, is_loose: bool) -> Option<Version> {
    if is_loose { parsed(&normalised(text)) } else { parsed(text) }
}

/// Without a `v`, with minor and patch, and without leading zeros: as `normalize` is documented.
fn normalised(text: &str) -> String {
    let text = text.strip_prefix('v').unwrap_or(text);
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (numbers, rest) = text.split_at(end);
    let mut parts: Vec<String> = numbers
        .split('.')
        .map(|part| match part.trim_start_matches('0') {
            "" if !part.is_empty() => "0".to_owned(),
            trimmed => trimmed.to_owned(),
        })
        .collect();
    while parts.len() < 3 {
        parts.push("0".to_owned());
    }
    format!("{}{rest}", parts.join("."))
}

fn method(name: &str, version: &Version, args: &[Val]) -> Option<Evaluated> {
    let number = |number: u64| Ok(Val::Int(i64::try_from(number).unwrap_or(i64::MAX)));
    // Build metadata does not order versions.
    Some(match (name, args) {
        ("major", []) => number(version.major),
        ("minor", []) => number(version.minor),
        ("patch", []) => number(version.patch),
        ("compareTo", [Val::Semver(other)]) => Ok(Val::Int(version.cmp_precedence(other) as i64)),
        ("isGreaterThan", [Val::Semver(other)]) => {
            Ok(Val::Bool(version.cmp_precedence(other) == Ordering::Greater))
        }
        ("isLessThan", [Val::Semver(other)]) => {
            Ok(Val::Bool(version.cmp_precedence(other) == Ordering::Less))
        }
        _ => return None,
    })
}
