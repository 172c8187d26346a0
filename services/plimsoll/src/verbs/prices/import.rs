//! `plimsoll prices import PROVIDER FILE…`.

use std::fs::{self, File};
use std::io::BufReader;

use price_book::PriceList;
use price_import::{ImportError, Imported, Options, Per, Provider, Spot, import};

use crate::cli::{ImportPrices, PerName, ProviderName, SpotName};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::today;

pub(super) fn run(asked: &ImportPrices) -> Result<Outcome, Failure> {
    let options = Options {
        regions: asked.region.clone(),
        spot: match asked.spot {
            SpotName::Latest => Spot::Latest,
            SpotName::Mean => Spot::Mean,
        },
        per: asked.per.map(|per| match per {
            PerName::Hour => Per::Hour,
            PerName::Month => Per::Month,
        }),
        today: today::or_today(asked.on.as_ref())?,
    };
    let provider = match asked.provider {
        ProviderName::Aws => Provider::Aws,
        ProviderName::Gcp => Provider::Gcp,
        ProviderName::Azure => Provider::Azure,
        ProviderName::Opencost => Provider::OpenCost,
    };
    let fail = |error: ImportError| Failure::new(error.code(), error.to_string());
    let mut files = Vec::new();
    for path in &asked.files {
        let name = path.display().to_string();
        let content = File::open(path)
            .map_err(|error| fail(ImportError::Unreadable { file: name.clone(), why: error.to_string() }))?;
        files.push(price_import::File { name, content: BufReader::with_capacity(1 << 20, content) });
    }
    let imported = import(provider, files, &options).map_err(fail)?;
    let book =
        PriceList::write(&imported.lists).map_err(|error| Failure::new(error.code(), error.to_string()))?;
    let mut notes = passed_over(&imported);
    let output = match &asked.output {
        None => book,
        Some(path) => {
            let unwritable =
                |error: std::io::Error| Failure::new("OUTPUT_FAILED", format!("{}: {error}", path.display()));
            fs::write(path, book).map_err(unwritable)?;
            format!("wrote {}\n", path.display())
        }
    };
    notes.insert(0, format!("{} prices: {}", imported.taken, sources(&imported)));
    Ok(Outcome { output, notes, ..Outcome::default() })
}

fn sources(imported: &Imported) -> String {
    let each = imported.lists.iter().map(|list| format!("{}, as of {}", list.source, list.as_of));
    each.collect::<Vec<_>>().join("; ")
}

fn passed_over(imported: &Imported) -> Vec<String> {
    let each = imported.passed_over.iter();
    each.map(|(why, count)| format!("passed over {count}: {why}")).collect()
}
