//! Whole processes, measured from outside: the wall clock, and the operating system's own account of memory.

use std::io;
use std::process::{Command, Stdio};
use std::time::Instant;

use wait4::Wait4;

/// One run of a command.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// Seconds on the wall clock.
    pub seconds: f64,
    /// The most memory that it held, in bytes.
    pub peak_bytes: u64,
}

/// The smallest, middle and largest of several figures.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    /// The smallest.
    pub min: f64,
    /// The middle one.
    pub median: f64,
    /// The largest.
    pub max: f64,
}

impl Figure {
    /// Of these figures; zero if there are none.
    #[must_use]
    pub fn of(mut figures: Vec<f64>) -> Self {
        figures.sort_by(f64::total_cmp);
        let at = |index: usize| figures.get(index).copied().unwrap_or_default();
        Self { min: at(0), median: at(figures.len() / 2), max: at(figures.len().saturating_sub(1)) }
    }
}

/// Runs two commands in turn, so that a machine that slows down slows both; the first run of each is not counted.
///
/// # Errors
/// When a command cannot be run, or fails.
pub fn measure_in_turn(runs: usize, one: &[&str], other: &[&str]) -> io::Result<(Vec<Run>, Vec<Run>)> {
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    for round in 0..=runs {
        let (first, second) = (run(one)?, run(other)?);
        if round > 0 {
            ones.push(first);
            others.push(second);
        }
    }
    Ok((ones, others))
}

#[expect(clippy::disallowed_methods, reason = "a bench is where time is measured")]
fn run(words: &[&str]) -> io::Result<Run> {
    let (program, arguments) = words.split_first().ok_or_else(|| io::Error::other("no command"))?;
    let start = Instant::now();
    let child = Command::new(program).args(arguments).stdout(Stdio::null()).spawn()?;
    let ended = child.wait4()?;
    let seconds = start.elapsed().as_secs_f64();
    if !ended.status.success() {
        return Err(io::Error::other(format!("{} failed: {}", words.join(" "), ended.status)));
    }
    Ok(Run { seconds, peak_bytes: ended.rusage.maxrss })
}
