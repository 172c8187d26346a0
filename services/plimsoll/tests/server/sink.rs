//! An endpoint that takes traces (OTLP over HTTP) and keeps what it was sent.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1;
use prost::Message as _;

/// The sink, and the address at which it is.
pub(crate) struct Sink {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

struct Request {
    head: String,
    body: Vec<u8>,
}

/// A span, with identifiers as headers have them.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(crate) name: String,
    pub(crate) trace: String,
    pub(crate) id: String,
    pub(crate) parent: String,
    pub(crate) kind: v1::span::SpanKind,
    /// The spans that it links to.
    pub(crate) links: Vec<String>,
    pub(crate) attributes: BTreeMap<String, String>,
}

impl Sink {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let kept = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(request) = request(&stream) else { continue };
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                let _ =
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            }
        });
        Self { url, requests }
    }

    pub(crate) fn setting(&self) -> String {
        format!("telemetry.endpoint={}", self.url)
    }

    fn read<T>(&self, of: impl Fn(&Request) -> T) -> Vec<T> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).iter().map(of).collect()
    }

    /// The heads of the requests, and what they carried, as far as it is text.
    pub(crate) fn sent(&self) -> Vec<(String, String)> {
        self.read(|request| (request.head.clone(), String::from_utf8_lossy(&request.body).into_owned()))
    }

    /// What each process says of itself.
    pub(crate) fn resources(&self) -> Vec<BTreeMap<String, String>> {
        let resources = self.exported().into_iter().filter_map(|spans| spans.resource);
        resources.map(|resource| texts(resource.attributes)).collect()
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        let scopes = self.exported().into_iter().flat_map(|spans| spans.scope_spans);
        scopes.flat_map(|scope| scope.spans).map(Span::of).collect()
    }

    fn exported(&self) -> Vec<v1::ResourceSpans> {
        let bodies = self.read(|request| ExportTraceServiceRequest::decode(&*request.body).unwrap());
        bodies.into_iter().flat_map(|body| body.resource_spans).collect()
    }
}

impl Span {
    fn of(span: v1::Span) -> Self {
        let links = span.links.iter().map(|link| hex(&link.span_id)).collect();
        Self {
            trace: hex(&span.trace_id),
            id: hex(&span.span_id),
            parent: hex(&span.parent_span_id),
            kind: span.kind(),
            links,
            name: span.name,
            attributes: texts(span.attributes),
        }
    }

    pub(crate) fn says(&self, attribute: &str) -> &str {
        self.attributes.get(attribute).map_or("", String::as_str)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn texts(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value: AnyValue| match value.value {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => panic!("an attribute of another form: {other:?}"),
    };
    attributes.into_iter().map(|pair| (pair.key, text(pair.value.unwrap()))).collect()
}

/// None of somebody who went away before it was over.
fn request(stream: &TcpStream) -> Option<Request> {
    let (mut reader, mut head) = (BufReader::new(stream), String::new());
    while reader.read_line(&mut head).ok()? > 2 {}
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    })?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { head, body })
}
