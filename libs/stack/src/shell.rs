//! Programs that are run to their end.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::StackError;

/// Runs a program to its end, and gives what it printed.
pub(crate) fn run(command: &mut Command, input: &str) -> Result<String, StackError> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |error: std::io::Error| StackError::new(format!("{name} cannot be run: {error}"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that wants none has closed it; how it ends says more.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().map_err(failed)?;
    let [printed, said] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    match output.status.success() {
        true => Ok(printed.into_owned()),
        false => Err(StackError::new(format!("{name} ended with {}: {printed}{said}", output.status))),
    }
}

/// Takes from a program what the shell says of an installation that somebody uses: what is the stack's is in its files.
pub(crate) fn alone(command: &mut Command) -> &mut Command {
    const NAMES: [&str; 5] =
        ["DATABASE_URL", "PLIMSOLL_CONFIG", "PLIMSOLL_DATA", "PLIMSOLL_SERVER", "PLIMSOLL_TOKEN"];
    let settings = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let settings = settings.filter(|name| name.starts_with("PLIMSOLL_") && name.contains("__"));
    for name in settings.chain(NAMES.map(str::to_owned)) {
        command.env_remove(name);
    }
    command
}

/// Where a program is found.
pub(crate) fn found(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|directory| directory.join(name)).find(|path| path.is_file())
}

/// A program of Kafka's, by its class.
pub(crate) fn java(jars: &Path, memory: &str, settings: &Path, class: &str) -> Command {
    let mut command = Command::new("java");
    command.arg(format!("-Xmx{memory}"));
    command.args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]);
    command.arg(format!("-Dlog4j2.configurationFile={}", settings.display()));
    command.arg("-cp").arg(jars.join("*")).arg(class);
    command
}
