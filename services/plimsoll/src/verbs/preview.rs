//! `plimsoll preview --from SOURCE --to TARGET [--base SOURCE]`.

use source::Change;

use crate::cli::{Format, Preview as Arguments};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::patch::{self, Patch};
use crate::preview::{Preview, Sources};
use crate::pricing::Prices;
use crate::session::Session;
use crate::{gate, json, markdown, text, yaml};

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let session = Session::open(&arguments.common)?;
    let prices = Prices::open(&arguments.pricing, &session.limits)?;
    gate::check_currency(arguments.pricing.fail_above.as_ref(), prices.book())?;
    let sources = Sources::resolve(&session, arguments)?;
    let preview = Preview::make(&session, arguments, sources, &prices)?;
    let patch = match arguments.patch {
        true => Some(patch::of(&preview, &session.redactor, &session.limits)?),
        false => None,
    };
    let output = print(&session, arguments, &preview, patch.as_ref())?;
    if arguments.write {
        write(&preview)?;
    }
    let mut outcome = Outcome {
        output,
        against: against(arguments, &preview),
        notes: session.not_applied().into_iter().collect(),
    };
    if patch.is_some_and(|patch| patch.bare) {
        let note =
            "context that shows secrets is left out: apply with git apply --unidiff-zero, or patch -p1";
        outcome.notes.push(note.to_owned());
    }
    Ok(outcome)
}

/// A patch or the rendered objects alone are for programs to read; in JSON and Markdown they are a part.
fn print(
    session: &Session,
    arguments: &Arguments,
    preview: &Preview,
    patch: Option<&Patch>,
) -> Result<String, Failure> {
    let patch = patch.map(|patch| patch.text.as_str());
    let rendered = arguments.rendered.then_some(preview.rendered.after.as_slice());
    match (arguments.printed.format, patch, rendered) {
        (Format::Json, patch, rendered) => {
            json::print(&json::preview::Document::of(preview, patch, rendered))
        }
        (Format::Text, Some(patch), _) => Ok(patch.to_owned()),
        (Format::Text, None, Some(objects)) => Ok(yaml::stream(objects)),
        (Format::Text, None, None) => Ok(text::preview::render(preview, arguments, session.style)),
        (Format::Markdown, patch, rendered) => {
            Ok(markdown::preview::render(preview, patch, rendered).fit(session.markdown_limit))
        }
    }
}

fn against(arguments: &Arguments, preview: &Preview) -> Vec<String> {
    let mut against = Vec::new();
    let blocked = preview.plan.blocked.len();
    if blocked > 0 {
        against.push(format!("the plan is blocked in {}", text::count(blocked, "place", "places")));
    }
    against.extend(gate::risk(arguments.common.fail_on, &preview.risk));
    against.extend(gate::cost(arguments.pricing.fail_above.as_ref(), &preview.cost));
    against
}

/// Applies the edits to the working tree, if every file is still what the plan read.
fn write(preview: &Preview) -> Result<(), Failure> {
    let mut changes = Vec::with_capacity(preview.plan.edits.len());
    let Some((root, _)) = preview.target.place("") else {
        let why = format!("{} is not a working tree, so nothing was written", preview.target.description());
        return Err(Failure::new("TARGET_NOT_WRITABLE", why));
    };
    for edit in &preview.plan.edits {
        let Some((_, path)) = preview.target.place(&edit.path) else { continue };
        changes.push(Change {
            path: path.to_owned(),
            before: preview.bytes(edit).map(source::sha256),
            after: preview.bytes_after(edit)?,
        });
    }
    Ok(source::apply(root, &changes)?)
}
