//! A bulk offer as JSON. It is read as a stream: of the products only what a cluster pays for is kept, and of the terms only the
//! prices of those.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::BufRead;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::product::{Attributes, Wanted, wanted};
use super::spot::{Entry, History};
use super::taking::{Rate, Taking, Term};
use crate::{ImportError, stream};

/// Reads an offer, or a history of spot prices, which is told by its first key. What an offer is called is returned.
pub(super) fn read<R: BufRead>(
    content: R,
    taking: Taking<'_>,
    history: &mut History,
) -> Result<Option<String>, ImportError> {
    let file = taking.file;
    let mut reading = Reading {
        taking,
        history,
        wanted: HashMap::new(),
        has_products: false,
        has_terms: false,
        has_history: false,
        is_dated: false,
        offer: String::new(),
        version: String::new(),
        failed: None,
    };
    let done = stream::read(content, &mut reading, file);
    if let Some(error) = reading.failed.take() {
        return Err(error);
    }
    done?;
    match reading {
        Reading { has_history: true, has_products: false, .. } => Ok(None),
        Reading { has_products: true, has_terms: true, is_dated: false, .. } => Err(ImportError::Schema {
            file: file.to_owned(),
            why: "there is no `publicationDate`".to_owned(),
        }),
        Reading { has_products: true, has_terms: true, offer, version, .. } => {
            Ok(Some(format!("{offer} {version}").trim().to_owned()))
        }
        _ => Err(ImportError::Schema {
            file: file.to_owned(),
            why: "neither `products` and `terms` nor `SpotPriceHistory`".to_owned(),
        }),
    }
}

struct Reading<'a> {
    taking: Taking<'a>,
    history: &'a mut History,
    wanted: HashMap<String, Wanted>,
    has_products: bool,
    has_terms: bool,
    has_history: bool,
    is_dated: bool,
    offer: String,
    version: String,
    /// What is wrong with what was read; serde's own errors are texts.
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
}

/// A seed for one of the objects of an offer.
struct Part<'r, 'a>(&'r mut Reading<'a>, Which);

#[derive(Clone, Copy)]
enum Which {
    Products,
    Terms,
    Skus(&'static str),
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
        f.write_str("a bulk offer, or a history of spot prices")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "offerCode" => self.offer = map.next_value()?,
                "version" => self.version = map.next_value()?,
                "publicationDate" => {
                    let date: String = map.next_value()?;
                    let dated = self.taking.dated(&date);
                    self.or_fail(dated)?;
                    self.is_dated = true;
                }
                "products" => {
                    self.has_products = true;
                    map.next_value_seed(Part(self, Which::Products))?;
                }
                "terms" if !self.has_products => {
                    return Err(A::Error::custom("`terms` stand before `products`, which AWS never writes"));
                }
                "terms" => {
                    self.has_terms = true;
                    map.next_value_seed(Part(self, Which::Terms))?;
                }
                "SpotPriceHistory" => {
                    self.has_history = true;
                    let entries: Vec<Entry> = map.next_value()?;
                    let added = self.history.add(entries, self.taking.file, self.taking.options);
                    self.or_fail(added)?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Part<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Part<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(reading, which) = self;
        while let Some(key) = map.next_key::<String>()? {
            match which {
                Which::Products => {
                    let product: Product = map.next_value()?;
                    reading.product(key, &product);
                }
                Which::Terms => match key.as_str() {
                    "OnDemand" => map.next_value_seed(Part(reading, Which::Skus("OnDemand")))?,
                    "Reserved" => map.next_value_seed(Part(reading, Which::Skus("Reserved")))?,
                    _ => drop(map.next_value::<IgnoredAny>()?),
                },
                Which::Skus(kind) => match reading.wanted.get(&key).cloned() {
                    None => drop(map.next_value::<IgnoredAny>()?),
                    Some(wanted) => {
                        let terms: BTreeMap<String, TermJson> = map.next_value()?;
                        let taken = reading.terms(&key, kind, &wanted, &terms);
                        reading.or_fail(taken)?;
                    }
                },
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Product {
    #[serde(default)]
    product_family: String,
    attributes: Attributes,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TermJson {
    #[serde(default)]
    effective_date: Option<String>,
    price_dimensions: BTreeMap<String, Dimension>,
    #[serde(default)]
    term_attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dimension {
    unit: String,
    #[serde(default)]
    begin_range: String,
    price_per_unit: BTreeMap<String, String>,
}

impl Reading<'_> {
    fn product(&mut self, sku: String, product: &Product) {
        match wanted(&product.product_family, &product.attributes) {
            Ok(wanted) if self.taking.takes(&wanted) => {
                self.wanted.insert(sku, wanted);
            }
            Ok(_) => self.taking.gathered.pass_over("of another region"),
            Err(why) => self.taking.gathered.pass_over(why),
        }
    }

    fn terms(
        &mut self,
        sku: &str,
        kind: &str,
        wanted: &Wanted,
        terms: &BTreeMap<String, TermJson>,
    ) -> Result<(), ImportError> {
        for term in terms.values() {
            let attribute = |name: &str| term.term_attributes.get(name).map_or("", String::as_str);
            let sold = match kind {
                "OnDemand" => Some(Term::OnDemand),
                _ => Term::reserved(
                    attribute("LeaseContractLength"),
                    attribute("OfferingClass"),
                    attribute("PurchaseOption"),
                ),
            };
            let Some(sold) = sold else {
                self.taking.gathered.pass_over("a reservation of another form");
                continue;
            };
            if let Some(date) = &term.effective_date {
                crate::price::day(date, self.taking.file, &self.taking.options.today)?;
            }
            for Dimension { unit, begin_range, price_per_unit } in term.price_dimensions.values() {
                let Some((currency, price)) = price_per_unit.first_key_value() else { continue };
                let rate = Rate { sku, term: sold, begin: begin_range, unit, currency, price };
                self.taking.rate(wanted, &rate)?;
            }
        }
        Ok(())
    }
}
