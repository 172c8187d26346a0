use price_import::Provider;

use crate::support::{imported, options, refused, try_import};

/// A SKU as `services.skus.list` documents it; `nanos` are billionths.
pub(crate) fn sku(
    id: &str,
    description: &str,
    (family, group, usage): (&str, &str, &str),
    unit: &str,
    nanos: u64,
) -> String {
    format!(
        r#"{{"name": "services/6F81-5844-456A/skus/{id}", "skuId": "{id}", "description": "{description}",
            "category": {{"serviceDisplayName": "Compute Engine", "resourceFamily": "{family}", "resourceGroup": "{group}",
                "usageType": "{usage}"}}, "serviceRegions": ["us-central1", "us-east1"],
            "pricingInfo": [{{"summary": "", "pricingExpression": {{"usageUnit": "{unit}", "displayQuantity": 1,
                "tieredRates": [{{"startUsageAmount": 0, "unitPrice": {{"currencyCode": "USD", "units": "0", "nanos": {nanos}}}}}]}},
                "currencyConversionRate": 1, "effectiveTime": "2026-11-20T10:00:00.123456789Z"}}],
            "serviceProviderName": "Google", "geoTaxonomy": {{"type": "MULTI_REGIONAL", "regions": []}}}}"#
    )
}

pub(crate) const CPU: (&str, &str, &str) = ("Compute", "CPU", "OnDemand");
pub(crate) const RAM: (&str, &str, &str) = ("Compute", "RAM", "OnDemand");

pub(crate) fn page(skus: &[String], token: &str) -> String {
    format!(r#"{{"skus": [{}], "nextPageToken": "{token}"}}"#, skus.join(","))
}

/// "VM instance pricing", us-central1: an E2 core 0.021811 and a GiB 0.002923 an hour, N2 0.031611 and 0.004237; as spot and
/// committed for a year less. Disks: standard 0.04 above a free tier, balanced 0.10 a GiB-month.
fn catalog() -> Vec<String> {
    let free = sku("PD", "Storage PD Capacity", ("Storage", "PDStandard", "OnDemand"), "GiBy.mo", 0).replace(
        "}]}",
        r#"}, {"startUsageAmount": 30, "unitPrice": {"currencyCode": "USD", "units": "0", "nanos": 40000000}}]}"#,
    );
    vec![
        sku("E2C", "E2 Instance Core running in Americas", CPU, "h", 21_811_000),
        sku("E2R", "E2 Instance Ram running in Americas", RAM, "GiBy.h", 2_923_000),
        sku("N2C", "N2 Instance Core running in Americas", CPU, "h", 31_611_000),
        sku("N2R", "N2 Instance Ram running in Americas", RAM, "GiBy.h", 4_237_000),
        sku(
            "N2S",
            "Spot Preemptible N2 Instance Core running in Americas",
            ("Compute", "CPU", "Preemptible"),
            "h",
            7_650_000,
        ),
        sku(
            "N2T",
            "Spot Preemptible N2 Instance Ram running in Americas",
            ("Compute", "RAM", "Preemptible"),
            "GiBy.h",
            1_025_000,
        ),
        sku(
            "N2Y",
            "Commitment v1: N2 Cpu in Americas for 1 Year",
            ("Compute", "CPU", "Commit1Yr"),
            "h",
            19_915_000,
        ),
        sku(
            "N2Z",
            "Commitment v1: N2 Ram in Americas for 1 Year",
            ("Compute", "RAM", "Commit1Yr"),
            "GiBy.h",
            2_669_000,
        ),
        sku("N2X", "N2 Custom Instance Core running in Americas", CPU, "h", 33_174_000),
        free,
        sku("PB", "Balanced PD Capacity in Iowa", ("Storage", "SSD", "OnDemand"), "GiBy.mo", 100_000_000),
        sku(
            "PR",
            "Regional Balanced PD Capacity in Iowa",
            ("Storage", "SSD", "OnDemand"),
            "GiBy.mo",
            200_000_000,
        ),
        sku(
            "T4",
            "Nvidia Tesla T4 GPU running in Americas",
            ("Compute", "GPU", "OnDemand"),
            "h",
            350_000_000,
        ),
        sku(
            "FR",
            "Network Load Balancing: Forwarding Rule Minimum Service Charge in Americas",
            ("Network", "Other", "OnDemand"),
            "h",
            25_000_000,
        ),
    ]
}

fn price(name: &str, field: fn(&price_book::Instance) -> Option<rust_decimal::Decimal>) -> String {
    let imported = imported(Provider::Gcp, &[&page(&catalog(), "")]);
    let regions = &imported.lists[0].instances;
    assert_eq!(
        regions.iter().map(|one| one.region.as_str()).collect::<Vec<_>>(),
        ["us-central1", "us-east1"]
    );
    let instance = regions[0].instances.iter().find(|one| one.name == name).unwrap();
    field(instance).unwrap().to_string()
}

/// The prices that Google publishes for the machine types: e2-medium 0.033503, e2-standard-2 0.067006, e2-micro 0.00837575, and of
/// N2 (4 × 0.031611 + 16 × 0.004237) 0.194236; as spot 4 × 0.00765 + 16 × 0.001025 = 0.047; committed 4 × 0.019915 + 16 × 0.002669
/// = 0.122364.
#[test]
fn machine_types_are_priced_by_their_cores_and_memory() {
    assert_eq!(price("e2-medium", |one| one.on_demand), "0.033503");
    assert_eq!(price("e2-standard-2", |one| one.on_demand), "0.067006");
    assert_eq!(price("e2-micro", |one| one.on_demand), "0.00837575");
    assert_eq!(price("n2-standard-4", |one| one.on_demand), "0.194236");
    assert_eq!(price("n2-standard-4", |one| one.spot), "0.047");
    assert_eq!(price("n2-standard-4", |one| one.reserved_1y), "0.122364");
    assert_eq!(price("n2-standard-4", |one| one.memory_gib), "16");
}

#[test]
fn disks_gpus_and_balancers_are_taken() {
    let list = imported(Provider::Gcp, &[&page(&catalog(), "")]).lists.remove(0);
    let disks: Vec<_> =
        list.storage.iter().map(|one| (one.kind.as_str(), one.gib_month.to_string())).collect();
    assert_eq!(disks[..2], [("pd-balanced", "0.1".to_owned()), ("pd-standard", "0.04".to_owned())]);
    assert_eq!(
        (list.gpus[0].kind.as_str(), list.gpus[0].hour.to_string().as_str()),
        ("nvidia-tesla-t4", "0.35")
    );
    assert_eq!(list.load_balancers[0].hour.to_string(), "0.025");
    assert_eq!(list.as_of.as_str(), "2026-11-20");
}

/// An N2 machine that runs all month is 20 % off by itself, an E2 machine nothing ("Sustained use discounts"):
/// 0.194236 × 0.8 = 0.1553888.
#[test]
fn sustained_use_is_a_rule() {
    let mut lists = imported(Provider::Gcp, &[&page(&catalog(), "")]).lists;
    lists.extend(price_book::PriceBook::shipped().unwrap().lists().iter().cloned());
    let book = price_book::PriceBook::layered(lists).unwrap();
    let hour = |name: &str, capacity| match book.instance(name, Some("us-central1"), capacity) {
        price_book::InstancePrice::Known(known) => known.hour.price.to_string(),
        price_book::InstancePrice::Unknown(why) => panic!("{why}"),
    };
    assert_eq!(hour("n2-standard-4", None), "0.1553888");
    assert_eq!(hour("n2-standard-4", Some("spot")), "0.047");
    assert_eq!(hour("e2-standard-2", None), "0.067006");
}

#[test]
fn pages_are_read_together_and_the_last_must_be_there() {
    let (one, other) = (catalog()[..7].to_vec(), catalog()[7..].to_vec());
    let whole = imported(Provider::Gcp, &[&page(&catalog(), "")]);
    assert_eq!(imported(Provider::Gcp, &[&page(&one, "next"), &page(&other, "")]), whole);
    assert_eq!(imported(Provider::Gcp, &[&page(&other, ""), &page(&one, "next")]), whole);
    let error = try_import(Provider::Gcp, &[&page(&one, "next")], &options()).unwrap_err();
    assert_eq!(error.code(), "PRICE_IMPORT_PAGES");
}

#[test]
fn bad_pages_are_refused_with_their_codes() {
    refused(
        Provider::Gcp,
        &page(&catalog(), ""),
        &[
            ("], \"nextPageToken\": \"\"}", "", "PRICE_IMPORT_SYNTAX"),
            ("\"skus\":", "\"items\":", "PRICE_IMPORT_SCHEMA"),
            ("\"skuId\":", "\"id\":", "PRICE_IMPORT_SCHEMA"),
            ("\"nanos\": 21811000", "\"nanos\": -21811000", "PRICE_IMPORT_PRICE"),
            ("\"nanos\": 21811000", "\"nanos\": 1000000000", "PRICE_IMPORT_PRICE"),
            ("\"units\": \"0\"", "\"units\": \"many\"", "PRICE_IMPORT_PRICE"),
            ("\"units\": \"0\"", "\"units\": \"1000000000\"", "PRICE_IMPORT_PRICE"),
            ("\"currencyCode\": \"USD\"", "\"currencyCode\": \"EUR\"", "PRICE_IMPORT_CURRENCIES"),
            ("2026-11-20T10", "2026-11-23T10", "PRICE_IMPORT_FUTURE"),
            ("E2 Instance Ram", "N2 Instance Ram", "PRICE_IMPORT_TWICE"),
        ],
    );
}
