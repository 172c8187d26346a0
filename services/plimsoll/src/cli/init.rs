//! `plimsoll init`.

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Only these applications of those that are found
    #[arg(value_name = "APPLICATION")]
    pub(crate) applications: Vec<String>,
    /// Write each plimsoll.yaml where it belongs; one that is there is never overwritten
    #[arg(long)]
    pub(crate) write: bool,
    /// The largest file that is read
    #[arg(long, value_name = "N", default_value_t = source::Limits::default().file_bytes)]
    pub(crate) max_file_bytes: u64,
}
