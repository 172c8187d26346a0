//! `plimsoll promotion`.

use clap::{Args, Subcommand};
use kube_model::PlacePattern;
use preview::Take;

use super::Server;

#[derive(Debug, Args)]
pub(crate) struct Promotions {
    #[command(subcommand)]
    pub(crate) verb: PromotionVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PromotionVerb {
    /// Asks for a promotion, and shows its preview
    Request(RequestPromotion),
    /// Lists promotions, newest first
    List {
        /// Only in this status
        #[arg(long)]
        status: Option<String>,
        /// Only of this application
        #[arg(long)]
        application: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// Shows a promotion and its preview
    Show {
        /// Its identifier
        id: String,
        #[command(flatten)]
        server: Server,
    },
    /// Approves a promotion
    Approve(Decide),
    /// Rejects a promotion
    Reject(Decide),
    /// Prints each change of a promotion until nothing more will happen
    Watch {
        /// Its identifier
        id: String,
        #[command(flatten)]
        server: Server,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RequestPromotion {
    /// The application: its name or its identifier
    #[arg(long, value_name = "NAME")]
    pub(crate) application: String,
    /// The environment whose changes are carried
    #[arg(long, value_name = "ENVIRONMENT")]
    pub(crate) from: String,
    /// The environment that they are carried to
    #[arg(long, value_name = "ENVIRONMENT")]
    pub(crate) to: String,
    /// The commit at which the source is read [default: the head of the default branch]
    #[arg(long)]
    pub(crate) commit: Option<String>,
    /// Decide a place: Kind/name:path=source carries it, =target leaves it [default: source]
    #[arg(long, value_name = "PLACE[=source|target]")]
    pub(crate) take: Vec<Take>,
    /// Carry nothing but these places
    #[arg(long, value_name = "PLACE")]
    pub(crate) only: Vec<PlacePattern>,
    /// Leave these places pending
    #[arg(long, value_name = "PLACE")]
    pub(crate) skip: Vec<PlacePattern>,
    /// How many seconds to wait for the preview
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub(crate) wait: u32,
    #[command(flatten)]
    pub(crate) server: Server,
}

#[derive(Debug, Args)]
pub(crate) struct Decide {
    /// The promotion's identifier
    pub(crate) id: String,
    /// Why
    #[arg(long)]
    pub(crate) comment: Option<String>,
    /// Only if this is the hash of the preview as it is (for an approval)
    #[arg(long, value_name = "HASH")]
    pub(crate) preview_hash: Option<String>,
    #[command(flatten)]
    pub(crate) server: Server,
}
