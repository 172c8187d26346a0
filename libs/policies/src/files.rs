//! What files of policies hold.

use admission::PolicyFile;
use kube_model::yaml::{Limits, to_value};
use kube_model::{ManifestFile, Object, StateError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A file of policies that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum PolicyError {
    /// It cannot be read.
    #[error("{path}: {why}")]
    Invalid {
        /// The file, or the policy.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// None of the files holds a policy.
    #[error(
        "{path} holds no policy: neither a ValidatingAdmissionPolicy, nor a Gatekeeper constraint, nor a Rego rule deny, warn or violation"
    )]
    Empty {
        /// The first file.
        path: String,
    },
}

impl PolicyError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "POLICY_INVALID",
            Self::Empty { .. } => "POLICY_EMPTY",
        }
    }
}

/// The files by what they are.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) objects: Vec<Object>,
    pub(crate) rego: Vec<PolicyFile>,
    pub(crate) data: Value,
}

impl Files {
    pub(crate) fn read(files: &[PolicyFile]) -> Result<Self, PolicyError> {
        let mut all = Self { data: Value::Object(Map::new()), ..Self::default() };
        for file in files {
            if file.path.ends_with(".rego") {
                all.rego.push(file.clone());
            } else {
                all.add(file).map_err(|why| PolicyError::Invalid { path: file.path.clone(), why })?;
            }
        }
        Ok(all)
    }

    /// A file of objects, or else of data: which of the two, its first document says.
    fn add(&mut self, file: &PolicyFile) -> Result<(), String> {
        let limits = Limits::default();
        let read =
            ManifestFile::read(&file.path, file.text.as_bytes(), &limits).map_err(|error| told(&error))?;
        match read.objects(&limits) {
            Ok(objects) => self.objects.extend(objects),
            Err(StateError::NotAnObject { missing: "kind" | "apiVersion", .. }) => {
                for document in read.documents() {
                    let value =
                        to_value(document, &document.root, &limits).map_err(|error| error.to_string())?;
                    self.add_data(value)?;
                }
            }
            Err(error) => return Err(told(&error)),
        }
        Ok(())
    }

    fn add_data(&mut self, value: Value) -> Result<(), String> {
        let (Value::Object(fields), Value::Object(data)) = (value, &mut self.data) else {
            return Err("data for Rego is a mapping".to_owned());
        };
        for (key, value) in fields {
            if data.insert(key.clone(), value).is_some() {
                return Err(format!("the data {key:?} is given twice"));
            }
        }
        Ok(())
    }
}

/// Without the file, which is said once.
fn told(error: &StateError) -> String {
    let text = error.to_string();
    text.split_once(": ").map_or(text.clone(), |(_, rest)| rest.to_owned())
}
