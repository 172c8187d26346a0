//! The bill in words.

use packing::Effect;
use price_book::{Confidence, Money};

use super::{Bill, BillLine, Priced};

impl Bill {
    /// The expected change of a month, its share, its range and what it is a change of:
    /// `+$412.00 a month (+6 %), $0.00 to +$690.00 as the autoscaler chooses, on $6,900.00`.
    #[must_use]
    pub fn verdict(&self) -> String {
        let Some(total) = self.total else { return format!("not known: {}", self.without_price()) };
        let assumed = if self.confidence == Some(Confidence::Assumed) { ", at assumed prices" } else { "" };
        if total.delta.money.micros == 0 && self.is_one_answer() {
            return format!("unchanged at {} a month{assumed}", total.projected.text());
        }
        let share = total.share().map(|share| format!(" ({share})")).unwrap_or_default();
        let range = self.range().map(|range| format!(", {range}")).unwrap_or_default();
        format!("{} a month{share}{range}, on {}{assumed}", total.delta.change_text(), total.baseline.text())
    }

    /// `$0.00 to +$690.00 as the autoscaler chooses`, where it is left to chance.
    #[must_use]
    pub fn range(&self) -> Option<String> {
        let (low, high) = self.delta_range.filter(|(low, high)| low != high)?;
        let text = |money: Money| money.currency.format_change(money.cents());
        Some(format!("{} to {} {}", text(low), text(high), self.chance()))
    }

    /// What the range comes from.
    fn chance(&self) -> &'static str {
        let has_moved =
            |line: &BillLine| matches!(&line.price, Priced::Quoted(quote) if quote.range.is_some());
        match self.nodes.iter().any(has_moved) {
            true => "as the price of spot moves and the autoscaler chooses",
            false => "as the autoscaler chooses",
        }
    }

    fn is_one_answer(&self) -> bool {
        self.delta_range.is_some_and(|(low, high)| low == high)
    }

    /// What the change does to the nodes, as a sentence without its full stop; what finds no place comes first.
    #[must_use]
    pub fn deed(&self) -> String {
        let more: Vec<String> = self
            .pending
            .iter()
            .filter(|one| one.after > one.before)
            .map(|one| format!("{}: {}", one.controller, one.text))
            .collect();
        match more.is_empty() {
            true => self.deed_to_nodes(),
            false => {
                format!("not all of its pods find a place ({}); {}", more.join("; "), self.deed_to_nodes())
            }
        }
    }

    fn deed_to_nodes(&self) -> String {
        let moved = self.nodes.iter().filter(|line| line.effect != Effect::Fits);
        let deeds: Vec<String> = moved.map(deed_to).collect();
        match (deeds.is_empty(), self.effect) {
            (true, _) => {
                "it fits into what is free, and no node comes, goes or stays because of it".to_owned()
            }
            (false, Effect::Keeps) => {
                format!("it fits into what is free and costs nothing today, but {}", deeds.join("; "))
            }
            (false, _) => deeds.join("; "),
        }
    }

    /// Which nodes have no price, and why.
    fn without_price(&self) -> String {
        let reasons = self.nodes.iter().filter_map(|line| match &line.price {
            Priced::Unknown(why) => {
                Some(format!("{} without a price ({why})", nodes(line.before.max(line.after), line)))
            }
            _ => None,
        });
        let reasons: Vec<String> = reasons.collect();
        reasons.join("; ")
    }
}

/// What happens to the nodes of a kind. What is there today and would go without the change is kept; what is not there is
/// added.
fn deed_to(line: &BillLine) -> String {
    let (before, after) = (line.before, line.after);
    if after <= before {
        let gone = before - after;
        return format!("{} can go that would stay without it", nodes(gone, line));
    }
    let added = after.saturating_sub(before.max(line.present));
    let kept = after - before - added;
    let keeps = |text: &str| format!("{text} from going away");
    match (added, kept) {
        (0, kept) => keeps(&format!("it keeps {}", nodes(kept, line))),
        (added, 0) => format!("it tips {} over: {added} more {}", group(line), word(added)),
        (added, kept) => format!(
            "it tips {} over: {added} more {}, and it keeps {kept} {}",
            group(line),
            word(added),
            keeps(word(kept))
        ),
    }
}

/// `2 nodes of general`.
fn nodes(number: u32, line: &BillLine) -> String {
    format!("{number} {} of {}", word(number), group(line))
}

fn word(number: u32) -> &'static str {
    if number == 1 { "node" } else { "nodes" }
}

fn group(line: &BillLine) -> &str {
    let known = line.kind.group.as_deref().or(line.kind.instance_type.as_deref());
    known.unwrap_or("no known group")
}
