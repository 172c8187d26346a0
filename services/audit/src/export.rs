//! The export: line by line, so that a long log needs no memory.

use std::collections::{BTreeSet, HashMap};

use ids::OrgId;
use service::Failure;
use tlog::{CheckpointLine, End, Hash, Header, Leaf, LeafLine, Line, NodeId, Record, Selection, TreeError};
use tlog::{consistency_nodes, consistency_proof, inclusion_nodes, inclusion_proof};
use tokio::sync::mpsc::Sender;

use crate::checkpoints::Signer;
use crate::keys::Keys;
use crate::leaf;
use crate::store::{AuditStoreError, Filter};

/// How many leaves are read at once.
const BATCH: i64 = 256;

/// An export that is being written.
pub(crate) struct Export {
    pub(crate) signer: Signer,
    pub(crate) org: OrgId,
    pub(crate) filter: Filter,
    pub(crate) lines: Sender<Result<String, Failure>>,
}

/// Nobody reads any more.
struct Gone;

enum Stop {
    Gone,
    Failed(Failure),
}

impl From<Gone> for Stop {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl<E: Into<Failure>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Export {
    /// Writes the export; a failure is its last item.
    pub(crate) async fn run(self) {
        if let Err(Stop::Failed(failure)) = self.write().await {
            // Who does not read any more does not hear it either.
            let _ = self.lines.send(Err(failure)).await;
        }
    }

    async fn write(&self) -> Result<(), Stop> {
        let (size, note) = self.signer.current(self.org).await?;
        let selection = match self.filter.is_empty() {
            true => Selection::All,
            false => Selection::Part,
        };
        let organisation = self.org.to_string();
        let header = Header::new(&organisation, &Keys::origin(self.org), selection, &note);
        self.send(Line::Header(header)).await?;
        let checkpoints = self.checkpoints(size).await?;
        let leaves = self.leaves(size).await?;
        self.send(Line::End(End { checkpoints, leaves })).await
    }

    async fn checkpoints(&self, size: u64) -> Result<u64, Stop> {
        let mut count = 0;
        for (earlier, note) in self.signer.store.checkpoints_below(self.org, size).await? {
            let wanted = consistency_nodes(earlier, size).map_err(damaged)?;
            let nodes = self.signer.store.nodes(self.org, &wanted).await?;
            let proof =
                consistency_proof(earlier, size, &|node| nodes.get(&node).copied()).map_err(damaged)?;
            self.send(Line::Checkpoint(CheckpointLine { note, proof })).await?;
            count += 1;
        }
        Ok(count)
    }

    async fn leaves(&self, size: u64) -> Result<u64, Stop> {
        let (mut from, mut count) = (0, 0);
        loop {
            let batch = self.signer.store.leaves(self.org, &self.filter, (from, size), BATCH).await?;
            let Some((last, _)) = batch.last() else { return Ok(count) };
            from = last + 1;
            let nodes = self.nodes(batch.iter().map(|(index, _)| *index), size).await?;
            for (index, leaf) in batch {
                if !self.filter.has_actor(&leaf) {
                    continue;
                }
                let proof =
                    inclusion_proof(index, size, &|node| nodes.get(&node).copied()).map_err(damaged)?;
                let hash = leaf.hash();
                self.send(Line::Leaf(LeafLine { index, leaf, hash, proof })).await?;
                count += 1;
            }
        }
    }

    /// The nodes that the proofs of these leaves are made of.
    async fn nodes(
        &self,
        indexes: impl Iterator<Item = u64>,
        size: u64,
    ) -> Result<HashMap<NodeId, Hash>, Stop> {
        let mut wanted = BTreeSet::new();
        for index in indexes {
            wanted.extend(inclusion_nodes(index, size).map_err(damaged)?);
        }
        let wanted: Vec<NodeId> = wanted.into_iter().collect();
        Ok(self.signer.store.nodes(self.org, &wanted).await?)
    }

    async fn send(&self, line: Line) -> Result<(), Stop> {
        let line = line.encode().map_err(|error| Failure::unhandled("INTERNAL", error.to_string()))?;
        self.lines.send(Ok(line)).await.map_err(|_| Stop::Gone)
    }
}

fn damaged(error: TreeError) -> Failure {
    AuditStoreError::Tree(error).into()
}

impl Filter {
    fn is_empty(&self) -> bool {
        let Self { correlation, event_type, actor, since, until } = self;
        let by_name = correlation.is_none() && event_type.is_none() && actor.is_none();
        by_name && since.is_none() && until.is_none()
    }

    /// Whether the leaf is of the actor that is wanted, if one is. The table of leaves does not know them: they are read from
    /// the event.
    fn has_actor(&self, leaf: &Leaf) -> bool {
        let Some(wanted) = &self.actor else { return true };
        match &leaf.record {
            Record::Event(event) => leaf::actor(event).as_ref() == Some(wanted),
            Record::Raw(_) => false,
        }
    }
}
