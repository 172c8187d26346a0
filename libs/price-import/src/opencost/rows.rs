//! The CSV of OpenCost: a row for each node, GPU or volume, or for each kind of one.

use std::collections::BTreeMap;
use std::io::BufRead;

use rust_decimal::Decimal;

use crate::csv::{Columns, Rows};
use crate::gathered::{Gathered, HourlyPart, InstancePart};
use crate::{ImportError, Options, price};

/// What says of a row that it is of an instance type.
const TYPE_LABELS: [&str; 2] =
    ["metadata.labels.node.kubernetes.io/instance-type", "metadata.labels.beta.kubernetes.io/instance-type"];

/// A class, a region and a name, with the end of the row that holds and its price.
type Newest = BTreeMap<(String, String, String), (String, Decimal)>;

pub(super) fn read<R: BufRead>(
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
            let why = format!("there is no column {needed}");
            return Err(ImportError::Schema { file: file.to_owned(), why });
        }
    }
    gathered.in_currency("USD", file, "the file")?;
    gathered.newest(options.today.clone());
    let mut newest = Newest::new();
    while let Some(row) = rows.next()? {
        let field =
            |name: &str| columns.find(name).and_then(|at| row.get(at)).map_or("", |field| field.trim());
        match named(field, options) {
            Ok(name) => keep(&mut newest, name, field, file)?,
            Err(why) => gathered.pass_over(why),
        }
    }
    for ((class, region, name), (_, amount)) in newest {
        if class == "gpu" {
            let place = (!region.is_empty()).then_some(region.as_str());
            gathered.price_hourly(HourlyPart::Gpu, (place, &name), amount, file)?;
        } else {
            gathered.price_instance((&region, &name), InstancePart::OnDemand, amount, file)?;
        }
    }
    Ok(())
}

/// What a row is of, by a name that a price book has, or why it is passed over.
fn named<'r>(field: impl Fn(&str) -> &'r str, options: &Options) -> Result<&'r str, &'static str> {
    let (id, kind, region) = (field("instanceid"), field("instancetype"), field("region"));
    let name = match field("assetclass") {
        "node" if !kind.is_empty() => kind,
        "node" if TYPE_LABELS.contains(&field("instanceidfield")) => id,
        "node" => return Err("a node by its name or by a label of its own"),
        "gpu" => id,
        _ => return Err("a volume by its name or class"),
    };
    match region.is_empty() || options.takes(region) {
        true => Ok(name),
        false => Err("of another region"),
    }
}

/// OpenCost keeps the row that ends last.
fn keep<'r>(
    newest: &mut Newest,
    name: &str,
    field: impl Fn(&str) -> &'r str,
    file: &str,
) -> Result<(), ImportError> {
    let (class, region, end) = (field("assetclass"), field("region"), field("endtimestamp"));
    let amount = price::parsed(field("marketpricehourly"), file, name)?;
    let key = (class.to_owned(), region.to_owned(), name.to_owned());
    match newest.get(&key) {
        Some((before, one)) if before == end && *one != amount => Err(ImportError::Twice {
            file: file.to_owned(),
            what: format!("{name} {region}").trim().to_owned(),
            one: amount.min(*one).to_string(),
            other: amount.max(*one).to_string(),
        }),
        Some((before, _)) if before.as_str() >= end => Ok(()),
        _ => {
            newest.insert(key, (end.to_owned(), amount));
            Ok(())
        }
    }
}
