//! `plimsoll preview --from SOURCE --to TARGET [--base SOURCE]`.

use budgets::Standing;

use crate::cli::{FindingsFormat as Format, Preview as Arguments};
use crate::drift::Live;
use crate::edits::Edits;
use crate::failure::Failure;
use crate::gate::Limit;
use crate::nodes::Nodes;
use crate::outcome::Outcome;
use crate::patch::{self, Patch};
use crate::preview::Preview;
use crate::pricing::Prices;
use crate::sarif::category;
use crate::session::Session;
use crate::sides::Sides;
use crate::verbs::previews;
use crate::{gate, json, markdown, nodes, sarif, text, yaml};

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let session = Session::open(&arguments.common)?.with_policies(&arguments.policy)?;
    let prices = Prices::open(&arguments.pricing, &session.limits)?;
    Limit::of(&arguments.pricing, None).iter().try_for_each(|limit| limit.check_currency(prices.book()))?;
    let live = arguments.live.as_ref().map(|snapshot| Live::read(&session, snapshot)).transpose()?;
    let nodes = arguments.nodes.as_ref().map(|nodes| Nodes::read(&arguments.common, nodes)).transpose()?;
    let to = match arguments.to.as_slice() {
        [to] if !arguments.all => to,
        _ => return previews::run(&session, arguments, &prices, (live.as_ref(), nodes.as_ref())),
    };
    let sides = Sides::resolve(&session, arguments, to)?;
    let preview = Preview::make(&session, arguments, sides, &prices, (live.as_ref(), nodes.as_ref()))?;
    let edits = Edits::of(&preview);
    let patch = match arguments.patch {
        true => Some(patch::of(&edits, &session.redactor, &session.limits)?),
        false => None,
    };
    let against = against(arguments, &preview, &prices)?;
    let output = print(&session, arguments, &preview, (patch.as_ref(), &against))?;
    if arguments.write {
        edits.write()?;
    }
    let mut outcome = Outcome { output, against, ..Outcome::default() };
    outcome.notes.extend(patch.filter(|patch| patch.bare).map(|_| BARE.to_owned()));
    Ok(outcome)
}

/// What to know of a patch without context.
pub(super) const BARE: &str =
    "context that shows secrets is left out: apply with git apply --unidiff-zero, or patch -p1";

/// A patch or the rendered objects alone are for programs to read; in JSON and Markdown they are a part.
fn print(
    session: &Session,
    arguments: &Arguments,
    preview: &Preview,
    (patch, against): (Option<&Patch>, &[String]),
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
        (Format::Sarif, ..) => json::print(&sarif::log(&[findings(preview, None, against)])),
        (Format::Markdown, patch, rendered) => {
            Ok(markdown::preview::render(preview, patch, rendered).fit(session.markdown_limit))
        }
    }
}

/// The findings of a preview as a run of a log.
pub(super) fn findings<'a>(
    preview: &'a Preview,
    application: Option<&str>,
    against: &'a [String],
) -> sarif::Run<'a> {
    let (from, to) = (preview.plan.from.name(), preview.plan.to.name());
    let parts: Vec<&str> = ["preview"].into_iter().chain(application).chain([from, to]).collect();
    let report = &preview.risk;
    let mut files = sarif::files(report);
    files.extend_from_slice(&preview.files);
    sarif::Run { category: category(&parts), report, against, files }
}

/// The reasons to end with 2.
pub(super) fn against(
    arguments: &Arguments,
    preview: &Preview,
    prices: &Prices,
) -> Result<Vec<String>, Failure> {
    let mut against = Vec::new();
    let partial = preview.plan.partial.len();
    if partial > 0 {
        against.push(format!(
            "the plan is partial: {} could not be read",
            text::count(partial, "input", "inputs")
        ));
    }
    let blocked = preview.plan.blocked.len();
    if blocked > 0 {
        against.push(format!("the plan is blocked in {}", text::count(blocked, "place", "places")));
    }
    against.extend(gate::risk(arguments.common.fail_on, &preview.risk));
    match (preview.bill.bill(), &preview.limit) {
        (Some(bill), Some(limit)) => {
            nodes::check_currency(bill, prices.book())?;
            against.extend(gate::bill(limit, bill, &preview.cost));
        }
        (_, limit) => against.extend(gate::cost(limit.as_ref(), &preview.cost)),
    }
    against.extend(preview.budgets.iter().filter_map(Standing::reason));
    Ok(against)
}
