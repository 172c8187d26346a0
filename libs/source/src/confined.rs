//! A program of ours that works on what other people wrote: confined as commands are, fed through its standard input.

use std::path::Path;

use crate::sandbox::{self, Bounds, Ended, PrivateDirectory};

/// What a program prints that gets this input, with an empty environment, no network, and no more time, memory and output
/// than `bounds` say.
///
/// # Errors
/// Why it printed nothing that counts, as a part of a sentence: `it took more than 10 s`.
pub fn confined(
    program: &Path,
    arguments: &[&str],
    input: &[u8],
    bounds: &Bounds,
) -> Result<Vec<u8>, String> {
    let place = PrivateDirectory::new().map_err(|error| format!("it could not be started: {error}"))?;
    let arguments: Vec<_> = arguments.iter().map(Into::into).collect();
    match sandbox::run_fed(program, &arguments, input, &place, bounds) {
        Ended::Done { stdout } => Ok(stdout),
        Ended::Time => Err(format!("it took more than {} s", bounds.time.as_secs())),
        Ended::Memory => Err(format!("it took more than {} MiB of memory", bounds.memory_bytes >> 20)),
        Ended::Output => Err(format!("it printed more than {} MiB", bounds.output_bytes >> 20)),
        Ended::NotStarted { why } => Err(format!("it could not be started: {why}")),
        // Not what it printed: that may be other people's.
        Ended::Failed { .. } => Err("it ended with an error".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn sh(script: &str, bounds: Bounds) -> Result<Vec<u8>, String> {
        confined(Path::new("/bin/sh"), &["-c", script], b"fed\n", &bounds)
    }

    #[test]
    fn a_program_is_fed_and_ends_within_its_bounds() {
        assert_eq!(sh("cat", Bounds::default()), Ok(b"fed\n".to_vec()));
        let second = Bounds { time: Duration::from_secs(1), ..Bounds::default() };
        assert_eq!(sh("sleep 600", second), Err("it took more than 1 s".to_owned()));
        let little = Bounds { output_bytes: 1 << 20, ..Bounds::default() };
        assert_eq!(sh("yes", little), Err("it printed more than 1 MiB".to_owned()));
        assert_eq!(sh("exit 3", Bounds::default()), Err("it ended with an error".to_owned()));
        let said = "echo memory allocation of 9 bytes failed >&2; exit 134";
        assert_eq!(sh(said, Bounds::default()), Err("it took more than 4096 MiB of memory".to_owned()));
    }
}
