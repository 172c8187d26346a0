//! `plimsoll dead-letter`.

use clap::{Args, Subcommand};

use super::Server;

#[derive(Debug, Args)]
pub(crate) struct DeadLetters {
    #[command(subcommand)]
    pub(crate) verb: DeadLetterVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeadLetterVerb {
    /// Lists those that wait, oldest first
    List {
        /// parked, retrying, handled or discarded
        #[arg(long)]
        state: Option<String>,
        /// Only those of this service; those of all need every service to answer
        #[arg(long, value_name = "NAME")]
        service: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// Shows one with its bytes
    Show {
        /// SERVICE/NUMBER
        id: String,
        #[command(flatten)]
        server: Server,
    },
    /// Has it handled again, and then those that wait behind it
    Retry {
        /// SERVICE/NUMBER
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        id: Option<String>,
        /// Each that is parked with a code, oldest first
        #[arg(long, requires = "code")]
        all: bool,
        /// With --all: the code of its error
        #[arg(long, requires = "all", value_name = "CODE")]
        code: Option<String>,
        /// With --all: only those of this service
        #[arg(long, requires = "all", value_name = "NAME")]
        service: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// Gives it up, so that those behind it go on
    Discard {
        /// SERVICE/NUMBER
        id: String,
        /// Why it is given up
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        server: Server,
    },
}
