//! `plimsoll cost`.

use clap::Args;

use super::{Common, Pricing, Printed, SOURCES};
use crate::estimate::Setting;

#[derive(Debug, Args)]
#[command(after_help = SOURCES, override_usage = "plimsoll cost [OPTIONS] [BEFORE] <AFTER>")]
pub(crate) struct Cost {
    /// The state before, and the state after; one alone is the state after: everything is new
    #[arg(value_name = "SOURCE", required = true, num_args = 1..=2)]
    pub(crate) sources: Vec<String>,
    /// The target's nodes, for the bill: kubectl get nodes,pods -A -o yaml, or node groups and NodePools
    #[arg(long, value_name = "SOURCE", help_heading = "Cost options")]
    pub(crate) nodes: Option<String>,
    /// Ask what if: the state after with another value at a place, Kind/name:path=VALUE (JSON, or a text; null takes away).
    /// Of one state alone, it is the state before
    #[arg(long, value_name = "PLACE=VALUE", help_heading = "Cost options")]
    pub(crate) set: Vec<Setting>,
    /// List every object, and not only the largest
    #[arg(long, help_heading = "Cost options")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) pricing: Pricing,
    #[command(flatten)]
    pub(crate) printed: Printed,
    #[command(flatten)]
    pub(crate) common: Common,
}
