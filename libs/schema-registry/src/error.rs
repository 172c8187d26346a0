//! What a registry answers when it does not do what it is asked for.

use ::store::StoreError;
use event_log::LogError;

/// Why something could not be asked of a registry.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// It cannot be reached, or has troubles of its own; trying again may help.
    #[error("the schema registry cannot be reached: {0}")]
    Unavailable(String),
    /// It does not let us in, or not do this.
    #[error("the schema registry refuses access: it answers {0}")]
    Refused(u16),
    /// It answers what no registry does.
    #[error("the schema registry's answer cannot be understood: {0}")]
    Answer(String),
    /// A schema fits what was registered before it no more.
    #[error("{subject} does not read what was registered before: {why}")]
    Incompatible {
        /// The subject.
        subject: String,
        /// What the registry says.
        why: String,
    },
    /// A schema of this release is not registered.
    #[error("{subject} is not registered, nor are {others} others")]
    NotRegistered {
        /// The first subject.
        subject: String,
        /// How many others there are.
        others: usize,
    },
    /// A schema had another number before: what is on the log has that one.
    #[error("{subject} had the number {kept} when it was looked up first, and the registry says {found}")]
    Renumbered {
        /// The subject.
        subject: String,
        /// What was looked up first.
        kept: i64,
        /// What it says now.
        found: i64,
    },
    /// A setting is wrong.
    #[error("{0}")]
    Settings(String),
    /// What was looked up cannot be kept, or not be found again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RegistryError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "REGISTRY_UNAVAILABLE",
            Self::Refused(_) => "REGISTRY_REFUSED",
            Self::Answer(_) => "REGISTRY_ANSWER",
            Self::Incompatible { .. } => "SCHEMA_INCOMPATIBLE",
            Self::NotRegistered { .. } => "SCHEMA_NOT_REGISTERED",
            Self::Renumbered { .. } => "SCHEMA_NUMBER_CHANGED",
            Self::Settings(_) => "CONFIG_INVALID",
            Self::Store(error) => error.code(),
        }
    }

    /// Whether trying again may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Store(error) => error.is_transient(),
            _ => false,
        }
    }
}

/// To who reads the log: a record waits for what is wrong with the registry, whatever that is.
impl From<RegistryError> for LogError {
    fn from(error: RegistryError) -> Self {
        Self::SchemaUnknown { code: error.code(), why: error.to_string() }
    }
}
