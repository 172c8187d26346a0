//! Strings of people who mean harm stay data: in a terminal, in Markdown, in HTML and in Slack.

mod corpus;
mod dead;
mod html;
mod markdown;
mod sheet;
mod slack;

use std::collections::BTreeMap;

use explainer::{Explanation, FactKind, FactSheet, explain};

use self::sheet::hostile;
use crate::checker::strangers;

fn corpus() -> Vec<String> {
    corpus::of(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hostile"))
}

/// Each string of the corpus with the explanation of a change in which every name, value and reason is that string.
fn explained() -> impl Iterator<Item = (String, FactSheet, Explanation)> {
    corpus().into_iter().map(|text| {
        let sheet = hostile(&text);
        let explanation = explain(&sheet);
        (text, sheet, explanation)
    })
}

#[test]
fn there_are_enough_of_them() {
    let texts = corpus();
    let different: std::collections::BTreeSet<&String> = texts.iter().collect();
    assert!(different.len() >= 500, "{}", different.len());
}

/// Lines stay lines, and what is seen is all there is.
#[test]
fn a_terminal_shows_them_and_does_nothing_else() {
    for (text, _, explanation) in explained() {
        let shown = explanation.to_text();
        assert!(!shown.chars().any(|c| c != '\n' && inert::is_unseen(c)), "{text:?}: {shown:?}");
        let lines = 2 + explanation.paragraphs.len() + explanation.checklist.len();
        assert_eq!(shown.split('\n').count(), lines, "{text:?}");
        assert!(shown.chars().count() < 20_000, "{} characters", shown.chars().count());
    }
}

/// The parser of Markdown finds our paragraphs, our bold words and our list, and nothing else; and what it shows is the
/// text, letter by letter.
#[test]
fn markdown_shows_them_and_does_nothing_else() {
    for (text, _, explanation) in explained() {
        let seen = markdown::read(&explanation.to_markdown()).unwrap_or_else(|why| panic!("{text:?}: {why}"));
        assert_eq!(seen, blocks(&explanation, ". "), "{text:?}");
    }
}

#[test]
fn html_shows_them_and_does_nothing_else() {
    for (text, _, explanation) in explained() {
        let seen = html::read(&explanation.to_html()).unwrap_or_else(|why| panic!("{text:?}: {why}"));
        assert_eq!(seen, blocks(&explanation, ". "), "{text:?}");
    }
}

#[test]
fn slack_shows_them_and_does_nothing_else() {
    for (text, _, explanation) in explained() {
        let message = explanation.to_slack();
        let seen = slack::read(&message).unwrap_or_else(|why| panic!("{text:?}: {why}"));
        let mut expected = blocks(&explanation, ": ");
        let at = 1 + explanation.paragraphs.len();
        expected[at].push(':');
        assert_eq!(seen, expected, "{text:?}");
    }
}

/// What a reader sees, block by block.
fn blocks(explanation: &Explanation, after_concern: &str) -> Vec<String> {
    let mut blocks = vec![explanation.headline.clone()];
    let paragraphs = explanation.paragraphs.iter();
    blocks.extend(paragraphs.map(|one| format!("{}{after_concern}{}", one.concern, one.text)));
    blocks.push("Before you approve".to_owned());
    blocks.extend(explanation.checklist.clone());
    blocks.iter().map(|block| block.trim_end().to_owned()).collect()
}

/// Amounts, numbers and levels are the same whatever the strings say, and every word of the text is a fact or ours.
#[test]
fn no_string_changes_a_level_an_amount_or_a_number() {
    let of = |sheet: &FactSheet| -> BTreeMap<String, String> {
        let kinds = [FactKind::Money, FactKind::Count, FactKind::Level];
        let facts = sheet.facts().into_iter().filter(|fact| kinds.contains(&fact.kind));
        facts.map(|fact| (fact.id, fact.text)).collect()
    };
    let plain = of(&hostile("plain"));
    assert!(plain.len() > 30, "{plain:?}");
    for (text, sheet, explanation) in explained() {
        assert_eq!(of(&sheet), plain, "{text:?}");
        assert_eq!(strangers(&sheet, &explanation.to_text()), Vec::<String>::new(), "{text:?}");
    }
}

/// The text about strings that mean harm is the text about plain names, with those in place of these. Strings that are
/// long or have several lines are left out: of them a sentence says less.
#[test]
fn what_is_said_is_the_same_but_for_the_names() {
    let mut compared = 0;
    for text in corpus().into_iter().filter(|text| sheet::is_said_whole(text)) {
        let expected = sheet::renamed(&explain(&sheet::named("zqx")).to_text(), &text);
        assert_eq!(explain(&sheet::named(&text)).to_text(), expected, "{text:?}");
        compared += 1;
    }
    assert!(compared >= 500, "{compared}");
}
