//! Regular expressions, in time that is linear in the text: the same family of syntax as Go's RE2.

use regex::{Regex, RegexBuilder};

use super::Call;
use crate::fault::{Evaluated, Fault};
use crate::value::Val;

/// Bytes of a compiled expression.
const SIZE: usize = 1 << 20;

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
    let regex = compiled(pattern)?;
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
