//! From the text of a template to its parts.

use serde_json::{Number, Value};

use super::{Operand, Part, Pipeline, TemplateError};

/// The deepest nesting of blocks and parentheses.
const DEPTH: usize = 50;

pub(super) fn parse(text: &str) -> Result<Vec<Part>, TemplateError> {
    let pieces = pieces(text)?;
    let mut blocks = Blocks { pieces: &pieces, next: 0 };
    let (parts, end) = blocks.parts(0)?;
    match end {
        None => Ok(parts),
        Some(word) => Err(TemplateError::Syntax(format!("{word} without a block"))),
    }
}

/// A piece of the text: what stands between actions, or what stands in one.
enum Piece {
    Text(String),
    Action(Vec<Token>),
}

fn pieces(text: &str) -> Result<Vec<Piece>, TemplateError> {
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

fn unclosed(what: &str) -> TemplateError {
    TemplateError::Syntax(format!("a {what} is not closed"))
}

/// A word of an action. Whether blanks come before it tells `.a .b` from `.a.b`.
#[derive(Debug, Clone, PartialEq)]
enum Token {
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

struct Blocks<'a> {
    pieces: &'a [Piece],
    next: usize,
}

impl Blocks<'_> {
    /// The parts up to `end`, `else` or the end of the text, and which of them it was. What follows an `else` is left
    /// for the caller.
    fn parts(&mut self, depth: usize) -> Result<(Vec<Part>, Option<String>), TemplateError> {
        if depth > DEPTH {
            return Err(TemplateError::Syntax(format!("nested more than {DEPTH} levels deep")));
        }
        let mut parts = Vec::new();
        while let Some(piece) = self.pieces.get(self.next) {
            self.next += 1;
            let tokens = match piece {
                Piece::Text(text) if text.is_empty() => continue,
                Piece::Text(text) => {
                    parts.push(Part::Text(text.clone()));
                    continue;
                }
                Piece::Action(tokens) => tokens.as_slice(),
            };
            match tokens {
                [Token::Word(word)] if word == "end" => return Ok((parts, Some("end".to_owned()))),
                [Token::Word(word), ..] if word == "else" => {
                    self.next -= 1;
                    return Ok((parts, Some("else".to_owned())));
                }
                [Token::Word(word), rest @ ..] if word == "if" => parts.push(self.branches(rest, depth)?),
                [Token::Word(word), rest @ ..] if word == "with" => {
                    let over = pipeline(rest)?;
                    let (body, none) = self.body(depth)?;
                    parts.push(Part::With(over, body, none));
                }
                [Token::Word(word), rest @ ..] if word == "range" => parts.push(self.range(rest, depth)?),
                [Token::Word(word), ..]
                    if matches!(word.as_str(), "define" | "template" | "block" | "break" | "continue") =>
                {
                    return Err(TemplateError::Function(word.clone()));
                }
                [Token::Variable(name, path), Token::Declare | Token::Assign, rest @ ..]
                    if path.is_empty() =>
                {
                    parts.push(Part::Set(name.clone(), pipeline(rest)?));
                }
                rest => parts.push(Part::Output(pipeline(rest)?)),
            }
        }
        Ok((parts, None))
    }

    /// A body, and what follows its `else`.
    fn body(&mut self, depth: usize) -> Result<(Vec<Part>, Vec<Part>), TemplateError> {
        let (body, end) = self.parts(depth + 1)?;
        match end.as_deref() {
            Some("end") => Ok((body, Vec::new())),
            Some(_) => {
                self.next += 1;
                let (none, end) = self.parts(depth + 1)?;
                end.filter(|word| word == "end").ok_or_else(|| unclosed("block"))?;
                Ok((body, none))
            }
            None => Err(unclosed("block")),
        }
    }

    fn branches(&mut self, condition: &[Token], depth: usize) -> Result<Part, TemplateError> {
        let mut branches = Vec::new();
        let mut condition = pipeline(condition)?;
        loop {
            let (body, end) = self.parts(depth + 1)?;
            branches.push((condition, body));
            match end.as_deref() {
                Some("end") => return Ok(Part::If(branches, Vec::new())),
                Some(_) => {}
                None => return Err(unclosed("block")),
            }
            let Some(Piece::Action(tokens)) = self.pieces.get(self.next) else {
                return Err(unclosed("block"));
            };
            self.next += 1;
            match tokens.as_slice() {
                [_, Token::Word(word), rest @ ..] if word == "if" => condition = pipeline(rest)?,
                _ => {
                    let (otherwise, end) = self.parts(depth + 1)?;
                    end.filter(|word| word == "end").ok_or_else(|| unclosed("block"))?;
                    return Ok(Part::If(branches, otherwise));
                }
            }
        }
    }

    fn range(&mut self, tokens: &[Token], depth: usize) -> Result<Part, TemplateError> {
        let (key, value, over) = match tokens {
            [Token::Variable(key, _), Token::Comma, Token::Variable(value, _), Token::Declare, over @ ..] => {
                (Some(key.clone()), Some(value.clone()), over)
            }
            [Token::Variable(value, _), Token::Declare, over @ ..] => (None, Some(value.clone()), over),
            over => (None, None, over),
        };
        let over = pipeline(over)?;
        let (body, none) = self.body(depth)?;
        Ok(Part::Range { key, value, over, body, none })
    }
}

fn pipeline(tokens: &[Token]) -> Result<Pipeline, TemplateError> {
    let mut rest = tokens;
    let pipeline = commands(&mut rest, 0)?;
    match rest {
        [] => Ok(pipeline),
        _ => Err(TemplateError::Syntax("a parenthesis is closed that was not opened".to_owned())),
    }
}

/// Commands up to the end or a closing parenthesis, which is left.
fn commands(tokens: &mut &[Token], depth: usize) -> Result<Pipeline, TemplateError> {
    if depth > DEPTH {
        return Err(TemplateError::Syntax(format!("nested more than {DEPTH} levels deep")));
    }
    let mut commands = vec![Vec::new()];
    while let Some((first, rest)) = tokens.split_first() {
        let operand = match first {
            Token::Close(_) => break,
            Token::Pipe => {
                commands.push(Vec::new());
                *tokens = rest;
                continue;
            }
            Token::Open => {
                *tokens = rest;
                let inner = self::commands(tokens, depth + 1)?;
                let Some((Token::Close(path), rest)) = tokens.split_first() else {
                    return Err(unclosed("parenthesis"));
                };
                *tokens = rest;
                push(&mut commands, Operand::Inner(inner, path.clone()));
                continue;
            }
            Token::Field(path) => Operand::Field(path.clone()),
            Token::Variable(name, path) => Operand::Variable(name.clone(), path.clone()),
            Token::Literal(value) => Operand::Literal(value.clone()),
            Token::Word(name) => Operand::Function(name.clone()),
            Token::Declare | Token::Assign | Token::Comma => {
                return Err(TemplateError::Syntax("an assignment is not expected here".to_owned()));
            }
        };
        push(&mut commands, operand);
        *tokens = rest;
    }
    match commands.iter().any(Vec::is_empty) {
        true => Err(TemplateError::Syntax("a command is expected".to_owned())),
        false => Ok(commands),
    }
}

fn push(commands: &mut [Vec<Operand>], operand: Operand) {
    if let Some(last) = commands.last_mut() {
        last.push(operand);
    }
}
