//! `cargo xtask simulate`: plays histories, and says which seeds break an invariant.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use clap::Parser;
use simulator::{Mutation, Report, Simulator, SimulatorError, shown};

/// Plays histories of the control plane, each of which follows from a seed
#[derive(Debug, Clone, Parser)]
#[command(name = "cargo xtask simulate")]
struct Flags {
    /// How many histories
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// One history only, which is told in full
    #[arg(long, conflicts_with_all = ["seeds", "from", "mutations"])]
    seed: Option<u64>,
    /// With a deliberate fault
    #[arg(long)]
    mutation: Option<Mutation>,
    /// With each deliberate fault, until a seed finds it
    #[arg(long, conflicts_with = "mutation")]
    mutations: bool,
    /// Begin no more histories after so many seconds
    #[arg(long)]
    seconds: Option<u64>,
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    let done = |simulator: &Simulator| match (flags.seed, flags.mutations) {
        (Some(seed), _) => one(simulator, seed, flags.mutation),
        (None, true) => mutations(simulator, &flags),
        (None, false) => many(simulator, &flags),
    };
    match Simulator::new().and_then(|simulator| done(&simulator)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(error) => {
            eprintln!("simulate: {error}");
            ExitCode::FAILURE
        }
    }
}

fn one(simulator: &Simulator, seed: u64, mutation: Option<Mutation>) -> Result<bool, SimulatorError> {
    let report = simulator.play(seed, mutation)?;
    report.story.iter().for_each(|line| println!("{line}"));
    print!("{report}");
    Ok(report.violations.is_empty())
}

fn many(simulator: &Simulator, flags: &Flags) -> Result<bool, SimulatorError> {
    let Played { broken, histories, records, promotions } =
        play(simulator, flags, flags.mutation, After::All)?;
    broken.iter().for_each(|report| print!("{report}"));
    println!("{histories} histories of {} seeds from {}, {} broken", flags.seeds, flags.from, broken.len());
    println!("{records} records; promotions: {}", shown(&promotions));
    Ok(broken.is_empty())
}

/// The table of the deliberate faults: by which invariant each is found, and after how many seeds.
fn mutations(simulator: &Simulator, flags: &Flags) -> Result<bool, SimulatorError> {
    let mut all = true;
    println!("| deliberate fault | seeds | found by |\n|---|---|---|");
    for mutation in Mutation::ALL {
        let played = play(simulator, flags, Some(mutation), After::First)?;
        let first = played.broken.iter().min_by_key(|report| report.seed);
        let Some(report) = first else {
            all = false;
            println!("| `{mutation}` | not in {} | – |", played.histories);
            continue;
        };
        let mut found: Vec<&str> = report.violations.iter().map(|violation| violation.invariant).collect();
        found.dedup();
        println!("| `{mutation}` | {} | {} |", report.seed - flags.from + 1, found.join("; "));
    }
    Ok(all)
}

/// When no more histories are begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    /// All seeds.
    All,
    /// The first that is broken.
    First,
}

#[derive(Debug, Default)]
struct Played {
    broken: Vec<Report>,
    histories: u64,
    records: usize,
    promotions: BTreeMap<&'static str, usize>,
}

/// Plays on as many threads as there are processors, one history each.
fn play(
    simulator: &Simulator,
    flags: &Flags,
    mutation: Option<Mutation>,
    after: After,
) -> Result<Played, SimulatorError> {
    let (next, end) = (AtomicU64::new(flags.from), flags.from.saturating_add(flags.seeds));
    let outcome = Mutex::new(Ok(Played::default()));
    let late = late(flags.seconds);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end || late() {
                        return;
                    }
                    let report = simulator.play(seed, mutation);
                    let mut outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
                    if note(&mut outcome, report) && after == After::First {
                        next.store(end, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    outcome.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Whether it is the last that is to be noted: it is broken.
fn note(outcome: &mut Result<Played, SimulatorError>, report: Result<Report, SimulatorError>) -> bool {
    match (outcome.as_mut(), report) {
        (Ok(played), Ok(report)) => {
            played.histories += 1;
            played.records += report.records;
            for (ending, count) in &report.promotions {
                *played.promotions.entry(ending).or_default() += count;
            }
            let broken = !report.violations.is_empty();
            played.broken.extend(broken.then_some(report));
            broken
        }
        (Ok(_), Err(error)) => {
            *outcome = Err(error);
            true
        }
        (Err(_), _) => true,
    }
}

/// Whether the time is over, asked again and again.
#[expect(
    clippy::disallowed_methods,
    reason = "how many histories are played may depend on the machine; none of them does"
)]
fn late(seconds: Option<u64>) -> impl Fn() -> bool + Sync {
    let began = std::time::Instant::now();
    let most = seconds.map(Duration::from_secs);
    move || most.is_some_and(|most| began.elapsed() >= most)
}
