//! What it costs.

use std::cmp::Ordering;

use kube_model::{shown, shown_list};

use crate::sheet::{BillFacts, CostFacts, Money, Subject};
use crate::words::{Names, Reasons, clause, count, sentences, verb};

/// The most objects that the paragraph names.
const MOST: usize = 3;

/// The cost in the headline.
pub(super) fn headline(cost: &CostFacts, subject: &Subject) -> String {
    let unknown = match cost.unknown.len() {
        0 => String::new(),
        number => {
            format!(", not counting {}", count(number, "object of unknown cost", "objects of unknown cost"))
        }
    };
    let figure = match subject {
        Subject::New { .. } => amount(&cost.projected),
        _ if direction(&cost.delta) == Ordering::Equal => {
            format!("the cost stays at {}", amount(&cost.projected))
        }
        _ => signed(&cost.delta),
    };
    match &cost.bill {
        Some(bill) => {
            format!("bill for nodes {}; allocated {figure} a month{unknown}", clause(&bill.verdict))
        }
        None => format!("{figure} a month{unknown}"),
    }
}

pub(super) fn write(cost: &CostFacts, subject: &Subject, names: Names) -> String {
    let mut sentences: Vec<String> = cost.bill.iter().map(bill).collect();
    sentences.push(verdict(cost, subject));
    sentences.extend(largest(cost, subject, names));
    sentences.extend(unknown(cost, names));
    sentences.push(prices(cost));
    sentences.join(" ")
}

/// The bill comes first; what follows is what the requests are worth.
fn bill(bill: &BillFacts) -> String {
    format!("Bill for nodes: {}; {}. Allocated:", clause(&bill.verdict), clause(&bill.deed))
}

fn verdict(cost: &CostFacts, subject: &Subject) -> String {
    let (before, after) = (amount(&cost.baseline), amount(&cost.projected));
    let delta = unsigned(&cost.delta);
    match (subject, direction(&cost.delta)) {
        (Subject::New { .. }, _) => format!("It costs {after} a month."),
        (_, Ordering::Equal) => format!("The cost stays at {after} a month."),
        (_, Ordering::Greater) => {
            format!("The change costs {delta} more a month: {after} instead of {before}.")
        }
        (_, Ordering::Less) => format!("The change saves {delta} a month: {after} instead of {before}."),
    }
}

fn largest(cost: &CostFacts, subject: &Subject, names: Names) -> Option<String> {
    let of = |line: &crate::sheet::CostLine| {
        let figure = match subject {
            Subject::New { .. } => unsigned(&line.delta),
            _ => signed(&line.delta),
        };
        format!("{} ({figure})", names.object(&line.object))
    };
    let lines: Vec<String> = cost.lines.iter().map(of).collect();
    let start = match (lines.len(), direction(&cost.delta), subject) {
        (0, ..) => return None,
        (_, Ordering::Equal, Subject::Promotion { .. } | Subject::Comparison { .. }) => {
            "What changes cancels out:"
        }
        (1..=MOST, ..) => "It comes from",
        _ => "Most comes from",
    };
    Some(format!("{start} {}.", shown_list(&lines, MOST)))
}

fn unknown(cost: &CostFacts, names: Names) -> Option<String> {
    let number = cost.unknown.len();
    let count = count(number, "object", "objects");
    let verb = verb(number, "is", "are");
    let list = reasons(cost, names).in_brackets(MOST, MOST);
    (number > 0).then(|| format!("{count} {verb} in no figure: {list}."))
}

/// The objects of unknown cost by their reasons.
pub(super) fn reasons(cost: &CostFacts, names: Names) -> Reasons {
    Reasons::of(cost.unknown.iter().map(|unknown| (names.object(&unknown.object), clause(&unknown.reason))))
}

fn prices(cost: &CostFacts) -> String {
    format!("Prices: {}, as of {}.", clause(&cost.source), shown(&cost.as_of))
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
    match money.text.contains(|digit: char| matches!(digit, '1'..='9')) {
        true => money.micros.cmp(&0),
        false => Ordering::Equal,
    }
}
