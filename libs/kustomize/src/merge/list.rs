//! Lists whose items are merged by keys.

use std::sync::Arc;

use super::directive::{Directive, of_list};
use super::{Merge, Merged};
use crate::error::Problem;
use crate::node::{Body, Node};
use crate::scalar::{Scalar, Tag};
use crate::schema::Shape;

/// Items are held against one another, so that the work grows with the square of the list.
const MOST_ITEMS: usize = 4000;

/// Whether each item has all keys and no two have the same: a merge with nothing leaves such a list as it is.
pub(super) fn is_keyed(keys: &[String], items: &[Node]) -> bool {
    let key_of = |item: &Node| -> Option<Vec<String>> {
        match keys {
            [] => item.as_scalar().map(|scalar| vec![scalar.text.to_string()]),
            keys => keys.iter().map(|key| item.get(key).map(|node| node.text().to_owned())).collect(),
        }
    };
    // A key that no item has (the protocol of ports) is no key.
    let used: Vec<&String> =
        keys.iter().filter(|key| items.iter().any(|item| item.get(key).is_some())).collect();
    if used.len() != keys.len() && !used.is_empty() {
        let used: Vec<String> = used.into_iter().cloned().collect();
        return is_keyed(&used, items);
    }
    let mut seen = std::collections::HashSet::with_capacity(items.len());
    items.iter().all(|item| {
        key_of(item).is_some_and(|key| key.iter().all(|part| !part.is_empty()) && seen.insert(key))
    })
}

impl<'a> Merge<'a> {
    pub(super) fn list(
        self,
        keys: &[String],
        item: Option<&'a Shape>,
        old: Option<Node>,
        patch: Option<Node>,
    ) -> Result<Option<Merged>, Problem> {
        let (node, patch, of_patch) = match (old, patch) {
            (Some(old), None) => (old, None, false),
            (Some(old), Some(mut patch)) if !old.is_null() => {
                if patch.is_null() {
                    return Ok(None);
                }
                match of_list(&mut patch)? {
                    Directive::Delete => return Ok(None),
                    Directive::Replace => (patch.clone(), Some(patch), true),
                    Directive::Merge if self.is_patch_alone => (patch.clone(), Some(patch), false),
                    Directive::Merge => (old, Some(patch), false),
                }
            }
            (_, Some(patch)) => (patch.clone(), Some(patch), true),
            (None, None) => return Ok(None),
        };
        let (items, origin) = (node.items().to_vec(), node.origin);
        let patch = patch.as_ref().map_or(&[][..], Node::items);
        let below = Self { is_patch_alone: self.is_patch_alone || of_patch, ..self };
        let items = below.items(keys, item, items, patch)?;
        let node = Node { body: Body::Sequence(Arc::new(items)), origin };
        Ok(Some(Merged::of(node, !of_patch || self.is_patch_alone)))
    }

    fn items(
        self,
        keys: &[String],
        shape: Option<&'a Shape>,
        mut old: Vec<Node>,
        patch: &[Node],
    ) -> Result<Vec<Node>, Problem> {
        if old.len() + patch.len() > MOST_ITEMS {
            return Err(Problem::Limit { what: "items in a list that is merged", limit: MOST_ITEMS });
        }
        let plain = [String::new()];
        let (keys, mut rows) = match keys {
            [] => (&plain[..], plain_values(patch, &old)),
            keys => (keys, key_values(keys, patch, &old)),
        };
        if keys.len() > 1 {
            fill_in(&mut rows);
        }
        let mut merged = Vec::new();
        let mut used = Vec::new();
        for row in &rows {
            let (valid, values) = valid_keys(&rows, row, keys);
            let item = self.item(shape, &mut old, patch, &valid, &values)?;
            let item = item.filter(|item| !item.is_empty() || item.is_sequence());
            match item {
                None => set_item(&mut old, None, &valid, &values)?,
                Some(item) => set_item(&mut merged, Some(&item), &valid, &values)?,
            }
            used = valid;
        }
        if rows.is_empty() {
            return Ok(old);
        }
        append(&mut merged, &old, &used)?;
        Ok(merged)
    }

    /// Merges the two items of these keys.
    fn item(
        self,
        shape: Option<&'a Shape>,
        old: &mut [Node],
        patch: &[Node],
        keys: &[&str],
        values: &[String],
    ) -> Result<Option<Node>, Problem> {
        let row = values.to_vec();
        let owned: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        let (look, wanted) = valid_keys(std::slice::from_ref(&row), &row, &owned);
        let at = find(old, &look, &wanted);
        let change = find(patch, &look, &wanted).map(|at| patch[at].clone());
        let Some(mut merged) = self.walk(shape, at.map(|at| old[at].clone()), change)? else {
            return Ok(None);
        };
        let origin = merged.node.origin.clone();
        if !merged.node.is_null() && !merged.node.is_empty() {
            for (key, value) in keys.iter().zip(values).filter(|(_, value)| !value.is_empty()) {
                let value = Node::scalar(Scalar::plain(value, Tag::Unset), &origin);
                if key.is_empty() {
                    merged.node.become_node(value);
                } else if merged.node.get(key).is_none() {
                    merged.node.set(key, value);
                }
            }
        }
        if let Some(at) = at.filter(|_| merged.in_place) {
            old[at] = merged.node.clone();
        }
        Ok(Some(merged.node))
    }
}

/// The texts of plain items, the patch's first.
fn plain_values(patch: &[Node], old: &[Node]) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for item in patch.iter().chain(old) {
        if !rows.iter().any(|row| row[0] == item.text()) {
            rows.push(vec![item.text().to_owned()]);
        }
    }
    rows
}

/// The values of the keys of each item, the patch's first; empty where there is none.
fn key_values(keys: &[String], patch: &[Node], old: &[Node]) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for item in patch.iter().chain(old) {
        let value = |key: &String| {
            item.get(key).filter(|node| !node.is_null()).map(Node::text).unwrap_or_default().to_owned()
        };
        let row: Vec<String> = keys.iter().map(value).collect();
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    rows
}

/// Rows that agree where both say something become one, if they agree anywhere.
fn fill_in(rows: &mut [Vec<String>]) {
    for one in 0..rows.len() {
        for other in 0..rows.len() {
            if let Some(both) = agree(&rows[one], &rows[other]) {
                rows[one].clone_from(&both);
                rows[other] = both;
            }
        }
    }
}

fn agree(one: &[String], other: &[String]) -> Option<Vec<String>> {
    let mut is_common = false;
    let mut both = Vec::with_capacity(one.len());
    for (a, b) in one.iter().zip(other) {
        if a == b {
            is_common = true;
        } else if !a.is_empty() && !b.is_empty() {
            return None;
        }
        both.push(if a.is_empty() { b.clone() } else { a.clone() });
    }
    is_common.then_some(both)
}

/// The keys that any row has a value for, and the values of one row for them.
fn valid_keys<'k>(rows: &[Vec<String>], row: &[String], keys: &'k [String]) -> (Vec<&'k str>, Vec<String>) {
    let is_used = |at: usize| rows.iter().any(|row| row.get(at).is_some_and(|value| !value.is_empty()));
    let used: Vec<usize> = (0..keys.len()).filter(|at| is_used(*at)).collect();
    if used.is_empty() {
        return (keys.iter().map(String::as_str).collect(), row.to_vec());
    }
    let values = used.iter().filter_map(|at| row.get(*at).cloned()).collect();
    (used.into_iter().map(|at| keys[at].as_str()).collect(), values)
}

/// The first item with these values.
fn find(items: &[Node], keys: &[&str], values: &[String]) -> Option<usize> {
    if keys.first().is_none_or(|key| key.is_empty()) {
        let wanted = values.first().map_or("", String::as_str);
        return items.iter().position(|item| item.text() == wanted);
    }
    items.iter().position(|item| {
        let has = |(key, value): (&&str, &String)| item.get(key).is_some_and(|node| node.text() == value);
        item.is_mapping() && keys.iter().zip(values).all(has)
    })
}

/// `ElementSetter`: puts an item in the place of each that has these values, or at the end; without an item removes
/// them. Empty items go in any case.
fn set_item(
    items: &mut Vec<Node>,
    new: Option<&Node>,
    keys: &[&str],
    values: &[String],
) -> Result<(), Problem> {
    let is_keyed = keys.first().is_some_and(|key| !key.is_empty())
        && values.first().is_some_and(|value| !value.is_empty());
    let mut kept = Vec::with_capacity(items.len() + 1);
    let mut is_there = false;
    for item in items.drain(..) {
        if item.is_null() || (item.is_mapping() && item.is_empty()) {
            continue;
        }
        if is_keyed && !item.is_mapping() {
            kept.push(item);
            continue;
        }
        if has_values(&item, keys, values)? {
            is_there = true;
            kept.extend(new.cloned());
        } else if !values.is_empty() {
            kept.push(item);
        }
    }
    if let Some(new) = new.filter(|new| !is_there && !new.is_null()) {
        kept.push(new.clone());
    }
    *items = kept;
    Ok(())
}

fn has_values(item: &Node, keys: &[&str], values: &[String]) -> Result<bool, Problem> {
    let mut last = false;
    for (at, key) in keys.iter().enumerate() {
        if let Some(value) = values.get(at) {
            last = match key.is_empty() {
                true if item.as_scalar().is_some() => item.text() == value,
                true => {
                    return Err(Problem::Patch(
                        "an item that is no plain value, in a list of plain values".to_owned(),
                    ));
                }
                false if !item.is_mapping() => {
                    return Err(Problem::Patch(
                        "an item that is no mapping, in a list of mappings".to_owned(),
                    ));
                }
                false => item.get(key).is_some_and(|node| value.is_empty() || node.text() == value),
            };
        }
        if !last {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Adds what was there to what was merged.
fn append(merged: &mut Vec<Node>, old: &[Node], keys: &[&str]) -> Result<(), Problem> {
    for item in old {
        if keys[0].is_empty() {
            set_item(merged, Some(item), &[""], &[item.text().to_owned()])?;
            continue;
        }
        if !item.is_mapping() && !item.is_null() {
            return Err(Problem::Patch("an item that is no mapping, in a list of mappings".to_owned()));
        }
        let mut values = Vec::with_capacity(keys.len());
        for key in keys {
            match item.get(key) {
                Some(value) => values.push(value.text().to_owned()),
                None => merged.push(item.clone()),
            }
        }
        if keys.len() > 1 {
            set_item(merged, None, keys, &values)?;
        }
        set_item(merged, Some(item), keys, &values)?;
    }
    Ok(())
}
