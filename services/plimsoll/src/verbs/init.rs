//! `plimsoll init [APPLICATION…] [--write]`.

use std::collections::BTreeMap;
use std::path::Path;

use discovery::{Discovered, Found, PlimsollYaml, plimsoll_yaml};
use source::{Change, Discovery, Limits, RepositoryFiles, RepositoryOrigin, Workspace};

use crate::cli::Init as Arguments;
use crate::failure::Failure;
use crate::outcome::Outcome;

const INVITATION: &str = "# Of what plimsoll init found. Check it: it says where the environments are and which promotions there are.\n";

/// A file for an application.
struct Written<'f> {
    application: &'f Discovered,
    path: String,
    file: PlimsollYaml,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let limits = Limits { file_bytes: arguments.max_file_bytes, ..Limits::default() };
    // A plimsoll.yaml that is there, and may be wrong, is no reason not to look.
    let workspace = Workspace::open_bare(Path::new("."), limits);
    let Discovery { files, found, .. } = workspace.discover()?;
    let mut notes = Vec::new();
    let written = all(arguments, &found, &mut notes)?;
    notes.extend(
        found.notes.iter().map(|note| format!("{}: {}", files.show(&note.at.to_string()), note.message)),
    );
    if written.is_empty() && notes.is_empty() {
        notes.push(
            "nothing here looks like an environment; see what is looked for: plimsoll init --help".to_owned(),
        );
    }
    let output = match arguments.write {
        true => write(&files, &written)?,
        false => print(&written),
    };
    Ok(Outcome { output, notes, ..Outcome::default() })
}

/// A file for each application that is asked for and has none yet.
fn all<'f>(
    arguments: &Arguments,
    found: &'f Found,
    notes: &mut Vec<String>,
) -> Result<Vec<Written<'f>>, Failure> {
    let known = || found.applications.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(name) = arguments.applications.iter().find(|name| found.application(name).is_none()) {
        let message = format!("there is no application {name} here; there are {}", known());
        return Err(Failure::new("APPLICATION_NOT_FOUND", message));
    }
    let is_asked =
        |one: &&Discovered| arguments.applications.is_empty() || arguments.applications.contains(&one.name);
    let mut all = Vec::new();
    for application in found.applications.iter().filter(is_asked) {
        let by = application.environments.first().map_or("", |one| &one.found_by.at.file);
        if by.rsplit('/').next() == Some(application::FILE_NAME) {
            notes.push(format!("{} is already in {by}", application.name));
            continue;
        }
        match plimsoll_yaml(found, application) {
            Some(file) => {
                let directory =
                    if file.directory.is_empty() { String::new() } else { format!("{}/", file.directory) };
                let path = format!("{directory}{}", application::FILE_NAME);
                all.push(Written { application, path, file });
            }
            None => notes.push(format!("{} is rendered from elsewhere, and left out", application.name)),
        }
    }
    Ok(all)
}

/// The files one after the other; of several, each says where it belongs.
fn print(written: &[Written<'_>]) -> String {
    let several = written.len() > 1;
    let documents = written.iter().map(|one| match several {
        true => format!("# {}\n{}", one.path, one.file.text),
        false => one.file.text.clone(),
    });
    let documents: Vec<String> = documents.collect();
    if documents.is_empty() { String::new() } else { format!("{INVITATION}{}", documents.join("---\n")) }
}

fn write(files: &RepositoryFiles, written: &[Written<'_>]) -> Result<String, Failure> {
    let RepositoryOrigin::WorkingTree(root) = files.origin() else { return Ok(String::new()) };
    let mut by_path: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for one in written {
        by_path.entry(&one.path).or_default().push(&one.application.name);
    }
    if let Some((path, names)) = by_path.iter().find(|(_, names)| names.len() > 1) {
        let names = names.join(", ");
        let message = format!("{path} would hold several applications ({names}): name the one that is meant");
        return Err(Failure::new("INIT_SHARED", message));
    }
    if let Some(one) = written.iter().find(|one| root.join(&one.path).symlink_metadata().is_ok()) {
        let message = format!("{} exists, and is not overwritten", files.show(&one.path));
        return Err(Failure::new("INIT_EXISTS", message));
    }
    let change = |one: &Written<'_>| Change {
        path: one.path.clone(),
        before: None,
        after: Some(format!("{INVITATION}{}", one.file.text).into_bytes()),
    };
    source::apply(root, &written.iter().map(change).collect::<Vec<_>>())?;
    Ok(written.iter().map(|one| format!("wrote {}\n", files.show(&one.path))).collect())
}
