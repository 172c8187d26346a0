//! A bulk offer is larger than the memory that reading it takes.

use std::io::{BufReader, Read};

use price_import::{File, Provider, import};

use crate::aws::{linux, term};
use crate::support::options;

/// An offer that is made while it is read: so many products that no cluster pays for, and one that it does.
struct Generated {
    parts: Box<dyn Iterator<Item = String>>,
    rest: Vec<u8>,
    given: usize,
}

impl Generated {
    fn of(products: usize) -> Self {
        let head = r#"{"formatVersion": "v1.0", "offerCode": "AmazonEC2", "version": "1", "publicationDate": "2026-11-20T00:00:00Z", "products": {"#;
        let unwanted =
            |sku: usize| linux(&format!("SKU{sku}"), "m5.large", "").replace("Shared", "Dedicated") + ",";
        let wanted = linux("M5", "m5.large", "");
        let between = r#"}, "terms": {"OnDemand": {"#;
        let terms = |sku: usize| term(&format!("SKU{sku}"), "Hrs", "0.1020000000") + ",";
        let parts = std::iter::once(head.to_owned())
            .chain((0..products).map(unwanted))
            .chain([wanted, between.to_owned()])
            .chain((0..products).map(terms))
            .chain([term("M5", "Hrs", "0.0960000000") + "}}}"]);
        Self { parts: Box::new(parts), rest: Vec::new(), given: 0 }
    }
}

impl Read for Generated {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.rest.is_empty() {
            match self.parts.next() {
                Some(part) => self.rest = part.into_bytes(),
                None => return Ok(0),
            }
        }
        let count = self.rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.rest[..count]);
        self.rest.drain(..count);
        self.given += count;
        Ok(count)
    }
}

/// The most memory that the process has held, in KiB (`proc_pid_status(5)`, `VmHWM`).
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Set in the process that measures itself: beside other tests a process holds what they do, too.
const MEASURES: &str = "PRICE_IMPORT_MEASURES";

#[test]
fn what_is_passed_over_is_not_kept() {
    if std::env::var_os(MEASURES).is_some() {
        return measure();
    }
    let alone = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "bounded::what_is_passed_over_is_not_kept", "--nocapture"])
        .env(MEASURES, "1")
        .output()
        .unwrap();
    assert!(alone.status.success(), "{}", String::from_utf8_lossy(&alone.stderr));
    assert!(String::from_utf8_lossy(&alone.stdout).contains("1 passed"));
}

fn measure() {
    let mut generated = Generated::of(20_000);
    let before = most_memory();
    let content = BufReader::with_capacity(1 << 16, &mut generated);
    let imported = import(Provider::Aws, vec![File { name: "big".to_owned(), content }], &options()).unwrap();
    let held = most_memory() - before;
    assert_eq!(imported.taken, 1);
    assert_eq!(imported.passed_over.get("not shared"), Some(&20_000));
    let size = u64::try_from(generated.given / 1024).unwrap();
    assert!(size > 16_000, "the file has {size} KiB");
    assert!(held < size / 4, "{held} KiB were held for a file of {size} KiB");
}
