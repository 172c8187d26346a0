//! `$patch`.

use crate::error::Problem;
use crate::node::Node;

pub(super) const KEY: &str = "$patch";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive {
    Merge,
    Replace,
    Delete,
}

fn parse(text: &str) -> Result<Directive, Problem> {
    match text {
        "merge" => Ok(Directive::Merge),
        "replace" => Ok(Directive::Replace),
        "delete" => Ok(Directive::Delete),
        _ => Err(Problem::Patch(format!("`$patch: {text}` is none of merge, replace and delete"))),
    }
}

/// The directive of a mapping, which is taken out of it.
pub(super) fn of_mapping(patch: &mut Node) -> Result<Directive, Problem> {
    if !patch.is_mapping() {
        return Err(Problem::Patch("a mapping was expected in the patch".to_owned()));
    }
    let Some(found) = patch.get(KEY) else { return Ok(Directive::Merge) };
    let directive = parse(found.text())?;
    patch.remove(KEY);
    Ok(directive)
}

/// The directive of a list, which is an item of its own and is taken out of it.
pub(super) fn of_list(patch: &mut Node) -> Result<Directive, Problem> {
    let Some(item) = patch.items().iter().find(|item| item.get(KEY).is_some()) else {
        return Ok(Directive::Merge);
    };
    // With other fields beside it, it is the directive of the item.
    if item.entries().len() > 1 {
        return Ok(Directive::Merge);
    }
    let text = item.get(KEY).map_or("", Node::text).to_owned();
    let directive = parse(&text)?;
    if let Some(items) = patch.items_mut() {
        items.retain(|item| item.get(KEY).is_none_or(|found| found.text() != text) && !item.is_empty());
    }
    Ok(directive)
}
