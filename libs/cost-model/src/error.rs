//! Why a state has no cost.

use std::fmt;
use std::sync::Arc;

use kube_model::{Object, ObjectKey, Path, Place};

/// The place of a value in a file: `deploy.yaml:12: Deployment.apps/shop/web:spec.replicas`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// The file that the object was read from.
    pub file: Arc<str>,
    /// The line where the object starts.
    pub line: usize,
    /// The object, and the path in it.
    pub place: Place,
}

/// Why a state has no cost: a value that Kubernetes would refuse, or one too large to count with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CostError {
    /// A request, limit or size that is no quantity, or is negative.
    #[error("{at}: {why}")]
    Quantity {
        /// Where.
        at: Box<At>,
        /// What is wrong with it.
        why: String,
    },
    /// A CronJob's schedule that cannot be read.
    #[error("{at}: {why}")]
    Schedule {
        /// Where.
        at: Box<At>,
        /// What is wrong with it.
        why: String,
    },
    /// A field that has the wrong type or an impossible value.
    #[error("{at}: {why}")]
    Field {
        /// Where.
        at: Box<At>,
        /// What is wrong with it.
        why: String,
    },
    /// Nodes or pods that cannot be packed.
    #[error(transparent)]
    Packing(#[from] packing::PackingError),
    /// Prices of nodes in another currency than the book's.
    #[error("the description of the nodes gives prices in {nodes}, and the price book is in {book}")]
    Currencies {
        /// What the description of the nodes says.
        nodes: String,
        /// What the book is in.
        book: String,
    },
    /// A cost that does not fit into 64 bits of micro-units, or fractions too large to compute it exactly.
    #[error("the cost of {0} is too large to be counted")]
    Overflow(String),
}

impl CostError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Quantity { .. } => "QUANTITY_INVALID",
            Self::Schedule { .. } => "SCHEDULE_INVALID",
            Self::Field { .. } => "FIELD_INVALID",
            Self::Packing(error) => error.code(),
            Self::Currencies { .. } => "MONEY_CURRENCIES",
            Self::Overflow(_) => "COST_OVERFLOW",
        }
    }

    pub(crate) fn overflow(object: &ObjectKey) -> Self {
        Self::Overflow(object.to_string())
    }
}

impl At {
    pub(crate) fn new(object: &Object, path: Path) -> Box<Self> {
        Box::new(Self {
            file: object.origin.file.clone(),
            line: object.origin.line,
            place: Place { object: object.key.clone(), path },
        })
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.place)
    }
}
