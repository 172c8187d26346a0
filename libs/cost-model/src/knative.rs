//! Knative Services, which scale by the requests that come in.

use crate::cursor::Cursor;
use crate::error::CostError;
use crate::ratio::Ratio;
use crate::replicas::Replicas;
use crate::spread::Spread;
use crate::usage::WorkloadUsage;

/// The annotations `autoscaling.knative.dev/min-scale` (0 where it is absent: it scales to zero) and `max-scale` (0, which is
/// none, where it is absent) of the template; their older names end in `minScale` and `maxScale` (knative.dev, "Configuring
/// scale bounds").
pub(crate) fn replicas(service: &Cursor<'_>, usage: Option<&WorkloadUsage>) -> Result<Replicas, CostError> {
    let overflow = || CostError::overflow(&service.object.key);
    let least = bound(service, ["min-scale", "minScale"])?.unwrap_or(0);
    let most = bound(service, ["max-scale", "maxScale"])?.filter(|most| *most > 0);
    if let Some(most) = most.filter(|most| least > *most) {
        let at = service.at(&["spec", "template"]).unwrap_or_else(|| service.clone());
        return Err(at.refuse(format!("min-scale {least} is above max-scale {most}")));
    }
    let measured = usage.and_then(WorkloadUsage::replicas);
    let (least, most) = (Ratio::whole(least), most.map(Ratio::whole));
    let expected = measured.unwrap_or(least).at_least(least).ok_or_else(overflow)?;
    let text = |count: Ratio| count.decimal(2).ok_or_else(overflow);
    let up_to = match most {
        Some(most) => format!("to {}", text(most)?),
        None => "upwards, without a bound".to_owned(),
    };
    let from = if measured.is_some() { "which are measured" } else { "the least" };
    let note =
        format!("Knative keeps from {} {up_to} pods: counted with {}, {from}", text(least)?, text(expected)?);
    let is_steady = most == Some(least);
    Ok(Replicas {
        count: Spread { least, expected, most },
        why: note.clone(),
        note: Some(note),
        assumed: (!is_steady && measured.is_none()).then(|| "how far it scales is not known".to_owned()),
        driver: (!is_steady).then(|| format!("Knative {up_to}")),
    })
}

fn bound(service: &Cursor<'_>, names: [&str; 2]) -> Result<Option<u32>, CostError> {
    let Some(annotations) = service.at(&["spec", "template", "metadata", "annotations"]) else {
        return Ok(None);
    };
    for name in names {
        if let Some(bound) = annotations.count_in_text(&format!("autoscaling.knative.dev/{name}"))? {
            return Ok(Some(bound));
        }
    }
    Ok(None)
}
