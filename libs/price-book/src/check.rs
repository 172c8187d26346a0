//! What a list must hold, and the one order that it is kept in, so that equal lists have equal bytes.

use rust_decimal::Decimal;

use crate::list::{Hourly, Instance, StorageClass};
use crate::{Confidence, PriceBookError, PriceList, Unit, rules};

impl PriceList {
    /// The list in its one order.
    ///
    /// # Errors
    /// When a price is negative, a thing has two prices in one place, a range does not hold its price, or a list of assumed
    /// prices does not say why.
    pub fn checked(mut self) -> Result<Self, PriceBookError> {
        if (self.confidence == Confidence::Assumed) != self.why.is_some() {
            return Err(PriceBookError::value(
                "why",
                "says why prices are assumed, and is there only if they are",
            ));
        }
        for unit in Unit::ALL {
            not_negative(unit.name(), self.units.get(unit))?;
        }
        sort_unique("storage", &mut self.storage, StorageClass::place)?;
        for class in &self.storage {
            let prices = [Some(class.gib_month), class.iops_month, class.mibps_month];
            prices.into_iter().try_for_each(|price| not_negative("storage", price))?;
        }
        for (field, list) in [
            ("load_balancers", &mut self.load_balancers),
            ("clusters", &mut self.clusters),
            ("gpus", &mut self.gpus),
        ] {
            sort_unique(field, list, Hourly::place)?;
            list.iter().try_for_each(|one| not_negative(field, Some(one.hour)))?;
        }
        sort_unique("instances", &mut self.instances, |region| {
            (region.provider.clone(), region.region.clone())
        })?;
        for region in &mut self.instances {
            sort_unique("instances", &mut region.instances, |instance| instance.name.clone())?;
            region.instances.iter().try_for_each(check_instance)?;
        }
        sort_unique("rates", &mut self.rates, |rate| (rate.from, rate.to, rate.as_of.clone()))?;
        rules::check(&self.rules)?;
        match self.rates.iter().any(|rate| rate.rate.is_zero() || rate.rate.is_sign_negative()) {
            true => Err(PriceBookError::value("rates", "holds a rate that is not above zero")),
            false => Ok(self),
        }
    }
}

impl StorageClass {
    fn place(&self) -> (String, Option<String>, String) {
        (self.provider.clone(), self.region.clone(), self.kind.clone())
    }
}

impl Hourly {
    fn place(&self) -> (String, Option<String>, String) {
        (self.provider.clone(), self.region.clone(), self.kind.clone())
    }
}

fn check_instance(instance: &Instance) -> Result<(), PriceBookError> {
    let Instance { on_demand, spot, spot_low, spot_high, cpu, memory_gib, .. } = instance;
    let Instance { reserved_1y, reserved_3y, savings_1y, savings_3y, .. } = instance;
    let committed = [reserved_1y, reserved_3y, savings_1y, savings_3y];
    for figure in [on_demand, spot, spot_low, spot_high, cpu, memory_gib].into_iter().chain(committed) {
        not_negative("instances", *figure)?;
    }
    let within = match (spot_low, spot, spot_high) {
        (None, _, None) => true,
        (Some(low), Some(spot), Some(high)) => low <= spot && spot <= high,
        _ => false,
    };
    match within {
        true => Ok(()),
        false => {
            let why = format!("has {} with a range that its price as spot is not in", instance.name);
            Err(PriceBookError::value("instances", why))
        }
    }
}

fn not_negative(field: &'static str, price: Option<Decimal>) -> Result<(), PriceBookError> {
    match price {
        Some(price) if price.is_sign_negative() && !price.is_zero() => {
            Err(PriceBookError::value(field, format!("is {price}: a price cannot be negative")))
        }
        _ => Ok(()),
    }
}

fn sort_unique<T, K: Ord + std::fmt::Debug>(
    field: &'static str,
    list: &mut [T],
    key: impl Fn(&T) -> K,
) -> Result<(), PriceBookError> {
    list.sort_by_cached_key(&key);
    for pair in list.windows(2) {
        if let [one, other] = pair
            && key(one) == key(other)
        {
            return Err(PriceBookError::value(field, format!("has two prices for {:?}", key(one))));
        }
    }
    Ok(())
}
