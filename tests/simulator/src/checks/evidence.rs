//! What a history left: the log, read from its beginning by nobody's consumer.

use std::collections::BTreeMap;

use event_log::{Delivered, EventLog as _, PartitionId};
use events::{Event, Message, Service, decode_on};
use ids::{BlobHash, PromotionId};
use promotion::domain::Promotion;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use store::Store as _;

use crate::history::HistoryError;
use crate::journal::Acknowledged;
use crate::world::{ACME, World};

/// A record and the event in it.
pub(crate) struct Seen {
    pub(crate) delivered: Delivered,
    pub(crate) message: Message,
}

/// What a history left.
pub(crate) struct Evidence {
    /// Every record, partition by partition, in order.
    pub(crate) records: Vec<Seen>,
    /// The events of each promotion in the promotion service's topic, each once.
    pub(crate) promotions: BTreeMap<PromotionId, Vec<Message>>,
    /// The states that the promotion service has, as it stores them.
    pub(crate) stored: BTreeMap<PromotionId, Value>,
    pub(crate) acknowledged: Acknowledged,
}

impl Evidence {
    pub(crate) async fn gather(world: &World) -> Result<Self, HistoryError> {
        let mut records = Vec::new();
        for service in Service::ALL {
            let topic = service.topic();
            for partition in 0..world.log.partitions(&topic).await? {
                read(world, &PartitionId { topic: topic.clone(), partition }, &mut records).await?;
            }
        }
        let promotions = promotions(&records);
        let mut stored = BTreeMap::new();
        if let Some(store) = world.stores.get(&Service::Promotion) {
            for id in promotions.keys() {
                let state = store.load(ACME, &id.to_string()).await?;
                stored.extend(state.map(|state| (*id, state.state)));
            }
        }
        Ok(Self { records, promotions, stored, acknowledged: world.journal.take() })
    }

    /// The SHA-256 of everything in the log.
    pub(crate) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            // Where a part ends is hashed with it: two parts are not one longer one.
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        for Delivered { position, record } in self.records.iter().map(|seen| &seen.delivered) {
            part(position.to_string().as_bytes());
            part(record.key.as_bytes());
            for (name, value) in record.headers.iter() {
                part(name.as_bytes());
                part(value);
            }
            part(&record.value);
        }
        BlobHash::from(<[u8; 32]>::from(hash.finalize())).to_string()
    }

    /// A promotion as its events make it.
    pub(crate) fn folded(messages: &[Message]) -> Option<Promotion> {
        messages.iter().fold(None, Promotion::evolve)
    }

    /// How many promotions ended how.
    pub(crate) fn endings(&self) -> BTreeMap<&'static str, usize> {
        let mut endings = BTreeMap::new();
        for messages in self.promotions.values() {
            let status = Self::folded(messages).map(|promotion| promotion.status.as_str());
            let carried = messages.iter().any(|one| matches!(one.event, Event::ApprovalCarried(_)));
            for ending in status.into_iter().chain(carried.then_some("carried over")) {
                *endings.entry(ending).or_default() += 1;
            }
        }
        endings
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = &Event> {
        self.records.iter().map(|seen| &seen.message.event)
    }
}

async fn read(world: &World, partition: &PartitionId, into: &mut Vec<Seen>) -> Result<(), HistoryError> {
    let end = world.log.bounds(partition).await?.end;
    let mut next = 0;
    while next < end {
        for delivered in world.log.read(partition, next, 1_000).await? {
            next = delivered.position.offset + 1;
            let message = decode_on(&partition.topic, &delivered.record)
                .map_err(|error| HistoryError::Broken(format!("{}: {error}", delivered.position)))?;
            into.push(Seen { delivered, message });
        }
    }
    Ok(())
}

fn promotions(records: &[Seen]) -> BTreeMap<PromotionId, Vec<Message>> {
    let mut promotions: BTreeMap<PromotionId, Vec<Message>> = BTreeMap::new();
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    for Seen { message, .. } in
        records.iter().filter(|seen| seen.message.envelope.source == Service::Promotion)
    {
        let envelope = &message.envelope;
        let seen = last.entry(&envelope.subject).or_default();
        if envelope.sequence <= *seen {
            continue;
        }
        *seen = envelope.sequence;
        if let Event::PreviewRequested(requested) = &message.event {
            promotions.entry(requested.promotion_id).or_default();
        }
        if let Ok(id) = envelope.subject.parse::<PromotionId>()
            && let Some(messages) = promotions.get_mut(&id)
        {
            messages.push(message.clone());
        }
    }
    promotions
}
