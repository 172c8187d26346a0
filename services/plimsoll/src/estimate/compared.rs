//! `--compare-to FILE`: what has changed since a result that was saved.

use std::collections::BTreeMap;
use std::fs;

use cost_model::{CostReport, Resource, Since};
use price_book::MoneyError;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;

use crate::failure::Failure;

/// Larger than any result: a wrong file should not fill the memory.
const LARGEST: u64 = 1 << 28;

/// How a state compares with a result that was saved. As JSON, `compared_with` of `schemas/json/cost.schema.json`.
#[derive(Debug, Serialize)]
pub(crate) struct Compared {
    /// As of which day the prices of the saved result are, and who says so.
    pub(crate) as_of: String,
    pub(crate) source: String,
    /// Whether the two are of the same prices and assumptions, so that what differs is what is held.
    pub(crate) is_alike: bool,
    /// What else is not the same, and what can be compared nevertheless, as sentences.
    pub(crate) differences: Vec<String>,
    /// What of the change is other prices, and what is another quantity, in micro-units; null in another currency.
    pub(crate) of_prices_micros: Option<i64>,
    pub(crate) of_quantities_micros: Option<i64>,
}

/// A saved result: the document of `plimsoll cost --format json`, or of a preview, which holds one.
pub(crate) fn read(path: &str) -> Result<CostReport, Failure> {
    let unreadable = |why: String| Failure::new("BASELINE_UNREADABLE", format!("{path}: {why}"));
    let size = fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.len();
    if size > LARGEST {
        return Err(unreadable(format!("{size} bytes is too large for a result")));
    }
    let text = fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    let invalid = |error: serde_json::Error| {
        let why = match error.is_eof() {
            true => "it ends in the middle".to_owned(),
            false => error.to_string(),
        };
        Failure::new(
            "BASELINE_INVALID",
            format!("{path}: it is no result of plimsoll cost --format json: {why}"),
        )
    };
    let mut document: Value = serde_json::from_str(&text).map_err(invalid)?;
    let inner = document.get_mut("cost").map(Value::take);
    serde_json::from_value(inner.unwrap_or(document)).map_err(invalid)
}

/// What has changed since a saved result. In another currency nothing but quantities can be compared, and the report
/// stays what it is.
pub(crate) fn with(then: &CostReport, now: &CostReport) -> Result<(Option<CostReport>, Compared), Failure> {
    let mut differences = differences(then, now);
    let is_alike = differences.is_empty();
    if !is_alike {
        differences.extend(held(then, now)?);
    }
    let mut compared = Compared {
        as_of: then.book.as_of.to_string(),
        source: then.book.source.clone(),
        is_alike,
        differences,
        of_prices_micros: None,
        of_quantities_micros: None,
    };
    match now.since(then) {
        Ok(Since { report, of_prices, of_quantities }) => {
            compared.of_prices_micros = Some(of_prices.micros);
            compared.of_quantities_micros = Some(of_quantities.micros);
            Ok((Some(report), compared))
        }
        Err(MoneyError::Currencies(..)) => Ok((None, compared)),
        Err(error) => Err(Failure::new(error.code(), error.to_string())),
    }
}

/// What the two results do not have in common beside the state, as sentences.
fn differences(then: &CostReport, now: &CostReport) -> Vec<String> {
    let mut differences = Vec::new();
    let (was, is) = (&then.book, &now.book);
    if was.currency != is.currency {
        let what = "the costs cannot be compared without a dated rate, quantities can";
        differences.push(format!("the prices were in {}, and are in {}: {what}", was.currency, is.currency));
    }
    if was != is || changed_prices(then, now) > 0 {
        differences.push(format!(
            "the prices were those of {} ({}), and are those of {} ({}); {} of what is held in both differ",
            was.as_of,
            was.source,
            is.as_of,
            is.source,
            crate::text::count(changed_prices(then, now), "price", "prices")
        ));
    }
    let fields = |report: &CostReport| -> BTreeMap<String, Value> {
        let fields = serde_json::to_value(&report.assumptions).ok();
        fields.and_then(|fields| serde_json::from_value(fields).ok()).unwrap_or_default()
    };
    let (was, is) = (fields(then), fields(now));
    for name in was.keys().chain(is.keys().filter(|name| !was.contains_key(*name))) {
        let text = |value: Option<&Value>| value.map_or("nothing".to_owned(), crate::text::value::value);
        if was.get(name) != is.get(name) {
            differences.push(format!(
                "{name} was assumed as {}, and is {}",
                text(was.get(name)),
                text(is.get(name))
            ));
        }
    }
    differences
}

/// How many things that both hold have another price.
fn changed_prices(then: &CostReport, now: &CostReport) -> usize {
    let prices = |report: &CostReport| -> BTreeMap<(Resource, Option<String>), Decimal> {
        let parts = report.objects.iter().flat_map(|object| &object.parts);
        parts.map(|part| ((part.resource, part.class.clone()), part.price.price)).collect()
    };
    let (then, now) = (prices(then), prices(now));
    now.iter().filter(|(what, price)| then.get(what).is_some_and(|was| was != *price)).count()
}

/// What is used of each resource in a month, then and now.
fn held(then: &CostReport, now: &CostReport) -> Result<Vec<String>, Failure> {
    let (then, now) = (usage(then)?, usage(now)?);
    let resources: std::collections::BTreeSet<Resource> = then.keys().chain(now.keys()).copied().collect();
    let of = |usage: &BTreeMap<Resource, Decimal>, resource: Resource| {
        usage.get(&resource).copied().unwrap_or_default().normalize().to_string()
    };
    let sentence = |resource: Resource| {
        let (then, now) = (of(&then, resource), of(&now, resource));
        format!("held: {then} {} a month then, {now} now", resource.usage_unit())
    };
    Ok(resources.into_iter().map(sentence).collect())
}

/// What is used of each resource in a month. A result that was saved may have been written by anybody.
fn usage(report: &CostReport) -> Result<BTreeMap<Resource, Decimal>, Failure> {
    let mut usage = BTreeMap::new();
    for object in &report.objects {
        for part in &object.parts {
            let sum: &mut Decimal = usage.entry(part.resource).or_default();
            let more = part.usage_after.parse().ok().and_then(|more: Decimal| sum.checked_add(more));
            *sum = more.ok_or_else(|| {
                let what = format!("what {} uses of {} in a month", object.key, part.resource.usage_unit());
                Failure::new("BASELINE_INVALID", format!("{what} is no number, or too large to be summed"))
            })?;
        }
    }
    Ok(usage)
}

#[cfg(test)]
mod tests {
    use cost_model::Assumptions;
    use price_book::PriceBook;

    use super::*;

    /// Two cores for 730 hours are 1460 core-hours; what is no number is no zero, and what does not fit is not cut off.
    #[test]
    fn what_is_used_is_summed_or_refused() {
        let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: NAME}\nspec: {containers: [{name: c, image: a, resources: {requests: {cpu: 1}}}]}\n---\n";
        let pods = pod.replace("NAME", "a") + &pod.replace("NAME", "b");
        let limits = kube_model::yaml::Limits::default();
        let state = kube_model::State::read([("a.yaml", pods.as_bytes())], &limits).unwrap();
        let book = PriceBook::shipped().unwrap();
        let mut report = cost_model::estimate(None, &state.objects, &book, &Assumptions::default()).unwrap();
        assert_eq!(usage(&report).unwrap().values().next().unwrap().normalize().to_string(), "1460");
        for wrong in ["many".to_owned(), Decimal::MAX.to_string()] {
            report.objects[0].parts[0].usage_after = wrong;
            assert_eq!(usage(&report).unwrap_err().code(), "BASELINE_INVALID");
        }
    }
}
