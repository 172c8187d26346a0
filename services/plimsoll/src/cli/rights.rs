//! `plimsoll rights`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct Rights {
    #[command(subcommand)]
    pub(crate) verb: RightsVerb,
    /// What each service may do [default: the rights.yaml that is shipped]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RightsVerb {
    /// Prints the commands of kafka-acls that grant each service what it needs on Kafka
    Kafka,
    /// Prints the SQL that makes each service's role and schema, and grants it what it needs in Postgres
    Postgres,
    /// Ends with 2 if what `kafka-acls --list` printed is otherwise than the file
    Check {
        /// What it printed; `-` for standard input
        #[arg(value_name = "LISTED")]
        listed: PathBuf,
    },
}
