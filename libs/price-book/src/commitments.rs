//! What is paid whether it is used or not: reservations, savings plans, committed use.
//!
//! The order is AWS's ("Understanding how Savings Plans apply to your usage", Savings Plans user guide): reservations first, then
//! plans of one family, then plans of all; within a plan the usage with the greatest saving first, and of equal ones that with the
//! smallest rate. GCP's spend-based committed use and Azure's savings plan are of the same form: so much an hour at so much less.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::rules::{Priced, Scope};
use crate::{InstancePrice, PriceBook, PriceList, Quote, Rule, exact};

/// What is paid for, used or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Commitment {
    /// So many instances of the rule's `kind`, each at a price of its own.
    Reservation {
        /// How many.
        count: u32,
        /// What an hour of one costs, used or not.
        #[serde(deserialize_with = "exact::read")]
        hour: Decimal,
    },
    /// So much money an hour, for which usage in the rule's scope costs less than on demand: a savings plan, or a spend-based
    /// commitment.
    Spend {
        /// What is paid an hour, used or not.
        #[serde(deserialize_with = "exact::read")]
        hour: Decimal,
        /// What instance types cost in the plan.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rates: Vec<PlanRate>,
        /// The term whose savings plan prices of an imported list hold for types without a rate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        term: Option<Term>,
        /// How many per cent less than on demand the other types cost.
        #[serde(default, deserialize_with = "exact::read_option", skip_serializing_if = "Option::is_none")]
        discount_percent: Option<Decimal>,
    },
}

/// What an instance type costs in a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanRate {
    /// The type.
    pub kind: String,
    /// Where; everywhere, where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// An hour of one.
    #[serde(deserialize_with = "exact::read")]
    pub hour: Decimal,
}

/// For how long a plan was bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Term {
    /// A year.
    #[serde(rename = "1y")]
    Year,
    /// Three years.
    #[serde(rename = "3y")]
    ThreeYears,
}

impl Commitment {
    pub(crate) fn check(&self, scope: &Scope) -> Result<(), String> {
        match self {
            Self::Reservation { .. } if scope.kind.is_none() => {
                Err("is a reservation, and does not say of which `kind`".to_owned())
            }
            Self::Spend { discount_percent: Some(percent), .. } if *percent >= Decimal::ONE_HUNDRED => {
                Err("takes 100 per cent off or more".to_owned())
            }
            Self::Spend { rates, term: None, discount_percent: None, .. } if rates.is_empty() => {
                Err("is a plan, and has none of `rates`, `term` and `discount_percent`".to_owned())
            }
            _ => Ok(()),
        }
    }
}

/// Instances that run at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage<'a> {
    /// `aws`, `gcp`, `azure`, if it is known.
    pub provider: Option<&'a str>,
    /// Their type.
    pub instance: &'a str,
    /// Where they are.
    pub region: Option<&'a str>,
    /// `spot`, or on demand: a commitment covers no spot.
    pub capacity_type: Option<&'a str>,
    /// How many.
    pub count: u32,
}

/// An hour of usage with what is committed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// What the hour costs: what is committed to, and what that does not cover.
    pub hour: Decimal,
    /// Of it, what is committed to.
    pub committed: Decimal,
    /// Of that, what nothing used.
    pub unused: Decimal,
    /// What the usage would cost without commitments.
    pub on_demand: Decimal,
}

struct Open<'a> {
    priced: Priced<'a>,
    /// What is left to be paid, and what one instance costs.
    left: Decimal,
    one: Quote,
}

impl PriceBook {
    /// What an hour of usage costs with the commitments that hold on the book's day. None where an instance has no price, a
    /// commitment's currency has no rate, or an amount does not fit.
    #[must_use]
    pub fn settle(&self, usage: &[Usage<'_>]) -> Option<Settlement> {
        let mut open = usage.iter().map(|one| self.open(one)).collect::<Option<Vec<_>>>()?;
        let on_demand = sum(open.iter().map(|one| one.left))?;
        let (mut committed, mut unused) = (Decimal::ZERO, Decimal::ZERO);
        for (list, rule) in self.in_order() {
            let convert = |price| self.quote(list, price).map(|quote| quote.price);
            let (paid, idle) = match rule.commitment.as_ref()? {
                Commitment::Reservation { count, hour } => {
                    reserve(&mut open, &rule.scope, *count, convert(*hour)?)?
                }
                plan @ Commitment::Spend { hour, .. } => {
                    let rate = |one: &Open<'_>| self.plan_rate(list, plan, one);
                    let of_scope = open.iter_mut().filter(|one| rule.scope.holds(&one.priced));
                    spend(of_scope, convert(*hour)?, rate)?
                }
            };
            (committed, unused) = (committed.checked_add(paid)?, unused.checked_add(idle)?);
        }
        let hour = sum(open.iter().map(|one| one.left))?.checked_add(committed)?;
        let [hour, committed, unused, on_demand] =
            [hour, committed, unused, on_demand].map(|sum| sum.normalize());
        Some(Settlement { hour, committed, unused, on_demand })
    }

    fn open<'a>(&'a self, usage: &Usage<'a>) -> Option<Open<'a>> {
        let InstancePrice::Known(known) = self.instance(usage.instance, usage.region, usage.capacity_type)
        else {
            return None;
        };
        let priced = Priced {
            resource: "instance",
            provider: usage.provider.or_else(|| self.provider_of(usage.instance)),
            region: usage.region,
            kind: usage.instance,
            is_spot: usage.capacity_type == Some("spot"),
        };
        let left = known.hour.price.checked_mul(Decimal::from(usage.count))?;
        Some(Open { priced, left, one: known.hour })
    }

    /// What an instance costs in a plan: by its own rate, else by the imported price of the term, else by the percentage.
    fn plan_rate(&self, list: &PriceList, plan: &Commitment, one: &Open<'_>) -> Option<Decimal> {
        let Commitment::Spend { rates, term, discount_percent, .. } = plan else { return None };
        let Priced { kind, region, .. } = one.priced;
        let own = rates
            .iter()
            .find(|rate| rate.kind == kind && (rate.region.is_none() || rate.region.as_deref() == region));
        if let Some(own) = own {
            return self.quote(list, own.hour).map(|quote| quote.price);
        }
        let listed = term.and_then(|term| self.savings(kind, region?, term));
        listed.or_else(|| {
            let left = Decimal::ONE_HUNDRED - (*discount_percent)?;
            one.one.price.checked_mul(left)?.checked_div(Decimal::ONE_HUNDRED)
        })
    }

    /// The commitments that hold: reservations, then plans of a family or type, then the others.
    fn in_order(&self) -> Vec<(&PriceList, &Rule)> {
        let place = |rule: &Rule| match &rule.commitment {
            Some(Commitment::Reservation { .. }) => 0,
            _ if rule.scope.family.is_some() || rule.scope.kind.is_some() => 1,
            _ => 2,
        };
        let mut rules: Vec<_> = self.rules().filter(|(_, rule)| rule.commitment.is_some()).collect();
        rules.sort_by_key(|(_, rule)| place(rule));
        rules
    }
}

/// What is paid for a reservation, and what of it nothing uses.
fn reserve(open: &mut [Open<'_>], scope: &Scope, count: u32, hour: Decimal) -> Option<(Decimal, Decimal)> {
    let mut free = Decimal::from(count);
    for one in open.iter_mut().filter(|one| !one.priced.is_spot && scope.holds(&one.priced)) {
        if one.one.price.is_zero() || free.is_zero() {
            continue;
        }
        let running = one.left.checked_div(one.one.price)?;
        let covered = running.min(free);
        one.left = if covered == running {
            Decimal::ZERO
        } else {
            one.left.checked_sub(covered.checked_mul(one.one.price)?)?
        };
        free -= covered;
    }
    Some((Decimal::from(count).checked_mul(hour)?, free.checked_mul(hour)?))
}

/// What is paid for a plan, and what of it nothing uses. What the plan has no price for, or no lower one, it does not cover.
fn spend<'o, 'a: 'o>(
    of_scope: impl Iterator<Item = &'o mut Open<'a>>,
    hour: Decimal,
    rate: impl Fn(&Open<'_>) -> Option<Decimal>,
) -> Option<(Decimal, Decimal)> {
    let mut covered = Vec::new();
    for one in of_scope.filter(|one| !one.priced.is_spot) {
        if let Some(rate) = rate(one).filter(|rate| *rate < one.one.price) {
            covered.push((rate.checked_div(one.one.price)?, rate, one));
        }
    }
    covered.sort_by_key(|one| (one.0, one.1));
    let mut free = hour;
    for (part, _, one) in covered {
        let whole = one.left.checked_mul(part)?;
        if whole <= free {
            (one.left, free) = (Decimal::ZERO, free - whole);
        } else {
            one.left = one.left.checked_sub(free.checked_div(part)?)?;
            free = Decimal::ZERO;
        }
    }
    Some((hour, free))
}

fn sum(mut amounts: impl Iterator<Item = Decimal>) -> Option<Decimal> {
    amounts.try_fold(Decimal::ZERO, |sum, amount| sum.checked_add(amount))
}
