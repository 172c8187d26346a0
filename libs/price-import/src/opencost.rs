//! OpenCost: custom pricing as JSON (`configs/default.json`, "On-Premises Pricing Configuration") and as CSV ("CSV pricing").

use std::collections::BTreeMap;
use std::io::BufRead;

use price_book::{Confidence, Currency, PriceList, Unit};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::csv::{Columns, Rows};
use crate::gathered::{Gathered, HourlyPart, InstancePart};
use crate::price::{self, Exact};
use crate::{File, ImportError, Imported, Options, stream};

/// OpenCost prices volumes by the hour.
const HOURS_A_MONTH: u32 = 730;

/// The fields of a price; the rest (credentials and labels of providers) is passed over unread.
#[derive(Debug, Deserialize)]
struct Custom {
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
            Some(_) => rows(content, &mut gathered, &name, options)?,
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
    let month = |exact: Exact| Exact((exact.0 * Decimal::from(HOURS_A_MONTH)).normalize());
    // A balancer for nothing is OpenCost's default where nobody has said what one costs.
    let balancer = custom.load_balancer.or(custom.forwarding_rule).filter(|price| !price.0.is_zero());
    let fields = [
        (Unit::CpuCoreHour, custom.cpu),
        (Unit::RamGibHour, custom.ram),
        (Unit::GpuHour, custom.gpu),
        (Unit::StorageGibMonth, custom.storage.map(month)),
        (Unit::LoadBalancerHour, balancer),
    ];
    let mut taken = 0;
    for (unit, exact) in fields {
        if let Some(Exact(price)) = exact {
            list.units.set(unit, price::checked(price, file, unit.name())?);
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

/// What says of a row that it is of an instance type.
const TYPE_LABELS: [&str; 2] =
    ["metadata.labels.node.kubernetes.io/instance-type", "metadata.labels.beta.kubernetes.io/instance-type"];

fn rows<R: BufRead>(
    content: R,
    gathered: &mut Gathered,
    file: &str,
    options: &Options,
) -> Result<(), ImportError> {
    let mut rows = Rows::of(content, file);
    let header = rows.next()?.unwrap_or_default();
    let columns = Columns::of(&header);
    for needed in ["instanceid", "assetclass", "instanceidfield", "marketpricehourly"] {
        if columns.find(needed).is_none() {
            return Err(ImportError::Schema {
                file: file.to_owned(),
                why: format!("there is no column {needed}"),
            });
        }
    }
    gathered.in_currency("USD", file, "the file")?;
    gathered.newest(options.today.clone());
    let mut newest: BTreeMap<(String, String, String), (String, Decimal)> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let field =
            |name: &str| columns.find(name).and_then(|at| row.get(at)).map_or("", |field| field.trim());
        let (id, by) = (field("instanceid"), field("instanceidfield"));
        let (class, region, kind) = (field("assetclass"), field("region"), field("instancetype"));
        let name = match class {
            "node" if !kind.is_empty() => kind,
            "node" if TYPE_LABELS.contains(&by) => id,
            "gpu" => id,
            "node" => {
                gathered.pass_over("a node by its name or by a label of its own");
                continue;
            }
            _ => {
                gathered.pass_over("a volume by its name or class");
                continue;
            }
        };
        if !region.is_empty() && !options.takes(region) {
            gathered.pass_over("of another region");
            continue;
        }
        let amount = price::parsed(field("marketpricehourly"), file, name)?;
        // OpenCost keeps the row that ends last.
        let end = field("endtimestamp").to_owned();
        let key = (class.to_owned(), region.to_owned(), name.to_owned());
        match newest.get(&key) {
            Some((before, one)) if *before == end && *one != amount => {
                return Err(ImportError::Twice {
                    file: file.to_owned(),
                    what: format!("{name} {region}").trim().to_owned(),
                    one: amount.min(*one).to_string(),
                    other: amount.max(*one).to_string(),
                });
            }
            Some((before, _)) if *before >= end => {}
            _ => drop(newest.insert(key, (end, amount))),
        }
    }
    for ((class, region, name), (_, amount)) in newest {
        match class.as_str() {
            "gpu" => {
                let place = (!region.is_empty()).then_some(region.as_str());
                gathered.price_hourly(HourlyPart::Gpu, (place, &name), amount, file)?;
            }
            _ => gathered.price_instance((&region, &name), InstancePart::OnDemand, amount, file)?,
        }
    }
    Ok(())
}
