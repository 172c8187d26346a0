//! Whatever the value, the style and the edit: the edited text means what was asked for, and what was not asked
//! for keeps its bytes.

use kube_model::{State, yaml::Limits};
use manifest_edit::{Template, apply, edit_object};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// How a text is written: the choices are drawn from a list that is used over and over.
struct Style<'a> {
    choices: &'a [u8],
    at: usize,
}

impl Style<'_> {
    fn next(&mut self, of: u8) -> u8 {
        self.at += 1;
        self.choices[self.at % self.choices.len()] % of
    }

    fn scalar(&mut self, value: &Value) -> String {
        match value {
            Value::String(text) => match self.next(3) {
                0 if text.chars().all(char::is_alphabetic) && text.len() > 3 => text.clone(),
                1 if !text.contains('\n') => format!("'{}'", text.replace('\'', "''")),
                _ => value.to_string(),
            },
            other => other.to_string(),
        }
    }

    fn flow(&mut self, value: &Value) -> String {
        match value {
            Value::Object(map) => {
                let entries: Vec<_> =
                    map.iter().map(|(key, value)| format!("{key}: {}", self.flow(value))).collect();
                format!("{{{}}}", entries.join(", "))
            }
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.flow(item)).collect();
                format!("[{}]", items.join(", "))
            }
            scalar => self.scalar(scalar),
        }
    }

    fn block(&mut self, map: &Map<String, Value>, indent: usize) -> String {
        let mut text = String::new();
        for (key, value) in map {
            let pad = " ".repeat(indent);
            match self.next(8) {
                0 => text.push_str(&format!("{pad}# about {key}\n")),
                // After a text that keeps its blank lines one more would be part of it.
                1 if !text.ends_with("\n\n") => text.push('\n'),
                _ => {}
            }
            match value {
                Value::Object(inner) if !inner.is_empty() && self.next(4) > 0 => {
                    let step = 1 + usize::from(self.next(4));
                    text.push_str(&format!("{pad}{key}:\n{}", self.block(inner, indent + step)));
                }
                Value::Array(items) if !items.is_empty() && self.next(4) > 0 => {
                    let dash = indent + 2 * usize::from(self.next(2));
                    text.push_str(&format!(
                        "{pad}{key}:{}\n",
                        if self.next(5) == 0 { " # list" } else { "" }
                    ));
                    for item in items {
                        text.push_str(&self.item(item, dash));
                    }
                }
                Value::String(lines) if is_block_text(lines) && self.next(2) == 0 => {
                    let body = lines.trim_end_matches('\n');
                    let chomping = ["-", "", "+"][(lines.len() - body.len()).min(2)];
                    text.push_str(&format!("{pad}{key}: |{chomping}\n"));
                    for line in body.split('\n') {
                        let pad = if line.is_empty() { "" } else { &pad };
                        let indent = if line.is_empty() { "" } else { "  " };
                        text.push_str(&format!("{pad}{indent}{line}\n"));
                    }
                    text.push_str(&"\n".repeat((lines.len() - body.len()).saturating_sub(1)));
                }
                other => {
                    let comment = if self.next(6) == 0 { "  # end" } else { "" };
                    text.push_str(&format!("{pad}{key}: {}{comment}\n", self.flow(other)));
                }
            }
        }
        text
    }

    fn item(&mut self, item: &Value, dash: usize) -> String {
        let pad = " ".repeat(dash);
        match item {
            Value::Object(map) if !map.is_empty() && self.next(3) > 0 => {
                let body = self.block(map, dash + 2);
                let body = body.trim_start_matches('\n');
                match body.trim_start().starts_with('#') {
                    true => format!("{pad}- {}\n", self.flow(item)),
                    false => format!("{pad}- {}", body.trim_start()),
                }
            }
            other => format!("{pad}- {}\n", self.flow(other)),
        }
    }
}

/// Whether a `|` can hold a text without telling its indentation.
fn is_block_text(text: &str) -> bool {
    let lines = text.trim_matches('\n');
    text.contains('\n') && !lines.is_empty() && !lines.starts_with(' ')
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        (0..99_i64).prop_map(Value::from),
        "[a-z]{1,6}".prop_map(Value::from),
        "[a-c:#,'\"{} -]{0,5}".prop_map(Value::from),
        "([a-c]{1,3}\n){2,3}".prop_map(Value::from),
        "\n{0,2}([a-c]{1,3}\n{1,2}){1,2}[a-c]?\n{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-h]", inner.clone(), 0..5).prop_map(|map| json!(map)),
            prop::collection::btree_map("[a-d]", inner, 1..4).prop_map(|items| {
                let named = items.into_iter().map(|(name, value)| json!({"name": name, "value": value}));
                json!({ "env": named.collect::<Vec<_>>() })
            }),
        ]
    })
}

fn object(spec: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "w"}, "spec": {"x": spec}})
}

fn read(text: &str) -> State {
    State::read([("a.yaml", text)], &Limits::default()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn check(old: &Value, new: &Value, choices: &[u8], with_source: bool) -> String {
    let map = |value: &Value| object(value).as_object().unwrap().clone();
    let target = read(&Style { choices, at: 0 }.block(&map(old), 0));
    let source = read(&Style { choices, at: 7 }.block(&map(new), 0));
    assert_eq!(*target.objects[0].value, object(old), "the test's own writer is wrong");
    let template = Template::of(&source.files[0], &source.objects[0]).filter(|_| with_source);
    let splices = edit_object(&target.files[0], &target.objects[0], &object(new), template).unwrap();
    let text = apply(&target.files[0].text, &splices);
    let edited = State::read([("a.yaml", &text)], &Limits::default());
    let edited = edited.unwrap_or_else(|error| {
        panic!(
            "{error}\n--- target\n{}\n--- source\n{}\n--- edited\n{text}",
            target.files[0].text, source.files[0].text
        )
    });
    assert_eq!(
        *edited.objects[0].value,
        object(new),
        "\n--- target\n{}\n--- source\n{}\n--- edited\n{text}",
        target.files[0].text,
        source.files[0].text
    );
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn the_edited_text_means_what_was_asked_for(
        old in any_value(), new in any_value(), choices in prop::collection::vec(any::<u8>(), 1..40), source in any::<bool>(),
    ) {
        check(&old, &new, &choices, source);
    }

    #[test]
    fn a_small_change_means_what_was_asked_for(
        old in any_value(), other in any_value(), choices in prop::collection::vec(any::<u8>(), 1..40), pick in any::<u16>(),
    ) {
        let mut new = old.clone();
        change_one(&mut new, &other, usize::from(pick));
        check(&old, &new, &choices, true);
    }

    #[test]
    fn nothing_asked_for_changes_nothing(old in any_value(), choices in prop::collection::vec(any::<u8>(), 1..40)) {
        let text = Style { choices: &choices, at: 0 }.block(object(&old).as_object().unwrap(), 0);
        prop_assert_eq!(check(&old, &old, &choices, true), text);
    }
}

/// Puts `other` in the place of one value somewhere in `value`.
fn change_one(value: &mut Value, other: &Value, pick: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            let key = map.keys().nth(pick % map.len()).unwrap().clone();
            match pick % 5 {
                0 => drop(map.remove(&key)),
                1 => drop(map.insert("z".into(), other.clone())),
                _ => change_one(&mut map[&key], other, pick / 5),
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let index = pick % items.len();
            match pick % 5 {
                0 => drop(items.remove(index)),
                1 => items.insert(index, other.clone()),
                _ => change_one(&mut items[index], other, pick / 5),
            }
        }
        leaf => *leaf = other.clone(),
    }
}
