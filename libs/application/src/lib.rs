//! `plimsoll.yaml`: where an application's environments live, which promotions it knows and the rules that
//! win over the table of what a promotion carries.
//!
//! The same document is described by `schemas/json/application.schema.json`; a test holds the two together.
//! The crate does no I/O.

mod amount;
mod application;
mod budget;
mod check;
mod date;
mod error;
mod parse;
mod policy;
mod shape;
mod threshold;

pub use amount::{Amount, AmountError};
pub use application::{
    Application, Environment, HelmOptions, Metadata, Promotion, Render, Source, Spec, Waiver, below,
};
pub use budget::{Budget, CostRules};
pub use date::{Date, DateError};
pub use error::ApplicationError;
pub use policy::{GrantedWaiver, Policy};
pub use threshold::{Percent, PercentError, Threshold, ThresholdError};

/// The name of the file that holds an application.
pub const FILE_NAME: &str = "plimsoll.yaml";
