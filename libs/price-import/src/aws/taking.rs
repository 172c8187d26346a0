//! What is done with a price of a product, wherever it was read.

use price_book::Date;
use rust_decimal::Decimal;

use super::product::Wanted;
use crate::gathered::{Gathered, InstancePart, StoragePart};
use crate::{ImportError, Options, price};

/// A price of a product.
#[derive(Debug)]
pub(super) struct Rate<'a> {
    pub(super) sku: &'a str,
    pub(super) term: Term,
    /// Where its tier begins: `0` for the first.
    pub(super) begin: &'a str,
    pub(super) unit: &'a str,
    pub(super) currency: &'a str,
    pub(super) price: &'a str,
}

/// Under which terms it is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Term {
    OnDemand,
    /// Standard class, nothing upfront.
    Reserved(InstancePart),
}

impl Term {
    /// The reserved term that is kept of the many that AWS sells.
    pub(super) fn reserved(length: &str, class: &str, option: &str) -> Option<Self> {
        match (length, class.to_ascii_lowercase().as_str(), option) {
            ("1yr", "standard", "No Upfront") => Some(Self::Reserved(InstancePart::ReservedYear)),
            ("3yr", "standard", "No Upfront") => Some(Self::Reserved(InstancePart::ReservedThreeYears)),
            _ => None,
        }
    }
}

/// Where what is read of one file goes.
pub(super) struct Taking<'a> {
    pub(super) gathered: &'a mut Gathered,
    pub(super) options: &'a Options,
    pub(super) file: &'a str,
}

impl<'a> Taking<'a> {
    pub(super) fn of(gathered: &'a mut Gathered, options: &'a Options, file: &'a str) -> Self {
        Self { gathered, options, file }
    }

    /// The day of a timestamp of the file, which is one of the list's.
    pub(super) fn dated(&mut self, timestamp: &str) -> Result<Date, ImportError> {
        let day = price::day(timestamp, self.file, &self.options.today)?;
        self.gathered.newest(day.clone());
        Ok(day)
    }

    /// Whether what is wanted is of a region that is.
    pub(super) fn takes(&self, wanted: &Wanted) -> bool {
        let (Wanted::Instance { region, .. }
        | Wanted::Storage { region, .. }
        | Wanted::Hourly { region, .. }) = wanted;
        self.options.takes(region)
    }

    pub(super) fn rate(&mut self, wanted: &Wanted, rate: &Rate<'_>) -> Result<(), ImportError> {
        if rate.begin != "0" && !rate.begin.is_empty() {
            self.gathered.pass_over("a tier above the first");
            return Ok(());
        }
        self.gathered.in_currency(rate.currency, self.file, rate.sku)?;
        let amount = price::parsed(rate.price, self.file, rate.sku)?;
        let unit = rate.unit.to_ascii_lowercase();
        let is_hour = unit.starts_with("hr") || unit.starts_with("hour");
        match (wanted, rate.term) {
            (Wanted::Instance { region, name, cpu, memory_gib, gpus }, term) if is_hour => {
                let part = match term {
                    Term::OnDemand => InstancePart::OnDemand,
                    Term::Reserved(part) => part,
                };
                // A reservation that is left of one that was sold has no price yet.
                if amount.is_zero() {
                    self.gathered.pass_over("an instance for nothing");
                    return Ok(());
                }
                self.gathered.price_instance((region, name), part, amount, self.file)?;
                let instance = self.gathered.instance(region, name);
                (instance.cpu, instance.memory_gib, instance.gpus) = (*cpu, *memory_gib, *gpus);
                Ok(())
            }
            (Wanted::Storage { region, kind, part }, Term::OnDemand) => {
                self.storage((region, kind), *part, amount, &unit)
            }
            (Wanted::Hourly { region, part, kind }, Term::OnDemand) if is_hour => {
                self.gathered.price_hourly(*part, (Some(region), kind), amount, self.file)
            }
            _ => {
                self.gathered.pass_over("by another unit");
                Ok(())
            }
        }
    }

    /// AWS writes `GB-Mo` and bills volumes by the GiB ("Amazon EBS pricing": a GB is 2³⁰ bytes there).
    fn storage(
        &mut self,
        (region, kind): (&str, &str),
        part: StoragePart,
        amount: Decimal,
        unit: &str,
    ) -> Result<(), ImportError> {
        let amount = match (part, unit) {
            (StoragePart::Size, "gb-mo") | (StoragePart::Operations, "iops-mo") => amount,
            (StoragePart::Throughput, "mibps-mo") => amount,
            (StoragePart::Throughput, "gibps-mo") => (amount / Decimal::from(1024)).normalize(),
            _ => {
                self.gathered.pass_over("by another unit");
                return Ok(());
            }
        };
        self.gathered.price_storage((Some(region), kind), part, amount, self.file)
    }
}
