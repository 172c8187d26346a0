//! A limit of steps for an interpreter that only knows one of time: its clock counts how often it is read.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::sync::OnceLock;
use std::time::Duration;

use admission_cel::Steps;
use regorus::Engine;
use regorus::utils::limits::{ExecutionTimerConfig, TimeSource, set_time_source};

/// How many steps one evaluation may take. `regorus` asks for the time at each step of its own: each statement, each turn of a
/// loop, each rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(pub u64);

thread_local! {
    static READ: Cell<u64> = const { Cell::new(0) };
}

struct Readings;

impl TimeSource for Readings {
    fn now(&self) -> Option<Duration> {
        READ.with(|read| {
            read.set(read.get() + 1);
            Some(Duration::from_nanos(read.get()))
        })
    }
}

static READINGS: Readings = Readings;

/// Has an engine count its steps.
pub(crate) fn limit(engine: &mut Engine, steps: u64) {
    static SET: OnceLock<()> = OnceLock::new();
    // Only once in a process: whoever came first has set the same.
    SET.get_or_init(|| set_time_source(&READINGS).unwrap_or(()));
    let limit = Duration::from_nanos(steps);
    engine.set_execution_timer_config(ExecutionTimerConfig { limit, check_interval: NonZeroU32::MIN });
}

/// Takes what an evaluation used from what all of them may use.
pub(crate) fn counted<T>(all: &Steps, evaluate: impl FnOnce() -> T) -> T {
    let before = READ.with(Cell::get);
    let value = evaluate();
    all.use_up(READ.with(Cell::get) - before);
    value
}
