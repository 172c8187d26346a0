//! Calls of a member that wait for the group, on a thread of their own: one that gets no answer holds up nothing else, and not
//! the end of the process.

use std::sync::{Arc, mpsc};

use rdkafka::consumer::BaseConsumer;
use tokio::sync::oneshot;

use super::member::Told;

type Call = Box<dyn FnOnce(&BaseConsumer<Told>) + Send>;

pub(super) struct Calls(mpsc::Sender<Call>);

impl Calls {
    /// Runs until it is dropped.
    pub(super) fn start(consumer: Arc<BaseConsumer<Told>>) -> std::io::Result<Self> {
        let (sender, calls) = mpsc::channel::<Call>();
        let run = move || calls.into_iter().for_each(|call| call(&consumer));
        std::thread::Builder::new().name("kafka-calls".to_owned()).spawn(run)?;
        Ok(Self(sender))
    }

    /// Makes a call after those before it. It is dropped without an answer if the thread has ended.
    pub(super) fn make<T: Send + 'static>(
        &self,
        call: impl FnOnce(&BaseConsumer<Told>) -> T + Send + 'static,
    ) -> oneshot::Receiver<T> {
        let (answer, receiver) = oneshot::channel();
        // For who does not wait any more nothing is done, and nobody gets an answer from a thread that has ended.
        let _ = self.0.send(Box::new(move |consumer| {
            if !answer.is_closed() {
                let _ = answer.send(call(consumer));
            }
        }));
        receiver
    }
}
