//! Which of the prices that lists have for a thing is taken, and what is said where it is of another place.

use rust_decimal::Decimal;

use crate::PriceList;

/// A price of a list.
#[derive(Debug)]
pub(crate) struct Offer<'a, T> {
    pub(crate) list: &'a PriceList,
    pub(crate) provider: &'a str,
    /// Where it holds; everywhere, where the list does not say.
    pub(crate) region: Option<&'a str>,
    pub(crate) item: &'a T,
    pub(crate) price: Decimal,
}

/// The offer for a place, of offers in the order of their lists. The first list that has one there is taken. Where none has,
/// the dearest of the first list stands in, so that what is assumed is not too low; and the reason is given.
pub(crate) fn choose<'o, 'a, T>(
    name: &str,
    region: Option<&str>,
    offers: &'o [Offer<'a, T>],
) -> Option<(&'o Offer<'a, T>, Option<String>)> {
    let here = |offer: &&Offer<'a, T>| offer.region.is_none() || (region.is_some() && offer.region == region);
    if let Some(offer) = offers.iter().find(here) {
        return Some((offer, None));
    }
    let first = offers.first()?.list;
    let of_first = || offers.iter().filter(|offer| std::ptr::eq(offer.list, first));
    // Of equal ones the first by name: lists are sorted by region.
    let dearest = of_first().reduce(|best, offer| if offer.price > best.price { offer } else { best })?;
    let reason = match region {
        Some(region) => format!("{name} has no price in {region}"),
        None => "its region is not known".to_owned(),
    };
    let taken = match of_first().count() {
        1 => format!("that of {} is taken", dearest.region.unwrap_or_default()),
        more => format!("the dearest of {more} regions, {}, is taken", dearest.region.unwrap_or_default()),
    };
    Some((dearest, Some(format!("{reason}; {taken}"))))
}
