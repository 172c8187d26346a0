//! The documents that one stage hands to the next.
//!
//! A document is canonical JSON (RFC 8785; integers keep all their digits), so that the same one has the same bytes
//! and the same hash wherever it is made. All of it is redacted.

use ids::BlobHash;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::canonical;

/// A document that cannot be written, or read again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {document} of a preview is not one: {why}")]
pub struct DocumentError {
    document: &'static str,
    why: String,
}

impl DocumentError {
    pub(crate) fn new(document: &'static str, error: &serde_json::Error) -> Self {
        // Where, and not what: what a document says is nobody's business in a log.
        let why = format!("{:?} at {}:{}", error.classify(), error.line(), error.column());
        Self { document, why }
    }

    pub(crate) fn lost(document: &'static str, why: &str) -> Self {
        Self { document, why: why.to_owned() }
    }

    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "PREVIEW_DOCUMENT"
    }
}

/// What a stage hands on.
pub trait Document: Serialize + DeserializeOwned {
    /// What errors call it.
    const NAME: &'static str;

    /// Its canonical form: the bytes of its blob.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    fn write(&self) -> Result<Vec<u8>, DocumentError> {
        canonical::to_vec(self).map_err(|error| DocumentError::new(Self::NAME, &error))
    }

    /// Reads it from its bytes.
    ///
    /// # Errors
    /// When they are no such document.
    fn read(bytes: &[u8]) -> Result<Self, DocumentError> {
        serde_json::from_slice(bytes).map_err(|error| DocumentError::new(Self::NAME, &error))
    }

    /// The SHA-256 of its canonical form, which is the name of its blob.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    fn digest(&self) -> Result<BlobHash, DocumentError> {
        self.write().map(|bytes| BlobHash::of(&bytes))
    }
}

impl Document for crate::PlanDocument {
    const NAME: &'static str = "plan";
}

impl Document for diff_engine::Diff {
    const NAME: &'static str = "list of changes";
}

impl Document for cost_model::CostReport {
    const NAME: &'static str = "cost";
}

impl Document for risk_rules::RiskReport {
    const NAME: &'static str = "risk";
}

impl Document for crate::ExplanationDocument {
    const NAME: &'static str = "explanation";
}

impl Document for application::Policy {
    const NAME: &'static str = "policy";
}

impl Document for application::Application {
    const NAME: &'static str = "application";
}

impl Document for price_book::PriceBook {
    const NAME: &'static str = "price book";
}

impl Document for crate::Billed {
    const NAME: &'static str = "bill";
}

impl Document for crate::KnownNodes {
    const NAME: &'static str = "list of nodes";
}

impl Document for crate::EdgeBase {
    const NAME: &'static str = "base";
}
