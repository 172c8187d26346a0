//! Signing checkpoints.

use events::Service;
use events::audit::CheckpointSigned;
use ids::OrgId;
use serde::{Deserialize, Serialize};
use service::{Aggregate, Decision, Failure, Occasion, Parts, decide};
use tlog::Checkpoint;

use crate::keys::Keys;
use crate::store::AuditStore;

/// Signs checkpoints, and tells of them.
#[derive(Clone)]
pub(crate) struct Signer {
    pub(crate) store: AuditStore,
    pub(crate) keys: Keys,
    pub(crate) parts: Parts,
}

/// What is remembered of an organisation's checkpoints.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Told {
    size: i64,
}

impl Aggregate for Told {
    fn evolve(state: Option<Self>, message: &events::Message) -> Option<Self> {
        match &message.event {
            events::Event::CheckpointSigned(signed) => Some(Self { size: signed.size }),
            _ => state,
        }
    }
}

impl Signer {
    /// The size and note of a checkpoint of the tree as it is now: the newest, if the tree has not grown since.
    pub(crate) async fn current(&self, org: OrgId) -> Result<(u64, String), Failure> {
        let tree = self.store.tree(org).await?;
        if let Some((size, note)) = self.store.newest_checkpoint(org).await?
            && size >= tree.size()
        {
            return Ok((size, note));
        }
        let fail = |code, error: &dyn std::fmt::Display| Failure::unhandled(code, error.to_string());
        let key = self.keys.signing(org).map_err(|error| fail(error.code(), &error))?;
        let root = tree.root();
        let checkpoint =
            Checkpoint { origin: Keys::origin(org), size: tree.size(), root, extensions: Vec::new() };
        let note = checkpoint.sign(&key).map_err(|error| fail(error.code(), &error))?.to_string();
        // Told before it is kept: of one that is told and not kept, the next call makes the same again, and tells nothing; one
        // that is kept and not told would never be told.
        self.tell(org, &checkpoint, &note).await?;
        self.store.keep_checkpoint(org, tree.size(), &note).await?;
        Ok((tree.size(), note))
    }

    /// That a checkpoint was signed is an event: whoever reads the log has it too.
    async fn tell(&self, org: OrgId, checkpoint: &Checkpoint, note: &str) -> Result<(), Failure> {
        let size = i64::try_from(checkpoint.size).unwrap_or(i64::MAX);
        let event = CheckpointSigned {
            origin: checkpoint.origin.clone(),
            size,
            root: checkpoint.root.to_string(),
            note: note.to_owned(),
        };
        let occasion = Occasion {
            org,
            service: Service::Audit,
            aggregate: org.to_string(),
            correlation: org.uuid(),
            causation: None,
            traceparent: None,
            handled: None,
            command: None,
        };
        decide(&self.parts, &occasion, |told: Option<Told>| {
            let known = told.as_ref().is_some_and(|told| told.size >= size);
            let events = if known { Vec::new() } else { vec![event.clone().into()] };
            Decision { state: told, events, answer: () }
        })
        .await?;
        Ok(())
    }
}
