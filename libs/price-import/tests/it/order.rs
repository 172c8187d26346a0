//! In whatever order records and files come, the list is the same, and so are its bytes.

use price_book::PriceList;
use price_import::{Imported, Provider};
use proptest::prelude::*;
use proptest::sample::subsequence;

use crate::support::imported;
use crate::{aws, azure, gcp};

const TYPES: [&str; 6] = ["m5.large", "m5.xlarge", "c5.large", "r5.large", "t3.medium", "g5.xlarge"];

fn offer(order: &[usize]) -> String {
    let each =
        || order.iter().map(|index| (format!("SKU{index}"), TYPES[*index], format!("0.{}", index + 1)));
    let products: Vec<String> = each().map(|(sku, name, _)| aws::linux(&sku, name, "")).collect();
    let terms: Vec<String> = each().rev().map(|(sku, _, price)| aws::term(&sku, "Hrs", &price)).collect();
    aws::offer("AmazonEC2", &products, &terms, "")
}

fn catalog(order: &[usize]) -> String {
    let families = ["E2", "N2", "N2D AMD", "C3", "T2D AMD", "N1 Predefined"];
    let mut skus = Vec::new();
    for index in order {
        let name = families[*index];
        let nanos = 1_000_000 * (*index as u64 + 1);
        skus.push(gcp::sku(
            &format!("C{index}"),
            &format!("{name} Instance Core running in Americas"),
            gcp::CPU,
            "h",
            nanos,
        ));
        skus.insert(
            0,
            gcp::sku(
                &format!("R{index}"),
                &format!("{name} Instance Ram running in Americas"),
                gcp::RAM,
                "GiBy.h",
                nanos,
            ),
        );
    }
    gcp::page(&skus, "")
}

fn pages(order: &[usize]) -> String {
    let items: Vec<String> = order
        .iter()
        .map(|index| azure::item(&format!("Standard_D{index}s_v5"), &format!("0.{}", index + 1), ""))
        .collect();
    azure::page(&items, "null")
}

fn bytes(imported: &Imported) -> String {
    PriceList::write(&imported.lists).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn the_order_of_records_makes_no_difference(order in subsequence((0..6).collect::<Vec<usize>>(), 1..=6).prop_shuffle()) {
        let mut sorted = order.clone();
        sorted.sort_unstable();
        for (provider, of) in [(Provider::Aws, offer as fn(&[usize]) -> String), (Provider::Gcp, catalog), (Provider::Azure, pages)] {
            let (one, other) = (imported(provider, &[&of(&order)]), imported(provider, &[&of(&sorted)]));
            prop_assert_eq!(bytes(&one), bytes(&other));
            prop_assert_eq!(PriceList::read(&bytes(&one)).unwrap(), one.lists);
        }
    }
}
