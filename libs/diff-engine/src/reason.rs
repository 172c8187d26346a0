//! Why something that is written differently is no change.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Why something that is written differently is no change: a word, or a word with what it is about behind a colon.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reason(Cow<'static, str>);

impl Reason {
    /// The API server fills this in where it is left out.
    pub const DEFAULT: Self = Self(Cow::Borrowed("default"));
    /// Empty here and absent there, which Kubernetes' types cannot tell apart.
    pub const EMPTY: Self = Self(Cow::Borrowed("equal-empty"));
    /// Both are the same quantity.
    pub const EQUAL_QUANTITY: Self = Self(Cow::Borrowed("equal-quantity"));
    /// Both are the same length of time.
    pub const EQUAL_DURATION: Self = Self(Cow::Borrowed("equal-duration"));
    /// A Secret's text and its base64 are the same bytes.
    pub const EQUAL_TEXT: Self = Self(Cow::Borrowed("equal-text"));
    /// The same items in another order that means nothing.
    pub const ORDER: Self = Self(Cow::Borrowed("order"));
    /// The namespace that was given from outside, written on one side alone.
    pub const GIVEN_NAMESPACE: Self = Self(Cow::Borrowed("given-namespace"));
    /// A namespace that is written for an object whose kind has none; the API server takes it out.
    pub const CLUSTER_SCOPED: Self = Self(Cow::Borrowed("cluster-scoped"));
    /// The live object is written in a version of the API that has no such field.
    pub const OTHER_VERSION: Self = Self(Cow::Borrowed("other-version"));
    /// The API server or a controller writes it, and no manifest does.
    pub const SERVER_SET: Self = Self(Cow::Borrowed("server-set"));
    /// It is live, and applying leaves it as it is.
    pub const NOT_APPLIED: Self = Self(Cow::Borrowed("not-applied"));

    /// Another manager has set the field, or a controller sets it.
    #[must_use]
    pub fn owned_by(manager: &str) -> Self {
        Self(format!("owned-by:{manager}").into())
    }

    /// Admission adds it to what is applied: a sidecar's injector.
    #[must_use]
    pub fn injected_by(injector: &str) -> Self {
        Self(format!("injected-by:{injector}").into())
    }

    /// The application calls it noise, by this pattern.
    #[must_use]
    pub fn user_ignore(pattern: &str) -> Self {
        Self(format!("user-ignore:{pattern}").into())
    }

    /// Argo CD is told to ignore it, by this expression.
    #[must_use]
    pub fn argocd_ignore(expression: &str) -> Self {
        Self(format!("argocd-ignore:{expression}").into())
    }

    /// As documents write it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
