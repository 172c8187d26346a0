//! `plimsoll risk [BEFORE] AFTER`.

use risk_rules::{Facts, RiskReport};

use crate::cli::{FindingsFormat, Risk};
use crate::failure::Failure;
use crate::location::{self, Side};
use crate::outcome::Outcome;
use crate::policies::NamedPolicies;
use crate::pricing::Prices;
use crate::sarif::{self, category};
use crate::session::{Input, Session};
use crate::verbs::{Gates, Reports};
use crate::{json, known, markdown, nodes, policies, text, waivers};

pub(crate) fn run(arguments: &Risk) -> Result<Outcome, Failure> {
    let Risk { sources, policy, profile, nodes, known, pricing, common, .. } = arguments;
    let session = Session::open(common)?.with_policies(policy)?;
    let (before, after) = session.read_pair(sources)?;
    let prices = Prices::open(pricing, &session.limits)?;
    let described = (nodes.as_deref(), sources.as_slice());
    let bill = nodes::of((&session, common), described, (before.as_ref(), &after), prices.book())?;
    let named = match sources.last() {
        Some(source) => NamedPolicies::of(&session, &after.given, source)?,
        None => None,
    };
    let policies = Some(policies::of_states(&session, named.as_ref(), (before.as_ref(), &after))?);
    let facts = known::facts(known, prices.usage(), bill.as_ref(), &after.objects);
    let facts = Facts { policies, ..facts };
    let objects = before.as_ref().map(|input| input.objects.as_slice());
    let report = risk_rules::assess_under((*profile).into(), objects, &after.objects, &facts);
    let mut report = waivers::applied(&session, report, before.as_ref(), &after)?;
    locate(&session, &mut report, before.as_ref(), &after);
    let gates = Gates { session: &session, pricing, common, before: before.as_ref(), after: &after };
    let against = gates.evaluate(&Reports { risk: Some(&report), ..Reports::default() })?;
    let output = print(&session, arguments, &mut report, &against)?;
    // The process ends next, which frees all at once.
    std::mem::forget((report, before, after));
    Ok(Outcome { output, against, ..Outcome::default() })
}

/// What is gone stands where it was.
fn locate(session: &Session, report: &mut RiskReport, before: Option<&Input>, after: &Input) {
    let sides = [Some(after), before].into_iter().flatten();
    let sides: Vec<Side<'_>> = sides.map(|input| Side::of(session, &input.given, &input.objects)).collect();
    location::locate(report, &sides);
}

fn print(
    session: &Session,
    arguments: &Risk,
    report: &mut RiskReport,
    against: &[String],
) -> Result<String, Failure> {
    match arguments.printed.format {
        FindingsFormat::Json => json::risk::print(report),
        FindingsFormat::Text => Ok(text::risk::render(report, session.style, arguments.verbose)),
        FindingsFormat::Markdown => Ok(markdown::risk::render(report).fit(session.markdown_limit)),
        FindingsFormat::Sarif => {
            let named = arguments.sources.last().map_or("", String::as_str);
            let run = sarif::Run {
                category: category(&["risk", named]),
                report,
                against,
                files: sarif::files(report),
            };
            json::print(&sarif::log(&[run]))
        }
    }
}
