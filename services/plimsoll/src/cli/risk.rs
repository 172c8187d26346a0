//! `plimsoll risk`.

use clap::Args;

use super::{Common, Known, Pricing, PrintedFindings, ProfileName, SOURCES};

#[derive(Debug, Args)]
#[command(after_help = SOURCES, override_usage = "plimsoll risk [OPTIONS] [BEFORE] <AFTER>")]
pub(crate) struct Risk {
    /// The state before, and the state after; one alone is the state after: everything is new
    #[arg(value_name = "SOURCE", required = true, num_args = 1..=2)]
    pub(crate) sources: Vec<String>,
    /// What is told: what the change introduces or worsens, or that and all that the static checks find
    #[arg(long, value_enum, default_value_t = ProfileName::Changed, value_name = "PROFILE")]
    pub(crate) profile: ProfileName,
    /// The nodes that both states run on: what finds no room there is a risk
    #[arg(long, value_name = "SOURCE", help_heading = "Risk options")]
    pub(crate) nodes: Option<String>,
    #[command(flatten)]
    pub(crate) known: Known,
    /// Tell every finding in full, and name the rules that were not evaluated
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Policies to hold against the change, beside the target's own: ValidatingAdmissionPolicies, Gatekeeper templates and
    /// constraints, Rego as conftest reads it; a file or a directory, several times
    #[arg(long, value_name = "PATH")]
    pub(crate) policy: Vec<String>,
    #[command(flatten)]
    pub(crate) pricing: Pricing,
    #[command(flatten)]
    pub(crate) printed: PrintedFindings,
    #[command(flatten)]
    pub(crate) common: Common,
}
