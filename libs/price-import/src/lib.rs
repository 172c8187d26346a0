//! Providers' own published price files, read as lists of a price book.
//!
//! Files are read as streams: of a bulk offer of AWS, which is gigabytes, only what a cluster pays for is kept. The crate opens
//! nothing and asks nobody; which day it is comes in as an argument.

mod aws;
mod azure;
mod csv;
mod error;
mod gathered;
mod gcp;
mod opencost;
mod price;
mod stream;

use std::collections::BTreeMap;
use std::io::BufRead;

use price_book::{Date, PriceList};

pub use error::ImportError;

/// Whose files they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// AWS: bulk offers as JSON or CSV (EC2, EBS, ELB, EKS), and `describe-spot-price-history`.
    Aws,
    /// GCP: pages of the Cloud Billing Catalog.
    Gcp,
    /// Azure: pages of the Retail Prices API.
    Azure,
    /// OpenCost: custom pricing as JSON or CSV.
    OpenCost,
}

/// What of a history of spot prices is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Spot {
    /// The newest price of each zone, and of these the mean.
    #[default]
    Latest,
    /// The mean over the time of the history: each price for as long as it held.
    Mean,
}

/// For what time OpenCost's custom prices are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// As in its own file, `configs/default.json`.
    Hour,
    /// As in its ConfigMap and in the values of its chart.
    Month,
}

/// What is imported.
#[derive(Debug, Clone)]
pub struct Options {
    /// The regions that are taken; all, where none is given.
    pub regions: Vec<String>,
    /// What of a history of spot prices is taken.
    pub spot: Spot,
    /// For what time OpenCost's custom prices are, where it is said.
    pub per: Option<Per>,
    /// The day of the import: a file of a later day is refused, and one without a day is of this one.
    pub today: Date,
}

impl Options {
    pub(crate) fn takes(&self, region: &str) -> bool {
        self.regions.is_empty() || self.regions.iter().any(|wanted| wanted == region)
    }
}

/// A file, by the name that errors call it.
pub struct File<R> {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub content: R,
}

/// What files gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The lists, each before the ones that follow it.
    pub lists: Vec<PriceList>,
    /// How many prices were taken.
    pub taken: u64,
    /// Records that were passed over, by the reason.
    pub passed_over: BTreeMap<&'static str, u64>,
}

/// Reads the files of a provider.
///
/// # Errors
/// When a file is cut off or of another form, a thing has two prices, a currency changes, a price is negative or absurd, a date
/// lies in the future, a page is missing, or nothing is found.
pub fn import<R: BufRead>(
    provider: Provider,
    files: Vec<File<R>>,
    options: &Options,
) -> Result<Imported, ImportError> {
    let imported = match provider {
        Provider::Aws => aws::import(files, options)?,
        Provider::Gcp => gcp::import(files, options)?,
        Provider::Azure => azure::import(files, options)?,
        Provider::OpenCost => opencost::import(files, options)?,
    };
    if imported.taken == 0 {
        return Err(ImportError::Empty);
    }
    let checked = imported.lists.into_iter().map(PriceList::checked).collect::<Result<_, _>>();
    Ok(Imported { lists: checked.map_err(|error| ImportError::List(error.to_string()))?, ..imported })
}
