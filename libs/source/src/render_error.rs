//! Why something could not be rendered by a command.

use helm::HelmError;

/// What renders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tool {
    /// The `helm` command.
    Helm,
    /// Another one, by the name that an administrator allows it by.
    Command(String),
}

impl std::fmt::Display for Tool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Helm => f.write_str("helm"),
            Self::Command(name) => f.write_str(name),
        }
    }
}

/// Why something could not be rendered by a command.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RenderError {
    /// There is no `helm`.
    #[error("charts are rendered by the helm command, and there is none: {looked}")]
    HelmMissing {
        /// Where it was looked for.
        looked: String,
    },
    /// A `helm` that is neither 3 nor 4.
    #[error("{program} is no Helm 3 or 4: it says {version:?}")]
    HelmUnsupported {
        /// The command.
        program: String,
        /// Its answer.
        version: String,
    },
    /// Only recorded answers are used, and there is none for this chart with these values.
    #[error("no answer of helm is recorded for {chart} with these values ({fingerprint})")]
    NotRecorded {
        /// Where the chart lies.
        chart: String,
        /// The fingerprint of the release.
        fingerprint: String,
    },
    /// The chart or its values are at fault.
    #[error(transparent)]
    Chart(#[from] HelmError),
    /// It took too long.
    #[error("{tool} had not rendered {what} after {seconds} s and was ended")]
    Timeout {
        /// What renders.
        tool: Tool,
        /// What was to be rendered.
        what: String,
        /// How long it may take.
        seconds: u64,
    },
    /// It printed too much.
    #[error("{what} renders to more than {limit} bytes; {tool} was ended")]
    OutputTooLarge {
        /// What renders.
        tool: Tool,
        /// What was to be rendered.
        what: String,
        /// How much it may print.
        limit: u64,
    },
    /// It needs too much memory.
    #[error("{tool} needs more than {limit} bytes of memory for {what}")]
    Memory {
        /// What renders.
        tool: Tool,
        /// What was to be rendered.
        what: String,
        /// How much it may take.
        limit: u64,
    },
    /// It says that it cannot.
    #[error("{tool} cannot render {what}: {said}")]
    Failed {
        /// What renders.
        tool: Tool,
        /// What was to be rendered.
        what: String,
        /// Its own words, without secrets and places of this machine.
        said: String,
    },
    /// It cannot be started.
    #[error("{tool} cannot be started: {why}")]
    NotStarted {
        /// What renders.
        tool: Tool,
        /// Why.
        why: String,
    },
    /// A command that no administrator allows.
    #[error("the command {name:?} is not allowed to render; allowed are: {}", shown(allowed))]
    NotAllowed {
        /// The name in the repository's files.
        name: String,
        /// The names that are allowed.
        allowed: Vec<String>,
    },
    /// What an administrator allows cannot be read.
    #[error("the render command {setting:?} cannot be used: {why}")]
    CommandSetting {
        /// The setting.
        setting: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The private directory that it would run in cannot be made.
    #[error("there is no private directory to render in: {why}")]
    Sandbox {
        /// Why.
        why: String,
    },
}

fn shown(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

impl RenderError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        let of = |tool: &Tool, helm, other| if *tool == Tool::Helm { helm } else { other };
        match self {
            Self::HelmMissing { .. } => "HELM_MISSING",
            Self::HelmUnsupported { .. } => "HELM_UNSUPPORTED",
            Self::NotRecorded { .. } => "HELM_NOT_RECORDED",
            Self::Chart(error) => error.code(),
            Self::Timeout { tool, .. } => of(tool, "HELM_TIMEOUT", "RENDER_TIMEOUT"),
            Self::OutputTooLarge { tool, .. } => of(tool, "HELM_OUTPUT_TOO_LARGE", "RENDER_OUTPUT_TOO_LARGE"),
            Self::Memory { tool, .. } => of(tool, "HELM_MEMORY", "RENDER_MEMORY"),
            Self::Failed { tool, .. } => of(tool, "HELM_TEMPLATE_FAILED", "RENDER_COMMAND_FAILED"),
            Self::NotStarted { tool, .. } => of(tool, "HELM_MISSING", "RENDER_COMMAND_MISSING"),
            Self::NotAllowed { .. } => "RENDER_COMMAND_NOT_ALLOWED",
            Self::CommandSetting { .. } => "RENDER_COMMAND_SETTING",
            Self::Sandbox { .. } => "RENDER_SANDBOX_FAILED",
        }
    }

    /// What an end that is no success means.
    pub(crate) fn of_end(ended: crate::sandbox::Ended, run: &Run<'_>) -> Option<Self> {
        use crate::sandbox::Ended;
        let Run { tool, what, bounds, .. } = run;
        let (tool, what) = (tool.clone(), (*what).to_owned());
        Some(match ended {
            Ended::Done { .. } => return None,
            Ended::Failed { stderr } => Self::Failed { tool, what, said: run.words(&stderr) },
            Ended::Time => Self::Timeout { tool, what, seconds: bounds.time.as_secs() },
            Ended::Output => Self::OutputTooLarge { tool, what, limit: bounds.output_bytes },
            Ended::Memory => Self::Memory { tool, what, limit: bounds.memory_bytes },
            Ended::NotStarted { why } => Self::NotStarted { tool, why: run.words(why.as_bytes()) },
        })
    }

    pub(crate) fn sandbox(error: &std::io::Error) -> Self {
        Self::Sandbox { why: crate::error::plain(error) }
    }
}

/// A run that has ended, for what is said of it.
pub(crate) struct Run<'a> {
    pub(crate) tool: Tool,
    pub(crate) what: &'a str,
    pub(crate) bounds: &'a crate::sandbox::Bounds,
    pub(crate) place: &'a crate::sandbox::PrivateDirectory,
    /// Texts that are not shown.
    pub(crate) secrets: Vec<String>,
}

/// The most of a command's own words that are shown.
const WORDS: usize = 2_000;

impl Run<'_> {
    /// What a command said: without secrets, credentials in URLs, and places of this machine.
    pub(crate) fn words(&self, said: &[u8]) -> String {
        let said = self.place.without_place(&String::from_utf8_lossy(said));
        let hidden = self.secrets.iter().fold(said, |said, secret| said.replace(secret.as_str(), "***"));
        let masked = crate::git::credentials::mask(&hidden);
        let lines = masked.lines().map(str::trim_end).filter(|line| !line.is_empty());
        let lines = lines.map(|line| match kube_model::line_holds_secret(line) {
            true => "(a line that may show a secret)",
            false => line,
        });
        shortened(&lines.collect::<Vec<_>>().join("\n"))
    }
}

/// The start and the end of a long text: programs tell last what went wrong innermost.
fn shortened(text: &str) -> String {
    if text.len() <= WORDS {
        return text.to_owned();
    }
    let (start, end) = (text.floor_char_boundary(WORDS / 2), text.ceil_char_boundary(text.len() - WORDS / 2));
    format!("{} … {}", &text[..start], &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_text_the_start_and_the_end_are_shown() {
        assert_eq!(shortened("short"), "short");
        let long = format!("first {} last", "é".repeat(5_000));
        let shown = shortened(&long);
        assert!(shown.starts_with("first é") && shown.ends_with("é last") && shown.contains(" … "));
        assert!(shown.len() <= WORDS + 5, "{}", shown.len());
    }
}
