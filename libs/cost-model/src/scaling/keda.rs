//! KEDA's ScaledObject.

use kube_model::Object;

use super::{Scaler, Target};
use crate::cursor::Cursor;
use crate::error::CostError;

/// `minReplicaCount` is 0 where it is absent, `maxReplicaCount` 100; while no trigger is active there are
/// `idleReplicaCount` pods, where that is set (keda.sh, "ScaledObject specification"). The annotation
/// `autoscaling.keda.sh/paused-replicas` holds a number of pods.
pub(super) fn scaled_object(object: &Object) -> Result<Scaler<'_>, CostError> {
    let root = Cursor::root(object);
    let spec = root.get("spec").ok_or_else(|| root.refuse("spec is missing"))?;
    let least = spec.count("minReplicaCount")?.unwrap_or(0);
    let most = spec.count("maxReplicaCount")?.unwrap_or(100);
    if least > most {
        return Err(spec.refuse(format!("minReplicaCount {least} is above maxReplicaCount {most}")));
    }
    let annotations = root.at(&["metadata", "annotations"]);
    let paused = match &annotations {
        Some(annotations) => annotations.count_in_text("autoscaling.keda.sh/paused-replicas")?,
        None => None,
    };
    let (mut targets, mut aims_at_more) = (Vec::new(), false);
    for trigger in spec.items("triggers")? {
        match target(&trigger)? {
            Some(target) => targets.push(target),
            None => aims_at_more = true,
        }
    }
    let idle = spec.count("idleReplicaCount")?;
    let (kind, name) = ("ScaledObject", object.key.name.as_str());
    Ok(Scaler { kind, name, least, most, idle, paused, targets, aims_at_more })
}

/// The CPU and the memory trigger: `metricType` Utilization or AverageValue.
fn target<'a>(trigger: &Cursor<'a>) -> Result<Option<Target<'a>>, CostError> {
    let Some(resource) = trigger.text("type").filter(|kind| matches!(*kind, "cpu" | "memory")) else {
        return Ok(None);
    };
    let Some(metadata) = trigger.get("metadata") else { return Ok(None) };
    let kind = trigger.text("metricType").or_else(|| metadata.text("type"));
    match kind {
        Some("Utilization") => {
            let percent = metadata.count_in_text("value")?;
            Ok(percent.map(|percent| Target::Utilisation(resource, percent)))
        }
        Some("AverageValue") => match metadata.get("value") {
            Some(value) => Ok(Some(Target::Average(resource, value.quantity()?.nanos()))),
            None => Ok(None),
        },
        _ => Ok(None),
    }
}
