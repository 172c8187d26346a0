//! The bill for the nodes that `--nodes` describes.

use cost_model::{Bill, CostError, bill};
use kube_model::Object;
use packing::Cluster;
use price_book::PriceBook;

use crate::failure::Failure;
use crate::session::{Input, Session};

/// The bill, if nodes are described.
pub(crate) fn of(
    session: &Session,
    nodes: Option<&str>,
    before: Option<&Input>,
    after: &Input,
    book: &PriceBook,
) -> Result<Option<Bill>, Failure> {
    let Some(argument) = nodes else { return Ok(None) };
    let fail = |error: CostError| Failure::new(error.code(), error.to_string());
    let cluster = Cluster::read(&session.read(argument)?.objects).map_err(|error| fail(error.into()))?;
    let before: Option<&[Object]> = before.map(|input| input.objects.as_slice());
    bill(&cluster, before, &after.objects, book).map(Some).map_err(fail)
}

/// Refuses to hold a gate against a bill in another currency than the gate's: without a dated rate the two cannot be compared.
pub(crate) fn check_currency(bill: &Bill, book: &PriceBook) -> Result<(), Failure> {
    match bill.prices.currency == book.currency {
        true => Ok(()),
        false => Err(Failure::new(
            "MONEY_CURRENCIES",
            format!("the bill is in {}, and the price book in {}", bill.prices.currency, book.currency),
        )),
    }
}
