//! What runs in a stack's directory already: another stack is not brought up over it.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use rustix::process::{Signal, kill_process};

use crate::error::StackError;
use crate::layout::Layout;
use crate::process::running_process;
use crate::up::Stack;

/// The parts whose process was started in this directory and still runs, by name, whatever is written about the stack.
#[must_use]
pub fn running(directory: &Path) -> Vec<String> {
    let files = fs::read_dir(directory.join("run")).into_iter().flatten().flatten().map(|entry| entry.path());
    let started = files.filter(|path| path.extension().is_some_and(|kind| kind == "pid"));
    let alive = started.filter(|path| running_process(path).is_some());
    let mut names: Vec<String> =
        alive.filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect();
    names.sort();
    names
}

/// Ends what was started in this directory, whatever is written about the stack: who, by name.
pub fn end(directory: &Path) -> Vec<String> {
    let ended = running(directory);
    for (signal, patience) in [(Signal::TERM, PATIENCE), (Signal::KILL, PATIENCE)] {
        for name in running(directory) {
            if let Some(process) = running_process(&directory.join(format!("run/{name}.pid"))) {
                // One that stands still does not hear that it is to end. One that is gone meanwhile is gone.
                let _ = kill_process(process, signal).and_then(|()| kill_process(process, Signal::CONT));
            }
        }
        let mut waited = Duration::ZERO;
        while !running(directory).is_empty() && waited < patience {
            sleep(TICK);
            waited += TICK;
        }
    }
    ended
}

const PATIENCE: Duration = Duration::from_secs(20);
const TICK: Duration = Duration::from_millis(50);

/// Refuses to make anything other of a stack than what runs of it: what it has no more would run on, and nobody would know it.
pub(crate) fn check(layout: &Layout) -> Result<(), StackError> {
    let (running, directory) = (running(&layout.directory), layout.directory.display());
    if running.is_empty() {
        return Ok(());
    }
    let why = match Stack::of(&layout.directory) {
        Ok(stack) if stack.layout() == layout => return Ok(()),
        Ok(stack) => stack.layout().otherwise(layout),
        Err(error) => error.to_string(),
    };
    let running = running.join(", ");
    Err(StackError::new(format!(
        "a stack runs in {directory} ({running}), which is another: {why}; bring it down first"
    )))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::process::{Child, Command};

    use rustix::process::Pid;
    use serde_json::json;
    use tempfile::TempDir;

    use super::*;
    use crate::process::began_at;
    use crate::{Brokers, Copies, Schemas, Shared, State};

    /// A stack as it is written: two parts, of which the first runs (and is no Redis).
    struct Written {
        directory: TempDir,
        sleeper: Child,
    }

    impl Written {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path();
            fs::create_dir(path.join("run")).unwrap();
            let layout = json!({
                "directory": path, "programs": "/programs", "cache": "/cache", "brokers": "1",
                "schemas": "Registered", "port": 27_100, "lines": false
            });
            let part = |name: &str, port: u16, ready: serde_json::Value| {
                json!({
                    "name": name, "service": null, "port": port, "words": ["sleep", "60"], "ready": ready,
                    "ends": "Terminated", "directory": path
                })
            };
            let parts = [
                part("redis", 27_141, json!({"Asked": ["true"]})),
                part("kafka-1", 27_101, json!({"Asked": ["true"]})),
            ];
            let text = json!({"layout": layout, "parts": parts}).to_string();
            fs::write(path.join("stack.json"), text).unwrap();
            let sleeper = Command::new("sleep").arg("60").spawn().unwrap();
            let began = began_at(Pid::from_child(&sleeper)).unwrap();
            fs::write(path.join("run/redis.pid"), format!("{} {began}\n", sleeper.id())).unwrap();
            // Its number is another process' by now.
            fs::write(path.join("run/kafka-1.pid"), format!("{} 1\n", std::process::id())).unwrap();
            Self { directory, sleeper }
        }

        fn layout(&self) -> Layout {
            Layout {
                directory: self.directory.path().to_owned(),
                programs: PathBuf::from("/programs"),
                cache: PathBuf::from("/cache"),
                brokers: Brokers::One,
                schemas: Schemas::Registered,
                copies: Copies::One,
                shared: Shared::Nothing,
                port: 27_100,
                lines: false,
            }
        }

        fn text(&self) -> String {
            fs::read_to_string(self.directory.path().join("stack.json")).unwrap()
        }
    }

    impl Drop for Written {
        fn drop(&mut self) {
            let _ = self.sleeper.kill();
            let _ = self.sleeper.wait();
        }
    }

    #[test]
    fn each_part_is_ready_or_not_or_down() {
        let written = Written::new();
        let stack = Stack::of(written.directory.path()).unwrap();
        let states: Vec<_> = stack.status().into_iter().map(|row| (row.name, row.port, row.state)).collect();
        assert_eq!(
            states,
            [("redis".to_owned(), 27_141, State::Ready), ("kafka-1".to_owned(), 27_101, State::Down)]
        );
        let text = written.text().replacen("[\"true\"]", "[\"false\"]", 1);
        fs::write(written.directory.path().join("stack.json"), text).unwrap();
        let stack = Stack::of(written.directory.path()).unwrap();
        assert_eq!(stack.status()[0].state, State::NotReady);
    }

    #[test]
    fn down_ends_what_runs_and_says_what_that_was() {
        let mut written = Written::new();
        let stack = Stack::of(written.directory.path()).unwrap();
        assert_eq!(running(written.directory.path()), ["redis"]);
        assert_eq!(stack.down(), ["redis"]);
        assert_eq!(written.sleeper.wait().unwrap().code(), None, "by a signal");
        assert_eq!(running(written.directory.path()), [""; 0]);
        assert_eq!(stack.down(), [""; 0]);
    }

    #[test]
    fn what_runs_is_ended_whatever_is_written_of_it() {
        let mut written = Written::new();
        fs::remove_file(written.directory.path().join("stack.json")).unwrap();
        assert_eq!(end(written.directory.path()), ["redis"]);
        assert_eq!(written.sleeper.wait().unwrap().code(), None, "by a signal");
        assert_eq!(end(written.directory.path()), [""; 0]);
    }

    #[test]
    fn no_other_stack_is_brought_up_over_one_that_runs() {
        let written = Written::new();
        let before = written.text();
        check(&written.layout()).unwrap();
        let other = Layout { port: 27_200, copies: Copies::Two, ..written.layout() };
        for refused in [check(&other).unwrap_err(), Stack::prepare(other.clone()).unwrap_err()] {
            let said = refused.to_string();
            assert!(said.contains("(redis)") && !said.contains('\n'), "{said}");
            assert!(said.contains("copies is 1, not 2, port is 27100, not 27200;"), "{said}");
        }
        assert_eq!(written.text(), before);
        // Nobody knows what it is.
        fs::remove_file(written.directory.path().join("stack.json")).unwrap();
        assert!(check(&written.layout()).unwrap_err().to_string().contains("(redis)"));
        fs::remove_file(written.directory.path().join("run/redis.pid")).unwrap();
        check(&other).unwrap();
    }
}
