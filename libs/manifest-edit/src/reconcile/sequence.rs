//! Sequences: items changed, removed, and added in the order that the new value has.

use kube_model::schema::Schema;
use kube_model::yaml::{Layout, Node};
use kube_model::{Path, Segment, lists};
use serde_json::Value;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{Editor, Slot};
use crate::block::{self, Comments};
use crate::content::{self, Lines};
use crate::splice::{Splice, apply};
use crate::template::Template;
use crate::{EditError, flow};

type Sequence<'a> = (&'a Node, &'a [Node], Layout);

/// An item of the old list and what it becomes in the new one.
struct Pair {
    old: usize,
    new: usize,
    segment: Segment,
}

/// The item beside which a new one comes to stand.
#[derive(Clone, Copy)]
pub(crate) enum Sibling<'a> {
    /// The item that stands before it.
    Before(&'a Node),
    /// The item that stands after it.
    After(&'a Node),
}

impl<'a> Editor<'a> {
    pub(super) fn sequence(
        &mut self,
        path: &Path,
        (node, items, layout): Sequence<'a>,
        (old, new): (&[Value], &[Value]),
        source: Option<Template<'a>>,
        slot: Slot<'a>,
    ) -> Result<(), EditError> {
        let (pairs, moved) = pair_items(self.schema, path, old, new);
        if pairs.is_empty() && old != new {
            self.rewrite(node, &Value::Array(new.to_vec()), source, slot);
            return Ok(());
        }
        let survives = |index: usize| pairs.iter().any(|pair| pair.old == index);
        let is_moved = |index: usize| moved.iter().any(|pair| pair.old == index);
        for index in (0..items.len()).filter(|index| !survives(*index) && !is_moved(*index)) {
            self.forget_anchors(&items[index]);
        }
        for pair in &pairs {
            let template = template_of(self.schema, path, source, pair, new);
            let values = (&old[pair.old], &new[pair.new]);
            let slot = Slot::Item { layout };
            self.value(&path.join(pair.segment.clone()), &items[pair.old], values, template, slot)?;
        }
        let mut written = Vec::new();
        for pair in &moved {
            let template = template_of(self.schema, path, source, pair, new);
            let values = (&old[pair.old], &new[pair.new]);
            written
                .push((pair.new, self.moved_item(path, pair, &items[pair.old], values, template, layout)?));
        }
        for index in (0..items.len()).filter(|index| !survives(*index)) {
            self.remove_item(items, index, layout, &survives);
        }
        let first = pairs.iter().map(|pair| pair.old).min().map(|old| &items[old]);
        let mut after = None;
        for (index, value) in new.iter().enumerate() {
            match pairs.iter().find(|pair| pair.new == index) {
                Some(pair) => after = Some(pair.old),
                None => {
                    let template = source.and_then(|source| equal_item(source, value));
                    let sibling = match (after, first) {
                        (Some(index), _) => Sibling::Before(&items[index]),
                        (None, Some(first)) => Sibling::After(first),
                        (None, None) => continue,
                    };
                    match written.iter().find(|(new, _)| *new == index) {
                        Some((_, text)) => self.insert_item((node, sibling, layout), text),
                        None => self.add_item((node, sibling, layout), value, template),
                    }
                }
            }
        }
        Ok(())
    }

    /// The text of an item that moves within its list, edited where it changes as well: whole lines in a block.
    fn moved_item(
        &mut self,
        path: &Path,
        pair: &Pair,
        item: &'a Node,
        values: (&Value, &Value),
        template: Option<Template<'a>>,
        layout: Layout,
    ) -> Result<Vec<String>, EditError> {
        let before = std::mem::take(&mut self.splices);
        let result =
            self.value(&path.join(pair.segment.clone()), item, values, template, Slot::Item { layout });
        let inside = std::mem::replace(&mut self.splices, before);
        result?;
        let text = self.text();
        let range = match layout {
            Layout::Flow => item.full_start()..item.span.end,
            Layout::Block => {
                let dash = content::dash_of(text, item);
                let end = content::end_of(text, item).max(dash + 1);
                Lines(text).comments_above(dash)..Lines(text).next(end).unwrap_or(text.len())
            }
        };
        let inside: Vec<Splice> = inside
            .into_iter()
            .map(|Splice { range: at, text }| Splice {
                range: at.start - range.start..at.end - range.start,
                text,
            })
            .collect();
        let edited = apply(&text[range], &inside);
        Ok(edited.lines().map(str::to_owned).collect())
    }

    pub(crate) fn remove_item(
        &mut self,
        items: &[Node],
        index: usize,
        layout: Layout,
        survives: &dyn Fn(usize) -> bool,
    ) {
        let text = self.text();
        if layout == Layout::Flow {
            let spans: Vec<_> = items.iter().map(|item| item.full_start()..item.span.end).collect();
            self.splices.push(flow::remove(&spans, index, survives));
            return;
        }
        let dash = content::dash_of(text, &items[index]);
        let end = content::end_of(text, &items[index]).max(dash + 1);
        self.remove_lines(Lines(text).comments_above(dash), end);
    }

    pub(crate) fn add_item(
        &mut self,
        (node, sibling, layout): (&'a Node, Sibling<'a>, Layout),
        value: &Value,
        source: Option<Template<'a>>,
    ) {
        let text = self.text();
        let (Sibling::Before(beside) | Sibling::After(beside)) = sibling;
        let lines = if layout == Layout::Flow {
            let start = beside.full_start();
            let own_line = text[Lines(text).start(start)..start].trim().is_empty();
            let place = own_line.then(|| (Lines(text).column(start), self.indent));
            vec![flow::item(source, value, self.context_in(Layout::Flow), place)]
        } else {
            let column = Lines(text).column(content::dash_of(text, beside));
            match source {
                Some(source) => block::item_lines(source, column, self.indent, Comments::Keep),
                None => {
                    let written = flow::write(value, None, self.context_in(Layout::Block));
                    vec![format!("{}- {written}", " ".repeat(column))]
                }
            }
        };
        self.insert_item((node, sibling, layout), &lines);
    }

    /// Puts the lines of an item beside another one.
    fn insert_item(&mut self, (node, sibling, layout): (&'a Node, Sibling<'a>, Layout), lines: &[String]) {
        let text = self.text();
        let (Sibling::Before(beside) | Sibling::After(beside)) = sibling;
        let ending = self.ending_at(beside.span.start);
        if layout == Layout::Flow {
            let addition = lines.join(ending);
            let span = beside.full_start()..beside.span.end;
            self.splices.push(match sibling {
                Sibling::Before(_) => flow::insert_after(text, node, span.start, span.end, &addition, ending),
                Sibling::After(_) => Splice { range: span.start..span.start, text: format!("{addition}, ") },
            });
            return;
        }
        let dash = content::dash_of(text, beside);
        match sibling {
            Sibling::Before(_) => self.insert_lines(content::end_of(text, beside).max(dash + 1), lines),
            // A nested sequence may start on the line of the dash that holds it: the new item takes its place.
            Sibling::After(_) if !text[Lines(text).start(dash)..dash].trim().is_empty() => {
                let pad = " ".repeat(Lines(text).column(dash));
                let written = format!("{}{ending}{pad}", lines.join(ending).trim_start());
                self.replace(dash..dash, written);
            }
            Sibling::After(_) => {
                let start = Lines(text).comments_above(dash);
                self.replace(start..start, format!("{}{ending}", lines.join(ending)));
            }
        }
    }
}

/// Which items of two lists are the same, by their keys or else by the longest common run: those that stand in one
/// order on both sides, and those that move.
fn pair_items(schema: Schema<'_>, path: &Path, old: &[Value], new: &[Value]) -> (Vec<Pair>, Vec<Pair>) {
    let by_key = !matches!(lists::kind_of(schema, path.segments()), lists::ListKind::Arguments);
    if let Some((olds, news)) = lists::items_of_both(schema, path.segments(), old, new).filter(|_| by_key) {
        let found = olds.into_iter().enumerate().filter_map(|(old, (segment, _))| {
            let new = news.iter().position(|(name, _)| *name == segment)?;
            Some(Pair { old, new, segment })
        });
        return in_order(found.collect());
    }
    let (olds, news): (Vec<String>, Vec<String>) =
        (old.iter().map(Value::to_string).collect(), new.iter().map(Value::to_string).collect());
    let mut pairs = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &olds, &news) {
        let (old_index, new_index, len) = match op {
            DiffOp::Equal { old_index, new_index, len } => (old_index, new_index, len),
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                (old_index, new_index, old_len.min(new_len))
            }
            _ => continue,
        };
        pairs.extend((0..len).map(|step| Pair {
            old: old_index + step,
            new: new_index + step,
            segment: Segment::Flag("*".to_owned()),
        }));
    }
    (pairs, Vec::new())
}

/// The most pairs that stand in the same order on both sides, and the others, which move.
fn in_order(pairs: Vec<Pair>) -> (Vec<Pair>, Vec<Pair>) {
    if pairs.is_sorted_by_key(|pair| pair.new) {
        return (pairs, Vec::new());
    }
    // For each pair, the length of the longest ordered run that ends with it, and the pair before it.
    let mut runs: Vec<(usize, Option<usize>)> = Vec::with_capacity(pairs.len());
    for (index, pair) in pairs.iter().enumerate() {
        let before =
            (0..index).filter(|before| pairs[*before].new < pair.new).max_by_key(|before| runs[*before].0);
        runs.push((before.map_or(1, |before| runs[before].0 + 1), before));
    }
    let mut keep = vec![false; pairs.len()];
    let mut at = (0..pairs.len()).max_by_key(|index| runs[*index].0);
    while let Some(index) = at {
        keep[index] = true;
        at = runs[index].1;
    }
    let mut kept = keep.into_iter();
    pairs.into_iter().partition(|_| kept.next().unwrap_or_default())
}

/// The source's item for an item that both have.
fn template_of<'a>(
    schema: Schema<'_>,
    path: &Path,
    source: Option<Template<'a>>,
    pair: &Pair,
    new: &[Value],
) -> Option<Template<'a>> {
    let source = source?;
    let by_key = lists::index_of(schema, path.segments(), source.items(), &pair.segment);
    let same_length = || (source.items().len() == new.len()).then_some(pair.new);
    source.item(by_key.or_else(same_length)?)
}

fn equal_item<'a>(source: Template<'a>, value: &Value) -> Option<Template<'a>> {
    source.item(source.items().iter().position(|item| item == value)?)
}
