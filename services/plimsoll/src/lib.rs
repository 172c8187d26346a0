//! The command line of Plimsoll: what a Kubernetes promotion changes, costs and risks, before it is merged.
//!
//! Every verb reads its sources, masks secrets, asks the engines and prints: as text, JSON or Markdown. Engines
//! see masked objects only. The exit code is 0 when it is done, 1 on an error (a wrong flag too), 2 for a verdict
//! against: a gate that was asked for, a plan that is blocked or partial. Of many promotions one that fails does not stop
//! the others: the code is 2 if there is a verdict against any of them, else 1.

mod check;
mod cli;
mod commands;
mod config_directory;
mod drift;
mod edges;
mod edits;
mod escape;
mod estimate;
mod failure;
mod gate;
mod given;
mod group;
mod headline;
mod help;
mod json;
mod known;
mod locate;
mod location;
mod markdown;
mod nodes;
mod outcome;
mod patch;
mod policies;
mod preview;
mod pricing;
mod remote;
mod render;
mod sarif;
mod session;
mod sides;
mod style;
mod text;
mod today;
mod unified;
mod up;
mod verbs;
mod verify;
mod waivers;
mod yaml;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Verb};
use crate::outcome::Outcome;

/// Runs the command with these arguments (the first is the program's name) and says how it ended.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return outcome::usage(&error),
    };
    let outcome = match cli.verb {
        Verb::Diff(arguments) => verbs::diff::run(&arguments),
        Verb::Cost(arguments) => verbs::cost::run(&arguments),
        Verb::Risk(arguments) => verbs::risk::run(&arguments),
        Verb::Rules(arguments) => verbs::rules::run(&arguments),
        Verb::Preview(arguments) => verbs::preview::run(&arguments),
        Verb::Prices(arguments) => verbs::prices::run(&arguments),
        Verb::Impact(arguments) => verbs::impact::run(&arguments),
        Verb::Render(arguments) => verbs::render::run(&arguments),
        Verb::Init(arguments) => verbs::init::run(&arguments),
        Verb::Up(arguments) => up::run(&arguments),
        Verb::Demo(arguments) => verbs::demo::run(&arguments),
        Verb::Check(arguments) => check::run(&arguments),
        Verb::Login(arguments) => remote::login::run(&arguments),
        Verb::Token(arguments) => remote::tokens::run(&arguments),
        Verb::Cluster(arguments) => remote::catalog::clusters(&arguments),
        Verb::Application(arguments) => remote::catalog::applications(&arguments),
        Verb::Promotion(arguments) => remote::promotions::run(&arguments),
        Verb::Waiver(arguments) => remote::waivers::run(&arguments),
        Verb::Audit(arguments) => remote::audit::run(&arguments),
        Verb::DeadLetter(arguments) => remote::dead_letters::run(&arguments),
        Verb::Events(arguments) => verbs::events::run(&arguments),
        Verb::Projection(arguments) => verbs::projection::run(&arguments),
        Verb::Replay(arguments) => verbs::projection::replay(&arguments),
        Verb::Topics(arguments) => verbs::topics::run(&arguments),
        Verb::Rights(arguments) => verbs::rights::run(&arguments),
        Verb::Schemas(arguments) => verbs::schemas::run(&arguments),
        Verb::EvaluatePolicies => return risk::evaluate_policies(),
        Verb::Completions { shell } => Ok(verbs::completions::run(shell)),
        Verb::Version => Ok(Outcome::of(format!("plimsoll {}\n", service::VERSION))),
    };
    outcome::finish(outcome)
}
