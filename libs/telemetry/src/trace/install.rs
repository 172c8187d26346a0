//! Asking for traces.

use std::collections::HashMap;
use std::time::Duration;

use http::Uri;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, SpanExporter as _};

use super::export::Queue;
use super::log::{KAFKA, POSTGRES};
use super::send::Client;
use super::{TRACING, Tracing};

/// Of the field's environment variables, those that say where to. The rest (headers, time limit, sampler, resource) is
/// read by OpenTelemetry's own library.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
const NAME: &str = "OTEL_SERVICE_NAME";

/// How long an endpoint may take, tries included, unless `OTEL_EXPORTER_OTLP_TIMEOUT` says less.
const TIMEOUT: Duration = Duration::from_secs(10);
/// As many messages as a relay sends at once.
const LINKS: u32 = 500;
/// How long the end of the process waits for what is still to be sent.
const LAST: Duration = Duration::from_secs(2);

/// Where spans go, and which.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The base URL of an endpoint that speaks OTLP over HTTP; without it, the one that the environment names.
    pub endpoint: Option<String>,
    /// What goes with each request, beside what the environment says.
    pub headers: HashMap<String, String>,
    /// The certificates of the authorities that are trusted for it, in PEM.
    pub ca: Option<String>,
    /// The name of the service; without it, what the environment says, or `service`.
    pub name: Option<String>,
    /// The name where nobody says one.
    pub service: String,
    /// How many of the traces that begin here are sampled, from 0 to 1; without it, what the environment says, or all.
    pub ratio: Option<f64>,
    /// Whether the log is on Kafka.
    pub is_on_kafka: bool,
}

/// Why there are no traces.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// A setting is wrong. The text names it, and no value that may be secret.
    #[error("{0}")]
    Invalid(String),
    /// There is no thread to send from.
    #[error("spans cannot be sent: {0}")]
    Thread(#[from] std::io::Error),
    /// Somebody makes spans already.
    #[error("spans are made already")]
    Twice,
}

impl TraceError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "CONFIG_INVALID",
            Self::Thread(_) | Self::Twice => "TELEMETRY_FAILED",
        }
    }
}

/// Spans leave as long as this is there. Dropped, it waits a moment for the last ones.
#[derive(Debug)]
#[must_use = "spans leave as long as it is there"]
pub struct Exporting(SdkTracerProvider);

impl Drop for Exporting {
    fn drop(&mut self) {
        // What is not gone by now is lost, and counted nowhere: the process ends.
        let _ = self.0.shutdown_with_timeout(LAST);
    }
}

/// Makes spans from now on, once a process, and sends them; nothing, if nobody says where to.
///
/// # Errors
/// A setting is wrong, or somebody makes spans already.
pub fn install(options: &Options) -> Result<Option<Exporting>, TraceError> {
    let said = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    if !is_asked_for(options, said) {
        return Ok(None);
    }
    let resource = resource(options, said(NAME).is_some());
    let mut exporter = exporter(options)?;
    exporter.set_resource(&resource);
    let builder = SdkTracerProvider::builder()
        .with_max_links_per_span(LINKS)
        .with_resource(resource)
        .with_span_processor(Queue::start(exporter)?);
    let provider = match options.ratio {
        Some(ratio) if !(0.0..=1.0).contains(&ratio) => {
            return Err(TraceError::Invalid("telemetry.sample_ratio: it is from 0 to 1".to_owned()));
        }
        Some(ratio) => {
            let root = Box::new(Sampler::TraceIdRatioBased(ratio));
            builder.with_sampler(Sampler::ParentBased(root)).build()
        }
        None => builder.build(),
    };
    let tracer = provider.tracer("plimsoll");
    let system = if options.is_on_kafka { KAFKA } else { POSTGRES };
    TRACING.set(Tracing { tracer, system }).map_err(|_| TraceError::Twice)?;
    Ok(Some(Exporting(provider)))
}

fn is_asked_for(options: &Options, said: impl Fn(&str) -> Option<String>) -> bool {
    let is_off = said("OTEL_SDK_DISABLED").is_some_and(|text| text.eq_ignore_ascii_case("true"))
        || said("OTEL_TRACES_EXPORTER").is_some_and(|text| text == "none");
    !is_off && (options.endpoint.is_some() || ENDPOINTS.iter().any(|name| said(name).is_some()))
}

fn resource(options: &Options, is_named_outside: bool) -> Resource {
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let builder = Resource::builder().with_attribute(version);
    match &options.name {
        Some(name) => builder.with_service_name(name.clone()).build(),
        None if is_named_outside => builder.build(),
        None => builder.with_service_name(options.service.clone()).build(),
    }
}

fn exporter(options: &Options) -> Result<SpanExporter, TraceError> {
    let invalid = |key: &str, why: &str| TraceError::Invalid(format!("telemetry.{key}: {why}"));
    let no_ca = || invalid("ca", "it holds no certificate in PEM");
    let url = options.endpoint.as_deref().unwrap_or_default();
    let client = Client::new(url, options.ca.as_deref(), TIMEOUT).ok_or_else(no_ca)?;
    let builder = SpanExporter::builder().with_http().with_http_client(client);
    let builder = builder.with_timeout(TIMEOUT).with_headers(options.headers.clone());
    let built = match &options.endpoint {
        Some(base) => builder.with_endpoint(endpoint(base).map_err(|why| invalid("endpoint", why))?).build(),
        None => builder.build(),
    };
    // What the library says may hold a header.
    built.map_err(|_| {
        TraceError::Invalid(format!("{}: the exporter of spans does not take it", ENDPOINTS.join(", ")))
    })
}

/// Where an endpoint of this base URL takes spans.
fn endpoint(base: &str) -> Result<String, &'static str> {
    let uri: Uri = base.parse().map_err(|_| "it is no URL")?;
    let authority = uri.authority().ok_or("it names no host")?;
    if authority.as_str().contains('@') {
        return Err("it holds a user or a password; a key is given in telemetry.headers_file");
    }
    if uri.query().is_some() {
        return Err("a base URL has no query");
    }
    match uri.scheme_str() {
        Some("http" | "https") => Ok(format!("{}/v1/traces", base.trim_end_matches('/'))),
        _ => Err("it is neither http nor https"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_unless_somebody_says_where_to() {
        let here = Options { endpoint: Some("http://127.0.0.1:4318".to_owned()), ..Options::default() };
        let asked = |options: &Options, said: &[(&str, &str)]| {
            is_asked_for(options, |name| {
                said.iter().find(|(key, _)| *key == name).map(|(_, text)| (*text).to_owned())
            })
        };
        let nowhere = Options::default();
        assert!(!asked(&nowhere, &[]) && !asked(&nowhere, &[("OTEL_EXPORTER_OTLP_HEADERS", "a=b")]));
        assert!(asked(&here, &[]));
        for name in ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] {
            assert!(asked(&nowhere, &[(name, "http://c:4318")]));
            for off in [("OTEL_SDK_DISABLED", "TRUE"), ("OTEL_TRACES_EXPORTER", "none")] {
                assert!(!asked(&nowhere, &[(name, "http://c:4318"), off]) && !asked(&here, &[off]));
            }
        }
    }

    #[test]
    fn a_base_url_is_a_place_and_nothing_else() {
        assert_eq!(endpoint("http://collector:4318/"), Ok("http://collector:4318/v1/traces".to_owned()));
        assert_eq!(
            endpoint("https://otlp.example/otlp"),
            Ok("https://otlp.example/otlp/v1/traces".to_owned())
        );
        for wrong in [
            "",
            "collector:4318",
            "grpc://collector:4317",
            "https://me:hunter2@otlp.example",
            "http://c?key=1",
        ] {
            let why = endpoint(wrong).unwrap_err();
            assert!(!why.contains("hunter2"), "{wrong}: {why}");
        }
    }
}
