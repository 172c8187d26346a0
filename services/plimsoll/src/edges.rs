//! Which promotions a command means: applications of the repository that have both environments.

use discovery::{Discovered, Environment, Found, Problem};
use source::Discovery;

use crate::failure::Failure;

/// A promotion of an application, from one of its environments to another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge<'f> {
    pub(crate) application: &'f Discovered,
    pub(crate) from: &'f Environment,
    pub(crate) to: &'f Environment,
}

/// The most applications that an error names.
const NAMED: usize = 20;

/// The promotions from one environment to another, in the order of the applications; of somebody in a directory that
/// holds some, those.
pub(crate) fn edges<'f>(discovery: &'f Discovery, from: &str, to: &str) -> Vec<Edge<'f>> {
    let edge = |application: &'f Discovered| {
        let named = |name: &str| {
            let full = |one: &Environment| format!("{}/{}", application.name, one.name);
            application.environments.iter().find(|one| one.name == name || full(one) == name)
        };
        Some(Edge { application, from: named(from)?, to: named(to)? })
    };
    let mut all: Vec<Edge<'f>> = discovery.found.applications.iter().filter_map(edge).collect();
    let is_near = |edge: &Edge<'f>| [edge.from, edge.to].iter().any(|one| lies_in(one, &discovery.directory));
    if all.iter().any(is_near) {
        all.retain(is_near);
    }
    all
}

/// The applications that have one of the two environments, each in a sentence; and the files in which others may be.
pub(crate) fn left_out(discovery: &Discovery, from: &str, to: &str) -> Vec<String> {
    let Found { applications, notes } = &*discovery.found;
    let half = |application: &Discovered| {
        let has = |name: &str| application.environments.iter().any(|one| one.name == name);
        let (has, lacks) = match (has(from), has(to)) {
            (true, false) => (from, to),
            (false, true) => (to, from),
            _ => return None,
        };
        Some(format!("{} has {has}, and no {lacks}", application.name))
    };
    let unread = notes.iter().filter(|note| note.problem == Problem::Unreadable);
    let unread =
        unread.map(|note| format!("{}: {}", discovery.files.show(&note.at.to_string()), note.message));
    applications.iter().filter_map(half).chain(unread).collect()
}

fn lies_in(environment: &Environment, directory: &str) -> bool {
    let below = environment.recipe.path().and_then(|path| path.strip_prefix(directory));
    below.is_some_and(|rest| directory.is_empty() || rest.is_empty() || rest.starts_with('/'))
}

/// The promotion of an application, or of the only one that has both environments; none where there is none.
pub(crate) fn single<'f>(
    discovery: &'f Discovery,
    application: Option<&str>,
    from: &str,
    to: &str,
) -> Result<Option<Edge<'f>>, Failure> {
    let mut all = edges(discovery, from, to);
    if let Some(name) = application {
        return match all.iter().find(|edge| edge.application.name == name) {
            Some(edge) => Ok(Some(*edge)),
            None => Err(unknown(discovery, Some(name), from, to)),
        };
    }
    match all.len() {
        0 | 1 => Ok(all.pop()),
        several => {
            let message = format!(
                "{several} applications have both {from} and {to}: {}",
                named(all.iter().map(|edge| edge.application.name.as_str()).collect())
            );
            Err(Failure::new("APPLICATION_AMBIGUOUS", message))
        }
    }
}

/// That no application has both environments, or not the one that is named.
pub(crate) fn unknown(discovery: &Discovery, application: Option<&str>, from: &str, to: &str) -> Failure {
    let which =
        application.map_or_else(|| "no application".to_owned(), |name| format!("no application {name}"));
    let have = edges(discovery, from, to);
    let others = match have.as_slice() {
        [] => match discovery.found.names() {
            names if names.is_empty() => "no environment is found here".to_owned(),
            names => format!("there are {}", named(names.iter().map(String::as_str).collect())),
        },
        have => format!("{} do", named(have.iter().map(|edge| edge.application.name.as_str()).collect())),
    };
    let message = format!("{which} of this repository has both {from} and {to}; {others}");
    Failure::new("APPLICATION_UNKNOWN", message)
}

fn named(mut names: Vec<&str>) -> String {
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let names = names.join(", ");
    if more > 0 { format!("{names} and {more} more") } else { names }
}
