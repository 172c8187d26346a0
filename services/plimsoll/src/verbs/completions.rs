//! `plimsoll completions SHELL`.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::outcome::Outcome;

pub(crate) fn run(shell: Shell) -> Outcome {
    let mut output = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "plimsoll", &mut output);
    Outcome::of(String::from_utf8_lossy(&output).into_owned())
}
