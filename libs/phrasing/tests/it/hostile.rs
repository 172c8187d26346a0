//! A model that obeys every manifest: whatever is in a name, a value or a message, nothing of it is said outside of quotes.

use std::fs;
use std::path::Path;

use explainer::FactKind;
use phrasing::{Names, Prompt};
use serde_json::{Value, json};

use crate::sheet::{HEADLINE, ITEM, answer, asked, facts};

/// The texts of the corpus that the explainer is held against, too: one a line, as JSON.
fn corpus() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../explainer/tests/hostile");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let texts = files.iter().map(|file| fs::read_to_string(file).unwrap());
    let lines = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
    let texts = lines.filter(|line| line.starts_with('"')).map(|line| serde_json::from_str(&line).unwrap());
    texts.collect()
}

#[test]
fn a_model_that_says_what_a_manifest_tells_it_is_refused() {
    let corpus = corpus();
    assert!(corpus.len() >= 500, "{}", corpus.len());
    let mut through = Vec::new();
    for text in &corpus {
        for whole in
            [answer(text, "", ITEM), answer(HEADLINE, text, ITEM), answer(HEADLINE, "", text), text.clone()]
        {
            if let Ok(explanation) = asked().read(&whole) {
                through.push(explanation.to_text());
            }
        }
    }
    // What is let through is plain prose of the list, which says nothing of its own.
    for text in &through {
        let claims = ["safe", "approve", "no ", "none", "low", "http", "@", "<", "`"];
        let own = text.replace("Before you approve", "");
        assert!(!claims.iter().any(|claim| own.to_lowercase().contains(claim)), "{text}");
    }
    assert!(through.len() <= corpus.len() / 50, "{} of {}: {through:#?}", through.len(), corpus.len());
}

#[test]
fn what_a_manifest_says_is_data_in_a_request_and_a_quotation_in_a_text() {
    for text in corpus() {
        let mut facts = facts();
        for (fact, kind) in [(6, FactKind::Name), (8, FactKind::Value)] {
            assert_eq!(facts[fact].kind, kind);
            facts[fact].text = kube_model::shown(&text);
        }
        // A detector's hit sends nothing, which is right too.
        let Ok(asked) = Prompt::NEWEST.ask(&facts, Names::Sent) else { continue };
        let sent = &asked.messages()[1].content;
        let lines: Vec<Value> = sent
            .lines()
            .filter(|line| line.starts_with('{'))
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{text:?}: {error}: {line}"))
            })
            .collect();
        assert_eq!(lines.len(), facts.len(), "{text:?}");
        assert!(lines.iter().zip(&facts).all(|(line, fact)| line["id"] == json!(fact.id)), "{text:?}");

        let explanation = asked.read(&answer(HEADLINE, "It concerns {{finding.1.after}}.", ITEM)).unwrap();
        let said = &explanation.paragraphs[0].text;
        let (before, rest) = said.split_once('"').unwrap();
        assert_eq!(before, "The level is critical because of ", "{text:?}");
        let (_, after) = rest.rsplit_once('"').unwrap();
        assert_eq!(after, ".", "{text:?}: {said}");
        assert!(said.contains("\". It concerns \""), "{text:?}: {said}");
        assert!(!said.contains(|c: char| c.is_control()), "{text:?}: {said:?}");
    }
}
