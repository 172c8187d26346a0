//! What the envelope and Avro take of an event: of its bytes, and of the processor's time of a hop.

use std::hint::black_box;
use std::time::Instant;

use benches::Figure;
use events::{Message, Record, decode, encode};

use crate::chain::Hop;
use crate::story::Story;

const EVENTS: usize = 24_000;
const ROUNDS: usize = 7;
/// Magic byte and number of the schema.
const FRAME: usize = 5;

pub(crate) fn run(hop: &Hop) {
    let messages: Vec<Message> = Story::new().messages(EVENTS).collect();
    let records: Vec<Record> = messages.iter().map(|message| encode(message).unwrap()).collect();
    sizes(&messages, &records);
    times(&messages, &records, hop);
}

fn sizes(messages: &[Message], records: &[Record]) {
    let mean = |size: &dyn Fn(&Record) -> usize| {
        records.iter().map(size).sum::<usize>() as f64 / records.len() as f64
    };
    let key = mean(&|record| record.key.len());
    let names = mean(&|record| record.headers.iter().map(|(name, _)| name.len()).sum());
    let values = mean(&|record| record.headers.iter().map(|(_, value)| value.len()).sum());
    let body = mean(&|record| record.value.len() - FRAME);
    let all = key + names + values + FRAME as f64 + body;
    let json =
        messages.iter().map(|message| serde_json::to_vec(&message.event).unwrap().len()).sum::<usize>();
    let json = json as f64 / messages.len() as f64;
    println!("| an event, mean | bytes | share |");
    println!("|---|---|---|");
    for (name, bytes) in [
        ("key", key),
        ("envelope: names of headers", names),
        ("envelope: what they say", values),
        ("frame", FRAME as f64),
        ("body in Avro", body),
    ] {
        println!("| {name} | {bytes:.0} | {:.0} % |", 100.0 * bytes / all);
    }
    println!("| all | {all:.0} | |");
    println!("| the same body as JSON | {json:.0} | {:.2} × Avro |\n", json / body);
}

fn times(messages: &[Message], records: &[Record], hop: &Hop) {
    let encoding = micros(messages, |message| drop(black_box(encode(message).unwrap())));
    let decoding = micros(records, |record| drop(black_box(decode(record).unwrap())));
    let writing = micros(messages, |message| drop(black_box(serde_json::to_vec(&message.event).unwrap())));
    println!("| an event, mean | µs of a processor | share of a hop's {:.0} µs |", hop.processor * 1e6);
    println!("|---|---|---|");
    for (name, micros) in [
        ("encoded: envelope and Avro", encoding),
        ("decoded: envelope and Avro", decoding),
        ("only its body written as JSON", writing),
    ] {
        println!("| {name} | {micros:.1} | {:.1} % |", 100.0 * micros / (hop.processor * 1e6));
    }
    println!();
}

fn micros<T>(all: &[T], work: impl Fn(&T)) -> f64 {
    let round = |_| {
        let began = Instant::now();
        all.iter().for_each(&work);
        began.elapsed().as_secs_f64() * 1e6 / all.len() as f64
    };
    Figure::of((0..ROUNDS).map(round).collect()).median
}
