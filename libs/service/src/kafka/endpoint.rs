//! Tokens of a token endpoint (RFC 6749, 4.4), which librdkafka as it is built here does not ask by itself.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use form_urlencoded::byte_serialize;
use outbound::is_loopback;
use serde::Deserialize;
use ureq::Agent;
use ureq::http::Uri;

use super::token::TokenSettings;
use crate::clock::Clock;
use crate::failure::Failure;

/// The most bytes of an answer.
const LARGEST: u64 = 64 * 1024;

/// A token, and when it ends, in milliseconds of Unix time.
pub(super) type Token = (String, i64);

/// How long nobody asks again after it gave no token, in milliseconds. A dozen clients want one at once, and each may wait for all of
/// `timeout_seconds`; librdkafka comes again after ten seconds.
const PAUSE: i64 = 5_000;

/// A token endpoint. All clients of a process share a token until half of its time is over: whoever asks then has a new one.
pub(super) struct Endpoint {
    agent: Agent,
    url: String,
    authorization: String,
    scope: Option<String>,
    clock: Arc<dyn Clock>,
    last: Mutex<Last>,
}

/// What came of asking.
#[derive(Default)]
struct Last {
    token: Option<Token>,
    /// Why there is no newer one.
    error: String,
    /// From when on it is asked again.
    again: i64,
}

/// What it answers (RFC 6749, 5.1).
#[derive(Deserialize)]
struct Answer {
    access_token: String,
    token_type: String,
    expires_in: u32,
}

/// What it refuses (5.2).
#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl Endpoint {
    /// The endpoint of checked settings. It is not asked yet.
    pub(super) fn new(settings: &TokenSettings, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        settings.check()?;
        let TokenSettings { url, client_id, client_secret, scope, .. } = settings;
        let secret = client_secret.as_ref().map(|secret| secret.expose().as_str()).unwrap_or_default();
        Ok(Self {
            agent: agent(settings)?,
            url: checked(url.as_deref().unwrap_or_default())?,
            authorization: basic(client_id.as_deref().unwrap_or_default(), secret),
            scope: scope.clone(),
            clock,
            last: Mutex::default(),
        })
    }

    /// A token. While one is asked for, the others who want one wait for it. If there is none to be had, the last one is given while it
    /// holds.
    pub(super) fn token(&self) -> Result<Token, String> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if self.now() >= last.again {
            self.renew(&mut last);
        }
        let Last { token, error, .. } = &*last;
        let now = self.now();
        token.clone().filter(|(_, ends)| now < *ends).ok_or_else(|| error.clone())
    }

    fn renew(&self, last: &mut Last) {
        let before = self.now();
        match self.ask() {
            Ok((text, seconds)) => {
                let millis = i64::from(seconds) * 1000;
                // It began to hold when it was made, at the earliest when it was asked for.
                let error = format!("the token of {} held for {seconds} s, and they are over", self.url);
                *last = Last { token: Some((text, before + millis)), error, again: before + millis / 2 };
            }
            Err(error) => {
                tracing::warn!(error, "no new token for Kafka");
                (last.error, last.again) = (error, self.now() + PAUSE);
            }
        }
    }

    fn now(&self) -> i64 {
        let now = self.clock.now();
        now.unix_timestamp() * 1000 + i64::from(now.millisecond())
    }

    /// Asks for a token, and for how many seconds it holds. What goes wrong is told without what was sent or answered.
    fn ask(&self) -> Result<(String, u32), String> {
        let url = &self.url;
        let scope = self.scope.iter().map(|scope| ("scope", scope.as_str()));
        let form: Vec<_> = [("grant_type", "client_credentials")].into_iter().chain(scope).collect();
        let request = self.agent.post(url).header("accept", "application/json");
        let answer = request.header("authorization", &self.authorization).send_form(form);
        let answer = answer.map_err(|error| format!("{url} cannot be reached: {error}"))?;
        let status = answer.status();
        let body = answer.into_body().into_with_config().limit(LARGEST).read_to_vec();
        let body = body.map_err(|error| format!("{url} answers {status}, and then {error}"))?;
        if !status.is_success() {
            return Err(format!("{url} answers {status}{}", refusal(&body)));
        }
        let answer: Answer = serde_json::from_slice(&body)
            .map_err(|_| format!("{url} answers no token with its time (expires_in)"))?;
        if !answer.token_type.eq_ignore_ascii_case("bearer") || answer.access_token.is_empty() {
            return Err(format!("{url} answers no bearer token"));
        }
        if answer.expires_in == 0 {
            return Err(format!("{url} answers a token that does not hold (expires_in is 0)"));
        }
        Ok((answer.access_token, answer.expires_in))
    }
}

/// Why it refuses, if it says so by a name of RFC 6749 or one like them.
fn refusal(body: &[u8]) -> String {
    let plain = |name: &String| {
        name.len() <= 64 && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase())
    };
    let refusal: Option<Refusal> = serde_json::from_slice(body).ok();
    let name = refusal.map(|refusal| refusal.error).filter(plain);
    name.map(|name| format!(": {name}")).unwrap_or_default()
}

/// Who asks (RFC 6749, 2.3.1): both are encoded as in a form first.
fn basic(client: &str, secret: &str) -> String {
    let [client, secret] = [client, secret].map(|text| byte_serialize(text.as_bytes()).collect::<String>());
    format!("Basic {}", STANDARD.encode(format!("{client}:{secret}")))
}

fn invalid(key: &str, why: &str) -> Failure {
    Failure::unhandled("CONFIG_INVALID", format!("kafka.token.{key}: {why}"))
}

fn checked(url: &str) -> Result<String, Failure> {
    let uri: Uri = url.parse().map_err(|_| invalid("url", "it is no URL"))?;
    let authority = uri.authority().ok_or_else(|| invalid("url", "it names no host"))?;
    if authority.as_str().contains('@') || uri.query().is_some() {
        return Err(invalid("url", "it holds a user or a query"));
    }
    match uri.scheme_str() {
        Some("https") => Ok(url.to_owned()),
        Some("http") if is_loopback(authority.host()) => Ok(url.to_owned()),
        _ => Err(invalid("url", "the secret would be readable on its way: https")),
    }
}

fn agent(settings: &TokenSettings) -> Result<Agent, Failure> {
    let config = outbound::settings(settings.url.as_deref().unwrap_or_default(), settings.ca.as_deref());
    let config = config.ok_or_else(|| invalid("ca", "it holds no certificate"))?;
    Ok(config.timeout_global(Some(Duration::from_secs(settings.timeout_seconds))).build().into())
}

#[cfg(feature = "kafka")]
impl event_log::Tokens for Endpoint {
    fn token(&self) -> Result<event_log::Token, String> {
        let (text, ends) = self.token()?;
        Ok(event_log::Token { text, ends })
    }
}

#[cfg(test)]
mod tests;
