//! `plimsoll projection` and `plimsoll replay`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::PlainFormat;
use super::up::setting;

#[derive(Debug, Args)]
pub(crate) struct Projections {
    #[command(subcommand)]
    pub(crate) verb: ProjectionVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProjectionVerb {
    /// Lists them: their tables, how far in the log they are, and a digest of what they hold
    List {
        #[command(flatten)]
        installation: Installation,
    },
    /// Makes one again from the log beside the one that answers, compares, and has it answer
    Rebuild {
        /// Its name, as the list has it
        name: String,
        /// Have it answer even if it holds something else than the one that answers now
        #[arg(long)]
        accept_differences: bool,
        #[command(flatten)]
        installation: Installation,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// Compare byte for byte with what answers; nothing is changed, and a row that differs ends with 2
    #[arg(long, required = true)]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) installation: Installation,
}

/// The database and the log of an installation, whether it runs or not.
#[derive(Debug, Args)]
#[command(next_help_heading = "Installation options")]
pub(crate) struct Installation {
    /// The data directory of `plimsoll up`, if neither postgres.url nor DATABASE_URL says a database [default: $XDG_DATA_HOME/plimsoll]
    #[arg(long, value_name = "DIR", env = "PLIMSOLL_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// Settings, as TOML: `kafka` says where the log is, if it is not in the database, `postgres.url` the database
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// One setting, above those of the file and the environment
    #[arg(long, value_name = "SECTION.KEY=VALUE", value_parser = setting)]
    pub(crate) set: Vec<(String, String)>,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = PlainFormat::Text)]
    pub(crate) format: PlainFormat,
}
