//! Log lines: text for people at a terminal, one JSON object a line otherwise.

use std::cell::Cell;
use std::io::IsTerminal;
use std::panic::{self, AssertUnwindSafe};
use std::thread;

use tracing_subscriber::filter::{LevelFilter, ParseError};
use tracing_subscriber::prelude::*;
use tracing_subscriber::{EnvFilter, fmt};

/// The environment variable that says what is logged: a level, or directives such as `info,service=debug`.
pub const LEVEL: &str = "PLIMSOLL_LOG";

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// Why there are no log lines.
#[derive(Debug, thiserror::Error)]
pub enum LogsError {
    /// The variable holds what is no level.
    #[error("{LEVEL} is no level (error, warn, info, debug, trace) and no list of directives: {0}")]
    Level(#[from] ParseError),
    /// Somebody else writes log lines already.
    #[error("log lines are written already")]
    Twice,
}

impl LogsError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "TELEMETRY_FAILED"
    }
}

/// The format for the standard error stream as it is.
#[must_use]
pub fn format() -> Format {
    if std::io::stderr().is_terminal() { Format::Text } else { Format::Json }
}

/// Writes log lines to the standard error stream from now on, once a process. A panic is one line with its place, and
/// without its words: they may hold an event's.
///
/// # Errors
/// `PLIMSOLL_LOG` cannot be read, or somebody writes log lines already.
pub fn init(format: Format, level: Option<&str>) -> Result<(), LogsError> {
    let filter = filter(level)?;
    let lines = fmt::layer().with_writer(std::io::stderr);
    let set = match format {
        Format::Text => tracing_subscriber::registry().with(lines.with_filter(filter)).try_init(),
        Format::Json => {
            let lines = lines.json().flatten_event(true).with_current_span(false);
            tracing_subscriber::registry().with(lines.with_filter(filter)).try_init()
        }
    };
    set.map_err(|_| LogsError::Twice)?;
    panic::set_hook(Box::new(|panic| {
        // A thread that ends has no place for it any more, and does nothing quietly.
        if !QUIET.try_with(Cell::get).unwrap_or_default() {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(place, "a panic");
        }
    }));
    Ok(())
}

thread_local! {
    /// What this thread does now may panic, and whoever called says what came of it.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Does what panics where it should give an error, in code that is not ours. Such a panic is given to the caller, and is no log line: whoever may
/// bring it about from outside could fill the log.
///
/// # Errors
/// It panicked.
pub fn quietly<T>(work: impl FnOnce() -> T) -> thread::Result<T> {
    let before = QUIET.replace(true);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    QUIET.set(before);
    done
}

fn filter(level: Option<&str>) -> Result<EnvFilter, ParseError> {
    let builder = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into());
    builder.parse(level.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_something_quietly_is_told_of_a_panic_and_is_as_loud_as_before_afterwards() {
        assert_eq!(quietly(|| QUIET.get()).ok(), Some(true));
        assert!(!QUIET.get());
        assert!(quietly(|| assert!(!QUIET.get(), "odd")).is_err());
        assert!(!QUIET.get());
        let nested = quietly(|| (quietly(|| assert!(!QUIET.get(), "odd")).is_err(), QUIET.get()));
        assert_eq!(nested.ok(), Some((true, true)));
    }

    #[test]
    fn levels_and_directives_are_read() {
        assert_eq!(filter(None).unwrap().to_string(), "info");
        assert_eq!(filter(Some("debug")).unwrap().to_string(), "debug");
        assert_eq!(filter(Some("warn,service=debug")).unwrap().to_string(), "service=debug,warn");
    }

    #[test]
    fn what_is_no_level_is_refused_with_the_name_of_the_variable() {
        let error = LogsError::from(filter(Some("service=loud")).unwrap_err());
        assert!(error.to_string().contains("PLIMSOLL_LOG"), "{error}");
        assert_eq!(error.code(), "TELEMETRY_FAILED");
    }
}
