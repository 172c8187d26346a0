//! OpenCost: custom pricing as JSON (`configs/default.json`, "On-Premises Pricing Configuration") and as CSV ("CSV pricing").

mod rows;

use std::io::BufRead;

use price_book::{Confidence, Currency, PriceList, Unit};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::gathered::Gathered;
use crate::price::{self, Exact};
use crate::{File, ImportError, Imported, Options, Per, stream};

/// OpenCost's month (`UpdateFromMap` in `pkg/cloud/provider/providerconfig.go`).
const HOURS_A_MONTH: Decimal = Decimal::from_parts(730, 0, 0, false, 0);

/// Digits after the point that are kept of what a month's price is an hour.
const PLACES: u32 = 12;

/// The fields of a price; the rest (credentials and labels of providers) is passed over unread.
#[derive(Debug, Deserialize)]
struct Custom {
    /// What the file form of the pricing has, and the values of a chart do not.
    provider: Option<IgnoredAny>,
    #[serde(rename = "CPU")]
    cpu: Option<Exact>,
    #[serde(rename = "spotCPU")]
    spot_cpu: Option<IgnoredAny>,
    #[serde(rename = "RAM")]
    ram: Option<Exact>,
    #[serde(rename = "GPU")]
    gpu: Option<Exact>,
    storage: Option<Exact>,
    #[serde(rename = "defaultLBPrice")]
    load_balancer: Option<Exact>,
    #[serde(rename = "firstFiveForwardingRulesCost")]
    forwarding_rule: Option<Exact>,
    #[serde(rename = "currencyCode")]
    currency: Option<String>,
}

pub(crate) fn import<R: BufRead>(files: Vec<File<R>>, options: &Options) -> Result<Imported, ImportError> {
    let mut lists = Vec::new();
    let mut gathered = Gathered::of("custom");
    let mut taken = 0;
    for File { name, mut content } in files {
        match stream::first_byte(&mut content, &name)? {
            None => return Err(ImportError::Syntax { file: name, why: "it is empty".to_owned() }),
            Some(b'{') => {
                let custom: Custom = stream::read(content, std::marker::PhantomData, &name)?;
                let (list, prices) = units(&custom, &name, options)?;
                taken += prices;
                if custom.spot_cpu.is_some() {
                    gathered
                        .pass_over("unit prices of spot nodes, which the price book has by instance type");
                }
                lists.push(list);
            }
            Some(_) => rows::read(content, &mut gathered, &name, options)?,
        }
    }
    taken += gathered.taken;
    let passed_over = gathered.passed_over.clone();
    if let Some(mut list) = gathered.list("OpenCost CSV pricing".to_owned()) {
        list.confidence = Confidence::Contract;
        lists.push(list);
    }
    Ok(Imported { lists, taken, passed_over })
}

fn units(custom: &Custom, file: &str, options: &Options) -> Result<(PriceList, u64), ImportError> {
    let currency: Currency =
        custom.currency.as_deref().unwrap_or("USD").parse().map_err(|error: price_book::NotACurrency| {
            ImportError::Schema { file: file.to_owned(), why: error.to_string() }
        })?;
    let source = "OpenCost custom pricing".to_owned();
    let mut list = PriceList::empty(currency, options.today.clone(), source);
    list.confidence = Confidence::Contract;
    let per = per(custom, file, options)?;
    // A balancer for nothing is OpenCost's default where nobody has said what one costs.
    let balancer = custom.load_balancer.or(custom.forwarding_rule).filter(|price| !price.0.is_zero());
    let fields = [
        (Unit::CpuCoreHour, custom.cpu),
        (Unit::RamGibHour, custom.ram),
        (Unit::GpuHour, custom.gpu),
        (Unit::StorageGibMonth, custom.storage),
        (Unit::LoadBalancerHour, balancer),
    ];
    let mut taken = 0;
    for (unit, exact) in fields {
        if let Some(Exact(price)) = exact {
            let price = price::checked(price, file, unit.name())?;
            let price = price::checked(of_unit(price, unit, per), file, unit.name())?;
            list.units.set(unit, price);
            taken += 1;
        }
    }
    match taken {
        0 => Err(ImportError::Schema {
            file: file.to_owned(),
            why: "it has none of CPU, RAM, GPU and storage".to_owned(),
        }),
        _ => Ok((list, taken)),
    }
}

/// For what time the prices are. OpenCost takes those of its file (`configs/default.json`) for an hour, and divides the same
/// keys by 730 where they come from a ConfigMap or the values of a chart.
fn per(custom: &Custom, file: &str, options: &Options) -> Result<Per, ImportError> {
    let told = options.per.or(custom.provider.is_some().then_some(Per::Hour));
    told.ok_or_else(|| ImportError::Schema {
        file: file.to_owned(),
        why: "it has no `provider`, so that it may be of a ConfigMap or a chart, where prices are for a month: say `--per \
              hour` or `--per month`"
            .to_owned(),
    })
}

/// A price of OpenCost for the time of the unit; balancers are by the hour in every form. No price that was checked overflows.
fn of_unit(price: Decimal, unit: Unit, per: Per) -> Decimal {
    let converted = match (unit, per) {
        (Unit::LoadBalancerHour, _) | (Unit::StorageGibMonth, Per::Month) => Some(price),
        (Unit::StorageGibMonth, Per::Hour) => price.checked_mul(HOURS_A_MONTH),
        (_, Per::Hour) => Some(price),
        (_, Per::Month) => price.checked_div(HOURS_A_MONTH).map(|price| price.round_dp(PLACES)),
    };
    converted.unwrap_or(Decimal::MAX)
}
