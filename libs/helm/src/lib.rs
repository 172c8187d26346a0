//! Helm charts and their values, as values: what `helm template` is given ([`Release`]), what it printed ([`Manifest`]),
//! and which value is written where ([`Values`]).
//!
//! Templates are Helm's own business: they are rendered by the `helm` command (the crate `source` runs it). What is read
//! here is read as Helm 3 and 4 read it, and held against both in the tests. The crate does no I/O.

mod archive;
mod chart;
mod chart_values;
mod constraint;
mod error;
mod lock;
mod manifest;
mod merge;
mod metadata;
mod probe;
mod read;
mod release;
mod scan;
mod schema;
mod set;
mod tree;
mod values;

pub use chart::Chart;
pub use constraint::Constraint;
pub use error::HelmError;
pub use lock::lock_digest;
pub use manifest::{Hook, Manifest, Rendered};
pub use metadata::{Dependency, Lock, Metadata};
pub use probe::{Reach, candidates, trace};
pub use release::{Crds, Layer, Release, SchemaCheck, Set};
pub use scan::{Asks, OutsideCall};
pub use schema::Violation;
pub use tree::{FileSpan, Origin};
pub use values::{ScalarValue, Step, ValuePath, Values};
