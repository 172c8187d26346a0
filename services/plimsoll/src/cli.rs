//! The command line.

use std::path::PathBuf;

use application::Amount;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use kube_model::PlacePattern;
use preview::Take;

const SOURCES: &str = "A SOURCE is an environment of plimsoll.yaml, a file, a directory (read recursively), `-` for \
standard input, or git+URL//PATH@REV of a local or remote repository.";

/// Shows what a Kubernetes promotion changes, costs and risks, before it is merged.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, after_help = SOURCES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// What differs between two states
    Diff(Diff),
    /// What a state costs a month, or what a change adds to it
    Cost(Cost),
    /// What could go wrong with a change
    Risk(Risk),
    /// What a promotion would edit in the target's own files, and what that changes, costs and risks
    Preview(Preview),
    /// Prints the completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Prints the version
    Version,
}

#[derive(Debug, Args)]
#[command(after_help = SOURCES, override_usage = "plimsoll diff [OPTIONS] <BEFORE> <AFTER>")]
pub(crate) struct Diff {
    /// The state before, and the state after
    #[arg(value_name = "SOURCE", required = true, num_args = 2)]
    pub(crate) sources: Vec<String>,
    #[command(flatten)]
    pub(crate) pricing: Pricing,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
#[command(after_help = SOURCES, override_usage = "plimsoll cost [OPTIONS] [BEFORE] <AFTER>")]
pub(crate) struct Cost {
    /// The state before, and the state after; one alone is the state after: everything is new
    #[arg(value_name = "SOURCE", required = true, num_args = 1..=2)]
    pub(crate) sources: Vec<String>,
    #[command(flatten)]
    pub(crate) pricing: Pricing,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
#[command(after_help = SOURCES, override_usage = "plimsoll risk [OPTIONS] [BEFORE] <AFTER>")]
pub(crate) struct Risk {
    /// The state before, and the state after; one alone is the state after: everything is new
    #[arg(value_name = "SOURCE", required = true, num_args = 1..=2)]
    pub(crate) sources: Vec<String>,
    #[command(flatten)]
    pub(crate) pricing: Pricing,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
#[command(after_help = SOURCES)]
pub(crate) struct Preview {
    /// The environment whose changes are carried
    #[arg(long, value_name = "SOURCE")]
    pub(crate) from: String,
    /// The environment that they are carried to
    #[arg(long, value_name = "SOURCE")]
    pub(crate) to: String,
    /// The source environment as it stood at the last promotion: a SOURCE, or ROOT//PATH|ENVIRONMENT
    #[arg(long, value_name = "SOURCE")]
    pub(crate) base: Option<String>,
    /// Decide a place: Kind/name:path=source carries it, =target leaves it [default: source]
    #[arg(long, value_name = "PLACE[=source|target]")]
    pub(crate) take: Vec<Take>,
    /// Carry nothing but these places
    #[arg(long, value_name = "PLACE")]
    pub(crate) only: Vec<PlacePattern>,
    /// Leave these places pending
    #[arg(long, value_name = "PLACE")]
    pub(crate) skip: Vec<PlacePattern>,
    /// Print the edit as a unified diff, for git apply or patch -p1
    #[arg(long, conflicts_with = "rendered")]
    pub(crate) patch: bool,
    /// Apply the edit to the working tree; nothing is committed
    #[arg(long)]
    pub(crate) write: bool,
    /// Print the target's objects as they are after the edit, secrets masked
    #[arg(long)]
    pub(crate) rendered: bool,
    /// List everything that is kept
    #[arg(long, short)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) pricing: Pricing,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What a price depends on beside the manifests.
#[derive(Debug, Args)]
#[command(next_help_heading = "Cost options")]
pub(crate) struct Pricing {
    /// Your own prices, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) price_book: Option<PathBuf>,
    /// The nodes that a DaemonSet runs on
    #[arg(long, value_name = "N")]
    pub(crate) node_count: Option<u32>,
    /// The minutes that a run of a CronJob takes
    #[arg(long, value_name = "N")]
    pub(crate) run_minutes: Option<u32>,
    /// Exit with 2 when the change costs more than this a month: 50, 50USD
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) fail_above: Option<Amount>,
}

/// What every verb takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// The form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// When to colour text; NO_COLOR is honoured
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    pub(crate) color: ColorChoice,
    /// Exit with 2 when the risk is at this level or above
    #[arg(long, value_name = "LEVEL")]
    pub(crate) fail_on: Option<GateLevel>,
    /// The plimsoll.yaml to read [default: the one in this directory]
    #[arg(long, value_name = "FILE")]
    pub(crate) application: Option<String>,
    /// The largest file that is read
    #[arg(long, value_name = "N", default_value_t = source::Limits::default().file_bytes)]
    pub(crate) max_file_bytes: u64,
    /// The key under which secrets are masked, so that masks compare between runs [default: a new one each run]
    #[arg(long, value_name = "FILE")]
    pub(crate) redaction_key_file: Option<PathBuf>,
}

/// The forms of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people at a terminal
    Text,
    /// For programs; see schemas/json
    Json,
    /// For a comment on a pull request
    Markdown,
}

/// When text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal
    Auto,
    /// Into pipes and files too
    Always,
    /// Nowhere
    Never,
}

/// The levels that a gate can be set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GateLevel {
    Low,
    Medium,
    High,
    Critical,
}
