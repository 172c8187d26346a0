//! `plimsoll rules`.

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Args, Subcommand};
use risk_rules::catalogue;

use super::{GateLevel, Printed};

#[derive(Debug, Args)]
pub(crate) struct Rules {
    #[command(subcommand)]
    pub(crate) verb: RulesVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesVerb {
    /// Every rule, with the levels that it gives and the facts that it needs
    List(ListRules),
    /// What a rule sees, what does not fire it, what its levels mean and what to do
    Explain(ExplainRule),
}

#[derive(Debug, Args)]
pub(crate) struct ListRules {
    /// Only what is about this: availability, data, security, …
    #[arg(long, value_name = "GROUP")]
    pub(crate) group: Vec<String>,
    /// Only what can give this level
    #[arg(long, value_name = "LEVEL")]
    pub(crate) level: Option<GateLevel>,
    /// Only what needs these facts beside the two states: plan, usage, nodes, …; `none` for what needs nothing
    #[arg(long, value_name = "FACTS")]
    pub(crate) needs: Option<String>,
    #[command(flatten)]
    pub(crate) printed: Printed,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainRule {
    /// The rule, or a check of another tool that it is equal to (kube-linter/latest-tag)
    #[arg(value_parser = RuleName, hide_possible_values = true)]
    pub(crate) rule: String,
    #[command(flatten)]
    pub(crate) printed: Printed,
}

/// Any text; shells complete it to the rules that there are. A name that is none is answered with the nearest one.
#[derive(Debug, Clone)]
struct RuleName;

impl TypedValueParser for RuleName {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(catalogue().into_iter().map(|rule| PossibleValue::new(rule.id))))
    }
}
