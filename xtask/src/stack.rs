//! `cargo xtask stack up|down|status`: every service as a process of its own on real servers, from packages, without Docker.

use std::error::Error;
use std::path::PathBuf;

use stack::{Brokers, Copies, Layout, Schemas, Shared, Stack};

const USAGE: &str = "usage: cargo xtask stack up|down|status [--dir DIR] [--brokers 1|3] [--copies 1|2] [--port FIRST] [--programs DIR]";

/// What the command line says.
struct Options {
    directory: PathBuf,
    brokers: Brokers,
    copies: Copies,
    port: u16,
    programs: PathBuf,
}

pub(crate) fn run(verb: &str, words: &[&str]) -> Result<(), Box<dyn Error>> {
    let options = Options::read(words)?;
    match verb {
        "up" => up(options),
        "down" => {
            Stack::of(&options.directory)?.down();
            Ok(())
        }
        "status" => {
            show(&Stack::of(&options.directory)?);
            Ok(())
        }
        _ => Err(USAGE.into()),
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
                ["--port", port] => options.port = port.parse()?,
                ["--programs", directory] => options.programs = std::path::absolute(directory)?,
                _ => return Err(USAGE.into()),
            }
        }
        Ok(options)
    }
}

/// Beside this program, or what `make build-kafka` built, which is quicker.
fn programs() -> Result<PathBuf, Box<dyn Error>> {
    let own = std::env::current_exe()?;
    let own = own.parent().ok_or("this program is nowhere")?;
    let release = own.with_file_name("release");
    Ok(if release.join("plimsoll-gateway").exists() { release } else { own.to_owned() })
}

fn up(options: Options) -> Result<(), Box<dyn Error>> {
    let Options { directory, brokers, copies, port, programs } = options;
    let (cache, schemas, shared) = (stack::cache(), Schemas::Registered, Shared::found());
    let stack = Stack::up(Layout {
        directory,
        programs,
        cache,
        brokers,
        schemas,
        copies,
        shared,
        port,
        lines: false,
    })?;
    show(&stack);
    let (layout, api) = (stack.layout(), stack.layout().api_port());
    println!(
        "\nplimsoll login --server http://127.0.0.1:{api} --token-file {}",
        layout.at("secrets/admin.token").display()
    );
    Ok(())
}

/// A line a part.
fn show(stack: &Stack) {
    println!("{:<10} {:>8} {:>6} {:<6} log", "name", "pid", "port", "ready");
    for row in stack.status() {
        let pid = row.process.map_or_else(|| "-".to_owned(), |process| process.to_string());
        let ready = if row.ready { "yes" } else { "no" };
        println!("{:<10} {pid:>8} {:>6} {ready:<6} {}", row.name, row.port, row.log);
    }
}
