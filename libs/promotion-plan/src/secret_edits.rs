//! No edit writes a secret that the file did not have.
//!
//! What is planned holds none, but what is written comes with more: the comments of an added item, the value
//! behind an alias whose anchor goes. A secret that the file has already (an init container that moves, a line
//! that is written anew) is none that the edit brings.

use std::collections::BTreeSet;

use kube_model::{ManifestFile, ObjectKey, Redactor, SecretSpan, SecretSpans, yaml::Limits};

use crate::decide::{Decision, SECRET_EDIT, Verdict};
use crate::edits::{Edited, FileEdit};
use crate::planner::Planner;

impl Planner<'_, '_> {
    /// Refuses the objects whose edit would write a secret; whether there was one.
    pub(crate) fn refuse_secret_edits(&mut self, edited: &Edited) -> bool {
        let mut refused = BTreeSet::new();
        for edit in &edited.edits {
            let Some(after) = &edit.after else { continue };
            let brought = brought(edit, after, self.request.redactor, self.request.limits);
            if !brought.is_empty() {
                refused.extend(self.objects_at(edit, after, &brought));
            }
        }
        let verdict = Verdict::waiting(self.request.base.is_some());
        let mut changed = false;
        for decision in self.decisions.iter_mut().flatten() {
            if decision.is_carried() && refused.contains(&decision.differing.place.object) {
                decision.change(verdict, SECRET_EDIT.to_owned());
                changed = true;
            }
        }
        changed
    }

    /// The changing objects of the file that these secrets stand in or before; where that is no changing object,
    /// all that change in the file.
    fn objects_at(&self, edit: &FileEdit, after: &str, brought: &[SecretSpan]) -> BTreeSet<ObjectKey> {
        let changing = self.changing_in(&edit.path);
        let limits = self.request.limits;
        let file = ManifestFile::read(&edit.path, after.as_bytes(), limits);
        let read = file.and_then(|file| file.objects(limits).map(|objects| (file, objects)));
        let Ok((file, objects)) = read else { return changing };
        let ends =
            objects.iter().filter_map(|object| Some((file.node(&object.origin)?.1.span.end, &object.key)));
        let ends: Vec<(usize, &ObjectKey)> = ends.collect();
        let mut found = BTreeSet::new();
        for secret in brought {
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
            .filter(|(pair, _)| pair.target.is_none_or(|object| &*object.origin.file == path))
            .map(|(pair, _)| pair.key.clone());
        in_file.collect()
    }
}

/// The secrets of the file after the edit that it did not have before.
fn brought(edit: &FileEdit, after: &str, redactor: &Redactor, limits: &Limits) -> Vec<SecretSpan> {
    let before = edit.before.as_deref().unwrap_or_default();
    let had = SecretSpans::of(&edit.path, before, redactor, limits);
    let had: BTreeSet<&String> = had.spans.iter().flat_map(|span| &span.marks).collect();
    let now = SecretSpans::of(&edit.path, after, redactor, limits);
    now.spans.into_iter().filter(|span| !span.marks.iter().all(|mark| had.contains(mark))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    env:\n    - {name: DB_PASSWORD, value: one}\n";

    fn brings(before: Option<&str>, after: &str) -> usize {
        let edit = FileEdit {
            path: "a.yaml".to_owned(),
            hash_before: None,
            hash_after: None,
            splices: Vec::new(),
            before: before.map(str::to_owned),
            after: None,
        };
        brought(&edit, after, &Redactor::new(b"key"), &Limits::default()).len()
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
