#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic in a test is the report")]

use price_book::{Confidence, InstancePrice, PriceBook, PriceBookError, PriceList, Quote, StorageAsk, Usage};

/// The shipped prices below a file of rules.
fn with(rules: &str) -> Result<PriceBook, PriceBookError> {
    let own = format!(
        r#"{{"version": 2, "currency": "USD", "as_of": "2026-10-01", "source": "contract 4711", "rules": [{rules}]}}"#
    );
    let mut lists = PriceList::read(&own)?;
    lists.extend(PriceBook::shipped().unwrap().lists().iter().cloned());
    PriceBook::layered(lists)
}

fn hour(book: &PriceBook, name: &str, region: &str, capacity: &str) -> Quote {
    match book.instance(name, Some(region), Some(capacity)) {
        InstancePrice::Known(known) => known.hour,
        InstancePrice::Unknown(why) => panic!("{why}"),
    }
}

fn on(book: PriceBook, day: &str) -> PriceBook {
    book.on(day.parse().unwrap()).unwrap()
}

const YEAR: &str = r#"{"name": "agreement", "discount_percent": "10", "scope": {"provider": "aws", "resource": "instance"},
    "from": "2026-01-01", "until": "2026-12-31"}"#;

/// m5.large: 0.096, less 10 % 0.0864; n2-standard-4 is not AWS's: 0.1942.
#[test]
fn a_discount_holds_in_its_scope_and_between_its_days() {
    let book = with(YEAR).unwrap();
    for (day, price) in
        [("2025-12-31", "0.096"), ("2026-01-01", "0.0864"), ("2026-12-31", "0.0864"), ("2027-01-01", "0.096")]
    {
        let quote = hour(&on(book.clone(), day), "m5.large", "us-east-1", "on-demand");
        assert_eq!(quote.price.to_string(), price, "{day}");
    }
    let book = on(book, "2026-06-01");
    let quote = hour(&book, "m5.large", "us-east-1", "on-demand");
    assert_eq!(quote.confidence, Confidence::Contract);
    assert!(quote.source.ends_with(", less 10 % (agreement)"), "{}", quote.source);
    // As spot 0.04366, less 10 % 0.039294.
    assert_eq!(hour(&book, "m5.large", "us-east-1", "spot").price.to_string(), "0.039294");
    assert_eq!(hour(&book, "n2-standard-4", "us-east1", "on-demand").price.to_string(), "0.1942");
    // A price of another place stays assumed, however much is taken off.
    assert_eq!(hour(&book, "m5.large", "eu-west-1", "on-demand").confidence, Confidence::Assumed);
    let gp3 = StorageAsk { provisioner: "ebs.csi.aws.com", kind: Some("gp3"), region: Some("us-east-1") };
    assert_eq!(book.storage(&gp3).gib_month.price.to_string(), "0.08");
}

/// Two discounts: 0.096 × 0.9 × 0.8 = 0.06912. A negotiated rate comes before both, the narrower of two before the wider.
#[test]
fn a_negotiated_rate_comes_before_discounts() {
    let second =
        r#"{"name": "m5", "discount_percent": 20, "scope": {"family": "m5", "capacity_type": "on-demand"}}"#;
    let two = with(&format!("{YEAR}, {second}")).unwrap();
    assert_eq!(hour(&two, "m5.large", "us-east-1", "on-demand").price.to_string(), "0.06912");
    let rates = r#"{"name": "wide", "rate": "0.07", "scope": {"kind": "m5.large"}},
        {"name": "narrow", "rate": "0.065", "scope": {"kind": "m5.large", "region": "us-east-1"}}"#;
    let book = with(&format!("{YEAR}, {second}, {rates}")).unwrap();
    let narrow = hour(&book, "m5.large", "us-east-1", "on-demand");
    assert_eq!((narrow.price.to_string().as_str(), narrow.confidence), ("0.065", Confidence::Contract));
    assert_eq!(narrow.source, "contract 4711: narrow");
    assert_eq!(narrow.as_of.as_str(), "2026-10-01");
    // What was agreed for it in every region is known, even where the list has no price: it is no stand-in.
    let wide = hour(&book, "m5.large", "eu-west-1", "on-demand");
    assert_eq!((wide.price.to_string().as_str(), wide.confidence), ("0.07", Confidence::Contract));
}

/// The shipped price of an m5.large as spot in us-east-1 is 0.04366, and is a list's. A rate of 0.07 that says nothing of spot is
/// one on demand; one of 0.03 for spot is the price of spot.
#[test]
fn a_rate_without_a_capacity_type_is_none_of_spot() {
    let any = r#"{"name": "any", "rate": "0.07", "scope": {"kind": "m5.large"}}"#;
    let book = with(any).unwrap();
    assert_eq!(hour(&book, "m5.large", "us-east-1", "on-demand").price.to_string(), "0.07");
    let spot = hour(&book, "m5.large", "us-east-1", "spot");
    assert_eq!((spot.price.to_string().as_str(), spot.confidence), ("0.04366", Confidence::List));
    let own = r#"{"name": "own", "rate": "0.03", "scope": {"kind": "m5.large", "capacity_type": "spot"}}"#;
    let spot = hour(&with(&format!("{any}, {own}")).unwrap(), "m5.large", "us-east-1", "spot");
    assert_eq!((spot.price.to_string().as_str(), spot.confidence), ("0.03", Confidence::Contract));
}

/// Of two rates of one day the customer's, which comes first: 0.1 dollars are 0.09 euros at 0.9, not 0.08 at 0.8.
#[test]
fn of_two_rates_of_a_day_the_first_lists_holds() {
    let list = |source: &str, rate: &str, cpu: &str| {
        format!(
            r#"{{"version": 2, "currency": "EUR", "as_of": "2026-10-01", "source": "{source}",
            "rates": [{{"from": "USD", "to": "EUR", "rate": "{rate}", "as_of": "2026-09-30", "source": "{source}"}}]{cpu}}}"#
        )
    };
    let others =
        r#", "cpu_core_hour": "1", "gpu_hour": "1", "storage_gib_month": "1", "load_balancer_hour": "1""#;
    let dollars = r#"{"version": 2, "currency": "USD", "as_of": "2026-10-01", "source": "list", "ram_gib_hour": "0.1"}"#;
    let (own, below) = (list("bank", "0.9", ""), list("list", "0.8", others));
    let lists = [own.as_str(), below.as_str(), dollars].map(|text| PriceList::read(text).unwrap().remove(0));
    let book = PriceBook::layered(lists.to_vec()).unwrap();
    assert_eq!(book.ram_gib_hour.to_string(), "0.09");
}

/// The file is as of 2026-10-01, and what is shipped as of 2026-09-06.
#[test]
fn a_list_of_a_later_day_than_today_is_refused() {
    let known_by = |day: &str| with(YEAR).unwrap().known_by(&day.parse().unwrap());
    assert!(known_by("2026-10-01").is_ok());
    let message = known_by("2026-09-30").unwrap_err().to_string();
    assert!(message.contains("`as_of` is 2026-10-01 (contract 4711), which lies after today, 2026-09-30"));
    assert!(PriceBook::shipped().unwrap().known_by(&"2020-01-01".parse().unwrap()).is_ok());
}

#[test]
fn rules_that_contradict_one_another_are_refused() {
    let rate = |name: &str, days: &str| {
        format!(r#"{{"name": "{name}", "rate": "0.07", "scope": {{"kind": "m5.large"}}{days}}}"#)
    };
    let one = rate("one", r#", "until": "2026-06-30""#);
    for (other, message) in [
        (
            rate("two", r#", "from": "2026-06-30""#),
            "gives two rates for one thing on one day: \"one\" and \"two\"",
        ),
        (rate("two", ""), "two rates"),
        (r#"{"name": "two", "discount_percent": "101"}"#.to_owned(), "more than 100 per cent"),
        (r#"{"name": "two", "discount_percent": "1", "rate": "1"}"#.to_owned(), "one of"),
        (r#"{"name": "two"}"#.to_owned(), "one of"),
        (r#"{"name": "two", "rate": "1"}"#.to_owned(), "of which `kind`"),
        (
            r#"{"name": "two", "discount_percent": "1", "from": "2026-02-01", "until": "2026-01-31"}"#
                .to_owned(),
            "ends before it begins",
        ),
        (
            r#"{"name": "two", "commitment": {"reservation": {"count": 1, "hour": "1"}}}"#.to_owned(),
            "of which `kind`",
        ),
        (r#"{"name": "two", "commitment": {"spend": {"hour": "1"}}}"#.to_owned(), "none of `rates`"),
    ] {
        let error = with(&format!("{one}, {other}")).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
    assert!(with(&format!("{one}, {}", rate("two", r#", "from": "2026-07-01""#))).is_ok());
}

fn usage(instance: &str, count: u32) -> Usage<'_> {
    Usage { provider: None, instance, region: Some("us-east-1"), capacity_type: None, count }
}

/// Three of four m5.large (0.096) are reserved at 0.06: 0.18 and one at 0.096. A fifth of the reservation's three stays
/// unused when two run: 0.18 is paid, 0.06 of it for nothing.
#[test]
fn a_reservation_is_paid_whether_it_is_used_or_not() {
    let book = with(
        r#"{"name": "three", "scope": {"kind": "m5.large", "region": "us-east-1"},
            "commitment": {"reservation": {"count": 3, "hour": "0.06"}}}"#,
    )
    .unwrap();
    let four = book.settle(&[usage("m5.large", 4)]).unwrap();
    let told = |one: price_book::Settlement| {
        [one.hour, one.committed, one.unused, one.on_demand].map(|sum| sum.to_string())
    };
    assert_eq!(told(four), ["0.276", "0.18", "0", "0.384"]);
    assert_eq!(told(book.settle(&[usage("m5.large", 2)]).unwrap()), ["0.18", "0.18", "0.06", "0.192"]);
    // Spot is not covered: 2 × 0.04366 beside the reservation.
    let spot = Usage { capacity_type: Some("spot"), ..usage("m5.large", 2) };
    assert_eq!(told(book.settle(&[spot]).unwrap()), ["0.26732", "0.18", "0.18", "0.08732"]);
    assert_eq!(book.settle(&[usage("m99.huge", 1)]), None);
}

/// 0.2 dollars an hour at 25 % off. One m5.large is 0.096 × 0.75 = 0.072 of it; of two r5.large (0.252 on demand, 0.189 in the
/// plan) the other 0.128 cover 0.128 / 0.75 = 0.17066…, so that 0.08133… are left on demand. A reservation comes first: with
/// the m5.large reserved at 0.06, 0.189 of the plan cover both r5.large, and 0.011 is unused.
#[test]
fn a_plan_covers_so_much_an_hour_after_reservations() {
    let plan = r#"{"name": "plan", "scope": {"provider": "aws"},
        "commitment": {"spend": {"hour": "0.2", "discount_percent": "25"}}}"#;
    let both = [usage("m5.large", 1), usage("r5.large", 2)];
    let settled = with(plan).unwrap().settle(&both).unwrap();
    assert_eq!(settled.hour.round_dp(8).to_string(), "0.28133333");
    assert_eq!((settled.unused.to_string().as_str(), settled.on_demand.to_string().as_str()), ("0", "0.348"));
    let reserved = r#"{"name": "one", "scope": {"kind": "m5.large"},
        "commitment": {"reservation": {"count": 1, "hour": "0.06"}}}"#;
    let settled = with(&format!("{plan}, {reserved}")).unwrap().settle(&both).unwrap();
    assert_eq!(settled.hour.to_string(), "0.26");
    assert_eq!(settled.unused.to_string(), "0.011");
}

/// The rates of "Understanding how Savings Plans apply to your AWS usage" (Savings Plans user guide): an r5.4xlarge 1.00 on demand, 0.70 in a
/// compute plan (30 % less), an m5.24xlarge 10.00 and 8.20 (18 % less). Four and one of them, by the order of that page: of 10 an hour
/// the r5.4xlarge take 4 × 0.70 = 2.80 first, and the 7.20 that are left cover 7.20 / 8.20 of the m5.24xlarge, so that
/// 10 × 1.00 / 8.20 = 1.21951… stay on demand. Of 11 an hour all is covered: 2.80 + 8.20. Of 12, 1 is for nothing.
#[test]
fn a_plan_goes_to_the_greatest_saving_first() {
    let settled = |hour: &str| {
        let own = format!(
            r#"{{"version": 2, "currency": "USD", "as_of": "2026-10-01", "source": "example",
            "instances": [{{"provider": "aws", "region": "us-east-1", "instances": [
                {{"name": "r5.4xlarge", "on_demand": "1.00"}}, {{"name": "m5.24xlarge", "on_demand": "10.00"}}]}}],
            "rules": [{{"name": "compute", "commitment": {{"spend": {{"hour": "{hour}", "rates": [
                {{"kind": "m5.24xlarge", "hour": "8.20"}}, {{"kind": "r5.4xlarge", "hour": "0.70"}}]}}}}}}]}}"#
        );
        let mut lists = PriceList::read(&own).unwrap();
        lists.extend(PriceBook::shipped().unwrap().lists().iter().cloned());
        let book = PriceBook::layered(lists).unwrap();
        book.settle(&[usage("m5.24xlarge", 1), usage("r5.4xlarge", 4)]).unwrap()
    };
    let ten = settled("10");
    assert_eq!((ten.on_demand.to_string().as_str(), ten.unused.is_zero()), ("14", true));
    assert_eq!(ten.hour.round_dp(5).to_string(), "11.21951");
    let (eleven, twelve) = (settled("11"), settled("12"));
    assert_eq!(
        (eleven.hour.round_dp(20).normalize().to_string().as_str(), eleven.unused.round_dp(20).is_zero()),
        ("11", true)
    );
    assert_eq!(twelve.hour.to_string(), "12");
    assert_eq!(twelve.unused.round_dp(20).normalize().to_string(), "1");
}

/// Azure's list has what a machine costs in a plan of a year: 0.0663 of 0.096. Of a plan of 0.1 an hour one machine takes 0.0663.
#[test]
fn a_plan_of_a_term_costs_what_the_list_says() {
    let own = r#"{"version": 2, "currency": "USD", "as_of": "2026-10-01", "source": "example", "instances": [
            {"provider": "azure", "region": "us-east-1", "instances": [
                {"name": "Standard_D2s_v5", "on_demand": "0.096", "savings_1y": "0.0663", "savings_3y": "0.0442"}]}],
        "rules": [{"name": "plan", "commitment": {"spend": {"hour": "0.1", "term": "1y"}}}]}"#;
    let mut lists = PriceList::read(own).unwrap();
    lists.extend(PriceBook::shipped().unwrap().lists().iter().cloned());
    let settled = PriceBook::layered(lists).unwrap().settle(&[usage("Standard_D2s_v5", 1)]).unwrap();
    assert_eq!(settled.unused.round_dp(20).normalize().to_string(), "0.0337");
    assert_eq!(settled.hour.to_string(), "0.1");
}

/// A book whose answers depend on no day keeps its hash on all of them.
#[test]
fn a_day_is_kept_only_where_answers_depend_on_it() {
    let shipped = PriceBook::shipped().unwrap();
    assert_eq!(on(shipped.clone(), "2027-01-01"), shipped);
    let dated = on(with(YEAR).unwrap(), "2027-01-01");
    let written = serde_json::to_string(&dated).unwrap();
    assert!(written.contains(r#""day":"2027-01-01""#));
    assert_eq!(PriceBook::parse(&written).unwrap(), dated);
}
