//! The facts one by one, each with a name by which it can be referred to.
//!
//! Whoever writes about a change refers to facts (`{{cost.delta}}`) and says no figure, name or level otherwise. The
//! names are stable: the same sheet gives the same names, a fact's name says what it is, and what a list holds is
//! numbered from 1 in the order of the list. A list that gets longer names what it had as before.

mod behind;
mod changes;
mod cost;
mod risk;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::sheet::{FactSheet, PlanItem, Subject};
use crate::words::{Names, clause, place, shown, value};

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Its name: parts of small letters, digits and `_`, with `.` between: `finding.1.object`. No two facts of a sheet
    /// have the same.
    pub id: String,
    /// What it is.
    pub kind: FactKind,
    /// As a sentence shows it: on one line, bounded, with every character escaped that is not seen, and in quotes where it
    /// could be taken for part of the sentence. It is not escaped for Markdown, HTML or Slack.
    pub text: String,
}

/// What a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FactKind {
    /// An amount of money, with its currency, or a share of one in percent.
    Money,
    /// How many there are of something.
    Count,
    /// A level of risk, or how likely or sure something is.
    Level,
    /// What somebody called something: an object, a container, a file, a person, an environment. Anybody may have
    /// chosen it.
    Name,
    /// A value of a manifest, or a date. Anybody may have chosen it.
    Value,
    /// A clause or whole sentences. Names and values may be in it.
    Text,
    /// A word of ours: the id of a rule, a fact that one lacks. Nobody else chose it.
    Term,
}

impl FactSheet {
    /// Every fact, in the order of what matters: what stands in the way, what it risks, what it costs, what changes, what
    /// stays behind. What a sentence would not show is no fact: a secret's mark, a long value.
    #[must_use]
    pub fn facts(&self) -> Vec<Fact> {
        let mut list = Facts { facts: Vec::new(), names: Names::of(self) };
        subject(&mut list, &self.subject);
        if let Some(plan) = &self.plan {
            list.texts("partial", &plan.partial);
            list.texts("note", &plan.notes);
            list.items("blocked", &plan.blocked);
        }
        if let Some(risk) = &self.risk {
            risk::add(&mut list, risk);
        }
        if let Some(drift) = &self.drift {
            behind::drift(&mut list, drift);
        }
        if let Some(cost) = &self.cost {
            cost::add(&mut list, cost);
        }
        cost::budgets(&mut list, &self.budgets);
        changes::add(&mut list, &self.changes);
        if let Some(plan) = &self.plan {
            behind::plan(&mut list, plan);
        }
        list.facts
    }
}

fn subject(list: &mut Facts, subject: &Subject) {
    let (first, second) = match subject {
        Subject::Promotion { from, to } => (("subject.from", from), Some(("subject.to", to))),
        Subject::Comparison { before, after } => (("subject.before", before), Some(("subject.after", after))),
        Subject::New { name } => (("subject.name", name), None),
    };
    for (id, name) in std::iter::once(first).chain(second) {
        list.name(id, name);
    }
}

/// The facts so far.
struct Facts {
    facts: Vec<Fact>,
    names: Names,
}

impl Facts {
    fn add(&mut self, kind: FactKind, id: impl Into<String>, text: impl Into<String>) {
        self.facts.push(Fact { id: id.into(), kind, text: text.into() });
    }

    fn name(&mut self, id: impl Into<String>, name: &str) {
        self.add(FactKind::Name, id, shown(name));
    }

    fn count(&mut self, id: impl Into<String>, number: usize) {
        self.add(FactKind::Count, id, number.to_string());
    }

    fn object(&mut self, id: impl Into<String>, object: &kube_model::ObjectRef) {
        let name = self.names.object(object);
        self.add(FactKind::Name, id, name);
    }

    fn value(&mut self, id: impl Into<String>, given: Option<&Value>) {
        if let Some(text) = value(given) {
            self.add(FactKind::Value, id, text);
        }
    }

    fn texts(&mut self, list: &str, texts: &[String]) {
        if texts.is_empty() {
            return;
        }
        self.count(format!("{list}.count"), texts.len());
        for (number, text) in (1..).zip(texts) {
            self.add(FactKind::Text, format!("{list}.{number}"), clause(text));
        }
    }

    fn items(&mut self, list: &str, items: &[PlanItem]) {
        if items.is_empty() {
            return;
        }
        self.count(format!("{list}.count"), items.len());
        for (number, item) in (1..).zip(items) {
            self.add(FactKind::Name, format!("{list}.{number}.place"), place(&item.place));
            self.add(FactKind::Text, format!("{list}.{number}.reason"), clause(&item.reason));
        }
    }
}
