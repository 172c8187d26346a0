//! `plimsoll prices check FILE…`.

use std::fmt::Write as _;
use std::path::PathBuf;

use ids::BlobHash;
use price_book::{PriceList, Unit};

use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::{escape, pricing, today};

pub(super) fn run(files: &[PathBuf]) -> Result<Outcome, Failure> {
    let mut output = String::new();
    for path in files {
        let lists = pricing::read(path)?;
        // The hash of the form that is written, so that order and blanks of the file make no difference.
        let written =
            PriceList::write(&lists).map_err(|error| Failure::new(error.code(), error.to_string()))?;
        let _ = writeln!(output, "{}: well, sha256 {}", path.display(), BlobHash::of(written.as_bytes()));
        for list in &lists {
            let _ = writeln!(output, "  {}", escape::line(&about(list)));
        }
    }
    // What each file lacks the next one, or what is shipped, may have; what contradicts itself shows here.
    pricing::book_on(files, &today::or_today(None)?)?;
    Ok(Outcome::of(output))
}

/// A list in a line: `contract, EUR, as of 2026-10-01: 5 unit prices, 812 instances in 3 regions — contract 4711`.
pub(super) fn about(list: &PriceList) -> String {
    let units = Unit::ALL.iter().filter(|unit| list.units.get(**unit).is_some()).count();
    let instances: usize = list.instances.iter().map(|region| region.instances.len()).sum();
    let held = [
        (units, "unit price"),
        (instances, "instance"),
        (list.storage.len(), "kind of volume"),
        (list.load_balancers.len(), "load balancer"),
        (list.clusters.len(), "control plane"),
        (list.gpus.len(), "GPU"),
        (list.rates.len(), "rate"),
        (list.rules.len(), "rule"),
    ];
    let held: Vec<String> = held.into_iter().filter(|(count, _)| *count > 0).map(counted).collect();
    let what = if held.is_empty() { "nothing".to_owned() } else { held.join(", ") };
    format!("{}, {}, as of {}: {what}. {}", list.confidence.word(), list.currency, list.as_of, list.source)
}

fn counted((count, one): (usize, &str)) -> String {
    match (count, one.strip_prefix("kind of ")) {
        (1, _) => format!("1 {one}"),
        (many, Some(rest)) => format!("{many} kinds of {rest}"),
        (many, None) => format!("{many} {one}s"),
    }
}
