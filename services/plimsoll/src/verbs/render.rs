//! `plimsoll render SOURCE`.

use std::io::IsTerminal as _;
use std::path::Path;

use kube_model::yaml;
use source::Workspace;

use crate::cli::{Render, RenderFormat};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::render::{self, Rendered, annotated};
use crate::{escape, json, session};

pub(crate) fn run(arguments: &Render) -> Result<Outcome, Failure> {
    let limits = source::Limits { file_bytes: arguments.max_file_bytes, ..source::Limits::default() };
    let workspace = Workspace::open(Path::new("."), arguments.application.as_deref(), limits)?;
    let mut rendered =
        render::render(&workspace, &arguments.source, &limits, &arguments.programs.programs()?)?;
    // With the origins it is something to read and to show around; without them, something to apply.
    if arguments.origin {
        let redactor = session::redactor(arguments.redaction_key_file.as_deref())?;
        for one in &mut rendered {
            one.object = redactor.redact(&one.object);
        }
    }
    let output = match (arguments.format, arguments.origin) {
        (RenderFormat::Json, origin) => json::render::print(&rendered, origin)?,
        (RenderFormat::Yaml, true) => stream(&rendered, annotated::document),
        (RenderFormat::Yaml, false) => {
            let hidden = if std::io::stdout().is_terminal() { escape::is_invisible } else { |_| false };
            stream(&rendered, |one| yaml::write_escaping(&one.object.value, hidden))
        }
    };
    let says_no_origin = arguments.origin && rendered.iter().all(|one| one.fields.is_empty());
    let why = "what a program renders does not say which file set which field, so no origin is shown";
    Ok(Outcome { notes: says_no_origin.then(|| why.to_owned()).into_iter().collect(), ..Outcome::of(output) })
}

/// Documents as kustomize prints them: with `---` between them only.
fn stream(rendered: &[Rendered], document: impl Fn(&Rendered) -> String) -> String {
    rendered.iter().map(document).collect::<Vec<_>>().join("---\n")
}
