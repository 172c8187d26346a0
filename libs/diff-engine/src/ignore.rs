//! Leaving out what an application calls noise: never silently.

use kube_model::{Object, ObjectRef, Path, Place, PlacePattern};

use crate::diff::{Change, Diff, DiffSummary, Op, Suppressed};
use crate::reason::Reason;

impl Diff {
    /// The difference without the changes that the patterns name. They move to `suppressed` with the pattern that names
    /// them, so that every one of them is counted; an object of which nothing is left is not in the summary.
    #[must_use]
    pub fn ignoring(mut self, patterns: &[PlacePattern]) -> Self {
        if patterns.is_empty() {
            return self;
        }
        let mut changes = Vec::with_capacity(self.changes.len());
        for change in self.changes {
            let place = Place { object: change.object.key(), path: change.path.clone() };
            match patterns.iter().find(|pattern| pattern.covers(&place)) {
                Some(pattern) => {
                    let reason = Reason::user_ignore(&pattern.to_string());
                    self.suppressed.push(Suppressed::of(change, reason));
                }
                None => changes.push(change),
            }
        }
        self.suppressed.sort_by_cached_key(|one| (one.object.key(), one.path.clone()));
        self.summary = summary(&changes);
        self.changes = changes;
        self
    }
}

impl Suppressed {
    /// A whole object that only the state before has, and that stays.
    pub(crate) fn whole(object: &Object, reason: Reason) -> Self {
        Self { object: ObjectRef::of(object), path: Path::root(), before: None, after: None, reason }
    }

    /// A change that is none, for this reason.
    pub(crate) fn of(change: Change, reason: Reason) -> Self {
        let Change { object, path, before, after, .. } = change;
        Self { object, path, before, after, reason }
    }
}

pub(crate) fn summary(changes: &[Change]) -> DiffSummary {
    let mut summary = DiffSummary::default();
    for objects in changes.chunk_by(|one, other| one.object == other.object) {
        let [first, ..] = objects else { continue };
        let list = match (first.path.is_root(), first.op) {
            (true, Op::Add) => &mut summary.added,
            (true, Op::Remove) => &mut summary.removed,
            _ => &mut summary.modified,
        };
        list.push(first.object.key().short());
    }
    summary
}

#[cfg(test)]
mod tests {
    use kube_model::{State, yaml::Limits};

    use super::*;

    fn compare(patterns: &[&str]) -> Diff {
        let objects = |image: &str, stamp: &str, more: &str| {
            let text = format!(
                "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web, annotations: {{at: '{stamp}'}}}}, spec: {{image: '{image}', cpu: 1}}}}\n---\n{{apiVersion: v1, kind: Service, metadata: {{name: web, annotations: {{at: '{stamp}'}}}}}}\n{more}"
            );
            State::read([("a.yaml", text)], &Limits::default()).unwrap().objects
        };
        let patterns: Vec<PlacePattern> = patterns.iter().map(|text| text.parse().unwrap()).collect();
        let more = "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: new}}";
        crate::diff(&objects("a:1", "monday", ""), &objects("a:2", "tuesday", more)).ignoring(&patterns)
    }

    #[test]
    fn what_is_ignored_is_counted_and_its_object_no_longer_modified() {
        let diff = compare(&["*/*:metadata.annotations.at"]);
        assert_eq!(diff.summary.modified, ["deployment/web"]);
        assert_eq!(diff.summary.added, ["configmap/new"]);
        let left_out: Vec<_> = diff
            .suppressed
            .iter()
            .map(|s| (s.object.kind.as_str(), s.path.to_string(), s.reason.as_str()))
            .collect();
        assert_eq!(
            left_out,
            [
                (
                    "Deployment",
                    "metadata.annotations.at".to_owned(),
                    "user-ignore:*/*:metadata.annotations.at"
                ),
                ("Service", "metadata.annotations.at".to_owned(), "user-ignore:*/*:metadata.annotations.at")
            ]
        );
        assert_eq!(diff.changes.len(), 2);
    }

    #[test]
    fn a_whole_object_can_be_ignored() {
        let diff = compare(&["ConfigMap/*"]);
        assert!(diff.summary.added.is_empty());
        assert_eq!(diff.summary.modified, ["deployment/web", "service/web"]);
    }

    #[test]
    fn without_patterns_nothing_moves() {
        assert!(compare(&[]).suppressed.is_empty());
    }
}
