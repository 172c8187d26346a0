//! No edit writes a secret that the file did not have.
//!
//! What is planned holds none, but what is written comes with more: the comments of an added item, the value
//! behind an alias whose anchor goes. A secret that the file has already (an init container that moves, a line
//! that is written anew) is none that the edit brings.

use std::collections::BTreeSet;

use kube_model::{ObjectKey, SecretSpan, SecretSpans};

use crate::decide::{Decision, SECRET_EDIT, Verdict};
use crate::edits::{Edited, FileEdit, Written, objects_of};
use crate::planner::Planner;

impl Planner<'_, '_> {
    /// The edits as everybody may see them.
    ///
    /// # Errors
    /// The objects whose edit would write a secret that the file does not have, or not in this form.
    pub(crate) fn publish(&self, edited: &Edited<'_>) -> Result<Vec<FileEdit>, BTreeSet<ObjectKey>> {
        let mut edits = Vec::with_capacity(edited.written.len());
        let mut refused = BTreeSet::new();
        for written in &edited.written {
            let (had, now) = self.secrets(written, edited);
            let brought = brought(&had, &now);
            let published = match brought.is_empty() {
                true => written.publish(&had, &now),
                false => Err(brought),
            };
            match published {
                Ok(edit) => edits.push(edit),
                Err(secrets) => refused.extend(self.objects_at(written, edited, &secrets)),
            }
        }
        if refused.is_empty() { Ok(edits) } else { Err(refused) }
    }

    /// Lets what is carried into these objects wait; whether anything was.
    pub(crate) fn refuse(&mut self, refused: &BTreeSet<ObjectKey>) -> bool {
        let mut changed = false;
        for decision in self.decisions.iter_mut().flatten() {
            if decision.is_carried() && refused.contains(&decision.differing.place.object) {
                let verdict = Verdict::waiting(decision.differing.base_known);
                decision.change(verdict, SECRET_EDIT.to_owned());
                changed = true;
            }
        }
        changed
    }

    /// The secrets of a file before and after its edit.
    fn secrets(&self, written: &Written<'_>, edited: &Edited<'_>) -> (SecretSpans, SecretSpans) {
        let redactor = self.request.redactor;
        if let Some(layers) = &self.request.layers {
            let of = |text: &str| SecretSpans::of_input(&written.path, text, redactor, self.request.limits);
            let before =
                layers.target.tree.file(&written.path).and_then(|bytes| std::str::from_utf8(bytes).ok());
            let before = before.map(|text| of(text.strip_prefix('\u{feff}').unwrap_or(text)));
            return (before.unwrap_or_default(), written.after.as_deref().map(of).unwrap_or_default());
        }
        let before = self.request.target.file(&written.path).map(|file| {
            SecretSpans::of_file(file, objects_of(&self.request.target.objects, &written.path), redactor)
        });
        let after = edited.files.iter().find(|file| *file.path == *written.path);
        let after =
            after.map(|file| SecretSpans::of_file(file, objects_of(&edited.after, &written.path), redactor));
        (before.unwrap_or_default(), after.unwrap_or_default())
    }

    /// The changing objects of the file that these secrets stand in or before; where that is no changing object,
    /// all that change in the file.
    fn objects_at(
        &self,
        written: &Written<'_>,
        edited: &Edited<'_>,
        secrets: &[SecretSpan],
    ) -> BTreeSet<ObjectKey> {
        let changing = self.changing_in(&written.path);
        let Some(file) = edited.files.iter().find(|file| *file.path == *written.path) else {
            return changing;
        };
        let mut ends: Vec<(usize, &ObjectKey)> = objects_of(&edited.after, &written.path)
            .filter_map(|object| Some((file.node(&object.origin)?.1.span.end, &object.key)))
            .collect();
        ends.sort_by_key(|(end, _)| *end);
        let mut found = BTreeSet::new();
        for secret in secrets {
            let holder = ends.iter().find(|(end, _)| secret.range.start < *end).or(ends.last());
            match holder.filter(|(_, key)| changing.contains(key)) {
                Some((_, key)) => drop(found.insert((*key).clone())),
                None => return changing,
            }
        }
        found
    }

    /// The objects that the edit of a file may be for. A new one comes into a file that the source names.
    fn changing_in(&self, path: &str) -> BTreeSet<ObjectKey> {
        let both = self.pairs.iter().zip(&self.decisions);
        let carried = both.filter(|(_, decisions)| decisions.iter().any(Decision::is_carried));
        let in_file = carried
            .filter(|(pair, _)| {
                // What is rendered comes from several files: any of it may be what the edit is for.
                let is_rendered = self.request.layers.is_some();
                is_rendered || pair.target.is_none_or(|object| &*object.origin.file == path)
            })
            .map(|(pair, _)| pair.key.clone());
        in_file.collect()
    }
}

/// The secrets of the file after the edit that it did not have before.
fn brought(had: &SecretSpans, now: &SecretSpans) -> Vec<SecretSpan> {
    let had: BTreeSet<&String> = had.spans.iter().flat_map(|span| &span.marks).collect();
    let is_new = |span: &&SecretSpan| !span.marks.iter().all(|mark| had.contains(mark));
    now.spans.iter().filter(is_new).cloned().collect()
}

#[cfg(test)]
mod tests {
    use kube_model::{Redactor, yaml::Limits};

    use super::*;

    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    env:\n    - {name: DB_PASSWORD, value: one}\n";

    fn brings(before: Option<&str>, after: &str) -> usize {
        let spans = |text: &str| SecretSpans::of("a.yaml", text, &Redactor::new(b"key"), &Limits::default());
        brought(&before.map(spans).unwrap_or_default(), &spans(after)).len()
    }

    #[test]
    fn a_comment_with_a_secret_is_brought() {
        let after = format!("{POD}    # old password: two\n    - {{name: LEVEL, value: info}}\n");
        assert_eq!(brings(Some(POD), &after), 1);
        assert_eq!(brings(None, "# password: two\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"), 1);
    }

    #[test]
    fn what_the_file_has_is_not() {
        let after = POD.replace("{name: DB_PASSWORD, value: one}", "name: DB_PASSWORD\n      value: \"one\"");
        assert_eq!(brings(Some(POD), &after), 0);
        assert_eq!(brings(Some(POD), &POD.replace("one", "other")), 1);
        assert_eq!(
            brings(
                Some("# token: two\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"),
                "# token: two\n\napiVersion: v1\nkind: Pod\nmetadata: {name: q}\n"
            ),
            0
        );
    }
}
