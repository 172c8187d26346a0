//! `plimsoll schemas`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::PlainFormat;
use super::up::setting;

#[derive(Debug, Args)]
pub(crate) struct Schemas {
    #[command(subcommand)]
    pub(crate) verb: SchemasVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SchemasVerb {
    /// Registers what is not, and has every later schema read what the earlier ones wrote
    Register(GivenRegistry),
    /// Ends with 2 if anything is not registered, or held to less
    Check(GivenRegistry),
}

#[derive(Debug, Args)]
pub(crate) struct GivenRegistry {
    /// Settings, as TOML; kafka.registry says where the registry is
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// One setting, above those of the file and the environment
    #[arg(long, value_name = "SECTION.KEY=VALUE", value_parser = setting)]
    pub(crate) set: Vec<(String, String)>,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = PlainFormat::Text)]
    pub(crate) format: PlainFormat,
}
