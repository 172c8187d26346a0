//! What traffic is priced at, and how much of it a workload has: the user's figures.

use price_book::{Confidence, PriceBook, Quote};
use rust_decimal::Decimal;

use crate::item::Traffic;
use crate::ratio::Ratio;
use crate::usage::{TrafficPrices, WorkloadUsage};

/// OpenCost's defaults (`configs/default.json`: `zoneNetworkEgress`, `regionNetworkEgress`, `internetNetworkEgress`,
/// `natGatewayEgress`), USD a GB. A balancer's data has none there: AWS's NLCU of 0.006 USD an hour is for one GB.
const ASSUMED: [(Traffic, (i64, u32)); 5] = [
    (Traffic::Zone, (1, 2)),
    (Traffic::Region, (1, 2)),
    (Traffic::Internet, (12, 2)),
    (Traffic::Nat, (45, 3)),
    (Traffic::Balancer, (6, 3)),
];

impl TrafficPrices {
    fn given(&self, traffic: Traffic) -> Option<Decimal> {
        match traffic {
            Traffic::Zone => self.zone_gb,
            Traffic::Region => self.region_gb,
            Traffic::Internet => self.internet_gb,
            Traffic::Nat => self.nat_gb,
            Traffic::Balancer => self.balancer_gb,
        }
    }

    /// The price of a GB: the user's, or what is assumed.
    pub(crate) fn quote(&self, traffic: Traffic, book: &PriceBook) -> Quote {
        if let Some(price) = self.given(traffic) {
            let (source, as_of) = ("the usage file".to_owned(), book.as_of.clone());
            return Quote { price, confidence: Confidence::Contract, source, as_of, why: None };
        }
        let (_, (mantissa, scale)) = ASSUMED[traffic as usize];
        Quote {
            price: Decimal::new(mantissa, scale),
            confidence: Confidence::Assumed,
            source: "OpenCost's default of traffic, as a number of the book's currency".to_owned(),
            as_of: book.as_of.clone(),
            why: Some("the usage file gives no price for it".to_owned()),
        }
    }
}

impl WorkloadUsage {
    /// GB a month of each kind of traffic.
    pub(crate) fn traffic(&self) -> impl Iterator<Item = (Traffic, Ratio)> {
        let given = |traffic| match traffic {
            Traffic::Zone => self.zone_gb,
            Traffic::Region => self.region_gb,
            Traffic::Internet => self.internet_gb,
            Traffic::Nat => self.nat_gb,
            Traffic::Balancer => self.balancer_gb,
        };
        Traffic::ALL
            .into_iter()
            .filter_map(move |traffic| Some((traffic, Ratio::of_decimal(given(traffic)?)?)))
    }
}
