//! Which numbers the registry gave to the schemas of this release.

use std::collections::HashMap;
use std::sync::Arc;

use events::Topic;

use crate::client::Registry;
use crate::error::RegistryError;
use crate::meanings::Meanings;
use crate::store::{NumberStore, Renumbered};
use crate::subject::{Subject, subjects};

/// The numbers that the registry gave to the schemas of this release, looked up at the start, and what its other numbers mean,
/// asked when one is met.
pub struct Numbers {
    /// By topic and bundled number.
    written: HashMap<(Topic, u32), u32>,
    pub(crate) read: Arc<Meanings>,
}

impl Numbers {
    /// Looks up the number of each schema of this release. What is looked up is kept, and is what counts as long as the
    /// registry is away.
    ///
    /// # Errors
    /// `SCHEMA_NOT_REGISTERED`: one is not registered, which a deploy step does. `REGISTRY_UNAVAILABLE`: the registry is away, and
    /// was not asked for each of them before. `SCHEMA_NUMBER_CHANGED`: it said another number before. Or it answers what it should not.
    pub async fn look_up(registry: Registry, store: &NumberStore) -> Result<Self, RegistryError> {
        let found = match asked(&registry).await {
            Ok(found) => {
                if let Some(Renumbered { subject, kept, found }) = store.keep(registry.url(), &found).await? {
                    return Err(RegistryError::Renumbered { subject, kept, found });
                }
                found
            }
            Err(error) if error.is_transient() => {
                let Some(found) = remembered(&registry, store).await? else { return Err(error) };
                tracing::warn!(code = error.code(), %error, "numbers of schemas are those that were looked up before");
                found
            }
            Err(error) => return Err(error),
        };
        let written = found.iter().map(|(subject, number)| {
            let bundled = (subject.topic.clone(), subject.schema.id);
            (bundled, *number)
        });
        let read = found.iter().map(|(subject, number)| (*number, subject.schema.id));
        let read = Arc::new(Meanings::new(registry, read));
        Ok(Self { written: written.collect(), read })
    }

    /// The registry's number of the schema with this bundled number, on this topic.
    #[must_use]
    pub fn written(&self, topic: &Topic, bundled: u32) -> Option<u32> {
        self.written.get(&(topic.clone(), bundled)).copied()
    }
}

async fn asked(registry: &Registry) -> Result<Vec<(Subject, u32)>, RegistryError> {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for subject in subjects() {
        match registry.number(&subject.name(), subject.schema.text).await? {
            Some(number) => found.push((subject, number)),
            None => missing.push(subject.name()),
        }
    }
    let others = missing.len().saturating_sub(1);
    match missing.into_iter().next() {
        Some(subject) => Err(RegistryError::NotRegistered { subject, others }),
        None => Ok(found),
    }
}

/// What each was when it was asked last; none if one was never asked.
async fn remembered(
    registry: &Registry,
    store: &NumberStore,
) -> Result<Option<Vec<(Subject, u32)>>, RegistryError> {
    let mut found = Vec::new();
    for subject in subjects() {
        match store.number(registry.url(), &subject).await? {
            Some(number) => found.push((subject, number)),
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}
