//! `plimsoll token`.

use clap::{Args, Subcommand};

use super::Server;

#[derive(Debug, Args)]
pub(crate) struct Token {
    #[command(subcommand)]
    pub(crate) verb: TokenVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenVerb {
    /// Makes a token and prints it: it is shown this once
    Create {
        /// Whose it is
        #[arg(long)]
        user: String,
        /// What it lets them do: requester, approver, admin
        #[arg(long)]
        role: RoleName,
        #[command(flatten)]
        server: Server,
    },
    /// Lists the organisation's tokens
    List {
        #[command(flatten)]
        server: Server,
    },
    /// Revokes a token
    Revoke {
        /// Its identifier
        id: String,
        #[command(flatten)]
        server: Server,
    },
    /// Says whose token this is
    Me {
        #[command(flatten)]
        server: Server,
    },
}

/// A role by its name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RoleName(pub(crate) access::Role);

impl std::str::FromStr for RoleName {
    type Err = access::RoleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}
