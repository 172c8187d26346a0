//! What a price depends on beside the manifests.

use std::path::PathBuf;

use application::Threshold;
use clap::Args;
use price_book::Date;

/// What a price depends on beside the manifests.
#[derive(Debug, Args)]
#[command(next_help_heading = "Cost options")]
pub(crate) struct Pricing {
    /// Your own prices, or a provider's that were imported, as JSON; of several the first that has a price is asked
    #[arg(long, value_name = "FILE")]
    pub(crate) price_book: Vec<PathBuf>,
    /// The day that the price book's discounts and rates are held against [default: today]
    #[arg(long = "prices-on", value_name = "DATE")]
    pub(crate) on: Option<Date>,
    /// The nodes that a DaemonSet runs on
    #[arg(long, value_name = "N")]
    pub(crate) node_count: Option<u32>,
    /// The minutes that a run of a CronJob takes
    #[arg(long, value_name = "N")]
    pub(crate) run_minutes: Option<u32>,
    /// What is measured of how workloads run (docs/cost.md), as YAML or JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) usage: Option<PathBuf>,
    /// Exit with 2 when the change costs more than this a month: 50, 50USD, or 10% of what there is before
    #[arg(long, value_name = "AMOUNT|PERCENT")]
    pub(crate) fail_above: Option<Threshold>,
}
