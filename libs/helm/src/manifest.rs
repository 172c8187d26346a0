//! What `helm template` printed, as documents.

use kube_model::yaml::{Limits, parse, to_value};
use serde_json::Value;

/// What `helm template` printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manifest {
    /// The documents that an installation applies and keeps, in Helm's order.
    pub documents: Vec<Rendered>,
    /// The documents that Helm runs around an installation or an upgrade, and that are no part of the release.
    pub hooks: Vec<Hook>,
    /// The templates of hooks that are tests: `helm test` runs them, an installation does not.
    pub tests: Vec<String>,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The template that it came from, as Helm names it: `shop/templates/web.yaml`. Empty where Helm does not say.
    pub template: String,
    /// Its text, without the `---`.
    pub text: String,
}

/// A document that Helm runs around an installation or an upgrade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// The document.
    pub document: Rendered,
    /// When: `pre-install`, `post-upgrade`, ….
    pub events: Vec<String>,
}

impl Manifest {
    /// Reads what `helm template` printed. A document that is no YAML is kept as it is: who reads it next says so.
    #[must_use]
    pub fn read(printed: &str) -> Self {
        let mut manifest = Self::default();
        for document in split(printed) {
            match hook_events(&document.text) {
                None => manifest.documents.push(document),
                Some(events) if events.iter().any(|event| is_test(event)) => {
                    manifest.tests.push(document.template)
                }
                Some(events) => manifest.hooks.push(Hook { document, events }),
            }
        }
        manifest
    }

    /// All that an installation applies, as one stream of YAML: the documents, and then the hooks, which their
    /// annotations tell apart.
    #[must_use]
    pub fn text(&self) -> String {
        let part = |document: &Rendered| match document.template.as_str() {
            "" => format!("---\n{}\n", document.text),
            template => format!("---\n# Source: {template}\n{}\n", document.text),
        };
        self.documents.iter().chain(self.hooks.iter().map(|hook| &hook.document)).map(part).collect()
    }
}

/// Helm's own names of tests; the second two are of Helm 2.
fn is_test(event: &str) -> bool {
    matches!(event, "test" | "test-success" | "test-failure")
}

/// The documents of a stream, without those that hold nothing but comments.
fn split(printed: &str) -> Vec<Rendered> {
    let mut texts: Vec<Vec<&str>> = vec![Vec::new()];
    for line in printed.lines() {
        let is_marker = line == "---" || line.starts_with("--- ") || line.starts_with("---\t");
        match texts.last_mut() {
            Some(text) if !is_marker => text.push(line),
            _ => texts.push(Vec::new()),
        }
    }
    texts.iter().filter_map(|lines| document(lines)).collect()
}

fn document(lines: &[&str]) -> Option<Rendered> {
    let source = lines.iter().position(|line| !line.trim().is_empty());
    let template = source.and_then(|at| lines[at].strip_prefix("# Source: ")).unwrap_or_default();
    let skip = if template.is_empty() { 0 } else { source.map_or(0, |at| at + 1) };
    let lines = &lines[skip..];
    let is_empty = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if lines.iter().all(is_empty) {
        return None;
    }
    Some(Rendered { template: template.to_owned(), text: lines.join("\n").trim_end().to_owned() })
}

/// When a hook runs; none for what is no hook.
fn hook_events(text: &str) -> Option<Vec<String>> {
    // Most documents are none, and need not be read.
    if !text.contains("helm.sh/hook") {
        return None;
    }
    let limits = Limits::default();
    let documents = parse(text, &limits).ok()?;
    let document = documents.first()?;
    let value = to_value(document, &document.root, &limits).ok()?;
    let events = value.get("metadata")?.get("annotations")?.get("helm.sh/hook").and_then(Value::as_str)?;
    Some(events.split(',').map(|event| event.trim().to_ascii_lowercase()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "---
# Source: shop/templates/config.yaml
kind: ConfigMap
data:
  script: |
    echo '---'
---
# Source: shop/templates/empty.yaml
# nothing to see
---
# Source: shop/templates/migrate.yaml
kind: Job
metadata:
  annotations: {helm.sh/hook: 'pre-install, pre-upgrade', helm.sh/hook-weight: \"-5\"}
---
# Source: shop/templates/tests/ping.yaml
kind: Pod
metadata:
  annotations:
    helm.sh/hook: test
---
# Source: shop/templates/doc.yaml
kind: ConfigMap
data: {note: helm.sh/hook is an annotation}
";

    #[test]
    fn documents_hooks_and_tests_are_told_apart() {
        let manifest = Manifest::read(PRINTED);
        let templates: Vec<&str> = manifest.documents.iter().map(|d| d.template.as_str()).collect();
        assert_eq!(templates, ["shop/templates/config.yaml", "shop/templates/doc.yaml"]);
        assert!(manifest.documents[0].text.ends_with("    echo '---'"), "a line in a block is no marker");
        assert_eq!(manifest.hooks.len(), 1);
        assert_eq!(manifest.hooks[0].events, ["pre-install", "pre-upgrade"]);
        assert_eq!(manifest.tests, ["shop/templates/tests/ping.yaml"]);
        let again = Manifest::read(&manifest.text());
        assert_eq!((again.documents, again.hooks), (manifest.documents, manifest.hooks));
        assert_eq!(again.tests, Vec::<String>::new());
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(Manifest::read(""), Manifest::default());
        assert_eq!(Manifest::read("---\n\n---\n# only a comment\n"), Manifest::default());
    }
}
