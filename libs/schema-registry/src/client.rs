//! Calls to a registry: Confluent's REST API, version 7, which Apicurio, Karapace and Redpanda speak too.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use ureq::http::{Request, StatusCode};
use ureq::{Agent, Body};

use crate::error::RegistryError;
use crate::settings::RegistrySettings;

/// A registry.
#[derive(Clone)]
pub struct Registry(Arc<Inner>);

struct Inner {
    agent: Agent,
    base: String,
    authorization: Option<String>,
}

/// An answer, as far as it was read.
struct Answer {
    /// Whose.
    base: String,
    status: StatusCode,
    body: Vec<u8>,
}

/// The largest answer that is read: the largest schema is of some kilobytes.
const MOST: u64 = 1 << 20;
const KIND: &str = "application/vnd.schemaregistry.v1+json";

#[derive(Deserialize)]
struct Number {
    id: u32,
}

#[derive(Deserialize)]
struct Text {
    schema: String,
}

#[derive(Deserialize)]
struct Level {
    #[serde(alias = "compatibility", rename = "compatibilityLevel")]
    level: String,
}

#[derive(Deserialize)]
struct Fits {
    is_compatible: bool,
    /// Why not, as Confluent says it.
    #[serde(default)]
    messages: Vec<String>,
    /// Why not, as Apicurio says it.
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Complaint {
    message: String,
}

/// What a registry says with a 404. Without its code, whoever is in front of it may have said so: an ingress whose backend is
/// away, or another server.
#[derive(Deserialize)]
struct Missing {
    error_code: u32,
}

/// No such subject, version or schema, and no compatibility of a subject's own (Confluent's `Errors`, which the others follow).
const MISSING: [u32; 4] = [40401, 40402, 40403, 40408];

impl Registry {
    /// The registry at this place. It is not asked yet.
    ///
    /// # Errors
    /// A setting is wrong.
    pub fn new(settings: &RegistrySettings) -> Result<Self, RegistryError> {
        let (agent, base) = (settings.agent()?, settings.base()?);
        Ok(Self(Arc::new(Inner { agent, base, authorization: settings.authorization()? })))
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0.base
    }

    /// The number of this schema under this subject; none if it is not registered.
    ///
    /// # Errors
    /// The registry cannot be reached, or answers what it should not.
    pub async fn number(&self, subject: &str, schema: &str) -> Result<Option<u32>, RegistryError> {
        let answer = self.call("POST", format!("/subjects/{subject}"), Some(body(schema))).await?;
        answer.if_there(|answer| Ok(answer.read::<Number>()?.id))
    }

    /// Registers a schema, unless it is, and gives its number.
    ///
    /// # Errors
    /// As [`Self::number`], and it does not fit what was registered before.
    pub async fn register(&self, subject: &str, schema: &str) -> Result<u32, RegistryError> {
        let path = format!("/subjects/{subject}/versions");
        let answer = self.call("POST", path, Some(body(schema))).await?;
        match answer.status.as_u16() {
            409 | 422 => {
                let (subject, why) = (subject.to_owned(), answer.complaint());
                Err(RegistryError::Incompatible { subject, why })
            }
            _ => Ok(answer.read::<Number>()?.id),
        }
    }

    /// Whether anything is registered under this subject.
    ///
    /// # Errors
    /// As [`Self::number`].
    pub async fn is_known(&self, subject: &str) -> Result<bool, RegistryError> {
        let answer = self.call("GET", format!("/subjects/{subject}/versions"), None).await?;
        let versions = answer.if_there(|answer| answer.read::<Vec<u32>>())?;
        Ok(versions.is_some_and(|versions| !versions.is_empty()))
    }

    /// What a subject's schemas have to be to one another, if it says so itself.
    ///
    /// # Errors
    /// As [`Self::number`].
    pub async fn compatibility(&self, subject: &str) -> Result<Option<String>, RegistryError> {
        let answer = self.call("GET", format!("/config/{subject}"), None).await?;
        answer.if_there(|answer| Ok(answer.read::<Level>()?.level))
    }

    /// Says what a subject's schemas have to be to one another.
    ///
    /// # Errors
    /// As [`Self::number`].
    pub async fn set_compatibility(&self, subject: &str, level: &str) -> Result<(), RegistryError> {
        let body = json!({"compatibility": level});
        self.call("PUT", format!("/config/{subject}"), Some(body)).await?.read::<Value>().map(drop)
    }

    /// Why a schema does not fit what is registered under this subject; none if it does.
    ///
    /// # Errors
    /// As [`Self::number`].
    pub async fn complaint(&self, subject: &str, schema: &str) -> Result<Option<String>, RegistryError> {
        let path = format!("/compatibility/subjects/{subject}/versions?verbose=true");
        let fits: Fits = self.call("POST", path, Some(body(schema))).await?.read()?;
        let why = fits.messages.into_iter().chain(fits.reason).collect::<Vec<_>>().join("; ");
        Ok((!fits.is_compatible).then_some(why))
    }

    /// The schema of this number; none if there is none.
    ///
    /// # Errors
    /// As [`Self::number`].
    pub async fn schema(&self, number: u32) -> Result<Option<String>, RegistryError> {
        let answer = self.call("GET", format!("/schemas/ids/{number}"), None).await?;
        answer.if_there(|answer| Ok(answer.read::<Text>()?.schema))
    }

    async fn call(
        &self,
        method: &'static str,
        path: String,
        body: Option<Value>,
    ) -> Result<Answer, RegistryError> {
        let inner = Arc::clone(&self.0);
        let called = spawn_blocking(move || inner.call(method, &path, body)).await;
        let answer = called.map_err(|error| RegistryError::Unavailable(error.to_string()))?;
        answer.map_err(|error| match error {
            RegistryError::Unavailable(why) => RegistryError::Unavailable(format!("{}: {why}", self.0.base)),
            other => other,
        })
    }
}

impl Inner {
    fn call(&self, method: &str, path: &str, body: Option<Value>) -> Result<Answer, RegistryError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("accept", KIND)
            .header("content-type", KIND);
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let wrong = |error: ureq::http::Error| RegistryError::Settings(error.to_string());
        let response = match body {
            Some(body) => self.agent.run(request.body(body.to_string()).map_err(wrong)?),
            None => self.agent.run(request.body(()).map_err(wrong)?),
        };
        let response = response.map_err(away)?;
        let status = response.status();
        let body = read(response.into_body())?;
        match status.as_u16() {
            401 | 403 => Err(RegistryError::Refused(status.as_u16())),
            408 | 429 | 500.. => Err(RegistryError::Unavailable(format!("it answers {status}"))),
            _ => Ok(Answer { base: self.base.clone(), status, body }),
        }
    }
}

fn read(body: Body) -> Result<Vec<u8>, RegistryError> {
    body.into_with_config().limit(MOST).read_to_vec().map_err(away)
}

fn away(error: ureq::Error) -> RegistryError {
    match error {
        ureq::Error::BodyExceedsLimit(_) => RegistryError::Answer(format!("it is longer than {MOST} bytes")),
        error => RegistryError::Unavailable(error.to_string()),
    }
}

impl Answer {
    fn read<T: for<'de> Deserialize<'de>>(&self) -> Result<T, RegistryError> {
        if self.status != StatusCode::OK {
            let why = format!("it answers {}: {}", self.status, self.complaint());
            return Err(RegistryError::Answer(why));
        }
        serde_json::from_slice(&self.body).map_err(|error| RegistryError::Answer(error.to_string()))
    }

    fn if_there<T>(
        self,
        read: impl FnOnce(&Self) -> Result<T, RegistryError>,
    ) -> Result<Option<T>, RegistryError> {
        if self.status != StatusCode::NOT_FOUND {
            return read(&self).map(Some);
        }
        match serde_json::from_slice(&self.body) {
            Ok(Missing { error_code }) if MISSING.contains(&error_code) => Ok(None),
            _ => Err(RegistryError::Unavailable(format!(
                "{}: it answers {}, which is not what a registry says of something that it does not have",
                self.base, self.status
            ))),
        }
    }

    /// What it says is wrong, not all of it.
    fn complaint(&self) -> String {
        let said = serde_json::from_slice::<Complaint>(&self.body).map(|complaint| complaint.message);
        said.unwrap_or_default().chars().take(500).collect()
    }
}

fn body(schema: &str) -> Value {
    json!({"schema": schema, "schemaType": "AVRO"})
}
