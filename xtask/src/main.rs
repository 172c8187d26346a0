//! Tasks of this repository that are programs: `cargo xtask schema`, `rules`, `simulate`, `stack`, `asyncapi`, `release-schemas VERSION`.

mod asyncapi;
mod document;
mod go_module;
mod linter;
mod released;
mod rules;
mod stack;
mod table;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

/// The last patch of every minor version whose API the table covers, newest first.
const KUBERNETES: [&str; 9] =
    ["1.36.3", "1.35.4", "1.34.3", "1.33.13", "1.32.13", "1.31.14", "1.30.14", "1.29.6", "1.28.15"];

const USAGE: &str = "\
usage: cargo xtask TASK

  schema                     writes the table of Kubernetes' API
  rules                      writes the catalogue of the risk rules
  asyncapi                   writes what is on the log, as an AsyncAPI document
  release-schemas VERSION    writes down which number is which schema in a release
  simulate [OPTION…]         plays histories of the control plane (--help says more)
  stack up|down|status       runs every service on real servers (--help says more)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["schema"] => write_schema(),
        ["rules"] => write_rules(),
        ["simulate", flags @ ..] => return simulate(flags),
        ["stack", words @ ..] => match stack::run(words) {
            Ok(code) => return code,
            Err(error) => Err(error),
        },
        ["-h" | "--help" | "help"] => {
            println!("{USAGE}");
            Ok(())
        }
        ["asyncapi"] => asyncapi::write(),
        ["release-schemas", version] => released::freeze(version),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Plays histories: `cargo simulate`, which builds the simulator optimised, without this program.
fn simulate(flags: &[&str]) -> ExitCode {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    match Command::new(cargo).arg("simulate").args(flags).status() {
        Ok(status) => {
            status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
        }
        Err(error) => {
            eprintln!("xtask: cargo cannot be started: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes the catalogue of the risk rules into `docs`.
fn write_rules() -> Result<(), Box<dyn Error>> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    fs::create_dir_all(docs.join("rules"))?;
    let front = fs::read_to_string(docs.join("rules.md"))?;
    for (name, text) in rules::pages(&front)? {
        fs::write(docs.join(name), text)?;
    }
    Ok(())
}

/// Writes the table of Kubernetes' API from the published documents.
fn write_schema() -> Result<(), Box<dyn Error>> {
    let mut table = table::Table::default();
    for version in KUBERNETES {
        let module = go_module::directory("k8s.io/kubernetes", version)?;
        table.add(version, document::Document::read(&module.join("api/openapi-spec"))?);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../libs/kube-model/data/kubernetes.txt");
    fs::write(path, table.to_string())?;
    Ok(())
}
