//! Regular expressions, in time that is linear in the text: the same family of syntax as Go's RE2.

use std::cell::RefCell;
use std::collections::HashMap;

use regex::{Regex, RegexBuilder};

use super::Call;
use crate::fault::{Evaluated, Fault};
use crate::value::Val;

/// Bytes of a compiled expression.
const SIZE: usize = 1 << 20;

/// Steps that reading one takes, for most of them far more than it takes time.
const READING: usize = 5_000;

/// As many are kept for a program; patterns may be made of what is looked at.
const MOST_KEPT: usize = 100;

/// The regular expressions that a program has read.
#[derive(Debug, Default)]
pub(crate) struct Regexes(RefCell<HashMap<String, Regex>>);

impl Regexes {
    fn get(&self, pattern: &str, call: &Call<'_>) -> Evaluated<Regex> {
        if let Some(known) = self.0.borrow().get(pattern) {
            return Ok(known.clone());
        }
        call.steps.take(READING + pattern.len())?;
        let regex = compiled(pattern)?;
        let mut kept = self.0.borrow_mut();
        if kept.len() < MOST_KEPT {
            kept.insert(pattern.to_owned(), regex.clone());
        }
        Ok(regex)
    }
}

pub(super) fn call(call: &Call<'_>) -> Option<Evaluated> {
    let (name, text, pattern, rest) = match (call.name, call.target, call.args) {
        (name, Some(Val::Text(text)), [Val::Text(pattern), rest @ ..]) => (name, text, pattern, rest),
        (name @ "matches", None, [Val::Text(text), Val::Text(pattern)]) => (name, text, pattern, &[][..]),
        _ => return None,
    };
    if !["matches", "find", "findAll"].contains(&name) {
        return None;
    }
    Some(found(call, (name, text), pattern, rest))
}

fn found(call: &Call<'_>, (name, text): (&str, &str), pattern: &str, rest: &[Val]) -> Evaluated {
    // A text is read once for each of the states that an expression may be in, at the worst.
    call.steps.take((text.len() / 10 + 1) * (pattern.len() / 4 + 1))?;
    let regex = call.regexes.get(pattern, call)?;
    match (name, rest) {
        ("matches", []) => Ok(Val::Bool(regex.is_match(text))),
        ("find", []) => Ok(Val::text(regex.find(text).map_or("", |found| found.as_str()))),
        ("findAll", []) => Ok(all(&regex, text, usize::MAX)),
        ("findAll", [Val::Int(limit)]) => {
            Ok(all(&regex, text, usize::try_from(*limit).unwrap_or(usize::MAX)))
        }
        _ => Fault::overload(),
    }
}

fn compiled(pattern: &str) -> Evaluated<Regex> {
    match RegexBuilder::new(pattern).size_limit(SIZE).build() {
        Ok(regex) => Ok(regex),
        Err(regex::Error::CompiledTooBig(_)) => {
            Err(Fault::Unsupported("a regular expression that takes more than 1 MiB".to_owned()))
        }
        Err(_) => Fault::error(format!("error parsing regexp: {pattern}")),
    }
}

fn all(regex: &Regex, text: &str, limit: usize) -> Val {
    Val::list(regex.find_iter(text).take(limit).map(|found| Val::text(found.as_str())).collect())
}
