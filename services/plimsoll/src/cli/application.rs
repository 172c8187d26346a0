//! `plimsoll application`.

use clap::{Args, Subcommand};

use super::Server;

#[derive(Debug, Args)]
pub(crate) struct Application {
    #[command(subcommand)]
    pub(crate) verb: ApplicationVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ApplicationVerb {
    /// Registers the application of a repository's plimsoll.yaml
    Register {
        /// The repository's URL
        #[arg(long, value_name = "URL")]
        repo: String,
        /// Where plimsoll.yaml lies in it
        #[arg(long, default_value = application::FILE_NAME)]
        path: String,
        #[command(flatten)]
        server: Server,
    },
    /// Lists the applications
    List {
        #[command(flatten)]
        server: Server,
    },
    /// Reads an application's plimsoll.yaml again, from where it lies or from another place
    Update {
        /// Its name or its identifier
        application: String,
        /// The repository's URL [default: as before]
        #[arg(long, value_name = "URL")]
        repo: Option<String>,
        /// Where plimsoll.yaml lies in it [default: as before, else plimsoll.yaml]
        #[arg(long)]
        path: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// Removes an application; what happened to it stays in the log
    Delete {
        /// Its name or its identifier
        application: String,
        #[command(flatten)]
        server: Server,
    },
}
