use price_book::{PriceBook, PriceBookError};
use rust_decimal::Decimal;

const SIMPLEST: &str = r#"{"currency": "USD", "as_of": "2026-09-06", "source": "contract 4711",
    "cpu_core_hour": "0.031611", "ram_gib_hour": "0.004237", "gpu_hour": "0.95",
    "storage_gib_month": "0.04", "load_balancer_hour": "0.025"}"#;

fn with(from: &str, to: &str) -> Result<PriceBook, PriceBookError> {
    assert!(SIMPLEST.contains(from), "{from}");
    PriceBook::parse(&SIMPLEST.replace(from, to))
}

#[test]
fn the_simplest_file_is_read() {
    let book = PriceBook::parse(SIMPLEST).unwrap();
    assert_eq!(book.source, "contract 4711");
    assert_eq!(book.ram_gib_hour, Decimal::new(4_237, 6));
}

#[test]
fn prices_are_texts_or_numbers_and_exact() {
    for (written, expected) in [
        ("0.1", "0.1"),
        ("5.479452e-05", "0.00005479452"),
        // The nearest float is 0.1234567890123456784…, which a reader that goes through floats would keep.
        ("0.1234567890123456789", "0.1234567890123456789"),
        ("0", "0"),
        ("\"3\"", "3"),
    ] {
        let book = with("\"0.95\"", written).unwrap();
        assert_eq!(book.gpu_hour.to_string(), expected, "{written}");
    }
}

#[test]
fn what_is_wrong_is_named() {
    for (from, to, field) in [
        ("\"USD\"", "\"usd\"", "currency"),
        ("\"USD\"", "\"DOLLAR\"", "currency"),
        ("\"USD\"", "840", "currency"),
        ("\"2026-09-06\"", "\"2026-02-30\"", "as_of"),
        ("\"2026-09-06\"", "\"6 September\"", "as_of"),
        ("\"2026-09-06\"", "20260906", "as_of"),
        ("\"contract 4711\"", "\"  \"", "source"),
        ("\"contract 4711\"", "null", "source"),
        ("\"0.031611\"", "\"-0.031611\"", "cpu_core_hour"),
        ("\"0.031611\"", "-1", "cpu_core_hour"),
        ("\"0.004237\"", "\"cheap\"", "ram_gib_hour"),
        ("\"0.004237\"", "\"\"", "ram_gib_hour"),
        ("\"0.95\"", "true", "gpu_hour"),
        ("\"0.95\"", "{}", "gpu_hour"),
        ("\"0.04\"", "\"0,04\"", "storage_gib_month"),
        ("\"0.025\"", "null", "load_balancer_hour"),
        ("\"0.025\"", "1e-60", "load_balancer_hour"),
        ("\"gpu_hour\"", "\"gpu_minute\"", "gpu_minute"),
        ("\"gpu_hour\": \"0.95\",", "", "gpu_hour"),
        ("\"gpu_hour\"", "\"as_of\"", "as_of"),
    ] {
        let error = with(from, to).unwrap_err();
        assert_eq!(error.code(), "PRICE_BOOK_INVALID", "{from} as {to}: {error}");
        assert!(error.to_string().contains(&format!("`{field}`")), "{from} as {to}: {error}");
    }
}

#[test]
fn what_is_not_json_says_where() {
    for text in ["", "cpu_core_hour: 1", "{\"currency\": \"USD\"", &format!("{SIMPLEST}{SIMPLEST}")] {
        let error = PriceBook::parse(text).unwrap_err();
        assert_eq!(error.code(), "PRICE_BOOK_SYNTAX", "{error}");
        assert!(error.to_string().contains("line"), "{error}");
    }
    for text in ["[]", "7", "null", "\"USD\"", "{}"] {
        assert_eq!(PriceBook::parse(text).unwrap_err().code(), "PRICE_BOOK_INVALID", "{text}");
    }
}

#[test]
fn messages_read_as_sentences() {
    let message = |from: &str, to: &str| with(from, to).unwrap_err().to_string();
    assert_eq!(
        message("\"0.031611\"", "-1"),
        "the price file's `cpu_core_hour` is -1: a price cannot be negative"
    );
    assert_eq!(
        message("\"2026-09-06\"", "\"2026-02-30\""),
        "the price file's `as_of` is wrong: \"2026-02-30\" is not a date: expected YYYY-MM-DD, such as 2026-09-06"
    );
}
