//! Running `git` so that nothing but its arguments decides what it does.

use std::path::Path;
use std::process::{Command, Stdio};

use super::credentials;
use super::directory::Server;
use crate::error::{SourceError, plain};
use crate::process;

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

/// What of a server's environment its operator sets for Git; every other `GIT_…` is taken away.
const SERVER_VARIABLES: [&str; 8] = [
    "GIT_EXEC_PATH",
    "GIT_PROXY_COMMAND",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
    "GIT_SSL_CERT",
    "GIT_SSL_KEY",
];

/// No hook of ours, no daemon, known transports.
const SETTINGS: [&str; 6] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "protocol.ext.allow=never",
    "credential.interactive=never",
    // A server that sends less than 1 kB/s for a minute hangs.
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=60",
];

/// A user's working tree is not tidied up by reading it.
const USER_SETTINGS: [&str; 2] = ["gc.auto=0", "maintenance.auto=false"];

/// A mirror tidies itself up after fetching, in the process that fetches: each fetch leaves one pack, fifty are made
/// one, and large ones stay as they are.
const SERVER_SETTINGS: [&str; 7] = [
    // A host that may be asked must not send the server to one that may not.
    "http.followRedirects=false",
    "fetch.unpackLimit=1",
    "gc.autoPackLimit=50",
    "gc.autoDetach=false",
    "gc.bigPackThreshold=64m",
    "maintenance.auto=true",
    // Those of other configurations are forgotten.
    "credential.helper=",
];

/// A `git` that asks nothing, runs no hook, uses known transports only and speaks English. The user's own
/// configuration holds, for the credentials in it.
pub(super) fn git(directory: &Path) -> Command {
    let mut command = quiet_git(USER_SETTINGS.as_slice());
    command.arg("-C").arg(directory);
    for variable in LOCAL_VARIABLES {
        command.env_remove(variable);
    }
    quiet_environment(&mut command, "file:http:https:ssh");
    command
}

/// The `git` of a server: as that of a user, and no configuration but what stands here.
pub(crate) fn server_git(server: &Server) -> Command {
    let mut command = quiet_git(SERVER_SETTINGS.as_slice());
    if let Some(file) = &server.credentials {
        let quoted = file.display().to_string().replace('\'', r"'\''");
        // Asked only: told that a host refused a password, the helper would take it out of the operator's file.
        let get = format!("test \"$1\" = get && git credential-store --file='{quoted}' get");
        command.arg("-c").arg(format!("credential.helper=!f() {{ {get}; }}; f"));
    }
    for (name, _) in std::env::vars_os() {
        let of_git = name.to_str().is_some_and(|name| name.starts_with("GIT_"));
        if of_git && !SERVER_VARIABLES.iter().any(|kept| name == *kept) {
            command.env_remove(&name);
        }
    }
    quiet_environment(&mut command, server.protocols);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_ASKPASS", "");
    command
}

fn quiet_git(more: &[&str]) -> Command {
    let mut command = Command::new("git");
    for setting in SETTINGS.iter().chain(more) {
        command.args(["-c", setting]);
    }
    command.stdin(Stdio::null());
    if std::env::var_os("GIT_SSH_COMMAND").is_none() && std::env::var_os("GIT_SSH").is_none() {
        command.env(
            "GIT_SSH_COMMAND",
            // A shared connection would outlive the command; a host that is silent for a minute hangs.
            "ssh -oBatchMode=yes -oConnectTimeout=30 -oControlMaster=no -oControlPath=none \
             -oServerAliveInterval=15 -oServerAliveCountMax=4",
        );
    }
    command
}

fn quiet_environment(command: &mut Command, protocols: &str) {
    command
        .env("GIT_ALLOW_PROTOCOL", protocols)
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        // A replaced object would not be what the commit's hash says.
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C");
}

/// Runs a user's command; its output, or what it said against it.
pub(super) fn run(command: &mut Command, repository: &str) -> Result<Result<Vec<u8>, String>, SourceError> {
    let done = process::run(command, b"", None).map_err(|error| cannot_start(&error, repository))?;
    Ok(match done.status.success() {
        true => Ok(done.stdout),
        false => Err(complaint(&done.stderr)),
    })
}

pub(super) fn cannot_start(error: &std::io::Error, repository: &str) -> SourceError {
    SourceError::Git { repository: repository.to_owned(), why: why_not_started(error) }
}

pub(crate) fn why_not_started(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "the git command is not installed".to_owned(),
        _ => plain(error),
    }
}

/// The error among what Git printed, without credentials and on one line.
pub(crate) fn complaint(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut errors = lines.iter().filter_map(|line| {
        ["fatal: ", "error: ", "ERROR: "].iter().find_map(|start| line.strip_prefix(start))
    });
    let line = errors.next().or(lines.last().copied()).unwrap_or("no reason given");
    credentials::mask(line)
}
