//! Kinds of volumes.

use kube_model::shown_value;

use super::{Check, Look, Profile, Seen};
use crate::Impact::Notice;
use crate::pod_security::{self, Pod};
use crate::{Group, Level};

pub(super) const CHECKS: &[Check] = &[Check {
    id: "volume-type-restricted",
    group: Group::Security,
    title: "A volume is of a kind that the restricted standard does not allow",
    levels: [Level::Low, Level::Low],
    profile: Profile::All,
    source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    remedy: "Use a PersistentVolumeClaim in its place.",
    fires: "a volume of kind `nfs`",
    near_miss: "a volume of kind `persistentVolumeClaim`",
    equivalents: &["pod-security-restricted/volume-types"],
    seen_by: &[],
    risk: Notice.certain(),
    look: Look::Pod(volume_types),
}];

/// `hostPath` is `host-path-mounted`'s to tell.
fn volume_types(pod: &Pod<'_>) -> Vec<Seen> {
    let found = pod_security::volume_types(pod).into_iter();
    found
        .filter(|violation| violation.path.last_key() != Some("hostPath"))
        .map(|violation| {
            let kind = violation.value.as_ref().map(shown_value).unwrap_or_default();
            let message = format!("A volume of kind {kind} is not what the restricted standard allows.");
            Seen::violation(violation, message)
        })
        .collect()
}
