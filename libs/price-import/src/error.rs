//! Why files of prices are refused.

use price_book::{Currency, Date};

/// Why a file is refused. Each names the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// It is cut off, or neither JSON nor CSV.
    #[error("{file}: {why}")]
    Syntax {
        /// The file.
        file: String,
        /// Where and what.
        why: String,
    },
    /// It is not of the provider's form.
    #[error("{file}: it is not of the form that was expected: {why}")]
    Schema {
        /// The file.
        file: String,
        /// What is missing or else.
        why: String,
    },
    /// It cannot be read.
    #[error("{file}: {why}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        why: String,
    },
    /// A thing has two prices in one place.
    #[error("{file}: {what} has two prices: {one} and {other}")]
    Twice {
        /// The file with the second.
        file: String,
        /// What, and where.
        what: String,
        /// The one.
        one: String,
        /// The other.
        other: String,
    },
    /// Two currencies in what is one list.
    #[error("{file}: {what} is in {other}, and what was read before in {one}")]
    Currencies {
        /// The file.
        file: String,
        /// What.
        what: String,
        /// The currency before.
        one: Currency,
        /// The other.
        other: Currency,
    },
    /// A date after the day of the import.
    #[error("{file}: {date} lies after today, {today}")]
    Future {
        /// The file.
        file: String,
        /// The date.
        date: Date,
        /// The day of the import.
        today: Date,
    },
    /// A price that cannot be.
    #[error("{file}: the price of {what} {why}")]
    Price {
        /// The file.
        file: String,
        /// Of what.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// Pages that are missing, or too many.
    #[error("the files are not all pages of one answer: {0}")]
    Pages(String),
    /// Nothing that a cluster pays for.
    #[error("the files hold no price that a cluster pays for, in the regions that were asked for")]
    Empty,
    /// What was read is no list of prices.
    #[error("what the files hold is no list of prices: {0}")]
    List(String),
}

impl ImportError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "PRICE_IMPORT_SYNTAX",
            Self::Schema { .. } | Self::List(_) => "PRICE_IMPORT_SCHEMA",
            Self::Unreadable { .. } => "PRICE_IMPORT_UNREADABLE",
            Self::Twice { .. } => "PRICE_IMPORT_TWICE",
            Self::Currencies { .. } => "PRICE_IMPORT_CURRENCIES",
            Self::Future { .. } => "PRICE_IMPORT_FUTURE",
            Self::Price { .. } => "PRICE_IMPORT_PRICE",
            Self::Pages(_) => "PRICE_IMPORT_PAGES",
            Self::Empty => "PRICE_IMPORT_EMPTY",
        }
    }
}
