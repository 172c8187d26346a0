//! Go's `text/template` with the common functions of Sprig, as far as ApplicationSets use them. What is not understood is
//! an error that names it: a text is filled in as Argo CD would, or not at all.

mod eval;
mod functions;
mod lex;
mod parse;
mod printf;
mod texts;

use serde_json::Value;

pub(crate) use texts::normalised;

/// Why a template cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TemplateError {
    #[error("the template cannot be read: {0}")]
    Syntax(String),
    #[error("there is no parameter {0}")]
    Missing(String),
    #[error("the function {0:?} is not known here")]
    Function(String),
    #[error("{0}")]
    Value(String),
    #[error("the template makes more than {0} bytes, or takes too many steps")]
    TooMuch(usize),
}

/// What a parameter that is not there stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// `<no value>`, which is Go's default.
    NoValue,
    /// An error: `missingkey=error`.
    Error,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(String),
    Output(Pipeline),
    Set(String, Pipeline),
    If(Vec<(Pipeline, Vec<Part>)>, Vec<Part>),
    With(Pipeline, Vec<Part>, Vec<Part>),
    Range { key: Option<String>, value: Option<String>, over: Pipeline, body: Vec<Part>, none: Vec<Part> },
}

/// Commands, each given the result of the one before as its last argument.
type Pipeline = Vec<Vec<Operand>>;

/// A word of a command.
#[derive(Debug, Clone, PartialEq)]
enum Operand {
    /// `.a.b`; `.` alone is empty.
    Field(Vec<String>),
    /// `$name.a.b`; `$` alone has the empty name.
    Variable(String, Vec<String>),
    /// `(pipeline).a`
    Inner(Pipeline, Vec<String>),
    Literal(Value),
    Function(String),
}

/// A template that was read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Template(Vec<Part>);

impl Template {
    pub(crate) fn parse(text: &str) -> Result<Self, TemplateError> {
        parse::parse(text).map(Self)
    }

    /// The text for these parameters.
    pub(crate) fn fill_in(&self, parameters: &Value, missing: Missing) -> Result<String, TemplateError> {
        eval::fill_in(&self.0, parameters, missing)
    }

    /// The path of the one parameter that the whole template is, if it is one.
    pub(crate) fn only_parameter(&self) -> Option<&[String]> {
        let [Part::Output(pipeline)] = self.0.as_slice() else { return None };
        match pipeline.as_slice() {
            [command] => match command.as_slice() {
                [Operand::Field(path)] => Some(path),
                _ => None,
            },
            _ => None,
        }
    }

    /// The paths of the parameters that are named in it.
    pub(crate) fn parameters(&self) -> Vec<&[String]> {
        let mut paths = Vec::new();
        self.0.iter().for_each(|part| part.visit(&mut paths));
        paths
    }
}

impl Part {
    fn visit<'a>(&'a self, paths: &mut Vec<&'a [String]>) {
        let mut all = |parts: &'a [Part]| parts.iter().for_each(|part| part.visit(paths));
        match self {
            Part::Text(_) => {}
            Part::Output(pipeline) | Part::Set(_, pipeline) => visit(pipeline, paths),
            Part::If(branches, otherwise) => {
                branches.iter().for_each(|(_, body)| all(body));
                all(otherwise);
                branches.iter().for_each(|(condition, _)| visit(condition, paths));
            }
            Part::With(over, body, none) | Part::Range { over, body, none, .. } => {
                all(body);
                all(none);
                visit(over, paths);
            }
        }
    }
}

fn visit<'a>(pipeline: &'a Pipeline, paths: &mut Vec<&'a [String]>) {
    for operand in pipeline.iter().flatten() {
        match operand {
            Operand::Field(path) => paths.push(path),
            Operand::Variable(name, path) if name.is_empty() => paths.push(path),
            Operand::Inner(inner, _) => visit(inner, paths),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
