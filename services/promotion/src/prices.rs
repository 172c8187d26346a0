//! The prices that previews are pinned to.

use std::fs;
use std::path::{Path, PathBuf};

use price_book::{Date, PriceBook, PriceList};
use serde::Deserialize;
use service::Failure;
use time::OffsetDateTime;

use crate::waivers::day_of;

/// Larger than any price book: a wrong file should not fill the memory.
const LARGEST: u64 = 1 << 26;

/// The section `prices`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PriceSettings {
    /// Files of prices (`docs/prices.md`), each before the ones that follow it; the shipped prices come last. They are read
    /// when the service starts.
    pub files: Vec<PathBuf>,
}

/// The prices as the files have them, whatever the day.
#[derive(Debug, Clone)]
pub struct Prices(PriceBook);

impl Prices {
    /// Reads them.
    ///
    /// # Errors
    /// A file cannot be read, is no price file, or contradicts itself; the message names it.
    pub fn read(settings: &PriceSettings) -> Result<Self, Failure> {
        let mut lists = Vec::new();
        for file in &settings.files {
            lists.extend(read(file)?);
        }
        let book = PriceBook::before_shipped(lists);
        book.map(Self).map_err(|error| Failure::unhandled(error.code(), error.to_string()))
    }

    /// These, without the shipped ones.
    #[must_use]
    pub fn only(book: PriceBook) -> Self {
        Self(book)
    }

    /// The prices of a day: a preview that is asked for then is pinned to them.
    pub(crate) fn on(&self, now: OffsetDateTime) -> Result<PriceBook, Failure> {
        let day = day_of(now)?.to_string();
        let day: Date = day.parse().map_err(|error: price_book::NotADate| {
            Failure::unhandled("PRICE_BOOK_INVALID", error.to_string())
        })?;
        let book = self.0.clone().known_by(&day).and_then(|book| book.on(day));
        book.map_err(|error| Failure::unhandled(error.code(), error.to_string()))
    }
}

fn read(path: &Path) -> Result<Vec<PriceList>, Failure> {
    let shown = path.display();
    let fail = |why: String| Failure::unhandled("PRICE_BOOK_UNREADABLE", format!("{shown}: {why}"));
    let size = fs::metadata(path).map_err(|error| fail(error.to_string()))?.len();
    if size > LARGEST {
        return Err(fail(format!("{size} bytes is too large for a price book")));
    }
    let text = fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
    PriceList::read(&text).map_err(|error| Failure::unhandled(error.code(), format!("{shown}: {error}")))
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use time::macros::datetime;

    use super::*;

    const OWN: &str = r#"{"currency": "USD", "as_of": "2026-01-31", "source": "our contract", "version": 2,
        "cpu_core_hour": "0.05", "rules": [{"name": "autumn", "from": "2026-10-01", "discount_percent": "10",
        "scope": {"resource": "ram_gib_hour"}}]}"#;

    /// Expected: a core costs what the file says, all else what is shipped; and a rule holds from its day on, which is
    /// 10 % off the shipped price of memory.
    #[test]
    fn the_files_come_before_what_is_shipped_and_rules_hold_on_their_days() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("own.json");
        fs::write(&file, OWN).unwrap();
        let prices = Prices::read(&PriceSettings { files: vec![file] }).unwrap();
        let shipped = PriceBook::shipped().unwrap();
        let summer = prices.on(datetime!(2026-09-30 23:59 UTC)).unwrap();
        assert_eq!(summer.cpu_core_hour, "0.05".parse().unwrap());
        assert_eq!(summer.ram_gib_hour, shipped.ram_gib_hour);
        let autumn = prices.on(datetime!(2026-10-01 00:00 UTC)).unwrap();
        assert_eq!(autumn.ram_gib_hour * Decimal::from(10), shipped.ram_gib_hour * Decimal::from(9));
        assert_eq!(autumn.storage_gib_month, shipped.storage_gib_month);
    }

    #[test]
    fn a_file_that_is_none_is_named() {
        let missing = PriceSettings { files: vec![PathBuf::from("no/such/prices.json")] };
        let refused = Prices::read(&missing).unwrap_err();
        assert_eq!(refused.code(), "PRICE_BOOK_UNREADABLE");
        assert!(refused.message().contains("no/such/prices.json"), "{}", refused.message());
    }
}
