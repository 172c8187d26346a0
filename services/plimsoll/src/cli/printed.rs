//! What every verb takes, and the forms of output.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use source::{HelmOptions, Programs};

/// What every verb takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// The most characters of Markdown: what is too large for a Git host's comment is left out, and said
    #[arg(long, value_name = "N", default_value_t = 65_000)]
    pub(crate) markdown_limit: usize,
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
    #[command(flatten)]
    pub(crate) programs: ProgramOptions,
}

/// The programs that render.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct ProgramOptions {
    /// The helm command (3 or 4) that renders charts, or a directory of its recorded answers [default: helm in PATH]
    #[arg(long, value_name = "PATH", env = "PLIMSOLL_HELM", hide_env_values = true)]
    pub(crate) helm: Option<PathBuf>,
    /// A directory in which rendered charts are kept for the next run
    #[arg(long, value_name = "DIR", env = "PLIMSOLL_HELM_CACHE", hide_env_values = true)]
    pub(crate) helm_cache: Option<PathBuf>,
}

impl ProgramOptions {
    /// The programs, which are looked for when they are first needed.
    pub(crate) fn programs(&self) -> Programs {
        Programs::new(HelmOptions {
            program: self.helm.clone(),
            cache: self.helm_cache.clone(),
            ..HelmOptions::default()
        })
    }
}

/// The form in which a verb prints what it finds.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Printed {
    /// The form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
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
