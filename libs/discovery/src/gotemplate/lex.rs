//! From the text of a template to the words of its actions.

use serde_json::{Number, Value};

use super::TemplateError;

/// A piece of the text: what stands between actions, or what stands in one.
pub(super) enum Piece {
    Text(String),
    Action(Vec<Token>),
}

pub(super) fn pieces(text: &str) -> Result<Vec<Piece>, TemplateError> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut trim = false;
    while let Some(at) = rest.find("{{") {
        let inside = &rest[at + 2..];
        let trims_before = inside.starts_with("- ") || inside.starts_with("-\n");
        let before = if trim { rest[..at].trim_start() } else { &rest[..at] };
        let before = if trims_before { before.trim_end() } else { before };
        pieces.push(Piece::Text(before.to_owned()));
        let inside = if trims_before { &inside[1..] } else { inside };
        if inside.trim_start().starts_with("/*") {
            let end = inside.find("*/").ok_or_else(|| unclosed("comment"))?;
            let after = inside[end + 2..].trim_start();
            trim = after.starts_with("-}}");
            let close = after.find("}}").ok_or_else(|| unclosed("comment"))?;
            rest = &after[close + 2..];
            continue;
        }
        let (tokens, after, trims_after) = action(inside)?;
        pieces.push(Piece::Action(tokens));
        trim = trims_after;
        rest = after;
    }
    pieces.push(Piece::Text(if trim { rest.trim_start() } else { rest }.to_owned()));
    Ok(pieces)
}

pub(super) fn unclosed(what: &str) -> TemplateError {
    TemplateError::Syntax(format!("a {what} is not closed"))
}

/// A word of an action. Whether blanks come before it tells `.a .b` from `.a.b`.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Field(Vec<String>),
    Variable(String, Vec<String>),
    Literal(Value),
    Word(String),
    Open,
    /// With the fields that follow it: `(index .a 0).b`.
    Close(Vec<String>),
    Pipe,
    Declare,
    Assign,
    Comma,
}

/// The tokens of an action, what comes after it, and whether it trims what comes after.
fn action(text: &str) -> Result<(Vec<Token>, &str, bool), TemplateError> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("-}}") {
            return Ok((tokens, after, true));
        }
        if let Some(after) = rest.strip_prefix("}}") {
            return Ok((tokens, after, false));
        }
        let (token, after) = token(rest)?;
        tokens.push(token);
        rest = after;
    }
}

fn token(text: &str) -> Result<(Token, &str), TemplateError> {
    let simple = [
        (":=", Token::Declare),
        ("=", Token::Assign),
        ("|", Token::Pipe),
        (",", Token::Comma),
        ("(", Token::Open),
    ];
    if let Some((sign, token)) = simple.into_iter().find(|(sign, _)| text.starts_with(sign)) {
        return Ok((token, &text[sign.len()..]));
    }
    match text.chars().next() {
        None => Err(unclosed("template's action")),
        Some(')') => {
            let (path, rest) = path(&text[1..]);
            Ok((Token::Close(path), rest))
        }
        Some('.') => {
            let (fields, rest) = path(text);
            let rest = if fields.is_empty() { &text[1..] } else { rest };
            Ok((Token::Field(fields), rest))
        }
        Some('$') => {
            let (name, rest) = name(&text[1..]);
            let (fields, rest) = path(rest);
            Ok((Token::Variable(name.to_owned(), fields), rest))
        }
        Some('"' | '`' | '\'') => quoted(text),
        Some(c) if c.is_ascii_digit() || c == '-' || c == '+' => number(text),
        Some(c) if c.is_alphabetic() || c == '_' => Ok(word(text)),
        Some(c) => Err(TemplateError::Syntax(format!("{c:?} is not expected"))),
    }
}

fn name(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len()))
}

/// `.a.b` and what comes after it.
fn path(text: &str) -> (Vec<String>, &str) {
    let mut fields = Vec::new();
    let mut rest = text;
    while let Some(after) = rest.strip_prefix('.') {
        let (field, after) = name(after);
        if field.is_empty() {
            break;
        }
        fields.push(field.to_owned());
        rest = after;
    }
    (fields, rest)
}

fn word(text: &str) -> (Token, &str) {
    let (word, rest) = name(text);
    let token = match word {
        "true" => Token::Literal(Value::Bool(true)),
        "false" => Token::Literal(Value::Bool(false)),
        "nil" => Token::Literal(Value::Null),
        word => Token::Word(word.to_owned()),
    };
    (token, rest)
}

fn number(text: &str) -> Result<(Token, &str), TemplateError> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '_');
    let (digits, rest) = text.split_at(text.find(|c| !is_part(c)).unwrap_or(text.len()));
    let whole = digits.parse::<i64>().ok().map(Number::from);
    let number = whole.or_else(|| digits.parse::<f64>().ok().and_then(Number::from_f64));
    let number = number.ok_or_else(|| TemplateError::Syntax(format!("{digits} is not a number")))?;
    Ok((Token::Literal(Value::Number(number)), rest))
}

/// A text in quotes or back quotes, or a character in single quotes (its number).
fn quoted(text: &str) -> Result<(Token, &str), TemplateError> {
    let mut characters = text.char_indices();
    let quote = characters.next().map_or('"', |(_, c)| c);
    let mut value = String::new();
    while let Some((at, c)) = characters.next() {
        match c {
            c if c == quote => {
                let value = match (quote, value.chars().next()) {
                    ('\'', Some(c)) => Value::from(u32::from(c)),
                    _ => Value::String(value),
                };
                return Ok((Token::Literal(value), &text[at + 1..]));
            }
            '\\' if quote != '`' => value.push(match characters.next().map(|(_, c)| c) {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some(c @ ('\\' | '"' | '\'')) => c,
                _ => return Err(TemplateError::Syntax("an escape that is not known".to_owned())),
            }),
            c => value.push(c),
        }
    }
    Err(unclosed("quoted text"))
}
