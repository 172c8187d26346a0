//! Few histories, unoptimised: `make test` then plays many, optimised.

#![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

use std::sync::LazyLock;

use simulator::{Mutation, Report, Simulator};

/// What no history changes is read once.
static SIMULATOR: LazyLock<Simulator> = LazyLock::new(|| Simulator::new().unwrap());

fn play(seed: u64, mutation: Option<Mutation>) -> Report {
    SIMULATOR.play(seed, mutation).unwrap()
}

#[test]
fn nothing_is_broken() {
    for seed in 0..8 {
        let report = play(seed, None);
        assert_eq!(report.violations, [], "{report}");
        assert!(report.records > 0, "{report}");
    }
}

/// Everything in the log is the same, byte for byte: identifiers, times, what came twice.
#[test]
fn a_seed_is_one_history() {
    assert_eq!(play(3, None), play(3, None));
    assert_ne!(play(3, None).digest, play(4, None).digest);
}

/// The simulator would see it if the services did wrong.
#[test]
fn deliberate_faults_are_found() {
    for mutation in Mutation::ALL {
        let found = (0..100).any(|seed| !play(seed, Some(mutation)).violations.is_empty());
        assert!(found, "{mutation}");
    }
}

/// What a failing seed prints is what plays it again.
#[test]
fn a_report_says_how_to_play_it_again() {
    let report = Report { mutation: Some(Mutation::DedupeOff), ..play(0, None) };
    assert_eq!(report.command(), "cargo xtask simulate --seed 0 --mutation dedupe-off");
}
