//! `plimsoll topics`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::PlainFormat;
use super::up::setting;

#[derive(Debug, Args)]
pub(crate) struct Topics {
    #[command(subcommand)]
    pub(crate) verb: TopicsVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TopicsVerb {
    /// Prints what has to change
    Plan(GivenTopics),
    /// Makes it so; a topic's partitions and replicas stay as they are
    Apply(GivenTopics),
    /// Ends with 2 if anything is otherwise
    Check(GivenTopics),
}

#[derive(Debug, Args)]
pub(crate) struct GivenTopics {
    /// What topics are to be [default: the topics.yaml that is shipped]
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Settings, as TOML; the section kafka says where the brokers are
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// One setting, above those of the file and the environment
    #[arg(long, value_name = "SECTION.KEY=VALUE", value_parser = setting)]
    pub(crate) set: Vec<(String, String)>,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = PlainFormat::Text)]
    pub(crate) format: PlainFormat,
}
