//! A template's text for some parameters.

use serde_json::Value;

use super::{Missing, Operand, Part, Pipeline, TemplateError, functions};

/// The longest text that a template may make.
const BYTES: usize = 1 << 20;
/// How often a part may be looked at: loops in loops end.
const STEPS: usize = 100_000;

pub(super) fn fill_in(parts: &[Part], parameters: &Value, missing: Missing) -> Result<String, TemplateError> {
    let mut run = Run {
        root: parameters,
        missing,
        variables: vec![(String::new(), parameters.clone())],
        text: String::new(),
        steps: 0,
    };
    run.parts(parts, parameters)?;
    Ok(run.text)
}

struct Run<'a> {
    root: &'a Value,
    missing: Missing,
    variables: Vec<(String, Value)>,
    text: String,
    steps: usize,
}

impl Run<'_> {
    fn parts(&mut self, parts: &[Part], dot: &Value) -> Result<(), TemplateError> {
        let depth = self.variables.len();
        for part in parts {
            self.steps += 1;
            if self.steps > STEPS || self.text.len() > BYTES {
                return Err(TemplateError::TooMuch(BYTES));
            }
            self.part(part, dot)?;
        }
        // What a block declares ends with it.
        if !std::ptr::eq(dot, self.root) {
            self.variables.truncate(depth);
        }
        Ok(())
    }

    fn part(&mut self, part: &Part, dot: &Value) -> Result<(), TemplateError> {
        match part {
            Part::Text(text) => self.text.push_str(text),
            Part::Output(pipeline) => {
                let value = self.pipeline(pipeline, dot)?;
                self.text.push_str(&functions::shown(&value));
            }
            Part::Set(name, pipeline) => {
                let value = self.pipeline(pipeline, dot)?;
                match self.variables.iter_mut().rev().find(|(known, _)| known == name) {
                    Some((_, old)) => *old = value,
                    None => self.variables.push((name.clone(), value)),
                }
            }
            Part::If(branches, otherwise) => {
                for (condition, body) in branches {
                    if functions::is_true(&self.pipeline(condition, dot)?) {
                        return self.parts(body, dot);
                    }
                }
                self.parts(otherwise, dot)?;
            }
            Part::With(over, body, none) => {
                let value = self.pipeline(over, dot)?;
                match functions::is_true(&value) {
                    true => self.parts(body, &value)?,
                    false => self.parts(none, dot)?,
                }
            }
            Part::Range { key, value, over, body, none } => match items(self.pipeline(over, dot)?)? {
                items if items.is_empty() => self.parts(none, dot)?,
                items => self.each((key, value), body, items)?,
            },
        }
        Ok(())
    }

    /// The body of a loop for each item, under the names of its variables.
    fn each(
        &mut self,
        (key, value): (&Option<String>, &Option<String>),
        body: &[Part],
        items: Vec<(Value, Value)>,
    ) -> Result<(), TemplateError> {
        for (index, item) in items {
            let depth = self.variables.len();
            self.variables.extend(key.iter().map(|name| (name.clone(), index.clone())));
            self.variables.extend(value.iter().map(|name| (name.clone(), item.clone())));
            self.parts(body, &item)?;
            self.variables.truncate(depth);
        }
        Ok(())
    }

    fn pipeline(&mut self, pipeline: &Pipeline, dot: &Value) -> Result<Value, TemplateError> {
        let mut last = None;
        for command in pipeline {
            last = Some(self.command(command, last, dot)?);
        }
        Ok(last.unwrap_or(Value::Null))
    }

    fn command(
        &mut self,
        command: &[Operand],
        last: Option<Value>,
        dot: &Value,
    ) -> Result<Value, TemplateError> {
        let Some((first, arguments)) = command.split_first() else { return Ok(Value::Null) };
        let Operand::Function(name) = first else {
            return match (arguments, last) {
                ([], None) => self.operand(first, dot),
                _ => Err(TemplateError::Value("a value takes no arguments".to_owned())),
            };
        };
        let mut values = Vec::with_capacity(arguments.len() + 1);
        for argument in arguments {
            values.push(self.operand(argument, dot)?);
        }
        values.extend(last);
        functions::call(name, values)
    }

    fn operand(&mut self, operand: &Operand, dot: &Value) -> Result<Value, TemplateError> {
        match operand {
            Operand::Literal(value) => Ok(value.clone()),
            Operand::Field(path) => self.field(dot, path),
            Operand::Variable(name, path) => {
                let found = self.variables.iter().rev().find(|(known, _)| known == name);
                let (_, value) = found.ok_or_else(|| TemplateError::Missing(format!("${name}")))?;
                self.field(value, path)
            }
            Operand::Inner(inner, path) => {
                let value = self.pipeline(inner, dot)?;
                self.field(&value, path)
            }
            Operand::Function(name) => functions::call(name, Vec::new()),
        }
    }

    fn field(&self, value: &Value, path: &[String]) -> Result<Value, TemplateError> {
        let mut value = value;
        for (index, key) in path.iter().enumerate() {
            value = match value {
                Value::Object(map) => match map.get(key) {
                    Some(inner) => inner,
                    None if self.missing == Missing::Error => {
                        return Err(TemplateError::Missing(format!(".{}", path[..=index].join("."))));
                    }
                    None => &Value::Null,
                },
                Value::Null if self.missing == Missing::NoValue => &Value::Null,
                _ => {
                    let before = path[..index].join(".");
                    return Err(TemplateError::Value(format!(".{before} has no field {key}")));
                }
            };
        }
        Ok(value.clone())
    }
}

/// What a loop goes over: a list by number, a mapping by its sorted keys, a number up to it.
fn items(value: Value) -> Result<Vec<(Value, Value)>, TemplateError> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(items) => {
            Ok(items.into_iter().enumerate().map(|(index, item)| (Value::from(index), item)).collect())
        }
        Value::Object(map) => {
            let mut items: Vec<_> = map.into_iter().map(|(key, value)| (Value::String(key), value)).collect();
            items.sort_by(|(a, _), (b, _)| a.as_str().cmp(&b.as_str()));
            Ok(items)
        }
        _ => Err(TemplateError::Value("range takes a list or a mapping".to_owned())),
    }
}
