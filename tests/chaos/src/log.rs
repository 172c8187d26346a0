//! The log as somebody sees it who is none of the services: read by Kafka's own client, from the first record on.

use std::thread::sleep;
use std::time::Duration;

use chaos::{Ends, Event, Failed, Seen};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use rdkafka::{Offset, TopicPartitionList};
use stack::{Layout, SERVICES};

use crate::copier::Copier;
use crate::poison::{KEY, LARGE, Specimen, Written};

/// Who reads what, as `rights.yaml` says it.
const GROUPS: [(&str, &[&str]); 8] = [
    ("promotion", &["promotion", "diff", "cost", "risk", "explain", "gitops"]),
    ("diff", &["promotion"]),
    ("cost", &["diff"]),
    ("risk", &["cost"]),
    ("explain", &["risk"]),
    ("gitops", &["promotion"]),
    ("audit", &["catalog", "promotion", "diff", "cost", "risk", "explain", "gitops", "gateway"]),
    ("gateway", &SERVICES),
];
const PARTITIONS: i32 = 4;
const PATIENCE: Duration = Duration::from_secs(5);
/// So often it is looked again: for the first event of an act, each time for so long, and for the leader of a partition.
const LOOKS: usize = 12;
/// Before a partition that has another leader now is asked again.
const PAUSE: Duration = Duration::from_secs(1);

pub(crate) struct Log {
    config: ClientConfig,
    groups: Vec<(&'static [&'static str], BaseConsumer)>,
    reader: BaseConsumer,
}

fn partitions() -> impl Iterator<Item = (String, i32)> {
    SERVICES.into_iter().flat_map(|service| (0..PARTITIONS).map(move |number| (topic(service), number)))
}

/// Whether a partition has another leader than the one that was asked, or none for a moment.
fn is_moving(code: RDKafkaErrorCode) -> bool {
    use RDKafkaErrorCode::{LeaderNotAvailable, NotLeaderForPartition};
    matches!(code, NotLeaderForPartition | LeaderNotAvailable)
}

fn topic(service: &str) -> String {
    format!("plimsoll.{service}.v1")
}

impl Log {
    pub(crate) fn open(layout: &Layout) -> Result<Self, Failed> {
        let (name, password) = layout.admin()?;
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", layout.internal_bootstrap())
            .set("security.protocol", "SASL_PLAINTEXT")
            .set("sasl.mechanism", "PLAIN")
            .set("sasl.username", name)
            .set("sasl.password", password)
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "earliest")
            .set("message.max.bytes", "20000000")
            .set("log.connection.close", "false");
        let of = |group: &str| config.clone().set("group.id", group).create::<BaseConsumer>();
        let groups = GROUPS
            .iter()
            .map(|(group, topics)| Ok((*topics, of(group)?)))
            .collect::<Result<_, KafkaError>>()?;
        let reader = of("chaos")?;
        Ok(Self { config: config.clone(), groups, reader })
    }

    /// Where the partitions end of which the audit keeps leaves: all but its own.
    pub(crate) fn audited(&self) -> Result<Ends, Failed> {
        let (mut ends, own) = (self.ends()?, topic("audit"));
        ends.retain(|(topic, _), _| *topic != own);
        Ok(ends)
    }

    fn ends(&self) -> Result<Ends, Failed> {
        let mut ends = Ends::new();
        for (topic, partition) in partitions() {
            let end = self.end(&topic, partition)?;
            ends.insert((topic, partition), end);
        }
        Ok(ends)
    }

    /// A broker that is back is made the leader of what it led before: for a moment another is asked.
    fn end(&self, topic: &str, partition: i32) -> Result<i64, KafkaError> {
        let mut looks = 1;
        loop {
            match self.reader.fetch_watermarks(topic, partition, PATIENCE) {
                Ok((_, end)) => return Ok(end),
                Err(error) if looks < LOOKS && error.rdkafka_error_code().is_some_and(is_moving) => {
                    sleep(PAUSE);
                    looks += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// How many records the groups have not committed, all together.
    pub(crate) fn lag(&self) -> Result<i64, Failed> {
        let ends = self.ends()?;
        let mut lag = 0;
        for (topics, consumer) in &self.groups {
            let mut asked = TopicPartitionList::new();
            for service in *topics {
                (0..PARTITIONS).for_each(|number| {
                    asked.add_partition(&topic(service), number);
                });
            }
            for element in consumer.committed_offsets(asked, PATIENCE)?.elements() {
                let committed = match element.offset() {
                    Offset::Offset(committed) => committed,
                    _ => 0,
                };
                let end = ends.get(&(element.topic().to_owned(), element.partition()));
                lag += (end.copied().unwrap_or(0) - committed).max(0);
            }
        }
        Ok(lag)
    }

    /// Reads all that is there now, from the first record on: what was seen once may have gone since.
    pub(crate) fn read(&self) -> Result<Seen, Failed> {
        let (mut left, mut seen) = (self.ends()?, Seen::default());
        left.retain(|_, end| *end > 0);
        let mut list = TopicPartitionList::new();
        for (topic, partition) in left.keys() {
            list.add_partition_offset(topic, *partition, Offset::Offset(0))?;
        }
        self.reader.assign(&list)?;
        while !left.is_empty() {
            let message = match self.reader.poll(PATIENCE) {
                Some(Ok(message)) => message,
                Some(Err(error)) => {
                    eprintln!("reading the log: {error}");
                    continue;
                }
                None => return Err("the log does not answer".into()),
            };
            let place = (message.topic().to_owned(), message.partition());
            match left.get(&place) {
                // It came while this was read.
                None => continue,
                Some(end) if message.offset() + 1 >= *end => drop(left.remove(&place)),
                Some(_) => {}
            }
            let key = message.key().unwrap_or_default();
            if key.starts_with(LARGE.as_bytes()) {
                return Err("a record of 5 MB was taken".into());
            }
            if !key.starts_with(KEY.as_bytes())
                && let Some(event) = event(&message)
            {
                seen.add(event);
            }
        }
        self.reader.unassign()?;
        Ok(seen)
    }

    /// Writes what nobody can read ([`crate::poison`]).
    pub(crate) fn poison(&self, number: usize) -> Result<(), Failed> {
        let producer: BaseProducer = self.config.clone().set("message.timeout.ms", "10000").create()?;
        let topic = topic("diff");
        for Written { key, value, headers } in self.specimen()?.spoilt(number) {
            let record = BaseRecord::to(&topic).key(&key).payload(&value).headers(headers);
            producer.send(record).map_err(|(error, _)| error)?;
        }
        // That the broker refuses one is no error of this call.
        let _ = producer.flush(Duration::from_secs(15));
        Ok(())
    }

    /// An event that everybody has read: the first that `diff` has written.
    fn specimen(&self) -> Result<Specimen, Failed> {
        let reader: BaseConsumer = self.config.clone().set("group.id", "chaos-specimen").create()?;
        let mut list = TopicPartitionList::new();
        for number in 0..PARTITIONS {
            list.add_partition_offset(&topic("diff"), number, Offset::Beginning)?;
        }
        reader.assign(&list)?;
        for _ in 0..LOOKS {
            if let Some(Ok(message)) = reader.poll(PATIENCE)
                && let (Some(value), Some(headers)) = (message.payload(), message.headers())
            {
                return Ok(Specimen { value: value.to_vec(), headers: headers.detach() });
            }
        }
        Err("diff has written nothing that could be spoilt".into())
    }

    /// Somebody who writes each event up to four times again, from now on.
    pub(crate) fn copier(&self) -> Result<Copier, Failed> {
        Copier::behind(&self.config, self.ends()?)
    }
}

/// The event of a message, if it is one.
pub(crate) fn event(message: &BorrowedMessage<'_>) -> Option<Event> {
    let headers = message.headers()?;
    let said = |name: &str| {
        let value = headers.iter().find(|header| header.key == name)?.value?;
        Some(std::str::from_utf8(value).ok()?.to_owned())
    };
    let name = said("ce_type")?.rsplit('.').next()?.to_owned();
    // Of the catalog all applications are one aggregate.
    let subject = match name.as_str() {
        "ApplicationRegistered" | "ApplicationRemoved" => first_text(message.payload()?)?,
        _ => said("ce_correlation")?,
    };
    Some(Event { id: said("ce_id")?, name, subject })
}

/// The first field of an event, which is a short text (Avro 1.12, binary encoding: its length, doubled, in a byte, and its bytes), behind
/// the five bytes of the frame.
fn first_text(value: &[u8]) -> Option<String> {
    let (length, rest) = value.get(5..)?.split_first()?;
    let text = rest.get(..usize::from(length / 2))?;
    Some(std::str::from_utf8(text).ok()?.to_owned())
}
