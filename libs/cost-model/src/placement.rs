//! On which nodes a pod may run, as far as its price depends on it.

use std::collections::BTreeSet;

use crate::cursor::Cursor;
use crate::error::CostError;
use crate::item::Capacity;

/// The labels that nodes carry by their capacity, and the value that means spot. Karpenter, EKS's managed node groups,
/// GKE, AKS.
const SPOT: [(&str, &str); 5] = [
    ("karpenter.sh/capacity-type", "spot"),
    ("eks.amazonaws.com/capacityType", "SPOT"),
    ("cloud.google.com/gke-spot", "true"),
    ("cloud.google.com/gke-preemptible", "true"),
    ("kubernetes.azure.com/scalesetpriority", "spot"),
];

/// The labels that name a GPU's model: NVIDIA's and AMD's feature discovery, GKE, Karpenter on AWS.
const MODELS: [&str; 5] = [
    "nvidia.com/gpu.product",
    "cloud.google.com/gke-accelerator",
    "karpenter.k8s.aws/instance-gpu-name",
    "k8s.amazonaws.com/accelerator",
    "amd.com/gpu.product-name",
];

/// The values that a node's label may have for a pod to run there, from its `nodeSelector` and the node affinity that
/// is required. No set: the pod does not say.
fn allowed<'a>(pod: &Cursor<'a>, label: &str) -> Result<Option<BTreeSet<&'a str>>, CostError> {
    if let Some(value) = pod.get("nodeSelector").and_then(|selector| selector.text(label)) {
        return Ok(Some(BTreeSet::from([value])));
    }
    let required = pod.at(&["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]);
    let Some(required) = required else { return Ok(None) };
    let mut all = BTreeSet::new();
    let terms = required.items("nodeSelectorTerms")?;
    // One of the terms has to hold: only what each of them asks for is asked for.
    for term in &terms {
        match values_of(term, label)? {
            Some(values) => all.extend(values),
            None => return Ok(None),
        }
    }
    Ok((!terms.is_empty()).then_some(all))
}

/// The values that one term admits for a label.
fn values_of<'a>(term: &Cursor<'a>, label: &str) -> Result<Option<BTreeSet<&'a str>>, CostError> {
    for expression in term.items("matchExpressions")? {
        if expression.text("key") == Some(label) && expression.text("operator") == Some("In") {
            return Ok(Some(expression.texts("values")?.into_iter().collect()));
        }
    }
    Ok(None)
}

/// The only value that a node's label may have.
pub(crate) fn pinned<'a>(pod: &Cursor<'a>, label: &str) -> Result<Option<&'a str>, CostError> {
    let values = allowed(pod, label)?.unwrap_or_default();
    Ok(if values.len() == 1 { values.first().copied() } else { None })
}

/// On what capacity the pod runs, and what to say where it may be either.
pub(crate) fn capacity(pod: &Cursor<'_>) -> Result<(Capacity, Option<String>), CostError> {
    for (label, spot) in SPOT {
        let Some(values) = allowed(pod, label)? else { continue };
        let (on_spot, others): (Vec<&str>, Vec<&str>) = values.iter().partition(|value| **value == spot);
        return Ok(match (on_spot.is_empty(), others.is_empty()) {
            (false, true) => (Capacity::Spot, Some(format!("it runs on spot nodes ({label})"))),
            (false, false) => {
                let note = format!("it may run on spot nodes too ({label}); counted as on demand");
                (Capacity::OnDemand, Some(note))
            }
            _ => (Capacity::OnDemand, None),
        });
    }
    for toleration in pod.items("tolerations")? {
        let key = toleration.text("key").unwrap_or_default();
        if SPOT
            .iter()
            .any(|(label, spot)| *label == key && toleration.text("value").is_none_or(|v| v == *spot))
        {
            let note =
                format!("it tolerates spot nodes ({key}), and does not ask for them: counted as on demand");
            return Ok((Capacity::OnDemand, Some(note)));
        }
    }
    Ok((Capacity::OnDemand, None))
}

/// The model of the GPUs that the pod is held to.
pub(crate) fn gpu_model(pod: &Cursor<'_>) -> Result<Option<String>, CostError> {
    for label in MODELS {
        if let Some(model) = pinned(pod, label)? {
            return Ok(Some(model.to_owned()));
        }
    }
    Ok(None)
}
