//! Whatever a model answers: what comes out holds only facts.

use explainer::{Explanation, Fact};
use proptest::prelude::*;
use serde_json::json;

use crate::sheet::{asked, facts};

/// Of what answers are made: words that are allowed, references, and what is evil.
fn piece() -> impl Strategy<Value = String> {
    let words = [
        "The", "image", "changes", "of", "and", "risk", "is", "cost", "restart", "pods", "Check", "whether",
        "it",
    ];
    let evil = [
        "safe",
        "no",
        "3",
        "$4",
        "low",
        "high",
        "prod-db",
        "`x`",
        "<b>",
        "payments",
        "approve",
        "one",
        "ten",
        "%",
        "-",
        "\"",
        "{{risk.none}}",
        "{{",
        "}}",
        "https://x.example",
        "\u{202e}",
        "\u{1b}[2J",
        "٣",
        "KUBE",
        "falls",
        "without",
        "*",
    ];
    let references: Vec<String> = facts().iter().map(|fact| format!("{{{{{}}}}}", fact.id)).collect();
    prop_oneof![
        8 => proptest::sample::select(words.to_vec()).prop_map(str::to_owned),
        4 => proptest::sample::select(references),
        1 => proptest::sample::select(evil.to_vec()).prop_map(str::to_owned),
        1 => proptest::sample::select(vec![".", ",", ":", "?", " and ", " "]).prop_map(str::to_owned),
    ]
}

fn text() -> impl Strategy<Value = String> {
    let blank = prop_oneof![9 => Just(" "), 1 => Just("")];
    proptest::collection::vec((piece(), blank), 1..9)
        .prop_map(|parts| parts.into_iter().flat_map(|(part, blank)| [part, blank.to_owned()]).collect())
}

/// What is left of a text when every fact is taken out.
fn prose(text: &str, facts: &[Fact]) -> String {
    let mut shown: Vec<String> =
        facts.iter().flat_map(|fact| [format!("\"{}\"", fact.text), fact.text.clone()]).collect();
    shown.sort_by_key(|text| std::cmp::Reverse(text.len()));
    // A count is a single digit, which would be found within others: they are taken out last, as words of their own.
    let (figures, others): (Vec<String>, Vec<String>) = shown.into_iter().partition(|text| text.len() == 1);
    let rest = others.iter().fold(text.to_owned(), |rest, fact| rest.replace(fact.as_str(), " "));
    let words = rest.split(' ').map(|word| {
        let bare = word.trim_matches(|c: char| ".,:;?()".contains(c));
        if figures.iter().any(|figure| figure == bare) { "" } else { word }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn texts(explanation: &Explanation) -> impl Iterator<Item = &String> {
    let paragraphs = explanation.paragraphs.iter().map(|paragraph| &paragraph.text);
    std::iter::once(&explanation.headline).chain(paragraphs).chain(&explanation.checklist)
}

const NEVER: [&str; 12] =
    ["safe", "no", "low", "high", "payments", "approve", "one", "ten", "KUBE", "falls", "without", "none"];

fn holds_only_facts(explanation: &Explanation) {
    let facts = facts();
    for text in texts(explanation) {
        let prose = prose(text, &facts);
        let plain = |c: char| c.is_ascii_alphabetic() || " '.,;:?()–—".contains(c);
        assert!(prose.chars().all(plain), "{text:?} leaves {prose:?}");
        for word in prose.split(|c: char| !c.is_ascii_alphabetic()) {
            assert!(!NEVER.contains(&word), "{text:?} says {word}");
        }
    }
    for form in [explanation.to_text(), explanation.to_markdown()] {
        assert!(!form.contains('\u{1b}') && !form.contains('\u{202e}') && !form.contains("<b>"), "{form}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_comes_out_holds_only_facts(headline in text(), risk in text(), item in text()) {
        let answer = json!({
            "headline": headline,
            "paragraphs": [
                {"concern": "risk", "text": risk},
                {"concern": "cost", "text": "{{risk.level}}, {{cost.delta}}, {{finding.1.object}} it is."},
            ],
            "checklist": [item],
        });
        if let Ok(explanation) = asked().read(&answer.to_string()) {
            holds_only_facts(&explanation);
        }
    }

    #[test]
    fn no_bytes_break_it(answer in any::<String>(), body in ".{0,200}") {
        let _ = asked().read(&answer);
        let whole = json!({"headline": body, "paragraphs": [], "checklist": [body]}).to_string();
        if let Ok(explanation) = asked().read(&whole) {
            holds_only_facts(&explanation);
        }
    }
}

/// The strategy above makes answers that are let through, or it would show nothing.
#[test]
fn some_of_what_is_tried_is_let_through() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let told = "{{risk.level}}, {{cost.delta}}, {{finding.1.object}} it is.";
    let through = (0..2000).filter(|_| {
        let headline = text().new_tree(&mut runner).unwrap().current();
        let paragraphs = json!([{"concern": "cost", "text": told}]);
        asked()
            .read(&json!({"headline": headline, "paragraphs": paragraphs, "checklist": []}).to_string())
            .is_ok()
    });
    let through = through.count();
    assert!((40..1500).contains(&through), "{through} of 2000");
}
