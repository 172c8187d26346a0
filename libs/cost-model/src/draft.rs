//! The line of an object: priced, and then finished with what is shown of it.

use std::collections::BTreeSet;

use kube_model::{Object, ObjectKey};
use price_book::{Money, PriceBook};

use crate::apportion::{Pair, apportion};
use crate::assess::{Assessment, Demand, Held};
use crate::error::CostError;
use crate::figures::{Figure, Figures};
use crate::ratio::Ratio;
use crate::report::{LineCost, ObjectCost, Part, UnknownCost};
use crate::resource::Resource;
use crate::totals;

/// An object of one state, and what is known of its cost.
pub(crate) struct Assessed<'a> {
    pub(crate) object: &'a Object,
    pub(crate) assessment: Assessment,
}

/// A part before it is known what is shown of it.
pub(crate) struct DraftPart {
    pub(crate) resource: Resource,
    pub(crate) before: Held,
    pub(crate) after: Held,
    micros: Pair,
}

/// A line before it is known what is shown of it.
pub(crate) struct Draft {
    key: ObjectKey,
    api_version: String,
    pub(crate) parts: Vec<DraftPart>,
    /// The sums of the parts.
    pub(crate) micros: Pair,
    notes: Vec<String>,
    known: Known,
    /// Whether the object is there before, and after.
    present: (bool, bool),
    /// Whether it differs between the states; told of costs that are not known.
    changed: bool,
}

/// How much of an object's cost is known.
enum Known {
    All,
    /// All but what the text says.
    But(String),
    Nothing(String),
}

impl Draft {
    /// The line of an object; none if it costs nothing by itself in either state.
    pub(crate) fn of<'a>(
        before: Option<Assessed<'a>>,
        after: Option<Assessed<'a>>,
        book: &PriceBook,
    ) -> Result<Option<Self>, CostError> {
        let objects = (before.as_ref().map(|one| one.object), after.as_ref().map(|one| one.object));
        let Some(object) = objects.1.or(objects.0) else { return Ok(None) };
        let mut draft = Self::empty(object, (objects.0.is_some(), objects.1.is_some()));
        match (before.map(|one| one.assessment), after.map(|one| one.assessment)) {
            (None | Some(Assessment::Free), None | Some(Assessment::Free)) => return Ok(None),
            (before, after) => match why_unknown(after.as_ref()).or(why_unknown(before.as_ref())) {
                Some(why) => {
                    draft.known = Known::Nothing(why);
                    let notes = (draft.on_each_node(before, book)?, draft.on_each_node(after, book)?);
                    draft.notes = merge_notes(notes.0, notes.1, draft.present);
                }
                None => draft.price(demand(before), demand(after), book)?,
            },
        }
        // Only what is said of unknown costs needs it, and whole objects are slow to compare.
        let value = |object: Option<&'a Object>| object.map(|object| without_free_fields(&object.value));
        draft.changed = !matches!(draft.known, Known::All) && value(objects.0) != value(objects.1);
        Ok(Some(draft))
    }

    fn empty(object: &Object, present: (bool, bool)) -> Self {
        Self {
            key: object.key.clone(),
            api_version: object.api_version.clone(),
            parts: Vec::new(),
            micros: (0, 0),
            notes: Vec::new(),
            known: Known::All,
            present,
            changed: false,
        }
    }

    fn price(&mut self, before: Demand, after: Demand, book: &PriceBook) -> Result<(), CostError> {
        let resources: BTreeSet<Resource> = before.held.keys().chain(after.held.keys()).copied().collect();
        for resource in resources {
            let held = |demand: &Demand| demand.held.get(&resource).copied().unwrap_or(Held::NOTHING);
            let (before, after) = (held(&before), held(&after));
            if before == Held::NOTHING && after == Held::NOTHING {
                continue;
            }
            let micros = (self.micros_of(before, resource, book)?, self.micros_of(after, resource, book)?);
            self.parts.push(DraftPart { resource, before, after, micros });
        }
        let rows: Vec<Pair> = self.parts.iter().map(|part| part.micros).collect();
        self.micros = totals::sum(&rows).ok_or_else(|| CostError::overflow(&self.key))?;
        if let Some(why) = after.unpriced.or(before.unpriced) {
            self.known = Known::But(why);
        }
        self.notes = merge_notes(before.notes, after.notes, self.present);
        Ok(())
    }

    /// Usage × unit price in micro-units: the one place where an amount of money is rounded.
    fn micros_of(&self, held: Held, resource: Resource, book: &PriceBook) -> Result<i64, CostError> {
        let price = Ratio::of_decimal(resource.price(book));
        let micros = price.and_then(|price| held.usage.times(price)?.times(Ratio::whole(1_000_000)));
        let rounded = micros.and_then(|micros| i64::try_from(micros.round()).ok());
        rounded.ok_or_else(|| CostError::overflow(&self.key))
    }

    /// What one pod of a DaemonSet costs, if it is only the number of nodes that is not known.
    fn on_each_node(
        &self,
        assessment: Option<Assessment>,
        book: &PriceBook,
    ) -> Result<Vec<String>, CostError> {
        let Some(Assessment::Unknown { on_each_node: Some(demand), .. }) = assessment else {
            return Ok(Vec::new());
        };
        let mut money = Money::zero(book.currency);
        for (resource, held) in &demand.held {
            let part = Money { micros: self.micros_of(*held, *resource, book)?, ..money };
            money = money.checked_add(part).map_err(|_| CostError::overflow(&self.key))?;
        }
        let note = format!("{} a month on each node", book.currency.format(money.cents()));
        Ok(std::iter::once(note).chain(demand.notes).collect())
    }

    pub(crate) fn unknown(&self) -> Option<UnknownCost> {
        let (Known::But(why) | Known::Nothing(why)) = &self.known else { return None };
        let (key, api_version) = (self.key.clone(), self.api_version.clone());
        Some(UnknownCost { key, api_version, why: why.clone(), changed: self.changed })
    }

    /// The line, of which so many cents are shown.
    pub(crate) fn finish(self, cents: Pair, book: &PriceBook) -> Result<ObjectCost, CostError> {
        let rows: Vec<Pair> = self.parts.iter().map(|part| part.micros).collect();
        let shown = self.parts.iter().zip(apportion(&rows, cents));
        let parts: Option<Vec<Part>> = shown.map(|(part, cents)| part.finish(cents, book)).collect();
        let absent = |present: bool| (!present).then(|| Figure::zero(book.currency));
        let cost = match self.known {
            Known::Nothing(_) => {
                LineCost::Unknown { baseline: absent(self.present.0), projected: absent(self.present.1) }
            }
            Known::All | Known::But(_) => LineCost::Known(figures(self.micros, cents, book)),
        };
        Ok(ObjectCost {
            parts: parts.ok_or_else(|| CostError::overflow(&self.key))?,
            key: self.key,
            api_version: self.api_version,
            cost,
            notes: self.notes,
        })
    }
}

impl DraftPart {
    fn finish(&self, cents: Pair, book: &PriceBook) -> Option<Part> {
        const PLACES: u32 = 9;
        Some(Part {
            resource: self.resource,
            amount_before: self.before.amount.decimal(PLACES)?,
            amount_after: self.after.amount.decimal(PLACES)?,
            usage_before: self.before.usage.decimal(PLACES)?,
            usage_after: self.after.usage.decimal(PLACES)?,
            unit_price: self.resource.price(book),
            figures: figures(self.micros, cents, book),
        })
    }
}

/// Amounts before and after with what is shown of them.
pub(crate) fn figures(micros: Pair, cents: Pair, book: &PriceBook) -> Figures {
    let figure = |micros, cents| Figure { money: Money { micros, currency: book.currency }, cents };
    Figures::new(figure(micros.0, cents.0), figure(micros.1, cents.1))
}

fn why_unknown(assessment: Option<&Assessment>) -> Option<String> {
    match assessment {
        Some(Assessment::Unknown { why, .. }) => Some(why.clone()),
        _ => None,
    }
}

fn demand(assessment: Option<Assessment>) -> Demand {
    match assessment {
        Some(Assessment::Demand(demand)) => demand,
        _ => Demand::default(),
    }
}

/// The notes of both states: as they are if they hold of both, or if the object is in one of them only; else with
/// the state that they hold of.
fn merge_notes(before: Vec<String>, after: Vec<String>, present: (bool, bool)) -> Vec<String> {
    if present != (true, true) {
        return before.into_iter().chain(after).collect();
    }
    let only = |notes: &[String], others: &[String], state: &str| -> Vec<String> {
        let own = notes.iter().filter(|note| !others.contains(note));
        own.map(|note| format!("{state}: {note}")).collect()
    };
    let (was, is) = (only(&before, &after, "before"), only(&after, &before, "after"));
    let both = after.into_iter().filter(|note| before.contains(note));
    both.chain(was).chain(is).collect()
}

/// A value without the fields on which no cost rests, so that a new image alone is no change of an unknown cost.
fn without_free_fields(value: &serde_json::Value) -> serde_json::Value {
    const FREE: [&str; 12] = [
        "annotations",
        "args",
        "command",
        "env",
        "envFrom",
        "image",
        "imagePullPolicy",
        "labels",
        "lifecycle",
        "livenessProbe",
        "readinessProbe",
        "startupProbe",
    ];
    match value {
        serde_json::Value::Object(map) => {
            let priced = map.iter().filter(|(key, _)| !FREE.contains(&key.as_str()));
            priced.map(|(key, value)| (key.clone(), without_free_fields(value))).collect()
        }
        serde_json::Value::Array(items) => items.iter().map(without_free_fields).collect(),
        other => other.clone(),
    }
}
