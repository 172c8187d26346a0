use super::*;

fn runs(text: &str) -> Ratio {
    text.parse::<Schedule>().unwrap().runs_a_month().unwrap()
}

/// Runs a month = times a day × share of days × 730 / 24. The counts of days are those of the 400 years' cycle of
/// 146,097 days: each weekday 20,871 times, each date 400 times, 29 February 97 times.
#[test]
fn runs_are_counted_by_the_share_of_days() {
    const YEAR: i128 = 12;
    for (text, numerator, denominator) in [
        // 12 an hour × 8,760 hours a year = 105,120 a year.
        ("*/5 * * * *", 105_120, YEAR),
        ("* * * * *", 525_600, YEAR),
        ("0 * * * *", 8_760, YEAR),
        ("@hourly", 8_760, YEAR),
        ("0 0 * * *", 365, YEAR),
        ("@daily", 365, YEAR),
        ("@midnight", 365, YEAR),
        // Minutes 0, 20, 40 of hours 8 to 17: 3 × 10 × 365.
        ("*/20 8-17 * * *", 10_950, YEAR),
        // `N/step` is `N-max/step`: minutes 5, 20, 35, 50.
        ("5/15 0 * * *", 4 * 365, YEAR),
        // A step beyond the range keeps its first value.
        ("*/61 * * * *", 8_760, YEAR),
        ("0-10/5,30,30 12 * * *", 4 * 365, YEAR),
        ("0 0 ? * ?", 365, YEAR),
        // A seventh of all days: 365 / 7 a year.
        ("@weekly", 365, 7 * YEAR),
        ("0 0 * * SUN", 365, 7 * YEAR),
        ("0 0 * * mon-Fri", 5 * 365, 7 * YEAR),
        ("30 2 * * 1,3,5", 3 * 365, 7 * YEAR),
        // 12 × 400 days of 146,097, in 730 / 24 days.
        ("@monthly", 4_800 * 730, 146_097 * 24),
        ("@yearly", 400 * 730, 146_097 * 24),
        ("@annually", 400 * 730, 146_097 * 24),
        ("0 0 29 2 *", 97 * 730, 146_097 * 24),
        ("0 0 29 FEB *", 97 * 730, 146_097 * 24),
        // 7 months have a 31st.
        ("0 0 31 * *", 7 * 400 * 730, 146_097 * 24),
        ("0 0 30 2 *", 0, 1),
        // An empty list names nothing.
        (", 0 * * *", 0, 1),
        // Each month has 28 to 31 days: 31 × 400 in January.
        ("0 0 * jan *", 31 * 400 * 730, 146_097 * 24),
    ] {
        assert_eq!(Some(runs(text)), Ratio::new(numerator, denominator), "{text}");
    }
}

/// If both are restricted, either is enough: by inclusion and exclusion, 13ths + Fridays − Fridays the 13th. The cycle
/// holds 4,800 13ths, 20,871 Fridays and 688 Fridays the 13th (the well-known count: it is their commonest weekday).
#[test]
fn a_day_of_the_month_or_a_weekday_is_enough() {
    let either = (4_800 + 20_871 - 688) * 730;
    assert_eq!(Some(runs("0 0 13 * 5")), Ratio::new(either, 146_097 * 24));
    // A star with a step restricts as well (`extra = 0` in robfig/cron); one with the step 1 does not.
    assert_eq!(runs("0 0 */31 * 5"), runs("0 0 1 * 5"));
    assert_eq!(runs("0 0 */1 * 5"), runs("0 0 * * 5"));
    assert_eq!(runs("0 0 13 * */1"), runs("0 0 13 * *"));
}

/// 730 hours are 2,628,000 seconds.
#[test]
fn intervals_are_those_of_go() {
    for (text, seconds) in [
        ("@every 1h", 3_600),
        ("@every 1h30m", 5_400),
        ("@every 1.5h", 5_400),
        ("@every 90s", 90),
        ("@every 1500ms", 1),
        ("@every 10ns", 1),
        ("@every 0", 1),
        ("@every -1h", 1),
        ("@every .5m", 30),
    ] {
        assert_eq!(Some(runs(text)), Ratio::new(2_628_000, seconds), "{text}");
    }
}

#[test]
fn a_time_zone_does_not_move_the_count() {
    assert_eq!(runs("CRON_TZ=Europe/Berlin 0 3 * * *"), runs("0 3 * * *"));
    assert_eq!(runs("TZ=UTC @hourly"), runs("@hourly"));
}

/// From `TestErrors` and `TestRange` of robfig/cron, and Kubernetes' validation.
#[test]
fn what_is_no_schedule_says_why() {
    for (text, why) in [
        ("", "expected 5 fields, found 0"),
        ("* * * *", "expected 5 fields, found 4"),
        ("0 0 * * * *", "expected 5 fields, found 6"),
        ("60 * * * *", "in \"60\", 60 is above 59"),
        ("0 24 * * *", "in \"24\", 24 is above 23"),
        ("0 0 0 * *", "in \"0\", 0 is below 1"),
        ("0 0 32 * *", "in \"32\", 32 is above 31"),
        ("0 0 * 13 *", "in \"13\", 13 is above 12"),
        ("0 0 * * 7", "in \"7\", 7 is above 6"),
        ("0 0 * * fun", "in \"fun\", \"fun\" is not a number"),
        ("0 0 * * 5-1", "in \"5-1\", the range starts at 5, after its end at 1"),
        ("1-2-3 * * * *", "in \"1-2-3\", \"2-3\" is not a number"),
        ("*/0 * * * *", "in \"*/0\", a step must be above 0"),
        ("*/x * * * *", "in \"*/x\", \"x\" is not a step"),
        ("1/2/3 * * * *", "in \"1/2/3\", \"2/3\" is not a step"),
        ("-1 * * * *", "in \"-1\", \"\" is not a number"),
        ("@fortnightly", "@fortnightly is no macro"),
        ("@Hourly", "@Hourly is no macro"),
        ("@every", "@every is no macro"),
        ("@every 1d", "\"1d\" is not a duration such as 1h30m"),
        ("@every 5", "\"5\" is not a duration such as 1h30m"),
        ("@every 9999999h", "\"9999999h\" is not a duration such as 1h30m"),
        ("@every .s", "\".s\" is not a duration such as 1h30m"),
        ("TZ=UTC", "nothing follows the time zone"),
    ] {
        let error = text.parse::<Schedule>().unwrap_err();
        assert_eq!(error.to_string(), format!("{text:?} is not a schedule: {why}"));
    }
}
