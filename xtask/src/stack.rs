//! `cargo xtask stack up|down|status`: every service as a process of its own on real servers, from packages, without Docker.

use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use stack::{Brokers, Copies, LAST_PORT, Layout, Schemas, Shared, Stack, State};

const USAGE: &str = "\
usage: cargo xtask stack up|down|status [OPTION…]

  up       starts what does not run yet, waits until all of it does its work, and prints what status prints;
           what runs is left as it is, and what is started runs on until it is brought down
  status   prints each part with its process, port, state and log; ends with 1 if one is down or not ready
  down     ends what was started, services first, and says what that was

  --dir DIR        where all of it is [default: stack in the cache, ~/.cache/plimsoll or PLIMSOLL_CACHE]
  --brokers 1|3    how many brokers there are [default: 1]
  --copies 1|2     how many processes each service has that can share its work [default: 1]
  --port FIRST     the first of 100 ports on loopback [default: 19100]
  --programs DIR   where the programs are [default: what make build-kafka built, or else beside this one]";

/// What the command line says.
#[derive(Debug)]
struct Options {
    directory: PathBuf,
    brokers: Brokers,
    copies: Copies,
    port: u16,
    programs: PathBuf,
}

pub(crate) fn run(words: &[&str]) -> Result<ExitCode, Box<dyn Error>> {
    if words.iter().any(|word| matches!(*word, "-h" | "--help")) {
        println!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    }
    let (verb, words) = words.split_first().ok_or(USAGE)?;
    let options = Options::read(words)?;
    match *verb {
        "up" => up(options),
        "down" => down(&options),
        "status" => Ok(show(&written(&options)?)),
        _ => Err(wrong(&format!("{verb} is no verb"))),
    }
}

impl Options {
    fn read(words: &[&str]) -> Result<Self, Box<dyn Error>> {
        let directory = stack::cache().join("stack");
        let (brokers, copies) = (Brokers::One, Copies::One);
        let mut options = Self { directory, brokers, copies, port: 19100, programs: programs()? };
        for pair in words.chunks(2) {
            match *pair {
                ["--dir", directory] => options.directory = std::path::absolute(directory)?,
                ["--brokers", "1"] => options.brokers = Brokers::One,
                ["--brokers", "3"] => options.brokers = Brokers::Three,
                ["--copies", "1"] => options.copies = Copies::One,
                ["--copies", "2"] => options.copies = Copies::Two,
                ["--port", port] => options.port = first_of_100(port)?,
                ["--programs", directory] => options.programs = std::path::absolute(directory)?,
                _ => return Err(wrong(&format!("{} is not understood", pair.join(" ")))),
            }
        }
        Ok(options)
    }
}

fn wrong(why: &str) -> Box<dyn Error> {
    format!("{why}\n{USAGE}").into()
}

fn first_of_100(port: &str) -> Result<u16, Box<dyn Error>> {
    let first = port.parse().ok().filter(|port| (1..=LAST_PORT).contains(port));
    first.ok_or_else(|| wrong(&format!("--port {port}: a number from 1 to {LAST_PORT} is expected")))
}

/// Beside this program, or what `make build-kafka` built, which is quicker.
fn programs() -> Result<PathBuf, Box<dyn Error>> {
    let own = std::env::current_exe()?;
    let own = own.parent().ok_or("this program is nowhere")?;
    let release = own.with_file_name("release");
    Ok(if release.join("plimsoll-gateway").exists() { release } else { own.to_owned() })
}

/// The stack of the directory, which need not run.
fn written(options: &Options) -> Result<Stack, Box<dyn Error>> {
    Stack::of(&options.directory)
        .map_err(|error| format!("there is no stack in {}: {error}", options.directory.display()).into())
}

fn up(options: Options) -> Result<ExitCode, Box<dyn Error>> {
    let Options { directory, brokers, copies, port, programs } = options;
    let (cache, schemas, shared) = (stack::fetched(), Schemas::Registered, Shared::found());
    let layout = Layout { directory, programs, cache, brokers, schemas, copies, shared, port, lines: false };
    let place = layout.directory.display().to_string();
    eprintln!("starting what does not run in {place}; what is started runs on until it is brought down");
    let stack = Stack::up(layout, |so_far| eprintln!("{so_far}"))?;
    let code = show(&stack);
    let (layout, api) = (stack.layout(), stack.layout().api_port());
    println!(
        "\nplimsoll login --server http://127.0.0.1:{api} --token-file {}",
        layout.at("secrets/admin.token").display()
    );
    Ok(code)
}

fn down(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    let directory = &options.directory;
    let ended = match stack::running(directory).is_empty() {
        true => Vec::new(),
        // What is written of it may be gone, or another release's.
        false => written(options).map_or_else(|_| stack::end(directory), |stack| stack.down()),
    };
    match &*ended {
        [] => println!("nothing ran in {}", directory.display()),
        ended => println!("ended: {}", ended.join(", ")),
    }
    match &*stack::running(directory) {
        [] => Ok(ExitCode::SUCCESS),
        left => Err(format!("still running in {}: {}", directory.display(), left.join(", ")).into()),
    }
}

/// A line a part; how it ends says whether all are ready.
fn show(stack: &Stack) -> ExitCode {
    let line = |name: &str, pid: &str, port: &str, state: &str, log: &str| {
        format!("{name:<12} {pid:>8} {port:>6} {state:<10} {log}\n")
    };
    let (rows, mut text) = (stack.status(), line("name", "pid", "port", "state", "log"));
    for row in &rows {
        let pid = row.process.map_or_else(|| "-".to_owned(), |process| process.to_string());
        text += &line(&row.name, &pid, &row.port.to_string(), row.state.as_str(), &row.log);
    }
    // A reader that has seen enough (`| head`) changes nothing about how it ends.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    match rows.iter().all(|row| row.state == State::Ready) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_what_is_none_is_told_with_the_usage() {
        let options =
            Options::read(&["--brokers", "3", "--copies", "2", "--port", "65436", "--dir", "/a"]).unwrap();
        assert_eq!((options.brokers, options.copies, options.port), (Brokers::Three, Copies::Two, 65436));
        assert_eq!(options.directory, PathBuf::from("/a"));
        for words in
            [&["--brokers", "2"][..], &["--port", "65437"], &["--port", "0"], &["--port"], &["--fast", "1"]]
        {
            let said = Options::read(words).unwrap_err().to_string();
            assert!(said.starts_with(words[0]) && said.ends_with(USAGE), "{said}");
        }
    }
}
