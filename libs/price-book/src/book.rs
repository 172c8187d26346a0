//! The price book.

use rust_decimal::Decimal;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::offers::Offer;
use crate::rules::Priced;
use crate::{
    Confidence, Currency, Date, PriceBookError, PriceList, Quote, Rate, Unit, UnitPrices, file, rates,
};

const SHIPPED: &str = include_str!("../data/default.json");

/// What things cost, who says so and since when: lists of prices, each before the ones that follow it. As JSON it is the file
/// that it is read from, with the prices as texts. It comes from lists that were checked, so that no price is negative.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PriceBook {
    /// What the prices are counted in; lists in another currency count where a rate is known.
    pub currency: Currency,
    /// The day as of which the price of a core holds.
    pub as_of: Date,
    /// Who says what a core costs: a contract, a provider's list, the shipped default.
    pub source: String,
    /// A CPU core for an hour.
    pub cpu_core_hour: Decimal,
    /// A GiB (2³⁰ bytes) of memory for an hour.
    pub ram_gib_hour: Decimal,
    /// A GPU for an hour.
    pub gpu_hour: Decimal,
    /// A GiB (2³⁰ bytes) of a volume for a month of 730 hours.
    pub storage_gib_month: Decimal,
    /// A load balancer for an hour, without its traffic.
    pub load_balancer_hour: Decimal,
    lists: Vec<PriceList>,
    day: Option<Date>,
}

impl PriceBook {
    /// Reads a price file: a JSON object with the five unit prices, or with lists too (`docs/prices.md`). Prices are numbers,
    /// or texts that hold one; they are read exactly.
    ///
    /// # Errors
    /// When it is not JSON, a field is missing, unknown or given twice, a price is negative or no number, the
    /// date does not exist, the currency is no ISO 4217 code, or a thing has two prices. The message names the field.
    pub fn parse(json: &str) -> Result<Self, PriceBookError> {
        let file::File { lists, day } = file::parse(json)?;
        Self::of(lists, day)
    }

    /// A book of lists, each before the ones that follow it, in the currency of the first.
    ///
    /// # Errors
    /// As [`PriceList::checked`]; and when a unit has no price in any list of that currency, or of one with a rate to it.
    pub fn layered(lists: Vec<PriceList>) -> Result<Self, PriceBookError> {
        let lists = lists.into_iter().map(PriceList::checked).collect::<Result<_, _>>()?;
        Self::of(lists, None)
    }

    /// The book that is shipped (see `data/SOURCES.md`).
    ///
    /// # Errors
    /// Never in a build whose tests pass: the file is part of the crate, and a test reads it.
    pub fn shipped() -> Result<Self, PriceBookError> {
        Self::parse(SHIPPED)
    }

    /// A book of lists before those that are shipped.
    ///
    /// # Errors
    /// As [`PriceBook::layered`].
    pub fn before_shipped(mut lists: Vec<PriceList>) -> Result<Self, PriceBookError> {
        lists.extend(Self::shipped()?.lists);
        Self::layered(lists)
    }

    /// The book, if nothing in it is of a later day than today: nobody knows tomorrow's prices, so such a date is a slip. (The
    /// day of [`PriceBook::on`] is another: prices of today may be held against the rules of last year.) Today is not before
    /// the day of the shipped prices: a clock that says so is wrong.
    ///
    /// # Errors
    /// When a list is of a later day.
    pub fn known_by(self, today: &Date) -> Result<Self, PriceBookError> {
        let mut later = self.lists.iter().filter(|list| list.as_of > *today).peekable();
        if later.peek().is_some() {
            let shipped = Self::shipped()?;
            let newest = shipped.lists.iter().map(|list| &list.as_of).max();
            if let Some(list) = later.find(|list| Some(&list.as_of) > newest) {
                let why = format!("is {} ({}), which lies after today, {today}", list.as_of, list.source);
                return Err(PriceBookError::value("as_of", why));
            }
        }
        Ok(self)
    }

    fn of(lists: Vec<PriceList>, day: Option<Date>) -> Result<Self, PriceBookError> {
        let Some(first) = lists.first() else {
            return Err(PriceBookError::Fields("it holds no list".to_owned()));
        };
        let nothing = Decimal::ZERO;
        let mut book = Self {
            currency: first.currency,
            as_of: first.as_of.clone(),
            source: first.source.clone(),
            cpu_core_hour: nothing,
            ram_gib_hour: nothing,
            gpu_hour: nothing,
            storage_gib_month: nothing,
            load_balancer_hour: nothing,
            lists,
            day,
        };
        let quote = |unit: Unit| book.find_unit(unit).ok_or_else(|| book.no_unit(unit));
        let cpu = quote(Unit::CpuCoreHour)?;
        let [ram, gpu, storage, balancer] =
            [Unit::RamGibHour, Unit::GpuHour, Unit::StorageGibMonth, Unit::LoadBalancerHour].map(quote);
        (book.ram_gib_hour, book.gpu_hour) = (ram?.price, gpu?.price);
        (book.storage_gib_month, book.load_balancer_hour) = (storage?.price, balancer?.price);
        (book.cpu_core_hour, book.as_of, book.source) = (cpu.price, cpu.as_of, cpu.source);
        Ok(book)
    }

    fn no_unit(&self, unit: Unit) -> PriceBookError {
        let why = match self.lists.iter().find(|list| list.units.get(unit).is_some()) {
            Some(list) => self.no_rate(list),
            None => "is missing".to_owned(),
        };
        PriceBookError::value(unit.name(), why)
    }

    /// The lists, in their order.
    #[must_use]
    pub fn lists(&self) -> &[PriceList] {
        &self.lists
    }

    /// The price of a unit.
    #[must_use]
    pub fn unit(&self, unit: Unit) -> Quote {
        // Every unit has a price, or there would be no book.
        self.find_unit(unit).unwrap_or_else(|| Quote {
            price: Decimal::ZERO,
            confidence: Confidence::Assumed,
            source: self.source.clone(),
            as_of: self.as_of.clone(),
            why: Some(format!("the book has no {}", unit.name())),
        })
    }

    fn find_unit(&self, unit: Unit) -> Option<Quote> {
        let priced = Priced { resource: unit.name(), provider: None, region: None, kind: "", is_spot: false };
        let quote = self.lists.iter().find_map(|list| self.quote(list, list.units.get(unit)?))?;
        Some(self.ruled(quote, &priced))
    }

    /// The book with its unit prices alone, which is what a report says of it.
    #[must_use]
    pub fn units_only(&self) -> Self {
        let quotes = Unit::ALL.map(|unit| self.unit(unit));
        let worst = quotes.iter().max_by_key(|quote| quote.confidence);
        let mut units = UnitPrices::default();
        Unit::ALL.iter().zip(&quotes).for_each(|(unit, quote)| units.set(*unit, quote.price));
        let mut list = PriceList::empty(self.currency, self.as_of.clone(), self.source.clone());
        list.confidence = worst.map_or(Confidence::Assumed, |quote| quote.confidence);
        list.why = worst.and_then(|quote| quote.why.clone());
        list.units = units;
        // Field by field: a clone of the whole would copy every list to drop it.
        Self {
            currency: self.currency,
            as_of: self.as_of.clone(),
            source: self.source.clone(),
            cpu_core_hour: self.cpu_core_hour,
            ram_gib_hour: self.ram_gib_hour,
            gpu_hour: self.gpu_hour,
            storage_gib_month: self.storage_gib_month,
            load_balancer_hour: self.load_balancer_hour,
            lists: vec![list],
            day: None,
        }
    }

    /// The price of a list in the book's currency; none where no rate is known.
    pub(crate) fn quote(&self, list: &PriceList, price: Decimal) -> Option<Quote> {
        let quote = |price, source| Quote {
            price,
            confidence: list.confidence,
            source,
            as_of: list.as_of.clone(),
            why: list.why.clone(),
        };
        if list.currency == self.currency {
            return Some(quote(price, list.source.clone()));
        }
        let rate = self.rate_from(list.currency)?;
        let converted = price.checked_mul(rate.rate)?;
        let at = format!("1 {} = {} {} ({}, {})", rate.from, rate.rate, rate.to, rate.source, rate.as_of);
        Some(quote(converted.normalize(), format!("{}, at {at}", list.source)))
    }

    /// Whether prices of the list count.
    pub(crate) fn counts(&self, list: &PriceList) -> bool {
        list.currency == self.currency || self.rate_from(list.currency).is_some()
    }

    /// The rate from a currency to that of the book.
    fn rate_from(&self, currency: Currency) -> Option<&Rate> {
        let all = self.lists.iter().flat_map(|list| &list.rates);
        rates::newest(all, currency, self.currency, self.day())
    }

    /// Why prices of a list do not count.
    pub(crate) fn no_rate(&self, list: &PriceList) -> String {
        format!(
            "has a price in {} ({}), and no rate to {} is known",
            list.currency, list.source, self.currency
        )
    }

    /// The day that rules and rates are held against.
    pub(crate) fn day(&self) -> &Date {
        self.day.as_ref().or_else(|| self.lists.first().map(|list| &list.as_of)).unwrap_or(&self.as_of)
    }

    /// The price of an offer of a thing, as the rules leave it. A rule is of the place that was asked for.
    pub(crate) fn quote_of<T>(
        &self,
        offer: &Offer<'_, T>,
        why: Option<String>,
        priced: &Priced<'_>,
    ) -> Option<Quote> {
        let quote = self.quote(offer.list, offer.price)?;
        let quote = match why {
            Some(why) => quote.assumed(why),
            None => quote,
        };
        let provider = priced.provider.or(Some(offer.provider));
        let region = priced.region.or(offer.region);
        Some(self.ruled(quote, &Priced { provider, region, ..*priced }))
    }

    pub(crate) fn of_day(self, day: Date) -> Result<Self, PriceBookError> {
        Self::of(self.lists, Some(day))
    }
}

/// A book as it is written.
#[derive(Serialize)]
pub(crate) struct Written<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u8>,
    #[serde(flatten)]
    list: &'a PriceList,
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<&'a Date>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    below: Vec<Written<'a>>,
}

impl<'a> Written<'a> {
    pub(crate) fn of(list: &'a PriceList, day: Option<&'a Date>, below: &'a [PriceList]) -> Self {
        let is_small = list.is_units_only() && below.is_empty() && day.is_none();
        let below = below.iter().map(|list| Self::of(list, None, &[])).collect();
        Self { version: (!is_small).then_some(2), list, day, below }
    }
}

impl Serialize for PriceBook {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (list, below) = self.lists.split_first().ok_or_else(|| serde::ser::Error::custom("no list"))?;
        Written::of(list, self.day.as_ref(), below).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PriceBook {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::parse(raw.get()).map_err(D::Error::custom)
    }
}
