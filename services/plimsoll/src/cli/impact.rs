//! `plimsoll impact`.

use clap::{ArgGroup, Args};

use super::{Common, Printed};

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("earlier").required(true))]
pub(crate) struct Impact {
    /// The revision before the edit: the working tree is held against it
    #[arg(long, value_name = "REV", group = "earlier")]
    pub(crate) since: Option<String>,
    /// A directory with the repository as it was before the edit
    #[arg(long, value_name = "DIR", group = "earlier")]
    pub(crate) before: Option<String>,
    #[command(flatten)]
    pub(crate) printed: Printed,
    #[command(flatten)]
    pub(crate) common: Common,
}
