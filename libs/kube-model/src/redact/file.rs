//! Where the secrets of a file stand.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use super::Redactor;
use super::detect::{Said, Sensitivity, sensitivity};
use super::walk::Walk;
use crate::state::ManifestFile;
use crate::yaml::{self, Document, Limits, Node};
use crate::{Object, ObjectKey, Origin};

/// A place of a file that shows secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretSpan {
    /// The bytes that show them.
    pub range: Range<usize>,
    /// Their marks. None where nobody can say which they are: the file cannot be read.
    pub marks: BTreeSet<String>,
}

/// The places of a file that show a secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecretSpans {
    /// The places, sorted; none overlaps another.
    pub spans: Vec<SecretSpan>,
}

impl SecretSpans {
    /// The places of a manifest that show a secret: those of values that the redactor masks, and what shows one
    /// outside of values (a comment). Of a file that cannot be read, all of it may.
    #[must_use]
    pub fn of(path: &str, text: &str, redactor: &Redactor, limits: &Limits) -> Self {
        let file = ManifestFile::read(path, text.as_bytes(), limits);
        let Ok((file, objects)) = file.and_then(|file| file.objects(limits).map(|objects| (file, objects)))
        else {
            let whole = SecretSpan { range: 0..text.len(), marks: BTreeSet::new() };
            return Self { spans: Vec::from([whole]) };
        };
        Self::of_file(&file, &objects, redactor)
    }

    /// [`SecretSpans::of`] for what objects are rendered from, and that need be no object itself: a kustomization, a
    /// chart's values, a patch, an environment file.
    #[must_use]
    pub fn of_input(path: &str, text: &str, redactor: &Redactor, limits: &Limits) -> Self {
        let documents = ManifestFile::read(path, text.as_bytes(), limits).ok().and_then(|file| {
            let values = file.documents().map(|document| yaml::to_value(document, &document.root, limits));
            let values = values.collect::<Result<Vec<Value>, _>>().ok()?;
            values.iter().all(|value| value.is_object() || value.is_null()).then_some((file, values))
        });
        let Some((file, values)) = documents else {
            let mut found = Found { text, secrets: BTreeMap::new(), spans: Vec::new() };
            found.said_by(text, redactor);
            return Self { spans: joined(found.spans) };
        };
        let objects = values.into_iter().enumerate().map(|(index, value)| Object {
            key: ObjectKey {
                group: String::new(),
                kind: text_of(&value, "kind"),
                namespace: None,
                name: String::new(),
            },
            api_version: text_of(&value, "apiVersion"),
            value: Arc::new(value),
            origin: Origin { file: file.path.clone(), document: index, items: Vec::new(), line: 1 },
        });
        Self::of_file(&file, &objects.collect::<Vec<_>>(), redactor)
    }

    /// [`SecretSpans::of`] for a file that was read, with its objects.
    #[must_use]
    pub fn of_file<'o>(
        file: &ManifestFile,
        objects: impl IntoIterator<Item = &'o Object>,
        redactor: &Redactor,
    ) -> Self {
        let mut found = Found { text: &file.text, secrets: BTreeMap::new(), spans: Vec::new() };
        for object in objects {
            let mut walk = Walk::new(redactor, object);
            let Some(redacted) = walk.object(object) else { continue };
            found.secrets = walk.secrets;
            if let Some((document, node)) = file.node(&object.origin) {
                found.compare(document, node, &object.value, &redacted);
            }
        }
        found.outside_of_values(file, redactor);
        Self { spans: joined(found.spans) }
    }

    /// The lines, from 1, that show a secret.
    #[must_use]
    pub fn lines(&self, text: &str) -> BTreeSet<usize> {
        let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
        let line_at = |at: usize| 1 + ends.partition_point(|end| *end < at);
        let lines = |span: &SecretSpan| {
            line_at(span.range.start)..=line_at(span.range.end.saturating_sub(1).max(span.range.start))
        };
        self.spans.iter().flat_map(lines).collect()
    }

    /// A part of the text with every secret in it replaced by its mark; none if there is none in it.
    #[must_use]
    pub fn masked(&self, text: &str, part: Range<usize>) -> Option<String> {
        let mut shown = String::new();
        let mut at = part.start;
        for span in
            self.spans.iter().filter(|span| span.range.start < part.end && span.range.end > part.start)
        {
            shown.push_str(&text[at..span.range.start.max(at)]);
            let marks: Vec<&str> = span.marks.iter().map(String::as_str).collect();
            shown.push_str(if marks.is_empty() { "(secret)" } else { "" });
            shown.push_str(&marks.join(" "));
            at = span.range.end.min(part.end);
            // A block ends with its line.
            if text[..at].ends_with('\n') {
                shown.push('\n');
            }
        }
        (at > part.start || !shown.is_empty()).then(|| shown + &text[at..part.end])
    }
}

fn text_of(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn joined(mut spans: Vec<SecretSpan>) -> Vec<SecretSpan> {
    spans.retain(|span| !span.range.is_empty());
    spans.sort_by_key(|span| (span.range.start, std::cmp::Reverse(span.range.end)));
    let mut joined: Vec<SecretSpan> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.range.start < last.range.end => {
                last.range.end = last.range.end.max(span.range.end);
                last.marks.extend(span.marks);
            }
            _ => joined.push(span),
        }
    }
    joined
}

struct Found<'t> {
    text: &'t str,
    /// The secrets of the object at hand, by their marks.
    secrets: BTreeMap<String, String>,
    spans: Vec<SecretSpan>,
}

impl Found<'_> {
    /// Marks what the redactor has masked. Where the value cannot be followed to its node (it comes in through a
    /// merge key), all of the mapping is marked, and what is merged in.
    fn compare(&mut self, document: &Document, node: &Node, value: &Value, redacted: &Value) {
        if value == redacted {
            return;
        }
        let node = document.resolve(node);
        match (value, redacted) {
            (Value::Object(values), Value::Object(masked)) => {
                for (key, value) in values {
                    let masked = masked.get(key).unwrap_or(&Value::Null);
                    match node.get(key) {
                        Some(child) => self.compare(document, child, value, masked),
                        None if value != masked => self.merged(document, node, masked),
                        None => {}
                    }
                }
            }
            (Value::Array(values), Value::Array(masked)) if values.len() == masked.len() => {
                for ((child, value), masked) in node.items().iter().zip(values).zip(masked) {
                    self.compare(document, child, value, masked);
                }
            }
            _ => self.leaf(&node.span, redacted),
        }
    }

    /// A text with secrets in it: where each can be found in the file as it is, only that; else all of the node.
    fn leaf(&mut self, span: &Range<usize>, redacted: &Value) {
        let marks = self.marks_in(redacted);
        let written = &self.text[span.clone()];
        let secrets: Vec<(&String, &String)> =
            marks.iter().filter_map(|mark| self.secrets.get_key_value(mark)).collect();
        let part = redacted.as_str().is_some_and(|text| !super::values::is_mark(text));
        let literal = part
            && secrets.len() == marks.len()
            && secrets.iter().all(|(_, secret)| secret.len() > 2 && written.contains(secret.as_str()));
        if !literal {
            self.spans.push(SecretSpan { range: span.clone(), marks });
            return;
        }
        let mut spans = Vec::new();
        for (mark, secret) in secrets {
            for (at, found) in written.match_indices(secret.as_str()) {
                let start = span.start + at;
                spans.push(SecretSpan {
                    range: start..start + found.len(),
                    marks: BTreeSet::from([mark.clone()]),
                });
            }
        }
        self.spans.extend(spans);
    }

    fn marks_in(&self, redacted: &Value) -> BTreeSet<String> {
        let text = redacted.to_string();
        self.secrets.keys().filter(|mark| text.contains(mark.as_str())).cloned().collect()
    }

    fn merged(&mut self, document: &Document, node: &Node, redacted: &Value) {
        let marks = self.marks_in(redacted);
        let mut push = |range: &Range<usize>| {
            self.spans.push(SecretSpan { range: range.clone(), marks: marks.clone() });
        };
        push(&node.span);
        for (_, value) in node.entries().iter().filter(|(key, _)| key.scalar() == Some("<<")) {
            for merged in std::iter::once(value).chain(document.resolve(value).items()) {
                push(&document.resolve(merged).span);
            }
        }
    }

    /// Comments: what is left of the file without its nodes.
    fn outside_of_values(&mut self, file: &ManifestFile, redactor: &Redactor) {
        let mut bytes = self.text.as_bytes().to_vec();
        for document in file.documents() {
            blank_scalars(&document.root, &mut bytes);
        }
        blank_all_but_comments(&mut bytes);
        let Ok(comments) = String::from_utf8(bytes) else { return };
        self.said_by(&comments, redactor);
    }

    /// What a text shows by itself. It is as long as the file's.
    fn said_by(&mut self, text: &str, redactor: &Redactor) {
        if let Some(Sensitivity::Parts(parts)) = sensitivity(Said::default(), text) {
            for range in parts {
                let marks = BTreeSet::from([redactor.mark(&self.text[range.clone()])]);
                self.spans.push(SecretSpan { range, marks });
            }
        }
    }
}

fn blank(bytes: &mut [u8]) {
    bytes.iter_mut().filter(|byte| !matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
}

fn blank_scalars(node: &Node, bytes: &mut [u8]) {
    if node.entries().is_empty() && node.items().is_empty() {
        if node.scalar().is_some()
            && let Some(scalar) = bytes.get_mut(node.span.clone())
        {
            blank(scalar);
        }
        return;
    }
    for (key, value) in node.entries() {
        blank_scalars(key, bytes);
        blank_scalars(value, bytes);
    }
    node.items().iter().for_each(|item| blank_scalars(item, bytes));
}

/// What is left before a line's first `#` is punctuation.
fn blank_all_but_comments(bytes: &mut [u8]) {
    for line in bytes.split_mut(|byte| *byte == b'\n') {
        let hash = (0..line.len()).find(|at| {
            line[*at] == b'#' && at.checked_sub(1).is_none_or(|before| line[before].is_ascii_whitespace())
        });
        let end = hash.unwrap_or(line.len());
        blank(&mut line[..end]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret_lines(text: &str) -> Vec<usize> {
        let spans = SecretSpans::of("a.yaml", text, &Redactor::new(b"key"), &Limits::default());
        spans.lines(text).into_iter().collect()
    }

    #[test]
    fn the_lines_of_masked_values_are_found() {
        let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  a: one\n  b: |\n    two\n    three\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    env:\n    - name: DB_PASSWORD\n      value: four\n    - {name: LEVEL, value: info}\n  # old token: five\n";
        assert_eq!(secret_lines(text), [5, 7, 8, 18, 20]);
    }

    #[test]
    fn what_is_no_object_shows_secrets_too() {
        let lines = |text: &str| -> Vec<usize> {
            let spans = SecretSpans::of_input("a", text, &Redactor::new(b"key"), &Limits::default());
            spans.lines(text).into_iter().collect()
        };
        let kustomization = "resources: [a.yaml]\nsecretGenerator:\n- name: s\n  literals:\n  - user=x\nconfigMapGenerator:\n- name: c\n  literals: [LEVEL=info]\n";
        assert_eq!(lines(kustomization), [5]);
        assert_eq!(lines("replicas: 2\ndb:\n  password: hunter22\n"), [3]);
        assert_eq!(lines("LEVEL=info\nDB_PASSWORD=hunter22\n"), [2]);
        assert_eq!(lines("- {op: replace, path: /spec/replicas, value: 3}\n"), Vec::<usize>::new());
    }

    #[test]
    fn a_value_behind_an_alias_or_a_merge_key_is_found() {
        let text = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  annotations: {x: &v plain}\ndata:\n  a: *v\n";
        assert_eq!(secret_lines(text), [5]);
        let text = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: s}\n  data: &d\n    a: eA==\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: t}\n  data:\n    <<: *d\n";
        let lines = secret_lines(text);
        assert!(lines.contains(&8) && lines.contains(&13) && !lines.contains(&4), "{lines:?}");
    }

    #[test]
    fn every_line_of_what_cannot_be_read_may_be_one() {
        assert_eq!(secret_lines("a: [\nb\n"), [1, 2]);
    }

    #[test]
    fn of_a_long_text_only_the_secret_is_masked() {
        let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  app.properties: |\n    level=info\n    db.password=hunter2 # not hunter3\n    # old: x\n";
        assert_eq!(secret_lines(text), [7]);
        let spans = SecretSpans::of("a.yaml", text, &Redactor::new(b"key"), &Limits::default());
        let shown = spans.masked(text, 0..text.len()).unwrap();
        assert!(!shown.contains("hunter2") && shown.contains("level=info"), "{shown}");
        assert_eq!(spans.masked(text, 0..20), None);
    }

    #[test]
    fn names_in_a_manifest_are_read_as_what_they_are() {
        let text = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e}\nspec:\n  data:\n  - secretKey: password # \"#\" is no password\n    remoteRef: {key: a}\n";
        assert_eq!(secret_lines(text), [0; 0]);
    }
}
