//! `aws ec2 describe-spot-price-history`: what an instance cost as spot, zone by zone, whenever it changed.

use std::collections::BTreeMap;

use price_book::Date;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::gathered::{Gathered, InstancePart};
use crate::{ImportError, Options, Spot, price};

/// A change of a price.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Entry {
    availability_zone: String,
    instance_type: String,
    product_description: String,
    spot_price: String,
    timestamp: String,
}

/// The prices of a type in a zone, by the second of the epoch since which they hold.
type Changes = BTreeMap<i64, Decimal>;

/// Everything that histories say.
#[derive(Debug, Default)]
pub(super) struct History {
    zones: BTreeMap<(String, String), Changes>,
    first: Option<Date>,
    last: Option<Date>,
    end: i64,
    file: String,
    others: u64,
}

impl History {
    pub(super) fn add(
        &mut self,
        entries: Vec<Entry>,
        file: &str,
        options: &Options,
    ) -> Result<(), ImportError> {
        file.clone_into(&mut self.file);
        for entry in entries {
            let region = entry.availability_zone.trim_end_matches(|c: char| c.is_ascii_lowercase());
            let is_linux =
                matches!(entry.product_description.as_str(), "Linux/UNIX" | "Linux/UNIX (Amazon VPC)");
            if !is_linux || !options.takes(region) {
                self.others += 1;
                continue;
            }
            let day = price::day(&entry.timestamp, file, &options.today)?;
            let wrong = || ImportError::Schema {
                file: file.to_owned(),
                why: format!("{:?} is no time", entry.timestamp),
            };
            let second = second(&day, &entry.timestamp).ok_or_else(wrong)?;
            let what = format!("{} in {}", entry.instance_type, entry.availability_zone);
            let amount = price::parsed(&entry.spot_price, file, &what)?;
            let key = (entry.instance_type, entry.availability_zone);
            let before = self.zones.entry(key).or_default().insert(second, amount);
            if let Some(one) = before.filter(|before| *before != amount) {
                return Err(ImportError::Twice {
                    file: file.to_owned(),
                    what: format!("{what} at {}", entry.timestamp),
                    one: one.min(amount).to_string(),
                    other: one.max(amount).to_string(),
                });
            }
            self.end = self.end.max(second);
            self.first = Some(self.first.take().map_or(day.clone(), |first| first.min(day.clone())));
            self.last = Some(self.last.take().map_or(day.clone(), |last| last.max(day)));
        }
        Ok(())
    }

    pub(super) fn source(&self, spot: Spot) -> String {
        let days = |day: &Option<Date>| day.as_ref().map_or(String::new(), Date::to_string);
        let how = match spot {
            Spot::Latest => "the latest, a mean over zones",
            Spot::Mean => "the mean over time and zones",
        };
        format!("AWS spot price history, {} to {}: {how}", days(&self.first), days(&self.last))
    }

    /// The prices by region: the mean over its zones, and the least and the most of all of them.
    pub(super) fn gathered(&self, options: &Options) -> Result<Option<Gathered>, ImportError> {
        let Some(last) = &self.last else { return Ok(None) };
        let mut gathered = Gathered::of("aws");
        gathered.newest(last.clone());
        let mut regions: BTreeMap<(String, &str), Vec<&Changes>> = BTreeMap::new();
        for ((name, zone), changes) in &self.zones {
            let region = zone.trim_end_matches(|c: char| c.is_ascii_lowercase());
            regions.entry((region.to_owned(), name)).or_default().push(changes);
        }
        for ((region, name), zones) in regions {
            // AWS names no currency here: it bills in dollars, and in renminbi in China.
            let currency = if region.starts_with("cn-") { "CNY" } else { "USD" };
            gathered.in_currency(currency, &self.file, name)?;
            let prices = zones.iter().filter_map(|changes| self.price(changes, options.spot));
            let Some(mean) = mean(prices) else { continue };
            gathered.price_instance((&region, name), InstancePart::Spot, mean, &self.file)?;
            let all = || zones.iter().flat_map(|changes| changes.values().copied());
            let instance = gathered.instance(&region, name);
            (instance.spot_low, instance.spot_high) = (all().min(), all().max());
        }
        if self.others > 0 {
            gathered.passed_over.insert("spot prices of another system or region", self.others);
        }
        Ok(Some(gathered))
    }

    fn price(&self, changes: &Changes, spot: Spot) -> Option<Decimal> {
        let latest = changes.last_key_value().map(|(_, price)| *price);
        let (begin, _) = changes.first_key_value()?;
        if spot == Spot::Latest || *begin == self.end {
            return latest;
        }
        let ends = changes.keys().skip(1).copied().chain([self.end]);
        let mut sum = Decimal::ZERO;
        for ((from, price), until) in changes.iter().zip(ends) {
            sum = sum.checked_add(price.checked_mul(Decimal::from(until - from))?)?;
        }
        sum.checked_div(Decimal::from(self.end - begin))
    }
}

/// The mean, to nine places, which is finer than any price.
fn mean(prices: impl Iterator<Item = Decimal>) -> Option<Decimal> {
    let (mut sum, mut count) = (Decimal::ZERO, 0_u32);
    for price in prices {
        (sum, count) = (sum.checked_add(price)?, count + 1);
    }
    sum.checked_div(Decimal::from(count)).map(|mean| mean.round_dp(9).normalize())
}

/// The second of the epoch of `2024-11-20T21:03:27.000Z`, or with `+00:00`. AWS writes UTC.
fn second(day: &Date, timestamp: &str) -> Option<i64> {
    let number = |text: &str, range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let date = day.as_str();
    let (year, month, of_month) = (number(date, 0..4)?, number(date, 5..7)?, number(date, 8..10)?);
    let time = timestamp.get(11..)?;
    let (hour, minute, second) = (number(time, 0..2)?, number(time, 3..5)?, number(time, 6..8)?);
    // The days since 1970-01-01 of the civil calendar, counted in years that begin in March, so that a leap day is the last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_year = (153 * month + 2) / 5 + of_month - 1;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468;
    Some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: `date -u -d … +%s` of GNU coreutils.
    #[test]
    fn seconds_are_those_of_the_epoch() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("2024-11-20T21:03:27.000Z", 1_732_136_607),
            ("2026-03-01T00:00:00+00:00", 1_772_323_200),
        ] {
            let day: Date = text[..10].parse().unwrap();
            assert_eq!(second(&day, text), Some(expected), "{text}");
        }
        assert_eq!(second(&"2024-11-20".parse().unwrap(), "2024-11-20"), None);
    }
}
