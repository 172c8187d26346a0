//! Reading JSON pointers (RFC 6901), and the part of jq that names places: paths, `[]`, `..`, `select`, pipes and commas.

use serde_json::Value;

use super::condition::{Condition, Test};
use super::expression::{Expression, Step};

type Parsed<T> = Result<T, &'static str>;

/// An expression's most bytes: they bound how deep its parentheses are.
const LONGEST: usize = 1000;

/// `/spec/template/spec/containers/0/image`.
pub(super) fn pointer(text: &str) -> Parsed<Expression> {
    let rest = text.strip_prefix('/').ok_or("a JSON pointer starts with /")?;
    let token = |token: &str| Step::Token(token.replace("~1", "/").replace("~0", "~"));
    Ok(Expression::new(text, vec![rest.split('/').map(token).collect()]))
}

/// `.spec.template.spec.containers[] | select(.name == "web").image`.
pub(super) fn jq(text: &str) -> Parsed<Expression> {
    if text.len() > LONGEST {
        return Err("it is longer than 1,000 characters");
    }
    // Each `..` visits everything in everything that is found before it.
    if text.matches("..").count() > 1 {
        return Err("`..` is understood once");
    }
    let mut reader = Reader { rest: text.trim() };
    let mut ways = vec![reader.way()?];
    while reader.eat(",") {
        ways.push(reader.way()?);
    }
    match reader.rest {
        "" => Ok(Expression::new(text, ways)),
        _ => Err("only paths, [], .., select(…), pipes and commas are understood"),
    }
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn eat(&mut self, token: &str) -> bool {
        let rest = self.rest.trim_start();
        match rest.strip_prefix(token) {
            Some(after) => {
                self.rest = after.trim_start();
                true
            }
            None => false,
        }
    }

    /// A word, which no letter follows.
    fn eat_word(&mut self, word: &str) -> bool {
        let follows = self.rest.strip_prefix(word).and_then(|rest| rest.chars().next());
        !follows.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') && self.eat(word)
    }

    /// Steps, joined by pipes.
    fn way(&mut self) -> Parsed<Vec<Step>> {
        let mut steps = self.term()?;
        while self.eat("|") {
            steps.extend(self.term()?);
        }
        Ok(steps)
    }

    fn term(&mut self) -> Parsed<Vec<Step>> {
        let mut steps = Vec::new();
        if self.eat_word("select") {
            if !self.eat("(") {
                return Err("( is missing after select");
            }
            steps.push(Step::Select(self.condition()?));
            if !self.eat(")") {
                return Err(
                    "only comparisons, and, or, not, has, test, contains, startswith and endswith are understood in select",
                );
            }
        } else if self.eat("..") {
            steps.push(Step::Everything);
        } else if !self.rest.starts_with('.') {
            return Err("a path starts with a dot");
        }
        self.path_into(&mut steps)?;
        Ok(steps)
    }

    fn path_into(&mut self, steps: &mut Vec<Step>) -> Parsed<()> {
        loop {
            if self.eat("?") {
                continue;
            }
            if self.rest.starts_with('[') || self.rest.starts_with(".[") {
                self.eat(".");
                self.eat("[");
                steps.push(self.bracket()?);
            } else if self.rest.starts_with(".\"") {
                self.eat(".");
                steps.push(Step::Key(self.string()?));
            } else if self.rest.starts_with('.') {
                self.eat(".");
                let end = self
                    .rest
                    .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                    .unwrap_or(self.rest.len());
                let (name, rest) = self.rest.split_at(end);
                if !name.is_empty() {
                    steps.push(Step::Key(name.to_owned()));
                }
                self.rest = rest;
                if name.is_empty() && rest.starts_with('.') {
                    return Err("a key is missing between two dots");
                }
            } else {
                self.rest = self.rest.trim_start();
                return Ok(());
            }
        }
    }

    /// What is in brackets, and the bracket that closes.
    fn bracket(&mut self) -> Parsed<Step> {
        let step = if self.rest.starts_with(']') {
            Step::Each
        } else if self.rest.starts_with('"') {
            Step::Key(self.string()?)
        } else {
            let end = self.rest.find(']').ok_or("a bracket is not closed")?;
            let index =
                self.rest[..end].trim().parse().map_err(|_| "brackets hold nothing, a text or an index")?;
            self.rest = &self.rest[end..];
            Step::Index(index)
        };
        match self.rest.strip_prefix(']') {
            Some(rest) => {
                self.rest = rest;
                Ok(step)
            }
            None => Err("a bracket is not closed"),
        }
    }

    /// A text in double quotes, with JSON's escapes.
    fn string(&mut self) -> Parsed<String> {
        let mut texts = serde_json::Deserializer::from_str(self.rest).into_iter::<String>();
        let text = texts.next().and_then(Result::ok).ok_or("a text is not closed")?;
        self.rest = &self.rest[texts.byte_offset()..];
        Ok(text)
    }

    fn condition(&mut self) -> Parsed<Condition> {
        let mut some = vec![self.all()?];
        while self.eat_word("or") {
            some.push(self.all()?);
        }
        Ok(if some.len() == 1 { some.remove(0) } else { Condition::Or(some) })
    }

    fn all(&mut self) -> Parsed<Condition> {
        let mut all = vec![self.one()?];
        while self.eat_word("and") {
            all.push(self.one()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Condition::And(all) })
    }

    fn one(&mut self) -> Parsed<Condition> {
        if self.eat("(") {
            let inner = self.condition()?;
            return if self.eat(")") { self.negated(inner) } else { Err("a parenthesis is not closed") };
        }
        let mut at = Vec::new();
        let is_path = self.rest.starts_with('.');
        if is_path {
            self.path_into(&mut at)?;
        }
        let unequal = self.rest.starts_with("!=");
        let condition = if self.eat("==") || self.eat("!=") {
            Condition::Equals { at, value: self.literal()?, unequal }
        } else if !is_path || self.eat("|") {
            self.function(at)?
        } else {
            Condition::Truth(at)
        };
        self.negated(condition)
    }

    fn negated(&mut self, condition: Condition) -> Parsed<Condition> {
        match self.eat("|") {
            true if self.eat_word("not") => Ok(Condition::Not(Box::new(condition))),
            true => Err("only not is understood after a condition"),
            false => Ok(condition),
        }
    }

    fn function(&mut self, at: Vec<Step>) -> Parsed<Condition> {
        if self.eat_word("not") {
            return Ok(Condition::Not(Box::new(Condition::Truth(at))));
        }
        let names = ["has", "startswith", "endswith", "contains", "test"];
        let name =
            names.into_iter().find(|name| self.eat_word(name)).ok_or("this function is not understood")?;
        let argument =
            if self.eat("(") { self.string()? } else { return Err("( is missing after a function") };
        if !self.eat(")") {
            return Err("a function takes one text");
        }
        let (test, text) = match name {
            "has" => return Ok(Condition::Has { at, key: argument }),
            "startswith" => (Test::StartsWith, argument),
            "endswith" => (Test::EndsWith, argument),
            "contains" => (Test::Contains, argument),
            _ => plain(&argument)?,
        };
        Ok(Condition::Text { at, test, text })
    }

    fn literal(&mut self) -> Parsed<Value> {
        if self.rest.starts_with('"') {
            let text = self.string()?;
            self.rest = self.rest.trim_start();
            return Ok(Value::String(text));
        }
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+')));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        let value = serde_json::from_str(word);
        self.rest = rest.trim_start();
        value.map_err(|_| "a comparison needs a text, a number, true, false or null")
    }
}

/// A regular expression that is a plain text, anchored or not.
fn plain(expression: &str) -> Parsed<(Test, String)> {
    let (start, rest) = expression.strip_prefix('^').map_or((false, expression), |rest| (true, rest));
    let (rest, end) = rest.strip_suffix('$').map_or((rest, false), |rest| (rest, true));
    let rest = rest.strip_prefix(".*").filter(|_| start).map_or((rest, start), |rest| (rest, false));
    let (text, start) = rest;
    let (text, end) = text.strip_suffix(".*").map_or((text, end), |text| (text, false));
    let text = text.replace("\\.", "\u{0}");
    if text.contains(|c: char| ".*+?()[]{}|\\^$".contains(c)) {
        return Err("of regular expressions only plain texts with ^, $ and .* at the ends are understood");
    }
    let test = match (start, end) {
        (true, true) => Test::Equal,
        (true, false) => Test::StartsWith,
        (false, true) => Test::EndsWith,
        (false, false) => Test::Contains,
    };
    Ok((test, text.replace('\u{0}', ".")))
}
