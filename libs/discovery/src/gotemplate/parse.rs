//! From the text of a template to its parts.

use super::lex::{Piece, Token, pieces, unclosed};
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
                tokens => parts.push(self.part(tokens, depth)?),
            }
        }
        Ok((parts, None))
    }

    /// The part that an action starts, with its blocks.
    fn part(&mut self, tokens: &[Token], depth: usize) -> Result<Part, TemplateError> {
        const UNKNOWN: [&str; 5] = ["define", "template", "block", "break", "continue"];
        match tokens {
            [Token::Word(word), rest @ ..] if word == "if" => self.branches(rest, depth),
            [Token::Word(word), rest @ ..] if word == "with" => {
                let over = pipeline(rest)?;
                let (body, none) = self.body(depth)?;
                Ok(Part::With(over, body, none))
            }
            [Token::Word(word), rest @ ..] if word == "range" => self.range(rest, depth),
            [Token::Word(word), ..] if UNKNOWN.contains(&word.as_str()) => {
                Err(TemplateError::Function(word.clone()))
            }
            [Token::Variable(name, path), Token::Declare | Token::Assign, rest @ ..] if path.is_empty() => {
                Ok(Part::Set(name.clone(), pipeline(rest)?))
            }
            rest => Ok(Part::Output(pipeline(rest)?)),
        }
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
