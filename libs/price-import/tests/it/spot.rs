use price_import::{Options, Provider, Spot};

use crate::support::{imported, options, refused, try_import};

/// As `aws ec2 describe-spot-price-history` answers: in zone a 0.030 for a day and 0.036 for half of one, in zone b 0.040 from
/// the first second to the last.
pub(crate) const HISTORY: &str = r#"{"SpotPriceHistory": [
    {"AvailabilityZone": "us-east-1a", "InstanceType": "m5.large", "ProductDescription": "Linux/UNIX", "SpotPrice": "0.036000", "Timestamp": "2026-11-20T12:00:00.000Z"},
    {"AvailabilityZone": "us-east-1a", "InstanceType": "m5.large", "ProductDescription": "Linux/UNIX", "SpotPrice": "0.030000", "Timestamp": "2026-11-19T12:00:00.000Z"},
    {"AvailabilityZone": "us-east-1b", "InstanceType": "m5.large", "ProductDescription": "Linux/UNIX", "SpotPrice": "0.040000", "Timestamp": "2026-11-19T12:00:00.000Z"},
    {"AvailabilityZone": "us-east-1b", "InstanceType": "m5.large", "ProductDescription": "Linux/UNIX", "SpotPrice": "0.040000", "Timestamp": "2026-11-21T00:00:00.000Z"},
    {"AvailabilityZone": "us-east-1b", "InstanceType": "m5.large", "ProductDescription": "Windows", "SpotPrice": "0.130000", "Timestamp": "2026-11-21T00:00:00.000Z"}
]}"#;

/// Latest: (0.036 + 0.040) / 2 = 0.038. Mean over time: zone a (24 h × 0.030 + 12 h × 0.036) / 36 h = 0.032, zone b 0.040, so
/// 0.036. In both the least was 0.030 and the most 0.040.
#[test]
fn a_history_gives_the_latest_or_the_mean_with_its_range() {
    for (spot, expected) in [(Spot::Latest, "0.038"), (Spot::Mean, "0.036")] {
        let imported = try_import(Provider::Aws, &[HISTORY], &Options { spot, ..options() }).unwrap();
        let list = &imported.lists[0];
        assert_eq!(list.as_of.as_str(), "2026-11-21");
        assert!(
            list.source.starts_with("AWS spot price history, 2026-11-19 to 2026-11-21"),
            "{}",
            list.source
        );
        let m5 = &list.instances[0].instances[0];
        let told = [m5.spot, m5.spot_low, m5.spot_high].map(|price| price.unwrap().to_string());
        assert_eq!(told, [expected, "0.03", "0.04"]);
        assert_eq!((m5.on_demand, list.instances[0].region.as_str()), (None, "us-east-1"));
        assert_eq!(imported.passed_over.get("spot prices of another system or region"), Some(&1));
    }
}

#[test]
fn bad_histories_are_refused_with_their_codes() {
    refused(
        Provider::Aws,
        HISTORY,
        &[
            ("]}", "]", "PRICE_IMPORT_SYNTAX"),
            ("\"SpotPrice\": \"0.036000\", ", "", "PRICE_IMPORT_SCHEMA"),
            ("2026-11-20T12:00:00.000Z", "2026-11-20", "PRICE_IMPORT_SCHEMA"),
            ("2026-11-20T12", "2027-11-20T12", "PRICE_IMPORT_FUTURE"),
            ("0.036000", "-0.036000", "PRICE_IMPORT_PRICE"),
            ("2026-11-20T12", "2026-11-19T12", "PRICE_IMPORT_TWICE"),
            ("us-east-1a", "cn-north-1a", "PRICE_IMPORT_CURRENCIES"),
        ],
    );
}

/// Beside an offer the history is a list of its own, before it: it has a day of its own.
#[test]
fn a_history_comes_before_the_offer() {
    let product = crate::aws::linux("M5", "m5.large", "");
    let offer = crate::aws::offer("AmazonEC2", &[product], &[crate::aws::term("M5", "Hrs", "0.096")], "");
    let lists = imported(Provider::Aws, &[&offer, HISTORY]).lists;
    let days: Vec<&str> = lists.iter().map(|list| list.as_of.as_str()).collect();
    assert_eq!(days, ["2026-11-21", "2026-11-20"]);
}
