//! The bare relay: five hops with rdkafka and one table each. It keeps what the services keep (a row before it sends, gone
//! after; an offset when all is done; order in a partition, partitions beside one another), and knows nothing else: no
//! envelope, no decision, no sequence, no dead letters.

use std::collections::HashMap;

use events::Record;
use futures::{FutureExt as _, StreamExt as _};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rdkafka::message::{Header, Message as _, OwnedHeaders, OwnedMessage};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::util::Timeout;
use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgPool, PgPoolOptions};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::broker::Broker;
use crate::chain::Chain;

const HOPS: usize = 5;
const PARTITIONS: i32 = 8;

pub(crate) struct Relay {
    producer: FutureProducer,
    end: StreamConsumer,
    hops: Vec<JoinHandle<()>>,
}

impl Relay {
    pub(crate) async fn start(broker: &Broker, url: &str) -> Self {
        let brokers = broker.addresses();
        make_topics(&brokers).await;
        let mut hops = Vec::new();
        for number in 0..HOPS {
            hops.push(tokio::spawn(Hop::new(&brokers, url, number).await.run()));
        }
        Self { producer: producer(&brokers), end: consumer(&brokers, "bare-end", HOPS), hops }
    }

    pub(crate) fn stop(self) {
        self.hops.iter().for_each(JoinHandle::abort);
    }
}

impl Chain for Relay {
    async fn send(&mut self, record: &Record) {
        let headers = record.headers.iter().fold(OwnedHeaders::new(), |headers, (key, value)| {
            headers.insert(Header { key, value: Some(value) })
        });
        let name = topic(0);
        let message = FutureRecord::to(&name).key(&record.key).payload(&record.value).headers(headers);
        self.producer.send(message, Timeout::Never).await.unwrap();
    }

    async fn arrived(&mut self) -> Vec<String> {
        let first = self.end.recv().await.unwrap();
        let mut keys = vec![key(&first)];
        // And what is there already.
        let mut stream = self.end.stream();
        while let Some(Some(Ok(message))) = stream.next().now_or_never() {
            keys.push(key(&message));
        }
        keys
    }
}

fn key(message: &rdkafka::message::BorrowedMessage<'_>) -> String {
    String::from_utf8(message.key().unwrap().to_vec()).unwrap()
}

struct Hop {
    number: usize,
    consumer: Arc<StreamConsumer>,
    producer: FutureProducer,
    pool: PgPool,
}

impl Hop {
    async fn new(brokers: &str, url: &str, number: usize) -> Self {
        let pool =
            PgPoolOptions::new().max_connections(4).test_before_acquire(false).connect(url).await.unwrap();
        let table = format!("CREATE TABLE bare_{number} (key bytea PRIMARY KEY, value bytea NOT NULL)");
        sqlx::raw_sql(AssertSqlSafe(table)).execute(&pool).await.unwrap();
        let consumer = Arc::new(consumer(brokers, &format!("bare-{number}"), number));
        Self { number, consumer, producer: producer(brokers), pool }
    }

    async fn run(self) {
        let hop = Arc::new(self);
        let mut lanes: HashMap<i32, mpsc::UnboundedSender<OwnedMessage>> = HashMap::new();
        loop {
            let message = hop.consumer.recv().await.unwrap().detach();
            let lane = lanes.entry(message.partition()).or_insert_with(|| {
                let (lane, given) = mpsc::unbounded_channel();
                tokio::spawn(Arc::clone(&hop).lane(given));
                lane
            });
            lane.send(message).unwrap();
        }
    }

    async fn lane(self: Arc<Self>, mut given: mpsc::UnboundedReceiver<OwnedMessage>) {
        while let Some(message) = given.recv().await {
            self.pass(message).await;
        }
    }

    async fn pass(&self, message: OwnedMessage) {
        let (key, value) = (message.key().unwrap(), message.payload().unwrap());
        let kept = format!("INSERT INTO bare_{} VALUES ($1, $2) ON CONFLICT DO NOTHING", self.number);
        sqlx::query(AssertSqlSafe(kept)).bind(key).bind(value).execute(&self.pool).await.unwrap();
        let name = topic(self.number + 1);
        let mut record = FutureRecord::to(&name).key(key).payload(value);
        record.headers = message.headers().cloned();
        self.producer.send(record, Timeout::Never).await.unwrap();
        self.consumer.store_offset(message.topic(), message.partition(), message.offset()).unwrap();
        // As the services': a deletion that is lost in a crash only sends again.
        let gone = format!(
            "DELETE FROM bare_{} USING (SELECT set_config('synchronous_commit', 'off', true)) AS soon WHERE key = $1",
            self.number
        );
        sqlx::query(AssertSqlSafe(gone)).bind(key).execute(&self.pool).await.unwrap();
    }
}

fn topic(number: usize) -> String {
    format!("bench.bare-{number}.v1")
}

async fn make_topics(brokers: &str) {
    let admin: AdminClient<DefaultClientContext> = config(brokers).create().unwrap();
    let names: Vec<String> = (0..=HOPS).map(topic).collect();
    let topics: Vec<NewTopic<'_>> =
        names.iter().map(|name| NewTopic::new(name, PARTITIONS, TopicReplication::Fixed(1))).collect();
    for made in admin.create_topics(&topics, &AdminOptions::new()).await.unwrap() {
        made.unwrap();
    }
}

fn config(brokers: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("socket.nagle.disable", "true");
    config
}

/// As durable, and as prompt, as the log's.
fn producer(brokers: &str) -> FutureProducer {
    let mut config = config(brokers);
    config.set("enable.idempotence", "true").set("acks", "all").set("linger.ms", "0");
    config.create().unwrap()
}

/// What is stored is committed as often as services commit.
fn consumer(brokers: &str, group: &str, number: usize) -> StreamConsumer {
    let mut config = config(brokers);
    config
        .set("group.id", group)
        .set("auto.offset.reset", "earliest")
        .set("partition.assignment.strategy", "cooperative-sticky")
        .set("enable.auto.offset.store", "false")
        .set("auto.commit.interval.ms", "50");
    let consumer: StreamConsumer = config.create().unwrap();
    consumer.subscribe(&[&topic(number)]).unwrap();
    consumer
}
