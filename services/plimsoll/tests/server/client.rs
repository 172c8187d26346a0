//! Calls to a server, with everything that the answer says.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::{HeaderMap, Request};

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.json["error"]["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Its body, after a look at its status.
    #[track_caller]
    pub(crate) fn ok(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json
    }

    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code()), (status, code), "{}", self.text);
    }
}

/// Somebody who calls.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    server: String,
    token: Option<String>,
}

impl Client {
    pub(crate) fn new(server: String, token: Option<&str>) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(75)))
            // Each call is on its own: a server that was killed leaves no connection to be found out about.
            .max_idle_connections(0)
            .build();
        Self { agent: config.into(), server, token: token.map(str::to_owned) }
    }

    /// A call that may find no server.
    pub(crate) fn try_call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.server));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = match body {
            Some(body) => self.agent.run(request.body(body).unwrap())?,
            None => self.agent.run(request.body(()).unwrap())?,
        };
        let bytes = response.body_mut().with_config().limit(1 << 28).read_to_vec()?;
        let text = String::from_utf8(bytes).unwrap();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Answer { status: response.status().as_u16(), headers: response.headers().clone(), text, json })
    }

    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    /// A request that has a name of its caller's.
    #[track_caller]
    pub(crate) fn post_as(&self, key: &str, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        let body = body.to_string().into_bytes();
        self.try_call("POST", &format!("/api/v1{path}"), &headers, Some(&body)).unwrap()
    }

    #[track_caller]
    pub(crate) fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let bytes = body.map(|body| body.to_string().into_bytes());
        let path = format!("/api/v1{path}");
        self.try_call(method, &path, &[("content-type", "application/json")], bytes.as_deref()).unwrap()
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None)
    }

    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, Some(body))
    }

    /// Another caller, whose token this one makes.
    pub(crate) fn caller(&self, user: &str, role: &str) -> Self {
        let made = self.post("/tokens", &json!({"user": user, "role": role})).ok(201);
        Self { token: made["token"].as_str().map(str::to_owned), ..self.clone() }
    }

    pub(crate) fn promotion(&self, id: &str) -> Value {
        self.get(&format!("/promotions/{id}")).ok(200)
    }

    /// Waits for a status: a promotion that gets another end fails at once.
    #[track_caller]
    pub(crate) fn until_status(&self, id: &str, status: &str) -> Value {
        let over = ["merged", "failed", "rejected", "stale", "superseded", "closed"];
        eventually(&format!("{id} is {status}"), || {
            let answer = self.get(&format!("/promotions/{id}"));
            // Over gRPC the answer comes before the lists have it.
            if answer.status == 404 {
                return None;
            }
            let promotion = answer.ok(200);
            let now = promotion["status"].as_str().unwrap().to_owned();
            assert!(now == status || !over.contains(&now.as_str()), "{status} was expected: {promotion}");
            (now == status).then_some(promotion)
        })
    }

    /// Every event of the audit log that a query selects, newest first.
    pub(crate) fn audit(&self, query: &str) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("/audit_logs?limit=200{query}{cursor}")).ok(200);
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next_cursor"].as_str() else { return items };
            cursor = format!("&cursor={next}");
        }
    }
}

/// Tries until it is so. How long it takes is no verdict; that it never comes is.
#[track_caller]
pub(crate) fn eventually<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    #[expect(clippy::disallowed_methods, reason = "a test that waits for ever says nothing")]
    let now = Instant::now;
    let end = now() + Duration::from_secs(90);
    while now() < end {
        if let Some(found) = attempt() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it never came: {what}")
}
