//! A process, as far as the outside world sees it: whatever it asks for passes here, and may go wrong.

use std::future::{Future, pending};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use seeded::Lot;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use crate::mutation::Mutation;
use crate::weather::Weather;

/// A process. Clones are one.
#[derive(Clone)]
pub(crate) struct Process(Arc<Inner>);

struct Inner {
    lot: Mutex<Lot>,
    weather: Arc<Weather>,
    mutation: Option<Mutation>,
    dead: AtomicBool,
    died: Notify,
    began: Instant,
    skew: time::Duration,
}

/// What becomes of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Done,
    /// It is not done, and the process is told that nobody answers.
    Lost,
    /// It is done, and the process is told that nobody answers.
    Unheard,
    /// The process ends before.
    CrashBefore,
    /// It is done, and the process ends before it hears of it.
    CrashAfter,
}

impl Process {
    /// A process that begins now. Its clock may be wrong by less than a minute: vouchers last for two.
    pub(crate) fn begin(
        seed: u64,
        name: &str,
        began: Instant,
        weather: &Arc<Weather>,
        mutation: Option<Mutation>,
    ) -> Self {
        let mut lot = Lot::of(seed, name);
        let skew = i64::try_from(lot.of_range(0..=90_000)).unwrap_or(0) - 45_000;
        Self(Arc::new(Inner {
            lot: Mutex::new(lot),
            weather: Arc::clone(weather),
            mutation,
            dead: AtomicBool::new(false),
            died: Notify::new(),
            began,
            skew: time::Duration::milliseconds(skew),
        }))
    }

    pub(crate) fn lot(&self) -> MutexGuard<'_, Lot> {
        self.0.lot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn weather(&self) -> &Weather {
        &self.0.weather
    }

    /// Since the history began, as this process' clock has it.
    pub(crate) fn elapsed(&self) -> time::Duration {
        time::Duration::try_from(self.0.began.elapsed()).unwrap_or_default() + self.0.skew
    }

    /// Whether a deliberate fault is this one.
    pub(crate) fn has(&self, mutation: Mutation) -> bool {
        self.0.mutation == Some(mutation)
    }

    /// It ends where it is: nothing that it asks for from now on is answered.
    pub(crate) fn kill(&self) {
        self.0.dead.store(true, Ordering::Relaxed);
        self.0.died.notify_one();
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.0.dead.load(Ordering::Relaxed)
    }

    /// Waits until it has ended.
    pub(crate) async fn died(&self) {
        self.0.died.notified().await;
    }

    /// Draws what becomes of the next step.
    pub(crate) fn fate(&self) -> Fate {
        let weather = &self.0.weather;
        if weather.is_calm() {
            return Fate::Done;
        }
        let (mut lot, rates) = (self.lot(), &weather.rates);
        match () {
            () if lot.hits(rates.crash) => match lot.hits(5_000) {
                true => Fate::CrashBefore,
                false => Fate::CrashAfter,
            },
            () if lot.hits(rates.lost) => Fate::Lost,
            () if lot.hits(rates.unheard) => Fate::Unheard,
            () => Fate::Done,
        }
    }

    /// Draws what becomes of a question to a Git host.
    pub(crate) fn fate_at_host(&self) -> Fate {
        let fate = self.fate();
        let weather = &self.0.weather;
        let mut lot = self.lot();
        match fate {
            Fate::Done if !weather.is_calm() && lot.hits(weather.rates.host) => match lot.hits(5_000) {
                true => Fate::Lost,
                false => Fate::Unheard,
            },
            _ => fate,
        }
    }

    /// Takes the time that a question takes. It never comes back to a process that has ended.
    pub(crate) async fn wait(&self) {
        let time = self.latency();
        if !time.is_zero() {
            sleep(time).await;
        }
        if self.is_dead() {
            pending::<()>().await;
        }
    }

    fn latency(&self) -> Duration {
        let (mut lot, weather) = (self.lot(), &self.0.weather);
        let slow = !weather.is_calm() && lot.hits(weather.rates.slow);
        Duration::from_millis(if slow { lot.of_range(5..=800) } else { lot.of_range(0..=3) })
    }

    /// How long records are on their way.
    pub(crate) fn held(&self) -> Duration {
        let (mut lot, weather) = (self.lot(), &self.0.weather);
        let late = !weather.is_calm() && lot.hits(weather.rates.held);
        Duration::from_millis(if late { lot.of_range(50..=3_000) } else { lot.of_range(0..=3) })
    }

    /// The process ends here.
    pub(crate) async fn end<T>(&self) -> T {
        self.kill();
        pending().await
    }

    /// Asks for something outside of the process.
    pub(crate) async fn ask<T, E>(
        &self,
        away: impl FnOnce(String) -> E,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let fate = self.fate();
        self.wait().await;
        match fate {
            Fate::CrashBefore => return self.end().await,
            Fate::Lost => return Err(away(NOBODY.to_owned())),
            Fate::Done | Fate::Unheard | Fate::CrashAfter => {}
        }
        let answer = work.await;
        match fate {
            Fate::CrashAfter => self.end().await,
            Fate::Unheard => Err(away(NOBODY.to_owned())),
            _ if self.is_dead() => pending().await,
            _ => answer,
        }
    }
}

/// What is said of a question that nobody answers.
pub(crate) const NOBODY: &str = "nobody answers";
