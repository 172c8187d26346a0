//! Why a source cannot be read, or written.

use application::ApplicationError;

/// What is wrong with a source.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The argument follows no form of source.
    #[error("{text:?} is not a source: {why}")]
    Argument {
        /// The argument, without credentials.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// There is nothing at that path, and no environment has that name.
    #[error("{argument} does not exist{}", listed("; looked for", tried))]
    NotFound {
        /// What was asked for.
        argument: String,
        /// What was looked for.
        tried: Vec<String>,
    },
    /// A name means several environments.
    #[error(transparent)]
    Environment(#[from] discovery::DiscoveryError),
    /// An environment whose manifests are in another repository, or whose chart is.
    #[error("{argument} is deployed from {place}, which is not in this repository")]
    Elsewhere {
        /// What was asked for.
        argument: String,
        /// The repository or the chart, without credentials.
        place: String,
    },
    /// No manifest in it.
    #[error("{description} holds no manifest (no .yaml, .yml or .json file)")]
    Empty {
        /// The source.
        description: String,
    },
    /// Nothing in it of what was looked for.
    #[error("{description} holds no {what}")]
    Nothing {
        /// Where it was looked for.
        description: String,
        /// `policy (…)`.
        what: &'static str,
    },
    /// Something that has to be rendered first.
    #[error("{directory} is {what}: it has to be rendered")]
    Render {
        /// The directory.
        directory: String,
        /// `a Kustomize overlay`, `a Helm chart` or `rendered by a command`.
        what: &'static str,
    },
    /// One file is larger than the limit.
    #[error("{file}: {size} bytes, and the limit is {limit}")]
    FileTooLarge {
        /// The file.
        file: String,
        /// Its size, or what was read of it before reading stopped.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// All files together are larger than the limit.
    #[error("the manifests in {description} are more than {limit} bytes together")]
    TooLarge {
        /// The source.
        description: String,
        /// The limit.
        limit: u64,
    },
    /// More files than the limit.
    #[error("{description} holds more than {limit} files")]
    TooMany {
        /// The source.
        description: String,
        /// The limit.
        limit: usize,
    },
    /// The operating system does not let it be read.
    #[error("{path} cannot be read: {why}")]
    Unreadable {
        /// The file or directory.
        path: String,
        /// Why.
        why: String,
    },
    /// A path or a link leads out of the source.
    #[error("{path} leads out of {root}")]
    Outside {
        /// The path.
        path: String,
        /// The root of the source.
        root: String,
    },
    /// A symbolic link where a file of a repository is to be rendered.
    #[error("{path} is, or lies behind, a symbolic link, which a render does not follow")]
    Link {
        /// The path.
        path: String,
    },
    /// The repository does not have the revision.
    #[error("{repository} has no revision {revision:?}")]
    Revision {
        /// The repository, without credentials.
        repository: String,
        /// The revision.
        revision: String,
    },
    /// Git failed.
    #[error("git failed on {repository}: {why}")]
    Git {
        /// The repository, without credentials.
        repository: String,
        /// What Git said, without credentials.
        why: String,
    },
    /// The `plimsoll.yaml` is wrong.
    #[error("{file}:{}:{}: {error}", error.line, error.column)]
    Application {
        /// The file.
        file: String,
        /// What is wrong with it.
        error: ApplicationError,
    },
    /// A file is no longer what was read.
    #[error("{path} has changed since it was read; nothing was written")]
    Changed {
        /// The file.
        path: String,
    },
    /// A file could not be written.
    #[error("{path} cannot be written: {why}")]
    Write {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
}

fn listed(before: &str, items: &[String]) -> String {
    match items.is_empty() {
        true => String::new(),
        false => format!("{before} {}", items.join(", ")),
    }
}

impl SourceError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Argument { .. } => "SOURCE_INVALID",
            Self::NotFound { .. } => "SOURCE_NOT_FOUND",
            Self::Environment(error) => error.code(),
            Self::Elsewhere { .. } => "DISCOVERY_ELSEWHERE",
            Self::Empty { .. } | Self::Nothing { .. } => "SOURCE_EMPTY",
            Self::Render { .. } => "SOURCE_RENDER_UNSUPPORTED",
            Self::FileTooLarge { .. } => "MANIFEST_TOO_LARGE",
            Self::TooLarge { .. } | Self::TooMany { .. } => "SOURCE_TOO_LARGE",
            Self::Unreadable { .. } => "SOURCE_UNREADABLE",
            Self::Outside { .. } => "SOURCE_OUTSIDE",
            Self::Link { .. } => "SOURCE_LINK",
            Self::Revision { .. } => "REVISION_NOT_FOUND",
            Self::Git { .. } => "GIT_FAILED",
            Self::Application { error, .. } => error.code(),
            Self::Changed { .. } => "FILE_CHANGED",
            Self::Write { .. } => "WRITE_FAILED",
        }
    }

    pub(crate) fn unreadable(path: &str, error: &std::io::Error) -> Self {
        Self::Unreadable { path: path.to_owned(), why: plain(error) }
    }
}

/// What an I/O error says, without the number that only programs need.
pub(crate) fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    text.chars().take(1).flat_map(char::to_lowercase).chain(text.chars().skip(1)).collect()
}
