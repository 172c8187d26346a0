//! What changes a listed price: discounts and negotiated rates, of a scope and between two days.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Commitment, Confidence, Date, PriceBook, PriceBookError, PriceList, Quote, exact};

/// A rule. It holds a discount, a negotiated rate, or a commitment: exactly one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it is called; quotes name it.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Scope::is_everything")]
    pub scope: Scope,
    /// The first day on which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day on which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// So many per cent off a list price.
    #[serde(default, deserialize_with = "exact::read_option", skip_serializing_if = "Option::is_none")]
    pub discount_percent: Option<Decimal>,
    /// What a unit costs instead: an hour of an instance, a GiB for a month. Of an instance it is one on demand, where the scope
    /// does not say which capacity type.
    #[serde(default, deserialize_with = "exact::read_option", skip_serializing_if = "Option::is_none")]
    pub rate: Option<Decimal>,
    /// What is paid whether it is used or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment: Option<Commitment>,
}

/// What a rule is for: all that has every property that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// `aws`, `gcp`, `azure`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The provider's name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Of an instance: `m5` of `m5.large`, `n2` of `n2-standard-4`, `Dsv5` of `Standard_D2s_v5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// An instance type, a kind of volume or of load balancer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `on-demand` or `spot`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_type: Option<String>,
    /// `instance`, `storage`, `load_balancer`, `cluster`, `gpu`, or the name of a unit price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
}

/// What a price is of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Priced<'a> {
    pub(crate) resource: &'a str,
    pub(crate) provider: Option<&'a str>,
    pub(crate) region: Option<&'a str>,
    pub(crate) kind: &'a str,
    pub(crate) is_spot: bool,
}

impl Scope {
    fn is_everything(&self) -> bool {
        self.given() == 0
    }

    fn given(&self) -> usize {
        let Self { provider, region, family, kind, capacity_type, resource } = self;
        [provider, region, family, kind, capacity_type, resource].into_iter().flatten().count()
    }

    pub(crate) fn holds(&self, priced: &Priced<'_>) -> bool {
        let is = |wanted: &Option<String>, held: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| held.is_some_and(|held| held.eq_ignore_ascii_case(wanted)))
        };
        let capacity =
            (priced.resource == "instance").then_some(if priced.is_spot { "spot" } else { "on-demand" });
        let family = family(priced.kind);
        is(&self.provider, priced.provider)
            && is(&self.region, priced.region)
            && is(&self.family, family.as_deref())
            && is(&self.kind, Some(priced.kind))
            && is(&self.capacity_type, capacity)
            && is(&self.resource, Some(priced.resource))
    }
}

/// The family of an instance type: `m5` of `m5.large`, `n2` of `n2-standard-4`, `Dsv5` of `Standard_D2s_v5`.
fn family(kind: &str) -> Option<String> {
    if let Some(azure) = kind.strip_prefix("Standard_") {
        let (size, version) = azure.rsplit_once("_v").map_or((azure, ""), |(size, version)| (size, version));
        let version = if version.is_empty() { String::new() } else { format!("v{version}") };
        let letters: String = size.chars().filter(|c| !c.is_ascii_digit() && *c != '_').collect();
        return Some(letters + &version);
    }
    let end = kind.find(['.', '-'])?;
    kind.get(..end).map(str::to_owned)
}

impl Rule {
    /// Whether it holds on a day.
    pub(crate) fn holds_on(&self, day: &Date) -> bool {
        self.from.as_ref().is_none_or(|from| from <= day)
            && self.until.as_ref().is_none_or(|until| day <= until)
    }

    /// The rate, if it has one and is one of this price: what was agreed without a word of spot is no price of spot.
    fn rate_of(&self, priced: &Priced<'_>) -> Option<Decimal> {
        let is_of_spot = self.scope.capacity_type.is_some();
        self.rate.filter(|_| !priced.is_spot || is_of_spot)
    }

    fn overlaps(&self, other: &Self) -> bool {
        let begins = |rule: &Self, until: &Option<Date>| match (&rule.from, until) {
            (Some(from), Some(until)) => from <= until,
            _ => true,
        };
        begins(self, &other.until) && begins(other, &self.until)
    }

    pub(crate) fn check(&self) -> Result<(), PriceBookError> {
        let wrong =
            |why: &str| Err(PriceBookError::value("rules", format!("holds {:?}, which {why}", self.name)));
        let effects = [self.discount_percent.is_some(), self.rate.is_some(), self.commitment.is_some()];
        if effects.into_iter().filter(|is| *is).count() != 1 {
            return wrong("has to have one of `discount_percent`, `rate` and `commitment`");
        }
        if self.discount_percent.is_some_and(|percent| percent > Decimal::ONE_HUNDRED) {
            return wrong("takes more than 100 per cent off");
        }
        if matches!((&self.from, &self.until), (Some(from), Some(until)) if from > until) {
            return wrong("ends before it begins");
        }
        if self.rate.is_some() && self.scope.kind.is_none() {
            return wrong("is a rate, and does not say of which `kind`");
        }
        match &self.commitment {
            Some(commitment) => commitment.check(&self.scope).or_else(|why| wrong(&why)),
            None => Ok(()),
        }
    }
}

/// Two rates for one scope on one day: which of them holds, nobody has said.
pub(crate) fn check(rules: &[Rule]) -> Result<(), PriceBookError> {
    for (index, rule) in rules.iter().enumerate() {
        rule.check()?;
        let later = rules.iter().skip(index + 1);
        let twice = |other: &&Rule| {
            rule.rate.is_some() && other.rate.is_some() && rule.scope == other.scope && rule.overlaps(other)
        };
        if let Some(other) = later.clone().find(twice) {
            let why =
                format!("gives two rates for one thing on one day: {:?} and {:?}", rule.name, other.name);
            return Err(PriceBookError::value("rules", why));
        }
    }
    Ok(())
}

impl PriceBook {
    /// The book as of a day: rules of other days do nothing, and rates of later ones. Without it, the day is that of the first
    /// list.
    ///
    /// # Errors
    /// When a unit has a price only in a currency that no rate leads from as of that day.
    pub fn on(self, day: Date) -> Result<Self, PriceBookError> {
        // A book whose answers depend on no day stays one and the same, with one hash, on all of them.
        let depends = |list: &PriceList| {
            let dated = |rule: &Rule| rule.from.is_some() || rule.until.is_some();
            list.rules.iter().any(dated) || !list.rates.is_empty()
        };
        if self.lists().iter().any(depends) { self.of_day(day) } else { Ok(self) }
    }

    /// The rules that hold, with the list that each is of.
    pub(crate) fn rules(&self) -> impl Iterator<Item = (&PriceList, &Rule)> {
        let all = self.lists().iter().flat_map(|list| list.rules.iter().map(move |rule| (list, rule)));
        all.filter(|(_, rule)| rule.holds_on(self.day()))
    }

    /// A price as the rules leave it. A negotiated rate comes before every discount; of several the one with the narrowest
    /// scope (the most properties), then the first. Discounts are off list prices, one after the other: what the
    /// customer's own file prices stands as it is.
    pub(crate) fn ruled(&self, quote: Quote, priced: &Priced<'_>) -> Quote {
        let mut rate: Option<(&PriceList, &Rule, Decimal)> = None;
        for (list, rule) in self.rules().filter(|(_, rule)| rule.scope.holds(priced)) {
            if let Some(price) = rule.rate_of(priced)
                && rate.is_none_or(|(_, best, _)| rule.scope.given() > best.scope.given())
            {
                rate = Some((list, rule, price));
            }
        }
        if let Some((list, rule, price)) = rate
            && let Some(mut negotiated) = self.quote(list, price)
        {
            negotiated.source = format!("{}: {}", negotiated.source, rule.name);
            return negotiated;
        }
        match quote.confidence {
            Confidence::Measured | Confidence::Contract => quote,
            Confidence::List | Confidence::Assumed => self.discounted(quote, priced),
        }
    }

    fn discounted(&self, mut quote: Quote, priced: &Priced<'_>) -> Quote {
        for (list, rule) in self.rules().filter(|(_, rule)| rule.scope.holds(priced)) {
            let Some(percent) = rule.discount_percent else { continue };
            let left = Decimal::ONE_HUNDRED - percent;
            let Some(price) =
                quote.price.checked_mul(left).and_then(|price| price.checked_div(Decimal::ONE_HUNDRED))
            else {
                continue;
            };
            quote.price = price.normalize();
            quote.source = format!("{}, less {percent} % ({})", quote.source, rule.name);
            if quote.confidence != Confidence::Assumed {
                quote.confidence = quote.confidence.min(list.confidence);
            }
        }
        quote
    }
}
