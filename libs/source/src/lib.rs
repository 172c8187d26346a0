//! Where manifests come from: `ENVIRONMENT | PATH | - | git+URL//PATH@REV`, as files and their bytes.
//!
//! A source that is plain YAML and JSON is read as it stands ([`Workspace::resolve`]); what has to be rendered first is
//! refused there, and located in the files of its repository ([`Workspace::locate`], [`RepositoryFiles`]). Nothing
//! outside a source's root is read through a link, Git is run without prompts, hooks or foreign transports, and no URL
//! is shown with its credentials.
//!
//! Charts are rendered by the `helm` command, in a sandbox ([`Helm`]), and so is
//! what other commands render that an administrator allows ([`Commands`]).
//!
//! Servers read through [`Mirrors`]: a cache of bare repositories, with deadlines, a policy on URLs and
//! errors that say whether to try again. The crate does I/O and blocks; it needs no runtime.

mod commands;
mod confined;
mod directory;
mod environment;
mod environments;
mod error;
mod file;
mod files_at;
mod git;
mod helm;
mod input;
mod mirror;
pub mod parallel;
mod place;
mod process;
mod programs;
mod render_error;
mod repository;
mod sandbox;
mod select;
mod tree;
mod walk;
mod workspace;
mod write;

pub use commands::Commands;
pub use confined::confined;
pub use environment::EnvironmentInfo;
pub use environments::Environments;
pub use error::SourceError;
pub use files_at::files_at;
pub use git::entries::EntryKind;
pub use helm::{Helm, HelmOptions, HelmOutput, HelmVersion};
pub use mirror::{
    Allowed, Found, GitCommand, GitError, GitOutput, History, ListEntry, Mirror, MirrorOptions, Mirrors,
    Pinned, Reach, Revision, sanitised,
};
pub use programs::Programs;
pub use render_error::{RenderError, Tool};
pub use repository::{Located, RepositoryFiles, RepositoryOrigin};
pub use sandbox::{Bounds, Network, network};
pub use tree::{Limits, SourceFile, SourceTree};
pub use workspace::{Discovery, Resolved, Workspace};
pub use write::{Change, apply, sha256};
