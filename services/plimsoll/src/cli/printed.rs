//! What every verb takes, and the forms of output.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use source::{Commands, HelmOptions, Programs};

use crate::commands;
use crate::failure::Failure;

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
    /// A command that may render where a plimsoll.yaml names it; several are parted by `;`
    #[arg(
        long,
        value_name = "NAME=PROGRAM [ARGUMENT…]",
        env = "PLIMSOLL_ALLOW_COMMANDS",
        hide_env_values = true,
        value_delimiter = ';'
    )]
    pub(crate) allow_command: Vec<String>,
    /// The kustomize (or kubectl) command for plugins and charts in kustomizations, which are not built in
    #[arg(long, value_name = "PROGRAM [ARGUMENT…]", env = "PLIMSOLL_KUSTOMIZE", hide_env_values = true)]
    pub(crate) kustomize: Option<String>,
    /// Let that command fetch remote bases over the network, without credentials
    #[arg(long, requires = "kustomize")]
    pub(crate) kustomize_network: bool,
}

impl ProgramOptions {
    /// The programs, which are looked for when they are first needed.
    pub(crate) fn programs(&self) -> Result<Programs, Failure> {
        let mut settings = commands::kept()?;
        settings.extend(self.allow_command.iter().filter(|setting| !setting.trim().is_empty()).cloned());
        settings.extend(self.kustomize.iter().map(|program| format!("kustomize={program}")));
        let helm = HelmOptions {
            program: self.helm.clone(),
            cache: self.helm_cache.clone(),
            ..HelmOptions::default()
        };
        let commands = Commands::allow(&settings, helm.bounds)
            .map_err(|error| Failure::new(error.code(), error.to_string()))?;
        Ok(Programs::new(helm, commands.fetching(self.kustomize_network)))
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

/// The form in which a verb prints findings.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct PrintedFindings {
    /// The form of the output
    #[arg(long, value_enum, default_value_t = FindingsFormat::Text)]
    pub(crate) format: FindingsFormat,
}

/// The forms of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FindingsFormat {
    /// For people at a terminal
    Text,
    /// For programs; see schemas/json
    Json,
    /// For a comment on a pull request
    Markdown,
    /// SARIF 2.1.0, for code scanning: the findings alone
    Sarif,
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

/// The forms of what is for no pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlainFormat {
    /// For people
    Text,
    /// For programs
    Json,
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

/// What findings tell of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileName {
    /// What the change introduces or worsens
    Changed,
    /// That, and everything that the static checks find in the state after
    All,
}

impl From<ProfileName> for risk_rules::Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Changed => Self::Changed,
            ProfileName::All => Self::All,
        }
    }
}
