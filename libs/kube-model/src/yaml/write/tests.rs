//! What is written is read again. How it looks is held against the real library in `tests/it/written_table.rs`.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::yaml::{Limits, parse, to_value};

fn read(text: &str) -> Value {
    let documents = parse(text, &Limits::default()).unwrap();
    to_value(&documents[0], &documents[0].root, &Limits::default()).unwrap()
}

/// A line break of YAML 1.1 only, which the reader (YAML 1.2) keeps as a character.
fn is_old_break(c: char) -> bool {
    matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[test]
fn a_hidden_character_is_escaped() {
    let value = json!({"k": "user\u{202e}nimda", "l": "a\nb\u{200b}"});
    let hidden = |c| matches!(c, '\u{200b}' | '\u{202e}');
    assert_eq!(write_escaping(&value, hidden), "k: \"user\\u202Enimda\"\nl: \"a\\nb\\u200B\"\n");
    assert_eq!(write(&json!({"k": "user\u{202e}nimda"})), "k: user\u{202e}nimda\n");
}

#[test]
fn a_key_that_would_merge_is_quoted() {
    let value = json!({"<<": false, "k": {"<<": "<<"}});
    assert_eq!(write(&value), "\"<<\": false\nk:\n  \"<<\": <<\n");
    assert_eq!(read(&write(&value)), value);
}

/// `text` with a comment at every mark.
fn commented(text: &str, marks: &[Mark]) -> String {
    let mut commented = String::new();
    let mut done = 0;
    for mark in marks {
        commented += &text[done..mark.at];
        commented += &format!("  # {}", mark.pointer.escape_default());
        done = mark.at;
    }
    commented + &text[done..]
}

#[test]
fn every_leaf_has_a_mark() {
    let value = json!({"a": [1, {"b/c": "x"}], "e": {}, "l": "one\ntwo\n"});
    let (text, marks) = write_marked(&value, |_| false);
    let expected = "a:\n- 1  # /a/0\n- b/c: x  # /a/1/b~1c\ne: {}  # /e\nl: |  # /l\n  one\n  two\n";
    assert_eq!(commented(&text, &marks), expected);
    assert_eq!(text, write(&value));
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9_f64).prop_map(Value::from),
        Just(Value::Null),
        ".{0,12}".prop_map(Value::from),
        "[ -~\n]{0,12}".prop_map(Value::from),
        "[a-c '\"\t]{60,120}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".{1,6}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same_value(value in any_value()) {
        let value = json!({ "k": value });
        let written = write_escaping(&value, is_old_break);
        prop_assert_eq!(&read(&written), &value, "{}", written);
        let (text, marks) = write_marked(&value, is_old_break);
        prop_assert_eq!(read(&commented(&text, &marks)), value);
        prop_assert_eq!(text, written);
    }
}
