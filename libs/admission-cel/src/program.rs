//! An expression that was read.

use cel::Env;
use cel::parser::Expression;
use serde_json::Value;

use crate::depth::is_too_deep;
use crate::eval::{Evaluator, Names};
use crate::fault::{Evaluated, Fault};
use crate::functions::Regexes;
use crate::steps::Steps;
use crate::value::{Key, Val};

/// Characters of the longest expression that is read.
const LONGEST: usize = 64 << 10;

#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) text: String,
    expression: Expression,
    regexes: Regexes,
}

impl Program {
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("the expression has {} characters, more than {LONGEST}", text.len()));
        }
        if is_too_deep(text) {
            return Err("the expression is nested too deeply".to_owned());
        }
        // Without macros: they are calls, which the evaluation knows (`macros`).
        let parser = Env::default().parser().enable_ident_escape_syntax(true);
        match parser.parse(text) {
            Ok(expression) => Ok(Self { text: text.to_owned(), expression, regexes: Regexes::default() }),
            Err(errors) => Err(errors.to_string().lines().next().unwrap_or("syntax error").to_owned()),
        }
    }

    pub(crate) fn value(&self, names: &dyn Names, steps: &Steps) -> Evaluated {
        Evaluator::new(names, steps, &self.regexes).eval(&self.expression)
    }
}

/// The value of an expression in which `object` stands for a value, as CEL's `string()` or JSON writes it: for trying one.
///
/// # Errors
/// When it is no expression, or has no value.
pub fn expression(text: &str, object: &Value, steps: &Steps) -> Result<String, Fault> {
    let program = Program::read(text).map_err(Fault::Error)?;
    let names = One(Val::of(object));
    program.value(&names, steps).and_then(|value| written(&value))
}

struct One(Val);

impl Names for One {
    fn global(&self, name: &str) -> Option<Evaluated> {
        (name == "object").then(|| Ok(self.0.clone()))
    }

    fn variable(&self, _: &str) -> Option<Evaluated> {
        None
    }
}

fn written(value: &Val) -> Evaluated<String> {
    Ok(match value.clone().known()? {
        Val::Null => "null".to_owned(),
        Val::Optional(None) => "optional.none()".to_owned(),
        Val::Optional(Some(inner)) => format!("optional.of({})", written(&inner)?),
        Val::Quantity(quantity) => quantity.to_string(),
        Val::Semver(version) => version.to_string(),
        Val::List(items) => {
            let each: Evaluated<Vec<String>> = items.iter().map(written).collect();
            format!("[{}]", each?.join(", "))
        }
        Val::Map(fields) => {
            let one = |(key, value): (&Key, &Val)| Ok(format!("{key}: {}", written(value)?));
            let each: Evaluated<Vec<String>> = fields.iter().map(one).collect();
            format!("{{{}}}", each?.join(", "))
        }
        Val::Text(text) => text.to_string(),
        other => crate::functions::text(&other)?,
    })
}
