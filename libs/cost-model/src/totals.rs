//! Sums over all objects.

use std::collections::BTreeMap;

use crate::apportion::Pair;
use crate::part::DraftPart;
use crate::ratio::Ratio;
use crate::report::ResourceChange;
use crate::resource::Resource;

/// The sums of both columns; none if one does not fit.
pub(crate) fn sum(rows: &[Pair]) -> Option<Pair> {
    rows.iter()
        .try_fold((0_i64, 0_i64), |sum, row| Some((sum.0.checked_add(row.0)?, sum.1.checked_add(row.1)?)))
}

/// What changes of each resource; CPU and memory are there even if they do not, since people look for them.
pub(crate) fn resource_changes<'a>(
    parts: impl Iterator<Item = &'a DraftPart>,
) -> Option<Vec<ResourceChange>> {
    let usage = |part: &DraftPart| (part.before.usage.expected, part.after.usage.expected);
    changes(parts.map(|part| (part.item.resource(), usage(part))))
}

/// The same, of what is used of each resource in a month before and after.
pub(crate) fn changes(
    parts: impl Iterator<Item = (Resource, (Ratio, Ratio))>,
) -> Option<Vec<ResourceChange>> {
    let nothing = (Ratio::ZERO, Ratio::ZERO);
    let mut usage = BTreeMap::from([(Resource::Cpu, nothing), (Resource::Memory, nothing)]);
    for (resource, (before, after)) in parts {
        let sum = usage.entry(resource).or_insert(nothing);
        *sum = (sum.0.plus(before)?, sum.1.plus(after)?);
    }
    let shown = |(resource, usage): &(Resource, (Ratio, Ratio))| {
        matches!(resource, Resource::Cpu | Resource::Memory) || usage.0 != usage.1
    };
    usage.into_iter().filter(shown).map(|(resource, usage)| change(resource, usage)).collect()
}

fn change(resource: Resource, usage: (Ratio, Ratio)) -> Option<ResourceChange> {
    const PLACES: u32 = 6;
    let month = Ratio::new(1, i128::from(resource.usage_a_month()))?;
    let (before, after) = (usage.0.times(month)?, usage.1.times(month)?);
    let difference = after.minus(before)?;
    let amount = difference.decimal(PLACES)?;
    let sign = if difference.is_positive() && amount != "0" { "+" } else { "" };
    let unit = match resource {
        Resource::Cpu => "vCPU",
        Resource::LoadBalancer if !matches!(amount.as_str(), "1" | "-1") => "load balancers",
        other => other.unit(),
    };
    let text = format!("{sign}{amount} {unit}");
    Some(ResourceChange { resource, text })
}
