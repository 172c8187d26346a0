//! Why a chart or its values cannot be used.

use crate::schema::Violation;

/// What is wrong with a chart, or with what it is given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HelmError {
    /// The chart is none that Helm takes.
    #[error("{chart} is no chart that Helm takes: {why}")]
    Chart {
        /// Where it lies.
        chart: String,
        /// What is wrong with it.
        why: String,
    },
    /// An archive that is broken, or holds what no archive may.
    #[error("{archive} is no packaged chart: {why}")]
    Archive {
        /// Where it lies.
        archive: String,
        /// What is wrong with it.
        why: String,
    },
    /// A symbolic link in a chart.
    #[error("{path} is a symbolic link, which a render does not follow")]
    Link {
        /// The link.
        path: String,
    },
    /// Dependencies of the chart that are not there.
    #[error("{chart} needs {}, which its charts directory does not hold", missing.join(", "))]
    DependencyMissing {
        /// Where the chart lies.
        chart: String,
        /// Each with its version and repository.
        missing: Vec<String>,
    },
    /// A values file that Helm does not take.
    #[error("{file}:{line}:{column}: {why}")]
    Values {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong with it.
        why: String,
    },
    /// A `--set` that Helm does not take. Its value is not shown, since it may be a secret.
    #[error("the value that is set at {name:?} is not understood: {why}")]
    Set {
        /// What stands before its first `=`.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// The values and the chart do not fit together.
    #[error("the values of {chart} cannot be merged: {why}")]
    Merge {
        /// The chart.
        chart: String,
        /// Why.
        why: String,
    },
    /// The values break the chart's own rules.
    #[error("the values of {chart} break its values.schema.json: {}", shown(violations))]
    Schema {
        /// The chart.
        chart: String,
        /// The rules that are broken, and where.
        violations: Vec<Violation>,
    },
    /// The chart's rules cannot be read.
    #[error("the values.schema.json of {chart} cannot be used: {why}")]
    SchemaInvalid {
        /// The chart.
        chart: String,
        /// What is wrong with it.
        why: String,
    },
}

fn shown(violations: &[Violation]) -> String {
    violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl HelmError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Chart { .. } => "HELM_CHART_INVALID",
            Self::Archive { .. } => "HELM_ARCHIVE_INVALID",
            Self::Link { .. } => "SOURCE_LINK",
            Self::DependencyMissing { .. } => "HELM_DEPENDENCY_MISSING",
            Self::Values { .. } => "HELM_VALUES_INVALID",
            Self::Set { .. } => "HELM_SET_INVALID",
            Self::Merge { .. } => "HELM_VALUES_CONFLICT",
            Self::Schema { .. } => "HELM_VALUES_SCHEMA",
            Self::SchemaInvalid { .. } => "HELM_SCHEMA_INVALID",
        }
    }
}
