//! `plimsoll impact --since REV`: what an edit changes in every environment.

use std::collections::{BTreeMap, BTreeSet};

use diff_engine::Diff;
use discovery::Environment;
use file_tree::FileTree;
use kube_model::Object;
use serde::Serialize;
use source::Discovery;

use crate::cli::{Format, Impact as Arguments};
use crate::failure::Failure;
use crate::json;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::text::{self, Page};

/// What an edit does to the environments of a repository; each list is sorted by application and environment.
#[derive(Debug, Default, Serialize)]
struct Impact {
    /// Environments that come with it.
    created: Vec<Known>,
    /// Environments that go with it.
    deleted: Vec<Known>,
    /// Environments whose objects it changes.
    changed: Vec<Changed>,
}

/// An environment, and what it was found by.
#[derive(Debug, Serialize)]
struct Known {
    application: String,
    environment: String,
    found_by: String,
}

/// An environment with what changes in it.
#[derive(Debug, Serialize)]
struct Changed {
    #[serde(flatten)]
    known: Known,
    changes: Diff,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let session = Session::open(&arguments.common)?;
    let now = session.workspace.discover()?;
    let then = match (&arguments.since, &arguments.before) {
        (Some(revision), _) => session.workspace.discover_at(revision)?,
        (None, before) => session.workspace.discover_in(before.as_deref().unwrap_or_default())?,
    };
    let mut failed = Vec::new();
    let impact = impact(&session, &then, &now, &mut failed);
    let output = match arguments.printed.format {
        Format::Json => json::print(&impact)?,
        Format::Text => impact.text(&session),
        Format::Markdown => impact.markdown(),
    };
    Ok(Outcome { output, failed, ..Outcome::default() })
}

fn impact(session: &Session, then: &Discovery, now: &Discovery, failed: &mut Vec<Failure>) -> Impact {
    let edited = differing(then.files.tree(), now.files.tree());
    let (before, after) = (environments(then), environments(now));
    let mut impact = Impact::default();
    for (name, environment) in &after {
        let Some(earlier) = before.get(name) else {
            impact.created.push(Known::of(name, environment));
            continue;
        };
        if !is_read(earlier, &edited) && !is_read(environment, &edited) {
            continue;
        }
        match (objects(session, then, earlier), objects(session, now, environment)) {
            (Ok(before), Ok(after)) => {
                let (before, after) = session.redactor.redact_both(&before, &after);
                let changes = diff_engine::diff(&before, &after).ignoring(session.ignored());
                if !changes.changes.is_empty() {
                    impact.changed.push(Changed { known: Known::of(name, environment), changes });
                }
            }
            (Err(failure), _) | (_, Err(failure)) => failed.push(failure),
        }
    }
    let gone = before.iter().filter(|(name, _)| !after.contains_key(*name));
    impact.deleted.extend(gone.map(|(name, environment)| Known::of(name, environment)));
    impact
}

type Name<'d> = (&'d str, &'d str);

fn environments(discovery: &Discovery) -> BTreeMap<Name<'_>, &Environment> {
    let all = discovery.found.all();
    all.map(|(application, one)| ((application.name.as_str(), one.name.as_str()), one)).collect()
}

/// The files that are not the same, that came, and that went.
fn differing(then: &FileTree, now: &FileTree) -> BTreeSet<String> {
    let changed = now.files().filter(|(path, bytes)| then.file(path) != Some(*bytes));
    let gone = then.files().filter(|(path, _)| now.file(path).is_none());
    changed.chain(gone).map(|(path, _)| path.to_owned()).collect()
}

fn is_read(environment: &Environment, edited: &BTreeSet<String>) -> bool {
    let definitions = environment.definitions();
    edited.iter().any(|path| environment.reads.touches(path) || definitions.contains(path))
}

fn objects(
    session: &Session,
    discovery: &Discovery,
    environment: &Environment,
) -> Result<Vec<Object>, Failure> {
    let tree = discovery.files.tree();
    let rendered = render::render_environment(tree, environment, &session.programs, &session.limits);
    let failure = |error: render::RenderError| {
        Failure::new(error.code(), format!("{} ({}): {error}", environment.name, environment.found_by.why))
    };
    rendered.map(|rendered| rendered.objects).map_err(failure)
}

impl Known {
    fn of((application, environment): &Name<'_>, found: &Environment) -> Self {
        Self {
            application: (*application).to_owned(),
            environment: (*environment).to_owned(),
            found_by: found.found_by.why.clone(),
        }
    }

    fn line(&self, mark: &str) -> String {
        format!("{mark} {}/{} ({})", self.application, self.environment, self.found_by)
    }
}

impl Impact {
    fn headline(&self) -> String {
        let count = |number| text::count(number, "environment", "environments");
        let parts = [
            (self.changed.len(), "changed"),
            (self.created.len(), "created"),
            (self.deleted.len(), "deleted"),
        ];
        let some = parts.into_iter().filter(|(number, _)| *number > 0);
        let some: Vec<String> = some.map(|(number, what)| format!("{} {what}", count(number))).collect();
        if some.is_empty() { "no environment changes".to_owned() } else { some.join(", ") }
    }

    /// Each environment on a line, with the objects that change below it.
    fn lines(&self) -> Vec<(usize, String)> {
        let mut lines = Vec::new();
        for Changed { known, changes } in &self.changed {
            lines.push((0, known.line("~")));
            let of = |mark: &'static str, names: &[String]| -> Vec<(usize, String)> {
                names.iter().map(|name| (2, format!("{mark} {name}"))).collect()
            };
            lines.extend(of("~", &changes.summary.modified));
            lines.extend(of("+", &changes.summary.added));
            lines.extend(of("-", &changes.summary.removed));
        }
        lines.extend(self.created.iter().map(|known| (0, known.line("+"))));
        lines.extend(self.deleted.iter().map(|known| (0, known.line("-"))));
        lines
    }

    fn text(&self, session: &Session) -> String {
        let mut page = Page::new(session.style);
        page.heading(&self.headline());
        for (indent, line) in self.lines() {
            page.wrapped(indent, None, &line);
        }
        page.finish()
    }

    fn markdown(&self) -> String {
        let lines = self.lines().into_iter().map(|(indent, line)| {
            format!("{:indent$}- `{}`\n", "", crate::escape::line(&line).replace('`', "'"))
        });
        format!("### {}\n\n{}", self.headline(), lines.collect::<String>())
    }
}
