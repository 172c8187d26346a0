use price_book::Confidence;
use price_import::{Options, Per, Provider};

use crate::support::{imported, options, refused, try_import};

/// "On-Premises Pricing Configuration": the modified `default.json` of that page.
pub(crate) const JSON: &str = r#"{"provider": "custom", "description": "Modified prices based on arbitrary whims", "CPU": "1.25",
    "spotCPU": "0.006655", "RAM": "0.50", "spotRAM": "0.000892", "GPU": "0.95", "storage": "0.25",
    "zoneNetworkEgress": "0.01", "firstFiveForwardingRulesCost": "0.0"}"#;

/// 0.25 an hour of a GiB is 0.25 × 730 = 182.5 a month.
#[test]
fn custom_pricing_gives_the_unit_prices() {
    let list = imported(Provider::OpenCost, &[JSON]).lists.remove(0);
    let units = [
        list.units.cpu_core_hour,
        list.units.ram_gib_hour,
        list.units.gpu_hour,
        list.units.storage_gib_month,
    ];
    assert_eq!(units.map(|price| price.unwrap().to_string()), ["1.25", "0.5", "0.95", "182.5"]);
    assert_eq!(list.units.load_balancer_hour, None);
    assert_eq!((list.confidence, list.as_of.as_str()), (Confidence::Contract, "2026-11-22"));
}

/// `UpdateFromMap` of OpenCost divides CPU, RAM, GPU and storage of a ConfigMap by 730: 23.075 a month is a core at
/// 23.075 / 730 = 0.0316095890410958… an hour, 2.92 a GiB at 0.004; storage is a month's as it stands.
#[test]
fn a_charts_values_are_prices_of_a_month() {
    let values = r#"{"description": "of a chart", "CPU": "23.075", "RAM": "2.92", "storage": "0.04", "defaultLBPrice": "0.025"}"#;
    let error = try_import(Provider::OpenCost, &[values], &options()).unwrap_err();
    assert!(error.to_string().contains("--per month") && error.code() == "PRICE_IMPORT_SCHEMA", "{error}");
    let per = |per, text| {
        let options = Options { per: Some(per), ..options() };
        let units = try_import(Provider::OpenCost, &[text], &options).unwrap().lists.remove(0).units;
        let units =
            [units.cpu_core_hour, units.ram_gib_hour, units.storage_gib_month, units.load_balancer_hour];
        units.map(|price| price.unwrap().to_string())
    };
    assert_eq!(per(Per::Month, values), ["0.031609589041", "0.004", "0.04", "0.025"]);
    // 0.04 an hour is 29.2 a month.
    assert_eq!(per(Per::Hour, values), ["23.075", "2.92", "29.2", "0.025"]);
    // What is said goes before what the file looks like.
    assert_eq!(
        per(Per::Month, &values.replace("\"of a chart\"", "\"x\", \"provider\": \"custom\""))[1],
        "0.004"
    );
}

const CSV: &str =
    "EndTimestamp,InstanceID,Region,AssetClass,InstanceIDField,InstanceType,MarketPriceHourly,Version
2026-04-17 23:34:22 UTC,m5.large,us-east-1,node,metadata.labels.node.kubernetes.io/instance-type,,0.09,
2026-05-17 23:34:22 UTC,m5.large,us-east-1,node,metadata.labels.node.kubernetes.io/instance-type,,0.08,
2026-04-17 23:34:22 UTC,rack-7,,node,metadata.labels.rack,epyc-32,0.75,
2026-04-17 23:34:22 UTC,gke-standard-cluster-1-pool-1-91dc432d-cg69,,node,metadata.name,,0.1337,
2026-04-17 23:34:22 UTC,storageClass0,,pv,spec.storageClassName,,0.1338,
2028-01-06 23:34:45 UTC,a100-reserved,,gpu,nvidia.com/gpu_type,,1,
";

#[test]
fn csv_gives_instance_types_and_gpus() {
    let imported = imported(Provider::OpenCost, &[CSV]);
    let list = &imported.lists[0];
    let told: Vec<_> = list
        .instances
        .iter()
        .flat_map(|region| {
            region.instances.iter().map(move |one| (region.region.as_str(), one.name.as_str(), one.on_demand))
        })
        .collect();
    // Of two rows the one that ends later.
    assert_eq!(told, [("", "epyc-32", "0.75".parse().ok()), ("us-east-1", "m5.large", "0.08".parse().ok())]);
    assert_eq!((list.gpus[0].kind.as_str(), list.gpus[0].hour.to_string().as_str()), ("a100-reserved", "1"));
    assert_eq!(imported.passed_over.values().sum::<u64>(), 2, "a node by its name, and a volume");
    // A price without a region holds in every one.
    let mut lists = imported.lists.clone();
    lists.extend(price_book::PriceBook::shipped().unwrap().lists().iter().cloned());
    let book = price_book::PriceBook::layered(lists).unwrap();
    let price_book::InstancePrice::Known(known) = book.instance("epyc-32", Some("rack-7"), None) else {
        panic!()
    };
    assert_eq!(
        (known.hour.price.to_string().as_str(), known.hour.confidence),
        ("0.75", Confidence::Contract)
    );
}

#[test]
fn bad_files_are_refused_with_their_codes() {
    refused(
        Provider::OpenCost,
        JSON,
        &[
            ("\"0.0\"}", "", "PRICE_IMPORT_SYNTAX"),
            ("\"1.25\"", "\"cheap\"", "PRICE_IMPORT_SCHEMA"),
            ("\"1.25\"", "\"-1.25\"", "PRICE_IMPORT_PRICE"),
            // 28 digits, which do not fit 730 times.
            ("\"0.25\"", "\"9999999999999999999999999999\"", "PRICE_IMPORT_PRICE"),
        ],
    );
    refused(
        Provider::OpenCost,
        CSV,
        &[
            ("MarketPriceHourly", "Price", "PRICE_IMPORT_SCHEMA"),
            ("0.09", "-0.09", "PRICE_IMPORT_PRICE"),
            ("2026-05-17", "2026-04-17", "PRICE_IMPORT_TWICE"),
            ("m5.large", "\"m5.large", "PRICE_IMPORT_SYNTAX"),
        ],
    );
}
