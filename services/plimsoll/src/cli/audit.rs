//! `plimsoll audit`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Format, Server};

#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    pub(crate) verb: AuditVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditVerb {
    /// Lists what happened, newest first
    List {
        #[command(flatten)]
        filter: AuditFilter,
        /// How many, at most
        #[arg(long, default_value_t = 50)]
        limit: u32,
        #[command(flatten)]
        server: Server,
    },
    /// Writes the log with its proofs, one JSON document a line
    Export {
        #[command(flatten)]
        filter: AuditFilter,
        /// The file to write [default: standard output]
        #[arg(long, short)]
        output: Option<PathBuf>,
        #[command(flatten)]
        server: Server,
    },
    /// Checks an export against the public key, offline: exits with 2 and says where, if it is not what was signed
    Verify {
        /// The file that plimsoll audit export wrote
        export: PathBuf,
        /// The public key, as plimsoll audit key printed it, from somebody you trust
        #[arg(long)]
        key: String,
        /// The form of the output
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Prints the public key that verifies
    Key {
        #[command(flatten)]
        server: Server,
    },
}

/// Which events.
#[derive(Debug, Args)]
pub(crate) struct AuditFilter {
    /// Only of this promotion
    #[arg(long, value_name = "ID")]
    pub(crate) promotion: Option<String>,
    /// Only by this person or service
    #[arg(long)]
    pub(crate) actor: Option<String>,
    /// Only of this type, such as ApprovalGiven
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) event_type: Option<String>,
    /// Only from this time on, such as 2026-11-21T17:30:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Only before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
}
