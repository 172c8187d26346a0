//! What a decider commits.

use std::time::Duration;

use events::Topic;
use ids::OrgId;
use serde_json::Value;
use time::OffsetDateTime;

use super::inner::Inner;
use crate::check;
use crate::commit::{Backlog, Commit, Outgoing, Stored};
use crate::error::StoreError;
use crate::left_out::LeftOut;

impl Inner {
    pub(super) fn load(&self, org: OrgId, aggregate: &str) -> Option<Stored> {
        self.aggregates.get(&(org, aggregate.to_owned())).cloned()
    }

    /// Checks all, in the order that Postgres does, and then changes all.
    pub(super) fn commit(&mut self, commit: Commit, now: OffsetDateTime) -> Result<(), StoreError> {
        check::commit(&commit)?;
        self.check(&commit)?;
        let Commit { org, aggregate, expected_version, sequence, state, handled, command, outbox } = commit;
        if let Some(event) = handled {
            self.handled.insert((org, event.consumer, event.topic, event.aggregate), event.sequence);
        }
        self.aggregates.insert((org, aggregate), Stored { version: expected_version + 1, sequence, state });
        if let Some((name, answer)) = command {
            self.commands.insert((org, name), (answer, now));
        }
        for row in outbox {
            self.last_row += 1;
            self.outbox.insert(self.last_row, (row, now));
        }
        Ok(())
    }

    fn check(&self, commit: &Commit) -> Result<(), StoreError> {
        if let Some(event) = &commit.handled
            && self.handled(commit.org, &event.consumer, &event.topic, &event.aggregate) >= event.sequence
        {
            let aggregate = event.aggregate.clone();
            return Err(StoreError::Duplicate { aggregate, sequence: event.sequence });
        }
        let version = self.load(commit.org, &commit.aggregate).map_or(0, |stored| stored.version);
        let answered = commit.command.as_ref().and_then(|(name, _)| self.answered(commit.org, name));
        if version != commit.expected_version || answered.is_some() {
            let aggregate = commit.aggregate.clone();
            return Err(StoreError::Conflict { aggregate, expected: commit.expected_version });
        }
        Ok(())
    }

    pub(super) fn answered(&self, org: OrgId, command: &str) -> Option<Value> {
        self.commands.get(&(org, command.to_owned())).map(|(answer, _)| answer.clone())
    }

    pub(super) fn forget_commands(
        &mut self,
        now: OffsetDateTime,
        older_than: Duration,
        limit: usize,
    ) -> usize {
        let mut old: Vec<_> =
            self.commands.iter().map(|(command, (_, given))| (*given, command.clone())).collect();
        old.retain(|(given, _)| now - *given > older_than);
        old.sort();
        old.truncate(limit);
        for (_, command) in &old {
            self.commands.remove(command);
        }
        old.len()
    }

    pub(super) fn handled(&self, org: OrgId, consumer: &str, topic: &Topic, aggregate: &str) -> u64 {
        let mark = (org, consumer.to_owned(), topic.clone(), aggregate.to_owned());
        self.handled.get(&mark).copied().unwrap_or(0)
    }

    pub(super) fn mark(&mut self, org: OrgId, consumer: &str, topic: &Topic, aggregate: &str, sequence: u64) {
        let mark = (org, consumer.to_owned(), topic.clone(), aggregate.to_owned());
        let handled = self.handled.entry(mark).or_default();
        *handled = sequence.max(*handled);
    }

    pub(super) fn outbox_without(&self, left_out: &LeftOut, limit: usize) -> Vec<(i64, Outgoing)> {
        let rows = self.outbox.iter().filter(|(_, (row, _))| !left_out.has(row));
        rows.take(limit).map(|(id, (row, _))| (*id, row.clone())).collect()
    }

    pub(super) fn backlog(&self, now: OffsetDateTime) -> Backlog {
        let oldest = self.outbox.values().map(|(_, since)| *since).min();
        Backlog {
            rows: self.outbox.len() as u64,
            oldest: oldest.map(|since| (now - since).try_into().unwrap_or_default()),
        }
    }

    pub(super) fn published(&mut self, rows: &[i64]) {
        for row in rows {
            self.outbox.remove(row);
        }
    }
}
