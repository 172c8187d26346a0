//! Asking until there is an answer, or there will be none in time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use phrasing::Asked;
use service::{Backoff, Clock, lot};
use tokio::time::Instant;

use crate::model::breaker::Breaker;
use crate::model::call::{Form, body, call};
use crate::model::endpoint::Endpoint;
use crate::model::stream::Answer;
use crate::model::trouble::Trouble;

const AGAIN: Backoff = Backoff { first: Duration::from_millis(500), longest: Duration::from_secs(8) };

/// Less time is not worth a request.
const SHORTEST: Duration = Duration::from_millis(50);

/// A model that is asked by several at once.
pub(crate) struct Model {
    endpoint: Endpoint,
    clock: Arc<dyn Clock>,
    breaker: Mutex<Breaker>,
    /// The endpoint has refused a schema, and answered to the same without one.
    knows_no_schema: AtomicBool,
    most_tokens: u32,
}

/// What is left for one explanation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking {
    /// It is of no use later.
    pub(crate) until: Instant,
    /// How many requests may be made.
    pub(crate) left: u32,
    /// How many were made.
    pub(crate) tries: u32,
}

impl Model {
    pub(crate) fn new(endpoint: Endpoint, clock: Arc<dyn Clock>, most_tokens: u32) -> Self {
        let knows_no_schema = AtomicBool::new(false);
        Self { endpoint, clock, breaker: Mutex::default(), knows_no_schema, most_tokens }
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Asks, and asks again what may pass.
    pub(crate) async fn ask(&self, asked: &Asked, asking: &mut Asking) -> Result<Answer, Trouble> {
        let mut form = if self.knows_no_schema.load(Ordering::Relaxed) { Form::Object } else { Form::Schema };
        let mut failures = 0;
        loop {
            let trouble = match self.once(asked, asking, form).await {
                Ok(answer) => {
                    // Only now it is known that the form was the reason, and not what is asked.
                    self.knows_no_schema.store(form == Form::Object, Ordering::Relaxed);
                    return Ok(answer);
                }
                // The same again, in a form that more endpoints know.
                Err(Trouble::RequestRefused(400 | 422)) if form == Form::Schema => {
                    form = Form::Object;
                    asking.left += 1;
                    continue;
                }
                Err(trouble) => trouble,
            };
            failures += 1;
            let wait = match trouble {
                Trouble::RateLimited { after: Some(after) } => after.max(self.wait(failures)),
                _ => self.wait(failures),
            };
            let in_time = Instant::now() + wait + SHORTEST < asking.until;
            if !trouble.may_pass() || asking.left == 0 || !in_time {
                return Err(trouble);
            }
            tokio::time::sleep(wait).await;
        }
    }

    async fn once(&self, asked: &Asked, asking: &mut Asking, form: Form) -> Result<Answer, Trouble> {
        let time = asking.until.saturating_duration_since(Instant::now());
        if time < SHORTEST || asking.left == 0 {
            return Err(Trouble::Timeout);
        }
        if !self.breaker().lets_through(self.clock.now()) {
            return Err(Trouble::BreakerOpen);
        }
        asking.left -= 1;
        asking.tries += 1;
        let (endpoint, body) = (self.endpoint.clone(), body(&self.endpoint, asked, form, self.most_tokens));
        let called = tokio::task::spawn_blocking(move || call(&endpoint, &body, time)).await;
        let answer = called.unwrap_or(Err(Trouble::Garbled));
        self.note(&answer);
        answer
    }

    /// What others learn from it.
    fn note(&self, answer: &Result<Answer, Trouble>) {
        let code = answer.as_ref().err().map(|trouble| trouble.code());
        telemetry::models::asked(code.unwrap_or("OK"));
        let mut breaker = self.breaker();
        match answer {
            Err(trouble) if trouble.is_the_endpoints() => breaker.failed(self.clock.now()),
            Err(Trouble::RequestRefused(_)) => breaker.learned_nothing(self.clock.now()),
            _ => breaker.worked(),
        }
        telemetry::models::breaker(breaker.is_open());
    }

    /// The wait before the next try, part of which is drawn by lot.
    fn wait(&self, failures: u32) -> Duration {
        AGAIN.delay(failures, lot(&*self.clock))
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
