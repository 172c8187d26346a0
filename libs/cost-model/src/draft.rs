//! The line of an object: priced, and then finished with what is shown of it.

use std::collections::BTreeMap;

use kube_model::{Object, ObjectKey, pod};
use price_book::{Money, PriceBook};

use crate::apportion::{Pair, apportion};
use crate::assess::Assessment;
use crate::context::Context;
use crate::demand::Demand;
use crate::error::CostError;
use crate::figures::{Figure, Figures};
use crate::part::{DraftPart, price};
use crate::range::{AllBounds, Bounds};
use crate::report::{LineCost, ObjectCost, Part, UnknownCost};
use crate::retained;
use crate::same_load;
use crate::totals;
use crate::transient::{self, Transient};

/// An object of one state, and what is known of its cost.
pub(crate) struct Assessed<'a> {
    pub(crate) object: &'a Object,
    pub(crate) assessment: Assessment,
}

/// A line before it is known what is shown of it.
pub(crate) struct Draft {
    key: ObjectKey,
    api_version: String,
    labels: BTreeMap<String, String>,
    pub(crate) parts: Vec<DraftPart>,
    /// The sums of the parts.
    pub(crate) micros: Pair,
    pub(crate) bounds: AllBounds,
    notes: Vec<String>,
    transient: Option<Transient>,
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
    /// The line of an object; none if it costs nothing by itself in either state. `cx` is of the state after.
    pub(crate) fn of<'a>(
        before: Option<Assessed<'a>>,
        after: Option<Assessed<'a>>,
        cx: Context<'_, '_>,
    ) -> Result<Option<Self>, CostError> {
        let objects = (before.as_ref().map(|one| one.object), after.as_ref().map(|one| one.object));
        let Some(object) = objects.1.or(objects.0) else { return Ok(None) };
        let mut draft = Self::empty(object, (objects.0.is_some(), objects.1.is_some()));
        match (before.map(|one| one.assessment), after.map(|one| one.assessment)) {
            (None | Some(Assessment::Free), None | Some(Assessment::Free)) => return Ok(None),
            (before, after) => match why_unknown(after.as_ref()).or(why_unknown(before.as_ref())) {
                Some(why) => {
                    draft.known = Known::Nothing(why);
                    let notes = (draft.on_each_node(before, cx)?, draft.on_each_node(after, cx)?);
                    draft.notes = merge_notes(notes.0, notes.1, draft.present);
                }
                None => {
                    let (before, mut after) = (demand(before), demand(after));
                    if let Some(was) = objects.0 {
                        retained::keep((was, &before), objects.1, &mut after, cx.around)?;
                    }
                    draft.price(&before, &after, cx)?;
                    draft.transient = transient::of(objects, after.surge.as_ref(), cx)?;
                    let scales = same_load::note(&before, &after);
                    draft.notes = merge_notes(before.notes, after.notes, draft.present);
                    draft.notes.extend(scales);
                    draft.notes.extend(draft.transient.as_ref().map(Transient::text));
                }
            },
        }
        // Only what is said of unknown costs needs it, and whole objects are slow to compare.
        let value = |object: Option<&'a Object>| object.map(|object| without_free_fields(&object.value));
        draft.changed = !matches!(draft.known, Known::All) && value(objects.0) != value(objects.1);
        Ok(Some(draft))
    }

    fn empty(object: &Object, present: (bool, bool)) -> Self {
        // An object's own label goes before that of its pods.
        let own = object.at(&["metadata", "labels"]).and_then(|labels| labels.as_object());
        let labels = pod::labels(object).into_iter().chain(own);
        let text =
            |(key, value): (&String, &serde_json::Value)| Some((key.clone(), value.as_str()?.to_owned()));
        Self {
            key: object.key.clone(),
            api_version: object.api_version.clone(),
            labels: labels.flatten().filter_map(text).collect(),
            parts: Vec::new(),
            micros: (0, 0),
            bounds: AllBounds::NOTHING,
            notes: Vec::new(),
            transient: None,
            known: Known::All,
            present,
            changed: false,
        }
    }

    fn price(&mut self, before: &Demand, after: &Demand, cx: Context<'_, '_>) -> Result<(), CostError> {
        let overflow = || CostError::overflow(&self.key);
        self.parts = DraftPart::all(before, after, cx).ok_or_else(overflow)?;
        let rows: Vec<Pair> = self.parts.iter().map(|part| part.micros).collect();
        self.micros = totals::sum(&rows).ok_or_else(overflow)?;
        self.bounds = self.bounds_of_parts(before, after).ok_or_else(overflow)?;
        if let Some(why) = after.unpriced.clone().or(before.unpriced.clone()) {
            self.known = Known::But(why);
        }
        Ok(())
    }

    /// The bounds of the object: its parts move together.
    fn bounds_of_parts(&self, before: &Demand, after: &Demand) -> Option<AllBounds> {
        let mut sum = AllBounds::NOTHING;
        for part in &self.parts {
            sum = sum.plus(AllBounds { delta: Bounds::NOTHING, ..part.bounds })?;
        }
        if self.parts.iter().all(DraftPart::is_unchanged) {
            return Some(sum);
        }
        let expected = self.micros.1 - self.micros.0;
        let at_one_load = before.driver.is_some() && before.driver == after.driver;
        sum.delta = match (at_one_load, sum.before, sum.after) {
            (
                true,
                Bounds { least: Some(least_before), most: Some(most_before) },
                Bounds { least: Some(least_after), most: Some(most_after) },
            ) => {
                let mut ends = vec![least_after - least_before, expected, most_after - most_before];
                ends.extend(same_load::delta(self.micros, before, after)?);
                Bounds::of(&ends)
            }
            _ => sum.after.minus(sum.before),
        };
        Some(sum)
    }

    /// What one pod of a DaemonSet costs, if it is only the number of nodes that is not known.
    fn on_each_node(
        &self,
        assessment: Option<Assessment>,
        cx: Context<'_, '_>,
    ) -> Result<Vec<String>, CostError> {
        let Some(Assessment::Unknown { on_each_node: Some(demand), .. }) = assessment else {
            return Ok(Vec::new());
        };
        let overflow = || CostError::overflow(&self.key);
        let mut money = Money::zero(cx.book.currency);
        for (item, held) in &demand.held {
            let quote = item.quote(cx.book, &cx.assumptions.usage.traffic_prices);
            let micros = price(held.usage.expected, quote.price).ok_or_else(overflow)?;
            money = money.checked_add(Money { micros, ..money }).map_err(|_| overflow())?;
        }
        let note = format!("{} a month on each node", cx.book.currency.format(money.cents()));
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
        let (cost, ranges) = match self.known {
            Known::Nothing(_) => {
                let (baseline, projected) = (absent(self.present.0), absent(self.present.1));
                (LineCost::Unknown { baseline, projected }, None)
            }
            Known::All | Known::But(_) => {
                (LineCost::Known(figures(self.micros, cents, book)), Some(self.bounds.ranges(book.currency)))
            }
        };
        let parts = parts.ok_or_else(|| CostError::overflow(&self.key))?;
        Ok(ObjectCost {
            key: self.key,
            api_version: self.api_version,
            labels: self.labels,
            cost,
            ranges,
            parts,
            transient: self.transient,
            notes: self.notes,
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
