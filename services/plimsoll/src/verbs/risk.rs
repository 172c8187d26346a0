//! `plimsoll risk [BEFORE] AFTER`.

use crate::cli::Risk;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::pricing::Prices;
use crate::session::Session;
use crate::verbs::{self, Gates, Reports};
use crate::{known, markdown, nodes, text};

pub(crate) fn run(arguments: &Risk) -> Result<Outcome, Failure> {
    let Risk { sources, nodes, known, pricing, printed, common } = arguments;
    let session = Session::open(common)?;
    let (before, after) = session.read_pair(sources)?;
    let prices = Prices::open(pricing, &session.limits)?;
    let described = (nodes.as_deref(), sources.as_slice());
    let bill = nodes::of((&session, common), described, (before.as_ref(), &after), prices.book())?;
    let facts = known::facts(known, prices.usage(), bill.as_ref(), &after.objects);
    let objects = before.as_ref().map(|input| input.objects.as_slice());
    let report = risk_rules::assess(objects, &after.objects, &facts);
    let text = || text::risk::render(&report, session.style);
    let output = verbs::print(&session, printed.format, &report, text, || markdown::risk::render(&report))?;
    let gates = Gates { session: &session, pricing, common, before: before.as_ref(), after: &after };
    let against = gates.evaluate(&Reports { risk: Some(&report), ..Reports::default() })?;
    Ok(Outcome { output, against, notes: session.not_applied().into_iter().collect(), ..Outcome::default() })
}
