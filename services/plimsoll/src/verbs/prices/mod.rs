//! `plimsoll prices`.

mod check;
mod import;
mod show;

use crate::cli::{Prices, PricesVerb};
use crate::failure::Failure;
use crate::outcome::Outcome;

pub(crate) fn run(arguments: &Prices) -> Result<Outcome, Failure> {
    match &arguments.verb {
        PricesVerb::Import(asked) => import::run(asked),
        PricesVerb::Show(asked) => show::run(asked),
        PricesVerb::Check { files } => check::run(files),
    }
}
