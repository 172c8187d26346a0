//! Running `git` so that nothing but its arguments decides what it does.

use std::path::Path;
use std::process::{Command, Stdio};

use super::credentials;
use crate::error::{SourceError, plain};

/// What `git rev-parse --local-env-vars` lists: set by a hook that Plimsoll runs in, they would name another
/// repository.
const LOCAL_VARIABLES: [&str; 14] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// A `git` that asks nothing, runs no hook, uses known transports only and speaks English.
pub(super) fn git(directory: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(directory);
    for setting in [
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "protocol.ext.allow=never",
        "credential.interactive=never",
        "gc.auto=0",
        "maintenance.auto=false",
        // A server that sends less than 1 kB/s for a minute hangs.
        "http.lowSpeedLimit=1000",
        "http.lowSpeedTime=60",
    ] {
        command.args(["-c", setting]);
    }
    for variable in LOCAL_VARIABLES {
        command.env_remove(variable);
    }
    command
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_ALLOW_PROTOCOL", "file:http:https:ssh")
        // A replaced object would not be what the commit's hash says.
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null());
    if std::env::var_os("GIT_SSH_COMMAND").is_none() && std::env::var_os("GIT_SSH").is_none() {
        command.env("GIT_SSH_COMMAND", "ssh -oBatchMode=yes -oConnectTimeout=30");
    }
    command
}

/// Runs a command; its output, or what it said against it.
pub(super) fn run(command: &mut Command, repository: &str) -> Result<Result<Vec<u8>, String>, SourceError> {
    let output = command.output().map_err(|error| cannot_start(&error, repository))?;
    Ok(match output.status.success() {
        true => Ok(output.stdout),
        false => Err(complaint(&output.stderr)),
    })
}

pub(super) fn cannot_start(error: &std::io::Error, repository: &str) -> SourceError {
    let why = match error.kind() {
        std::io::ErrorKind::NotFound => "the git command is not installed".to_owned(),
        _ => plain(error),
    };
    SourceError::Git { repository: repository.to_owned(), why }
}

/// The error among what Git printed, without credentials and on one line.
fn complaint(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut errors = lines.iter().filter_map(|line| {
        ["fatal: ", "error: ", "ERROR: "].iter().find_map(|start| line.strip_prefix(start))
    });
    let line = errors.next().or(lines.last().copied()).unwrap_or("no reason given");
    credentials::mask(line)
}
