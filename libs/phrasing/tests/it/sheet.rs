//! Facts to write about.

use explainer::{Fact, FactKind};
use phrasing::{Asked, Names, Prompt, Reason};
use serde_json::{Value, json};

/// Facts of a promotion with a critical finding, as [`explainer::FactSheet::facts`] gives them.
pub(crate) fn facts() -> Vec<Fact> {
    use FactKind::{Count, Level, Money, Name, Term, Text, Value};
    [
        ("subject.from", Name, "staging"),
        ("subject.to", Name, "production"),
        ("risk.level", Level, "critical"),
        ("finding.count", Count, "2"),
        ("finding.1.level", Level, "critical"),
        ("finding.1.rule", Term, "claim-dropped"),
        ("finding.1.object", Name, "StatefulSet db"),
        ("finding.1.before", Value, "Retain"),
        ("finding.1.after", Value, "Delete"),
        ("finding.1.message", Text, "The volume of db is deleted with its claim."),
        ("finding.1.remedy", Text, "Keep the policy, or take a copy first."),
        ("finding.2.level", Level, "medium"),
        ("finding.2.object", Name, "Deployment web"),
        ("finding.2.message", Text, "web has one replica less than its budget asks for."),
        ("cost.delta", Money, "+$36.50"),
        ("cost.before", Money, "$100.00"),
        ("cost.after", Money, "$136.50"),
        ("image.count", Count, "1"),
        ("image.1.object", Name, "Deployment web"),
        ("image.1.container", Name, "web"),
        ("image.1.before", Value, "registry.example/web:1.1.0"),
        ("image.1.after", Value, "registry.example/web:1.2.0"),
        ("size.1.object", Name, "Deployment web"),
        ("size.1.what", Name, "the replicas"),
        ("size.1.before", Value, "3"),
        ("size.1.after", Value, "5"),
        ("kept.count", Count, "4"),
    ]
    .map(|(id, kind, text)| Fact { id: id.to_owned(), kind, text: text.to_owned() })
    .into()
}

pub(crate) fn asked() -> Asked {
    Prompt::NEWEST.ask(&facts(), Names::Sent).unwrap()
}

/// What has to be told, told: an answer to put something into.
pub(crate) fn answer(headline: &str, risk: &str, item: &str) -> String {
    json!({
        "headline": headline,
        "paragraphs": [
            {"concern": "risk", "text": format!("The level is {{{{risk.level}}}} because of {{{{finding.1.object}}}}. {risk}")},
            {"concern": "cost", "text": "The bill changes by {{cost.delta}}."},
        ],
        "checklist": [item],
    })
    .to_string()
}

pub(crate) const HEADLINE: &str = "A new image moves to {{subject.to}}.";
pub(crate) const ITEM: &str = "Check the volume of {{finding.1.object}}.";

/// Why an answer is refused that says this in place of a sentence.
pub(crate) fn refused(sentence: &str) -> Vec<Reason> {
    let refusals = asked().read(&answer(HEADLINE, sentence, ITEM)).expect_err(sentence);
    refusals.iter().map(|refusal| refusal.reason).collect()
}

/// What an answer says that says this in place of a sentence.
pub(crate) fn said(sentence: &str) -> String {
    let explanation = asked().read(&answer(HEADLINE, sentence, ITEM));
    let explanation = explanation.unwrap_or_else(|refused| panic!("{sentence}: {refused:?}"));
    let text = &explanation.paragraphs[0].text;
    text.strip_prefix("The level is critical because of \"StatefulSet db\". ").expect(text).to_owned()
}

/// An answer as JSON.
pub(crate) fn read(answer: &Value) -> Result<explainer::Explanation, Vec<Reason>> {
    asked().read(&answer.to_string()).map_err(|refused| refused.iter().map(|one| one.reason).collect())
}
