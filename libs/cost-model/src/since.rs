//! What has changed since an earlier estimate.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use kube_model::ObjectKey;
use price_book::{Confidence, Currency, Money, MoneyError};
use rust_decimal::Decimal;

use crate::part::price;
use crate::ratio::Ratio;
use crate::report::{ContainerCost, LineCost, ObjectCost, Part, UnknownCost};
use crate::totals;
use crate::{CostReport, Figure, Figures, Range, Ranges, Resource};

/// What has changed since an earlier estimate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// The later estimate, with the state after the earlier one in the place of the state before.
    pub report: CostReport,
    /// What of the change is other prices: what was held then costs so much more at the prices of now.
    pub of_prices: Money,
    /// What of it is another quantity: the rest.
    pub of_quantities: Money,
}

impl CostReport {
    /// What has changed since an earlier estimate: its state after, to this one's.
    ///
    /// # Errors
    /// When the two are in different currencies, or an amount does not fit.
    pub fn since(&self, earlier: &Self) -> Result<Since, MoneyError> {
        let currency = self.book.currency;
        if currency != earlier.book.currency {
            return Err(MoneyError::Currencies(earlier.book.currency, currency));
        }
        self.joined(earlier).ok_or(MoneyError::Overflow(currency))
    }

    fn joined(&self, earlier: &Self) -> Option<Since> {
        let currency = self.book.currency;
        let (mut objects, mut of_prices) = (Vec::new(), 0_i64);
        for (then, now) in pairs(&earlier.objects, &self.objects) {
            if now.is_none() && then.is_some_and(is_gone) {
                continue;
            }
            let joined = Joined { then, now, currency };
            of_prices = of_prices.checked_add(joined.of_prices()?)?;
            objects.push(joined.object()?);
        }
        let total = Figures::new(earlier.total.projected, self.total.projected);
        let of_quantities = total.delta.money.micros.checked_sub(of_prices)?;
        let delta = objects
            .iter()
            .filter_map(|object| object.ranges)
            .try_fold(exactly(0, currency), |sum, one| sum.plus(&one.delta))?;
        let mut certainty = self.certainty.clone();
        certainty.worst_of_change = worst_of_change(&objects);
        let money = |micros| Money { micros, currency };
        Some(Since {
            report: Self {
                total,
                ranges: Ranges {
                    baseline: earlier.ranges.projected,
                    projected: self.ranges.projected,
                    delta,
                },
                certainty,
                resources: resources(&objects)?,
                unknown: unknown(earlier, self),
                objects,
                ..self.clone()
            },
            of_prices: money(of_prices),
            of_quantities: money(of_quantities),
        })
    }
}

/// An object of the two estimates.
struct Joined<'a> {
    then: Option<&'a ObjectCost>,
    now: Option<&'a ObjectCost>,
    currency: Currency,
}

impl Joined<'_> {
    fn object(&self) -> Option<ObjectCost> {
        let shown = self.now.or(self.then)?;
        let nothing = Some(Figure::zero(self.currency));
        let baseline = self.then.map_or(nothing, ObjectCost::projected);
        let projected = self.now.map_or(nothing, ObjectCost::projected);
        let cost = match (baseline, projected) {
            (Some(baseline), Some(projected)) => LineCost::Known(Figures::new(baseline, projected)),
            (baseline, projected) => LineCost::Unknown { baseline, projected },
        };
        let parts = self.parts()?;
        let ranges = |object: Option<&ObjectCost>| match object {
            None => Some(exactly(0, self.currency)),
            Some(object) => object.ranges.map(|ranges| ranges.projected),
        };
        Some(ObjectCost {
            ranges: ranges(self.then).zip(ranges(self.now)).and_then(|(then, now)| moved(then, now, &parts)),
            cost,
            parts,
            transient: None,
            notes: self.now.map_or(Vec::new(), |now| now.notes.clone()),
            ..shown.clone()
        })
    }

    /// The parts of both by what is paid for.
    fn parts(&self) -> Option<Vec<Part>> {
        self.pairs_of_parts().into_iter().map(|(then, now)| part(then, now, self.currency)).collect()
    }

    fn pairs_of_parts(&self) -> Vec<(Option<&Part>, Option<&Part>)> {
        let (then, now) = (parts_of(self.then), parts_of(self.now));
        let keys: BTreeSet<_> = then.keys().chain(now.keys()).collect();
        keys.into_iter().map(|key| (then.get(key).copied(), now.get(key).copied())).collect()
    }

    /// What the prices of now do to what was held then.
    fn of_prices(&self) -> Option<i64> {
        self.pairs_of_parts().into_iter().try_fold(0_i64, |sum, (then, now)| {
            let (Some(then), Some(now)) = (then, now) else { return Some(sum) };
            if then.price.price == now.price.price {
                return Some(sum);
            }
            let at_now = price(Ratio::of_decimal(decimal(&then.usage_after)?)?, now.price.price)?;
            sum.checked_add(at_now.checked_sub(then.figures.projected.money.micros)?)
        })
    }
}

fn parts_of(object: Option<&ObjectCost>) -> BTreeMap<(Resource, Option<String>), &Part> {
    let parts = object.map_or(&[][..], |object| &object.parts).iter();
    parts.map(|part| ((part.resource, part.class.clone()), part)).collect()
}

fn part(then: Option<&Part>, now: Option<&Part>, currency: Currency) -> Option<Part> {
    let shown = now.or(then)?;
    let none = || "0".to_owned();
    let zero = Figure::zero(currency);
    let nothing = exactly(0, currency);
    let text =
        |part: Option<&Part>, of: fn(&Part) -> &String| part.map_or_else(none, |part| of(part).clone());
    let range = |part: Option<&Part>| part.map_or(nothing, |part| part.ranges.projected);
    let containers = |part: Option<&Part>| -> Vec<(String, i64)> {
        let containers = part.map_or(&[][..], |part| &part.containers).iter();
        containers.map(|one| (one.name.clone(), one.projected_micros)).collect()
    };
    let figure = |part: Option<&Part>| part.map_or(zero, |part| part.figures.projected);
    let figures = Figures::new(figure(then), figure(now));
    let mut joined = Part {
        amount_before: text(then, |part| &part.amount_after),
        amount_after: text(now, |part| &part.amount_after),
        usage_before: text(then, |part| &part.usage_after),
        usage_after: text(now, |part| &part.usage_after),
        confidence: then.map(|part| part.confidence).max(now.map(|part| part.confidence))?,
        figures,
        idle_micros: (then.and_then(|part| part.idle_micros.1), now.and_then(|part| part.idle_micros.1)),
        containers: ContainerCost::join(containers(then), containers(now)),
        ..shown.clone()
    };
    joined.ranges = moved(range(then), range(now), std::slice::from_ref(&joined))?;
    Some(joined)
}

/// The ranges of a change between two estimates; what is held and paid for alike adds nothing to that of the change.
fn moved(then: Range, now: Range, parts: &[Part]) -> Option<Ranges> {
    let is_same = |part: &Part| part.usage_before == part.usage_after && part.figures.delta.money.micros == 0;
    let delta = match then == now && parts.iter().all(is_same) {
        true => Range { low: now.low.map(zero_of), high: now.low.map(zero_of) },
        false => now.minus(&then)?,
    };
    Some(Ranges { baseline: then, projected: now, delta })
}

fn zero_of(money: Money) -> Money {
    Money::zero(money.currency)
}

fn exactly(micros: i64, currency: Currency) -> Range {
    let money = Some(Money { micros, currency });
    Range { low: money, high: money }
}

impl Range {
    /// The sum; none if it does not fit.
    fn plus(&self, other: &Self) -> Option<Self> {
        let sum = |one: Option<Money>, other: Option<Money>| match (one, other) {
            (Some(one), Some(other)) => one.checked_add(other).ok().map(Some),
            _ => Some(None),
        };
        Some(Self { low: sum(self.low, other.low)?, high: sum(self.high, other.high)? })
    }

    /// The difference of two that move apart from one another; none if it does not fit.
    fn minus(&self, other: &Self) -> Option<Self> {
        let difference = |one: Option<Money>, other: Option<Money>| match (one, other) {
            (Some(one), Some(other)) => one.checked_sub(other).ok().map(Some),
            _ => Some(None),
        };
        Some(Self { low: difference(self.low, other.high)?, high: difference(self.high, other.low)? })
    }
}

/// Whether the object was gone at the end of its estimate.
fn is_gone(object: &ObjectCost) -> bool {
    object.projected().is_some_and(|figure| figure.money.micros == 0)
}

/// The objects of both, side by side in the order of keys; of several with one key the first is the first.
fn pairs<'a>(
    then: &'a [ObjectCost],
    now: &'a [ObjectCost],
) -> Vec<(Option<&'a ObjectCost>, Option<&'a ObjectCost>)> {
    let mut by_key: BTreeMap<&ObjectKey, (VecDeque<&ObjectCost>, VecDeque<&ObjectCost>)> = BTreeMap::new();
    then.iter().for_each(|object| by_key.entry(&object.key).or_default().0.push_back(object));
    now.iter().for_each(|object| by_key.entry(&object.key).or_default().1.push_back(object));
    let mut pairs = Vec::new();
    for (mut then, mut now) in by_key.into_values() {
        for _ in 0..then.len().max(now.len()) {
            pairs.push((then.pop_front(), now.pop_front()));
        }
    }
    pairs
}

/// What is not known in either. Of what neither knows nobody can say whether it has changed, unless the reason has.
fn unknown(then: &CostReport, now: &CostReport) -> Vec<UnknownCost> {
    // Of several with one key the first is the one that was.
    let was: BTreeMap<&ObjectKey, &UnknownCost> =
        then.unknown.iter().rev().map(|one| (&one.key, one)).collect();
    let of_now = now.unknown.iter().map(|one| {
        let changed = was.get(&one.key).is_none_or(|was| was.why != one.why);
        UnknownCost { changed, ..one.clone() }
    });
    let there: BTreeSet<&ObjectKey> = now.objects.iter().map(|object| &object.key).collect();
    let unknown_now: BTreeSet<&ObjectKey> = now.unknown.iter().map(|one| &one.key).collect();
    let is_known = |one: &&UnknownCost| there.contains(&one.key) && !unknown_now.contains(&one.key);
    let of_then = then.unknown.iter().filter(is_known);
    let of_then =
        of_then.map(|one| UnknownCost { why: format!("then: {}", one.why), changed: true, ..one.clone() });
    let mut all: Vec<UnknownCost> = of_now.chain(of_then).collect();
    all.sort_by(|one, other| one.key.cmp(&other.key));
    all
}

fn worst_of_change(objects: &[ObjectCost]) -> Option<Confidence> {
    let parts = objects.iter().flat_map(|object| &object.parts);
    parts.filter(|part| part.figures.delta.money.micros != 0).map(|part| part.confidence).max()
}

fn resources(objects: &[ObjectCost]) -> Option<Vec<crate::ResourceChange>> {
    let usage = objects.iter().flat_map(|object| &object.parts).map(|part| {
        let ratio = |text: &str| Ratio::of_decimal(decimal(text)?);
        Some((part.resource, (ratio(&part.usage_before)?, ratio(&part.usage_after)?)))
    });
    totals::changes(usage.collect::<Option<Vec<_>>>()?.into_iter())
}

fn decimal(text: &str) -> Option<Decimal> {
    text.parse().ok()
}
