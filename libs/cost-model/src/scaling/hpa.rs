//! HorizontalPodAutoscaler, of every version of `autoscaling`.

use kube_model::Object;

use super::{Scaler, Target};
use crate::cursor::Cursor;
use crate::error::CostError;

/// `minReplicas` is 1 where it is absent; without metrics the target is 80 % of the CPU request (kubernetes.io,
/// HorizontalPodAutoscaler v2 reference).
pub(super) fn horizontal(hpa: &Object) -> Result<Scaler<'_>, CostError> {
    let root = Cursor::root(hpa);
    let spec = root.get("spec").ok_or_else(|| root.refuse("spec is missing"))?;
    let least = spec.count("minReplicas")?.unwrap_or(1);
    let most = spec.count("maxReplicas")?.ok_or_else(|| spec.refuse("maxReplicas is missing"))?;
    if least > most {
        return Err(spec.refuse(format!("minReplicas {least} is above maxReplicas {most}")));
    }
    let (mut targets, mut aims_at_more) = (Vec::new(), false);
    if let Some(percent) = spec.count("targetCPUUtilizationPercentage")? {
        targets.push(Target::Utilisation("cpu", percent));
    }
    let metrics = spec.items("metrics")?;
    for metric in &metrics {
        match target(metric)? {
            Some(target) => targets.push(target),
            None => aims_at_more = true,
        }
    }
    if metrics.is_empty() && targets.is_empty() {
        targets.push(Target::Utilisation("cpu", 80));
    }
    let (kind, name) = ("HorizontalPodAutoscaler", hpa.key.name.as_str());
    Ok(Scaler { kind, name, least, most, idle: None, paused: None, targets, aims_at_more })
}

/// A metric of type `Resource` for CPU or memory.
fn target<'a>(metric: &Cursor<'a>) -> Result<Option<Target<'a>>, CostError> {
    let Some(resource) = metric.get("resource").filter(|_| metric.text("type") == Some("Resource")) else {
        return Ok(None);
    };
    let Some(name) = resource.text("name").filter(|name| matches!(*name, "cpu" | "memory")) else {
        return Ok(None);
    };
    // The third is v2beta1's.
    let of_target = resource.get("target");
    let percent = match &of_target {
        Some(target) => target.count("averageUtilization")?,
        None => resource.count("targetAverageUtilization")?,
    };
    if let Some(percent) = percent {
        return Ok(Some(Target::Utilisation(name, percent)));
    }
    match of_target.and_then(|target| target.get("averageValue")) {
        Some(value) => Ok(Some(Target::Average(name, value.quantity()?.nanos()))),
        None => Ok(None),
    }
}
