//! What a rollout costs while it takes place.

use kube_model::Object;
use price_book::Money;

use crate::context::Context;
use crate::error::CostError;
use crate::kinds::Kind;
use crate::part::price;
use crate::resource::Resource;
use crate::surge::Surge;

/// Pods that a rollout adds for as long as it takes. They are in no monthly figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transient {
    /// How many at most.
    pub pods: u64,
    /// What they cost an hour, all together.
    pub hour: Money,
    /// By what strategy: `a rolling update`.
    pub how: String,
}

/// What rolling out the change of a workload costs; none if its pods do not change.
pub(crate) fn of(
    objects: (Option<&Object>, Option<&Object>),
    surge: Option<&Surge>,
    cx: Context<'_, '_>,
) -> Result<Option<Transient>, CostError> {
    let ((Some(before), Some(after)), Some(surge)) = (objects, surge) else { return Ok(None) };
    let keys = Kind::of(&after.key).pod_path(&after.key);
    let template = keys.split_last().map_or(keys, |(_, holder)| holder);
    if before.at(template) == after.at(template) {
        return Ok(None);
    }
    let overflow = || CostError::overflow(&after.key);
    let mut micros = 0_i64;
    for (item, amount) in &surge.each {
        let quote = item.quote(cx.book, &cx.assumptions.usage.traffic_prices);
        let hours = amount.times(surge.pods).ok_or_else(overflow)?;
        let per_hour = match item.resource() {
            Resource::Cpu | Resource::Memory | Resource::Gpu => price(hours, quote.price),
            _ => Some(0),
        };
        micros = per_hour.and_then(|more| micros.checked_add(more)).ok_or_else(overflow)?;
    }
    let pods = u64::try_from(surge.pods.ceiling()).map_err(|_| overflow())?;
    let hour = Money { micros, currency: cx.book.currency };
    Ok((micros > 0).then(|| Transient { pods, hour, how: surge.how.to_owned() }))
}

impl Transient {
    /// In words: `while it is rolled out (a rolling update): up to 1 more pod, $0.03 an hour, in no figure`.
    #[must_use]
    pub fn text(&self) -> String {
        let pods = if self.pods == 1 { "pod" } else { "pods" };
        let cents = self.hour.cents();
        let hour = match cents {
            0 => format!("less than {}", self.hour.currency.format(1)),
            cents => self.hour.currency.format(cents),
        };
        format!(
            "while it is rolled out ({}): up to {} more {pods}, {hour} an hour, in no figure",
            self.how, self.pods
        )
    }
}
