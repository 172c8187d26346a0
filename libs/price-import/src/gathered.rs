//! What has been found so far: a price for each thing in each place, whatever the order in which the records come.

use std::collections::BTreeMap;

use price_book::{Currency, Date, Hourly, Instance, PriceList, Region, StorageClass};
use rust_decimal::Decimal;

use crate::ImportError;

/// A region and a kind in it.
type Place = (Option<String>, String);

/// Prices of one provider in one currency.
pub(crate) struct Gathered {
    provider: &'static str,
    currency: Option<Currency>,
    pub(crate) as_of: Option<Date>,
    instances: BTreeMap<(String, String), Instance>,
    storage: BTreeMap<Place, Volume>,
    load_balancers: BTreeMap<Place, Decimal>,
    clusters: BTreeMap<Place, Decimal>,
    gpus: BTreeMap<Place, Decimal>,
    pub(crate) taken: u64,
    pub(crate) passed_over: BTreeMap<&'static str, u64>,
}

/// What is paid by the hour and told by its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HourlyPart {
    LoadBalancer,
    Cluster,
    Gpu,
}

/// A price of a volume, for a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoragePart {
    /// Of a GiB.
    Size,
    /// Of an operation a second.
    Operations,
    /// Of a MiB a second.
    Throughput,
}

/// The prices of a kind of volume.
#[derive(Default)]
struct Volume {
    size: Option<Decimal>,
    operations: Option<Decimal>,
    throughput: Option<Decimal>,
}

/// A price of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InstancePart {
    OnDemand,
    Spot,
    ReservedYear,
    ReservedThreeYears,
    SavingsYear,
    SavingsThreeYears,
}

impl Gathered {
    pub(crate) fn of(provider: &'static str) -> Self {
        Self {
            provider,
            currency: None,
            as_of: None,
            instances: BTreeMap::new(),
            storage: BTreeMap::new(),
            load_balancers: BTreeMap::new(),
            clusters: BTreeMap::new(),
            gpus: BTreeMap::new(),
            taken: 0,
            passed_over: BTreeMap::new(),
        }
    }

    pub(crate) fn pass_over(&mut self, why: &'static str) {
        *self.passed_over.entry(why).or_default() += 1;
    }

    /// Every price of a list is in one currency.
    pub(crate) fn in_currency(&mut self, code: &str, file: &str, what: &str) -> Result<(), ImportError> {
        let wrong = |error: price_book::NotACurrency| ImportError::Schema {
            file: file.to_owned(),
            why: format!("{what}: {error}"),
        };
        let other: Currency = code.parse().map_err(wrong)?;
        match self.currency {
            Some(one) if one != other => {
                Err(ImportError::Currencies { file: file.to_owned(), what: what.to_owned(), one, other })
            }
            _ => {
                self.currency = Some(other);
                Ok(())
            }
        }
    }

    /// The day of the list is that of its newest part.
    pub(crate) fn newest(&mut self, date: Date) {
        self.as_of = Some(self.as_of.take().map_or(date.clone(), |before| before.max(date)));
    }

    /// An instance type in a region, with nothing known of it if it is new.
    pub(crate) fn instance(&mut self, region: &str, name: &str) -> &mut Instance {
        let place = (region.to_owned(), name.to_owned());
        let new = || Instance { name: name.to_owned(), ..Instance::default() };
        self.instances.entry(place).or_insert_with(new)
    }

    pub(crate) fn price_instance(
        &mut self,
        (region, name): (&str, &str),
        part: InstancePart,
        price: Decimal,
        file: &str,
    ) -> Result<(), ImportError> {
        let instance = self.instance(region, name);
        let slot = match part {
            InstancePart::OnDemand => &mut instance.on_demand,
            InstancePart::Spot => &mut instance.spot,
            InstancePart::ReservedYear => &mut instance.reserved_1y,
            InstancePart::ReservedThreeYears => &mut instance.reserved_3y,
            InstancePart::SavingsYear => &mut instance.savings_1y,
            InstancePart::SavingsThreeYears => &mut instance.savings_3y,
        };
        set(slot, price, file, || format!("{name} in {region} ({part:?})"))?;
        self.taken += 1;
        Ok(())
    }

    pub(crate) fn price_storage(
        &mut self,
        (region, kind): (Option<&str>, &str),
        part: StoragePart,
        price: Decimal,
        file: &str,
    ) -> Result<(), ImportError> {
        let place = (region.map(str::to_owned), kind.to_owned());
        let volume = self.storage.entry(place).or_default();
        let slot = match part {
            StoragePart::Size => &mut volume.size,
            StoragePart::Operations => &mut volume.operations,
            StoragePart::Throughput => &mut volume.throughput,
        };
        set(slot, price, file, || format!("{kind} in {} ({part:?})", region.unwrap_or("every region")))?;
        self.taken += 1;
        Ok(())
    }

    pub(crate) fn price_hourly(
        &mut self,
        part: HourlyPart,
        (region, kind): (Option<&str>, &str),
        price: Decimal,
        file: &str,
    ) -> Result<(), ImportError> {
        let map = match part {
            HourlyPart::LoadBalancer => &mut self.load_balancers,
            HourlyPart::Cluster => &mut self.clusters,
            HourlyPart::Gpu => &mut self.gpus,
        };
        let place = (region.map(str::to_owned), kind.to_owned());
        let mut slot = map.get(&place).copied();
        set(&mut slot, price, file, || format!("{kind} in {}", region.unwrap_or("every region")))?;
        map.insert(place, price);
        self.taken += 1;
        Ok(())
    }

    /// The list, if something was found.
    pub(crate) fn list(self, source: String) -> Option<PriceList> {
        let mut list = PriceList::empty(self.currency?, self.as_of?, source);
        let provider = self.provider;
        let hourly = |map: BTreeMap<Place, Decimal>| -> Vec<Hourly> {
            let each = map.into_iter();
            each.map(|((region, kind), hour)| Hourly { provider: provider.to_owned(), region, kind, hour })
                .collect()
        };
        list.load_balancers = hourly(self.load_balancers);
        list.clusters = hourly(self.clusters);
        list.gpus = hourly(self.gpus);
        list.storage =
            self.storage.into_iter().filter_map(|(place, volume)| class(provider, place, &volume)).collect();
        let mut regions: BTreeMap<String, Vec<Instance>> = BTreeMap::new();
        for ((region, _), instance) in self.instances {
            regions.entry(region).or_default().push(instance);
        }
        list.instances = regions
            .into_iter()
            .map(|(region, instances)| Region { provider: provider.to_owned(), region, instances })
            .collect();
        Some(list)
    }
}

/// A kind of volume; none where its size has no price, without which that of its operations is of no use.
fn class(provider: &str, (region, kind): Place, volume: &Volume) -> Option<StorageClass> {
    let (free_iops, free_mibps) = free(&kind);
    Some(StorageClass {
        provider: provider.to_owned(),
        region,
        gib_month: volume.size?,
        iops_month: volume.operations,
        free_iops,
        mibps_month: volume.throughput,
        free_mibps,
        kind,
    })
}

/// What the price of the size covers, by the providers' documentation: gp3 3,000 operations and 125 MiB a second ("Amazon EBS
/// volume types"), hyperdisk-balanced 3,000 and 140 ("Hyperdisk pricing").
fn free(kind: &str) -> (u32, u32) {
    match kind {
        "gp3" => (3_000, 125),
        "hyperdisk-balanced" => (3_000, 140),
        _ => (0, 0),
    }
}

/// The same price once more is nothing new; another one is a contradiction.
fn set(
    slot: &mut Option<Decimal>,
    price: Decimal,
    file: &str,
    what: impl Fn() -> String,
) -> Result<(), ImportError> {
    match slot {
        Some(one) if *one != price => Err(ImportError::Twice {
            file: file.to_owned(),
            what: what(),
            // The smaller first, so that the order of the records makes no difference.
            one: price.min(*one).to_string(),
            other: price.max(*one).to_string(),
        }),
        _ => {
            *slot = Some(price);
            Ok(())
        }
    }
}
