//! Which fields hold a length of time, and when two are the same.

use kube_model::duration::nanoseconds;
use kube_model::schema::Schema;
use kube_model::{Path, Segment};
use serde_json::Value;

/// Fields that hold one in custom resources of well-known projects, by group: their keys, without the items of lists. The
/// projects' Go types say `metav1.Duration` or `gatewayv1.Duration` (GEP-2257); their definitions may be in no input, or call
/// it a text.
const FIELDS: [(&str, &[&str]); 6] = [
    (
        "gateway.networking.k8s.io",
        &[
            "spec.rules.timeouts.request",
            "spec.rules.timeouts.backendRequest",
            "spec.rules.retry.backoff",
            "spec.rules.sessionPersistence.absoluteTimeout",
            "spec.rules.sessionPersistence.idleTimeout",
        ],
    ),
    ("cert-manager.io", &["spec.duration", "spec.renewBefore"]),
    ("source.toolkit.fluxcd.io", &["spec.interval", "spec.timeout"]),
    ("kustomize.toolkit.fluxcd.io", &["spec.interval", "spec.retryInterval", "spec.timeout"]),
    (
        "helm.toolkit.fluxcd.io",
        &[
            "spec.interval",
            "spec.timeout",
            "spec.chart.spec.interval",
            "spec.install.timeout",
            "spec.upgrade.timeout",
            "spec.rollback.timeout",
            "spec.test.timeout",
            "spec.uninstall.timeout",
        ],
    ),
    ("external-secrets.io", &["spec.refreshInterval"]),
];

/// Whether a well-known project keeps a length of time at this path.
pub(crate) fn is_well_known(schema: Schema<'_>, path: &Path) -> bool {
    let keys: Vec<&str> = path
        .segments()
        .iter()
        .filter_map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            _ => None,
        })
        .collect();
    let of_group = FIELDS.iter().find(|(group, _)| *group == schema.group());
    of_group.is_some_and(|(_, fields)| fields.iter().any(|field| field.split('.').eq(keys.iter().copied())))
}

/// Whether both are the same length of time.
pub(crate) fn equal(one: &Value, other: &Value) -> bool {
    let read = |value: &Value| value.as_str().and_then(nanoseconds);
    matches!((read(one), read(other)), (Some(one), Some(other)) if one == other)
}
