//! The log in memory, under paused time.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use event_log::conformance::{Backend, Client, Link};
use event_log::{Limits, MemoryLog};
use time::OffsetDateTime;

struct Memory {
    log: MemoryLog,
}

struct MemoryLink(MemoryLog);

#[async_trait]
impl Backend for Memory {
    async fn client(&self) -> Client {
        let log = self.log.client();
        Client { log: Arc::new(log.clone()), link: Arc::new(MemoryLink(log)) }
    }

    fn record_limit(&self) -> usize {
        Limits::default().record_bytes
    }

    fn now(&self) -> OffsetDateTime {
        self.log.now()
    }
}

#[async_trait]
impl Link for MemoryLink {
    async fn cut(&self) {
        self.0.disconnect();
    }

    async fn mend(&self) {
        self.0.reconnect();
    }
}

fn memory() -> Memory {
    Memory { log: MemoryLog::new(Limits::default(), Duration::from_secs(2)) }
}

event_log::conformance_tests!([#[tokio::test(start_paused = true)]] memory());
