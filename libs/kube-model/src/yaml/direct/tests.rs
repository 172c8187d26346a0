use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::yaml::{Node, NodeKind, compose, compose_one as parse_one, parse, to_value};

/// Every node of a document with all that it knows, a line each.
fn lines_of(document: &Document) -> Vec<String> {
    fn add(node: &Node, depth: usize, lines: &mut Vec<String>) {
        let Node { kind, span, line, column, anchor, properties_start, tag } = node;
        let kind = match kind {
            NodeKind::Scalar { text, style } => format!("{style:?} {text:?}"),
            NodeKind::Sequence { layout, .. } => format!("{layout:?} sequence"),
            NodeKind::Mapping { layout, .. } => format!("{layout:?} mapping"),
            NodeKind::Alias(anchor) => format!("*{anchor}"),
        };
        let more = format!("{anchor:?} {properties_start:?} {tag:?}");
        lines.push(format!("{:depth$}{kind} {span:?} {line}:{column} {more}", ""));
        node.items().iter().for_each(|item| add(item, depth + 1, lines));
        for (key, value) in node.entries() {
            add(key, depth + 1, lines);
            add(value, depth + 1, lines);
        }
    }
    let Document { root, span, marker, anchors } = document;
    let anchors: BTreeMap<_, _> = anchors.iter().collect();
    let mut lines = vec![format!("{span:?} {marker:?} {anchors:?}")];
    add(root, 0, &mut lines);
    lines
}

/// What this reader makes of a text is what the other one makes of it: value, nodes and line.
fn agrees(text: &str, limits: &Limits) -> Result<bool, TestCaseError> {
    let skimmed = skim(text, limits);
    let Some(found) = read(text, limits) else {
        prop_assert!(skimmed.is_none(), "skimmed and not read: {text:?}");
        return Ok(false);
    };
    let Some((tree, nodes)) = parse_one(text, limits) else {
        return Err(TestCaseError::fail(format!("no document, and read as {}: {text:?}", found.value)));
    };
    let value = to_value(&tree, &tree.root, limits);
    prop_assert_eq!(Ok(&found.value), value.as_ref(), "{:?}", text);
    prop_assert_eq!((found.nodes, found.line), (nodes, tree.root.line), "{:?}", text);
    if let Some((own, own_nodes)) = super::tree(text, limits) {
        let (own, tree) = (lines_of(&own), lines_of(&tree));
        let differs = own.iter().zip(&tree).find(|(own, tree)| own != tree);
        prop_assert_eq!((differs, own.len()), (None, tree.len()), "{:?}", text);
        prop_assert_eq!(own_nodes, nodes, "{:?}", text);
    }
    prop_assert!(super::tree(text, limits).is_some(), "no tree: {text:?}");
    if let Some((_, nodes)) = skimmed {
        prop_assert_eq!(found.nodes, nodes, "{:?}", text);
    }
    Ok(true)
}

fn is_read(text: &str) -> bool {
    agrees(text, &Limits::default()).unwrap()
}

const DEPLOYMENT: &str = "---\n# web\napiVersion: apps/v1 # of today\nkind: Deployment\nmetadata:\n  name: \"web\"\n  labels: {app: web, 'tier': \"a,b\", on: off}\n  annotations: {}\nspec:\n  replicas: 3\n\n  paused: yes\n  template:\n    spec:\n      containers:\n      - name: web\n        image: registry.example:5000/web:1.2@sha256:ab # pinned\n        args: [--port=80, \"-v\", '--a: b', http://x/#y]\n        env:\n          - name: A\n            value: 'it''s'\n          -\n            name: B\n            value: \"tab\\t \\u00e9 é\"\n          - {name: C, value: }\n      empty:\n      nested:\n      - - a\n        - -1\n      - b: 1\n  text: |\n    one\n      two\n\n    three # no comment\n\n  folded: >-\n    one\n    two\n\n    three\n  kept: |+\n    end\n\n# the end\n";

#[test]
fn what_manifests_are_written_in_is_read() {
    let text = DEPLOYMENT.replace("{name: C, value: }", "{name: C, value: 1.5}");
    let read = read(&text, &Limits::default()).unwrap();
    let container = &read.value["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["args"], serde_json::json!(["--port=80", "-v", "--a: b", "http://x/#y"]));
    assert_eq!(container["env"][0]["value"], "it's");
    assert_eq!(read.value["metadata"]["labels"]["true"], false);
    assert_eq!(read.value["spec"]["text"], "one\n  two\n\nthree # no comment\n");
    assert_eq!(read.value["spec"]["folded"], "one two\nthree");
    assert_eq!(read.value["spec"]["kept"], "end\n\n");
    assert_eq!(read.line, 3);
    assert!(is_read(&text));
    let (identity, _) = skim(&text, &Limits::default()).unwrap();
    assert_eq!((&*identity.kind, &*identity.name, identity.group()), ("Deployment", "web", "apps"));
}

#[test]
fn json_is_read() {
    let text = "{\n\t\"apiVersion\": \"v1\", \"kind\": \"List\",\n  \"items\": [\n    {\"a\": [], \"b\": {}},\n\n    -1.50, true, null, \"\\/\\n\"\n  ]\n}\n";
    assert!(is_read(text));
    let read = read(text, &Limits::default()).unwrap();
    assert_eq!(read.items, [4, 6, 6, 6, 6]);
    assert_eq!(read.value["items"], serde_json::json!([{"a": [], "b": {}}, -1.5, true, null, "/\n"]));
}

#[test]
fn what_is_not_plain_and_what_is_wrong_is_left_to_the_other_reader() {
    for text in [
        "",
        "# c\n",
        "a: 1\na: 2\n",
        "{a: 1, a: 2}",
        "on: 1\ntrue: 2\n",
        "a: &x 1\n",
        "a: *x\n",
        "a: !!str 1\n",
        "<<: {}\n",
        "? a\n",
        "a: b\n  c\n",
        "a: b: c\n",
        "a:\n\tb: 1\n",
        "a: 1\n...\n",
        "a: 1\n---\nb: 1\n",
        "%YAML 1.2\n---\na: 1\n",
        "a: [1,\n 2]\n",
        "a: 'x\n  y'\n",
        "a: \"\\ud800\"\n",
        "a: \"\\x41\"\n",
        "a: |2\n   x\n",
        "a: |\n",
        "a: |\n  x",
        "a: .inf\n",
        "a: 1\n b: 2\n",
        "- a\n b\n",
        "a: -\n",
        "a: - b\n",
        "a: 1\r\nb: 2\r\n",
        "a: \u{85}\n",
        "~: 1\n",
        "null: 1\n",
        "[a: b]",
        "{a}",
        "[a,]",
        "text",
        "a: @b\n",
        "a: `b`\n",
        "a: %b\n",
        "a:b\n",
        "a: \u{1}\n",
        "'a' : 1\n",
        "a : 1\n",
        "a: >\n  x\n   y\n",
    ] {
        assert!(read(text, &Limits::default()).is_none(), "{text:?}");
    }
}

#[test]
fn the_limits_are_those_of_the_other_reader() {
    // Six nodes: a mapping, two keys, a scalar, a sequence and its item.
    let text = "a: 1\nb: [2]\n";
    for (nodes, depth, fits) in [(6, 2, true), (5, 2, false), (6, 1, false)] {
        let limits = Limits { nodes, depth, ..Limits::default() };
        assert_eq!(
            (agrees(text, &limits).unwrap(), parse_one(text, &limits).is_some()),
            (fits, nodes == 6 && depth == 2)
        );
    }
}

fn any_document() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a: ",
        "b: ",
        "'c': ",
        "\"d\": ",
        "on: ",
        "- ",
        "- ",
        "-\n",
        "\n",
        "\n",
        "\n  ",
        "\n  ",
        "\n    ",
        "\n - ",
        "\n- ",
        "\n  - ",
        "1",
        "x",
        "'y z'",
        "\"\\n\"",
        "|",
        ">",
        "|-",
        ">+",
        "{",
        "}",
        "[",
        "]",
        ", ",
        ",",
        ":",
        ": ",
        " # c",
        "#",
        " ",
        "  ",
        "\t",
        "~",
        "null",
        "0x1f",
        "1e3",
        "...",
        "---",
        "---\n",
        "text of\nlines",
        "\n\n",
        "-1",
        "&a ",
        "*a",
        "!t ",
        "é",
        "\u{a0}",
        "%",
        "?",
        "? ",
        "<<: ",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// A document with one of its characters replaced, taken out or put in.
fn nearly_a_deployment() -> impl Strategy<Value = String> {
    let change = prop::sample::select(vec![
        "", " ", "\n", "\n\n", "\t", ":", ": ", "#", " #", "-", "- ", "'", "\"", "\\", "{", "}", "[", "]",
        ",", "|", ">", "a", "0", "\n  ", "\n---\n",
    ]);
    (0..DEPLOYMENT.len(), 0..3_usize, change).prop_map(|(at, cut, change)| {
        let at = (0..=at).rev().find(|at| DEPLOYMENT.is_char_boundary(*at)).unwrap();
        let end = (at + cut..DEPLOYMENT.len())
            .find(|end| DEPLOYMENT.is_char_boundary(*end))
            .unwrap_or(DEPLOYMENT.len());
        format!("{}{change}{}", &DEPLOYMENT[..at], &DEPLOYMENT[end..])
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn whatever_is_read_means_the_same_to_the_other_reader(text in any_document()) {
        agrees(&text, &Limits::default())?;
    }

    #[test]
    fn a_stream_has_the_documents_that_the_other_reader_finds(
        texts in prop::collection::vec(prop_oneof![nearly_a_deployment(), any_document()], 1..4),
        limit in prop_oneof![Just(usize::MAX), 1_usize..200],
    ) {
        let text = texts.join("\n---\n");
        let limits = Limits { nodes: limit.min(Limits::default().nodes), ..Limits::default() };
        let lines = |documents: Vec<Document>| -> Vec<String> { documents.iter().flat_map(lines_of).collect() };
        let (found, other) = (parse(&text, &limits).map(lines), compose::compose(&text, &limits).map(lines));
        prop_assert_eq!(found, other, "{:?}", text);
    }

    #[test]
    fn a_slip_means_the_same_to_both(text in nearly_a_deployment()) {
        agrees(&text, &Limits::default())?;
    }
}
