//! Answers as a model that keeps to the rules writes them.

use explainer::Concern;
use serde_json::json;

use crate::sheet::{HEADLINE, ITEM, answer, asked, read, said};

#[test]
fn a_whole_answer_is_filled_in() {
    let answer = json!({
        "headline": "{{image.count}} image changes on the way from {{subject.from}} to {{subject.to}}, the cost changes \
                     by {{cost.delta}}, and the risk is {{risk.level}}.",
        "paragraphs": [
            {"concern": "cost", "text": "The cost changes by {{cost.delta}}, from {{cost.before}} to {{cost.after}}, \
                because {{size.1.object}} runs with other replicas: from {{size.1.before}} to {{size.1.after}}."},
            {"concern": "risk", "text": "The finding about {{finding.1.object}} is {{finding.1.level}}: \
                {{finding.1.message}} {{finding.2.object}} has a finding of its own, which is {{finding.2.level}}."},
            {"concern": "changes", "text": "The image of {{image.1.container}} changes from {{image.1.before}} to \
                {{image.1.after}}."},
            {"concern": "behind", "text": "{{kept.count}} differences stay as the target has them."},
        ],
        "checklist": [
            "Ask the owner of {{finding.1.object}} whether the data is needed.",
            "Compare the new image with the old version.",
        ],
    });
    let explanation = read(&answer).unwrap();
    assert_eq!(
        explanation.to_text(),
        "1 image changes on the way from \"staging\" to \"production\", the cost changes by +$36.50, and the risk is \
         critical.\n\
         Risk: The finding about \"StatefulSet db\" is critical: The volume of db is deleted with its claim. \
         \"Deployment web\" has a finding of its own, which is medium.\n\
         Cost: The cost changes by +$36.50, from $100.00 to $136.50, because \"Deployment web\" runs with other \
         replicas: from \"3\" to \"5\".\n\
         Changes: The image of \"web\" changes from \"registry.example/web:1.1.0\" to \
         \"registry.example/web:1.2.0\".\n\
         Stays behind: 4 differences stay as the target has them.\n\
         Before you approve:\n\
         - Ask the owner of \"StatefulSet db\" whether the data is needed.\n\
         - Compare the new image with the old version."
    );
    assert_eq!(explanation.paragraphs[0].concern, Concern::Risk, "what can break comes first");
}

#[test]
fn plain_sentences_are_let_through() {
    for (sentence, expected) in [
        ("It concerns {{finding.2.object}}.", "It concerns \"Deployment web\"."),
        (
            "The pods of {{finding.1.object}} and {{finding.2.object}} restart.",
            "The pods of \"StatefulSet db\" and \"Deployment web\" restart.",
        ),
        ("{{finding.1.message}}", "The volume of db is deleted with its claim."),
        ("See this: {{finding.1.message}}.", "See this: The volume of db is deleted with its claim."),
        ("Why ({{finding.1.rule}})?", "Why (claim-dropped)?"),
        (
            "{{finding.1.message}} It concerns {{finding.2.object}}.",
            "The volume of db is deleted with its claim. It concerns \"Deployment web\".",
        ),
        ("The owner’s data is concerned – see the claim.", "The owner's data is concerned – see the claim."),
        ("The CPU limit (and the memory limit) changes.", "The CPU limit (and the memory limit) changes."),
    ] {
        assert_eq!(said(sentence), expected);
    }
}

#[test]
fn a_fence_around_the_object_is_no_markup() {
    let plain = answer(HEADLINE, "", ITEM);
    let fenced = format!("```json\n{plain}\n```\n");
    assert_eq!(asked().read(&fenced).unwrap(), asked().read(&plain).unwrap());
}
