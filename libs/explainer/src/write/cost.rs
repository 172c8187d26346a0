//! What it costs.

use std::cmp::Ordering;

use kube_model::shown_list;

use crate::sheet::{BillFacts, BudgetFact, CostFacts, CostLine, FactSheet, Money, MoneyRange, Subject};
use crate::words::{Names, Reasons, capital, clause, count, sentences, shown, verb};

/// The most objects, budgets or reasons that the paragraph names.
const MOST: usize = 3;
/// A longer source of prices is left to the report.
const SOURCE_CHARACTERS: usize = 60;

/// The cost in the headline: `about +$17.20 a month`.
pub(super) fn headline(cost: &CostFacts, subject: &Subject) -> String {
    let unknown = match cost.unknown.len() {
        0 => String::new(),
        number => {
            format!(", not counting {}", count(number, "object of unknown cost", "objects of unknown cost"))
        }
    };
    let about = about(cost.is_about());
    let allocated = match subject {
        Subject::New { .. } => format!("{about}{} a month", amount(&cost.projected)),
        _ if cost.is_unchanged() && is_zero(&cost.projected) => "no change in cost".to_owned(),
        _ if cost.is_unchanged() => format!("the cost stays at {} a month", amount(&cost.projected)),
        _ => format!("{about}{} a month", signed(&cost.delta)),
    };
    match &cost.bill {
        Some(bill) => format!("{}; allocated: {allocated}{unknown}", billed(bill)),
        None => format!("{allocated}{unknown}"),
    }
}

fn billed(bill: &BillFacts) -> String {
    match (&bill.delta, &bill.projected) {
        (Some(delta), Some(projected)) if direction(delta) == Ordering::Equal && bill.range.is_none() => {
            format!("the bill for nodes stays at {} a month", amount(projected))
        }
        (Some(delta), _) => {
            format!("the bill for nodes: {}{} a month", about(bill.is_about()), signed(delta))
        }
        (None, _) => "the bill for nodes is not known".to_owned(),
    }
}

/// None where nobody asked, or there is no more to say than the headline does.
pub(super) fn write(sheet: &FactSheet, names: Names) -> Option<String> {
    let cost = sheet.cost.as_ref()?;
    let is_nothing = sheet.changes.is_nothing() && cost.unknown.is_empty() && cost.is_unchanged();
    let mut details: Vec<String> = Vec::new();
    if !is_nothing {
        details.extend(cost.range.as_ref().map(range));
        details.extend(largest(cost, &sheet.subject, names));
        details.extend(assumed(cost));
        details.extend(unknown(cost, names));
    }
    let is_told = cost.bill.is_none() && cost.is_unchanged() && details.is_empty();
    let mut sentences: Vec<String> = Vec::new();
    if !is_nothing && !is_told {
        sentences.extend(cost.bill.iter().map(bill));
        sentences.push(verdict(cost, &sheet.subject));
        sentences.extend(details);
    }
    sentences.extend(budgets(&sheet.budgets, is_nothing));
    if !cost.is_unchanged() {
        sentences.push(prices(cost));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// Of when the prices are, and whose, where that can be said in a few words.
fn prices(cost: &CostFacts) -> String {
    let (source, day) = (clause(&cost.source), shown(&cost.as_of));
    match source.chars().count() <= SOURCE_CHARACTERS {
        true => format!("Prices: {source}, as of {day}."),
        false => format!("Prices as of {day}."),
    }
}

/// The bill comes first; what follows is what the requests are worth.
fn bill(bill: &BillFacts) -> String {
    format!(
        "Bill for nodes: {}; {}. Allocated by what pods request:",
        clause(&bill.verdict),
        clause(&bill.deed)
    )
}

fn verdict(cost: &CostFacts, subject: &Subject) -> String {
    let (before, after) = (amount(&cost.baseline), amount(&cost.projected));
    let delta = unsigned(&cost.delta);
    let about = about(cost.is_about());
    let share = cost.share.as_ref().map(|share| format!(" ({})", sentences(share))).unwrap_or_default();
    let text = match (subject, direction(&cost.delta)) {
        (Subject::New { .. }, _) => format!("{about}{after} a month."),
        (_, Ordering::Equal) if is_zero(&cost.projected) => "no figure changes.".to_owned(),
        (_, Ordering::Equal) => format!("the cost stays at {after} a month."),
        (_, Ordering::Greater) => format!("{about}{delta} more a month{share}: {after} instead of {before}."),
        (_, Ordering::Less) => format!("{about}{delta} less a month{share}: {after} instead of {before}."),
    };
    match cost.bill.is_some() {
        true => text,
        false => capital(&text),
    }
}

fn range(range: &MoneyRange) -> String {
    let text = |money: &Option<Money>| money.as_ref().map(amount);
    match (text(&range.low), text(&range.high)) {
        (Some(low), Some(high)) => format!("It may be anything from {low} to {high}."),
        (Some(low), None) => format!("It is at least {low}, without an upper bound."),
        (None, Some(high)) => format!("It is at most {high}."),
        (None, None) => "Nothing bounds it, up or down.".to_owned(),
    }
}

fn largest(cost: &CostFacts, subject: &Subject, names: Names) -> Option<String> {
    let of = |line: &CostLine| {
        let figure = match subject {
            Subject::New { .. } => unsigned(&line.delta),
            _ => signed(&line.delta),
        };
        format!("{} ({figure})", names.object(&line.object))
    };
    let lines: Vec<String> = cost.lines.iter().map(of).collect();
    let start = match (cost.lines.as_slice(), subject) {
        ([], _) => return None,
        // The one change is the whole, whose amount stands before it.
        ([only], _) if only.delta.micros == cost.delta.micros => {
            return Some(format!("It comes from {}.", names.object(&only.object)));
        }
        (_, Subject::Promotion { .. } | Subject::Comparison { .. }) if cost.is_unchanged() => {
            "What changes cancels out:"
        }
        (few, _) if few.len() <= MOST => "It comes from",
        _ => "Most comes from",
    };
    Some(format!("{start} {}.", shown_list(&lines, MOST)))
}

fn assumed(cost: &CostFacts) -> Option<String> {
    let reasons: Vec<String> = cost.assumed.iter().take(MOST).map(|why| clause(why)).collect();
    (!reasons.is_empty()).then(|| format!("Assumed: {}.", reasons.join("; ")))
}

fn unknown(cost: &CostFacts, names: Names) -> Option<String> {
    let number = cost.unknown.len();
    let count = count(number, "object", "objects");
    let verb = verb(number, "is", "are");
    let list = reasons(cost, names).in_brackets(MOST, MOST);
    (number > 0).then(|| format!("{count} {verb} in no figure: {list}."))
}

/// What is against the change comes first; of what is not, nothing is said where nothing changes.
fn budgets(budgets: &[BudgetFact], is_nothing: bool) -> Vec<String> {
    let mut said: Vec<&BudgetFact> = budgets.iter().filter(|one| one.against || !is_nothing).collect();
    said.sort_by_key(|one| !one.against);
    let text = |one: &&BudgetFact| format!("Budget {}: {}.", shown(&one.name), clause(&one.standing));
    let mut texts: Vec<String> = said.iter().take(MOST).map(text).collect();
    if let Some(more) = said.len().checked_sub(MOST).filter(|more| *more > 0) {
        texts.push(count(more, "more budget is not named here.", "more budgets are not named here."));
    }
    texts
}

/// The objects of unknown cost by their reasons.
fn reasons(cost: &CostFacts, names: Names) -> Reasons {
    Reasons::of(cost.unknown.iter().map(|unknown| (names.object(&unknown.object), clause(&unknown.reason))))
}

impl CostFacts {
    /// Whether the figures are no surer than "about".
    fn is_about(&self) -> bool {
        self.range.is_some() || self.confidence.as_deref() == Some(ASSUMED)
    }

    fn is_unchanged(&self) -> bool {
        direction(&self.delta) == Ordering::Equal && self.range.is_none()
    }
}

impl BillFacts {
    fn is_about(&self) -> bool {
        self.range.is_some() || self.confidence.as_deref() == Some(ASSUMED)
    }
}

const ASSUMED: &str = "assumed";

fn about(is_about: bool) -> &'static str {
    if is_about { "about " } else { "" }
}

/// As it is shown.
fn amount(money: &Money) -> String {
    sentences(&money.text)
}

/// As it is shown, without its sign.
fn unsigned(money: &Money) -> String {
    amount(money).trim_start_matches(['+', '-', '−']).to_owned()
}

/// As it is shown, with its sign.
fn signed(money: &Money) -> String {
    let sign = match direction(money) {
        Ordering::Equal => "",
        Ordering::Greater => "+",
        Ordering::Less => "-",
    };
    format!("{sign}{}", unsigned(money))
}

/// Whether an amount is more or less than nothing; what is shown as nothing is nothing.
fn direction(money: &Money) -> Ordering {
    if is_zero(money) { Ordering::Equal } else { money.micros.cmp(&0) }
}

fn is_zero(money: &Money) -> bool {
    !money.text.contains(|digit: char| matches!(digit, '1'..='9'))
}
