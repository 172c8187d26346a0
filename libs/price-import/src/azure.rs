//! Azure: pages of the Retail Prices API ("Azure Retail Prices overview").

use std::io::BufRead;

use price_book::{Confidence, PriceList};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};

use crate::gathered::{Gathered, HourlyPart, InstancePart, StoragePart};
use crate::price::Exact;
use crate::{File, ImportError, Imported, Options, price, stream};

/// A page. It holds at most 1,000 items, so that it is read as one.
#[derive(Debug, Deserialize)]
struct Page {
    #[serde(rename = "BillingCurrency")]
    billing_currency: Option<String>,
    #[serde(rename = "Items")]
    items: Vec<Item>,
    #[serde(rename = "NextPageLink", default)]
    next_page_link: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    currency_code: String,
    #[serde(default)]
    tier_minimum_units: Option<Exact>,
    retail_price: Exact,
    #[serde(default, deserialize_with = "or_empty")]
    arm_region_name: String,
    effective_start_date: String,
    #[serde(default, deserialize_with = "or_empty")]
    meter_name: String,
    #[serde(default, deserialize_with = "or_empty")]
    product_name: String,
    #[serde(default, deserialize_with = "or_empty")]
    sku_name: String,
    service_name: String,
    unit_of_measure: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    is_primary_meter_region: Option<bool>,
    #[serde(default)]
    arm_sku_name: Option<String>,
    #[serde(default)]
    reservation_term: Option<String>,
    #[serde(default)]
    savings_plan: Option<Vec<SavingsPlan>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SavingsPlan {
    retail_price: Exact,
    term: String,
}

/// What Azure leaves out it writes as null too.
fn or_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::<String>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// The hours of a year by which Azure spreads a reservation, which it prices for its whole term ("365 days").
const HOURS_A_YEAR: u32 = 8_760;

pub(crate) fn import<R: BufRead>(files: Vec<File<R>>, options: &Options) -> Result<Imported, ImportError> {
    let mut gathered = Gathered::of("azure");
    let mut sized = Gathered::of("azure");
    let mut pages = Pages::default();
    for File { name, content } in files {
        let page: Page = stream::read(content, std::marker::PhantomData, &name)?;
        if let Some(currency) = &page.billing_currency {
            gathered.in_currency(currency, &name, "the page")?;
        }
        pages.add(&page);
        for item in &page.items {
            match sized_disk(item, options) {
                Some((kind, gib)) => take_sized(&mut sized, item, (kind, gib), options, &name)?,
                None => take(&mut gathered, item, options, &name)?,
            }
        }
    }
    pages.check()?;
    let (taken, passed_over) = (gathered.taken + sized.taken, gathered.passed_over.clone());
    let sized = sized.list("Azure Retail Prices of managed disks".to_owned()).map(|list| PriceList {
        confidence: Confidence::Assumed,
        why: Some(SIZED.to_owned()),
        ..list
    });
    let lists = gathered.list("Azure Retail Prices".to_owned()).into_iter().chain(sized).collect();
    Ok(Imported { lists, taken, passed_over })
}

/// What pages say of one another: each but the last of an answer names the next.
#[derive(Debug, Default)]
struct Pages {
    last: usize,
    links: std::collections::BTreeSet<String>,
    open: usize,
    /// The items of the pages before the last, and the most that a link skips.
    before: u64,
    skipped: Option<u64>,
}

impl Pages {
    fn add(&mut self, page: &Page) {
        match page.next_page_link.as_deref() {
            None | Some("") => self.last += 1,
            Some(link) => {
                self.open += 1;
                self.links.insert(link.to_owned());
                self.before += page.items.len() as u64;
                self.skipped = self.skipped.max(skipped(link));
            }
        }
    }

    fn check(&self) -> Result<(), ImportError> {
        match self {
            Self { last: 0, .. } => Err(ImportError::Pages(
                "every page has a NextPageLink, so that the last one is missing".to_owned(),
            )),
            Self { last: 1, before, skipped: Some(skipped), .. } if before != skipped => {
                let why = format!("{before} items stand before the last page, and the links skip {skipped}");
                Err(ImportError::Pages(why))
            }
            Self { links, open, .. } if links.len() < *open => {
                Err(ImportError::Pages("a page is given twice".to_owned()))
            }
            _ => Ok(()),
        }
    }
}

/// How many items a link leads past: `…&$skip=1000`.
fn skipped(link: &str) -> Option<u64> {
    let (_, rest) = link.split_once("skip=")?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

fn take(gathered: &mut Gathered, item: &Item, options: &Options, file: &str) -> Result<(), ImportError> {
    let wanted = match wanted(item, options) {
        Ok(wanted) => wanted,
        Err(why) => {
            gathered.pass_over(why);
            return Ok(());
        }
    };
    let what = format!("{} {}", item.product_name, item.meter_name);
    gathered.in_currency(&item.currency_code, file, &what)?;
    gathered.newest(price::day(&item.effective_start_date, file, &options.today)?);
    let amount = price::checked(item.retail_price.0, file, &what)?;
    let region = item.arm_region_name.as_str();
    match wanted {
        Wanted::Instance(name, part, divisor) => {
            let hour = (amount / Decimal::from(divisor)).normalize();
            gathered.price_instance((region, name), part, hour, file)?;
            for plan in item.savings_plan.iter().flatten() {
                let part = match plan.term.as_str() {
                    "1 Year" => InstancePart::SavingsYear,
                    "3 Years" => InstancePart::SavingsThreeYears,
                    _ => continue,
                };
                let hour = price::checked(plan.retail_price.0, file, &what)?;
                gathered.price_instance((region, name), part, hour, file)?;
            }
            Ok(())
        }
        Wanted::Hourly(part, kind) => {
            let place = (!matches!(region, "" | "Global")).then_some(region);
            gathered.price_hourly(part, (place, kind), amount, file)
        }
        Wanted::Disk(kind) => {
            let month = (amount * Decimal::from(HOURS_A_MONTH)).normalize();
            gathered.price_storage((Some(region), kind), StoragePart::Size, month, file)
        }
    }
}

/// Why the price of a GiB of a disk of fixed sizes is no list price.
const SIZED: &str =
    "Azure sells these disks in fixed sizes, each at its own price; a GiB of a full one of 128 GiB is taken";

/// A disk of 128 GiB (P10, E10, S10 of "Azure managed disk types"), and what StorageClasses call its kind.
fn sized_disk(item: &Item, options: &Options) -> Option<(&'static str, u32)> {
    const KINDS: [(&str, &str); 5] = [
        ("P10 LRS Disk", "Premium_LRS"),
        ("P10 ZRS Disk", "Premium_ZRS"),
        ("E10 LRS Disk", "StandardSSD_LRS"),
        ("E10 ZRS Disk", "StandardSSD_ZRS"),
        ("S10 LRS Disk", "Standard_LRS"),
    ];
    let is_disk = item.service_name == "Storage"
        && item.unit_of_measure == "1/Month"
        && item.kind == "Consumption"
        && options.takes(&item.arm_region_name)
        && item.is_primary_meter_region != Some(false);
    let (_, kind) = KINDS.iter().find(|(meter, _)| is_disk && *meter == item.meter_name)?;
    Some((kind, 128))
}

fn take_sized(
    gathered: &mut Gathered,
    item: &Item,
    (kind, gib): (&str, u32),
    options: &Options,
    file: &str,
) -> Result<(), ImportError> {
    gathered.in_currency(&item.currency_code, file, &item.meter_name)?;
    gathered.newest(price::day(&item.effective_start_date, file, &options.today)?);
    let month = price::checked(item.retail_price.0, file, &item.meter_name)?;
    let price = (month / Decimal::from(gib)).normalize();
    gathered.price_storage((Some(&item.arm_region_name), kind), StoragePart::Size, price, file)
}

/// A month of the price book.
const HOURS_A_MONTH: u32 = 730;

enum Wanted<'a> {
    /// An instance, and the hours that its price is for.
    Instance(&'a str, InstancePart, u32),
    Hourly(HourlyPart, &'static str),
    /// A disk by the GiB and hour.
    Disk(&'static str),
}

fn wanted<'a>(item: &'a Item, options: &Options) -> Result<Wanted<'a>, &'static str> {
    let region = item.arm_region_name.as_str();
    if !options.takes(region) && !matches!(region, "" | "Global") {
        return Err("of another region");
    }
    // The same meter is listed again where another region bills through it.
    if item.is_primary_meter_region == Some(false) {
        return Err("billed through another region");
    }
    if item.tier_minimum_units.is_some_and(|units| !units.0.is_zero()) {
        return Err("a tier above the first");
    }
    match item.service_name.as_str() {
        "Virtual Machines" => instance(item),
        "Load Balancer"
            if item.meter_name == "Standard Included LB Rules and Outbound Rules" && is_hour(item) =>
        {
            Ok(Wanted::Hourly(HourlyPart::LoadBalancer, "standard"))
        }
        "Azure Kubernetes Service" if item.meter_name == "Standard Uptime SLA" && is_hour(item) => {
            Ok(Wanted::Hourly(HourlyPart::Cluster, "aks"))
        }
        "Storage" => disk(item),
        _ => Err("nothing that a cluster pays for"),
    }
}

fn is_hour(item: &Item) -> bool {
    matches!(item.unit_of_measure.as_str(), "1 Hour" | "1/Hour")
}

fn instance(item: &Item) -> Result<Wanted<'_>, &'static str> {
    let Some(name) = item.arm_sku_name.as_deref().filter(|name| !name.is_empty()) else {
        return Err("of no instance type");
    };
    if item.product_name.contains("Windows") {
        return Err("not Linux");
    }
    if item.product_name.contains("CloudServices") || item.product_name.contains("Dedicated Host") {
        return Err("not a machine of a cluster");
    }
    if item.sku_name.contains("Low Priority") {
        return Err("low priority, which Azure has given up");
    }
    if !is_hour(item) {
        return Err("by another unit");
    }
    let (part, hours) = match (item.kind.as_str(), item.reservation_term.as_deref()) {
        ("Consumption", _) if item.sku_name.contains("Spot") => (InstancePart::Spot, 1),
        ("Consumption", _) => (InstancePart::OnDemand, 1),
        ("Reservation", Some("1 Year")) => (InstancePart::ReservedYear, HOURS_A_YEAR),
        ("Reservation", Some("3 Years")) => (InstancePart::ReservedThreeYears, 3 * HOURS_A_YEAR),
        ("Reservation", _) => return Err("a reservation of another form"),
        _ => return Err("for development and tests"),
    };
    Ok(Wanted::Instance(name, part, hours))
}

/// Premium SSD v2 and Ultra Disks are paid by the GiB; the others are sold in fixed sizes, of which no price of a GiB follows.
fn disk(item: &Item) -> Result<Wanted<'_>, &'static str> {
    let is_gib = item.unit_of_measure == "1 GiB/Hour";
    match (item.product_name.as_str(), item.meter_name.as_str()) {
        ("Azure Premium SSD v2", "Premium LRS Provisioned Capacity") if is_gib => {
            Ok(Wanted::Disk("PremiumV2_LRS"))
        }
        ("Ultra Disks", "Ultra LRS Provisioned Capacity") if is_gib => Ok(Wanted::Disk("UltraSSD_LRS")),
        (product, _) if product.ends_with("Managed Disks") => Err("a disk of a fixed size"),
        _ => Err("another storage"),
    }
}
