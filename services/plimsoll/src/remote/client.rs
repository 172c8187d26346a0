//! Calls to a server.

use std::io::{BufRead, BufReader};
use std::time::Duration;

use api::error::ErrorBody;
use api::page::Page;
use serde::Serialize;
use serde::de::DeserializeOwned;
use telemetry::trace::Parent;
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

/// How long is waited before something is asked for again.
const AGAIN: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(5)];

/// A limit that is over so soon is waited for, so many times in a row.
const SOON: Duration = Duration::from_secs(10);
const TURNS: u32 = 10;

/// A server, and the token that it knows the caller by.
pub(crate) struct Client {
    agent: Agent,
    server: String,
    token: String,
    /// The trace in which the command runs.
    traceparent: Option<String>,
}

/// By which pipelines tell what they run of their trace.
const TRACEPARENT: &str = "TRACEPARENT";

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
        let traceparent = std::env::var(TRACEPARENT).ok();
        // What is none is nobody's error: it is left out.
        let traceparent = traceparent.filter(|text| Parent::of(Some(text)).is_some());
        Self { agent: config.into(), server: server.trim_end_matches('/').to_owned(), token, traceparent }
    }

    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        decoded(self.in_turn(|| self.prepared(self.agent.get(self.url(path))).call())?)
    }

    /// Every item of a list, page by page.
    pub(crate) fn all<T: DeserializeOwned>(
        &self,
        path: &str,
        filter: &[(&str, Option<&str>)],
    ) -> Result<Page<T>, Failure> {
        let mut all = Page { items: Vec::new(), next_cursor: None };
        loop {
            let which = [("limit", Some("200")), ("cursor", all.next_cursor.as_deref())];
            let page: Page<T> = self.get(&format!("{path}{}", query(&[filter, &which].concat())))?;
            all.items.extend(page.items);
            all.next_cursor = page.next_cursor;
            if all.next_cursor.is_none() {
                return Ok(all);
            }
        }
    }

    pub(crate) fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        decoded(self.posted(path, body)?)
    }

    pub(crate) fn patch<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        let sent = self.prepared(self.agent.patch(self.url(path))).send_json(body);
        decoded(self.answer(sent)?)
    }

    fn posted(&self, path: &str, body: &impl Serialize) -> Result<Response<Body>, Failure> {
        self.in_turn(|| self.prepared(self.agent.post(self.url(path))).send_json(body))
    }

    /// What the limit of requests holds back was not done: it is asked for again when the server says, if that is soon.
    fn in_turn(
        &self,
        send: impl Fn() -> Result<Response<Body>, ureq::Error>,
    ) -> Result<Response<Body>, Failure> {
        let mut turns = 0;
        loop {
            let sent = send();
            match sent.as_ref().ok().and_then(limited).filter(|wait| *wait <= SOON && turns < TURNS) {
                Some(wait) => std::thread::sleep(wait),
                None => return self.answer(sent),
            }
            turns += 1;
        }
    }

    /// Has something made, once: it is asked for again under the same name while no answer comes, and the server makes one
    /// of all that have that name.
    pub(crate) fn create<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        decoded(self.created(path, body)?)
    }

    /// [`Client::create`] with the answer, whose status says more than its body.
    pub(crate) fn created(&self, path: &str, body: &impl Serialize) -> Result<Response<Body>, Failure> {
        let name = fresh_name()?;
        let mut waits = AGAIN.iter();
        loop {
            let request = self.prepared(self.agent.post(self.url(path))).header("idempotency-key", &name);
            let sent = request.send_json(body);
            let is_away =
                sent.as_ref().map_or(true, |answer| answer.status() == StatusCode::SERVICE_UNAVAILABLE);
            match waits.next().filter(|_| is_away) {
                Some(wait) => std::thread::sleep(*wait),
                None => return self.answer(sent),
            }
        }
    }

    pub(crate) fn delete(&self, path: &str) -> Result<(), Failure> {
        let sent = self.prepared(self.agent.delete(self.url(path))).call();
        self.answer(sent).map(drop)
    }

    /// The lines of an answer that may go on for ever; of events, those after the one that was seen last.
    pub(crate) fn lines(
        &self,
        path: &str,
        seen: Option<&str>,
    ) -> Result<impl Iterator<Item = std::io::Result<String>> + use<>, Failure> {
        let mut request = self.prepared(self.agent.get(self.url(path)));
        if let Some(seen) = seen {
            request = request.header("last-event-id", seen);
        }
        let sent = request.config().timeout_recv_body(Some(LONGEST)).build().call();
        Ok(BufReader::new(self.answer(sent)?.into_body().into_reader()).lines())
    }

    fn url(&self, path: &str) -> String {
        format!("{}{}{path}", self.server, api::PREFIX)
    }

    fn prepared<B>(&self, request: RequestBuilder<B>) -> RequestBuilder<B> {
        let request = request.header("authorization", format!("Bearer {}", self.token));
        match &self.traceparent {
            Some(traceparent) => request.header("traceparent", traceparent),
            None => request,
        }
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

/// How long the server says to wait, of an answer that says so for the limit of requests (RFC 6585, 4; RFC 9110, 10.2.3).
fn limited<B>(answer: &Response<B>) -> Option<Duration> {
    let wait = answer.headers().get("retry-after")?.to_str().ok()?;
    let is_limited = answer.status() == StatusCode::TOO_MANY_REQUESTS;
    is_limited.then(|| wait.parse().ok().map(Duration::from_secs))?
}

/// A name that nobody has given anything before.
fn fresh_name() -> Result<String, Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Failure::new("RANDOM_UNAVAILABLE", error.to_string()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
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

    /// Each connection gets the next of these answers; how many came.
    fn server(answers: &'static [&str]) -> (String, std::thread::JoinHandle<usize>) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let served = std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
                std::io::Write::write_all(&mut stream, answer.as_bytes()).unwrap();
            }
            answers.len()
        });
        (address, served)
    }

    #[test]
    fn a_limit_that_is_over_soon_is_waited_for_and_one_that_is_not_is_an_error() {
        const HELD: &str = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 0\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        const LONG: &str = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 3600\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        const DONE: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";
        let (address, served) = server(&[HELD, HELD, DONE]);
        let got: serde_json::Value = Client::new(address, "token".to_owned()).get("/x").unwrap();
        assert_eq!((got, served.join().unwrap()), (serde_json::json!({}), 3));
        let (address, served) = server(&[LONG]);
        assert!(Client::new(address, "token".to_owned()).get::<serde_json::Value>("/x").is_err());
        assert_eq!(served.join().unwrap(), 1);
    }
}
