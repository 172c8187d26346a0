//! `plimsoll audit verify`: whether an export is what was signed, with nothing but the public key.

use std::fmt::Write as _;
use std::path::Path;

use tlog::{PublicKey, Report, Selection, Verifier};

use crate::cli::Format;
use crate::escape;
use crate::failure::Failure;
use crate::json;
use crate::outcome::Outcome;
use crate::remote::audit::lines;

pub(crate) fn run(export: &Path, key: &str, format: Format) -> Result<Outcome, Failure> {
    let key: PublicKey =
        key.trim().parse().map_err(|error: tlog::KeyError| Failure::told(error.code(), error.to_string()))?;
    let keys = [key];
    let mut verifier = Verifier::new(&keys);
    let unreadable =
        |error| Failure::new("SOURCE_UNREADABLE", format!("{} cannot be read: {error}", export.display()));
    for line in lines(export)? {
        verifier.line(&line.map_err(unreadable)?);
    }
    let report = verifier.finish();
    let output = match format {
        Format::Json => json::print(&report)?,
        _ => text(&report),
    };
    let mut outcome = Outcome::of(output);
    if !report.verified {
        outcome.against.push("the export is not what was signed".to_owned());
    }
    Ok(outcome)
}

fn text(report: &Report) -> String {
    let mut lines = String::new();
    let verdict = if report.verified { "verified" } else { "NOT verified" };
    let origin = report.origin.as_deref().unwrap_or("a log whose checkpoint nobody known has signed");
    let _ = writeln!(lines, "{verdict}: {}", escape::line(origin));
    if let (Some(size), Some(root)) = (report.size, &report.root) {
        let _ = writeln!(lines, "  log          {size} leaves, root {root}");
    }
    if !report.signed_by.is_empty() {
        let _ = writeln!(lines, "  signed by    {}", escape::line(&report.signed_by.join(", ")));
    }
    let claim = match report.selection {
        Some(Selection::All) => "all of the log",
        Some(Selection::Part) => "a part of the log; nothing is claimed about the rest",
        None => "nobody knows what",
    };
    let _ =
        writeln!(lines, "  export       {} leaves, {} of them proven: {claim}", report.leaves, report.proven);
    let _ = writeln!(lines, "  checkpoints  {} earlier ones, which the log continues", report.checkpoints);
    for defect in &report.defects {
        let leaf = defect.leaf.map_or(String::new(), |leaf| format!(", leaf {leaf}"));
        let message = escape::line(&defect.message);
        let _ = writeln!(lines, "  line {}{leaf}: {}: {message}", defect.line, defect.fault.code());
    }
    if report.unlisted > 0 {
        let _ = writeln!(lines, "  and {} more", report.unlisted);
    }
    lines
}
