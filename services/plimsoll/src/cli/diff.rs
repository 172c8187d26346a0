//! `plimsoll diff`.

use clap::{Args, ValueEnum};
use kube_model::PlacePattern;

use super::{Common, Pricing, SOURCES};

#[derive(Debug, Args)]
#[command(
    after_help = SOURCES,
    override_usage = "plimsoll diff [OPTIONS] <BEFORE> <AFTER>\n       plimsoll diff --live [OPTIONS] <LIVE> <DESIRED>"
)]
pub(crate) struct Diff {
    /// The state before, and the state after
    #[arg(value_name = "SOURCE", required = true, num_args = 2)]
    pub(crate) sources: Vec<String>,
    /// The state before is what is live (`kubectl get -o yaml`): show what applying the other would change
    #[arg(long)]
    pub(crate) live: bool,
    /// Print the objects as they would be live, as YAML, instead of the difference
    #[arg(long, requires = "live", conflicts_with_all = ["filter", "stat", "context", "show_suppressed"])]
    pub(crate) predicted: bool,
    /// How the objects are applied [default: as each was applied the last time]
    #[arg(long, value_name = "WHERE", requires = "live")]
    pub(crate) apply: Option<Apply>,
    /// The field manager of a server-side apply
    #[arg(long, value_name = "NAME", requires = "live")]
    pub(crate) field_manager: Option<String>,
    /// List all that was left out, with the reasons
    #[arg(long)]
    pub(crate) show_suppressed: bool,
    /// Show these places only: Kind/name:path, `*` for any; what that hides is counted
    #[arg(long, value_name = "PLACE")]
    pub(crate) filter: Vec<PlacePattern>,
    /// Show how much changes in each object, a line each
    #[arg(long)]
    pub(crate) stat: bool,
    /// Show so much around a change: fields of its mapping, lines of its text [default: 0; of yaml-diff: 3]
    #[arg(long, value_name = "N")]
    pub(crate) context: Option<usize>,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = DiffFormat::Text, help_heading = "Common options")]
    pub(crate) format: DiffFormat,
    /// An Argo CD Application whose ignoreDifferences are left out; those among the sources are too
    #[arg(long, value_name = "FILE")]
    pub(crate) argocd_application: Option<String>,
    /// The namespace of objects whose manifest names none
    #[arg(long, value_name = "NAME")]
    pub(crate) namespace: Option<String>,
    #[command(flatten)]
    pub(crate) pricing: Pricing,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// How objects are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Apply {
    /// `kubectl apply`
    Client,
    /// `kubectl apply --server-side`
    Server,
}

/// The forms in which a difference is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people at a terminal
    Text,
    /// For programs; see schemas/json
    Json,
    /// For a comment on a pull request
    Markdown,
    /// A unified diff of the objects' YAML, with defaults, line by line
    YamlDiff,
    /// JSON Patch (RFC 6902) for each object
    JsonPatch,
}
