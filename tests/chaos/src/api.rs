//! Calls to the gateway.

use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Request;

use crate::Failed;

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// HTTP's status.
    pub status: u16,
    /// The body.
    pub json: Value,
}

impl Answer {
    /// The stable code of an error; empty if it is none.
    #[must_use]
    pub fn code(&self) -> &str {
        self.json["error"]["code"].as_str().unwrap_or_default()
    }
}

/// Somebody who calls.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    server: String,
    token: String,
}

impl Client {
    /// Who has this token.
    #[must_use]
    pub fn new(server: String, token: String) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(20)))
            // A server that was killed leaves no connection to be found out about.
            .max_idle_connections(0)
            .build();
        Self { agent: config.into(), server, token }
    }

    /// A call that may find no server.
    ///
    /// # Errors
    /// No answer came.
    pub fn call(&self, method: &str, path: &str, key: &str, body: Option<&Value>) -> Result<Answer, Failed> {
        let mut request = Request::builder().method(method).uri(format!("{}/api/v1{path}", self.server));
        request = request.header("authorization", format!("Bearer {}", self.token));
        request = request.header("content-type", "application/json");
        if !key.is_empty() {
            request = request.header("idempotency-key", key);
        }
        let mut response = match body {
            Some(body) => self.agent.run(request.body(body.to_string().into_bytes())?)?,
            None => self.agent.run(request.body(())?)?,
        };
        let text = response.body_mut().read_to_string()?;
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Answer { status: response.status().as_u16(), json })
    }

    /// The same caller at another server.
    #[must_use]
    pub fn at(&self, server: &str) -> Self {
        Self { server: server.to_owned(), ..self.clone() }
    }

    /// Another caller, whose token this one makes.
    ///
    /// # Errors
    /// It is not made.
    pub fn caller(&self, user: &str, role: &str) -> Result<Self, Failed> {
        let made = self.call("POST", "/tokens", "", Some(&json!({"user": user, "role": role})))?;
        let token =
            made.json["token"].as_str().ok_or_else(|| format!("no token for {user}: {}", made.json))?;
        Ok(Self { token: token.to_owned(), ..self.clone() })
    }
}
