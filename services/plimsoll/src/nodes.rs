//! The target's nodes, and the bill for them: those that `--nodes` describes, else those that the environment names.

use std::sync::Arc;

use cost_model::{Bill, CostError, bill};
use kube_model::Object;
use packing::Cluster;
use preview::{NodeFacts, Rendered, applied_in, manifests_at};
use price_book::PriceBook;
use source::{RepositoryFiles, SourceError};

use crate::cli::Common;
use crate::failure::Failure;
use crate::given::Given;
use crate::session::{Input, Session};

/// The largest file of nodes, in bytes. What `kubectl get nodes,pods` prints of 1,000 nodes is far above what manifests
/// are held to.
const LARGEST: u64 = 1 << 30;

/// The most values in it: those of some 80,000 pods.
const LARGEST_COUNT: usize = 20_000_000;

/// The nodes that are described.
pub(crate) struct Nodes(Cluster);

/// What `plimsoll.yaml` names for the nodes of an environment: a path in the files that the environment is read from.
#[derive(Debug, Clone)]
pub(crate) struct NamedNodes {
    pub(crate) files: Arc<RepositoryFiles>,
    pub(crate) path: String,
}

impl Nodes {
    /// Reads what an argument describes.
    pub(crate) fn read(common: &Common, argument: &str) -> Result<Self, Failure> {
        let mut session = Session::open_to(common, common.max_file_bytes.max(LARGEST))?;
        session.limits.nodes = session.limits.nodes.max(LARGEST_COUNT);
        let (_, objects) = session.read_plain(argument)?;
        Self::of(&NodeFacts::of(&objects, &session.redactor))
    }

    /// Reads what an environment names.
    pub(crate) fn of_environment(session: &Session, named: &NamedNodes) -> Result<Self, Failure> {
        let NamedNodes { files, path } = named;
        let manifests = manifests_at(files.tree(), path);
        if manifests.is_empty() {
            let nothing = || SourceError::NotFound { argument: files.show(path), tried: Vec::new() };
            let error: Failure = files.refusal(path).unwrap_or_else(nothing).into();
            return Err(error.of_part("the environment's nodes"));
        }
        let facts = NodeFacts::read(&manifests, &session.redactor, &session.limits)
            .map_err(|error| Failure::new(error.code(), error.to_string()))?;
        Self::of(&facts)
    }

    fn of(facts: &NodeFacts) -> Result<Self, Failure> {
        facts.cluster().map(Self).map_err(|error| fail(&error.into()))
    }

    /// What an edit does to the bill.
    pub(crate) fn bill_of_edit(
        &self,
        rendered: &Rendered,
        target: &Given,
        book: &PriceBook,
    ) -> Result<Bill, Failure> {
        preview::bill(rendered, (&self.0, namespace(target)), book).map_err(|error| fail(&error))
    }

    fn bill(&self, before: Option<&Input>, after: &Input, book: &PriceBook) -> Result<Bill, Failure> {
        // Both are states of the environment whose nodes these are, and read as being in its namespace.
        let namespace = namespace(&after.given);
        let before = before.map(|input| applied_in(&input.objects, namespace));
        let before: Option<&[Object]> = before.as_deref();
        bill(&self.0, before, &applied_in(&after.objects, namespace), book).map_err(|error| fail(&error))
    }
}

impl NamedNodes {
    /// What is named for a source that an argument names.
    pub(crate) fn of(session: &Session, given: &Given, argument: &str) -> Result<Option<Self>, Failure> {
        let found = given.declaring(session, argument, |_, environment| environment.nodes.is_some())?;
        Ok(found.and_then(|(files, found)| Some(Self { files, path: found.nodes? })))
    }
}

/// Where the manifests of an environment that name no namespace are applied.
fn namespace(given: &Given) -> Option<&str> {
    given.environment()?.namespace.as_deref()
}

fn fail(error: &CostError) -> Failure {
    Failure::new(error.code(), error.to_string())
}

/// The bill of a state, or of a change to it, if its nodes are known. `sources` are the arguments that name the states.
pub(crate) fn of(
    (session, common): (&Session, &Common),
    (nodes, sources): (Option<&str>, &[String]),
    (before, after): (Option<&Input>, &Input),
    book: &PriceBook,
) -> Result<Option<Bill>, Failure> {
    let known = match (nodes, sources.last()) {
        (Some(argument), _) => Some(Nodes::read(common, argument)?),
        (None, Some(source)) => {
            let named = NamedNodes::of(session, &after.given, source)?;
            named.map(|named| Nodes::of_environment(session, &named)).transpose()?
        }
        (None, None) => None,
    };
    known.map(|nodes| nodes.bill(before, after, book)).transpose()
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
