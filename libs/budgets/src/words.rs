//! A standing in a sentence, and as JSON (`budget` of `schemas/json/cost.schema.json`).

use std::collections::BTreeMap;

use price_book::Money;
use serde::{Serialize, Serializer};

use crate::standing::{Standing, Verdict};

impl Standing {
    /// How it stands, after its label: `$57.40 left of $1,200.00 a month`.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.verdict {
            Verdict::NotEvaluated { why, .. } => format!("not evaluated: {why}"),
            Verdict::NotKnown { why, .. } => format!("{} {}: {why}", self.left_text(), self.bound()),
            Verdict::Holds => self.left_text(),
            Verdict::Broken => format!("broken: {}", self.left_text()),
            Verdict::OverBefore => format!("{}, as before: the change adds nothing", self.left_text()),
        }
    }

    /// What stands against the change: `the budget production is broken: $57.40 over $1,200.00 a month`.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        let label = self.budget.label();
        self.is_against().then(|| match &self.verdict {
            Verdict::Broken => format!("the budget {label} is {}", self.text()),
            _ => format!("whether the budget {label} holds is not known: {}", self.text()),
        })
    }

    /// What is not known can only leave less, and be over by more.
    fn bound(&self) -> &'static str {
        match self.left() {
            Some(Money { micros: ..0, .. }) => "at least",
            _ => "at most",
        }
    }

    fn left_text(&self) -> String {
        let Some((left, limit)) = self.left().zip(self.limit) else { return "not known".to_owned() };
        let text = |money: Money| money.currency.format(money.cents());
        let of = match &self.budget.growth {
            Some(growth) => format!("{} a month, {growth} more than before", text(limit)),
            None => format!("{} a month", text(limit)),
        };
        match left.micros {
            ..0 => match left.micros.checked_neg() {
                Some(micros) => format!("{} over {of}", text(Money { micros, ..left })),
                None => "not known".to_owned(),
            },
            _ => format!("{} left of {of}", text(left)),
        }
    }

    fn verdict_name(&self) -> &'static str {
        match self.verdict {
            Verdict::Holds => "holds",
            Verdict::Broken => "broken",
            Verdict::OverBefore => "over_before",
            Verdict::NotKnown { .. } => "not_known",
            Verdict::NotEvaluated { .. } => "not_evaluated",
        }
    }
}

#[derive(Serialize)]
struct Json<'a> {
    budget: String,
    environment: Option<&'a str>,
    selector: &'a BTreeMap<String, String>,
    verdict: &'static str,
    against: bool,
    text: String,
    currency: Option<String>,
    baseline_micros: Option<i64>,
    projected_micros: Option<i64>,
    limit_micros: Option<i64>,
    left_micros: Option<i64>,
    /// What is billed of this month so far: nothing is known of it as long as no bills are read.
    month_to_date_micros: Option<i64>,
}

impl Serialize for Standing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let micros = |money: Option<Money>| money.map(|money| money.micros);
        Json {
            budget: self.budget.label(),
            environment: self.budget.environment.as_deref(),
            selector: &self.budget.selector,
            verdict: self.verdict_name(),
            against: self.is_against(),
            text: self.text(),
            currency: self.limit.map(|limit| limit.currency.to_string()),
            baseline_micros: micros(self.baseline),
            projected_micros: micros(self.projected),
            limit_micros: micros(self.limit),
            left_micros: micros(self.left()),
            month_to_date_micros: None,
        }
        .serialize(serializer)
    }
}
