//! The server that a verb calls.

use std::path::PathBuf;

use clap::Args;

use super::Format;

/// The server that is called.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server options")]
pub(crate) struct Server {
    /// The server's address [default: the one of plimsoll login, else http://127.0.0.1:8080]
    #[arg(long, value_name = "URL", env = "PLIMSOLL_SERVER")]
    pub(crate) server: Option<String>,
    /// The file that holds the token, `-` for standard input [default: PLIMSOLL_TOKEN, else the one of plimsoll login]
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Login {
    /// The server's address
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub(crate) server: String,
    /// The file that holds the token, `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: PathBuf,
}
