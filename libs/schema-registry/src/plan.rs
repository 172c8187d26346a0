//! What has to change in a registry so that it has every schema of this release: planned, then made.

use std::fmt;

use crate::client::Registry;
use crate::error::RegistryError;
use crate::subject::{Subject, subjects};

/// A schema reads what every earlier one of its subject wrote.
pub const COMPATIBILITY: &str = "BACKWARD_TRANSITIVE";

/// What asks for more than [`COMPATIBILITY`], and may stay.
const STRICTER: &str = "FULL_TRANSITIVE";

/// A change of a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaChange {
    /// A schema is not there.
    Register {
        /// The subject.
        subject: String,
        /// The schema.
        schema: &'static str,
    },
    /// What a subject's schemas have to be to one another is not said, or not so.
    SetCompatibility {
        /// The subject.
        subject: String,
        /// What it says; none if nothing.
        from: Option<String>,
    },
    /// A schema that is not there and does not read what the earlier ones wrote. Nothing registers it.
    Refused {
        /// The subject.
        subject: String,
        /// What the registry says.
        why: String,
    },
}

impl fmt::Display for SchemaChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Register { subject, .. } => write!(f, "register {subject}"),
            Self::SetCompatibility { subject, from: None } => {
                write!(f, "set the compatibility of {subject} to {COMPATIBILITY}")
            }
            Self::SetCompatibility { subject, from: Some(from) } => {
                write!(f, "set the compatibility of {subject} from {from} to {COMPATIBILITY}")
            }
            Self::Refused { subject, why } => write!(f, "{subject}: {why}"),
        }
    }
}

/// What has to change.
///
/// # Errors
/// The registry cannot be reached, or answers what it should not.
pub async fn plan(registry: &Registry) -> Result<Vec<SchemaChange>, RegistryError> {
    let mut changes = Vec::new();
    for subject in subjects() {
        changes.extend(changes_of(registry, &subject).await?);
    }
    Ok(changes)
}

/// The changes of a subject, in the order in which they are made. A registry takes a subject's setting only once there is a
/// subject (Apicurio) and holds a schema against it from then on.
async fn changes_of(registry: &Registry, subject: &Subject) -> Result<Vec<SchemaChange>, RegistryError> {
    let (name, schema) = (subject.name(), subject.schema.text);
    let register = SchemaChange::Register { subject: name.clone(), schema };
    let from = registry.compatibility(&name).await?;
    let is_set = from.as_deref().is_some_and(|level| level == COMPATIBILITY || level == STRICTER);
    let set = (!is_set).then(|| SchemaChange::SetCompatibility { subject: name.clone(), from });
    if !registry.is_known(&name).await? {
        return Ok([register].into_iter().chain(set).collect());
    }
    if registry.number(&name, schema).await?.is_some() {
        return Ok(set.into_iter().collect());
    }
    let missing = match registry.complaint(&name, schema).await? {
        Some(why) => SchemaChange::Refused { subject: name, why },
        None => register,
    };
    Ok(set.into_iter().chain([missing]).collect())
}

/// Makes a change. One that is refused changes nothing.
///
/// # Errors
/// The registry cannot be reached, or does not take it.
pub async fn apply(registry: &Registry, change: &SchemaChange) -> Result<(), RegistryError> {
    match change {
        SchemaChange::Register { subject, schema } => registry.register(subject, schema).await.map(drop),
        SchemaChange::SetCompatibility { subject, .. } => {
            registry.set_compatibility(subject, COMPATIBILITY).await
        }
        SchemaChange::Refused { .. } => Ok(()),
    }
}
