//! Traces: where they go, as settings say it, and how messages are named in them.

use std::collections::HashMap;

use events::{Message, Topic};
use serde::{Deserialize, Serialize};
use telemetry::trace::{Exporting, Named, Options, install};

use crate::failure::Failure;
use crate::secret::Secret;

/// The section `telemetry`. Where it says nothing, OpenTelemetry's own environment variables (`OTEL_…`) do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TelemetrySettings {
    /// The base URL of an endpoint that takes traces (OTLP over HTTP).
    #[serde(default)]
    pub endpoint: Option<String>,
    /// What goes with each request: `NAME=VALUE`, separated by commas.
    #[serde(default)]
    pub headers: Option<Secret<String>>,
    /// The certificates of the authorities that are trusted for it, in PEM.
    #[serde(default)]
    pub ca: Option<String>,
    /// The name of this process in traces.
    #[serde(default)]
    pub service_name: Option<String>,
    /// How many of the traces that begin here are sampled, from 0 to 1.
    #[serde(default)]
    pub sample_ratio: Option<f64>,
}

impl TelemetrySettings {
    /// Makes spans from now on, if anybody has said where to. `service` is the name where nobody says one.
    ///
    /// # Errors
    /// `CONFIG_INVALID`, or `TELEMETRY_FAILED`.
    pub fn begin(&self, service: &str, is_on_kafka: bool) -> Result<Option<Exporting>, Failure> {
        let options = Options {
            endpoint: self.endpoint.clone(),
            headers: self.headers()?,
            ca: self.ca.clone(),
            name: self.service_name.clone(),
            service: service.to_owned(),
            ratio: self.sample_ratio,
            is_on_kafka,
        };
        install(&options).map_err(|error| Failure::unhandled(error.code(), error.to_string()))
    }

    fn headers(&self) -> Result<HashMap<String, String>, Failure> {
        let text = self.headers.as_ref().map_or("", |headers| headers.expose());
        let pairs = text.split(',').filter(|pair| !pair.trim().is_empty());
        let read = pairs.map(|pair| {
            let (name, value) = pair.split_once('=')?;
            Some((name.trim().to_owned(), value.trim().to_owned())).filter(|(name, _)| !name.is_empty())
        });
        // The text may be a key.
        let why = "telemetry.headers: NAME=VALUE is expected, separated by commas";
        read.collect::<Option<_>>().ok_or_else(|| Failure::unhandled("CONFIG_INVALID", why))
    }
}

/// A message of a topic, as spans name it.
pub(crate) fn named<'a>(topic: &'a Topic, message: &'a Message) -> Named<'a> {
    let envelope = &message.envelope;
    Named {
        topic: topic.as_str(),
        id: &envelope.id,
        event: message.event.event_type(),
        conversation: &envelope.correlation,
        organisation: &envelope.org,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_pairs_and_are_not_told_when_they_are_none() {
        let of = |text: &str| {
            let headers = Some(Secret::new(text.to_owned()));
            TelemetrySettings { headers, ..TelemetrySettings::default() }.headers()
        };
        let read = of(" x-key = hunter2==, tenant=a ,").unwrap();
        assert_eq!((read.len(), &*read["x-key"], &*read["tenant"]), (2, "hunter2==", "a"));
        assert!(TelemetrySettings::default().headers().unwrap().is_empty());
        for wrong in ["hunter2", "a=b,hunter2", "=hunter2"] {
            let failure = of(wrong).unwrap_err();
            assert_eq!(failure.code(), "CONFIG_INVALID");
            assert!(!failure.message().contains("hunter2"));
        }
    }
}
