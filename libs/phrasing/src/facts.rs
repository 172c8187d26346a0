//! The facts that an answer may refer to.

use std::collections::HashMap;

use explainer::{Fact, FactKind};

/// As many facts are sent; what matters most comes first.
pub(crate) const MOST_FACTS: usize = 300;

/// The facts by their names.
pub(crate) struct Facts<'a> {
    by_id: HashMap<&'a str, &'a Fact>,
}

impl<'a> Facts<'a> {
    pub(crate) fn of(facts: &'a [Fact]) -> Self {
        Self { by_id: facts.iter().map(|fact| (&*fact.id, fact)).collect() }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&'a Fact> {
        self.by_id.get(id).copied()
    }
}

/// A fact of an item of a list: `finding.1.object` is `object` of `finding` `1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Item<'a> {
    pub(crate) list: &'a str,
    pub(crate) number: &'a str,
    /// Empty for the item itself: `added.1`.
    pub(crate) part: &'a str,
}

impl<'a> Item<'a> {
    /// None of a fact that is of no list: `cost.delta`.
    pub(crate) fn of(id: &'a str) -> Option<Self> {
        let mut start = 0;
        for part in id.split('.') {
            if start > 0 && part.bytes().all(|byte| byte.is_ascii_digit()) && !part.is_empty() {
                let end = start + part.len();
                let rest = id[end..].strip_prefix('.').unwrap_or("");
                return Some(Self { list: &id[..start - 1], number: part, part: rest });
            }
            start += part.len() + 1;
        }
        None
    }
}

/// What an answer has to refer to: the start of a name, of which one fact at least is told.
pub(crate) fn required(facts: &[Fact]) -> Vec<String> {
    let has = |id: &str| facts.iter().any(|fact| fact.id == id);
    let mut required: Vec<String> = Vec::new();
    required.extend(has("risk.level").then(|| "risk.level".to_owned()));
    let money = ["bill.delta", "cost.delta"].into_iter().find(|id| has(id));
    required.extend(money.map(str::to_owned));
    for list in ["blocked", "partial"] {
        required.extend(has(&format!("{list}.count")).then(|| list.to_owned()));
    }
    required.extend(facts.iter().filter_map(grave_finding).take(MOST_FINDINGS));
    required
}

/// The facts that are sent, in their order: of what an answer has to tell some each, and of the rest the first.
pub(crate) fn chosen(facts: &[Fact], required: &[String]) -> Vec<Fact> {
    let mut taken: Vec<bool> = facts.iter().map(|_| false).collect();
    for one in required {
        let of_it = facts.iter().enumerate().filter(|(_, fact)| is_of(&fact.id, one));
        of_it.take(MOST_OF_ONE).for_each(|(number, _)| taken[number] = true);
    }
    let room = MOST_FACTS.saturating_sub(taken.iter().filter(|is_taken| **is_taken).count());
    taken.iter_mut().filter(|is_taken| !**is_taken).take(room).for_each(|is_taken| *is_taken = true);
    facts.iter().zip(taken).filter(|(_, is_taken)| *is_taken).map(|(fact, _)| fact.clone()).collect()
}

/// So many facts of each thing that has to be told: more than a finding has. All of them are fewer than are sent.
const MOST_OF_ONE: usize = 20;

/// Of what is grave so much has to be told.
const MOST_FINDINGS: usize = 8;

fn grave_finding(fact: &Fact) -> Option<String> {
    let item = Item::of(&fact.id).filter(|item| item.list == "finding" && item.part == "level")?;
    let is_grave = matches!(&*fact.text, "high" | "critical");
    is_grave.then(|| format!("finding.{}", item.number))
}

/// Whether a fact is the required one or a part of it.
pub(crate) fn is_of(id: &str, required: &str) -> bool {
    id.strip_prefix(required).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A fact as a sentence has it. What anybody may have chosen stands in quotes, so that a workload called `low` is no
/// level and a value of `$0.00` no price.
pub(crate) fn shown(fact: &Fact) -> String {
    let is_somebodys = matches!(fact.kind, FactKind::Name | FactKind::Value) || is_a_persons_reason(&fact.id);
    match is_somebodys && !is_quoted(&fact.text) {
        true => format!("\"{}\"", fact.text.replace('"', "'")),
        false => fact.text.clone(),
    }
}

fn is_a_persons_reason(id: &str) -> bool {
    Item::of(id).is_some_and(|item| item.list == "waived" && item.part == "reason")
}

fn is_quoted(text: &str) -> bool {
    let inner = text.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
    inner.is_some_and(|inner| !inner.replace("\\\"", "").contains('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_a_list_a_number_and_a_part() {
        let item = |list, number, part| Some(Item { list, number, part });
        assert_eq!(Item::of("finding.1.object"), item("finding", "1", "object"));
        assert_eq!(Item::of("cost.line.12.delta"), item("cost.line", "12", "delta"));
        assert_eq!(Item::of("finding.2.affected.1"), item("finding", "2", "affected.1"));
        assert_eq!(Item::of("added.3"), item("added", "3", ""));
        assert_eq!(Item::of("cost.delta"), None);
    }

    #[test]
    fn what_anybody_chose_stands_in_quotes() {
        let fact = |id: &str, kind, text: &str| Fact { id: id.to_owned(), kind, text: text.to_owned() };
        for (kind, text, expected) in [
            (FactKind::Name, "low", "\"low\""),
            (FactKind::Name, "\"a b\"", "\"a b\""),
            (FactKind::Name, "\"a\" is safe, says \"b\"", "\"'a' is safe, says 'b'\""),
            (FactKind::Name, "Deployment \"a b\"", "\"Deployment 'a b'\""),
            (FactKind::Value, "$0.00", "\"$0.00\""),
            (FactKind::Money, "+$4.00", "+$4.00"),
            (FactKind::Level, "high", "high"),
        ] {
            assert_eq!(shown(&fact("image.1.container", kind, text)), expected);
        }
        assert_eq!(shown(&fact("waived.1.reason", FactKind::Text, "it is safe")), "\"it is safe\"");
        assert_eq!(shown(&fact("finding.1.message", FactKind::Text, "It stops.")), "It stops.");
    }
}
