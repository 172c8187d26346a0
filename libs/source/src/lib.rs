//! Where manifests come from: `ENVIRONMENT | PATH | - | git+URL//PATH@REV`, as files and their bytes.
//!
//! A source is read as it stands: plain YAML and JSON. What has to be rendered first (Kustomize, Helm) is
//! refused rather than read wrongly. Nothing outside a source's root is read through a link, Git is run
//! without prompts, hooks or foreign transports, and no URL is shown with its credentials. The crate does
//! I/O, without threads of its own and without a runtime.

mod directory;
mod environment;
mod error;
mod file;
mod git;
mod select;
mod tree;
mod workspace;
mod write;

pub use environment::EnvironmentInfo;
pub use error::SourceError;
pub use tree::{Limits, SourceFile, SourceTree};
pub use workspace::{Resolved, Workspace};
pub use write::{Change, apply, sha256};
