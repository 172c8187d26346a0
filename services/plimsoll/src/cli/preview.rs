//! `plimsoll preview`.

use clap::Args;
use kube_model::PlacePattern;
use preview::Take;

use super::{Common, Known, Pricing, PrintedFindings, ProfileName, SOURCES};

#[derive(Debug, Args)]
#[command(after_help = SOURCES)]
pub(crate) struct Preview {
    /// The environment whose changes are carried
    #[arg(long, value_name = "SOURCE")]
    pub(crate) from: String,
    /// The environment that they are carried to; given several times, one plan is made for each
    #[arg(long, value_name = "SOURCE", required = true)]
    pub(crate) to: Vec<String>,
    /// Preview every application of the repository that has both environments, a plan for each
    #[arg(long, conflicts_with_all = ["app", "base", "take", "only", "skip", "rendered"])]
    pub(crate) all: bool,
    /// The application whose environments are meant, where several have some of these names
    #[arg(long, value_name = "NAME")]
    pub(crate) app: Option<String>,
    /// Of --all, only what reads a file that differs from this revision of the repository
    #[arg(long, value_name = "REV", requires = "all", conflicts_with = "changed")]
    pub(crate) since: Option<String>,
    /// Of --all, only what reads one of these files: a list as `git diff --name-only` prints it, or `-`
    #[arg(long, value_name = "FILE", requires = "all")]
    pub(crate) changed: Option<String>,
    /// The source environment as it stood at the last promotion: a SOURCE, or ROOT//PATH|ENVIRONMENT
    #[arg(long, value_name = "SOURCE")]
    pub(crate) base: Option<String>,
    /// The same for environments given by their names: the revision at which the last promotion was made
    #[arg(long, value_name = "REV", conflicts_with = "base")]
    pub(crate) base_rev: Option<String>,
    /// What runs in the target's cluster, as `kubectl get -A -o yaml --show-managed-fields` prints it: shows what differs
    /// from the target's files already
    #[arg(long, value_name = "FILE")]
    pub(crate) live: Option<String>,
    /// What runs in the source's cluster, as the same command prints it: an image that does not run well there is a risk
    #[arg(long, value_name = "FILE", help_heading = "Risk options")]
    pub(crate) source_live: Option<String>,
    #[command(flatten)]
    pub(crate) known: Known,
    /// The target's nodes, for the bill: kubectl get nodes,pods -A -o yaml, or node groups and NodePools
    #[arg(long, value_name = "SOURCE", help_heading = "Cost options")]
    pub(crate) nodes: Option<String>,
    /// Policies to hold against the change, beside the target's own: ValidatingAdmissionPolicies, Gatekeeper templates and
    /// constraints, Rego as conftest reads it; a file or a directory, several times
    #[arg(long, value_name = "PATH")]
    pub(crate) policy: Vec<String>,
    /// Decide a place: Kind/name:path=source carries it, =target leaves it [default: source]
    #[arg(long, value_name = "PLACE[=source|target]")]
    pub(crate) take: Vec<Take>,
    /// Carry nothing but these places
    #[arg(long, value_name = "PLACE")]
    pub(crate) only: Vec<PlacePattern>,
    /// Leave these places pending
    #[arg(long, value_name = "PLACE")]
    pub(crate) skip: Vec<PlacePattern>,
    /// Print the edit as a unified diff, for git apply or patch -p1
    #[arg(long, conflicts_with = "rendered")]
    pub(crate) patch: bool,
    /// Apply the edit to the working tree; nothing is committed
    #[arg(long)]
    pub(crate) write: bool,
    /// Print the target's objects as they are after the edit, secrets masked
    #[arg(long)]
    pub(crate) rendered: bool,
    /// What the findings tell: what the change introduces or worsens, or that and all that the static checks find
    #[arg(long, value_enum, default_value_t = ProfileName::Changed, value_name = "PROFILE")]
    pub(crate) profile: ProfileName,
    /// Show everything: all findings and places in full, the cost by object, everything that is kept
    #[arg(long, short)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) pricing: Pricing,
    #[command(flatten)]
    pub(crate) printed: PrintedFindings,
    #[command(flatten)]
    pub(crate) common: Common,
}
