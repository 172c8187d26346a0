//! Strings of people who mean harm, in names, labels, annotations, keys, values, images, variables and arguments: what the
//! command prints of them does nothing but show them, and changes no level and no amount.

#[path = "../../../../libs/explainer/tests/it/hostile/corpus.rs"]
mod corpus;
#[path = "../../../../libs/explainer/tests/it/hostile/dead.rs"]
mod dead;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde_json::{Value, json};

use self::dead::is_dead;
use crate::sandbox::{Run, Sandbox};

/// The strings of one run.
const CHUNK: usize = 100;

/// The start of each string: a report has a limit.
fn texts() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../libs/explainer/tests/hostile");
    let mut texts: Vec<String> =
        corpus::of(folder).into_iter().map(|text| text.chars().take(100).collect()).collect();
    texts.sort();
    texts.dedup();
    texts
}

/// The objects of a state: each string in every place that somebody may fill in, or a plain one in its place.
fn state(texts: &[String], tag: &str) -> String {
    let object = |(at, text): (usize, &String)| {
        let meta = json!({
            "name": text, "namespace": "shop", "labels": {"of": text}, "annotations": {text: text, "tag": tag},
        });
        let container = json!({
            "name": text, "image": format!("r.example/{at}:{tag}"), "args": [text],
            "env": [{"name": text, "value": text}, {"name": "TAG", "value": tag}],
            "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}},
        });
        let pod =
            json!({"metadata": {"labels": {"at": at.to_string()}}, "spec": {"containers": [container]}});
        let selector = json!({"matchLabels": {"at": at.to_string()}});
        let config = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": text, "namespace": "shop"},
            "data": {text: text, "TAG": tag},
        });
        let workload = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta,
            "spec": {"replicas": if tag == "1" { 3 } else { 1 }, "selector": selector, "template": pod},
        });
        [config, workload]
    };
    let items: Vec<Value> = texts.iter().enumerate().flat_map(object).collect();
    printable(&json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string())
}

/// JSON may hold what YAML wants as an escape (YAML 1.2, production `c-printable`).
fn printable(text: &str) -> String {
    let is_refused =
        |c: char| matches!(c, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        match is_refused(c) {
            true => printable.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => printable.push(c),
        }
    }
    printable
}

fn sandbox(texts: &[String]) -> Sandbox {
    Sandbox::new()
        .file("key", "a key for tests, and nothing else")
        .file("before/all.json", state(texts, "1"))
        .file("after/all.json", state(texts, "2"))
}

fn run(sandbox: &Sandbox, format: &str) -> Run {
    let sides = ["preview", "--from", "after", "--to", "before", "--base", "before"];
    let rest = ["--format", format, "--redaction-key-file", "key"];
    let run = sandbox.run(&[&sides[..], &rest].concat());
    assert_eq!(run.code, 0, "{format}: {}", run.err);
    run
}

fn chunks() -> Vec<Vec<String>> {
    texts().chunks(CHUNK).map(<[String]>::to_vec).collect()
}

#[test]
fn a_terminal_shows_them_and_does_nothing_else() {
    for texts in chunks() {
        let sandbox = sandbox(&texts);
        let run = run(&sandbox, "text");
        let unseen = |text: &str| text.chars().find(|c| *c != '\n' && inert::is_unseen(*c));
        assert_eq!((unseen(&run.out), unseen(&run.err)), (None, None), "{:?}", texts.first());
    }
}

#[test]
fn markdown_shows_them_and_does_nothing_else() {
    for texts in chunks() {
        let sandbox = sandbox(&texts);
        let out = run(&sandbox, "markdown").out;
        quiet(&out).unwrap_or_else(|why| panic!("{:?}: {why}", texts.first()));
    }
}

/// Whether a page has no link, image, HTML, mention or other markup than that of the command.
fn quiet(markdown: &str) -> Result<(), String> {
    let mut run = String::new();
    let mut in_code = false;
    for event in Parser::new_ext(markdown, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
        let is_own = match &event {
            Event::Text(text) if !in_code => {
                run.push_str(text);
                continue;
            }
            Event::Text(_) | Event::Code(_) | Event::SoftBreak | Event::HardBreak => true,
            Event::InlineHtml(html) | Event::Html(html) => is_own_html(html),
            Event::TaskListMarker(is_ticked) => !is_ticked,
            Event::Start(Tag::Link { dest_url, .. }) => {
                dest_url.starts_with("https://") && !dest_url.contains("evil")
            }
            Event::Start(Tag::CodeBlock(_)) | Event::End(TagEnd::CodeBlock) => {
                in_code = matches!(event, Event::Start(_));
                true
            }
            Event::Start(tag) => is_own_tag(tag),
            Event::End(_) => true,
            _ => false,
        };
        let place = || run.chars().rev().take(200).collect::<Vec<_>>().into_iter().rev().collect::<String>();
        if !is_own {
            return Err(format!("{event:?} after {}", place()));
        }
        is_dead(&run).map_err(|why| format!("{why} in {}", place()))?;
        run.clear();
    }
    Ok(())
}

fn is_own_tag(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Paragraph
            | Tag::Heading { .. }
            | Tag::BlockQuote(_)
            | Tag::HtmlBlock
            | Tag::List(None)
            | Tag::Item
            | Tag::Table(_)
            | Tag::TableHead
            | Tag::TableRow
            | Tag::TableCell
            | Tag::Strong
    )
}

/// The titles of what is folded are the command's own.
fn is_own_html(html: &str) -> bool {
    let own = [
        "<!-- -->",
        "<sub>",
        "</sub>",
        "<details>",
        "</details>",
        "<summary>",
        "</summary>",
        "<code>",
        "</code>",
    ];
    let left = own.iter().fold(html.to_owned(), |left, tag| left.replace(tag, ""));
    !left.contains(['<', '>'])
}

/// Names are opaque: with plain ones in their place, levels, rules, amounts and the lists of the plan are the same. A value that
/// looks like a secret is not carried, as everywhere.
#[test]
fn no_name_changes_a_level_an_amount_or_what_is_carried() {
    for texts in chunks() {
        let plain: Vec<String> = (0..texts.len()).map(|at| format!("plain-{at}")).collect();
        let [hostile, plain] = [&texts, &plain].map(|texts| summary(&run(&sandbox(texts), "json").out));
        assert_eq!(hostile, plain, "{:?}", texts.first());
    }
}

fn summary(out: &str) -> Value {
    let document: Value = serde_json::from_str(out).unwrap();
    let rules = document["findings"].as_array().unwrap().iter();
    let mut rules: Vec<String> = rules.map(|one| format!("{} {}", one["rule"], one["level"])).collect();
    rules.sort();
    let list = |name: &str| document["plan"][name].as_array().unwrap();
    let is_refused = |item: &&Value| item["reason"].as_str().unwrap().contains("PLAN_SECRET_EDIT");
    let refused = list("pending").iter().filter(is_refused).count();
    let cost = &document["estimated_cost"];
    assert!(cost["projected_micros"].is_i64(), "{cost}");
    let others = ["kept", "candidates", "blocked"].map(|name| list(name).len());
    json!({
        "level": document["risk_level"],
        "rules": rules,
        "cost": [cost["baseline_micros"], cost["projected_micros"]],
        "carried": list("carried").len() + refused,
        "pending": list("pending").len() - refused,
        "others": others,
        "objects": document["diff_summary"]["modified"].as_array().unwrap().len(),
    })
}
