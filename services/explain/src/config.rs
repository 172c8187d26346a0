//! How a language model is asked. Without `url` none is: nothing leaves.

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use ids::OrgId;
use phrasing::Names;
use rust_decimal::Decimal;
use serde::Deserialize;
use service::Secret;

use crate::phrase::Budget;

/// How a language model is asked. Without a URL none is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The base URL of an endpoint that speaks as OpenAI's does, up to `/v1`; of Azure, the resource's. HTTPS, if it is no
    /// loopback address.
    pub url: Option<String>,
    /// The model's name.
    pub model: String,
    /// The deployment's name, of Azure.
    pub deployment: Option<String>,
    /// The version of Azure's API.
    pub api_version: Option<String>,
    /// The key; none where the endpoint asks for none.
    pub key: Option<Secret<String>>,
    /// The certificates of the authorities that are trusted for this endpoint, in PEM; the usual ones if none are given.
    pub ca: Option<String>,
    /// Whether HTTP without TLS may be spoken beyond this machine.
    pub allow_http: bool,
    /// The organisations that ask for it; none: all of them.
    pub organisations: Option<Vec<OrgId>>,
    /// Whether names, values and sentences stay here, and pseudonyms leave.
    pub pseudonyms: bool,
    /// How many seconds an explanation may take, over all tries.
    pub deadline_seconds: NonZeroU64,
    /// How often the endpoint is asked for one explanation, at most.
    pub tries: NonZeroU32,
    /// The most tokens of one answer.
    pub max_answer_tokens: NonZeroU32,
    /// The most tokens of an organisation in a day (UTC), sent and answered.
    pub tokens_per_day: u64,
    /// The most that an organisation may spend in a calendar month (UTC); none: no limit.
    pub spend_per_month: Option<Decimal>,
    /// The price of 1,000 tokens that are sent.
    pub price_in: Decimal,
    /// The price of 1,000 tokens that are answered.
    pub price_out: Decimal,
    /// The ISO 4217 code of the prices.
    pub currency: String,
}

const fn nonzero(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: None,
            model: String::new(),
            deployment: None,
            api_version: None,
            key: None,
            ca: None,
            allow_http: false,
            organisations: None,
            pseudonyms: false,
            deadline_seconds: nonzero(60).into(),
            tries: nonzero(4),
            max_answer_tokens: nonzero(2000),
            tokens_per_day: 1_000_000,
            spend_per_month: None,
            price_in: Decimal::ZERO,
            price_out: Decimal::ZERO,
            currency: "USD".to_owned(),
        }
    }
}

impl Config {
    /// Whether a model is configured.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.url.is_some()
    }

    /// Whether the organisation asks for it.
    pub(crate) fn is_for(&self, org: OrgId) -> bool {
        self.organisations.as_ref().is_none_or(|asking| asking.contains(&org))
    }

    pub(crate) fn names(&self) -> Names {
        if self.pseudonyms { Names::Pseudonyms } else { Names::Sent }
    }

    pub(crate) fn deadline(&self) -> Duration {
        Duration::from_secs(self.deadline_seconds.get())
    }

    pub(crate) fn budget(&self) -> Budget {
        Budget { tokens_per_day: self.tokens_per_day, micros_per_month: self.spend_per_month.map(micros) }
    }

    /// What tokens cost, in micro-units, rounded up.
    pub(crate) fn cost(&self, tokens_in: u32, tokens_out: u32) -> i64 {
        let part = |tokens: u32, price: Decimal| Decimal::from(tokens).checked_mul(price);
        let sum = part(tokens_in, self.price_in)
            .and_then(|cost| cost.checked_add(part(tokens_out, self.price_out)?))
            .and_then(|cost| cost.checked_div(Decimal::ONE_THOUSAND));
        sum.map_or(i64::MAX, micros)
    }
}

fn micros(amount: Decimal) -> i64 {
    let micros = amount.checked_mul(Decimal::from(1_000_000)).map(|micros| micros.ceil());
    micros.and_then(|micros| i64::try_from(micros).ok()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_cost_what_a_thousand_cost_and_round_up() {
        let config =
            Config { price_in: Decimal::new(25, 4), price_out: Decimal::new(1, 2), ..Config::default() };
        // 1,234 × 0.0025 / 1,000 + 567 × 0.01 / 1,000 = 0.003085 + 0.00567 = 0.008755
        assert_eq!(config.cost(1234, 567), 8755);
        // 1 × 0.0025 / 1,000 = 0.0000025: 2.5 micro-units.
        assert_eq!(config.cost(1, 0), 3);
        assert_eq!(Config::default().cost(1_000_000, 1_000_000), 0);
    }
}
