//! Of many promotions those that a change of files is about.

use std::io::Read as _;

use crate::cli::Preview as Arguments;
use crate::edges::Edge;
use crate::failure::Failure;
use crate::session::Session;

/// The largest list of files that is read: a wrong file should not fill the memory.
const LARGEST_LIST: u64 = 64 << 20;

/// The files that have changed, from the repository's root; none where nobody asks.
pub(super) fn paths(session: &Session, arguments: &Arguments) -> Result<Option<Vec<String>>, Failure> {
    if let Some(revision) = &arguments.since {
        return Ok(Some(session.workspace.changed_since(revision)?));
    }
    let Some(list) = &arguments.changed else { return Ok(None) };
    let text = read(list).map_err(|error| {
        Failure::new("SOURCE_UNREADABLE", format!("the list of changed files {list} cannot be read: {error}"))
    })?;
    let lines = text.lines().map(|line| line.strip_prefix("./").unwrap_or(line));
    Ok(Some(lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()))
}

fn read(list: &str) -> std::io::Result<String> {
    let mut text = String::new();
    match list {
        "-" => std::io::stdin().take(LARGEST_LIST).read_to_string(&mut text)?,
        path => std::fs::File::open(path)?.take(LARGEST_LIST).read_to_string(&mut text)?,
    };
    Ok(text)
}

/// Whether a promotion reads one of the files, or lists the directory of one.
pub(super) fn touches(edge: &Edge<'_>, paths: &[String]) -> bool {
    [edge.from, edge.to].iter().any(|side| paths.iter().any(|path| side.reads.touches(path)))
}
