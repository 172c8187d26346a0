//! Ends a stack with the process that wanted it, whichever way that ends: for tests.

use std::path::Path;
use std::process::Child;

use crate::error::StackError;

/// As long as it is there the stack is; then its processes are killed, and its directory is removed.
#[derive(Debug)]
pub struct Janitor(Child);

/// A number that came again is another process': the field of `/proc/PID/stat` after the name, which ends with the last parenthesis and may
/// hold anything, is the third, and when it began is the 22nd.
const SCRIPT: &str = r#"
    directory=$1
    read -r _
    for file in "$directory"/run/*.pid; do
        read -r pid began < "$file" && stat=$(cat "/proc/$pid/stat" 2>/dev/null) || continue
        set -f; set -- ${stat##*) }; set +f
        [ "${20}" = "$began" ] && kill -9 "$pid"
    done
    sleep 0.2
    rm -rf "$directory"
"#;

impl Janitor {
    /// The janitor of the stack in this directory.
    ///
    /// # Errors
    /// There is no shell.
    pub fn of(directory: &Path) -> Result<Self, StackError> {
        let child = test_janitor::janitor(SCRIPT).arg(directory).spawn();
        Ok(Self(child.map_err(|error| StackError::new(format!("/bin/sh cannot be run: {error}")))?))
    }
}

impl Drop for Janitor {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use rustix::process::Pid;

    use super::*;
    use crate::process::began_at;

    #[test]
    fn only_what_began_when_it_was_started_is_killed() {
        let directory = tempfile::tempdir().unwrap();
        let run = directory.path().join("run");
        std::fs::create_dir(&run).unwrap();
        let sleeper = || Command::new("sleep").arg("60").spawn().unwrap();
        let (mut own, mut strange) = (sleeper(), sleeper());
        let began = |child: &Child| began_at(Pid::from_child(child)).unwrap();
        std::fs::write(run.join("own.pid"), format!("{} {}\n", own.id(), began(&own))).unwrap();
        std::fs::write(run.join("strange.pid"), format!("{} 1\n", strange.id())).unwrap();
        drop(Janitor::of(directory.path()).unwrap());
        assert!(!directory.path().exists());
        assert_eq!(strange.try_wait().unwrap(), None);
        strange.kill().unwrap();
        strange.wait().unwrap();
        // Killed, and not ended by itself.
        assert_eq!(own.wait().unwrap().code(), None);
    }
}
