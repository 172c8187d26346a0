//! From text to an application, by the same YAML reader that manifests go through.

use kube_model::yaml::{self, Document, Limits, Node};
use serde_path_to_error::Segment;

use crate::application::Application;
use crate::check;
use crate::error::ApplicationError;
use crate::shape;

/// Far more than any application needs.
const LIMITS: Limits = Limits { bytes: 1 << 20, depth: 50, nodes: 100_000 };

impl Application {
    /// Reads a `plimsoll.yaml`.
    ///
    /// # Errors
    /// `APPLICATION_INVALID`, with the line and the field: text that is not YAML, a duplicate or unknown
    /// field, a value of the wrong shape, a promotion of unknown environments.
    pub fn parse(text: &str) -> Result<Self, ApplicationError> {
        Self::read(text.as_bytes())
    }

    /// Reads a `plimsoll.yaml` from its bytes.
    ///
    /// # Errors
    /// As [`Application::parse`], and when the bytes are not text.
    pub fn read(bytes: &[u8]) -> Result<Self, ApplicationError> {
        let text = yaml::text_of(bytes, &LIMITS).map_err(syntax)?;
        let documents = yaml::parse(text, &LIMITS).map_err(syntax)?;
        let document = single(&documents)?;
        let value = yaml::to_value(document, &document.root, &LIMITS).map_err(syntax)?;
        if let Some(steps) = shape::list_for_mapping(&value) {
            return Err(problem(document, &steps, "a mapping is expected, not a list".to_owned()));
        }
        let application: Self = serde_path_to_error::deserialize(value).map_err(|error| {
            let steps: Vec<Step> = error.path().iter().filter_map(step).collect();
            problem(document, &steps, error.into_inner().to_string())
        })?;
        match check::first_problem(&application) {
            Some((steps, text)) => Err(problem(document, &steps, text)),
            None => Ok(application),
        }
    }
}

/// One step to a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// A key.
    Key(String),
    /// The position in a list.
    Index(usize),
}

fn step(segment: &Segment) -> Option<Step> {
    match segment {
        Segment::Seq { index } => Some(Step::Index(*index)),
        Segment::Map { key } => Some(Step::Key(key.clone())),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

fn single(documents: &[Document]) -> Result<&Document, ApplicationError> {
    let fail = |line, problem: &str| ApplicationError {
        line,
        column: 1,
        field: String::new(),
        problem: problem.to_owned(),
    };
    match documents {
        [] => Err(fail(1, "the file is empty; an Application is expected")),
        [document] => Ok(document),
        [_, second, ..] => Err(fail(second.root.line, "one document is expected, and this is a second one")),
    }
}

fn syntax(error: yaml::YamlError) -> ApplicationError {
    ApplicationError {
        line: error.line,
        column: error.column,
        field: String::new(),
        problem: error.problem.to_string(),
    }
}

fn problem(document: &Document, steps: &[Step], problem: String) -> ApplicationError {
    let node = deepest(document, steps);
    ApplicationError { line: node.line, column: node.column + 1, field: name(steps), problem }
}

/// The node of the field, or of what is nearest above it.
fn deepest<'a>(document: &'a Document, steps: &[Step]) -> &'a Node {
    let mut node = &document.root;
    for step in steps {
        let inner = document.resolve(node);
        let next = match step {
            Step::Key(key) => inner.get(key),
            Step::Index(index) => inner.items().get(*index),
        };
        match next {
            Some(next) => node = next,
            None => break,
        }
    }
    node
}

fn name(steps: &[Step]) -> String {
    let mut name = String::new();
    for step in steps {
        match step {
            Step::Key(key) if name.is_empty() => name.push_str(key),
            Step::Key(key) => name.extend([".", key]),
            Step::Index(index) => name.push_str(&format!("[{index}]")),
        }
    }
    name
}
