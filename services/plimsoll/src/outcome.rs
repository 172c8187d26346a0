//! How a run ends: what is printed, and the exit code.

use std::io::Write as _;
use std::process::ExitCode;

use crate::escape;
use crate::failure::Failure;

/// What a verb has to say.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// For standard output.
    pub(crate) output: String,
    /// Reasons to end with 2, for standard error.
    pub(crate) against: Vec<String>,
    /// Errors of parts, which the others did not wait for; for standard error. Without a reason to end with 2, they
    /// end with 1.
    pub(crate) failed: Vec<Failure>,
    /// What else there is to know, for standard error.
    pub(crate) notes: Vec<String>,
}

const ERROR: u8 = 1;
const AGAINST: u8 = 2;

impl Outcome {
    pub(crate) fn of(output: String) -> Self {
        Self { output, ..Self::default() }
    }
}

/// Prints what there is to print. A reader that has seen enough (`| head`) changes nothing about the verdict.
pub(crate) fn finish(outcome: Result<Outcome, Failure>) -> ExitCode {
    match outcome {
        Ok(outcome) => {
            if let Some(failure) = print(&outcome.output) {
                return finish(Err(failure));
            }
            for reason in outcome.notes.iter().chain(&outcome.against) {
                say(&format!("plimsoll: {}\n", escape::line(reason)));
            }
            outcome.failed.iter().for_each(|failure| say(&failure.render()));
            match (outcome.against.is_empty(), outcome.failed.is_empty()) {
                (true, true) => ExitCode::SUCCESS,
                (true, false) => ExitCode::from(ERROR),
                (false, _) => ExitCode::from(AGAINST),
            }
        }
        Err(failure) => {
            say(&failure.render());
            ExitCode::from(ERROR)
        }
    }
}

/// Help and version as they are; a wrong flag is an error like any other, and clap's own 2 would be a verdict.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return finish(Ok(Outcome::of(error.render().to_string())));
    }
    let text = error.render().to_string();
    say(&text.replacen("error: ", "error[USAGE]: ", 1));
    ExitCode::from(ERROR)
}

/// Prints a line at once, for who follows something as it happens.
pub(crate) fn print_line(line: &str) -> Result<(), Failure> {
    print(&format!("{line}\n")).map_or(Ok(()), Err)
}

/// Says something on standard error at once.
pub(crate) fn remark(text: &str) {
    say(&format!("plimsoll: {}\n", escape::line(text)));
}

fn print(output: &str) -> Option<Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(output.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => None,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => None,
        Err(error) => Some(Failure::new("OUTPUT_FAILED", format!("the output cannot be written: {error}"))),
    }
}

/// Where nobody reads errors there is nobody to tell.
fn say(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
