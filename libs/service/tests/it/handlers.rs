//! Handlers that do as they are told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use events::{Event, Message, Service, Topic};
use service::{Failure, Handler};

use crate::bench::topic;

/// What a handler does with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    Handle,
    /// Takes so many milliseconds.
    Take(u64),
    /// Something is away.
    Miss,
    /// The event is at fault.
    Refuse,
    /// Says that the event was handled before.
    Know,
    Panic,
}

type Script = Box<dyn Fn(&str, u32) -> Does + Send + Sync>;

/// Notes what it handled, and does with an event (`KEY` and number, and how often it was seen before) what it is told.
pub(crate) struct Noting {
    script: Mutex<Script>,
    seen: Mutex<BTreeMap<String, u32>>,
    handled: Mutex<Vec<String>>,
    at_once: Mutex<(usize, usize)>,
}

impl Noting {
    pub(crate) fn new(script: impl Fn(&str, u32) -> Does + Send + Sync + 'static) -> Arc<Self> {
        let (seen, handled, at_once) = Default::default();
        Arc::new(Self { script: Mutex::new(Box::new(script)), seen, handled, at_once })
    }

    pub(crate) fn able() -> Arc<Self> {
        Self::new(|_, _| Does::Handle)
    }

    /// From now on it does this.
    pub(crate) fn does(&self, script: impl Fn(&str, u32) -> Does + Send + Sync + 'static) {
        *self.script.lock().unwrap() = Box::new(script);
    }

    /// What it handled, in order.
    pub(crate) fn handled(&self) -> Vec<String> {
        self.handled.lock().unwrap().clone()
    }

    /// What it handled of one aggregate, in order.
    pub(crate) fn of(&self, key: &str) -> Vec<String> {
        self.handled().into_iter().filter(|name| name.trim_end_matches(char::is_numeric) == key).collect()
    }

    /// How often it was given this event.
    pub(crate) fn tries(&self, name: &str) -> u32 {
        self.seen.lock().unwrap().get(name).copied().unwrap_or(0)
    }

    /// How many events it had in hand at the same time, at most.
    pub(crate) fn most_at_once(&self) -> usize {
        self.at_once.lock().unwrap().1
    }

    fn enter(&self, name: &str) -> Does {
        let mut at_once = self.at_once.lock().unwrap();
        *at_once = (at_once.0 + 1, at_once.1.max(at_once.0 + 1));
        let mut seen = self.seen.lock().unwrap();
        let before = seen.entry(name.to_owned()).or_default();
        *before += 1;
        (self.script.lock().unwrap())(name, *before - 1)
    }
}

#[async_trait]
impl Handler for Noting {
    fn consumer(&self) -> &'static str {
        "tests"
    }

    fn service(&self) -> Service {
        Service::Promotion
    }

    fn topics(&self) -> Vec<Topic> {
        vec![topic()]
    }

    async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let name = name(message);
        let does = self.enter(&name);
        if let Does::Take(time) = does {
            tokio::time::sleep(Duration::from_millis(time)).await;
        }
        self.at_once.lock().unwrap().0 -= 1;
        match does {
            Does::Handle | Does::Take(_) => self.handled.lock().unwrap().push(name),
            Does::Miss => return Err(Failure::unavailable("DATABASE_AWAY", "the database is away")),
            Does::Refuse => return Err(Failure::unhandled("EVENT_ODD", "it makes no sense")),
            Does::Know => return Err(Failure::unhandled("STORE_DUPLICATE", "it was handled")),
            Does::Panic => panic!("a secret of the event"),
        }
        Ok(())
    }
}

/// `KEY` and number.
pub(crate) fn name(message: &Message) -> String {
    match &message.event {
        Event::OrganisationCreated(event) => event.name.clone(),
        Event::DeadLetterRetried(event) => event.aggregate.clone(),
        other => other.event_type().to_owned(),
    }
}
