//! Which lines of a manifest show a secret.

use std::collections::BTreeSet;
use std::ops::Range;

use kube_model::yaml::{Document, Limits, Node};
use kube_model::{ManifestFile, Redactor, line_holds_secret};
use serde_json::Value;

/// The lines, from 1, that show a secret: those of values that the redactor masks, and those that show one by
/// themselves (a comment). In a file that cannot be read every line may.
pub(crate) fn lines(path: &str, text: &str, redactor: &Redactor, limits: &Limits) -> BTreeSet<usize> {
    let by_themselves =
        text.lines().enumerate().filter(|(_, line)| line_holds_secret(line)).map(|(index, _)| index + 1);
    let ends = text.match_indices('\n').map(|(at, _)| at).collect();
    let mut marked = Marked { ends, lines: by_themselves.collect() };
    let file = ManifestFile::read(path, text.as_bytes(), limits);
    let Ok((file, objects)) = file.and_then(|file| file.objects(limits).map(|objects| (file, objects)))
    else {
        return (1..=text.lines().count()).collect();
    };
    for object in &objects {
        let redacted = redactor.redact(object);
        if let Some((document, node)) = file.node(&object.origin) {
            marked.compare(document, node, &object.value, &redacted.value);
        }
    }
    marked.lines
}

struct Marked {
    /// Where each line ends, in order.
    ends: Vec<usize>,
    lines: BTreeSet<usize>,
}

impl Marked {
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
                        None if value != masked => self.mark_merged(document, node),
                        None => {}
                    }
                }
            }
            (Value::Array(values), Value::Array(masked)) if values.len() == masked.len() => {
                for ((child, value), masked) in node.items().iter().zip(values).zip(masked) {
                    self.compare(document, child, value, masked);
                }
            }
            _ => self.mark(&node.span),
        }
    }

    fn mark_merged(&mut self, document: &Document, node: &Node) {
        self.mark(&node.span);
        for (_, value) in node.entries().iter().filter(|(key, _)| key.scalar() == Some("<<")) {
            for merged in std::iter::once(value).chain(document.resolve(value).items()) {
                self.mark(&document.resolve(merged).span);
            }
        }
    }

    fn mark(&mut self, span: &Range<usize>) {
        let line_at = |at: usize| 1 + self.ends.partition_point(|end| *end < at);
        let last = line_at(span.end.saturating_sub(1).max(span.start));
        self.lines.extend(line_at(span.start)..=last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret_lines(text: &str) -> Vec<usize> {
        lines("a.yaml", text, &Redactor::new(b"key"), &Limits::default()).into_iter().collect()
    }

    #[test]
    fn the_lines_of_masked_values_are_found() {
        let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  a: one\n  b: |\n    two\n    three\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    env:\n    - name: DB_PASSWORD\n      value: four\n    - {name: LEVEL, value: info}\n  # old token: five\n";
        assert_eq!(secret_lines(text), [5, 7, 8, 18, 20]);
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
}
