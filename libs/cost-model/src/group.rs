//! Sums by what objects have in common, and by other spans than a month.

use std::collections::BTreeMap;

use price_book::{Money, round_half_even};

use crate::figures::Figure;
use crate::report::{CostReport, ObjectCost};
use crate::resource::Resource;

/// What costs are summed by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupBy {
    /// Kinds of objects.
    Kind,
    /// Namespaces; what names none is under the empty name.
    Namespace,
    /// The values of a label of the objects; what does not have it is under the empty name.
    Label(String),
    /// Objects and their containers, `Deployment.apps/shop/web:api`; what belongs to no container is under the object alone.
    Container,
    /// What is paid for.
    Resource,
}

/// For how long a cost is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// An hour: a 730th of a month.
    Hour,
    /// A month of 730 hours.
    Month,
    /// A year: twelve months, 8,760 hours.
    Year,
}

/// The cost of what has something in common, in micro-units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What it has in common.
    pub name: String,
    /// Before the change.
    pub baseline: Money,
    /// After it.
    pub projected: Money,
}

impl Group {
    /// What the change does.
    #[must_use]
    pub fn delta_micros(&self) -> i64 {
        self.projected.micros - self.baseline.micros
    }
}

impl Period {
    /// An amount of a month for this span: micro-units, rounded half to even; none if it does not fit.
    #[must_use]
    pub fn of_month(self, micros: i64) -> Option<i64> {
        match self {
            Self::Hour => i64::try_from(round_half_even(micros.into(), 730)).ok(),
            Self::Month => Some(micros),
            Self::Year => micros.checked_mul(12),
        }
    }
}

impl Figure {
    /// The amount, which is a month's, for another span; none if it does not fit.
    #[must_use]
    pub fn per(self, period: Period) -> Option<Money> {
        Some(Money { micros: period.of_month(self.money.micros)?, ..self.money })
    }
}

impl CostReport {
    /// The known costs by what objects have in common, sorted by name. They sum to the total of the same span, to the
    /// micro-unit: what an hour leaves over is given to those with the largest remainders. None if an amount does not fit.
    #[must_use]
    pub fn by(&self, by: &GroupBy, period: Period) -> Option<Vec<Group>> {
        let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for object in self.objects.iter().filter(|object| object.delta().is_some()) {
            for (name, before, after) in shares(object, by) {
                let sum = sums.entry(name).or_default();
                *sum = (sum.0.checked_add(before)?, sum.1.checked_add(after)?);
            }
        }
        let column = |pick: fn(&(i64, i64)) -> i64, total: Figure| {
            spread_over(&sums.values().map(pick).collect::<Vec<_>>(), total.money.micros, period)
        };
        let before = column(|sum| sum.0, self.total.baseline)?;
        let after = column(|sum| sum.1, self.total.projected)?;
        let money = |micros| Money { micros, currency: self.book.currency };
        let groups = sums.into_keys().zip(before.into_iter().zip(after));
        Some(
            groups
                .map(|(name, (before, after))| Group {
                    name,
                    baseline: money(before),
                    projected: money(after),
                })
                .collect(),
        )
    }
}

/// What an object gives to each group.
fn shares(object: &ObjectCost, by: &GroupBy) -> Vec<(String, i64, i64)> {
    let whole = |name: String| {
        let micros = |figure: Option<Figure>| figure.map_or(0, |figure| figure.money.micros);
        vec![(name, micros(object.baseline()), micros(object.projected()))]
    };
    match by {
        GroupBy::Kind => whole(object.key.kind.clone()),
        GroupBy::Namespace => whole(object.key.namespace.clone().unwrap_or_default()),
        GroupBy::Label(label) => whole(object.labels.get(label).cloned().unwrap_or_default()),
        GroupBy::Resource => {
            let of = |resource: Resource| resource.word().to_owned();
            let part = |part: &crate::Part| {
                let figures = part.figures;
                (of(part.resource), figures.baseline.money.micros, figures.projected.money.micros)
            };
            object.parts.iter().map(part).collect()
        }
        GroupBy::Container => object.parts.iter().flat_map(|part| of_containers(object, part)).collect(),
    }
}

fn of_containers(object: &ObjectCost, part: &crate::Part) -> Vec<(String, i64, i64)> {
    let mut rest = (part.figures.baseline.money.micros, part.figures.projected.money.micros);
    let mut shares = Vec::new();
    for container in &part.containers {
        let (before, after) = (container.baseline_micros, container.projected_micros);
        rest = (rest.0 - before, rest.1 - after);
        shares.push((format!("{}:{}", object.key, container.name), before, after));
    }
    if rest != (0, 0) {
        shares.push((object.key.to_string(), rest.0, rest.1));
    }
    shares
}

/// Amounts of a month for another span, so that they sum to the whole's.
fn spread_over(rows: &[i64], whole: i64, period: Period) -> Option<Vec<i64>> {
    if period != Period::Hour {
        return rows.iter().map(|micros| period.of_month(*micros)).collect();
    }
    let mut shown: Vec<i64> = rows.iter().map(|micros| micros.div_euclid(730)).collect();
    let missing = period.of_month(whole)? - shown.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..rows.len()).filter(|index| rows[*index] != 0).collect();
    order.sort_by_key(|index| std::cmp::Reverse(rows[*index].rem_euclid(730)));
    for index in order.into_iter().take(usize::try_from(missing).unwrap_or(0)) {
        shown[index] += 1;
    }
    Some(shown)
}
