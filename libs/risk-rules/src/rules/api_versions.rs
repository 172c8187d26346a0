//! API versions that the target's API server no longer has.

use kube_model::{Object, Path, shown};

use crate::Impact::Harm;
use crate::model::Change;
use crate::rule::{Check, Group, Hit, Missing, Rule};
use crate::{Facts, Level};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "api-version-gone",
    group: Group::Rollout,
    title: "An object is written in an API version that the API server no longer has",
    levels: [Level::High, Level::High],
    source: "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
    remedy: "Write the object in the version that the migration guide names.",
    fires: "a new PodDisruptionBudget in `policy/v1beta1`",
    near_miss: "the budget always stood in `policy/v1beta1`; a new one in `policy/v1`",
    equivalents: &["kube-linter/no-extensions-v1beta"],
    check: Check::Facts(Missing::Version, api_version_gone),
}];

/// The oldest minor version that is taken to run anywhere where nobody says which one does.
const OLDEST: (u32, u32) = (1, 28);

/// API version, the kinds (empty: all of it), and the first version without it (Kubernetes documentation, "Deprecated API
/// Migration Guide").
const GONE: &[(&str, &[&str], (u32, u32))] = &[
    (
        "extensions/v1beta1",
        &["DaemonSet", "Deployment", "NetworkPolicy", "PodSecurityPolicy", "ReplicaSet"],
        (1, 16),
    ),
    ("apps/v1beta1", &[], (1, 16)),
    ("apps/v1beta2", &[], (1, 16)),
    ("extensions/v1beta1", &["Ingress"], (1, 22)),
    ("networking.k8s.io/v1beta1", &["Ingress", "IngressClass"], (1, 22)),
    (
        "admissionregistration.k8s.io/v1beta1",
        &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
        (1, 22),
    ),
    ("apiextensions.k8s.io/v1beta1", &[], (1, 22)),
    ("apiregistration.k8s.io/v1beta1", &[], (1, 22)),
    ("certificates.k8s.io/v1beta1", &["CertificateSigningRequest"], (1, 22)),
    ("coordination.k8s.io/v1beta1", &["Lease"], (1, 22)),
    ("rbac.authorization.k8s.io/v1beta1", &[], (1, 22)),
    ("scheduling.k8s.io/v1beta1", &[], (1, 22)),
    ("storage.k8s.io/v1beta1", &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"], (1, 22)),
    ("autoscaling/v2beta1", &[], (1, 25)),
    ("batch/v1beta1", &["CronJob"], (1, 25)),
    ("discovery.k8s.io/v1beta1", &["EndpointSlice"], (1, 25)),
    ("events.k8s.io/v1beta1", &["Event"], (1, 25)),
    ("node.k8s.io/v1beta1", &["RuntimeClass"], (1, 25)),
    ("policy/v1beta1", &["PodDisruptionBudget", "PodSecurityPolicy"], (1, 25)),
    ("autoscaling/v2beta2", &[], (1, 26)),
    ("flowcontrol.apiserver.k8s.io/v1beta1", &[], (1, 26)),
    ("storage.k8s.io/v1beta1", &["CSIStorageCapacity"], (1, 27)),
    ("flowcontrol.apiserver.k8s.io/v1beta2", &[], (1, 29)),
    ("flowcontrol.apiserver.k8s.io/v1beta3", &[], (1, 32)),
];

/// The first version of Kubernetes that does not have the object's API version.
fn gone_since(object: &Object) -> Option<(u32, u32)> {
    let is_its = |kinds: &[&str]| kinds.is_empty() || kinds.contains(&object.key.kind.as_str());
    GONE.iter().find(|(version, kinds, _)| *version == object.api_version && is_its(kinds)).map(|row| row.2)
}

fn api_version_gone(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    let version = facts.cluster.as_ref().map(|cluster| cluster.version);
    let (mut hits, mut unknown) = (Vec::new(), false);
    for object in change.after.objects() {
        let before = change.object_before(object);
        let Some(since) = gone_since(object) else { continue };
        if before.is_some_and(|before| before.api_version == object.api_version) {
            continue;
        }
        let (risk, which) = match version {
            Some(version) if version >= since => {
                (Harm.certain(), format!("the target runs {}", text(version)))
            }
            Some(_) => continue,
            None if since <= OLDEST => (Harm.likely(), "no maintained version has it".to_owned()),
            None => {
                unknown = true;
                continue;
            }
        };
        let message = format!(
            "{} is gone since Kubernetes {}, and {which}: the API server does not know the object.",
            shown(&object.api_version),
            text(since)
        );
        let hit = Hit::new(risk, object, Path::root().key("apiVersion"), message);
        let was = before.map(|before| before.api_version.clone());
        hits.push(hit.before(was).after(Some(object.api_version.clone())));
    }
    match hits.is_empty() && unknown {
        true => Err(Missing::Version),
        false => Ok(hits),
    }
}

fn text((major, minor): (u32, u32)) -> String {
    format!("{major}.{minor}")
}
