//! Texts: CEL's own functions and the extended string library, version 2.

use std::rc::Rc;

use super::Call;
use crate::fault::{Evaluated, Fault};
use crate::value::Val;

pub(super) fn call(call: &Call<'_>) -> Option<Evaluated> {
    let Some(Val::Text(text)) = call.target else {
        return match (call.name, call.target, call.args) {
            ("size", None, [value]) | ("size", Some(value), []) => Some(size(value)),
            ("join", Some(Val::List(items)), separator) => Some(join(call, items, separator)),
            ("strings.quote", None, [Val::Text(text)]) => Some(Ok(Val::text(format!("{text:?}")))),
            _ => None,
        };
    };
    if let Err(fault) = call.steps.text(text.len()) {
        return Some(Err(fault));
    }
    Some(match (call.name, call.args) {
        ("size", []) => Ok(Val::int(text.chars().count())),
        ("contains", [Val::Text(part)]) => Ok(Val::Bool(text.contains(&**part))),
        ("startsWith", [Val::Text(part)]) => Ok(Val::Bool(text.starts_with(&**part))),
        ("endsWith", [Val::Text(part)]) => Ok(Val::Bool(text.ends_with(&**part))),
        ("lowerAscii", []) => Ok(Val::text(text.to_ascii_lowercase())),
        ("upperAscii", []) => Ok(Val::text(text.to_ascii_uppercase())),
        ("trim", []) => Ok(Val::text(text.trim())),
        ("charAt", [Val::Int(at)]) => char_at(text, *at),
        ("indexOf", [Val::Text(part), from @ ..]) => index_of(text, part, from),
        ("lastIndexOf", [Val::Text(part), from @ ..]) => last_index_of(text, part, from),
        ("replace", [Val::Text(from), Val::Text(to), limit @ ..]) => replace(call, text, (from, to), limit),
        ("split", [Val::Text(separator), limit @ ..]) => split(call, text, separator, limit),
        ("substring", [Val::Int(from)]) => substring(text, *from, None),
        ("substring", [Val::Int(from), Val::Int(to)]) => substring(text, *from, Some(*to)),
        (
            "contains" | "startsWith" | "endsWith" | "charAt" | "indexOf" | "lastIndexOf" | "replace"
            | "split" | "substring",
            _,
        ) => Fault::overload(),
        _ => return None,
    })
}

fn size(value: &Val) -> Evaluated {
    match value.clone().known()? {
        Val::Text(text) => Ok(Val::int(text.chars().count())),
        Val::Bytes(bytes) => Ok(Val::int(bytes.len())),
        Val::List(items) => Ok(Val::int(items.len())),
        Val::Map(fields) => Ok(Val::int(fields.len())),
        _ => Fault::overload(),
    }
}

fn join(call: &Call<'_>, items: &[Val], separator: &[Val]) -> Evaluated {
    let separator = match separator {
        [] => "",
        [Val::Text(separator)] => separator,
        _ => return Fault::overload(),
    };
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        let Val::Text(text) = item.clone().known()? else { return Fault::overload() };
        call.steps.text(text.len() + separator.len())?;
        texts.push(text);
    }
    Ok(Val::text(texts.join(separator)))
}

fn position(at: i64, text: &str) -> Evaluated<usize> {
    let length = text.chars().count();
    usize::try_from(at)
        .ok()
        .filter(|at| *at <= length)
        .map_or_else(|| Fault::error(format!("index out of range: {at}")), Ok)
}

/// The byte at which the character of this index begins.
fn byte(text: &str, at: usize) -> usize {
    text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte)
}

fn char_at(text: &str, at: i64) -> Evaluated {
    let at = position(at, text)?;
    Ok(Val::text(text.chars().nth(at).map(String::from).unwrap_or_default()))
}

fn substring(text: &str, from: i64, to: Option<i64>) -> Evaluated {
    let from = position(from, text)?;
    let to = match to {
        Some(to) => position(to, text)?,
        None => text.chars().count(),
    };
    if from > to {
        return Fault::error(format!("invalid substring range. start: {from}, end: {to}"));
    }
    Ok(Val::text(&text[byte(text, from)..byte(text, to)]))
}

fn index_of(text: &str, part: &str, from: &[Val]) -> Evaluated {
    let from = match from {
        [] => 0,
        [Val::Int(from)] => position(*from, text)?,
        _ => return Fault::overload(),
    };
    let start = byte(text, from);
    let found = text[start..].find(part).map(|at| text[..start + at].chars().count());
    Ok(found.map_or(Val::Int(-1), Val::int))
}

fn last_index_of(text: &str, part: &str, from: &[Val]) -> Evaluated {
    let end = match from {
        [] => text.len(),
        [Val::Int(from)] => (byte(text, position(*from, text)?) + part.len()).min(text.len()),
        _ => return Fault::overload(),
    };
    let end = (0..=end).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let found = text[..end].rfind(part).map(|at| text[..at].chars().count());
    Ok(found.map_or(Val::Int(-1), Val::int))
}

/// A limit of replacements or of parts: none if it is negative or not given.
fn limit(limit: &[Val]) -> Evaluated<Option<usize>> {
    match limit {
        [] => Ok(None),
        [Val::Int(limit)] => Ok(usize::try_from(*limit).ok()),
        _ => Fault::overload(),
    }
}

fn replace(call: &Call<'_>, text: &str, (from, to): (&str, &str), given: &[Val]) -> Evaluated {
    let times = limit(given)?.unwrap_or(usize::MAX);
    let found = text.matches(from).count().min(times);
    call.steps.text(text.len().saturating_add(found.saturating_mul(to.len())))?;
    Ok(Val::text(text.replacen(from, to, times)))
}

fn split(call: &Call<'_>, text: &str, separator: &str, given: &[Val]) -> Evaluated {
    let parts: Vec<String> = match (limit(given)?, separator) {
        (Some(0), _) => Vec::new(),
        (None, "") => text.chars().map(String::from).collect(),
        (Some(limit), "") => {
            let rest = byte(text, limit - 1);
            let single = text[..rest].chars().map(String::from);
            single.chain((rest < text.len()).then(|| text[rest..].to_owned())).collect()
        }
        (None, separator) => text.split(separator).map(str::to_owned).collect(),
        (Some(limit), separator) => text.splitn(limit, separator).map(str::to_owned).collect(),
    };
    call.steps.take(parts.len())?;
    let parts = parts.into_iter().map(|part| Val::Text(Rc::from(part)));
    Ok(Val::list(parts.collect()))
}
