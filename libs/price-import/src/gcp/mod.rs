//! GCP: pages of the Cloud Billing Catalog (`services.skus.list`). Cores and memory are priced apart, by family and region; the
//! price of a machine type is computed from them.

mod machines;
mod sku;

use std::collections::BTreeMap;
use std::fmt;
use std::io::BufRead;

use price_book::{PriceList, Rule, Scope};
use rust_decimal::Decimal;
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use self::sku::{Part, Resource, Sku, Usage};
use crate::gathered::{Gathered, InstancePart};
use crate::{File, ImportError, Imported, Options, stream};

pub(crate) fn import<R: BufRead>(files: Vec<File<R>>, options: &Options) -> Result<Imported, ImportError> {
    let mut reading = Reading {
        gathered: Gathered::of("gcp"),
        resources: BTreeMap::new(),
        options,
        file: String::new(),
        has_skus: false,
        next: None,
        failed: None,
    };
    let (count, mut open) = (files.len(), 0);
    for File { name, content } in files {
        (reading.file, reading.has_skus, reading.next) = (name.clone(), false, None);
        let done = stream::read(content, &mut reading, &name);
        if let Some(error) = reading.failed.take() {
            return Err(error);
        }
        done?;
        if !reading.has_skus {
            return Err(ImportError::Schema { file: name, why: "it has no `skus`".to_owned() });
        }
        open += usize::from(reading.next.as_ref().is_some_and(|token| !token.is_empty()));
    }
    // Several services may be given, each of several pages, of which one says that no further one follows.
    if open >= count {
        return Err(ImportError::Pages(
            "every page has a nextPageToken, so that the last one is missing".to_owned(),
        ));
    }
    let Reading { mut gathered, resources, .. } = reading;
    let files = "the Cloud Billing Catalog";
    let families = price_machines(&mut gathered, &resources, files)?;
    let (taken, passed_over) = (gathered.taken, gathered.passed_over.clone());
    let list = gathered.list("GCP Cloud Billing Catalog".to_owned());
    let lists = list.into_iter().map(|list| with_rules(list, &families));
    Ok(Imported { lists: lists.collect(), taken, passed_over })
}

/// A family in a region under a kind of usage: what a core and a GiB cost an hour.
type Resources = BTreeMap<(String, String, Usage), (Option<Decimal>, Option<Decimal>)>;

struct Reading<'a> {
    gathered: Gathered,
    resources: Resources,
    options: &'a Options,
    file: String,
    has_skus: bool,
    next: Option<String>,
    failed: Option<ImportError>,
}

impl Reading<'_> {
    fn or_fail<T, E: Error>(&mut self, done: Result<T, ImportError>) -> Result<T, E> {
        done.map_err(|error| {
            let text = error.to_string();
            self.failed = Some(error);
            E::custom(text)
        })
    }

    fn sku(&mut self, sku: &Sku) -> Result<(), ImportError> {
        let wanted = match sku.wanted() {
            Ok(wanted) => wanted,
            Err(why) => {
                self.gathered.pass_over(why);
                return Ok(());
            }
        };
        let Some((price, currency, day)) = sku.price(&wanted, &self.file, &self.options.today)? else {
            self.gathered.pass_over("without a price of its unit");
            return Ok(());
        };
        self.gathered.in_currency(&currency, &self.file, &sku.sku_id)?;
        self.gathered.newest(day);
        for region in
            sku.service_regions.iter().filter(|region| self.options.takes(region) || *region == "global")
        {
            self.price(sku, &wanted, region, price)?;
        }
        Ok(())
    }

    fn price(&mut self, sku: &Sku, wanted: &Part, region: &str, price: Decimal) -> Result<(), ImportError> {
        let place = (region != "global").then_some(region);
        match wanted {
            Part::Resource { family, usage, resource } => {
                let key = (family.clone(), region.to_owned(), *usage);
                let (core, gib) = self.resources.entry(key).or_default();
                let slot = if *resource == Resource::Core { core } else { gib };
                match slot {
                    Some(one) if *one != price => Err(twice(&self.file, sku, region, *one, price)),
                    _ => {
                        *slot = Some(price);
                        Ok(())
                    }
                }
            }
            Part::Storage { kind, part } => {
                self.gathered.price_storage((place, kind), *part, price, &self.file)
            }
            Part::Hourly { part, kind } => {
                self.gathered.price_hourly(*part, (place, kind), price, &self.file)
            }
        }
    }
}

fn twice(file: &str, sku: &Sku, region: &str, one: Decimal, other: Decimal) -> ImportError {
    ImportError::Twice {
        file: file.to_owned(),
        what: format!("{} in {region}", sku.description),
        one: one.min(other).to_string(),
        other: one.max(other).to_string(),
    }
}

/// Prices the machine types of every family whose core and memory have a price; the families that were.
fn price_machines(
    gathered: &mut Gathered,
    resources: &Resources,
    file: &str,
) -> Result<Vec<String>, ImportError> {
    let mut families = Vec::new();
    for ((family, region, usage), prices) in resources {
        let (Some(core), Some(gib)) = prices else {
            gathered.pass_over("a core without memory, or memory without a core");
            continue;
        };
        let part = match usage {
            Usage::OnDemand => InstancePart::OnDemand,
            Usage::Spot => InstancePart::Spot,
            Usage::CommittedYear => InstancePart::ReservedYear,
            Usage::CommittedThreeYears => InstancePart::ReservedThreeYears,
        };
        for machine in machines::of(family) {
            let cores = machine.billed.checked_mul(*core);
            let memory = machine.memory_gib.checked_mul(*gib);
            let Some(price) = cores.zip(memory).and_then(|(cores, memory)| cores.checked_add(memory)) else {
                continue;
            };
            gathered.price_instance((region, &machine.name), part, price.normalize(), file)?;
            let instance = gathered.instance(region, &machine.name);
            (instance.cpu, instance.memory_gib) = (Some(machine.cpu), Some(machine.memory_gib));
        }
        families.push(family.clone());
    }
    families.dedup();
    Ok(families)
}

/// What a machine that runs all month gets off by itself ("Sustained use discounts for Compute Engine"): N1 and memory-optimised
/// families 30 %, N2, N2D and C2 20 %; later families get none.
const SUSTAINED: [(&str, i64); 6] = [("c2", 20), ("m1", 30), ("m2", 30), ("n1", 30), ("n2", 20), ("n2d", 20)];

fn with_rules(mut list: PriceList, families: &[String]) -> PriceList {
    for (family, percent) in
        SUSTAINED.into_iter().filter(|(family, _)| families.iter().any(|one| one == family))
    {
        list.rules.push(Rule {
            name: format!("sustained use of {family} all month"),
            scope: Scope {
                provider: Some("gcp".to_owned()),
                family: Some(family.to_owned()),
                capacity_type: Some("on-demand".to_owned()),
                resource: Some("instance".to_owned()),
                ..Scope::default()
            },
            from: None,
            until: None,
            discount_percent: Some(Decimal::from(percent)),
            rate: None,
            commitment: None,
        });
    }
    list
}

impl<'de> DeserializeSeed<'de> for &mut Reading<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Reading<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page of skus")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "skus" => {
                    self.has_skus = true;
                    map.next_value_seed(Skus(self))?;
                }
                "nextPageToken" => self.next = map.next_value()?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

struct Skus<'r, 'a>(&'r mut Reading<'a>);

impl<'de> DeserializeSeed<'de> for Skus<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Skus<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of skus")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(sku) = seq.next_element::<Sku>()? {
            let taken = self.0.sku(&sku);
            self.0.or_fail(taken)?;
        }
        Ok(())
    }
}
