//! `plimsoll audit`: the log, its export, and whether an export is what was signed.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use api::audit::{AuditRecord, Checkpoint};
use api::page::Page;

use crate::cli::{Audit, AuditFilter, AuditVerb, Server};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::remote::Client;
use crate::remote::client::query;
use crate::remote::progress::Progress;
use crate::remote::show::{either, moment, table};

pub(crate) fn run(audit: &Audit) -> Result<Outcome, Failure> {
    match &audit.verb {
        AuditVerb::List { filter, limit, server } => {
            let path = format!("/audit_logs{}", asked(filter, Some(&limit.to_string())));
            let page: Page<AuditRecord> = Client::open(server)?.get(&path)?;
            either(server, &page, || listed(&page))
        }
        AuditVerb::Export { filter, output, server } => export(filter, output.as_deref(), server),
        AuditVerb::Verify { export, key, format } => crate::verify::run(export, key, *format),
        AuditVerb::Key { server } => {
            let checkpoint: Checkpoint = Client::open(server)?.get("/audit/checkpoint")?;
            either(server, &checkpoint, || format!("{}\n", checkpoint.public_key))
        }
    }
}

fn asked(filter: &AuditFilter, limit: Option<&str>) -> String {
    query(&[
        ("promotion_id", filter.promotion.as_deref()),
        ("actor", filter.actor.as_deref()),
        ("type", filter.event_type.as_deref()),
        ("since", filter.since.as_deref()),
        ("until", filter.until.as_deref()),
        ("limit", limit),
    ])
}

fn listed(page: &Page<AuditRecord>) -> String {
    let rows: Vec<Vec<String>> = (page.items.iter())
        .map(|record| {
            let name = record.event_type.trim_start_matches("plimsoll.").replace(".v1.", " ");
            vec![moment(record.time), record.actor.clone(), name, record.subject.clone()]
        })
        .collect();
    table(&["time", "actor", "event", "subject"], &rows)
}

fn export(filter: &AuditFilter, output: Option<&Path>, server: &Server) -> Result<Outcome, Failure> {
    let lines = Client::open(server)?.lines(&format!("/audit/export{}", asked(filter, None)), None)?;
    let progress = Progress::start("exporting");
    let written = match output {
        Some(path) => whole(path, |file| copy(lines, file)),
        None => copy(lines, &mut std::io::stdout().lock()),
    };
    drop(progress);
    let written = written?;
    Ok(match output {
        Some(path) => Outcome::of(format!("{written} lines in {}\n", path.display())),
        None => Outcome::default(),
    })
}

fn unwritten(error: std::io::Error) -> Failure {
    Failure::new("OUTPUT_FAILED", format!("the export cannot be written: {error}"))
}

fn copy(
    lines: impl Iterator<Item = std::io::Result<String>>,
    output: &mut dyn std::io::Write,
) -> Result<usize, Failure> {
    let mut written = 0;
    let mut buffered = BufWriter::new(output);
    for line in lines {
        let line = line
            .map_err(|error| Failure::new("SERVER_UNREACHABLE", format!("the export broke off: {error}")))?;
        writeln!(buffered, "{line}").map_err(unwritten)?;
        written += 1;
    }
    buffered.flush().map_err(unwritten)?;
    Ok(written)
}

/// Writes a file whole or not at all: half an export would be taken for one. What is no file (a pipe, a terminal) is
/// written as it comes.
fn whole(
    path: &Path,
    write: impl FnOnce(&mut dyn std::io::Write) -> Result<usize, Failure>,
) -> Result<usize, Failure> {
    if path.exists() && !path.is_file() {
        return write(&mut File::create(path).map_err(unwritten)?);
    }
    let part = path.with_added_extension("part");
    let written = File::create(&part).map_err(unwritten).and_then(|mut file| {
        let written = write(&mut file)?;
        file.sync_all().and_then(|()| std::fs::rename(&part, path)).map_err(unwritten)?;
        Ok(written)
    });
    if written.is_err() {
        // It may not even be there.
        let _ = std::fs::remove_file(&part);
    }
    written
}

/// The lines of a file, as bytes: one that was altered may be no text any more.
pub(crate) fn lines(path: &Path) -> Result<impl Iterator<Item = std::io::Result<Vec<u8>>>, Failure> {
    let fail =
        |error| Failure::new("SOURCE_UNREADABLE", format!("{} cannot be read: {error}", path.display()));
    Ok(BufReader::new(File::open(path).map_err(fail)?).split(b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_that_breaks_off_leaves_what_was_there() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log.jsonl");
        let line = |text: &str| Ok(text.to_owned());
        assert_eq!(whole(&path, |file| copy([line("a"), line("b")].into_iter(), file)).unwrap(), 2);
        let broken = [line("c"), Err(std::io::Error::other("reset"))].into_iter();
        assert!(whole(&path, |file| copy(broken, file)).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a\nb\n");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
