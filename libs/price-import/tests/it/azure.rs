use price_book::Confidence;
use price_import::Provider;

use crate::support::{imported, options, refused, try_import};

/// An item as "Azure Retail Prices overview" shows it.
pub(crate) fn item(sku: &str, price: &str, rest: &str) -> String {
    let plain = sku.trim_start_matches("Standard_").replace('_', " ");
    format!(
        r#"{{"currencyCode": "USD", "tierMinimumUnits": 0.0, "retailPrice": {price}, "unitPrice": {price}, "armRegionName": "eastus",
            "location": "US East", "effectiveStartDate": "2026-11-01T00:00:00Z", "meterId": "m", "meterName": "{plain}",
            "productId": "p", "skuId": "s", "availabilityId": null, "productName": "Virtual Machines Dsv5 Series",
            "skuName": "{plain}", "serviceName": "Virtual Machines", "serviceId": "DZH313Z7MMC8", "serviceFamily": "Compute",
            "unitOfMeasure": "1 Hour", "type": "Consumption", "isPrimaryMeterRegion": true, "armSkuName": "{sku}"{rest}}}"#
    )
}

pub(crate) fn page(items: &[String], next: &str) -> String {
    format!(
        r#"{{"BillingCurrency": "USD", "CustomerEntityId": "Default", "CustomerEntityType": "Retail", "Items": [{}],
            "NextPageLink": {next}, "Count": {}}}"#,
        items.join(","),
        items.len()
    )
}

/// A D2s v5 in eastus: 0.096 an hour; 503.7 for a year reserved (8,760 hours: 0.0575); 0.0663 and 0.0442 in a savings plan; 0.020266
/// as spot. Windows, low priority, development and disks of fixed sizes are no price of a Linux node.
fn items() -> Vec<String> {
    let plans = r#", "savingsPlan": [{"unitPrice": 0.0442, "retailPrice": 0.0442, "term": "3 Years"},
        {"unitPrice": 0.0663, "retailPrice": 0.0663, "term": "1 Year"}]"#;
    let d2s = |price: &str, rest: &str| item("Standard_D2s_v5", price, rest);
    let service = |service: &str, product: &str, meter: &str, unit: &str, price: &str| {
        item("", price, "")
            .replace("\"skuName\": \"\"", "\"skuName\": null")
            .replace(r#""meterName": """#, &format!(r#""meterName": "{meter}""#))
            .replace("\"Virtual Machines\"", &format!("\"{service}\""))
            .replace("Virtual Machines Dsv5 Series", product)
            .replace("1 Hour", unit)
    };
    vec![
        d2s("0.096", plans),
        d2s("503.7", r#", "reservationTerm": "1 Year""#).replace("Consumption", "Reservation"),
        d2s("0.020266", "").replace(r#""skuName": "D2s v5""#, r#""skuName": "D2s v5 Spot""#),
        d2s("0.019", "").replace(r#""skuName": "D2s v5""#, r#""skuName": "D2s v5 Low Priority""#),
        d2s("0.188", "").replace("Dsv5 Series", "Dsv5 Series Windows"),
        d2s("0.09", "").replace("Consumption", "DevTestConsumption"),
        d2s("0.099", "").replace("\"isPrimaryMeterRegion\": true", "\"isPrimaryMeterRegion\": false"),
        service(
            "Load Balancer",
            "Load Balancer",
            "Standard Included LB Rules and Outbound Rules",
            "1 Hour",
            "0.025",
        ),
        service(
            "Storage",
            "Azure Premium SSD v2",
            "Premium LRS Provisioned Capacity",
            "1 GiB/Hour",
            "0.000110959",
        ),
        service("Storage", "Premium SSD Managed Disks", "P10 LRS Disk", "1/Month", "19.71"),
        service("Storage", "Premium SSD Managed Disks", "P20 LRS Disk", "1/Month", "73.22"),
    ]
}

/// 0.000110959 × 730 = 0.08100007 a GiB-month. A P10 has 128 GiB: 19.71 / 128 = 0.153984375, which is assumed of every GiB.
#[test]
fn machines_disks_and_balancers_are_taken() {
    let imported = imported(Provider::Azure, &[&page(&items(), "null")]);
    let list = &imported.lists[0];
    assert_eq!((list.as_of.as_str(), list.instances[0].region.as_str()), ("2026-11-01", "eastus"));
    let [d2s] = list.instances[0].instances.as_slice() else { panic!("{:?}", list.instances) };
    assert_eq!(d2s.name, "Standard_D2s_v5");
    let prices = [d2s.on_demand, d2s.spot, d2s.reserved_1y, d2s.savings_1y, d2s.savings_3y];
    assert_eq!(
        prices.map(|price| price.unwrap().to_string()),
        ["0.096", "0.020266", "0.0575", "0.0663", "0.0442"]
    );
    assert_eq!(
        (list.storage[0].kind.as_str(), list.storage[0].gib_month.to_string().as_str()),
        ("PremiumV2_LRS", "0.08100007")
    );
    assert_eq!(
        (list.load_balancers[0].kind.as_str(), list.load_balancers[0].hour.to_string().as_str()),
        ("standard", "0.025")
    );
    let sized = &imported.lists[1];
    assert_eq!((sized.confidence, sized.storage[0].kind.as_str()), (Confidence::Assumed, "Premium_LRS"));
    assert_eq!(sized.storage[0].gib_month.to_string(), "0.153984375");
    assert!(sized.why.as_ref().unwrap().contains("fixed sizes"));
    for why in
        ["not Linux", "for development and tests", "a disk of a fixed size", "billed through another region"]
    {
        assert_eq!(imported.passed_over.get(why), Some(&1), "{why}");
    }
}

#[test]
fn pages_are_read_together_and_the_last_must_be_there() {
    let (one, other) = (items()[..4].to_vec(), items()[4..].to_vec());
    let link = |skip: u32| format!(r#""https://prices.example/api/retail/prices?$skip={skip}""#);
    let whole = imported(Provider::Azure, &[&page(&items(), "null")]);
    assert_eq!(imported(Provider::Azure, &[&page(&one, &link(4)), &page(&other, "null")]), whole);
    assert_eq!(imported(Provider::Azure, &[&page(&other, "null"), &page(&one, &link(4))]), whole);
    for (pages, what) in [
        (vec![page(&one, &link(4)), page(&other, &link(11))], "the last"),
        (vec![page(&one, &link(8)), page(&other, "null")], "one between"),
        (vec![page(&one, &link(4)), page(&one, &link(4)), page(&other, "null")], "a page twice"),
    ] {
        let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
        let error = try_import(Provider::Azure, &pages, &options()).unwrap_err();
        assert_eq!(error.code(), "PRICE_IMPORT_PAGES", "{what}");
    }
}

#[test]
fn bad_pages_are_refused_with_their_codes() {
    refused(
        Provider::Azure,
        &page(&items(), "null"),
        &[
            ("\"Count\": 11}", "", "PRICE_IMPORT_SYNTAX"),
            ("\"Items\":", "\"value\":", "PRICE_IMPORT_SCHEMA"),
            ("\"retailPrice\": 0.096", "\"retailPrice\": \"cheap\"", "PRICE_IMPORT_SCHEMA"),
            ("\"retailPrice\": 0.096", "\"retailPrice\": -0.096", "PRICE_IMPORT_PRICE"),
            ("\"retailPrice\": 0.096", "\"retailPrice\": 1e30", "PRICE_IMPORT_SCHEMA"),
            ("\"retailPrice\": 0.096", "\"retailPrice\": 1e12", "PRICE_IMPORT_PRICE"),
            ("\"currencyCode\": \"USD\"", "\"currencyCode\": \"EUR\"", "PRICE_IMPORT_CURRENCIES"),
            ("2026-11-01T00", "2026-12-01T00", "PRICE_IMPORT_FUTURE"),
            ("Series Windows", "Series", "PRICE_IMPORT_TWICE"),
        ],
    );
}
