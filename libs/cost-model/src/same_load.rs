//! What a change does at the load that is expected before it, where pods are counted by a share of their request.

use crate::apportion::Pair;
use crate::demand::Demand;
use crate::ratio::Ratio;

/// The change of an object's cost at one load; none where no utilisation target moves its pods. A target is a share of the request,
/// so that at one load twice the request asks for half the pods, rounded up and held within the bounds; of several targets
/// the one that asks for most pods counts.
///
/// The outer result is none if a number does not fit.
pub(crate) fn delta(micros: Pair, before: &Demand, after: &Demand) -> Option<Option<i64>> {
    let Some(pods) = pods(before, after) else { return Some(None) };
    if !after.pods.is_positive() {
        return Some(None);
    }
    let projected = Ratio::whole(micros.1).times(pods)?.over(after.pods)?;
    Some(Some(i64::try_from(projected.round()).ok()?.checked_sub(micros.0)?))
}

/// How many pods a utilisation target asks for after the change, at the load that is expected before it.
pub(crate) fn pods(before: &Demand, after: &Demand) -> Option<Ratio> {
    let (least, most) = after.bounds.filter(|bounds| before.bounds == Some(*bounds))?;
    let mut asked: Option<Ratio> = None;
    for (resource, was) in &before.aims {
        let wanted = before.pods.times(*was)?.over(*after.aims.get(resource)?)?;
        asked = Some(asked.map_or(Some(wanted), |asked| asked.at_least(wanted))?);
    }
    Ratio::whole(asked?.ceiling()).at_least(Ratio::whole(least))?.at_most(Ratio::whole(most))
}

/// Says so, where the number is another one than what is counted.
pub(crate) fn note(before: &Demand, after: &Demand) -> Option<String> {
    let pods = pods(before, after).filter(|pods| *pods != after.pods && before.aims != after.aims)?;
    let (was, counted, now) = (before.pods.decimal(2)?, after.pods.decimal(2)?, pods.decimal(2)?);
    Some(format!(
        "the autoscaler's target is a share of the request, which changes: at the load of {was} pods before it asks \
         for {now} after; {counted} are counted, and the range holds both"
    ))
}
