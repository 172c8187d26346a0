//! `plimsoll prices`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use price_book::Date;

use super::PlainFormat;

#[derive(Debug, Args)]
pub(crate) struct Prices {
    #[command(subcommand)]
    pub(crate) verb: PricesVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PricesVerb {
    /// Makes a price book of a provider's own published files; docs/prices.md says how to get each
    Import(ImportPrices),
    /// Prints what something costs, from which source, on which day, and how sure that is
    Show(ShowPrices),
    /// Looks whether files are price books, and says what they hold
    Check {
        /// The price books
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ImportPrices {
    /// Whose files they are
    #[arg(value_enum)]
    pub(crate) provider: ProviderName,
    /// The files; pages of one answer are given together
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// A region that is taken, by the provider's name for it; may be given more than once [default: all]
    #[arg(long, value_name = "NAME")]
    pub(crate) region: Vec<String>,
    /// What of a history of spot prices is taken
    #[arg(long, value_enum, default_value_t = SpotName::Latest)]
    pub(crate) spot: SpotName,
    /// For what time OpenCost's custom prices are: an hour as in its file, a month as in a ConfigMap or a chart's values
    /// [default: an hour, where the file says its provider]
    #[arg(long, value_enum, value_name = "TIME")]
    pub(crate) per: Option<PerName>,
    /// Where the price book is written [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The day of the import; files of a later day are refused [default: today]
    #[arg(long, value_name = "DATE")]
    pub(crate) on: Option<Date>,
}

#[derive(Debug, Args)]
pub(crate) struct ShowPrices {
    /// An instance type, a kind of volume or load balancer, a GPU's model, or a unit price [default: the unit prices]
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Your own prices, or a provider's that were imported, as JSON; of several the first that has a price is asked
    #[arg(long, value_name = "FILE")]
    pub(crate) price_book: Vec<PathBuf>,
    /// Where it is [default: every region that the price book has it in]
    #[arg(long, value_name = "NAME")]
    pub(crate) region: Option<String>,
    /// The day that discounts and rates are held against [default: today]
    #[arg(long, value_name = "DATE")]
    pub(crate) on: Option<Date>,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = PlainFormat::Text)]
    pub(crate) format: PlainFormat,
}

/// Whose files are imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProviderName {
    /// Bulk offers as JSON or CSV (EC2, EBS, ELB, EKS), and describe-spot-price-history
    Aws,
    /// Pages of the Cloud Billing Catalog
    Gcp,
    /// Pages of the Retail Prices API
    Azure,
    /// Custom pricing as JSON or CSV
    Opencost,
}

/// What of a history of spot prices is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SpotName {
    /// The newest price of each zone, and of these the mean
    Latest,
    /// The mean over the time of the history
    Mean,
}

/// For what time custom prices are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PerName {
    /// As in OpenCost's own file
    Hour,
    /// As in its ConfigMap and in the values of its chart
    Month,
}
