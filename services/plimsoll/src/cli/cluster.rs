//! `plimsoll cluster`.

use clap::{Args, Subcommand};

use super::Server;

#[derive(Debug, Args)]
pub(crate) struct Clusters {
    #[command(subcommand)]
    pub(crate) verb: ClusterVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ClusterVerb {
    /// Registers a cluster under the name that plimsoll.yaml has for it
    Register {
        /// Its name
        name: String,
        #[command(flatten)]
        server: Server,
    },
    /// Lists the clusters
    List {
        #[command(flatten)]
        server: Server,
    },
    /// Gives a cluster another name
    Rename {
        /// Its name or its identifier
        cluster: String,
        /// The new name
        name: String,
        #[command(flatten)]
        server: Server,
    },
    /// Removes a cluster; what happened to it stays in the log
    Delete {
        /// Its name or its identifier
        cluster: String,
        #[command(flatten)]
        server: Server,
    },
}
