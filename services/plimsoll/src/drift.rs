//! What a cluster has otherwise than the target's files, apart from what the promotion changes.

use std::collections::BTreeSet;

use diff_engine::{Change, Choice, Diff, Prediction, compare_live, predict, writer_of};
use explainer::{DriftFacts, DriftItem};
use kube_model::{Object, ObjectKey, Path, Place, PlacePattern};
use preview::Rendered;
use risk_rules::Drifted;

use crate::failure::Failure;
use crate::given::Given;
use crate::session::Session;

/// What a snapshot says is live; its secrets are as they are.
pub(crate) struct Live {
    objects: Vec<Object>,
}

/// The drift of a target.
pub(crate) struct Drift {
    /// From what is live to what applying the target's files as they are would make of it.
    pub(crate) diff: Diff,
    /// What of it the promotion writes.
    pub(crate) written_over: Vec<Drifted>,
}

impl Live {
    /// Reads a snapshot, as `kubectl get … -o yaml` prints it.
    pub(crate) fn read(session: &Session, snapshot: &str) -> Result<Self, Failure> {
        session.read_plain(snapshot).map(|(_, objects)| Self { objects })
    }

    /// What live has otherwise than the files of a target, before anything is promoted.
    pub(crate) fn drift(
        &self,
        session: &Session,
        target: &Given,
        ignored: &[PlacePattern],
    ) -> Result<Diff, Failure> {
        let namespace = target.environment().and_then(|environment| environment.namespace.as_deref());
        let desired = session.objects(target)?;
        let predictions = predict(namespace, &self.objects, &desired, &Choice::AsBefore);
        // The cluster holds more than this application, which is masked and compared with nothing.
        let own: BTreeSet<&ObjectKey> = predictions.iter().filter_map(|one| one.live.as_ref()).collect();
        let live: Vec<Object> =
            self.objects.iter().filter(|one| own.contains(&one.key) || scales(one)).cloned().collect();
        let [live, desired] = [live, desired].map(|objects| session.redactor.redact_all(&objects));
        let predictions: Vec<Prediction> = predictions
            .into_iter()
            .map(|one| Prediction { object: session.redactor.redact(&one.object), ..one })
            .collect();
        Ok(compare_live(namespace, &live, &desired, &predictions).ignoring(ignored))
    }

    fn writer_of(&self, place: &Place) -> Option<String> {
        let object = self.objects.iter().find(|object| same_object(&place.object, &object.key))?;
        writer_of(object, &place.path)
    }
}

/// An autoscaler says which replicas are no drift.
fn scales(object: &Object) -> bool {
    matches!(object.key.kind.as_str(), "HorizontalPodAutoscaler" | "ScaledObject")
}

impl Drift {
    /// The drift of what is live, held against what the promotion changes in the target.
    pub(crate) fn of(live: &Live, diff: Diff, promotion: &Diff, rendered: &Rendered) -> Self {
        let written_over = promotion.changes.iter().filter_map(|change| {
            let drift = diff.changes.iter().find(|drift| meets(drift, &change.object.key(), &change.path))?;
            let object = rendered.before.iter().find(|one| same_object(&one.key, &change.object.key()))?;
            let place = Place { object: object.key.clone(), path: change.path.clone() };
            let (is, target) = (drift.before.clone(), drift.after.clone());
            let written_by = live.writer_of(&place);
            Some(Drifted { place, live: is, target, planned: change.after.clone(), written_by })
        });
        let written_over = written_over.collect();
        Self { diff, written_over }
    }

    /// The drift as the explanation tells it.
    pub(crate) fn facts(&self) -> DriftFacts {
        let item = |one: &Drifted| DriftItem {
            place: one.place.to_string(),
            live: one.live.clone(),
            target: one.target.clone(),
            planned: one.planned.clone(),
        };
        DriftFacts {
            places: self.diff.changes.len(),
            written_over: self.written_over.iter().map(item).collect(),
        }
    }

    /// Whether the promotion writes a place that drifted.
    pub(crate) fn is_written_over(&self, drift: &Change) -> bool {
        self.written_over.iter().any(|one| meets(drift, &one.place.object, &one.place.path))
    }
}

/// Whether a drift is of a place of an object, of something in it, or of what it lies in.
fn meets(drift: &Change, object: &ObjectKey, path: &Path) -> bool {
    same_object(object, &drift.object.key()) && (drift.path.contains(path) || path.contains(&drift.path))
}

/// Whether two names mean one object of the target. Files may leave the namespace out, which live has.
fn same_object(one: &ObjectKey, other: &ObjectKey) -> bool {
    let same_namespace = match (&one.namespace, &other.namespace) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    same_namespace && (&one.group, &one.kind, &one.name) == (&other.group, &other.kind, &other.name)
}
