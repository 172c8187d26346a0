//! Every code that the command and the services can show has a page, and every page a code.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::sandbox::workspace;

/// What an error is made with: its code is the first text among the arguments.
const CALLS: [&str; 16] = [
    "Failure::new(",
    "Refused::new(",
    "ApiError::new(",
    "told(",
    "unavailable(",
    "unhandled(",
    "bad_request(",
    "not_found(",
    "unprocessable(",
    "unauthorized(",
    "internal(",
    "invalid(",
    "refuse(",
    "coded(",
    "ended(",
    "unwrap_or_else(",
];

/// The codes of errors in the sources: what stands in quotes in a `fn code` or `fn obstacle`, what an error is made
/// with, and what is written as the code of a JSON object.
fn errors() -> BTreeSet<String> {
    // Of wrong flags: the reader of the command line has its own errors.
    let mut codes = BTreeSet::from(["USAGE".to_owned()]);
    visit_sources(&mut |text| {
        for function in ["fn code(", "fn obstacle("] {
            for (at, _) in text.match_indices(function) {
                codes.extend(quoted(text[at..].split("\n    }").next().unwrap()));
            }
        }
        let without_tests = text.split("#[cfg(test)]").next().unwrap();
        for call in CALLS.into_iter().chain(["\"code\": "]) {
            let arguments =
                without_tests.match_indices(call).map(|(at, _)| &without_tests[at + call.len()..]);
            codes.extend(arguments.filter_map(first_text));
        }
    });
    codes.retain(|code| is_code(code));
    codes
}

/// The codes of reasons in the sources: a text that begins with one, as `PLAN_SECRET_EDIT: …` does. They explain a
/// place of a plan, and end no run.
fn reasons() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    visit_sources(&mut |text| {
        let without_tests = text.split("#[cfg(test)]").next().unwrap();
        for (at, _) in without_tests.match_indices('"') {
            let code = without_tests[at + 1..].split_once(": ").map(|(code, _)| code);
            codes.extend(code.filter(|code| is_code(code) && code.contains('_')).map(str::to_owned));
        }
    });
    codes
}

fn visit_sources(take: &mut impl FnMut(&str)) {
    for top in ["libs", "services"] {
        visit(&workspace().join(top), take);
    }
}

/// The text that comes first, if nothing but names comes before it.
fn first_text(arguments: &str) -> Option<String> {
    let (before, rest) = arguments.split_once('"')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || "_:,.|".contains(c);
    before.chars().all(is_name).then(|| rest.split('"').next().unwrap().to_owned())
}

fn quoted(text: &str) -> impl Iterator<Item = String> {
    text.split('"').skip(1).step_by(2).map(str::to_owned)
}

fn is_code(text: &str) -> bool {
    text.len() > 3 && text.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

fn visit(directory: &Path, take: &mut impl FnMut(&str)) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") {
            visit(&path, take);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            take(&fs::read_to_string(&path).unwrap());
        }
    }
}

/// The codes that have a sentence of help.
fn helped() -> BTreeSet<String> {
    let text = fs::read_to_string(workspace().join("services/plimsoll/src/help.rs")).unwrap();
    quoted(&text).filter(|text| is_code(text)).collect()
}

fn pages() -> BTreeSet<String> {
    fs::read_dir(workspace().join("runbooks"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".md").map(str::to_owned))
        .filter(|name| is_code(name))
        .collect()
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let (errors, reasons) = (errors(), reasons());
    for code in [
        "MANIFEST_SYNTAX",
        "REDACTION_KEY",
        "TOKEN_MISSING",
        "CLUSTER_EXISTS",
        "PROMOTION_STALE",
        "PLAN_BLOCKED",
    ] {
        assert!(errors.contains(code), "{code} is not in {errors:?}");
    }
    assert!(reasons.contains("PLAN_SECRET_EDIT") && reasons.contains("PLAN_EDIT_REFUSED"), "{reasons:?}");
    let codes: BTreeSet<String> = errors.union(&reasons).cloned().collect();
    let (pages, helped) = (pages(), helped());
    let none = Vec::<&String>::new();
    assert_eq!(codes.difference(&pages).collect::<Vec<_>>(), none, "codes without a page");
    assert_eq!(pages.difference(&codes).collect::<Vec<_>>(), none, "pages without a code");
    // A reason stands beside its place; only what ends a run is followed by a sentence of help.
    assert_eq!(errors.difference(&helped).collect::<Vec<_>>(), none, "errors without help");
    assert_eq!(helped.difference(&codes).collect::<Vec<_>>(), none, "help without a code");
}

#[test]
fn every_page_says_what_why_and_what_to_do() {
    for code in pages() {
        let page = fs::read_to_string(workspace().join(format!("runbooks/{code}.md"))).unwrap();
        assert!(page.starts_with(&format!("# {code}\n")), "{code}");
        for part in ["## What it means", "## Why", "## What to do"] {
            assert!(page.contains(part), "{code} lacks {part:?}");
        }
        assert!(page.lines().count() <= 60, "{code} is longer than a page");
    }
}
