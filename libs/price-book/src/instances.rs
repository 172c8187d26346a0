//! What a provider's instances cost an hour.

use rust_decimal::Decimal;

use crate::list::Instance;
use crate::offers::{Offer, choose};
use crate::rules::Priced;
use crate::{PriceBook, Quote, Term};

/// What is known of the price of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstancePrice {
    /// An hour of it.
    Known(Box<InstanceQuote>),
    /// Not known, and why.
    Unknown(String),
}

/// The price of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceQuote {
    /// An hour of it.
    pub hour: Quote,
    /// The least and the most that an hour has cost, where the list is a history of spot prices.
    pub range: Option<(Decimal, Decimal)>,
}

impl PriceBook {
    /// The price of an hour. Where no list has the region, another's stands in: assumed, with the reason. Any capacity type but
    /// `spot` is on demand, and a price on demand never stands in for one as spot.
    #[must_use]
    pub fn instance(&self, name: &str, region: Option<&str>, capacity_type: Option<&str>) -> InstancePrice {
        let is_spot = capacity_type == Some("spot");
        let offers = self.instance_offers(name, is_spot);
        let priced = Priced { resource: "instance", provider: None, region, kind: name, is_spot };
        let found = choose(name, region, &offers)
            .and_then(|(offer, why)| Some((offer, self.quote_of(offer, why, &priced)?)));
        match found {
            Some((offer, hour)) => {
                let range = if is_spot { self.spot_range(offer, &priced) } else { None };
                InstancePrice::Known(Box::new(InstanceQuote { hour, range }))
            }
            None => InstancePrice::Unknown(self.no_instance(name, is_spot)),
        }
    }

    /// What an instance type has, by the first list that says so: its cores, its memory in GiB, its GPUs.
    #[must_use]
    pub fn shape(&self, name: &str) -> Option<(Decimal, Decimal, u32)> {
        let shape = |instance: &Instance| Some((instance.cpu?, instance.memory_gib?, instance.gpus));
        self.instances_named(name).find_map(|offer| shape(offer.item))
    }

    /// An hour in a savings plan of a term, of a list that has the type in the region.
    pub(crate) fn savings(&self, name: &str, region: &str, term: Term) -> Option<Decimal> {
        let in_region = |offer: &Offer<'_, Instance>| offer.region.is_none_or(|place| place == region);
        self.instances_named(name).filter(in_region).find_map(|offer| {
            let price = match term {
                Term::Year => offer.item.savings_1y,
                Term::ThreeYears => offer.item.savings_3y,
            };
            self.quote(offer.list, price?).map(|quote| quote.price)
        })
    }

    /// Whose an instance type is.
    pub(crate) fn provider_of<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.instances_named(name).next().map(|offer| offer.provider)
    }

    fn instances_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Offer<'a, Instance>> {
        self.lists().iter().flat_map(move |list| {
            list.instances.iter().filter_map(move |region| {
                let found = region.instances.binary_search_by(|one| one.name.as_str().cmp(name)).ok()?;
                let item = region.instances.get(found)?;
                let place = Some(region.region.as_str()).filter(|place| !place.is_empty());
                Some(Offer { list, provider: &region.provider, region: place, item, price: Decimal::ZERO })
            })
        })
    }

    fn instance_offers<'a>(&'a self, name: &'a str, is_spot: bool) -> Vec<Offer<'a, Instance>> {
        let priced = |offer: Offer<'a, Instance>| {
            let price = if is_spot { offer.item.spot } else { offer.item.on_demand }?;
            self.counts(offer.list).then_some(Offer { price, ..offer })
        };
        self.instances_named(name).filter_map(priced).collect()
    }

    fn spot_range(&self, offer: &Offer<'_, Instance>, priced: &Priced<'_>) -> Option<(Decimal, Decimal)> {
        let quote = |price| self.quote_of(&Offer { price, ..*offer }, None, priced).map(|quote| quote.price);
        Some((quote(offer.item.spot_low?)?, quote(offer.item.spot_high?)?))
    }

    fn no_instance(&self, name: &str, is_spot: bool) -> String {
        let has_price = |one: &Instance| if is_spot { one.spot.is_some() } else { one.on_demand.is_some() };
        let named: Vec<_> = self.instances_named(name).collect();
        match (named.iter().find(|offer| has_price(offer.item)), named.is_empty()) {
            (Some(offer), _) => format!("{name} {}", self.no_rate(offer.list)),
            (None, true) => format!("the instance type {name} is not in the book"),
            (None, false) if is_spot => format!("{name} has no price as spot"),
            (None, false) => format!("{name} has no price on demand"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Confidence;

    fn hour(name: &str, region: Option<&str>, capacity_type: Option<&str>) -> Quote {
        match PriceBook::shipped().unwrap().instance(name, region, capacity_type) {
            InstancePrice::Known(known) => known.hour,
            InstancePrice::Unknown(why) => panic!("{name}: {why}"),
        }
    }

    /// Expected: list prices that are commonly known (us-east-1, Linux).
    #[test]
    fn the_shipped_list_has_known_prices() {
        for (name, price) in [("m5.large", "0.096"), ("c5.large", "0.085"), ("r5.large", "0.126")] {
            let listed = hour(name, Some("us-east-1"), None);
            assert_eq!((listed.price, listed.confidence), (price.parse().unwrap(), Confidence::List));
            assert_eq!(listed.why, None);
        }
        let assumed = hour("m5.large", None, Some("on-demand"));
        assert_eq!((assumed.price, assumed.confidence), ("0.096".parse().unwrap(), Confidence::Assumed));
        assert_eq!(assumed.why.as_deref(), Some("its region is not known; that of us-east-1 is taken"));
    }

    #[test]
    fn what_is_not_listed_is_not_taken_silently() {
        let far = hour("m5.large", Some("eu-west-1"), None);
        assert_eq!(far.confidence, Confidence::Assumed);
        assert_eq!(
            far.why.as_deref(),
            Some("m5.large has no price in eu-west-1; that of us-east-1 is taken")
        );
        let book = PriceBook::shipped().unwrap();
        let why = |price| match price {
            InstancePrice::Unknown(why) => why,
            other => panic!("{other:?}"),
        };
        assert!(why(book.instance("m99.huge", None, None)).contains("is not in the book"));
        assert!(why(book.instance("e2-micro", None, Some("spot"))).contains("as spot"));
    }
}
