//! `plimsoll rights`: what each service may do, as grants that an administrator makes, and held against those that are there.

mod file;
mod kafka;
mod listed;
mod postgres;

use std::io::Read as _;
use std::path::Path;

use crate::cli::{Rights, RightsVerb};
use crate::escape;
use crate::failure::Failure;
use crate::outcome::Outcome;

pub(crate) fn run(Rights { verb, file }: &Rights) -> Result<Outcome, Failure> {
    let rights = file::read(file.as_deref())?;
    match verb {
        RightsVerb::Kafka => Ok(Outcome::of(kafka::commands(&rights))),
        RightsVerb::Postgres => Ok(Outcome::of(postgres::statements(&rights))),
        RightsVerb::Check { listed } => check(&rights, listed),
    }
}

fn check(rights: &file::Rights, path: &Path) -> Result<Outcome, Failure> {
    let found = listed::read(&text(path)?).map_err(|why| unreadable(path, &why))?;
    let differences = kafka::differences(rights, &found);
    let lines: Vec<String> = differences.iter().map(|line| escape::line(line) + "\n").collect();
    let output = match &*lines {
        [] => "every grant is as in the file\n".to_owned(),
        lines => lines.concat(),
    };
    let against = match differences.len() {
        0 => Vec::new(),
        count => vec![format!("{count} differences from the file")],
    };
    Ok(Outcome { output, against, ..Outcome::default() })
}

fn text(path: &Path) -> Result<String, Failure> {
    let read = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    read.map_err(|error| unreadable(path, &error.to_string()))
}

fn unreadable(path: &Path, why: &str) -> Failure {
    Failure::new("RIGHTS_INVALID", format!("{}: {why}", path.display()))
}
