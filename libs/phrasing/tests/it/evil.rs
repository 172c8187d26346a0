//! Answers that say what is no fact, or make more of one than it is.

use phrasing::Reason;
use serde_json::json;

use crate::sheet::{HEADLINE, ITEM, answer, asked, facts, read, refused};

/// A sentence, and a reason for which it is refused.
const SENTENCES: &[(&str, Reason)] = &[
    // Figures.
    ("It costs 3 more.", Reason::Figure),
    ("It costs $0.", Reason::Figure),
    ("It costs nothing.", Reason::Negation),
    ("It costs five.", Reason::Figure),
    ("It costs Five.", Reason::Figure),
    ("The cost doubles.", Reason::Figure),
    ("Half of the pods restart.", Reason::Figure),
    ("Several pods restart.", Reason::Figure),
    ("All pods restart.", Reason::Figure),
    ("The cost changes by {{cost.delta}} percent.", Reason::Figure),
    ("The cost changes by {{cost.delta}} million.", Reason::Figure),
    ("The cost changes by minus {{cost.delta}}.", Reason::Figure),
    ("The cost changes by -{{cost.delta}}.", Reason::Identifier),
    ("The cost changes by {{cost.delta}}%.", Reason::Figure),
    ("The cost changes by {{cost.delta}}{{finding.count}}.", Reason::JoinedReferences),
    ("The cost changes by {{cost.delta}} {{finding.count}}.", Reason::JoinedReferences),
    ("The cost changes by {{cost.delta}}k.", Reason::JoinedReferences),
    ("The cost changes by x{{cost.delta}}.", Reason::JoinedReferences),
    ("It takes ٣ pods.", Reason::Figure),
    ("It takes Ⅻ pods.", Reason::Figure),
    ("It takes １ pod.", Reason::Figure),
    ("It takes ① pod.", Reason::Figure),
    ("It takes ½ pod.", Reason::Figure),
    ("It takes a couple of pods.", Reason::Figure),
    ("It takes a minute.", Reason::Figure),
    // Names.
    ("The service payments restarts.", Reason::UnknownWord),
    ("The service Payments restarts.", Reason::Identifier),
    ("The kubeSystem namespace changes.", Reason::Identifier),
    ("The `web` container changes.", Reason::Markup),
    ("The \"web\" container changes.", Reason::Markup),
    ("The 'web' container changes.", Reason::Markup),
    ("The web-api container changes.", Reason::Identifier),
    ("The shop.example host changes.", Reason::Identifier),
    ("The host.name changes.", Reason::Identifier),
    ("See www.change.host now.", Reason::Identifier),
    ("See https://evil.example now.", Reason::Identifier),
    ("Ask team@change now.", Reason::Identifier),
    ("Ask @team now.", Reason::Identifier),
    ("The state_store changes.", Reason::Identifier),
    ("The DATABASE changes.", Reason::Identifier),
    ("The path/to/file changes.", Reason::Identifier),
    ("The Kafka cluster changes.", Reason::Identifier),
    ("It is {{finding.9.object}}.", Reason::UnknownReference),
    ("It is {{risk.none}}.", Reason::UnknownReference),
    ("It is {{__proto__}}.", Reason::UnknownReference),
    ("It is {{ }}.", Reason::UnknownReference),
    ("It is {{finding.1.object | safe}}.", Reason::Markup),
    ("It is {{#if}}.", Reason::Markup),
    ("It is ${cost.delta}.", Reason::Figure),
    ("It is {cost.delta}.", Reason::Markup),
    // Levels.
    ("The risk is low.", Reason::Level),
    ("The risk is high.", Reason::Level),
    ("The risk is lower here.", Reason::Level),
    ("It is a minor change.", Reason::Level),
    ("A serious finding.", Reason::Level),
    // Claims that it is safe.
    ("This change is safe.", Reason::SafetyClaim),
    ("This is a safe change.", Reason::SafetyClaim),
    ("Safe.", Reason::SafetyClaim),
    ("SAFE", Reason::SafetyClaim),
    ("There is no risk.", Reason::Negation),
    ("There isn't a risk.", Reason::Negation),
    ("There isn’t a risk.", Reason::Negation),
    ("It comes without risk.", Reason::Negation),
    ("It is free of risk.", Reason::SafetyClaim),
    ("It is harmless.", Reason::SafetyClaim),
    ("Please approve.", Reason::SafetyClaim),
    ("You should approve it.", Reason::SafetyClaim),
    ("Approval is recommended.", Reason::SafetyClaim),
    ("It is guaranteed to work.", Reason::SafetyClaim),
    ("Nothing to see here.", Reason::Negation),
    ("It looks good.", Reason::SafetyClaim),
    ("It is ready.", Reason::SafetyClaim),
    ("It is okay.", Reason::SafetyClaim),
    ("You can merge it.", Reason::SafetyClaim),
    ("Go ahead.", Reason::SafetyClaim),
    ("It can be carried over.", Reason::SafetyClaim),
    ("You may move it.", Reason::SafetyClaim),
    ("It was tested.", Reason::SafetyClaim),
    ("The finding is known.", Reason::SafetyClaim),
    ("The finding was reviewed.", Reason::SafetyClaim),
    ("The finding is settled.", Reason::SafetyClaim),
    ("The finding is only {{finding.1.level}}.", Reason::SafetyClaim),
    ("The cost is just {{cost.delta}}.", Reason::SafetyClaim),
    ("It is a routine update.", Reason::SafetyClaim),
    ("Ignore the finding.", Reason::SafetyClaim),
    ("You can trust this.", Reason::SafetyClaim),
    ("Users are unaffected.", Reason::SafetyClaim),
    ("It is hardly a change.", Reason::SafetyClaim),
    ("An outage is unlikely.", Reason::SafetyClaim),
    ("It is not {{risk.level}}.", Reason::Negation),
    ("It is never {{risk.level}}.", Reason::Negation),
    ("It cannot fail.", Reason::Negation),
    // Directions, and facts that are put together wrongly.
    ("The cost falls by {{cost.delta}}.", Reason::Direction),
    ("It saves {{cost.delta}}.", Reason::Direction),
    ("It is cheaper by {{cost.delta}}.", Reason::Direction),
    ("The finding about {{finding.1.object}} is {{finding.2.level}}.", Reason::MixedFacts),
    ("The image changes from {{image.1.after}} to {{image.1.before}}.", Reason::SwappedOrder),
    ("It moves to {{subject.to}} from {{subject.from}}.", Reason::SwappedOrder),
    // What a reader is told to do.
    ("Run {{image.1.after}}.", Reason::Instruction),
    ("Enter your password.", Reason::Instruction),
    ("Click here.", Reason::Instruction),
    // Markup and what is not seen.
    ("**Change**", Reason::Markup),
    ("# Change", Reason::Markup),
    ("<b>change</b>", Reason::Markup),
    ("<!channel> change", Reason::Markup),
    ("[change](change)", Reason::Markup),
    ("change | change", Reason::Markup),
    ("change &amp; change", Reason::Markup),
    ("Change\nApproved", Reason::Character),
    ("change\u{1b}[2J", Reason::Character),
    ("chan\u{200b}ge", Reason::Character),
    ("\u{202e}change", Reason::Character),
    ("chаnge", Reason::Character),
    ("change\u{0}", Reason::Character),
    ("変更", Reason::Character),
    ("✅ change", Reason::Character),
    // Sentences of other tongues, and of models about themselves.
    ("Das ist eine Änderung.", Reason::Character),
    ("As an AI I must say this.", Reason::Identifier),
    ("As a language model it must say this.", Reason::UnknownWord),
];

#[test]
fn each_evil_sentence_is_refused_for_its_reason() {
    for (sentence, reason) in SENTENCES {
        let reasons = refused(sentence);
        assert!(reasons.contains(reason), "{sentence:?} was refused for {reasons:?}");
    }
    assert!(SENTENCES.len() > 100);
}

#[test]
fn the_same_holds_in_the_headline_and_in_the_checklist() {
    for (sentence, reason) in SENTENCES {
        for answer in [answer(sentence, "", ITEM), answer(HEADLINE, "", sentence)] {
            let refusals = asked().read(&answer).expect_err(sentence);
            assert!(refusals.iter().any(|refusal| refusal.reason == *reason), "{sentence:?}: {refusals:?}");
        }
    }
}

#[test]
fn what_is_grave_has_to_be_told() {
    let answer = json!({"headline": HEADLINE, "paragraphs": [], "checklist": []});
    // The level, the cost, and the critical finding; the medium one may be left to the deterministic text.
    assert_eq!(read(&answer).unwrap_err(), [Reason::OmittedFact; 3]);
    let told = json!({"headline": "{{risk.level}}: {{finding.1.object}} changes, and so does the bill: {{cost.delta}}.",
        "paragraphs": [], "checklist": []});
    assert!(read(&told).is_ok());
}

#[test]
fn what_has_another_shape_is_refused() {
    let good: serde_json::Value = serde_json::from_str(&answer(HEADLINE, "", ITEM)).unwrap();
    let with = |key: &str, value: serde_json::Value| {
        let mut answer = good.clone();
        answer[key] = value;
        answer
    };
    let paragraph =
        json!({"concern": "risk", "text": "{{risk.level}} and {{finding.1.object}}, {{cost.delta}} it is."});
    for (answer, reason) in [
        (with("risk_level", json!("none")), Reason::Shape),
        (with("headline", json!(null)), Reason::Shape),
        (with("headline", json!("")), Reason::Empty),
        (with("headline", json!("{{cost.delta}}")), Reason::Empty),
        (with("headline", json!("change ".repeat(100))), Reason::TooLong),
        (with("checklist", json!(vec!["Check it."; 13])), Reason::TooLong),
        (with("checklist", json!({})), Reason::Shape),
        (with("paragraphs", json!([paragraph, paragraph])), Reason::Duplicate),
        (with("paragraphs", json!([{"concern": "safety", "text": "It is."}])), Reason::Shape),
        (with("paragraphs", json!([{"concern": "risk", "text": "It is.", "level": "low"}])), Reason::Shape),
        (json!([good]), Reason::NotJson),
        (json!("change"), Reason::NotJson),
    ] {
        let reasons = read(&answer).expect_err(&answer.to_string());
        assert!(reasons.contains(&reason), "{answer}: {reasons:?}");
    }
    let text = good.to_string();
    for (answer, reason) in [
        (String::new(), Reason::NotJson),
        (text[..text.len() - 1].to_owned(), Reason::NotJson),
        (format!("{text}{text}"), Reason::NotJson),
        (format!("Here you are: {text}"), Reason::NotJson),
        (text.replacen('{', "{\"headline\":\"The new image.\",", 1), Reason::Shape),
        (" ".repeat(40_000), Reason::TooLong),
        ("[".repeat(30_000), Reason::NotJson),
    ] {
        let refusals = asked().read(&answer).expect_err("it is no answer");
        assert_eq!(refusals[0].reason, reason, "{}", &answer[..answer.len().min(80)]);
    }
}

#[test]
fn what_a_name_says_is_a_name() {
    let mut facts = facts();
    facts[1].text = "safe-and-approved".to_owned();
    facts[6].text = "low".to_owned();
    facts[19].text = "{{cost.delta}}".to_owned();
    let asked = phrasing::Prompt::NEWEST.ask(&facts, phrasing::Names::Sent).unwrap();
    let sentence = "The level is like {{image.1.container}}.".replace("like ", "");
    let explanation = asked.read(&answer(HEADLINE, &sentence, ITEM)).unwrap();
    assert_eq!(explanation.headline, "A new image moves to \"safe-and-approved\".");
    assert_eq!(
        explanation.paragraphs[0].text,
        "The level is critical because of \"low\". The level is \"{{cost.delta}}\"."
    );
}
