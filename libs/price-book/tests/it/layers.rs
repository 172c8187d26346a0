#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic in a test is the report")]

use price_book::{Confidence, InstancePrice, PriceBook, PriceBookError, PriceList, Quote, StorageAsk, Unit};

const OWN: &str = r#"{"version": 2, "currency": "USD", "as_of": "2026-10-01", "source": "contract 4711", "cpu_core_hour": "0.02",
    "storage": [{"provider": "aws", "region": "eu-west-1", "kind": "gp3", "gib_month": "0.07", "iops_month": "0.004",
        "free_iops": 3000, "mibps_month": "0.03", "free_mibps": 125}],
    "gpus": [{"provider": "gcp", "kind": "nvidia-tesla-t4", "hour": "0.3"}],
    "instances": [{"provider": "aws", "region": "eu-west-1", "instances": [{"name": "m5.large", "on_demand": "0.08"}]}]}"#;

fn layered(files: &[&str]) -> Result<PriceBook, PriceBookError> {
    let mut lists = Vec::new();
    for file in files {
        lists.extend(PriceList::read(file).unwrap());
    }
    lists.extend(PriceBook::shipped().unwrap().lists().iter().cloned());
    PriceBook::layered(lists)
}

fn hour(book: &PriceBook, name: &str, region: &str) -> Quote {
    match book.instance(name, Some(region), None) {
        InstancePrice::Known(known) => known.hour,
        InstancePrice::Unknown(why) => panic!("{why}"),
    }
}

fn told(quote: &Quote) -> (String, Confidence, &str) {
    (quote.price.to_string(), quote.confidence, quote.as_of.as_str())
}

fn ask<'a>(kind: &'a str, region: &'a str) -> StorageAsk<'a> {
    StorageAsk { provisioner: "ebs.csi.aws.com", kind: Some(kind), region: Some(region) }
}

#[test]
fn the_first_list_that_has_a_price_is_asked() {
    let book = layered(&[OWN]).unwrap();
    let contract = ("0.02".to_owned(), Confidence::Contract, "2026-10-01");
    assert_eq!(told(&book.unit(Unit::CpuCoreHour)), contract);
    assert_eq!((book.cpu_core_hour.to_string().as_str(), book.source.as_str()), ("0.02", "contract 4711"));
    let memory = book.unit(Unit::RamGibHour);
    assert_eq!(told(&memory), ("0.004237".to_owned(), Confidence::Assumed, "2026-09-06"));
    assert!(memory.why.unwrap().contains("us-central1"));
    let own = hour(&book, "m5.large", "eu-west-1");
    assert_eq!(told(&own), ("0.08".to_owned(), Confidence::Contract, "2026-10-01"));
    let listed = hour(&book, "m5.large", "us-east-1");
    assert_eq!(told(&listed), ("0.096".to_owned(), Confidence::List, "2026-09-06"));
    let volume = book.storage(&ask("gp3", "eu-west-1"));
    assert_eq!(volume.gib_month.price.to_string(), "0.07");
    assert_eq!(volume.iops_month.unwrap().price.to_string(), "0.004");
    assert_eq!((volume.free_iops, volume.free_mibps), (3000, 125));
    assert_eq!(book.gpu("nvidia.com/gpu", Some("nvidia-tesla-t4")).confidence, Confidence::Contract);
}

/// A stand-in of the first list that knows the thing, and never without its reason.
#[test]
fn what_stands_in_says_why() {
    let book = layered(&[OWN]).unwrap();
    for (quote, price, why) in [
        (
            hour(&book, "m5.large", "ap-south-1"),
            "0.08",
            "m5.large has no price in ap-south-1; that of eu-west-1 is taken",
        ),
        (
            book.storage(&ask("st1", "eu-west-1")).gib_month,
            "0.045",
            "st1 has no price in eu-west-1; that of us-east-1 is taken",
        ),
        (
            book.storage(&ask("io2", "eu-west-1")).gib_month,
            "0.04",
            "io2 of aws has no price in the book; the price of any GiB is taken; \
             GCP's list price in us-central1 stands for every place",
        ),
        (
            book.storage(&StorageAsk { provisioner: "rook.io/block", ..ask("x", "y") }).gib_month,
            "0.04",
            "what volumes of rook.io/block cost is not known; the price of any GiB is taken; \
             GCP's list price in us-central1 stands for every place",
        ),
        (
            book.gpu("nvidia.com/gpu", Some("nvidia-h100-80gb")),
            "0.95",
            "nvidia-h100-80gb has no price in the book; that of any GPU is taken; \
             GCP's list price in us-central1 stands for every place",
        ),
        (book.load_balancer("nlb"), "0.0225", "its region is not known; that of us-east-1 is taken"),
    ] {
        assert_eq!(
            (quote.price.to_string().as_str(), quote.confidence),
            (price, Confidence::Assumed),
            "{why}"
        );
        assert_eq!(quote.why.as_deref(), Some(why));
    }
}

/// Of several places the dearest stands in: what is assumed is not too low.
#[test]
fn of_several_places_the_dearest_stands_in() {
    let three = OWN.replacen(
        r#""instances": ["#,
        r#""instances": [
            {"provider": "aws", "region": "eu-north-1", "instances": [{"name": "m5.large", "on_demand": "0.11"}]},
            {"provider": "aws", "region": "eu-south-1", "instances": [{"name": "m5.large", "on_demand": "0.11"}]},"#,
        1,
    );
    let quote = hour(&layered(&[&three]).unwrap(), "m5.large", "ap-south-1");
    assert_eq!(quote.price.to_string(), "0.11");
    let why = "m5.large has no price in ap-south-1; the dearest of 3 regions, eu-north-1, is taken";
    assert_eq!(quote.why.as_deref(), Some(why));
}

const EUROS: &str = r#"{"version": 2, "currency": "EUR", "as_of": "2026-10-01", "source": "contract 4711",
    "cpu_core_hour": "0.03", "ram_gib_hour": "0.004", "gpu_hour": "1", "storage_gib_month": "0.04", "load_balancer_hour": "0.02"
    RATES}"#;

#[test]
fn currencies_never_mix_without_a_dated_rate() {
    let without = layered(&[&EUROS.replace("RATES", "")]).unwrap();
    let why = match without.instance("m5.large", Some("us-east-1"), None) {
        InstancePrice::Unknown(why) => why,
        InstancePrice::Known(known) => panic!("{known:?}"),
    };
    assert!(
        why.starts_with("m5.large has a price in USD (") && why.ends_with("no rate to EUR is known"),
        "{why}"
    );
    assert!(
        without.storage(&ask("gp3", "us-east-1")).gib_month.why.unwrap().contains("no rate to EUR is known")
    );
    // A rate of a later day than the book is not known yet, and the one before it holds.
    let rates = r#", "rates": [
        {"from": "USD", "to": "EUR", "rate": "0.9", "as_of": "2026-09-30", "source": "ECB"},
        {"from": "USD", "to": "EUR", "rate": 0.8, "as_of": "2026-10-02", "source": "ECB"}]"#;
    let with = layered(&[&EUROS.replace("RATES", rates)]).unwrap();
    let quote = hour(&with, "m5.large", "us-east-1");
    // 0.096 × 0.9 = 0.0864.
    assert_eq!(told(&quote), ("0.0864".to_owned(), Confidence::List, "2026-09-06"));
    assert!(quote.source.ends_with("at 1 USD = 0.9 EUR (ECB, 2026-09-30)"), "{}", quote.source);
    // A unit that nobody prices in euros is an error, and says which list it is in.
    let part = EUROS.replace("RATES", "").replace(r#""gpu_hour": "1","#, "");
    let error = layered(&[&part]).unwrap_err();
    assert!(error.to_string().contains("`gpu_hour` has a price in USD"), "{error}");
}

#[test]
fn a_book_of_several_lists_is_read_as_it_is_written_in_any_order_of_its_entries() {
    let book = layered(&[OWN]).unwrap();
    let written = serde_json::to_string(&book).unwrap();
    assert_eq!(PriceBook::parse(&written).unwrap(), book);
    assert!(written.starts_with(r#"{"version":2,"#), "{written}");
    let (one, other) = (r#"{"name": "a", "on_demand": "1"}"#, r#"{"name": "b", "on_demand": "2"}"#);
    let of = |entries: String| {
        let own = OWN.replace(r#"{"name": "m5.large", "on_demand": "0.08"}"#, &entries);
        serde_json::to_string(&layered(&[&own]).unwrap()).unwrap()
    };
    assert_eq!(of(format!("{one}, {other}")), of(format!("{other}, {one}")));
}

/// What a report holds of a book is a small book: of the shipped one with the reason why its prices are assumed.
#[test]
fn the_unit_prices_alone_are_a_small_book() {
    let small = PriceBook::shipped().unwrap().units_only();
    let written = serde_json::to_string(&small).unwrap();
    assert!(!written.contains("version") && !written.contains("below"), "{written}");
    let read = PriceBook::parse(&written).unwrap();
    assert_eq!(read, small);
    assert_eq!(read.unit(Unit::CpuCoreHour), PriceBook::shipped().unwrap().unit(Unit::CpuCoreHour));
}

#[test]
fn what_is_wrong_in_a_list_is_named_with_its_place() {
    for (from, to, message) in [
        (
            "\"0.08\"",
            "\"-0.08\"",
            "`instances` is wrong, at [0].instances[0].on_demand, is \"-0.08\": a price cannot be negative",
        ),
        (
            "\"0.07\"",
            "\"cheap\"",
            "`storage` is wrong, at [0].gib_month, is \"cheap\": it is not a decimal number",
        ),
        ("\"free_iops\"", "\"free_ops\"", "unknown field `free_ops`"),
        ("\"version\": 2", "\"version\": 3", "`version` is 3: this release reads 1 and 2"),
        ("\"version\": 2,", "", "needs \"version\": 2"),
        (
            r#"{"name": "m5.large", "on_demand": "0.08"}"#,
            r#"{"name": "m5.large", "on_demand": "0.08"}, {"name": "m5.large", "on_demand": "0.09"}"#,
            "two prices for \"m5.large\"",
        ),
        ("\"source\"", "\"confidence\": \"assumed\", \"source\"", "`why` says why prices are assumed"),
        (
            "\"source\"",
            "\"confidence\": \"sure\", \"source\"",
            "`confidence` is wrong: unknown variant `sure`",
        ),
        (
            "\"on_demand\": \"0.08\"",
            "\"spot\": \"0.08\", \"spot_low\": \"0.09\", \"spot_high\": \"0.1\"",
            "is not in",
        ),
    ] {
        assert!(OWN.contains(from), "{from}");
        let error = PriceList::read(&OWN.replace(from, to)).unwrap_err();
        assert_eq!(error.code(), "PRICE_BOOK_INVALID");
        assert!(error.to_string().contains(message), "{error}");
    }
}
