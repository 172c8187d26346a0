//! The edits of a plan as they are published: exact, but for the secrets in them.

use kube_model::yaml::Limits;
use kube_model::{Redactor, SecretSpans};
use promotion_plan::FileEdit;
use serde::Serialize;
use source::SourceTree;

/// The edit of one file.
#[derive(Debug, Serialize)]
pub(crate) struct ShownEdit<'a> {
    path: String,
    hash_before: Option<&'a str>,
    hash_after: Option<&'a str>,
    splices: Vec<ShownSplice>,
}

/// A splice, whose text may be masked.
#[derive(Debug, Serialize)]
struct ShownSplice {
    start: usize,
    end: usize,
    text: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    masked: bool,
}

/// The edits with paths as the patch has them.
pub(crate) fn edits<'a>(
    edits: &'a [FileEdit],
    tree: &SourceTree,
    redactor: &Redactor,
    limits: &Limits,
) -> Vec<ShownEdit<'a>> {
    edits
        .iter()
        .map(|edit| ShownEdit {
            path: tree.patch_path(&edit.path),
            hash_before: edit.hash_before.as_deref(),
            hash_after: edit.hash_after.as_deref(),
            splices: splices(edit, redactor, limits),
        })
        .collect()
}

fn splices(edit: &FileEdit, redactor: &Redactor, limits: &Limits) -> Vec<ShownSplice> {
    let after = edit.after.as_deref().unwrap_or_default();
    let secrets = SecretSpans::of(&edit.path, after, redactor, limits);
    // How far the text after has moved against the text before.
    let (mut added, mut gone) = (0, 0);
    let mut shown = Vec::with_capacity(edit.splices.len());
    for splice in &edit.splices {
        let start = splice.start + added - gone;
        added += splice.text.len();
        gone += splice.end - splice.start;
        let masked = masked(&secrets, after, start, &splice.text);
        shown.push(ShownSplice {
            start: splice.start,
            end: splice.end,
            masked: masked.is_some(),
            text: masked.unwrap_or_else(|| splice.text.clone()),
        });
    }
    shown
}

/// The text of a splice with marks for the secrets in it, if there are any.
fn masked(secrets: &SecretSpans, after: &str, start: usize, text: &str) -> Option<String> {
    match written_at(after, start, text) {
        Some(start) => secrets.masked(after, start..start + text.len()),
        // A text that cannot be found again is not shown where the file has secrets.
        None => (!secrets.spans.is_empty()).then(|| "(secret)".to_owned()),
    }
}

/// Where a splice's text stands: positions count a byte-order mark, which the text does not have.
fn written_at(after: &str, start: usize, text: &str) -> Option<usize> {
    const BYTE_ORDER_MARK: usize = 3;
    [Some(start), start.checked_sub(BYTE_ORDER_MARK)]
        .into_iter()
        .flatten()
        .find(|start| after.get(*start..).is_some_and(|rest| rest.starts_with(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(after: &str, start: usize, text: &str) -> Option<String> {
        let secrets = SecretSpans::of("a.yaml", after, &Redactor::new(b"key"), &Limits::default());
        masked(&secrets, after, start, text)
    }

    #[test]
    fn a_secret_in_a_splice_is_masked() {
        let pod =
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    env:\n";
        let item = "    - name: DB_PASSWORD\n      value: hunter2\n";
        let after = format!("{pod}{item}");
        for start in [pod.len(), pod.len() + 3] {
            let shown = shown(&after, start, item).unwrap();
            assert!(shown.starts_with("    - name: DB_PASSWORD\n      value: (secret "), "{shown}");
            assert!(!shown.contains("hunter2") && shown.ends_with(")\n"), "{shown}");
        }
    }

    #[test]
    fn any_other_text_is_shown_as_it_is() {
        let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {a: b}}\n";
        assert_eq!(shown(pod, 0, pod), None);
    }
}
