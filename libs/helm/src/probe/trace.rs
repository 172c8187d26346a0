//! Rendering with markers, several at once, until every value's way is known.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::marker::{Marked, with_markers};
use crate::release::Release;
use crate::values::{ValuePath, Values};

/// Where values come out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach<P: Ord> {
    /// The places that show a value: it, or a text that it is a part of, stands there.
    pub shown: BTreeMap<ValuePath, BTreeSet<P>>,
    /// The places that a value moves without being shown there: it switches them on or off, or they are made from it (a
    /// hash, a name cut short).
    pub moved: BTreeMap<ValuePath, BTreeSet<P>>,
    /// The values whose way is not known: the chart does not render with anything else there, or there were no more
    /// renders to be had.
    pub unknown: Vec<ValuePath>,
    /// How many renders it took.
    pub renders: usize,
}

/// What is rendered: scalars by their places.
type Fields<P> = BTreeMap<P, Value>;

/// Finds where the values at some paths come out. `before` is what the release renders to as it is; `render` renders
/// another one, and gives none where it does not render. At most `budget` renders are made; values are probed together,
/// and apart where together they do not tell.
pub fn trace<P: Ord + Clone>(
    release: &Release,
    values: &Values,
    paths: &[ValuePath],
    before: &Fields<P>,
    budget: usize,
    render: &mut dyn FnMut(&Release) -> Option<Fields<P>>,
) -> Reach<P> {
    let mut tracer = Tracer { release, values, before, budget, render, reach: Reach::default() };
    let mut marked = Vec::new();
    for (path, index) in paths.iter().zip(0..) {
        match Marked::new(values, path, index) {
            Some(found) => marked.push(found),
            None => tracer.reach.unknown.push(path.clone()),
        }
    }
    // What a boolean does is seen only where nothing else changes.
    let (together, alone): (Vec<&Marked>, Vec<&Marked>) =
        marked.iter().partition(|marked| marked.is_visible());
    tracer.probe(&together);
    alone.into_iter().for_each(|marked| tracer.probe(&[marked]));
    tracer.reach.unknown.sort();
    tracer.reach
}

struct Tracer<'a, P: Ord> {
    release: &'a Release,
    values: &'a Values,
    before: &'a Fields<P>,
    budget: usize,
    render: &'a mut dyn FnMut(&Release) -> Option<Fields<P>>,
    reach: Reach<P>,
}

impl<P: Ord + Clone> Tracer<'_, P> {
    fn probe(&mut self, marked: &[&Marked]) {
        if marked.is_empty() {
            return;
        }
        if self.reach.renders >= self.budget {
            self.reach.unknown.extend(marked.iter().map(|marked| marked.path.clone()));
            return;
        }
        self.reach.renders += 1;
        let after = (self.render)(&with_markers(self.release, self.values, marked));
        match (after, marked) {
            (Some(after), _) if self.is_explained(&after, marked) => self.note(&after, marked),
            (None, [one]) => self.reach.unknown.push(one.path.clone()),
            (_, many) => {
                let (first, second) = many.split_at(many.len() / 2);
                self.probe(first);
                self.probe(second);
            }
        }
    }

    /// Whether it is known of every place that moved which value moved it.
    fn is_explained(&self, after: &Fields<P>, marked: &[&Marked]) -> bool {
        let shows =
            |place: &P| after.get(place).is_some_and(|value| marked.iter().any(|marked| marked.is_in(value)));
        marked.len() == 1 || moved(self.before, after).all(shows)
    }

    fn note(&mut self, after: &Fields<P>, marked: &[&Marked]) {
        for marked in marked {
            self.reach.shown.entry(marked.path.clone()).or_default();
        }
        for place in moved(self.before, after) {
            let value = after.get(place);
            let shown: Vec<&&Marked> =
                marked.iter().filter(|m| value.is_some_and(|value| m.is_in(value))).collect();
            match (shown.as_slice(), marked) {
                ([], [one]) => {
                    self.reach.moved.entry(one.path.clone()).or_default().insert(place.clone());
                }
                (shown, _) => {
                    for marked in shown {
                        self.reach.shown.entry(marked.path.clone()).or_default().insert(place.clone());
                    }
                }
            }
        }
    }
}

/// The places that are not as they were, those that came and went too.
fn moved<'f, P: Ord>(before: &'f Fields<P>, after: &'f Fields<P>) -> impl Iterator<Item = &'f P> {
    let gone = before.keys().filter(|place| !after.contains_key(place));
    after.iter().filter(|(place, value)| before.get(place) != Some(value)).map(|(place, _)| place).chain(gone)
}

impl<P: Ord> Default for Reach<P> {
    fn default() -> Self {
        Self { shown: BTreeMap::new(), moved: BTreeMap::new(), unknown: Vec::new(), renders: 0 }
    }
}
