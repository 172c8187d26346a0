//! A file that was cut off gives no prices, wherever it was cut.

use price_import::Provider;

use crate::support::{options, try_import};
use crate::{aws, azure, gcp, opencost, spot};

#[test]
fn every_beginning_of_a_file_is_refused() {
    let offer = aws::offer(
        "AmazonEC2",
        &[aws::linux("M5", "m5.large", "")],
        &[aws::term("M5", "Hrs", "0.0960000000")],
        "",
    );
    let catalog = gcp::page(
        &[
            gcp::sku("C", "E2 Instance Core running in Americas", gcp::CPU, "h", 1),
            gcp::sku("R", "E2 Instance Ram running in Americas", gcp::RAM, "GiBy.h", 1),
        ],
        "",
    );
    let page = azure::page(&[azure::item("Standard_D2s_v5", "0.096", "")], "null");
    for (provider, whole) in [
        (Provider::Aws, offer.as_str()),
        (Provider::Aws, spot::HISTORY),
        (Provider::Gcp, &catalog),
        (Provider::Azure, &page),
        (Provider::OpenCost, opencost::JSON),
    ] {
        assert!(try_import(provider, &[whole], &options()).is_ok(), "{provider:?}");
        for (end, _) in whole.char_indices() {
            let error = try_import(provider, &[&whole[..end]], &options()).unwrap_err();
            assert_eq!(error.code(), "PRICE_IMPORT_SYNTAX", "{provider:?}, {end}: {error}");
        }
    }
}
