//! What a process that evaluates policies is asked, and what it answers: JSON.

use std::borrow::Cow;
use std::sync::Arc;

use admission::{PolicyFile, Verdict};
use kube_model::{Object, ObjectKey, Origin};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::evaluate::{Change, evaluate};
use crate::files::PolicyError;

/// A change and the policies for it, as JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job<'a> {
    files: Cow<'a, [PolicyFile]>,
    before: Option<Vec<Item>>,
    after: Vec<Item>,
    namespace: Option<Cow<'a, str>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    key: ObjectKey,
    api_version: String,
    value: Arc<Value>,
}

/// What it answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// What the policies say.
    Verdicts(Vec<Verdict>),
    /// Why they say nothing: a file that cannot be used.
    Refused(PolicyError),
}

impl<'a> Job<'a> {
    /// The job for a change.
    #[must_use]
    pub fn of(change: Change<'a>) -> Self {
        let items = |objects: &[Object]| objects.iter().map(Item::of).collect();
        Self {
            files: Cow::Borrowed(change.files),
            before: change.before.map(items),
            after: items(change.after),
            namespace: change.namespace.map(Cow::Borrowed),
        }
    }

    /// The job as JSON.
    ///
    /// # Errors
    /// Never for a job of objects that were read.
    pub fn write(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    fn done(self) -> Answer {
        let objects = |items: Vec<Item>| items.into_iter().map(Item::object).collect::<Vec<_>>();
        let (before, after) = (self.before.map(objects), objects(self.after));
        let change = Change {
            files: &self.files,
            before: before.as_deref(),
            after: &after,
            namespace: self.namespace.as_deref(),
        };
        match evaluate(change) {
            Ok(verdicts) => Answer::Verdicts(verdicts),
            Err(error) => Answer::Refused(error),
        }
    }
}

impl Item {
    fn of(object: &Object) -> Self {
        Self {
            key: object.key.clone(),
            api_version: object.api_version.clone(),
            value: Arc::clone(&object.value),
        }
    }

    fn object(self) -> Object {
        let origin = Origin { file: Arc::from(""), document: 0, items: Vec::new(), line: 0 };
        Object { key: self.key, api_version: self.api_version, value: self.value, origin }
    }
}

/// Does a job: what comes in and goes out is JSON.
///
/// # Errors
/// When what comes in is no job.
pub fn answer(job: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    let job: Job<'_> = serde_json::from_slice(job)?;
    serde_json::to_vec(&job.done())
}
