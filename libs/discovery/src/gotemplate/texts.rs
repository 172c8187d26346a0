//! Functions whose result is a text.

use serde_json::Value;

use super::TemplateError;
use super::functions::{shown, wrong};

/// The longest text that `repeat`, `indent` and their like make.
const BYTES: usize = 1 << 20;

/// Calls a function that makes a text; none where there is none of that name.
pub(super) fn call(name: &str, arguments: &[Value]) -> Option<Result<String, TemplateError>> {
    let all: Vec<String> = arguments.iter().map(shown).collect();
    let text = |index: usize| all.get(index).map_or("", String::as_str);
    let number = |index: usize| arguments.get(index).and_then(Value::as_i64).unwrap_or(0);
    // The text that is worked on comes last, so that it can be piped in.
    let last = all.last().map_or("", String::as_str);
    Some(Ok(match name {
        "lower" => last.to_lowercase(),
        "upper" => last.to_uppercase(),
        "title" => title(last),
        "trim" => last.trim().to_owned(),
        "trimAll" => last.trim_matches(|c| text(0).contains(c)).to_owned(),
        "trimPrefix" => last.strip_prefix(text(0)).unwrap_or(last).to_owned(),
        "trimSuffix" => last.strip_suffix(text(0)).unwrap_or(last).to_owned(),
        "replace" => last.replace(text(0), text(1)),
        "nospace" => last.split_whitespace().collect(),
        "quote" => all.iter().map(|text| format!("{text:?}")).collect::<Vec<_>>().join(" "),
        "squote" => all.iter().map(|text| format!("'{text}'")).collect::<Vec<_>>().join(" "),
        "print" => all.concat(),
        "cat" => all.join(" "),
        "toString" => last.to_owned(),
        "trunc" => truncated(last, number(0)),
        "repeat" => return Some(repeated(last, number(0))),
        "join" => joined(text(0), arguments.get(1)),
        "indent" => return Some(indented(last, number(0))),
        "nindent" => return Some(indented(last, number(0)).map(|text| format!("\n{text}"))),
        // YAML takes JSON, and what is made here is read again and never shown.
        "toJson" | "toRawJson" | "toYaml" => arguments.last().map_or_else(String::new, Value::to_string),
        "normalize" => normalised(last),
        "slugify" => slug(last),
        _ => return None,
    }))
}

fn title(text: &str) -> String {
    let mut starts = true;
    let upper = |c: char| {
        let is_start = std::mem::replace(&mut starts, c.is_whitespace());
        if is_start { c.to_uppercase().to_string() } else { c.to_string() }
    };
    text.chars().map(upper).collect()
}

/// The first characters, or with a negative number the last ones.
fn truncated(text: &str, count: i64) -> String {
    let length = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let skip = if count < 0 { text.chars().count().saturating_sub(length) } else { 0 };
    text.chars().skip(skip).take(length).collect()
}

fn repeated(text: &str, count: i64) -> Result<String, TemplateError> {
    let count = usize::try_from(count).unwrap_or(0);
    match text.len().checked_mul(count) {
        Some(length) if length <= BYTES => Ok(text.repeat(count)),
        _ => Err(TemplateError::TooMuch(BYTES)),
    }
}

fn joined(separator: &str, list: Option<&Value>) -> String {
    match list {
        Some(Value::Array(items)) => items.iter().map(shown).collect::<Vec<_>>().join(separator),
        other => other.map_or_else(String::new, shown),
    }
}

fn indented(text: &str, count: i64) -> Result<String, TemplateError> {
    let count = usize::try_from(count).unwrap_or(0);
    if count > 1000 {
        return Err(wrong("indent", "more than 1000 blanks"));
    }
    let blanks = " ".repeat(count);
    Ok(text.split('\n').map(|line| format!("{blanks}{line}")).collect::<Vec<_>>().join("\n"))
}

/// A name that Kubernetes takes: lower case, what is no letter, digit, `-` or `.` becomes `-`, at most 253
/// characters, no `-` or `.` at its ends (Argo CD's `SanitizeName`).
pub(crate) fn normalised(text: &str) -> String {
    let lower = text.to_lowercase();
    let plain = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' { c } else { '-' };
    let name: String = lower.chars().map(plain).take(253).collect();
    name.trim_matches(['-', '.']).to_owned()
}

/// Words of letters and digits joined by `-`, at most 50 characters.
fn slug(text: &str) -> String {
    let words = text.to_lowercase();
    let words = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug: String = words.collect::<Vec<_>>().join("-").chars().take(50).collect();
    slug.trim_end_matches('-').to_owned()
}
