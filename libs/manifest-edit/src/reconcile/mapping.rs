//! Mappings: entries changed, removed, and added after the sibling that precedes them in the source.

use std::collections::HashMap;

use kube_model::Path;
use kube_model::yaml::{Layout, Node, NodeKind, is_merge_key, key_text};
use serde_json::{Map, Value};

use super::{Editor, NewFields, Slot};
use crate::block::{self, Comments};
use crate::content::{self, Lines};
use crate::template::Template;
use crate::{EditError, flow};

type Values<'v> = (&'v Map<String, Value>, &'v Map<String, Value>);
type Mapping<'a> = (&'a Node, &'a [(Node, Node)], Layout);

impl<'a> Editor<'a> {
    pub(super) fn mapping(
        &mut self,
        path: &Path,
        (node, entries, layout): Mapping<'a>,
        (old, new): Values<'_>,
        source: Option<Template<'a>>,
        slot: Slot<'a>,
    ) -> Result<(), EditError> {
        let inherited = self.inherited(entries);
        let keys: Vec<Option<String>> = entries
            .iter()
            .map(|(key, _)| key_text(self.document, key).filter(|_| !is_merge_key(key)))
            .collect();
        let own: Vec<(&str, usize)> = keys
            .iter()
            .enumerate()
            .filter_map(|(index, key)| Some((key.as_deref()?, index)))
            .filter(|(key, _)| old.contains_key(*key))
            .collect();
        let own_keys: HashMap<&str, usize> = own.iter().copied().collect();
        let is_own = |key: &str| own_keys.contains_key(key);
        if let Some(key) = old.keys().find(|key| !is_own(key) && !new.contains_key(*key)) {
            let file = self.file.path.to_string();
            return Err(EditError::Merged { file, line: node.line, key: key.clone() });
        }
        let survives = |key: &str| new.contains_key(key);
        if inherited.is_empty() && !own.iter().any(|(key, _)| survives(key)) && old != new {
            self.rewrite(node, &Value::Object(new.clone()), source, slot);
            return Ok(());
        }
        let gone = |value: &Node| matches!(value.kind, NodeKind::Alias(id) if self.removed.contains(&id));
        let merges: Vec<usize> = (0..entries.len())
            .filter(|index| is_merge_key(&entries[*index].0) && gone(&entries[*index].1))
            .collect();
        let stays: Vec<bool> = keys
            .iter()
            .enumerate()
            .map(|(index, key)| key.as_deref().map_or(!merges.contains(&index), survives))
            .collect();
        for index in merges {
            self.remove_entry(entries, index, layout, &stays);
        }
        for (key, index) in &own {
            let (key_node, value_node) = &entries[*index];
            match (old.get(*key), new.get(*key)) {
                (Some(old), Some(new)) => {
                    let entry = source.and_then(|source| source.entry(key));
                    let slot = Slot::Entry { key: key_node, source_key: entry.map(|(key, _)| key), layout };
                    self.value(&path.key(key), value_node, (old, new), entry.map(|(_, value)| value), slot)?;
                }
                _ => self.remove_entry(entries, *index, layout, &stays),
            }
        }
        let added = new.iter().filter(|(key, value)| !is_own(key) && inherited.get(*key) != Some(value));
        let added: HashMap<&str, &Value> = added.map(|(key, value)| (key.as_str(), value)).collect();
        let at_end = self.new_fields == NewFields::Last && path.is_root();
        let siblings = if at_end { &[][..] } else { &own[..] };
        self.add_entries((node, entries, layout), siblings, new, &added, source);
        Ok(())
    }

    /// What comes in by merge keys, as it will be once the anchors are edited.
    fn inherited(&self, entries: &[(Node, Node)]) -> Map<String, Value> {
        let mut inherited = Map::new();
        for (_, value) in entries.iter().filter(|(key, _)| is_merge_key(key)) {
            let merged: &[Node] = match &value.kind {
                NodeKind::Sequence { items, .. } => items,
                _ => std::slice::from_ref(value),
            };
            for alias in merged {
                if let NodeKind::Alias(id) = alias.kind
                    && !self.removed.contains(&id)
                    && let Some(Value::Object(map)) = self.anchored.get(&id)
                {
                    map.iter().for_each(|(key, value)| {
                        inherited.entry(key.clone()).or_insert_with(|| value.clone());
                    });
                }
            }
        }
        inherited
    }

    /// Takes an entry out; `stays` says of every entry whether it stays.
    fn remove_entry(&mut self, entries: &[(Node, Node)], index: usize, layout: Layout, stays: &[bool]) {
        let text = self.text();
        self.forget_anchors(&entries[index].1);
        if layout == Layout::Flow {
            let spans: Vec<_> =
                entries.iter().map(|(key, value)| flow::entry_span(text, key, value)).collect();
            self.splices.push(flow::remove(&spans, index, |at| stays[at]));
            return;
        }
        let (key, value) = &entries[index];
        let start = key.full_start();
        let own_line = text[Lines(text).start(start)..start].trim().is_empty();
        // What stands behind a dash gives its place to the next entry that stays.
        let next = (index + 1..entries.len()).find(|at| stays[*at]).map(|at| &entries[at].0);
        match next {
            Some(next) if !own_line => self.replace(start..next.full_start(), String::new()),
            _ => self.remove_lines(Lines(text).comments_above(start), content::entry_end(text, key, value)),
        }
    }

    /// Each after the nearest preceding sibling of the source that the target has, else at the end.
    fn add_entries(
        &mut self,
        (node, entries, layout): Mapping<'a>,
        siblings: &[(&str, usize)],
        new: &Map<String, Value>,
        added: &HashMap<&str, &Value>,
        source: Option<Template<'a>>,
    ) {
        let order = source.map(|source| source.keys()).unwrap_or_default();
        let order: Vec<&str> = order.iter().map(String::as_str).collect();
        let mut unordered: Vec<&str> = added.keys().copied().filter(|key| !order.contains(key)).collect();
        unordered.sort_unstable();
        let surviving = |key: &str| {
            siblings.iter().find(|(own, _)| *own == key && new.contains_key(key)).map(|(_, at)| *at)
        };
        let last = entries.len().saturating_sub(1);
        let mut after = None;
        for key in order.iter().chain(&unordered).copied() {
            if let Some(index) = surviving(key) {
                after = Some(index);
            } else if let Some(value) = added.get(key) {
                let sibling = after.filter(|_| !unordered.contains(&key)).unwrap_or(last);
                let entry = source.and_then(|source| source.entry(key));
                self.add_entry((node, &entries[sibling], layout), key, value, entry);
            }
        }
    }

    fn add_entry(
        &mut self,
        (node, (sibling_key, sibling_value), layout): (&'a Node, &'a (Node, Node), Layout),
        key: &str,
        value: &Value,
        source: Option<(&'a Node, Template<'a>)>,
    ) {
        let text = self.text();
        let sibling = flow::entry_span(text, sibling_key, sibling_value);
        if layout == Layout::Flow {
            let context = self.context_in(Layout::Flow);
            let own_line = text[Lines(text).start(sibling.start)..sibling.start].trim().is_empty();
            let place = own_line.then(|| (Lines(text).column(sibling.start), self.indent));
            let addition = flow::entry(key, source, value, context, place);
            let splice = flow::insert_after(
                text,
                node,
                sibling.start,
                sibling.end,
                &addition,
                self.ending_at(sibling.end),
            );
            self.splices.push(splice);
            return;
        }
        let column = sibling_key.column;
        let lines = match source.filter(|(_, template)| template.value == value) {
            Some((key, template)) => block::entry_lines(key, template, column, self.indent, Comments::Keep),
            None => {
                let addition = flow::entry(key, source, value, self.context_in(Layout::Block), None);
                vec![format!("{}{addition}", " ".repeat(column))]
            }
        };
        self.insert_lines(sibling.end, &lines);
    }
}
