//! Rego that was read, and what a rule of it comes to.

use std::num::NonZeroU32;

use admission::Outcome;
use admission_cel::Steps;
use regorus::{Engine, PolicyLengthConfig, Value as Rego};
use serde_json::Value;

use crate::steps::{Limit, counted, limit};

/// Rego that cannot be read or evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegoError {
    /// It is no Rego, of neither version.
    #[error("{file} is not Rego: {why}")]
    Syntax {
        /// The file.
        file: String,
        /// What is wrong, and where.
        why: String,
    },
    /// It takes too many steps.
    #[error("{}", Steps::ended(*.0))]
    Steps(u64),
    /// It calls a function that is not there, as results have to be the same every time.
    #[error("it calls the function {0}, which is not supported")]
    Function(String),
    /// The evaluation fails. What is looked at may be in the error.
    #[error("it fails: {}", kube_model::shown(.0))]
    Evaluation(String),
}

/// Columns of the widest line.
const WIDEST: NonZeroU32 = NonZeroU32::new(16 << 10).unwrap();

/// A set of modules with their data.
#[derive(Clone)]
pub(crate) struct Program {
    engine: Engine,
    limit: Limit,
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program").field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl Program {
    pub(crate) fn new(limit_of_one: Limit) -> Self {
        let mut engine = Engine::new();
        engine.set_strict_builtin_errors(false);
        // A message may be a long line.
        engine.set_policy_length_config(PolicyLengthConfig {
            max_col: WIDEST,
            ..PolicyLengthConfig::default()
        });
        limit(&mut engine, limit_of_one.0);
        Self { engine, limit: limit_of_one }
    }

    /// Adds a module, of Rego's version 1 or, if it is none, of version 0; its package, with `data.` before it.
    pub(crate) fn add(&mut self, file: &str, text: &str) -> Result<String, RegoError> {
        self.engine.set_rego_v0(false);
        let first = match self.engine.add_policy(file.to_owned(), text.to_owned()) {
            Ok(package) => return Ok(package),
            Err(error) => error,
        };
        self.engine.set_rego_v0(true);
        self.engine.add_policy(file.to_owned(), text.to_owned()).map_err(|second| {
            let is_old = !text.contains("import rego.v1") && !text.contains(" contains ");
            let error = if is_old { second } else { first };
            RegoError::Syntax { file: file.to_owned(), why: last_line(&error.to_string()) }
        })
    }

    pub(crate) fn add_data(&mut self, data: &Value) -> Result<(), RegoError> {
        self.engine
            .add_data(Rego::from(data.clone()))
            .map_err(|error| failed(&error.to_string(), self.limit.0))
    }

    /// The value of a rule (`data.main.deny`); none if it is undefined.
    pub(crate) fn rule(
        &mut self,
        rule: &str,
        input: &Value,
        all: &Steps,
    ) -> Result<Option<Value>, RegoError> {
        let granted = self.limit.0.min(all.left());
        limit(&mut self.engine, granted);
        self.engine.set_input(Rego::from(input.clone()));
        let engine = &mut self.engine;
        match counted(all, || engine.eval_rule(rule.to_owned())) {
            Ok(Rego::Undefined) => Ok(None),
            Ok(value) => serde_json::to_value(&value)
                .map(Some)
                .map_err(|error| RegoError::Evaluation(error.to_string())),
            Err(error) => Err(failed(&format!("{error:#}"), granted)),
        }
    }
}

fn failed(text: &str, granted: u64) -> RegoError {
    if text.contains("time limit") {
        return RegoError::Steps(granted);
    }
    match text.split_once("could not find function ") {
        Some((_, rest)) => RegoError::Function(rest.split_whitespace().next().unwrap_or_default().to_owned()),
        None => RegoError::Evaluation(last_line(text)),
    }
}

impl RegoError {
    /// What it means for a request of which nothing is known otherwise.
    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Self::Steps(_) => Outcome::RanOut(self.to_string()),
            other => Outcome::NotEvaluated(other.to_string()),
        }
    }
}

/// What is wrong, without the lines of the source around it.
fn last_line(text: &str) -> String {
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or(text);
    line.trim().trim_start_matches("error: ").to_owned()
}
