//! Parts of an object as values: what is wrong with one is told with its place.

use std::collections::BTreeMap;

use kube_model::{Object, Quantity};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::PackingError;

/// Labels, by their keys.
pub type Labels = BTreeMap<String, String>;

/// The part of an object below these keys; the default where there is none.
pub(crate) fn part<T: DeserializeOwned + Default>(object: &Object, keys: &[&str]) -> Result<T, PackingError> {
    match object.at(keys) {
        None | Some(Value::Null) => Ok(T::default()),
        Some(value) => serde_path_to_error::deserialize(value).map_err(|error| {
            let below = error.path().to_string();
            let path = match below.as_str() {
                "." => keys.join("."),
                below => format!("{}.{below}", keys.join(".")),
            };
            PackingError::field(object, path, error.into_inner().to_string())
        }),
    }
}

/// For a field in which null means what its absence means, as everywhere in Kubernetes.
pub(crate) fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A quantity that is not negative, in nano-units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Amount(pub(crate) i128);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let quantity = Quantity::of(&value).map_err(D::Error::custom)?;
        if quantity < Quantity::ZERO {
            return Err(D::Error::custom(format_args!("{quantity} is negative, which Kubernetes refuses")));
        }
        Ok(Self(quantity.nanos()))
    }
}

/// Quantities by the name of the resource, as they are written.
pub(crate) type Amounts = BTreeMap<String, Amount>;

/// Quantities by the name of the resource, as the scheduler counts them: CPU in thousandths of a core, everything else
/// in whole units, both rounded up (`Quantity.MilliValue` and `Quantity.Value` of k8s.io/apimachinery).
pub type Resources = BTreeMap<String, i128>;

/// What the scheduler counts of a quantity.
pub(crate) fn counted(name: &str, Amount(nanos): Amount) -> i128 {
    let unit = if name == "cpu" { 1_000_000 } else { 1_000_000_000 };
    nanos.div_euclid(unit) + i128::from(nanos.rem_euclid(unit) != 0)
}

/// Every quantity as the scheduler counts it.
pub(crate) fn all_counted(amounts: &Amounts) -> Resources {
    amounts.iter().map(|(name, amount)| (name.clone(), counted(name, *amount))).collect()
}
