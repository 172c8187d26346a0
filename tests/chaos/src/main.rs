//! `chaos --promotions 10000 --form full`: runs the stack, breaks it, counts, prints the table.

mod act;
mod aftermath;
mod audited;
mod copier;
mod faults;
mod letters;
mod log;
mod poison;
mod recovery;
mod roll;

use std::path::PathBuf;
use std::process::ExitCode;

use chaos::{Client, Failed, Lines, Options, People, USAGE, table};
use seeded::Lot;
use serde_json::json;
use stack::{Brokers, Copies, Janitor, Layout, Schemas, Shared, Stack, check_programs};

use crate::act::Theatre;
use crate::faults::{Fault, Scene};
use crate::log::Log;
use crate::roll::Roll;

fn main() -> ExitCode {
    match begin() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("chaos: {error}");
            ExitCode::FAILURE
        }
    }
}

fn begin() -> Result<bool, Failed> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match Options::read(&words)? {
        Some(options) => run(options),
        None => {
            println!("{USAGE}");
            Ok(true)
        }
    }
}

/// Whether all is as it has to be.
fn run(options: Options) -> Result<bool, Failed> {
    let own = std::env::current_exe()?;
    let own = own.parent().ok_or("this program is nowhere")?.to_owned();
    let temporary = tempfile::tempdir()?;
    let directory = options.keep.clone().unwrap_or_else(|| temporary.path().join("chaos"));
    let layout = Layout {
        directory: directory.join("stack"),
        programs: options.programs.clone().unwrap_or(own),
        cache: stack::fetched(),
        brokers: Brokers::Three,
        schemas: Schemas::Registered,
        copies: Copies::Two,
        shared: Shared::found(),
        port: options.port,
        lines: true,
    };
    let faults = wanted(&options, layout.shared)?;
    check_programs(&layout)?;
    let keeps = options.keep.is_some();
    let _janitor = (!keeps).then(|| Janitor::of(&layout.directory)).transpose()?;
    let stack = Stack::prepare(layout)?;
    // What is kept is kept without its processes. Not before the stack is prepared: if another runs there, it was refused.
    let _keeper = keeps.then(|| Janitor::keeping(&stack.layout().directory)).transpose()?;
    let lines = Lines::to(stack.layout())?;
    let outcome = perform((&options, &faults), &stack, &lines, directory.join("repositories"));
    stack.down();
    outcome
}

/// The faults that are asked for, and can be.
fn wanted(options: &Options, shared: Shared) -> Result<Vec<Fault>, Failed> {
    let mut faults = Fault::ALL.to_vec();
    faults.retain(|fault| options.wants(fault.name()));
    if shared == Shared::Nothing && faults.contains(&Fault::RedisKilled) {
        eprintln!("skipped: {} (no redis-server)", Fault::RedisKilled.name());
        faults.retain(|fault| *fault != Fault::RedisKilled);
    }
    match faults.len() {
        0 => Err(format!("there is no such fault: {}", options.only.join(", ")).into()),
        least if options.promotions < least => {
            Err(format!("--promotions: {least} faults have one each at least").into())
        }
        _ => Ok(faults),
    }
}

/// Who promotes, by each copy of the gateway.
fn people(stack: &Stack) -> Result<Vec<People>, Failed> {
    let gateways = stack.processes().iter().filter(|part| part.service.as_deref() == Some("gateway"));
    let servers: Vec<String> = gateways.map(|part| format!("http://127.0.0.1:{}", part.port)).collect();
    let first = servers.first().ok_or("there is no gateway")?;
    let admin = Client::new(first.clone(), stack.admin_token()?);
    admin.call("POST", "/clusters", "", Some(&json!({"name": "eu"})))?;
    let (alice, bob) = (admin.caller("alice", "requester")?, admin.caller("bob", "approver")?);
    let people = People { admin, alice, bob };
    Ok(servers.iter().map(|server| people.at(server)).collect())
}

fn perform(
    (options, faults): (&Options, &[Fault]),
    stack: &Stack,
    lines: &Lines,
    repositories: PathBuf,
) -> Result<bool, Failed> {
    stack.servers(|_| ())?;
    stack.services(|_| ())?;
    let people = people(stack)?;
    let log = Log::open(stack.layout())?;
    let (form, roll, lot) = (options.form, Roll::of(stack), Lot::new(0x506c_696d_736f_6c6c));
    let scene = Scene { stack, lines, log: &log, form, roll, lot };
    let mut theatre = Theatre::new(scene, people, repositories, options.lanes);
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for (fault, quota) in faults.iter().zip(options.shares(faults.len())) {
        let (row, said) = theatre.act(*fault, quota)?;
        eprint!(
            "{}",
            table(std::slice::from_ref(&row))
                .lines()
                .last()
                .map(|line| format!("{line}\n"))
                .unwrap_or_default()
        );
        said.iter().for_each(|problem| eprintln!("  {problem}"));
        rows.push(row);
        problems.extend(said);
    }
    println!("{}", table(&rows));
    match aftermath::checked(stack) {
        Ok(said) => said.iter().for_each(|text| println!("{text}")),
        Err(error) => problems.push(format!("what is left is not what it has to be: {error}")),
    }
    problems.iter().for_each(|problem| println!("- {problem}"));
    Ok(problems.is_empty() && rows.iter().all(chaos::Row::is_well))
}
