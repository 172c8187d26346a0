use price_book::PriceBook;
use rust_decimal::Decimal;

/// OpenCost's `configs/default.json`: CPU 0.031611, RAM 0.004237, GPU 0.95 USD an hour, storage 0.00005479452 USD
/// a GiB and hour; 0.00005479452 × 730 = 0.0399999996, which is 0.04 a month.
#[test]
fn the_shipped_book_holds_opencosts_defaults() {
    let book = PriceBook::shipped().unwrap();
    assert_eq!(book.currency.code(), "USD");
    assert_eq!(book.as_of.as_str(), "2026-09-06");
    assert!(book.source.contains("OpenCost"), "{}", book.source);
    assert_eq!(book.cpu_core_hour, Decimal::new(31_611, 6));
    assert_eq!(book.ram_gib_hour, Decimal::new(4_237, 6));
    assert_eq!(book.gpu_hour, Decimal::new(95, 2));
    assert_eq!(book.storage_gib_month, Decimal::new(4, 2));
    assert_eq!(book.load_balancer_hour, Decimal::new(25, 3));
    let hourly = Decimal::new(5_479_452, 11) * Decimal::from(730);
    assert_eq!(hourly.round_dp(8), book.storage_gib_month);
}

#[test]
fn a_book_written_as_json_is_the_file_it_is_read_from() {
    let book = PriceBook::shipped().unwrap();
    let json = serde_json::to_string(&book).unwrap();
    assert_eq!(PriceBook::parse(&json).unwrap(), book);
    assert!(json.contains(r#""cpu_core_hour":"0.031611""#), "{json}");
}

#[test]
fn a_book_is_read_as_it_is_written_and_no_price_is_negative() {
    let book = PriceBook::shipped().unwrap();
    let written = serde_json::to_string(&book).unwrap();
    assert_eq!(serde_json::from_str::<PriceBook>(&written).unwrap(), book);
    let price = format!("\"{}\"", book.gpu_hour);
    for wrong in ["\"-1\"", "\"x\"", "null"] {
        assert!(serde_json::from_str::<PriceBook>(&written.replace(&price, wrong)).is_err(), "{wrong}");
    }
}
