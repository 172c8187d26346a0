//! A finding as a result.

use std::collections::HashMap;

use ids::BlobHash;
use kube_model::Place;
use risk_rules::{Finding, Level, Location, Waiver};
use serde_json::{Value, json};

use super::rules::{self, Rules};
use crate::escape;
use crate::text::waived;

/// How often a fingerprint has been given.
#[derive(Default)]
pub(super) struct Seen(HashMap<String, usize>);

impl Seen {
    /// What names a finding when lines move: its rule, object and path, and the how-manieth of those it is.
    fn fingerprint(&mut self, rule: &str, place: &Place) -> String {
        let hash = BlobHash::of(format!("{rule}\n{place}").as_bytes()).to_string();
        let short: String = hash.chars().take(32).collect();
        let number = self.0.entry(short.clone()).or_default();
        *number += 1;
        format!("{short}:{number}")
    }
}

pub(super) fn write(
    finding: &Finding,
    waiver: Option<&Waiver>,
    rules: &Rules,
    seen: &mut Seen,
    files: &[String],
) -> Value {
    let place = Place { object: finding.object.key(), path: finding.path.clone() };
    let fingerprint = seen.fingerprint(&finding.rule, &place);
    let mut result = json!({
        "ruleId": finding.rule,
        "kind": "fail",
        "level": rules::level(finding.level),
        "message": { "text": plain(&format!("{} {}", finding.message, finding.remedy)) },
        "locations": [location(finding, &place, files)],
        // GitHub goes by the first name, whatever it is made of; the second says what it is.
        "partialFingerprints": { "primaryLocationLineHash": fingerprint, "ruleObjectPath/v1": fingerprint },
        "rank": rank(finding.level),
        "properties": properties(finding),
    });
    if let Some(index) = rules.index(&finding.rule) {
        result["ruleIndex"] = Value::from(index);
    }
    if let Some(waiver) = waiver {
        let justification = escape::line(&format!("{}, {}", waiver.reason, waived::who(waiver)));
        let suppression = json!({ "kind": "external", "status": "accepted", "justification": justification });
        result["suppressions"] = json!([suppression]);
    }
    result
}

/// The place in the file, and in the grammar in which waivers and `--take` name places.
fn location(finding: &Finding, place: &Place, files: &[String]) -> Value {
    let name = match place.path.is_root() {
        true => place.object.to_string(),
        false => place.to_string(),
    };
    let logical = json!({ "fullyQualifiedName": escape::line(&name), "name": escape::line(&place.object.name), "kind": "resource" });
    let mut location = json!({ "logicalLocations": [logical] });
    let artifact = |file: &str| json!({ "uri": uri(file), "uriBaseId": "%SRCROOT%" });
    // Code scanning takes no result without a file, and shows none in a file that the commit does not have.
    let stand_in = match &finding.location {
        Some(Location { file, line, column, end_line, exists: true }) => {
            let mut region = json!({ "startLine": line, "startColumn": column });
            if end_line > line {
                region["endLine"] = Value::from(*end_line);
            }
            location["physicalLocation"] = json!({ "artifactLocation": artifact(file), "region": region });
            return location;
        }
        Some(Location { file, line, .. }) => {
            location["properties"] = json!({ "exists": false, "uri": uri(file), "line": line });
            closest(file, files)
        }
        None => files.first(),
    };
    if let Some(file) = stand_in {
        location["physicalLocation"] = json!({ "artifactLocation": artifact(file) });
    }
    location
}

/// The file itself, else the first of those that share the most directories with it.
fn closest<'f>(file: &str, files: &'f [String]) -> Option<&'f String> {
    let shared = |other: &str| {
        let pairs = file.split('/').zip(other.split('/'));
        pairs.take_while(|(one, two)| one == two).count()
    };
    files.iter().rev().max_by_key(|other| shared(other))
}

/// A relative reference (RFC 3986): what no path holds as it is, is in percent.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.trim_start_matches('/').bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// A message in which nothing of a manifest is a link: SARIF reads `[text](target)` as one, in plain text too.
fn plain(text: &str) -> String {
    escape::line(text).replace("](", "] (")
}

fn rank(level: Level) -> f64 {
    match level {
        Level::Critical => 100.0,
        Level::High => 75.0,
        Level::Medium => 50.0,
        Level::Low | Level::None => 25.0,
    }
}

fn properties(finding: &Finding) -> Value {
    let mut properties = json!({
        "riskLevel": finding.level,
        "impact": finding.impact,
        "likelihood": finding.likelihood,
        "before": finding.before,
        "after": finding.after,
        "source": finding.source,
    });
    if !finding.affected.is_empty() {
        properties["affected"] = json!(finding.affected);
    }
    if !finding.equivalents.is_empty() {
        properties["equivalents"] = json!(finding.equivalents);
    }
    properties
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_relative_uri() {
        assert_eq!(uri("overlays/production/web.yaml"), "overlays/production/web.yaml");
        assert_eq!(uri("a b/ü#?.yaml"), "a%20b/%C3%BC%23%3F.yaml");
    }

    #[test]
    fn the_closest_file_is_in_the_same_directory_if_one_is() {
        let files = ["base/web.yaml", "production/a/x.yaml", "production/web.yaml"].map(str::to_owned);
        let of = |file| closest(file, &files).map(String::as_str);
        assert_eq!(of("production/a/mail.yaml"), Some("production/a/x.yaml"));
        assert_eq!(of("production/web.yaml"), Some("production/web.yaml"));
        assert_eq!(of("staging/mail.yaml"), Some("base/web.yaml"));
        assert_eq!(closest("a.yaml", &[]), None);
    }

    #[test]
    fn a_message_has_no_links() {
        assert_eq!(plain("image [x](http://evil.example)"), "image [x] (http://evil.example)");
        assert_eq!(plain("containers[name=web]\u{1b}"), "containers[name=web]\\u{1b}");
    }

    #[test]
    fn fingerprints_tell_findings_of_one_place_apart() {
        let place: Place = "Deployment.apps/web:spec.replicas".parse().unwrap();
        let mut seen = Seen::default();
        let first = seen.fingerprint("replicas-single", &place);
        let second = seen.fingerprint("replicas-single", &place);
        assert!(first.ends_with(":1") && second.ends_with(":2"));
        assert_eq!(Seen::default().fingerprint("replicas-single", &place), first);
        // printf 'replicas-single\nDeployment.apps/web:spec.replicas' | sha256sum | cut -c1-32
        assert_eq!(first, "b08c2549c5e6cb8cce942c2ca7fae11f:1");
    }
}
