//! An endpoint that does what a test says.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use axum::routing::post;
use futures::StreamExt as _;
use futures::stream;
use serde_json::{Value, json};

/// What the endpoint does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Does {
    /// Answers this, as server-sent events of a few characters each.
    Streams(String),
    /// Answers this at once, as one JSON object.
    Says(String),
    /// Streams this, and then breaks off without an end.
    BreaksOff(String),
    /// Streams this up to its limit of tokens.
    RunsOut(String),
    /// Streams a piece, and then nothing more for this long.
    Hangs(Duration),
    /// Answers with this status, these headers and body.
    Refuses(u16, Vec<(&'static str, String)>, &'static str),
    /// Answers 200 with this body.
    Body(&'static str, String),
    /// Refuses a schema, and answers this without one.
    KnowsNoSchema(String),
    /// Declines.
    Declines,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

#[derive(Clone)]
pub(crate) struct Fake {
    plan: Arc<Mutex<VecDeque<Does>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    pub(crate) url: String,
}

impl Fake {
    /// Does one after the other, and the last of them from then on.
    pub(crate) async fn start(plan: Vec<Does>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let fake = Self { plan: Arc::new(Mutex::new(plan.into())), seen: Arc::default(), url };
        let router = Router::new().route("/v1/chat/completions", post(answer)).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        fake
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    fn next(&self) -> Does {
        let mut plan = self.plan.lock().unwrap();
        match plan.len() {
            1 => plan[0].clone(),
            _ => plan.pop_front().expect("something to do"),
        }
    }
}

async fn answer(State(fake): State<Fake>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let body: Value = serde_json::from_slice(&body).unwrap();
    fake.seen.lock().unwrap().push(Seen { headers, body: body.clone() });
    match fake.next() {
        Does::Streams(text) => events(pieces(&text, "stop"), None),
        Does::RunsOut(text) => events(pieces(&text, "length"), None),
        Does::BreaksOff(text) => {
            let mut pieces = pieces(&text, "stop");
            pieces.truncate(pieces.len() / 2);
            events(pieces, None)
        }
        Does::Hangs(time) => events(pieces("{", "stop")[..1].to_vec(), Some(time)),
        Does::Says(text) => {
            let choice = json!({"message": {"role": "assistant", "content": text}, "finish_reason": "stop"});
            let answer =
                json!({"choices": [choice], "usage": {"prompt_tokens": 100, "completion_tokens": 50}});
            of(200, &[("content-type", "application/json".to_owned())], answer.to_string())
        }
        Does::Refuses(status, headers, text) => of(status, &headers, text.to_owned()),
        Does::Body(kind, text) => of(200, &[("content-type", kind.to_owned())], text),
        Does::KnowsNoSchema(text) => match body["response_format"]["type"].as_str() {
            Some("json_schema") => {
                of(400, &[], "{\"error\":{\"message\":\"unknown response_format\"}}".to_owned())
            }
            _ => events(pieces(&text, "stop"), None),
        },
        Does::Declines => events(
            vec![
                json!({"choices": [{"delta": {"refusal": "I would rather not."}, "finish_reason": "stop"}]}),
            ],
            None,
        ),
    }
}

fn of(status: u16, headers: &[(&'static str, String)], text: String) -> Response<Body> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, value);
    }
    response.body(Body::from(text)).unwrap()
}

fn pieces(text: &str, finish: &str) -> Vec<Value> {
    let characters: Vec<char> = text.chars().collect();
    let piece = |part: &[char]| json!({"choices": [{"delta": {"content": part.iter().collect::<String>()}}]});
    let mut pieces: Vec<Value> = characters.chunks(7).map(piece).collect();
    pieces.push(json!({"choices": [{"delta": {}, "finish_reason": finish}]}));
    pieces.push(json!({"choices": [], "usage": {"prompt_tokens": 1000, "completion_tokens": 200}}));
    pieces
}

fn events(pieces: Vec<Value>, then_hangs: Option<Duration>) -> Response<Body> {
    let lines = pieces.into_iter().map(|piece| format!("data: {piece}\n\n")).collect::<Vec<_>>();
    let end = stream::once(async move {
        if let Some(time) = then_hangs {
            tokio::time::sleep(time).await;
        }
        "data: [DONE]\n\n".to_owned()
    });
    let body = stream::iter(lines).chain(end).map(Ok::<_, std::io::Error>);
    Response::builder().header("content-type", "text/event-stream").body(Body::from_stream(body)).unwrap()
}
