//! How many pods a workload with replicas runs.

use kube_model::Object;

use crate::cursor::Cursor;
use crate::error::CostError;
use crate::surroundings::Surroundings;

/// The replicas that are counted, and what to say of them.
pub(crate) struct Replicas {
    pub(crate) count: u32,
    pub(crate) note: Option<String>,
}

/// The replicas of a workload: `spec.replicas` (1 where it is absent), held within the bounds of the
/// HorizontalPodAutoscaler that targets it. An autoscaler lets a workload be that was scaled to zero by hand
/// (kubernetes.io, "Horizontal Pod Autoscaling", implicit maintenance-mode deactivation).
pub(crate) fn replicas(workload: &Cursor<'_>, around: &Surroundings<'_>) -> Result<Replicas, CostError> {
    let spec = workload.get("spec");
    let declared = spec.map(|spec| spec.count("replicas")).transpose()?.flatten();
    let plain = declared.unwrap_or(1);
    let Some(hpa) = around.autoscaler(&workload.object.key) else {
        return Ok(Replicas { count: plain, note: None });
    };
    let name = &hpa.key.name;
    let (least, most) = bounds(hpa)?;
    if plain == 0 && least > 0 {
        let note = format!("scaled to 0, which switches HorizontalPodAutoscaler/{name} off");
        return Ok(Replicas { count: 0, note: Some(note) });
    }
    let count = plain.clamp(least, most);
    let says = match declared {
        Some(declared) => format!("spec.replicas is {declared}"),
        None => "spec.replicas is absent, which is 1".to_owned(),
    };
    let note = format!(
        "HorizontalPodAutoscaler/{name} keeps {least} to {most} replicas, {says}: counted with {count}"
    );
    Ok(Replicas { count, note: Some(note) })
}

/// The bounds of an autoscaler; `minReplicas` is 1 where it is absent.
fn bounds(hpa: &Object) -> Result<(u32, u32), CostError> {
    let root = Cursor::root(hpa);
    let spec = root.get("spec").ok_or_else(|| root.refuse("spec is missing"))?;
    let least = spec.count("minReplicas")?.unwrap_or(1);
    let most = spec.count("maxReplicas")?.ok_or_else(|| spec.refuse("maxReplicas is missing"))?;
    if least > most {
        return Err(spec.refuse(format!("minReplicas {least} is above maxReplicas {most}")));
    }
    Ok((least, most))
}
