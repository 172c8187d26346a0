//! What a provider's instances cost an hour.

use rust_decimal::Decimal;
use serde::Deserialize;

use crate::{Currency, Date, PriceBookError, decimal};

const SHIPPED: &str = include_str!("../data/instances.json");

/// The list prices of instances, with their source and date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstancePrices {
    /// What the prices are counted in.
    pub currency: Currency,
    /// The day as of which they hold.
    pub as_of: Date,
    /// Who says so.
    pub source: String,
    instances: Vec<Instance>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Instance {
    region: String,
    name: String,
    on_demand: Decimal,
    spot: Option<Decimal>,
}

/// What is known of the price of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstancePrice {
    /// An hour of it, in the region that was asked for.
    Listed(Decimal),
    /// An hour of it in the only region that the list has for it: which region it is in was not said.
    Assumed(Decimal, String),
    /// Not known, and why.
    Unknown(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    currency: Currency,
    as_of: Date,
    source: String,
    regions: Vec<WrittenRegion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRegion {
    #[serde(rename = "provider")]
    _provider: String,
    region: String,
    instances: Vec<WrittenInstance>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenInstance {
    name: String,
    on_demand: String,
    spot: Option<String>,
}

impl InstancePrices {
    /// Reads a list of prices; its form is that of `data/instances.json`.
    ///
    /// # Errors
    /// When it is not JSON of that form, a price is negative or no number, or an instance has two prices in one region.
    pub fn parse(json: &str) -> Result<Self, PriceBookError> {
        let written: Written = serde_json::from_str(json).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => PriceBookError::Fields(error.to_string()),
            _ => PriceBookError::Syntax(error.to_string()),
        })?;
        let mut instances: Vec<Instance> = Vec::new();
        for WrittenRegion { region, instances: listed, .. } in written.regions {
            for WrittenInstance { name, on_demand, spot } in listed {
                if instances.iter().any(|one| (&one.region, &one.name) == (&region, &name)) {
                    return Err(refuse("name", format!("{name} has two prices in {region}")));
                }
                let on_demand = price("on_demand", &on_demand)?;
                let spot = spot.map(|text| price("spot", &text)).transpose()?;
                instances.push(Instance { region: region.clone(), name, on_demand, spot });
            }
        }
        let Written { currency, as_of, source, .. } = written;
        Ok(Self { currency, as_of, source, instances })
    }

    /// The list that is shipped (see `data/SOURCES.md`).
    ///
    /// # Errors
    /// Never in a build whose tests pass: the file is part of the crate, and a test reads it.
    pub fn shipped() -> Result<Self, PriceBookError> {
        Self::parse(SHIPPED)
    }

    /// The price of an hour. A region that the list does not have gets no price: that of another region would be a guess.
    /// Any capacity type but `spot` is on demand.
    #[must_use]
    pub fn hour(&self, name: &str, region: Option<&str>, capacity_type: Option<&str>) -> InstancePrice {
        let named: Vec<&Instance> = self.instances.iter().filter(|one| one.name == name).collect();
        let found = match (region, named.as_slice()) {
            (_, []) => return InstancePrice::Unknown(format!("the instance type {name} is not in the list")),
            (Some(region), named) => named.iter().find(|one| one.region == region).copied(),
            (None, [one]) => Some(*one),
            (None, _) => return InstancePrice::Unknown(format!("in which region {name} is, is not said")),
        };
        let Some(instance) = found else {
            return InstancePrice::Unknown(format!("{name} has no price in {}", region.unwrap_or_default()));
        };
        let price = if capacity_type == Some("spot") { instance.spot } else { Some(instance.on_demand) };
        match (price, region) {
            (None, _) => InstancePrice::Unknown(format!("{name} has no price as spot")),
            (Some(price), Some(_)) => InstancePrice::Listed(price),
            (Some(price), None) => InstancePrice::Assumed(price, instance.region.clone()),
        }
    }
}

fn refuse(field: &'static str, why: String) -> PriceBookError {
    PriceBookError::Value { field, why }
}

fn price(field: &'static str, text: &str) -> Result<Decimal, PriceBookError> {
    let price = decimal::parse(text).map_err(|why| refuse(field, format!("is {text}: it {why}")))?;
    match price.is_sign_negative() {
        true => Err(refuse(field, format!("is {text}: a price cannot be negative"))),
        false => Ok(price),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: list prices that are commonly known (us-east-1, Linux).
    #[test]
    fn the_shipped_list_has_known_prices() {
        let prices = InstancePrices::shipped().unwrap();
        for (name, price) in [("m5.large", "0.096"), ("c5.large", "0.085"), ("r5.large", "0.126")] {
            let listed = InstancePrice::Listed(price.parse().unwrap());
            assert_eq!(prices.hour(name, Some("us-east-1"), None), listed);
        }
        let assumed = InstancePrice::Assumed("0.096".parse().unwrap(), "us-east-1".to_owned());
        assert_eq!(prices.hour("m5.large", None, Some("on-demand")), assumed);
    }

    #[test]
    fn what_is_not_listed_is_not_guessed() {
        let prices = InstancePrices::shipped().unwrap();
        let why = |price| match price {
            InstancePrice::Unknown(why) => why,
            other => panic!("{other:?}"),
        };
        let far = why(prices.hour("m5.large", Some("eu-west-1"), None));
        assert_eq!(far, "m5.large has no price in eu-west-1");
        assert!(why(prices.hour("m99.huge", None, None)).contains("not in the list"));
        assert!(why(prices.hour("e2-micro", None, Some("spot"))).contains("as spot"));
    }

    #[test]
    fn two_prices_for_one_instance_are_refused() {
        let twice = r#"{"currency": "USD", "as_of": "2026-01-31", "source": "s", "regions": [{"provider": "p", "region": "r",
            "instances": [{"name": "a", "on_demand": "1"}, {"name": "a", "on_demand": "2"}]}]}"#;
        assert!(InstancePrices::parse(twice).unwrap_err().to_string().contains("two prices"));
        let negative = twice.replace(r#", {"name": "a", "on_demand": "2"}"#, "").replace(r#""1""#, r#""-1""#);
        assert!(InstancePrices::parse(&negative).unwrap_err().to_string().contains("negative"));
    }
}
