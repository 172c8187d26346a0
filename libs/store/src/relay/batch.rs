//! One pass over the oldest rows.

use event_log::LogError;
use events::{Record, Topic};
use telemetry::trace;

use super::{OutboxRelay, RelayError};
use crate::commit::Outgoing;

/// How many rows are read at once.
const ROWS: usize = 500;

/// What a pass did.
pub(super) struct Pass {
    /// How many rows were published.
    pub(super) published: usize,
    /// Why some are held that will not be taken as they are.
    pub(super) held: Option<LogError>,
}

/// Rows of one topic, and perhaps of one key, in order.
struct Batch {
    topic: Topic,
    ids: Vec<i64>,
    records: Vec<Record>,
}

impl OutboxRelay {
    pub(super) async fn pass(&self) -> Result<Pass, RelayError> {
        let rows = self.store.outbox(ROWS).await?;
        let mut pass = Pass { published: 0, held: None };
        for batch in by(rows, |row| row.topic.clone()) {
            match self.append(&batch).await {
                Ok(()) => pass.published += batch.ids.len(),
                Err(RelayError::Log(error)) if !error.is_transient() => self.by_key(batch, &mut pass).await?,
                Err(error) => return Err(error),
            }
        }
        Ok(pass)
    }

    /// The log refused something in this batch: what belongs to other aggregates is published all the same. The batch
    /// may have been published in part; that part is published again.
    async fn by_key(&self, batch: Batch, pass: &mut Pass) -> Result<(), RelayError> {
        let Batch { topic, ids, records } = batch;
        let outgoing = records.into_iter().map(|record| Outgoing { topic: topic.clone(), record });
        for batch in by(ids.into_iter().zip(outgoing), |row| row.record.key.clone()) {
            match self.append(&batch).await {
                Ok(()) => pass.published += batch.ids.len(),
                Err(RelayError::Log(error)) if !error.is_transient() => pass.held = Some(error),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn append(&self, batch: &Batch) -> Result<(), RelayError> {
        let messages = batch.records.iter().map(|record| record.header("traceparent"));
        let span = trace::send_batch(batch.topic.as_str(), messages);
        let appended = self.log.append(&batch.topic, &batch.records).await;
        if let (Some(span), Err(error)) = (&span, &appended) {
            span.fail(error.code());
        }
        // Deleting what was published is none of the sending.
        drop(span);
        appended?;
        Ok(self.store.published(&batch.ids).await?)
    }
}

/// Rows that share something, together and in order; the groups in the order of their first rows.
fn by<K: PartialEq>(
    rows: impl IntoIterator<Item = (i64, Outgoing)>,
    shared: impl Fn(&Outgoing) -> K,
) -> Vec<Batch> {
    let mut groups: Vec<(K, Batch)> = Vec::new();
    for (id, row) in rows {
        let key = shared(&row);
        let Outgoing { topic, record } = row;
        match groups.iter_mut().find(|(group, _)| *group == key) {
            Some((_, batch)) => {
                batch.ids.push(id);
                batch.records.push(record);
            }
            None => groups.push((key, Batch { topic, ids: vec![id], records: vec![record] })),
        }
    }
    groups.into_iter().map(|(_, batch)| batch).collect()
}
