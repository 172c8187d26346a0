//! What the registry's numbers mean, asked when one is met that is not known.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use event_log::LogError;
use events::{Frame, Record, fingerprint, schemas};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::client::Registry;
use crate::error::RegistryError;

/// What the registry's numbers mean.
pub(crate) struct Meanings {
    registry: Registry,
    known: RwLock<HashMap<u32, Meaning>>,
    asked: Mutex<HashMap<u32, Question>>,
}

/// What a number of the registry means.
#[derive(Debug, Clone, Copy)]
enum Meaning {
    /// The schema of ours with this bundled number.
    Ours(u32),
    /// None of ours, when it was asked.
    Foreign(Instant),
}

/// A number that was asked for.
struct Question {
    /// Why there was no answer. The channel is closed when the call has ended.
    trouble: watch::Receiver<Option<LogError>>,
    again_at: Instant,
}

/// A number that is none of ours is asked for again after this long: somebody may register it under it meanwhile.
const FOREIGN_FOR: Duration = Duration::from_secs(60);

/// Between two calls for one number.
const PAUSE: Duration = Duration::from_secs(1);

impl Meanings {
    /// These numbers of the registry, and the bundled ones that they stand for.
    pub(crate) fn new(registry: Registry, ours: impl Iterator<Item = (u32, u32)>) -> Self {
        let known = ours.map(|(number, bundled)| (number, Meaning::Ours(bundled))).collect();
        Self { registry, known: RwLock::new(known), asked: Mutex::default() }
    }

    /// Gives a record the bundled number in place of the registry's, or says that this one is none of ours.
    ///
    /// # Errors
    /// The number, if it is not known what it means. The record stays as it is.
    pub(crate) fn translate(&self, record: &mut Record) -> Result<(), u32> {
        // What is not framed is no event of ours, and stays as it is.
        let Ok(frame) = Frame::read(&record.value) else { return Ok(()) };
        let value = match self.known(frame.schema_id).ok_or(frame.schema_id)? {
            Meaning::Ours(bundled) => Frame { schema_id: bundled, body: frame.body }.to_vec(),
            Meaning::Foreign(_) => frame.foreign().to_vec(),
        };
        record.value = value;
        Ok(())
    }

    /// The number of a record, if it is not known what it means.
    pub(crate) fn unknown(&self, record: &Record) -> Option<u32> {
        let number = Frame::read(&record.value).ok()?.schema_id;
        self.known(number).is_none().then_some(number)
    }

    /// Why a number that was asked for was not answered.
    pub(crate) fn trouble(&self, number: u32) -> Option<LogError> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.get(&number)?.trouble.borrow().clone()
    }

    /// Asks what a number means, and waits for the answer. A task of its own makes the call, one for each number at a time: it
    /// goes on, and what it learns is kept, when who waits for it does so no more.
    ///
    /// # Errors
    /// There is no answer.
    pub(crate) async fn learn(self: &Arc<Self>, number: u32) -> Result<(), LogError> {
        let mut trouble = loop {
            match self.ask(number) {
                Ok(trouble) => break trouble,
                Err(again_at) => sleep_until(again_at).await,
            }
        };
        while trouble.changed().await.is_ok() {}
        let trouble = trouble.borrow().clone();
        trouble.map_or(Ok(()), Err)
    }

    /// The call that is under way or begins now; or else when the next may begin.
    fn ask(self: &Arc<Self>, number: u32) -> Result<watch::Receiver<Option<LogError>>, Instant> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let before = asked.get(&number);
        if let Some(Question { trouble, again_at }) = before {
            if trouble.has_changed().is_ok() {
                return Ok(trouble.clone());
            }
            if *again_at > Instant::now() {
                return Err(*again_at);
            }
        }
        // What was wrong is so until there is an answer.
        let (tell, trouble) = watch::channel(before.and_then(|question| question.trouble.borrow().clone()));
        asked.insert(number, Question { trouble: trouble.clone(), again_at: Instant::now() + PAUSE });
        let meanings = Arc::clone(self);
        tokio::spawn(async move {
            let answer = meanings.look_up(number).await;
            tell.send_replace(answer.err().map(LogError::from));
        });
        Ok(trouble)
    }

    async fn look_up(&self, number: u32) -> Result<(), RegistryError> {
        let schema = self.registry.schema(number).await?;
        let print = schema.as_deref().and_then(fingerprint);
        let ours = schemas().find(|schema| Some(schema.fingerprint) == print);
        if ours.is_none() {
            tracing::warn!(number, "the registry's number is of no schema of this release");
        }
        let meaning =
            ours.map_or_else(|| Meaning::Foreign(Instant::now()), |schema| Meaning::Ours(schema.id));
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(number, meaning);
        Ok(())
    }

    fn known(&self, number: u32) -> Option<Meaning> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&number).copied().filter(|meaning| match meaning {
            Meaning::Ours(_) => true,
            Meaning::Foreign(asked) => asked.elapsed() < FOREIGN_FOR,
        })
    }
}
