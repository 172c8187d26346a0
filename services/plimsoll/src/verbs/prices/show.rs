//! `plimsoll prices show [NAME]`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use price_book::{Hourly, InstancePrice, PriceBook, PriceList, Quote, StorageAsk, Unit};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::cli::{PlainFormat, ShowPrices};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::verbs::prices::check::about;
use crate::{escape, json, pricing, today};

/// A price with what it is of.
#[derive(Debug, Serialize)]
struct Shown {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// What it is for: `an hour on demand`, `a GiB and month`.
    per: &'static str,
    #[serde(flatten)]
    quote: Quote,
    #[serde(skip_serializing_if = "Option::is_none")]
    low: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    high: Option<Decimal>,
}

#[derive(Serialize)]
struct Document<'a> {
    currency: price_book::Currency,
    prices: &'a [Shown],
}

pub(super) fn run(asked: &ShowPrices) -> Result<Outcome, Failure> {
    let book = pricing::book_on(&asked.price_book, &today::or_today(asked.on.as_ref())?)?;
    let shown = match &asked.name {
        None => units(&book),
        Some(name) => named(&book, name, asked.region.as_deref()),
    };
    if let (true, Some(name)) = (shown.is_empty(), &asked.name) {
        let message = format!("{name} has no price in the price book");
        return Err(Failure::new("PRICE_UNKNOWN", message));
    }
    let output = match asked.format {
        PlainFormat::Json => json::print(&Document { currency: book.currency, prices: &shown })?,
        PlainFormat::Text => {
            let mut text = shown.iter().map(|one| line(&book, one)).collect::<String>();
            if asked.name.is_none() {
                text.push_str("\nLists, each asked before the next:\n");
                book.lists().iter().for_each(|list| {
                    let _ = writeln!(text, "  {}", escape::line(&about(list)));
                });
            }
            text
        }
    };
    Ok(Outcome::of(output))
}

fn line(book: &PriceBook, shown: &Shown) -> String {
    let Shown { name, region, per, quote, low, high } = shown;
    let place = region.as_ref().map_or(String::new(), |region| format!(" in {region}"));
    let range = match (low, high) {
        (Some(low), Some(high)) => format!(" ({low} to {high})"),
        _ => String::new(),
    };
    let mut text = format!("{name}{place}: {} {}{range} {per}\n", quote.price, book.currency);
    let why = quote.why.as_ref().map_or(String::new(), |why| format!(": {why}"));
    let _ = writeln!(text, "  {}{why}", quote.confidence.word());
    let _ = writeln!(text, "  {}, as of {}", quote.source, quote.as_of);
    text.lines().map(|line| escape::line(line) + "\n").collect()
}

fn shown(name: &str, region: Option<&str>, per: &'static str, quote: Quote) -> Shown {
    Shown { name: name.to_owned(), region: region.map(str::to_owned), per, quote, low: None, high: None }
}

fn units(book: &PriceBook) -> Vec<Shown> {
    Unit::ALL.iter().map(|unit| shown(unit.name(), None, per(*unit), book.unit(*unit))).collect()
}

fn per(unit: Unit) -> &'static str {
    match unit {
        Unit::CpuCoreHour => "a core and hour",
        Unit::RamGibHour => "a GiB of memory and hour",
        Unit::GpuHour => "a GPU and hour",
        Unit::StorageGibMonth => "a GiB of a volume and month of 730 hours",
        Unit::LoadBalancerHour => "a load balancer and hour",
    }
}

/// Everything of that name, in the region or in each that has it.
fn named(book: &PriceBook, name: &str, region: Option<&str>) -> Vec<Shown> {
    let mut all = Vec::new();
    if let Some(unit) = Unit::ALL.into_iter().find(|unit| unit.name() == name) {
        all.push(shown(name, None, per(unit), book.unit(unit)));
    }
    instances(book, name, region, &mut all);
    volumes(book, name, region, &mut all);
    let has = |part: fn(&PriceList) -> &Vec<Hourly>| {
        regions(book, region, |list| {
            part(list)
                .iter()
                .filter(|one| one.kind.eq_ignore_ascii_case(name))
                .map(|one| one.region.clone())
                .collect()
        })
    };
    for place in has(|list| &list.load_balancers) {
        all.push(shown(
            name,
            place.as_deref(),
            "a load balancer and hour",
            book.load_balancer_in(name, place.as_deref()),
        ));
    }
    for place in has(|list| &list.clusters) {
        let quote = book.cluster(name, place.as_deref());
        all.extend(quote.map(|quote| shown(name, place.as_deref(), "a cluster and hour", quote)));
    }
    if !has(|list| &list.gpus).is_empty() {
        all.push(shown(name, None, "a GPU and hour", book.gpu("nvidia.com/gpu", Some(name))));
    }
    all
}

/// The region that is asked for, or those in which a list has the thing; none where no list has it.
fn regions(
    book: &PriceBook,
    region: Option<&str>,
    of: impl Fn(&PriceList) -> BTreeSet<Option<String>>,
) -> BTreeSet<Option<String>> {
    let known: BTreeSet<Option<String>> = book.lists().iter().flat_map(of).collect();
    match region {
        Some(region) if !known.is_empty() => BTreeSet::from([Some(region.to_owned())]),
        _ => known,
    }
}

fn instances(book: &PriceBook, name: &str, region: Option<&str>, all: &mut Vec<Shown>) {
    let places = regions(book, region, |list| {
        let has = list.instances.iter().filter(|one| one.instances.iter().any(|one| one.name == name));
        has.map(|one| Some(one.region.clone()).filter(|name| !name.is_empty())).collect()
    });
    for place in &places {
        for (capacity, per) in [("on-demand", "an hour on demand"), ("spot", "an hour as spot")] {
            if let InstancePrice::Known(known) = book.instance(name, place.as_deref(), Some(capacity)) {
                let mut one = shown(name, place.as_deref(), per, known.hour);
                (one.low, one.high) = known.range.unzip();
                all.push(one);
            }
        }
    }
}

fn volumes(book: &PriceBook, name: &str, region: Option<&str>, all: &mut Vec<Shown>) {
    for (provider, provisioner) in
        [("aws", "ebs.csi.aws.com"), ("azure", "disk.csi.azure.com"), ("gcp", "pd.csi.storage.gke.io")]
    {
        let places = regions(book, region, |list| {
            let is_it = |one: &&price_book::StorageClass| {
                one.provider == provider && one.kind.eq_ignore_ascii_case(name)
            };
            list.storage.iter().filter(is_it).map(|one| one.region.clone()).collect()
        });
        for place in &places {
            let ask = StorageAsk { provisioner, kind: Some(name), region: place.as_deref() };
            let quote = book.storage(&ask);
            let parts = [
                (Some(quote.gib_month), "a GiB and month of 730 hours"),
                (quote.iops_month, "an operation a second above those that are free, and month"),
                (quote.mibps_month, "a MiB a second above those that are free, and month"),
            ];
            let parts = parts.into_iter().filter_map(|(quote, per)| quote.map(|quote| (quote, per)));
            all.extend(parts.map(|(quote, per)| shown(name, place.as_deref(), per, quote)));
        }
    }
}
