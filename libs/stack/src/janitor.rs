//! Ends a stack with the process that wanted it, whichever way that ends: for tests.

use std::path::Path;
use std::process::Child;

use crate::error::StackError;

/// As long as it is there the stack is; then its processes are killed, and its directory is removed if nobody keeps it.
#[derive(Debug)]
pub struct Janitor(Child);

/// A number that came again is another process': the field of `/proc/PID/stat` after the name, which ends with the last parenthesis and may
/// hold anything, is the third, and when it began is the 22nd.
const SCRIPT: &str = r#"
    directory=$1 keep=$2
    read -r _
    for file in "$directory"/run/*.pid; do
        read -r pid began < "$file" && stat=$(cat "/proc/$pid/stat" 2>/dev/null) || continue
        set -f; set -- ${stat##*) }; set +f
        [ "${20}" = "$began" ] && kill -9 "$pid"
    done
    [ "$keep" = keep ] && exit
    sleep 0.2
    rm -rf "$directory"
"#;

impl Janitor {
    /// The janitor of the stack in this directory.
    ///
    /// # Errors
    /// There is no shell.
    pub fn of(directory: &Path) -> Result<Self, StackError> {
        Self::told(directory, "remove")
    }

    /// One that leaves the directory as it is then.
    ///
    /// # Errors
    /// There is no shell.
    pub fn keeping(directory: &Path) -> Result<Self, StackError> {
        Self::told(directory, "keep")
    }

    fn told(directory: &Path, word: &str) -> Result<Self, StackError> {
        let child = test_janitor::janitor(SCRIPT).arg(directory).arg(word).spawn();
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
    use tempfile::TempDir;

    use super::*;
    use crate::process::began_at;

    /// A stack of two: one that was started for it, and a number that has come again.
    struct Two {
        directory: TempDir,
        own: Child,
        strange: Child,
    }

    impl Two {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let run = directory.path().join("run");
            std::fs::create_dir(&run).unwrap();
            let sleeper = || Command::new("sleep").arg("60").spawn().unwrap();
            let (own, strange) = (sleeper(), sleeper());
            let began = began_at(Pid::from_child(&own)).unwrap();
            std::fs::write(run.join("own.pid"), format!("{} {began}\n", own.id())).unwrap();
            std::fs::write(run.join("strange.pid"), format!("{} 1\n", strange.id())).unwrap();
            Self { directory, own, strange }
        }

        fn only_own_was_killed(&mut self) {
            assert_eq!(self.strange.try_wait().unwrap(), None);
            self.strange.kill().unwrap();
            self.strange.wait().unwrap();
            // Killed, and not ended by itself.
            assert_eq!(self.own.wait().unwrap().code(), None);
        }
    }

    #[test]
    fn only_what_began_when_it_was_started_is_killed() {
        let mut two = Two::new();
        drop(Janitor::of(two.directory.path()).unwrap());
        assert!(!two.directory.path().exists());
        two.only_own_was_killed();
    }

    #[test]
    fn what_is_kept_is_kept_without_its_processes() {
        let mut two = Two::new();
        drop(Janitor::keeping(two.directory.path()).unwrap());
        assert!(two.directory.path().join("run/own.pid").exists());
        two.only_own_was_killed();
    }
}
