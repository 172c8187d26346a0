use price_book::{Confidence, PriceList};
use price_import::{Options, Provider};
use rust_decimal::Decimal;

use crate::support::{imported, options, refused, try_import};

/// A product of an offer, as "Reading the service price list file for an AWS service" shows it.
pub(crate) fn product(sku: &str, family: &str, attributes: &str) -> String {
    format!(
        r#""{sku}": {{"sku": "{sku}", "productFamily": "{family}", "attributes": {{"servicecode": "AmazonEC2",
            "location": "US East (N. Virginia)", "locationType": "AWS Region", "regionCode": "us-east-1", {attributes}}}}}"#
    )
}

pub(crate) fn linux(sku: &str, name: &str, rest: &str) -> String {
    let attributes = format!(
        r#""instanceType": "{name}", "vcpu": "2", "memory": "8 GiB", "tenancy": "Shared", "operatingSystem": "Linux",
            "licenseModel": "No License required", "usagetype": "BoxUsage:{name}", "operation": "RunInstances",
            "capacitystatus": "Used", "preInstalledSw": "NA", "marketoption": "OnDemand"{rest}"#
    );
    product(sku, "Compute Instance", &attributes)
}

pub(crate) fn term(sku: &str, unit: &str, price: &str) -> String {
    format!(
        r#""{sku}": {{"{sku}.JRTCKXETXF": {{"offerTermCode": "JRTCKXETXF", "sku": "{sku}", "effectiveDate": "2026-11-01T00:00:00Z",
            "priceDimensions": {{"{sku}.JRTCKXETXF.6YS6EN2CT7": {{"rateCode": "{sku}.JRTCKXETXF.6YS6EN2CT7",
                "description": "as a sentence", "beginRange": "0", "endRange": "Inf", "unit": "{unit}",
                "pricePerUnit": {{"USD": "{price}"}}, "appliesTo": []}}}}, "termAttributes": {{}}}}}}"#
    )
}

fn reserved(sku: &str, term: &str, length: &str, option: &str, price: &str) -> String {
    format!(
        r#""{sku}.{term}": {{"offerTermCode": "{term}", "sku": "{sku}", "effectiveDate": "2020-04-01T00:00:00Z",
            "priceDimensions": {{"{sku}.{term}.6YS6EN2CT7": {{"rateCode": "r", "description": "", "beginRange": "0",
                "endRange": "Inf", "unit": "Hrs", "pricePerUnit": {{"USD": "{price}"}}, "appliesTo": []}}}},
            "termAttributes": {{"LeaseContractLength": "{length}", "OfferingClass": "standard", "PurchaseOption": "{option}"}}}}"#
    )
}

pub(crate) fn offer(code: &str, products: &[String], on_demand: &[String], reserved: &str) -> String {
    format!(
        r#"{{"formatVersion": "v1.0", "disclaimer": "…", "offerCode": "{code}", "version": "20261120210327",
            "publicationDate": "2026-11-20T21:03:27Z", "products": {{{}}},
            "terms": {{"OnDemand": {{{}}}, "Reserved": {{{reserved}}}}}, "attributesList": {{}}}}"#,
        products.join(","),
        on_demand.join(",")
    )
}

/// EC2 as it is listed for us-east-1: an m5.large 0.096 an hour on demand, 0.06 in a standard reservation of a year with nothing
/// upfront; gp3 0.08 a GB-month, 0.005 an operation above 3,000, 40.96 a GiB/s above 125 MiB/s, which is 0.04 a MiB/s
/// ("Amazon EC2 On-Demand Pricing", "Amazon EBS pricing"). Beside it what no cluster of Linux nodes pays for.
fn ec2() -> String {
    let windows = linux("WIN", "m5.large", "").replace(r#""Linux""#, r#""Windows""#);
    let dedicated = linux("DED", "m5.large", "").replace("Shared", "Dedicated");
    let outpost = linux("LOCAL", "m5.large", "").replace("AWS Region", "AWS Local Zone");
    let capacity = linux("CAP", "m5.large", "").replace("\"Used\"", "\"UnusedCapacityReservation\"");
    let volume = |usage: &str| format!(r#""volumeApiName": "gp3", "usagetype": "EBS:{usage}.gp3""#);
    let products = [
        linux("M5", "m5.large", ""),
        linux("G5", "g5.xlarge", r#", "gpu": "1""#).replace("8 GiB", "1,952 GiB"),
        windows,
        dedicated,
        outpost,
        capacity,
        product("GP3", "Storage", &volume("VolumeUsage")),
        product("IOPS", "System Operation", &volume("VolumeP-IOPS")),
        product("TP", "Provisioned Throughput", &volume("VolumeP-Throughput")),
        product("SNAP", "Storage Snapshot", r#""usagetype": "EBS:SnapshotUsage""#),
    ];
    let terms = [
        term("M5", "Hrs", "0.0960000000"),
        term("G5", "Hrs", "1.0060000000"),
        term("WIN", "Hrs", "0.1880000000"),
        term("DED", "Hrs", "0.1020000000"),
        term("LOCAL", "Hrs", "0.1200000000"),
        term("CAP", "Hrs", "0.0960000000"),
        term("GP3", "GB-Mo", "0.0800000000"),
        term("IOPS", "IOPS-Mo", "0.0050000000"),
        term("TP", "GiBps-mo", "40.9600000000"),
        term("SNAP", "GB-Mo", "0.0500000000"),
    ];
    let year = reserved("M5", "4NA7Y494T4", "1yr", "No Upfront", "0.0600000000");
    let upfront = reserved("M5", "6QCMYABX3D", "1yr", "All Upfront", "0.0000000000");
    offer("AmazonEC2", &products, &terms, &format!(r#""M5": {{{year}, {upfront}}}"#))
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn only(lists: &[PriceList]) -> &PriceList {
    assert_eq!(lists.len(), 1);
    &lists[0]
}

#[test]
fn an_offer_of_ec2_gives_instances_and_volumes() {
    let imported = imported(Provider::Aws, &[&ec2()]);
    let list = only(&imported.lists);
    assert_eq!((list.currency.code(), list.as_of.as_str()), ("USD", "2026-11-20"));
    assert_eq!(
        (list.source.as_str(), list.confidence),
        ("AWS price list (AmazonEC2 20261120210327)", Confidence::List)
    );
    let [region] = list.instances.as_slice() else { panic!("{:?}", list.instances) };
    assert_eq!((region.provider.as_str(), region.region.as_str()), ("aws", "us-east-1"));
    let [g5, m5] = region.instances.as_slice() else { panic!("{region:?}") };
    assert_eq!((g5.name.as_str(), g5.on_demand, g5.gpus), ("g5.xlarge", Some(decimal("1.006")), 1));
    assert_eq!(g5.memory_gib, Some(decimal("1952")));
    assert_eq!(
        (m5.on_demand, m5.reserved_1y, m5.reserved_3y),
        (Some(decimal("0.096")), Some(decimal("0.06")), None)
    );
    assert_eq!((m5.cpu, m5.memory_gib), (Some(decimal("2")), Some(decimal("8"))));
    let [gp3] = list.storage.as_slice() else { panic!("{:?}", list.storage) };
    assert_eq!((gp3.kind.as_str(), gp3.gib_month), ("gp3", decimal("0.08")));
    assert_eq!((gp3.iops_month, gp3.free_iops), (Some(decimal("0.005")), 3_000));
    assert_eq!((gp3.mibps_month, gp3.free_mibps), (Some(decimal("0.04")), 125));
    for (why, count) in [
        ("not Linux", 1),
        ("not shared", 1),
        ("in a local zone or on an outpost", 1),
        ("a capacity reservation or block", 1),
    ] {
        assert_eq!(imported.passed_over.get(why), Some(&count), "{why}");
    }
}

/// "Elastic Load Balancing pricing" and "Amazon EKS pricing", us-east-1: 0.0225 an hour of a network balancer, 0.025 of a
/// classic one, 0.10 of a cluster. Capacity units are traffic.
#[test]
fn balancers_and_clusters_come_from_their_own_offers() {
    let balancer = |sku: &str, family: &str, usage: &str| {
        product(sku, family, &format!(r#""usagetype": "{usage}", "operation": "LoadBalancing""#))
    };
    let elb = offer(
        "AWSELB",
        &[
            balancer("NLB", "Load Balancer-Network", "LoadBalancerUsage"),
            balancer("CLB", "Load Balancer", "LoadBalancerUsage"),
            balancer("LCU", "Load Balancer-Network", "LCUUsage"),
        ],
        &[term("NLB", "Hrs", "0.0225"), term("CLB", "Hrs", "0.025"), term("LCU", "LCU-Hrs", "0.006")],
        "",
    );
    let cluster = product(
        "EKS",
        "Compute",
        r#""usagetype": "USE1-AmazonEKS-Hours:perCluster", "operation": "CreateOperation""#,
    );
    let eks = offer("AmazonEKS", &[cluster], &[term("EKS", "Hours", "0.1000000000")], "");
    let imported = imported(Provider::Aws, &[&elb, &eks]);
    let list = only(&imported.lists);
    let told: Vec<_> =
        list.load_balancers.iter().map(|one| (one.kind.as_str(), one.hour.to_string())).collect();
    assert_eq!(told, [("classic", "0.025".to_owned()), ("nlb", "0.0225".to_owned())]);
    assert_eq!((list.clusters[0].kind.as_str(), list.clusters[0].hour), ("eks", decimal("0.1")));
    assert_eq!(list.source, "AWS price list (AWSELB 20261120210327, AmazonEKS 20261120210327)");
}

const CSV: &str = r#""FormatVersion","v1.0"
"Disclaimer","This pricing list is for informational purposes only, and ""as is""."
"Publication Date","2026-11-20T21:03:27Z"
"Version","20261120210327"
"OfferCode","AmazonEC2"
"SKU","OfferTermCode","RateCode","TermType","PriceDescription","EffectiveDate","StartingRange","EndingRange","Unit","PricePerUnit","Currency","LeaseContractLength","PurchaseOption","OfferingClass","Product Family","Location Type","Instance Type","vCPU","Memory","Tenancy","Operating System","License Model","usageType","operation","CapacityStatus","GPU","Pre Installed S/W","Region Code","Volume API Name"
"M5","JRTCKXETXF","r","OnDemand","a sentence, with a comma","2026-11-01","0","Inf","Hrs","0.0960000000","USD","","","","Compute Instance","AWS Region","m5.large","2","8 GiB","Shared","Linux","No License required","BoxUsage:m5.large","RunInstances","Used","","NA","us-east-1",""
"M5","4NA7Y494T4","r","Reserved","","2020-04-01","0","Inf","Hrs","0.0600000000","USD","1yr","No Upfront","standard","Compute Instance","AWS Region","m5.large","2","8 GiB","Shared","Linux","No License required","BoxUsage:m5.large","RunInstances","Used","","NA","us-east-1",""
"WIN","JRTCKXETXF","r","OnDemand","","2026-11-01","0","Inf","Hrs","0.1880000000","USD","","","","Compute Instance","AWS Region","m5.large","2","8 GiB","Shared","Windows","No License required","BoxUsage:m5.large","RunInstances:0002","Used","","NA","us-east-1",""
"GP3","JRTCKXETXF","r","OnDemand","","2026-11-01","0","Inf","GB-Mo","0.0800000000","USD","","","","Storage","AWS Region","","","","","","","EBS:VolumeUsage.gp3","","","","","us-east-1","gp3"
"#;

/// The same products in both forms give the same instance.
#[test]
fn csv_gives_what_json_gives() {
    let (csv, json) = (imported(Provider::Aws, &[CSV]), imported(Provider::Aws, &[&ec2()]));
    let (csv, json) = (only(&csv.lists), only(&json.lists));
    assert_eq!(csv.instances[0].instances[0], json.instances[0].instances[1]);
    assert_eq!(csv.storage[0].gib_month, json.storage[0].gib_month);
    assert_eq!((&csv.source, &csv.as_of), (&json.source, &json.as_of));
}

#[test]
fn bad_offers_are_refused_with_their_codes() {
    refused(
        Provider::Aws,
        &ec2(),
        &[
            ("}, \"attributesList\": {}}", "", "PRICE_IMPORT_SYNTAX"),
            ("\"formatVersion\": ", "formatVersion: ", "PRICE_IMPORT_SYNTAX"),
            ("\"terms\": ", "\"conditions\": ", "PRICE_IMPORT_SCHEMA"),
            ("\"priceDimensions\": ", "\"prices\": ", "PRICE_IMPORT_SCHEMA"),
            ("\"publicationDate\": ", "\"date\": ", "PRICE_IMPORT_SCHEMA"),
            ("2026-11-20T21", "20th of November", "PRICE_IMPORT_SCHEMA"),
            ("2026-11-20T21", "2026-11-23T21", "PRICE_IMPORT_FUTURE"),
            ("2026-11-01T00", "2026-12-01T00", "PRICE_IMPORT_FUTURE"),
            ("0.0960000000", "-0.0960000000", "PRICE_IMPORT_PRICE"),
            ("0.0960000000", "free", "PRICE_IMPORT_PRICE"),
            ("0.0960000000", "1000000000", "PRICE_IMPORT_PRICE"),
            ("\"USD\": \"1.006", "\"EUR\": \"1.006", "PRICE_IMPORT_CURRENCIES"),
            ("\"USD\": \"1.006", "\"dollar\": \"1.006", "PRICE_IMPORT_SCHEMA"),
        ],
    );
    let twice = ec2().replacen(&term("WIN", "Hrs", "0.1880000000"), &term("M5", "Hrs", "0.097"), 1);
    let error = try_import(Provider::Aws, &[&twice], &options()).unwrap_err();
    assert_eq!(error.to_string(), "file0: m5.large in us-east-1 (OnDemand) has two prices: 0.096 and 0.097");
    assert_eq!(error.code(), "PRICE_IMPORT_TWICE");
    refused(
        Provider::Aws,
        CSV,
        &[
            ("\"gp3\"\n", "\"gp3", "PRICE_IMPORT_SYNTAX"),
            ("\"us-east-1\",\"\"\n", "\"us-east-1\"\n", "PRICE_IMPORT_SYNTAX"),
            ("\"Region Code\"", "\"Region\"", "PRICE_IMPORT_SCHEMA"),
            ("\"Publication Date\"", "\"Date\"", "PRICE_IMPORT_SCHEMA"),
            ("0.0960000000", "", "PRICE_IMPORT_PRICE"),
            ("\"0.0800000000\",\"USD\"", "\"0.0800000000\",\"CNY\"", "PRICE_IMPORT_CURRENCIES"),
        ],
    );
    let empty = try_import(Provider::Aws, &[""], &options()).unwrap_err();
    assert_eq!(empty.code(), "PRICE_IMPORT_SYNTAX");
}

#[test]
fn only_the_regions_that_are_asked_for_are_taken() {
    let regions = |region: &str| Options { regions: vec![region.to_owned()], ..options() };
    assert!(try_import(Provider::Aws, &[&ec2()], &regions("us-east-1")).is_ok());
    let error = try_import(Provider::Aws, &[&ec2()], &regions("eu-west-1")).unwrap_err();
    assert_eq!(error.code(), "PRICE_IMPORT_EMPTY");
}
