//! A file of YAML that is shipped, and that another may take the place of.

use std::path::Path;

use kube_model::yaml;
use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// A file that is shipped.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shipped {
    /// `topics.yaml`.
    Topics,
    /// `rights.yaml`.
    Rights,
}

impl Shipped {
    fn name(self) -> &'static str {
        match self {
            Self::Topics => "topics.yaml",
            Self::Rights => "rights.yaml",
        }
    }

    /// What it says.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Topics => include_str!("../../../../topics.yaml"),
            Self::Rights => include_str!("../../../../rights.yaml"),
        }
    }

    /// Of what is not as it should be.
    fn code(self) -> &'static str {
        match self {
            Self::Topics => "TOPICS_INVALID",
            Self::Rights => "RIGHTS_INVALID",
        }
    }

    /// The bytes of a file, and its name; of the one that is shipped, if none is given.
    pub(super) fn or(self, path: Option<&Path>) -> Result<(Vec<u8>, String), Failure> {
        let Some(path) = path else { return Ok((self.text().as_bytes().to_vec(), self.name().to_owned())) };
        let shown = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| self.invalid(&shown, &error.to_string()))?;
        Ok((bytes, shown))
    }

    /// What such a file says.
    pub(super) fn parse<T: DeserializeOwned>(self, bytes: &[u8], path: &str) -> Result<T, Failure> {
        let limits = yaml::Limits::default();
        let syntax = |error: yaml::YamlError| self.invalid(path, &error.to_string());
        let text = yaml::text_of(bytes, &limits).map_err(syntax)?;
        let documents = yaml::parse(text, &limits).map_err(syntax)?;
        let [document] = documents.as_slice() else {
            return Err(self.invalid(path, "one document is expected"));
        };
        let value = yaml::to_value(document, &document.root, &limits).map_err(syntax)?;
        serde_path_to_error::deserialize(value).map_err(|error| self.invalid(path, &error.to_string()))
    }

    pub(super) fn invalid(self, path: &str, why: &str) -> Failure {
        Failure::new(self.code(), format!("{path}: {why}"))
    }
}
