//! Strings of people who mean harm stay data, in a terminal and in Markdown.

use explainer::explain;

use crate::sheets::{self, *};

/// The characters that begin markup, each with a backslash before it or an empty comment after it.
fn live_markup(markdown: &str) -> Vec<String> {
    let own = markdown.replace("**", "").replace("- [ ] ", "").replace("<!-- -->", "\u{1}");
    let characters: Vec<char> = own.chars().collect();
    let mut live = Vec::new();
    for (at, character) in characters.iter().enumerate() {
        let escapes = characters[..at].iter().rev().take_while(|c| **c == '\\').count();
        let next = characters.get(at + 1);
        let is_live = match character {
            '*' | '_' | '`' | '[' | ']' | '<' | '>' | '!' | '|' | '~' | '$' => escapes % 2 == 0,
            '@' => escapes % 2 == 0 && next != Some(&'\u{1}'),
            ':' => next == Some(&'/'),
            _ => false,
        };
        if is_live {
            live.push(characters[at.saturating_sub(10)..(at + 10).min(characters.len())].iter().collect());
        }
    }
    live
}

#[test]
fn no_string_of_a_manifest_is_markup() {
    for (name, sheet) in sheets::all() {
        assert_eq!(live_markup(&explain(&sheet).to_markdown()), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn strings_that_other_tools_fell_for_stay_data() {
    for evil in [
        "](javascript:alert(1))",
        "![x](https://evil.example/x.png)",
        "<img src=x onerror=alert(1)>",
        "<!-- x --><script>",
        "**approved** by @security-team, see #1",
        "https://evil.example/login",
        "www.evil.example",
        "`rm -rf /`",
        "| a | b |",
        "~~not~~ $\\color{red}$",
        "\\](https://evil.example)",
        "\u{1b}]8;;https://evil.example\u{7}click\u{1b}]8;;\u{7}",
        "\u{202e}txt.exe",
        "web\r\nRisk: none",
    ] {
        let mut sheet = promotion(&[added(&format!("Deployment/{}", evil.replace('/', "|")))]);
        let path = kube_model::Path::root().key("data").key(evil);
        let mut change = field("ConfigMap/c", "data.x", serde_json::json!("a"), serde_json::json!(evil));
        change.path = path;
        sheet.changes = explainer::ChangeFacts::of(&[change], 0);
        sheet.risk = Some(risk(vec![finding(risk_rules::Level::Low, evil, "Deployment/web", evil, evil)]));
        let explanation = explain(&sheet);
        assert_eq!(live_markup(&explanation.to_markdown()), Vec::<String>::new(), "{evil:?}");
        let text = explanation.to_text();
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(!text.contains('\u{202e}'), "{text:?}");
        assert!(explanation.headline.ends_with("highest risk: low"), "{}", explanation.headline);
    }
}
