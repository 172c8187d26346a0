//! Lists of values, which Helm replaces whole.

use serde_json::Value;

/// The lists that are nearer to `theirs` than `ours` by one item: one comes, goes, or is another one. What comes stands
/// after the nearest item before it that both have, else at the end.
pub(super) fn one_item_apart(ours: &[Value], theirs: &[Value]) -> Vec<Vec<Value>> {
    let position = |items: &[Value], item: &Value| items.iter().position(|other| is_same(other, item));
    let mut lists = Vec::new();
    for (index, item) in theirs.iter().enumerate() {
        let mut list = ours.to_vec();
        match position(ours, item) {
            Some(at) if ours[at] == *item => continue,
            Some(at) => list[at] = item.clone(),
            None => {
                let before = theirs[..index].iter().rev().find_map(|sibling| position(ours, sibling));
                list.insert(before.map_or(ours.len(), |at| at + 1), item.clone());
            }
        }
        lists.push(list);
    }
    for (index, item) in ours.iter().enumerate() {
        if position(theirs, item).is_none() {
            let mut list = ours.to_vec();
            list.remove(index);
            lists.push(list);
        }
    }
    lists
}

/// Items with names are one if their names are; others if they are equal.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one.get("name"), other.get("name")) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::one_item_apart;

    fn items(value: Value) -> Vec<Value> {
        value.as_array().unwrap().clone()
    }

    #[test]
    fn one_item_comes_goes_or_is_another() {
        let ours = items(json!([{"name": "a", "value": 1}, {"name": "own"}, {"name": "b"}]));
        let theirs = items(json!([{"name": "a", "value": 2}, {"name": "new"}, {"name": "b"}]));
        let expected = [
            json!([{"name": "a", "value": 2}, {"name": "own"}, {"name": "b"}]),
            json!([{"name": "a", "value": 1}, {"name": "new"}, {"name": "own"}, {"name": "b"}]),
            json!([{"name": "a", "value": 1}, {"name": "b"}]),
        ];
        assert_eq!(one_item_apart(&ours, &theirs), expected.map(items));
    }
}
