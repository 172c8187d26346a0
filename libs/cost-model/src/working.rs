//! The whole calculation for one object, as lines that a person can check with a calculator.

use kube_model::{Object, ObjectKey};
use price_book::{Money, PriceBook, Quote};

use crate::assess::{Assessment, assess};
use crate::assumptions::Assumptions;
use crate::context::Context;
use crate::cursor::Cursor;
use crate::demand::{Demand, Held};
use crate::error::CostError;
use crate::item::Item;
use crate::kinds::Kind;
use crate::measured::Measured;
use crate::part::price;
use crate::pod::{Ask, PodRequest, Role};
use crate::ratio::Ratio;
use crate::resource::Resource;
use crate::retained;
use crate::surroundings::Surroundings;
use crate::workload::Workload;

/// How the cost of one object of a state is computed: what each container asks for, the effective request of a pod and by which
/// rule, how many pods there are and why, their hours, the price with its source and date, and the rounding. The amounts are
/// those of [`crate::estimate`]. None if the state has no such object, or it costs nothing by itself.
///
/// # Errors
/// As [`crate::estimate`].
pub fn working(
    objects: &[Object],
    key: &ObjectKey,
    book: &PriceBook,
    assumptions: &Assumptions,
) -> Result<Option<Vec<String>>, CostError> {
    working_after(&[], objects, key, book, assumptions)
}

/// The same of the state after a change, with what stays of what the object held before it: claims that nobody deletes.
///
/// # Errors
/// As [`crate::estimate`].
pub fn working_after(
    before: &[Object],
    after: &[Object],
    key: &ObjectKey,
    book: &PriceBook,
    assumptions: &Assumptions,
) -> Result<Option<Vec<String>>, CostError> {
    let around_before = Surroundings::of(before).on_nodes(&assumptions.daemons, |pods| pods.before);
    let around = Surroundings::of(after).on_nodes(&assumptions.daemons, |pods| pods.after);
    let measured = Measured::of(&assumptions.usage);
    let cx = Context { around: &around, assumptions, measured: &measured, book };
    let find = |objects| <[Object]>::iter(objects).find(|object| object.key == *key);
    let (was, object) = (find(before), find(after));
    let mut demand = match object.map(|object| assess(object, cx)).transpose()? {
        None | Some(Assessment::Free) => Demand::default(),
        Some(Assessment::Unknown { why, .. }) => return Ok(Some(vec![format!("not known: {why}")])),
        Some(Assessment::Demand(demand)) => demand,
    };
    if let Some(was) = was
        && let Assessment::Demand(held) = assess(was, Context { around: &around_before, ..cx })?
    {
        retained::keep((was, &held), object, &mut demand, &around)?;
    }
    if demand.held.is_empty() && demand.notes.is_empty() {
        return Ok(None);
    }
    let mut lines = Vec::new();
    let kind = Kind::of(key);
    let workload = match object.filter(|_| kind.runs_pods()) {
        Some(object) => Workload::of(kind, &Cursor::root(object), cx)?,
        None => None,
    };
    if let Some(workload) = &workload {
        lines.extend(of_pod(&workload.request, workload));
    }
    lines.extend(of_parts(&demand, workload.as_ref(), cx).ok_or_else(|| CostError::overflow(key))?);
    lines.extend(demand.unpriced.map(|why| format!("not counted: {why}")));
    lines.extend(demand.notes.into_iter().map(|note| format!("note: {note}")));
    Ok(Some(lines))
}

/// The containers, and what makes one request of theirs.
fn of_pod(request: &PodRequest<'_>, workload: &Workload<'_>) -> Vec<String> {
    let mut lines: Vec<String> = request.asks.iter().map(of_container).collect();
    let starting = request.asks.iter().any(|ask| ask.role == Role::Init);
    let rule = match starting {
        true => {
            "the larger of an init container with the sidecars before it, and of all that stays (KEP-753)"
        }
        false => "the sum of all containers (KEP-753)",
    };
    lines.push(format!("a pod asks for {}: {rule}, with overhead", quantities(request.requests.iter())));
    if let Some(platform) = workload.platform {
        lines.push(format!("rounded: {}", platform.rule()));
    }
    lines.push(format!("pods: {}", workload.occupancy.why));
    lines
}

fn of_container(ask: &Ask<'_>) -> String {
    let what = match ask.role {
        Role::Init => "init container",
        Role::Sidecar => "sidecar",
        Role::Main => "container",
    };
    let marked = |names: &[&str], how: &str| {
        if names.is_empty() { String::new() } else { format!(" ({}: {how})", names.join(", ")) }
    };
    let (limit, filled) = (
        marked(&ask.from_limit, "its limit, as it has no request"),
        marked(&ask.filled, "from a LimitRange"),
    );
    format!("{what} {} asks for {}{limit}{filled}", ask.name, quantities(ask.requests.iter()))
}

/// `cpu 0.25 core, memory 0.5 GiB`.
fn quantities<'q>(requests: impl Iterator<Item = (&'q &'q str, &'q i128)>) -> String {
    let text = |(name, nanos): (&&str, &i128)| {
        let (unit, per) = match Resource::of_request(name) {
            Some((resource, per)) => (resource.unit(), per),
            None => ("", 1_000_000_000),
        };
        let amount = Ratio::new(*nanos, per)?.decimal(9)?;
        Some(format!("{name} {amount} {unit}").trim_end().to_owned())
    };
    let all: Vec<String> = requests.filter_map(text).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}

/// Each part, and their sum; none if a number does not fit.
fn of_parts(demand: &Demand, workload: Option<&Workload<'_>>, cx: Context<'_, '_>) -> Option<Vec<String>> {
    let (mut lines, mut sum) = (Vec::new(), 0_i64);
    for (item, held) in &demand.held {
        let quote = item.quote(cx.book, &cx.assumptions.usage.traffic_prices);
        let micros = price(held.usage.expected, quote.price)?;
        sum = sum.checked_add(micros)?;
        lines.extend(of_part(item, held, workload)?);
        lines.push(priced(item, held, &quote, micros, cx)?);
    }
    let currency = cx.book.currency;
    lines.push(format!(
        "a month: the sum, {} {currency}, shown as {}",
        units(sum)?,
        currency.format(Money { micros: sum, currency }.cents())
    ));
    Some(lines)
}

/// How much of an item is used in a month.
fn of_part(item: &Item, held: &Held, workload: Option<&Workload<'_>>) -> Option<Vec<String>> {
    let resource = item.resource();
    let name = title(item);
    let (amount, usage) = (held.amount.decimal(9)?, held.usage.expected.decimal(9)?);
    let (unit, usage_unit) = (resource.unit(), resource.usage_unit());
    let is_of_pods = matches!(item, Item::Cpu(_) | Item::Memory(_) | Item::Gpu(..));
    let mut lines = Vec::new();
    match workload.filter(|_| is_of_pods) {
        Some(workload) => {
            let (pods, hours) = (workload.occupancy.pods.expected, workload.occupancy.pod_hours.expected);
            let (pods, hours) = (pods.decimal(9)?, hours.decimal(9)?);
            lines.push(format!(
                "{name}: {pods} pods, which are {hours} pod-hours a month of 730 hours: {amount} {unit} at once, \
                 {usage} {usage_unit}"
            ));
        }
        None => lines.push(format!("{name}: {amount} {unit}, {usage} {usage_unit} a month")),
    }
    if let Some(idle) = held.idle {
        let idle = idle.decimal(9)?;
        lines.push(format!("  the larger of request and usage counts; {idle} {usage_unit} of it are idle"));
    }
    if !held.usage.is_exact() {
        let most = match held.usage.most {
            Some(most) => format!("to {}", most.decimal(9)?),
            None => "upwards, without a bound".to_owned(),
        };
        lines.push(format!("  a range: from {} {most} {usage_unit}", held.usage.least.decimal(9)?));
    }
    lines.extend(held.assumed.as_ref().map(|why| format!("  assumed: {why}")));
    Some(lines)
}

fn title(item: &Item) -> String {
    let word = item.resource().word().replace('_', " ");
    match item.class() {
        Some(class) => format!("{word} ({class})"),
        None => word,
    }
}

/// `  2190 core-hour × 0.03 USD (list: by hand, 2026-01-31) = 65.7, rounded to 65.700000`.
fn priced(item: &Item, held: &Held, quote: &Quote, micros: i64, cx: Context<'_, '_>) -> Option<String> {
    let exact = held.usage.expected.times(Ratio::of_decimal(quote.price)?)?.decimal(12)?;
    let usage = held.usage.expected.decimal(9)?;
    let why = quote.why.as_ref().map(|why| format!("; {why}")).unwrap_or_default();
    Some(format!(
        "  {usage} {} × {} {} ({}: {}, {}{why}) = {exact}, rounded half to even to {}",
        item.resource().usage_unit(),
        quote.price,
        cx.book.currency,
        quote.confidence.word(),
        quote.source,
        quote.as_of,
        units(micros)?,
    ))
}

/// Micro-units as a decimal number with six places.
fn units(micros: i64) -> Option<String> {
    let text = Ratio::new(micros.into(), 1_000_000)?.decimal(6)?;
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    Some(format!("{whole}.{fraction:0<6}"))
}
