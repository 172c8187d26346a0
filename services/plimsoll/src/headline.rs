//! A promotion in one line of counts: `12 commits, 2 images, 3 pending, 41 kept`.

use std::collections::BTreeSet;

use cost_model::{Bill, CostReport};
use kube_model::Segment;
use preview::PlanItem;
use serde_json::Value;

use crate::preview::Preview;
use crate::text::count;

/// The counts of a promotion. Nothing is said of what there is none of.
pub(crate) fn of(preview: &Preview) -> String {
    let plan = &preview.plan;
    let (images, others): (Vec<_>, Vec<_>) = plan.carried.iter().partition(|item| is_image(item));
    let images: BTreeSet<&str> = images.iter().filter_map(|item| item.after.as_ref()?.as_str()).collect();
    let mut parts = Vec::new();
    let mut say = |number: usize, one: &str, many: &str| {
        if number > 0 {
            parts.push(count(number, one, many));
        }
    };
    say(preview.commits.unwrap_or_default(), "commit", "commits");
    say(images.len(), "image", "images");
    let other = if images.is_empty() { "" } else { "other " };
    say(others.len(), &format!("{other}place"), &format!("{other}places"));
    say(plan.partial.len(), "input not read", "inputs not read");
    say(plan.blocked.len(), "blocked", "blocked");
    say(plan.pending.len(), "pending", "pending");
    say(plan.candidates.len(), "candidate", "candidates");
    say(plan.kept.len(), "kept", "kept");
    if plan.carried.is_empty() {
        parts.insert(0, "nothing to carry".to_owned());
    }
    parts.join(", ")
}

/// Both answers to what it costs, the bill first: `Bill for nodes: +$412.00 a month (+6 %), on $6,900.00; allocated +$17.20.`
pub(crate) fn cost(bill: &Bill, allocated: &CostReport) -> String {
    let allocated = allocated.total.delta.change_text();
    format!("Bill for nodes: {}; allocated {allocated}.", bill.verdict())
}

fn is_image(item: &PlanItem) -> bool {
    item.place.path.segments().last() == Some(&Segment::Key("image".to_owned()))
        && matches!(item.after, Some(Value::String(_)))
}
