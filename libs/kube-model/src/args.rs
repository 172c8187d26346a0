//! The arguments of a command, by flag.
//!
//! `["serve", "--level=info", "--port", "80", "-v"]` is the operand `serve` and the flags `--level` (`info`),
//! `--port` (`80`) and `-v` (`true`). A flag that is followed by something that is no flag takes it as its
//! value, which is how people write them; the same reading on both sides keeps a comparison true either way.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

use crate::lists::Items;
use crate::path::Segment;

/// A flag with everything that was given to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Flag {
    /// Its name, with the dashes.
    pub name: String,
    /// One value (`true` if it has none) for each time that it is given.
    pub values: Vec<Value>,
    /// The items of the list that it takes, one range for each time that it is given.
    pub items: Vec<Range<usize>>,
}

/// A list of arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Arguments {
    /// What is no flag and no flag's value, in order.
    pub operands: Vec<String>,
    /// The flags, in the order of their first mention.
    pub flags: Vec<Flag>,
}

/// Reads a list of arguments; none if an item is no string, or is a flag with a secret in it, which must name no place.
#[must_use]
pub fn parse(list: &[Value]) -> Option<Arguments> {
    let words: Vec<&str> = list.iter().map(Value::as_str).collect::<Option<_>>()?;
    if words.iter().any(|word| has_password(word)) || crate::redact::holds_attached_secret(&words) {
        return None;
    }
    let mut arguments = Arguments { operands: Vec::new(), flags: Vec::new() };
    let mut at = 0;
    while at < words.len() {
        let start = at;
        let word = words[at];
        at += 1;
        if !is_flag(word) {
            arguments.operands.push(word.to_owned());
            continue;
        }
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Value::from(value)),
            None => match words.get(at).filter(|next| !is_flag(next)) {
                Some(next) => {
                    at += 1;
                    (word, Value::from(*next))
                }
                None => (word, Value::Bool(true)),
            },
        };
        arguments.add(name, value, start..at);
    }
    Some(arguments)
}

/// `-` alone is an operand, and so is a negative number.
fn is_flag(word: &str) -> bool {
    word.strip_prefix('-')
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// `-pSECRET`, as MySQL's programs take it. The program may be named elsewhere, so a word of small letters is a flag
/// (`-port`), and anything else may be a password.
fn has_password(word: &str) -> bool {
    word.strip_prefix("-p").is_some_and(|rest| {
        !rest.contains('=') && !rest.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '-' | '_'))
    })
}

impl Arguments {
    fn add(&mut self, name: &str, value: Value, items: Range<usize>) {
        match self.flags.iter_mut().find(|flag| flag.name == name) {
            Some(flag) => {
                flag.values.push(value);
                flag.items.push(items);
            }
            None => {
                self.flags.push(Flag { name: name.to_owned(), values: vec![value], items: vec![items] });
            }
        }
    }

    /// The flag of this name.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.name == name)
    }

    pub(crate) fn into_items<'a>(self) -> Items<'a> {
        self.flags
            .into_iter()
            .map(|mut flag| {
                let value = match flag.values.len() {
                    1 => flag.values.remove(0),
                    _ => Value::Array(flag.values),
                };
                (Segment::Flag(flag.name), Cow::Owned(value))
            })
            .collect()
    }
}
