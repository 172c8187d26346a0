//! Consuming alone: a member of a group that takes records, against librdkafka's own measuring program on the same
//! partition. `RDKAFKA_PERFORMANCE` names that program (`scripts/kafka/performance.sh`). It counts values and leaves headers
//! unread, which a service cannot: so a loop with rdkafka alone that looks at all of a record is measured, too.

use std::process::Command;
use std::time::{Duration, Instant};

use benches::Figure;
use benches::processor::own_seconds;
use event_log::{EventLog as _, Group, Subscription};
use events::{Record, Topic, encode};
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{Headers as _, Message as _};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use crate::broker::Broker;
use crate::story::Story;

const ROUNDS: usize = 5;
/// As many as a consumer of a service takes at once.
const BATCH: usize = 100;

pub(crate) async fn run(broker: &Broker, events: usize) {
    let Ok(program) = std::env::var("RDKAFKA_PERFORMANCE") else {
        eprintln!("consume: skipped, RDKAFKA_PERFORMANCE names no program");
        return;
    };
    let topic = Topic::new("bench.consume.v1");
    let records: Vec<Record> =
        Story::new().messages(events).map(|message| encode(&message).unwrap()).collect();
    broker.filled(&topic, 1, &records).await;
    let count = records.len();
    drop(records);
    let (mut ours, mut theirs, mut bare, mut processor) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (rate, seconds) = take_all(broker, &topic, round, count).await;
        let peer = performance(&program, broker, &topic, count);
        let looked_at = look_at_all(broker, &topic, count);
        // The first round fills caches.
        if round > 0 {
            ours.push(rate);
            theirs.push(peer);
            bare.push(looked_at);
            processor.push(seconds * 1e6 / count as f64);
        }
    }
    println!("| {count} events of one partition | records a second: min, median, max |");
    println!("|---|---|");
    let all = [
        ("a member of a group", &ours),
        ("rdkafka_performance -C", &theirs),
        ("rdkafka alone, key, headers and value looked at", &bare),
    ];
    for (name, rates) in all {
        let Figure { min, median, max } = Figure::of(rates.clone());
        println!("| {name} | {min:.0}, {median:.0}, {max:.0} |");
    }
    let [ours, theirs, bare] = [ours, theirs, bare].map(|rates| Figure::of(rates).median);
    println!("| ratio of the medians to rdkafka_performance -C | {:.2} |", ours / theirs);
    println!("| ratio of the medians to rdkafka alone | {:.2} |", ours / bare);
    println!("\nOf our processor's time {:.2} µs a record.\n", Figure::of(processor).median);
}

/// Records a second from the first that is delivered to the last, and how long the processor had to do with all of it.
async fn take_all(broker: &Broker, topic: &Topic, round: usize, count: usize) -> (f64, f64) {
    let log = broker.log().await;
    let busy = own_seconds();
    let group = Group::new(format!("bench-consume-{round}"));
    let mut member: Box<dyn Subscription> = log.subscribe(&group, std::slice::from_ref(topic)).await.unwrap();
    let mut taken = member.next(BATCH).await.unwrap().len();
    let (began, before) = (Instant::now(), taken);
    while taken < count {
        taken += member.next(BATCH).await.unwrap().len();
    }
    let rate = (taken - before) as f64 / began.elapsed().as_secs_f64();
    member.leave().await.unwrap();
    (rate, own_seconds() - busy)
}

/// Records a second of a loop that looks at all of each record and keeps nothing.
fn look_at_all(broker: &Broker, topic: &Topic, count: usize) -> f64 {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", broker.addresses()).set("group.id", "bench-consume-bare");
    let consumer: BaseConsumer = config.create().unwrap();
    let mut from = TopicPartitionList::new();
    from.add_partition_offset(topic.as_str(), 0, Offset::Beginning).unwrap();
    consumer.assign(&from).unwrap();
    let next = || {
        let message = consumer.poll(Duration::from_secs(60)).unwrap().unwrap();
        let headers = message.headers().unwrap().iter();
        let headers: usize = headers.map(|header| header.key.len() + header.value.unwrap().len()).sum();
        message.key().unwrap().len() + headers + message.payload().unwrap().len()
    };
    let mut bytes = next();
    let began = Instant::now();
    (1..count).for_each(|_| bytes += next());
    let rate = (count - 1) as f64 / began.elapsed().as_secs_f64();
    assert!(bytes > count);
    rate
}

/// Records a second, as it says itself: it counts from the first message, too.
fn performance(program: &str, broker: &Broker, topic: &Topic, count: usize) -> f64 {
    let arguments = ["-C", "-b", &broker.addresses(), "-t", topic.as_str(), "-p", "0", "-o", "beginning"];
    let output = Command::new(program).args(arguments).args(["-c", &count.to_string()]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    rate_of(&text).unwrap_or_else(|| panic!("no rate in:\n{text}"))
}

fn rate_of(text: &str) -> Option<f64> {
    text.lines().rev().find_map(|line| {
        let (before, _) = line.split_once(" msgs/s")?;
        before.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    })
}
