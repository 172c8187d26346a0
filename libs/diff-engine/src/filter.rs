//! A difference in some places only.

use std::collections::BTreeSet;

use kube_model::{ObjectRef, Path, Place, PlacePattern};
use serde::Serialize;

use crate::diff::Diff;
use crate::ignore::summary;

/// What a filter hides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Hidden {
    /// Changes.
    pub changes: usize,
    /// Objects of which no change is shown.
    pub objects: usize,
    /// What was left out anyhow.
    pub suppressed: usize,
}

impl Diff {
    /// The difference in the places that the patterns name, above them and below them; and what is hidden by that.
    #[must_use]
    pub fn only(mut self, patterns: &[PlacePattern]) -> (Self, Hidden) {
        let named = |object: &ObjectRef, path: &Path| {
            let place = Place { object: object.key(), path: path.clone() };
            patterns.iter().any(|pattern| pattern.covers(&place) || pattern.reaches_into(&place))
        };
        let (changes, suppressed) = (self.changes.len(), self.suppressed.len());
        let objects =
            |diff: &Self| diff.changes.iter().map(|one| one.object.key()).collect::<BTreeSet<_>>().len();
        let all = objects(&self);
        self.changes.retain(|change| named(&change.object, &change.path));
        self.suppressed.retain(|one| named(&one.object, &one.path));
        self.matched.retain(|one| named(&one.before, &Path::root()) || named(&one.after, &Path::root()));
        self.summary = summary(&self.changes);
        let hidden = Hidden {
            changes: changes - self.changes.len(),
            objects: all - objects(&self),
            suppressed: suppressed - self.suppressed.len(),
        };
        (self, hidden)
    }
}

#[cfg(test)]
mod tests {
    use kube_model::{State, yaml::Limits};

    use super::*;

    #[test]
    fn places_are_named_or_hidden_and_counted() {
        let objects = |image: &str, more: &str| {
            let text = format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: p, annotations: {{at: '{image}'}}}}, spec: {{containers: [{{name: c, image: '{image}'}}]}}}}\n---\n{{apiVersion: v1, kind: ConfigMap, metadata: {{name: c}}, data: {{a: '{image}'}}}}\n{more}"
            );
            State::read([("a.yaml", text)], &Limits::default()).unwrap().objects
        };
        let found = crate::diff(
            &objects("a:1", ""),
            &objects("a:2", "---\n{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {}}"),
        );
        let only = |pattern: &str| found.clone().only(&[pattern.parse().unwrap()]);
        let (shown, hidden) = only("Pod/*:spec");
        let paths: Vec<String> = shown.changes.iter().map(|one| one.path.to_string()).collect();
        assert_eq!(paths, ["spec.containers[name=c].image"]);
        assert_eq!(shown.summary.modified, ["pod/p"]);
        assert_eq!(hidden, Hidden { changes: 3, objects: 2, suppressed: 0 });
        // A new object holds the place that is asked for.
        let (shown, _) = only("Service/s:spec.ports");
        assert_eq!(shown.summary.added, ["service/s"]);
    }
}
