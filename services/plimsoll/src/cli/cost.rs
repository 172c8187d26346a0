//! `plimsoll cost`.

use std::str::FromStr;

use clap::{Args, ValueEnum};
use kube_model::PlacePattern;

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
    /// Compare with a result that was saved with --format json
    #[arg(long, value_name = "FILE", help_heading = "Cost options", conflicts_with = "nodes")]
    pub(crate) compare_to: Option<String>,
    /// Print the whole calculation for one object, as lines to check with a calculator
    #[arg(long, value_name = "KIND/NAME", help_heading = "Cost options")]
    pub(crate) explain: Option<PlacePattern>,
    /// What the table has a line for: object, container, kind, namespace, resource, environment, label=KEY
    #[arg(long, value_name = "WHAT", default_value = "object", help_heading = "Cost options")]
    pub(crate) by: By,
    /// The span that amounts in text and Markdown are for; JSON has months
    #[arg(long, value_enum, value_name = "SPAN", default_value_t = Period::Month, help_heading = "Cost options")]
    pub(crate) per: Period,
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

/// What a table has a line for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum By {
    Object,
    Container,
    Kind,
    Namespace,
    Resource,
    Environment,
    Label(String),
}

impl By {
    /// The word for it, as the command line has it.
    pub(crate) fn word(&self) -> String {
        match self {
            Self::Object => "object".to_owned(),
            Self::Container => "container".to_owned(),
            Self::Kind => "kind".to_owned(),
            Self::Namespace => "namespace".to_owned(),
            Self::Resource => "resource".to_owned(),
            Self::Environment => "environment".to_owned(),
            Self::Label(key) => format!("label={key}"),
        }
    }
}

impl FromStr for By {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match (text, text.strip_prefix("label=")) {
            ("object", _) => Ok(Self::Object),
            ("container", _) => Ok(Self::Container),
            ("kind", _) => Ok(Self::Kind),
            ("namespace", _) => Ok(Self::Namespace),
            ("resource", _) => Ok(Self::Resource),
            ("environment", _) => Ok(Self::Environment),
            (_, Some(key)) if !key.is_empty() => Ok(Self::Label(key.to_owned())),
            _ => Err("expected object, container, kind, namespace, resource, environment or label=KEY"),
        }
    }
}

/// The span that an amount is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Period {
    /// A 730th of a month
    Hour,
    /// 730 hours
    Month,
    /// Twelve months
    Year,
}
