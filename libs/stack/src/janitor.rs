//! Ends a stack with the process that wanted it, whichever way that ends: for tests.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::error::StackError;

/// As long as it is there the stack is; then its processes are killed, and its directory is removed.
#[derive(Debug)]
pub struct Janitor(Child);

const SCRIPT: &str = r#"
    read -r _
    for file in "$1"/run/*.pid; do
        read -r pid began < "$file" && [ -d "/proc/$pid" ] && kill -9 "$pid"
    done
    sleep 0.2
    rm -rf "$1"
"#;

impl Janitor {
    /// The janitor of the stack in this directory.
    ///
    /// # Errors
    /// There is no shell.
    pub fn of(directory: &Path) -> Result<Self, StackError> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", SCRIPT, "janitor"]).arg(directory).current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn();
        Ok(Self(child.map_err(|error| StackError::new(format!("/bin/sh cannot be run: {error}")))?))
    }
}

impl Drop for Janitor {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
