//! The cost of a workload's pods, divided among their containers.

use crate::demand::ContainerWeights;
use crate::item::Item;

/// Under which name stands what a pod asks for beyond its containers that stay: init containers that need more, overhead,
/// what a platform rounds up.
pub(crate) const POD: &str = "(pod)";

/// Micro-units in proportion to what each container asks for, by the largest remainder, so that they sum to the whole; all of it
/// to the pod where no container asks for anything. The first of equal remainders gets what is left.
pub(crate) fn divide(micros: i64, item: &Item, containers: &ContainerWeights) -> Vec<(String, i64)> {
    let key = match item {
        Item::Cpu(_) => "cpu",
        Item::Memory(_) => "memory",
        Item::Gpu(name, _) => name,
        _ => return Vec::new(),
    };
    let mut weights: Vec<(&str, i128)> = containers
        .iter()
        .filter_map(|(name, asks)| Some((name.as_str(), *asks.get(key)?)))
        .filter(|(_, weight)| *weight > 0)
        .collect();
    if weights.is_empty() {
        return if micros == 0 { Vec::new() } else { vec![(POD.to_owned(), micros)] };
    }
    // A share to 60 bits is as good as an exact one, and its product with an amount fits.
    while weights.iter().map(|(_, weight)| weight).sum::<i128>() >= 1 << 60 {
        weights.iter_mut().for_each(|(_, weight)| *weight >>= 1);
    }
    let whole: i128 = weights.iter().map(|(_, weight)| weight).sum::<i128>().max(1);
    let product = |weight: i128| i128::from(micros) * weight;
    let mut shares: Vec<(&str, i128, i128)> = weights
        .iter()
        .map(|(name, weight)| (*name, product(*weight).div_euclid(whole), product(*weight).rem_euclid(whole)))
        .collect();
    let missing = i128::from(micros) - shares.iter().map(|(_, share, _)| share).sum::<i128>();
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(shares[*index].2));
    for index in order.into_iter().take(usize::try_from(missing).unwrap_or(0)) {
        shares[index].1 += 1;
    }
    let owned = |(name, share, _): (&str, i128, i128)| Some((name.to_owned(), i64::try_from(share).ok()?));
    shares.into_iter().filter_map(owned).collect()
}
