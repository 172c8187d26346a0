//! Asking the cost model, with the prices and assumptions of the command line.

use std::path::{Path, PathBuf};

use cost_model::{Assumptions, Bill, CostError, CostReport, Usage};
use kube_model::yaml::Limits;
use kube_model::{Object, ObjectKey};
use preview::Rendered;
use price_book::{Date, PriceBook, PriceList};
use source::SourceTree;

use crate::cli::Pricing;
use crate::failure::Failure;
use crate::given::Given;
use crate::locate;
use crate::session::{self, Input};
use crate::today;

/// The prices and what is assumed.
#[derive(Debug, Clone)]
pub(crate) struct Prices {
    book: PriceBook,
    assumptions: Assumptions,
    /// Under which a state is read again to find the place of an error.
    limits: Limits,
}

/// Larger than any price book: a wrong file should not fill the memory.
const LARGEST_BOOK: u64 = 1 << 26;

impl Prices {
    pub(crate) fn open(pricing: &Pricing, limits: &Limits) -> Result<Self, Failure> {
        let book = book_on(&pricing.price_book, &today::or_today(pricing.on.as_ref())?)?;
        let defaults = Assumptions::default();
        let run_minutes = pricing.run_minutes.unwrap_or(defaults.run_minutes);
        let usage = pricing.usage.as_deref().map(usage).transpose()?.unwrap_or_default();
        let assumptions = Assumptions { node_count: pricing.node_count, run_minutes, usage, ..defaults };
        Ok(Self { book, assumptions, limits: limits.clone() })
    }

    /// The same, with the DaemonSets of a bill's nodes; none if it knows of none.
    pub(crate) fn on_nodes_of(&self, bill: Option<&Bill>) -> Option<Self> {
        let daemons = bill.map(|bill| &bill.daemons).filter(|daemons| !daemons.is_empty())?;
        let assumptions = Assumptions { daemons: daemons.clone(), ..self.assumptions.clone() };
        Some(Self { assumptions, ..self.clone() })
    }

    /// What a change costs.
    pub(crate) fn estimate(&self, before: Option<&Input>, after: &Input) -> Result<CostReport, Failure> {
        let objects = before.map(|input| input.objects.as_slice());
        self.of_objects(objects, &after.objects).map_err(|error| {
            // The model does not say which state it was reading when it stopped.
            let in_before = before.filter(|input| self.of_objects(None, &input.objects).is_err());
            self.located(&error, &in_before.unwrap_or(after).given)
        })
    }

    /// What an edit of a state costs. An edit changes single values of what was read before, so an error in the
    /// state after is one of the place before too, or of the edit.
    pub(crate) fn of_edit(&self, rendered: &Rendered, before: &Given) -> Result<CostReport, Failure> {
        preview::cost(rendered, &self.book, &self.assumptions).map_err(|error| self.located(&error, before))
    }

    /// The error with its place, where its object is read as it stands.
    fn located(&self, error: &CostError, given: &Given) -> Failure {
        match given {
            Given::Manifests(resolved) => located(error, &resolved.tree, &self.limits),
            Given::Rendered { .. } => Failure::new(error.code(), error.to_string()),
        }
    }

    /// What a change costs, of objects.
    fn of_objects(&self, before: Option<&[Object]>, after: &[Object]) -> Result<CostReport, CostError> {
        cost_model::estimate(before, after, &self.book, &self.assumptions)
    }

    /// The calculation for an object of a state, which was estimated before; none where it costs nothing by itself.
    pub(crate) fn working(
        &self,
        objects: &[Object],
        key: &ObjectKey,
    ) -> Result<Option<Vec<String>>, Failure> {
        cost_model::working(objects, key, &self.book, &self.assumptions)
            .map_err(|error| Failure::new(error.code(), error.to_string()))
    }

    /// The same of the state after a change, with what stays of the state before it.
    pub(crate) fn working_after(
        &self,
        before: &[Object],
        after: &[Object],
        key: &ObjectKey,
    ) -> Result<Option<Vec<String>>, Failure> {
        cost_model::working_after(before, after, key, &self.book, &self.assumptions)
            .map_err(|error| Failure::new(error.code(), error.to_string()))
    }

    /// How workloads were measured to run.
    pub(crate) fn usage(&self) -> &Usage {
        &self.assumptions.usage
    }

    pub(crate) fn book(&self) -> &PriceBook {
        &self.book
    }
}

/// The book of files, each before the ones that follow it, and all of them before the prices that are shipped.
pub(crate) fn book(files: &[PathBuf]) -> Result<PriceBook, Failure> {
    let mut lists = Vec::new();
    for path in files {
        lists.extend(read(path)?);
    }
    PriceBook::before_shipped(lists).map_err(|error| Failure::new(error.code(), error.to_string()))
}

/// The book as of a day. Its lists may be as new as that day, or as today.
pub(crate) fn book_on(files: &[PathBuf], day: &Date) -> Result<PriceBook, Failure> {
    let newest = today::or_today(None)?.max(day.clone());
    let book = book(files)?.known_by(&newest).and_then(|book| book.on(day.clone()));
    book.map_err(|error| Failure::new(error.code(), error.to_string()))
}

/// What a usage file says.
fn usage(path: &Path) -> Result<Usage, Failure> {
    let shown = path.display();
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::new("USAGE_INVALID", format!("{shown} cannot be read: {error}")))?;
    Usage::parse(&bytes).map_err(|error| Failure::new(error.code(), format!("{shown}: {error}")))
}

/// The lists of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<PriceList>, Failure> {
    let shown = path.display();
    let fail = |why: String| Failure::new("PRICE_BOOK_UNREADABLE", format!("{shown}: {why}"));
    let size = std::fs::metadata(path).map_err(|error| fail(error.to_string()))?.len();
    if size > LARGEST_BOOK {
        return Err(fail(format!("{size} bytes is too large for a price book")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
    PriceList::read(&text).map_err(|error| Failure::new(error.code(), format!("{shown}: {error}")))
}

/// The error with the line and column of the value.
fn located(error: &CostError, tree: &SourceTree, limits: &Limits) -> Failure {
    let (CostError::Quantity { at, why } | CostError::Schedule { at, why } | CostError::Field { at, why }) =
        error
    else {
        return Failure::new(error.code(), error.to_string());
    };
    let file = tree.show(&at.file);
    // The trees of the files were not kept for the case that something is wrong.
    let state = session::state(tree, limits).ok();
    let place = match state.and_then(|state| locate::position(&state, &at.place)) {
        Some((line, column)) => format!("{file}:{line}:{column}"),
        None => format!("{file}:{}", at.line),
    };
    Failure::new(error.code(), format!("{place}: {}: {why}", at.place))
}
