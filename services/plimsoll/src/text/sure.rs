//! How sure a cost is, in words.

use std::collections::BTreeMap;

use cost_model::CostReport;
use price_book::Confidence;

/// As many reasons are said; JSON has all.
const REASONS: usize = 3;

/// `Confidence: 85 % list, 15 % assumed.`, and why it is assumed, what weighs most first.
pub(crate) fn lines(report: &CostReport) -> Vec<String> {
    let shares = &report.certainty.shares;
    let whole: i128 = shares.values().map(|micros| i128::from(*micros)).sum();
    if whole == 0 {
        return Vec::new();
    }
    let texts: Vec<String> = match shares.len() {
        1 => shares.keys().map(|level| level.word().to_owned()).collect(),
        _ => shares.iter().map(|(level, micros)| share(*level, *micros, whole)).collect(),
    };
    let mut lines = vec![format!("Confidence: {}.", texts.join(", "))];
    let mut reasons: Vec<(String, i128)> = reasons(report).into_iter().collect();
    reasons.sort_by_key(|(_, micros)| std::cmp::Reverse(*micros));
    let more = reasons.len().saturating_sub(REASONS);
    lines.extend(reasons.into_iter().take(REASONS).map(|(why, _)| format!("Assumed: {why}.")));
    if more > 0 {
        lines.push(format!("Assumed, too, for {more} more reasons, which the JSON has."));
    }
    lines
}

/// A share in whole percent; a small one is not rounded to nothing, and a large one not to all.
fn share(level: Confidence, micros: i64, whole: i128) -> String {
    let hundredths = price_book::round_half_even(i128::from(micros) * 100, whole);
    let text = match hundredths {
        0 => "under 1 %".to_owned(),
        100 => "over 99 %".to_owned(),
        _ => format!("{hundredths} %"),
    };
    format!("{text} {}", level.word())
}

/// Why parts are assumed, with what they cost.
fn reasons(report: &CostReport) -> BTreeMap<String, i128> {
    let mut reasons: BTreeMap<String, i128> = BTreeMap::new();
    for part in report.objects.iter().flat_map(|object| &object.parts) {
        let micros = part.figures.projected.money.micros;
        if part.confidence == Confidence::Assumed && micros > 0 {
            let why = part.assumed.as_ref().or(part.price.why.as_ref());
            let why = why.map_or_else(|| format!("the price of {}", part.price.source), Clone::clone);
            *reasons.entry(why).or_default() += i128::from(micros);
        }
    }
    reasons
}
