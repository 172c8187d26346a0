//! Calls to a server.

use std::io::{BufRead, BufReader};
use std::time::Duration;

use api::error::ErrorBody;
use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body, RequestBuilder};

use crate::cli::Server;
use crate::failure::Failure;
use crate::remote::credentials;

/// Longer than the server waits for a preview.
const PATIENCE: Duration = Duration::from_secs(90);
const CONNECT: Duration = Duration::from_secs(5);
/// No stream and no export is followed for longer.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// A server, and the token that it knows the caller by.
pub(crate) struct Client {
    agent: Agent,
    server: String,
    token: String,
}

impl Client {
    pub(crate) fn open(server: &Server) -> Result<Self, Failure> {
        let (address, token) = credentials::of(server)?;
        Ok(Self::new(address, token))
    }

    pub(crate) fn new(server: String, token: String) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(PATIENCE))
            .timeout_recv_body(None)
            // A token is for this server and for no other that it may point to.
            .max_redirects(0)
            .user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.into(), server: server.trim_end_matches('/').to_owned(), token }
    }

    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        let sent = self.prepared(self.agent.get(self.url(path))).call();
        decoded(self.answer(sent)?)
    }

    pub(crate) fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        decoded(self.posted(path, body)?)
    }

    /// The answer, whose status says more than its body.
    pub(crate) fn posted(&self, path: &str, body: &impl Serialize) -> Result<Response<Body>, Failure> {
        let sent = self.prepared(self.agent.post(self.url(path))).send_json(body);
        self.answer(sent)
    }

    pub(crate) fn delete(&self, path: &str) -> Result<(), Failure> {
        let sent = self.prepared(self.agent.delete(self.url(path))).call();
        self.answer(sent).map(drop)
    }

    /// The lines of an answer that may go on for ever.
    pub(crate) fn lines(
        &self,
        path: &str,
    ) -> Result<impl Iterator<Item = std::io::Result<String>> + use<>, Failure> {
        let sent = self
            .prepared(self.agent.get(self.url(path)))
            .config()
            .timeout_recv_body(Some(LONGEST))
            .build()
            .call();
        Ok(BufReader::new(self.answer(sent)?.into_body().into_reader()).lines())
    }

    fn url(&self, path: &str) -> String {
        format!("{}{}{path}", self.server, api::PREFIX)
    }

    fn prepared<B>(&self, request: RequestBuilder<B>) -> RequestBuilder<B> {
        request.header("authorization", format!("Bearer {}", self.token))
    }

    fn answer(&self, sent: Result<Response<Body>, ureq::Error>) -> Result<Response<Body>, Failure> {
        let mut response = sent.map_err(|error| self.unreachable(&error))?;
        match response.status().is_success() {
            true => Ok(response),
            false => Err(refused(&mut response)),
        }
    }

    fn unreachable(&self, error: &ureq::Error) -> Failure {
        Failure::new("SERVER_UNREACHABLE", format!("{} does not answer: {error}", self.server))
    }
}

/// The answer's body.
pub(crate) fn decoded<T: DeserializeOwned>(mut response: Response<Body>) -> Result<T, Failure> {
    let fail =
        |error| Failure::new("SERVER_ANSWER", format!("the server's answer is not of its form: {error}"));
    response.body_mut().with_config().limit(LARGEST).read_json().map_err(fail)
}

/// More than a preview of ten thousand objects.
const LARGEST: u64 = 1 << 30;

fn refused(response: &mut Response<Body>) -> Failure {
    let status = response.status();
    match response.body_mut().read_json::<ErrorBody>() {
        Ok(ErrorBody { error }) => {
            let candidates = error.details.get("candidates").map(|found| format!("; candidates: {found}"));
            Failure::told(error.code, format!("{}{}", error.message, candidates.unwrap_or_default()))
        }
        Err(_) if status == StatusCode::NOT_FOUND => {
            Failure::new("SERVER_ANSWER", "this is no server of Plimsoll, or one of another version")
        }
        Err(_) => Failure::new("SERVER_ANSWER", format!("the server answered {status} without a reason")),
    }
}

/// A part of a path, such that nothing in it is taken for another.
pub(crate) fn segment(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    text.bytes()
        .map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// A query from what is given.
pub(crate) fn query(pairs: &[(&str, Option<&str>)]) -> String {
    let given: Vec<String> =
        pairs.iter().filter_map(|(name, value)| Some(format!("{name}={}", segment((*value)?)))).collect();
    if given.is_empty() { String::new() } else { format!("?{}", given.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_cannot_leave_its_place_in_a_url() {
        assert_eq!(segment("a/b?c#d e%é"), "a%2Fb%3Fc%23d%20e%25%C3%A9");
        assert_eq!(query(&[("a", None), ("b", Some("x&y=z"))]), "?b=x%26y%3Dz");
        assert_eq!(query(&[("a", None)]), "");
    }
}
