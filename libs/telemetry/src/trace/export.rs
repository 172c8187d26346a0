//! Spans that have ended wait in a queue, which a thread of its own empties. Whoever ends a span never waits: where the queue
//! is full, or the endpoint away, spans are lost, and counted.

use std::mem::take;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use metrics::{counter, describe_counter};
use opentelemetry::Context;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{Span, SpanData, SpanExporter, SpanProcessor};

use crate::names::ERROR;

const EXPORTED: &str = "plimsoll.trace.exported.spans";
const LOST: &str = "plimsoll.trace.lost.spans";

/// How many spans wait at most: some megabytes.
const QUEUE: usize = 8192;
/// How many are sent at once.
const BATCH: usize = 512;
/// How long one waits for others.
const DELAY: Duration = Duration::from_secs(1);

enum Order {
    Span(Box<SpanData>),
    /// Sends everything that came before, and says when that is done.
    Flush(SyncSender<()>),
}

/// Takes spans that have ended.
#[derive(Debug)]
pub(super) struct Queue {
    orders: SyncSender<Order>,
    losses: Arc<Losses>,
}

/// Says each time that spans begin to be lost, and not for each of them.
#[derive(Debug, Default)]
struct Losses(AtomicBool);

impl Queue {
    /// A queue, and the thread that empties it.
    ///
    /// # Errors
    /// The system makes no thread.
    pub(super) fn start(exporter: impl SpanExporter + 'static) -> std::io::Result<Self> {
        let (orders, received) = sync_channel(QUEUE);
        let losses = Arc::new(Losses::default());
        let sender = Sender { exporter, losses: Arc::clone(&losses), batch: Vec::new() };
        thread::Builder::new().name("spans".to_owned()).spawn(move || sender.run(&received))?;
        Ok(Self { orders, losses })
    }

    fn flush(&self, patience: Duration) -> OTelSdkResult {
        let (reply, done) = sync_channel(1);
        let asked = self.orders.try_send(Order::Flush(reply)).is_ok();
        let is_done = asked && done.recv_timeout(patience).is_ok();
        is_done.then_some(()).ok_or(OTelSdkError::Timeout(patience))
    }
}

impl SpanProcessor for Queue {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if self.orders.try_send(Order::Span(Box::new(span))).is_err() {
            self.losses.count(1, "queue_full");
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.flush(Duration::from_secs(5))
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.flush(timeout)
    }
}

impl Losses {
    fn count(&self, spans: usize, reason: &'static str) {
        counter!(LOST, ERROR => reason).increment(u64::try_from(spans).unwrap_or(u64::MAX));
        if !self.0.swap(true, Ordering::Relaxed) {
            tracing::warn!(reason, "spans are lost: the endpoint of the traces does not take them");
        }
    }

    fn none(&self, spans: usize) {
        counter!(EXPORTED).increment(u64::try_from(spans).unwrap_or(u64::MAX));
        if self.0.swap(false, Ordering::Relaxed) {
            tracing::info!("spans are taken again");
        }
    }
}

struct Sender<E> {
    exporter: E,
    losses: Arc<Losses>,
    batch: Vec<SpanData>,
}

impl<E: SpanExporter> Sender<E> {
    fn run(mut self, orders: &Receiver<Order>) {
        #[expect(
            clippy::disallowed_methods,
            reason = "when the first span of a batch came decides when it is sent"
        )]
        let now = Instant::now;
        let mut due = now();
        loop {
            let patience = if self.batch.is_empty() { DELAY } else { due.saturating_duration_since(now()) };
            match orders.recv_timeout(patience) {
                Ok(Order::Span(span)) => {
                    if self.batch.is_empty() {
                        due = now() + DELAY;
                    }
                    self.batch.push(*span);
                    if self.batch.len() >= BATCH {
                        self.send();
                    }
                }
                Ok(Order::Flush(done)) => {
                    self.send();
                    // Nobody waits for it any more if it took too long.
                    let _ = done.try_send(());
                }
                Err(RecvTimeoutError::Timeout) => self.send(),
                Err(RecvTimeoutError::Disconnected) => return self.send(),
            }
        }
    }

    fn send(&mut self) {
        let batch = take(&mut self.batch);
        let spans = batch.len();
        if spans == 0 {
            return;
        }
        match futures_executor::block_on(self.exporter.export(batch)) {
            Ok(()) => self.losses.none(spans),
            Err(_) => self.losses.count(spans, "not_taken"),
        }
    }
}

pub(crate) fn describe() {
    describe_counter!(EXPORTED, "Spans that the endpoint of the traces has taken.");
    describe_counter!(LOST, "Spans that were lost: the queue was full, or the endpoint did not take them.");
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc;

    use opentelemetry::trace::{Tracer as _, TracerProvider as _};
    use opentelemetry_sdk::trace::SdkTracerProvider;

    use super::*;

    /// Tells of what it is given, and waits for what it is to answer.
    #[derive(Debug)]
    struct Endpoint {
        given: mpsc::Sender<Vec<String>>,
        answers: Mutex<mpsc::Receiver<OTelSdkResult>>,
    }

    impl SpanExporter for Endpoint {
        async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
            self.given.send(batch.iter().map(|span| span.name.to_string()).collect()).unwrap();
            self.answers.lock().unwrap().recv().unwrap_or(Ok(()))
        }
    }

    fn endpoint() -> (Queue, mpsc::Receiver<Vec<String>>, mpsc::Sender<OTelSdkResult>) {
        let ((given, seen), (answer, answers)) = (mpsc::channel(), mpsc::channel());
        let queue = Queue::start(Endpoint { given, answers: Mutex::new(answers) }).unwrap();
        (queue, seen, answer)
    }

    fn tracer(queue: Queue) -> SdkTracerProvider {
        SdkTracerProvider::builder().with_span_processor(queue).build()
    }

    #[test]
    fn what_has_ended_is_sent_in_order_and_at_once_when_it_is_asked_for() {
        let (queue, seen, answer) = endpoint();
        let provider = tracer(queue);
        for name in ["a", "b", "c"] {
            drop(provider.tracer("test").start(name));
        }
        answer.send(Ok(())).unwrap();
        provider.force_flush().unwrap();
        assert_eq!(seen.recv().unwrap(), ["a", "b", "c"]);
    }

    #[test]
    fn an_endpoint_that_hangs_holds_nobody_up_and_what_it_misses_is_counted() {
        let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        let (queue, seen, answer) = endpoint();
        let provider = tracer(queue);
        let tracer = provider.tracer("test");
        metrics::with_local_recorder(&recorder, || {
            (0..BATCH).for_each(|_| drop(tracer.start("first")));
            // The endpoint has these, and does not answer: the queue fills behind it.
            assert_eq!(seen.recv().unwrap().len(), BATCH);
            (0..QUEUE + 7).for_each(|_| drop(tracer.start("later")));
        });
        let lost = "plimsoll_trace_lost_spans{error_type=\"queue_full\"} 7";
        assert!(handle.render().contains(lost), "{}", handle.render());
        assert!(
            provider.shutdown_with_timeout(Duration::from_millis(1)).is_err(),
            "the stop does not wait for it"
        );
        drop(answer);
    }
}
