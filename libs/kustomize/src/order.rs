//! `sortOptions`.

use std::cmp::Ordering;

use crate::error::Problem;
use crate::id::{FIRST, Id, LAST, order_of_kind, sort_text};
use crate::kustomization::SortOptions;
use crate::resource::Resource;

/// Sorts the objects as a kustomization wants it; as they were read where it says `fifo`.
pub(crate) fn sort(resources: &mut [Resource], options: Option<&SortOptions>) -> Result<(), Problem> {
    let refuse = |why: &str| Err(Problem::Field(why.to_owned()));
    let defaults = || (FIRST.map(str::to_owned).to_vec(), LAST.map(str::to_owned).to_vec());
    let (first, last) = match options.map(|options| (options.order.value.as_str(), &options.legacy)) {
        Some(("fifo", None)) => return Ok(()),
        Some(("fifo", Some(_))) => return refuse("`legacySortOptions` is for the order `legacy`"),
        Some(("legacy", Some(kinds))) => kinds.clone(),
        None | Some(("legacy", None)) => defaults(),
        Some(_) => return refuse("`sortOptions.order` is legacy or fifo"),
    };
    resources.sort_by(|one, other| compare(&one.id(), &other.id(), &first, &last));
    Ok(())
}

fn compare(one: &Id<'_>, other: &Id<'_>, first: &[String], last: &[String]) -> Ordering {
    if (one.group, one.version, one.kind) == (other.group, other.version, other.kind) {
        return id_text(one).cmp(&id_text(other));
    }
    let place = |id: &Id<'_>| order_of_kind(id.kind, first, last);
    let text = |id: &Id<'_>| sort_text(id.group, id.version, id.kind);
    let by_text = match one.kind == "Namespace" && other.kind == "Namespace" {
        true if one.group.is_empty() || other.group.is_empty() => text(other).cmp(&text(one)),
        _ => text(one).cmp(&text(other)),
    };
    place(one).cmp(&place(other)).then(by_text)
}

fn id_text(id: &Id<'_>) -> String {
    let or = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
    let kind = [(id.kind, "[noKind]"), (id.version, "[noVer]"), (id.group, "[noGrp]")]
        .map(|(text, none)| or(text, none));
    format!("{}|{}|{}", kind.join("."), or(id.namespace, "~X"), or(id.name, "~N"))
}
