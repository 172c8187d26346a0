//! Cleans up after a test process, whichever way it ends: servers that it started, directories that it filled.
//!
//! A shell waits for that. The process holds the other end of its standard input, which the kernel closes however the process dies.

use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

/// A shell that runs this script. `read -r _` returns in it when its standard input is closed: the child that is made of this is
/// dropped, or this process has ended.
///
/// A terminal's Ctrl-C and a service manager's TERM are meant for this process. The shell goes on, and cleans up after it.
#[must_use]
pub fn janitor(script: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &format!("trap '' HUP INT TERM\n{script}"), "plimsoll-test-janitor"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.current_dir("/").process_group(0);
    command
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{BufRead as _, BufReader};

    use super::*;

    #[test]
    fn what_ends_the_process_ends_no_janitor() {
        let directory = tempfile::tempdir().unwrap();
        let left = directory.path().join("left");
        fs::create_dir(&left).unwrap();
        let mut command = janitor("echo waits; read -r _; rm -r \"$1\"");
        let mut shell = command.arg(&left).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(shell.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "waits\n");

        // Ctrl-C goes to all of the terminal's group. The group is the third field after the name, which ends with the last parenthesis.
        let stat = fs::read_to_string(format!("/proc/{}/stat", shell.id())).unwrap();
        let group = stat.rsplit_once(')').unwrap().1.split_whitespace().nth(2).unwrap();
        assert_eq!(group, shell.id().to_string());
        for signal in ["HUP", "INT", "TERM"] {
            let sent = Command::new("kill").args(["-s", signal, &shell.id().to_string()]).status();
            assert!(sent.unwrap().success());
        }
        assert!(left.exists());
        drop(shell.stdin.take());
        assert!(shell.wait().unwrap().success());
        assert!(!left.exists());
    }
}
