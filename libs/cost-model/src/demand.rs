//! What an object holds.

use std::collections::BTreeMap;

use crate::cursor::Cursor;
use crate::error::CostError;
use crate::item::Item;
use crate::ratio::Ratio;
use crate::spread::Spread;
use crate::surge::Surge;

/// How much of an item is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    /// At once, in the resource's unit, as expected.
    pub(crate) amount: Ratio,
    /// Over a month, in the resource's unit of usage.
    pub(crate) usage: Spread,
    /// What of the expected usage is asked for and not used; none where it is not measured.
    pub(crate) idle: Option<Ratio>,
    /// Why the quantity is a guess.
    pub(crate) assumed: Option<String>,
}

impl Held {
    pub(crate) const NOTHING: Self =
        Self { amount: Ratio::ZERO, usage: Spread::ZERO, idle: None, assumed: None };

    pub(crate) fn is_nothing(&self) -> bool {
        self.amount.is_zero() && self.usage == Spread::ZERO
    }
}

/// What a container asks for in a running pod: nano-units by resource.
pub(crate) type ContainerWeights = Vec<(String, BTreeMap<String, i128>)>;

/// What an object holds.
#[derive(Debug, Default)]
pub(crate) struct Demand {
    pub(crate) held: BTreeMap<Item, Held>,
    pub(crate) notes: Vec<String>,
    /// Why a part of its cost is not known.
    pub(crate) unpriced: Option<String>,
    /// What moves the quantities within their range; two states with the same one are at the same load.
    pub(crate) driver: Option<String>,
    /// For how many pods the expected figures are.
    pub(crate) pods: Ratio,
    /// What its pods' containers ask for, by which the cost of pods is divided among them.
    pub(crate) containers: ContainerWeights,
    /// By how much a utilisation target multiplies pods: nano-units of the request × hundredths, by resource.
    pub(crate) aims: BTreeMap<String, Ratio>,
    /// The bounds of pods, where an autoscaler moves them.
    pub(crate) bounds: Option<(u32, u32)>,
    /// What there is more of while it is rolled out.
    pub(crate) surge: Option<Surge>,
    /// What the volumes of one pod hold: they may stay when the pod goes.
    pub(crate) volumes_of_pod: Vec<(Item, Ratio)>,
}

impl Demand {
    /// Adds a quantity × `count` at once and × `duration` over a month.
    pub(crate) fn hold(
        &mut self,
        root: &Cursor<'_>,
        item: Item,
        quantity: Spread,
        (count, duration): (Ratio, Spread),
    ) -> Result<(), CostError> {
        let held = self.held.get(&item).cloned().unwrap_or(Held::NOTHING);
        let sum = quantity.expected.times(count).and_then(|amount| {
            Some(Held {
                amount: held.amount.plus(amount)?,
                usage: held.usage.plus(quantity.times(duration)?)?,
                ..held
            })
        });
        self.held.insert(item, sum.ok_or_else(|| CostError::overflow(&root.object.key))?);
        Ok(())
    }

    /// Says that what is held of an item is a guess.
    pub(crate) fn assume(&mut self, item: &Item, why: &str) {
        if let Some(held) = self.held.get_mut(item) {
            held.assumed.get_or_insert_with(|| why.to_owned());
        }
    }
}
