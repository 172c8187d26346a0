//! `chaos --promotions 10000 [--form short|full] [--programs DIR]`: runs the stack, breaks it, counts, prints the table.

mod act;
mod aftermath;
mod faults;
mod letters;
mod log;
mod poison;
mod recovery;
mod roll;

use std::path::PathBuf;
use std::process::ExitCode;

use chaos::{Client, Failed, Lines, table};
use seeded::Lot;
use serde_json::json;
use stack::{Brokers, Copies, Janitor, Layout, Schemas, Shared, Stack};

use crate::act::Theatre;
use crate::faults::{Fault, Form, Scene};
use crate::log::Log;
use crate::roll::Roll;

struct Options {
    promotions: usize,
    form: Form,
    programs: PathBuf,
    port: u16,
    lanes: usize,
    only: Vec<String>,
    keep: Option<PathBuf>,
}

const USAGE: &str = "usage: chaos [--promotions N] [--form short|full] [--programs DIR] [--port FIRST] [--lanes N] [--only WORD] [--keep DIR]";

fn main() -> ExitCode {
    match Options::read().and_then(run) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("chaos: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Options {
    fn read() -> Result<Self, Failed> {
        let own = std::env::current_exe()?;
        let programs = own.parent().ok_or("this program is nowhere")?.to_owned();
        let mut options = Self {
            promotions: 200,
            form: Form::Short,
            programs,
            port: 19300,
            lanes: 4,
            only: Vec::new(),
            keep: None,
        };
        let words: Vec<String> = std::env::args().skip(1).collect();
        for pair in words.chunks(2) {
            let [flag, value] = pair else { return Err(USAGE.into()) };
            match flag.as_str() {
                "--promotions" => options.promotions = value.parse()?,
                "--form" if value == "short" => options.form = Form::Short,
                "--form" if value == "full" => options.form = Form::Full,
                "--programs" => options.programs = std::path::absolute(value)?,
                "--port" => options.port = value.parse()?,
                "--lanes" => options.lanes = value.parse()?,
                "--only" => options.only.push(value.clone()),
                "--keep" => options.keep = Some(std::path::absolute(value)?),
                _ => return Err(USAGE.into()),
            }
        }
        Ok(options)
    }
}

/// Whether all is as it has to be.
fn run(options: Options) -> Result<bool, Failed> {
    let temporary = tempfile::tempdir()?;
    let directory = options.keep.clone().unwrap_or_else(|| temporary.path().join("chaos"));
    let layout = Layout {
        directory: directory.join("stack"),
        programs: options.programs.clone(),
        cache: stack::cache(),
        brokers: Brokers::Three,
        schemas: Schemas::Registered,
        copies: Copies::Two,
        shared: Shared::found(),
        port: options.port,
        lines: true,
    };
    // The logs of who wants to keep them are not removed.
    let _janitor = match options.keep {
        None => Some(Janitor::of(&layout.directory)?),
        Some(_) => None,
    };
    let stack = Stack::prepare(layout)?;
    let lines = Lines::to(stack.layout())?;
    let outcome = perform(&options, &stack, &lines, directory.join("repositories"));
    stack.down();
    outcome
}

fn perform(options: &Options, stack: &Stack, lines: &Lines, repositories: PathBuf) -> Result<bool, Failed> {
    stack.servers()?;
    stack.services()?;
    let server = format!("http://127.0.0.1:{}", stack.layout().api_port());
    let admin = Client::new(server, stack.admin_token()?);
    admin.call("POST", "/clusters", "", Some(&json!({"name": "eu"})))?;
    let people = (admin.clone(), admin.caller("alice", "requester")?, admin.caller("bob", "approver")?);
    let log = Log::open(stack.layout())?;
    let (form, roll, lot) = (options.form, Roll::of(stack), Lot::new(0x506c_696d_736f_6c6c));
    let scene = Scene { stack, lines, log: &log, form, roll, lot };
    let mut theatre = Theatre::new(scene, people, repositories, options.lanes);
    let wanted = |fault: &Fault| {
        options.only.is_empty() || options.only.iter().any(|word| fault.name().contains(word.as_str()))
    };
    let faults: Vec<Fault> = Fault::ALL.into_iter().filter(wanted).collect();
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for (at, fault) in faults.iter().enumerate() {
        // What cannot be divided goes to the first.
        let quota = options.promotions / faults.len() + usize::from(at < options.promotions % faults.len());
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
