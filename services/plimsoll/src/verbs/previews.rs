//! `plimsoll preview --all --from SOURCE --to TARGET`, and one with several targets: a plan for each.

use serde_json::Value;

use crate::cli::{FindingsFormat as Format, Preview as Arguments};
use crate::drift::Live;
use crate::edits::Edits;
use crate::failure::Failure;
use crate::group::Group;
use crate::nodes::Nodes;
use crate::outcome::Outcome;
use crate::patch::{self, Patch};
use crate::pricing::Prices;
use crate::session::Session;
use crate::verbs::preview::{BARE, against, findings};
use crate::{json, markdown, sarif, text};

pub(super) fn run(
    session: &Session,
    arguments: &Arguments,
    prices: &Prices,
    known: (Option<&Live>, Option<&Nodes>),
) -> Result<Outcome, Failure> {
    if arguments.rendered {
        return Err(Failure::new("USAGE", "--rendered is for one promotion"));
    }
    let group = Group::make(session, arguments, prices, known)?;
    let mut outcome = Outcome { notes: group.notes.clone(), ..Outcome::default() };
    let mut patch = None;
    match Edits::together(&group) {
        Ok(edits) => {
            if arguments.patch {
                patch = Some(patch::of(&edits, &session.redactor, &session.limits)?);
            }
            if arguments.write {
                edits.write()?;
            }
        }
        Err(failure) if arguments.patch || arguments.write => return Err(failure),
        Err(failure) => outcome.notes.push(failure.message().to_owned()),
    }
    outcome.notes.extend(patch.as_ref().filter(|patch| patch.bare).map(|_| BARE.to_owned()));
    let mut reasons = Vec::new();
    for member in &group.members {
        let name = member.name();
        let mut of_member = Vec::new();
        match &member.made {
            Ok(made) => of_member = against(arguments, &made.preview, prices)?,
            Err(failure) => outcome.failed.push(failure.of_part(&name)),
        }
        outcome.against.extend(of_member.iter().map(|reason| format!("{name}: {reason}")));
        reasons.push(of_member);
    }
    outcome.output = match arguments.printed.format {
        Format::Sarif => json::print(&log(&group, &reasons))?,
        _ => print(session, arguments, &group, patch.as_ref())?,
    };
    Ok(outcome)
}

/// A run for each preview that was made.
fn log(group: &Group, reasons: &[Vec<String>]) -> Value {
    let members = group.members.iter().zip(reasons);
    let runs = members.filter_map(|(member, against)| {
        let preview = &member.made.as_ref().ok()?.preview;
        Some(findings(preview, member.application.as_deref(), against))
    });
    sarif::log(&runs.collect::<Vec<_>>())
}

/// A patch alone is for programs to read; in JSON and Markdown it is a part.
fn print(
    session: &Session,
    arguments: &Arguments,
    group: &Group,
    patch: Option<&Patch>,
) -> Result<String, Failure> {
    let patch = patch.map(|patch| patch.text.as_str());
    match (arguments.printed.format, patch) {
        (Format::Text, Some(patch)) => Ok(patch.to_owned()),
        (Format::Text, None) => Ok(text::group::render(group, arguments, session.style)),
        (Format::Json | Format::Sarif, patch) => {
            json::print(&json::group::Document::of(group, arguments, patch))
        }
        (Format::Markdown, patch) => {
            Ok(markdown::group::render(group, arguments, patch).fit(session.markdown_limit))
        }
    }
}
