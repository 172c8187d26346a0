//! `printf`, with the verbs that names and paths are made with.

use serde_json::Value;

use super::TemplateError;
use super::functions::{shown, wrong};

/// `format` and its values.
pub(super) fn printf(arguments: &[Value]) -> Result<String, TemplateError> {
    let Some((Value::String(format), values)) = arguments.split_first() else {
        return Err(wrong("printf", "a format is expected"));
    };
    let mut values = values.iter();
    let mut text = String::new();
    let mut characters = format.chars().peekable();
    while let Some(c) = characters.next() {
        if c != '%' {
            text.push(c);
            continue;
        }
        let mut flags = String::new();
        while let Some(flag) =
            characters.next_if(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | '#'))
        {
            flags.push(flag);
        }
        let verb = characters.next().ok_or_else(|| wrong("printf", "a verb is expected after %"))?;
        if verb == '%' {
            text.push('%');
            continue;
        }
        let value = values.next().ok_or_else(|| wrong("printf", "too few values"))?;
        text.push_str(&formatted(verb, &flags, value)?);
    }
    Ok(text)
}

fn formatted(verb: char, flags: &str, value: &Value) -> Result<String, TemplateError> {
    let text = match (verb, value) {
        ('s' | 'v', value) => shown(value),
        ('q', value) => format!("{:?}", shown(value)),
        ('d', Value::Number(number)) if number.is_i64() || number.is_u64() => number.to_string(),
        ('t', Value::Bool(value)) => value.to_string(),
        ('f', value) if value.is_f64() => {
            format!("{:.*}", precision(flags), value.as_f64().unwrap_or_default())
        }
        _ => return Err(wrong("printf", &format!("%{flags}{verb} of this value is not known here"))),
    };
    let width = flags.split('.').next().unwrap_or_default();
    let length: usize = width.trim_start_matches(['-', '+', '#']).parse().unwrap_or(0);
    let missing = length.min(1000).saturating_sub(text.chars().count());
    Ok(match (width.starts_with('-'), width.starts_with('0')) {
        (true, _) => format!("{text}{}", " ".repeat(missing)),
        (false, true) => format!("{}{text}", "0".repeat(missing)),
        (false, false) => format!("{}{text}", " ".repeat(missing)),
    })
}

fn precision(flags: &str) -> usize {
    flags.split_once('.').and_then(|(_, digits)| digits.parse().ok()).unwrap_or(6).min(100)
}
