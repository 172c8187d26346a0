//! A promotion as a collector of traces sees it: from the request to the branch, through every topic.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::TcpListener;

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::{Value, json};

use crate::client::{Answer, Client, eventually};
use crate::flow::{Shop, id, to_production};
use crate::server::{Server, plimsoll, text};
use crate::sink::{Sink, Span};

/// Of somebody outside, whose two requests are in one trace.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const ASKED: &str = "00f067aa0ba902b7";
const APPROVED: &str = "b7ad6b7169203331";

/// What leads to the preview, from its end to the request.
const PREVIEW: [&str; 14] = [
    "create plimsoll.promotion.v1",
    "process plimsoll.explain.v1",
    "send plimsoll.explain.v1",
    "process plimsoll.risk.v1",
    "send plimsoll.risk.v1",
    "process plimsoll.cost.v1",
    "send plimsoll.cost.v1",
    "process plimsoll.diff.v1",
    "send plimsoll.diff.v1",
    "process plimsoll.promotion.v1",
    "create plimsoll.promotion.v1",
    "plimsoll.promotion.v1.PromotionService/RequestPreview",
    "plimsoll.promotion.v1.PromotionService/RequestPreview",
    "POST /api/v1/promotions",
];

/// What leads to the branch, from the event that tells of it to the approval.
const PUSH: [&str; 7] = [
    "create plimsoll.gitops.v1",
    "push branch",
    "process plimsoll.promotion.v1",
    "create plimsoll.promotion.v1",
    "plimsoll.promotion.v1.PromotionService/Approve",
    "plimsoll.promotion.v1.PromotionService/Approve",
    "POST /api/v1/promotions/{id}/approve",
];

/// A request within a trace.
fn traced(client: &Client, path: &str, body: &Value, traceparent: &str) -> Answer {
    let headers = [("content-type", "application/json"), ("traceparent", traceparent)];
    let body = body.to_string();
    client.try_call("POST", &format!("/api/v1{path}"), &headers, Some(body.as_bytes())).unwrap()
}

fn within(parent: &str) -> String {
    format!("00-{TRACE}-{parent}-01")
}

/// The spans of a trace.
struct Trace(Vec<Span>);

impl Trace {
    fn of(sink: &Sink, trace: &str) -> Self {
        Self(sink.spans().into_iter().filter(|span| span.trace == trace).collect())
    }

    /// The span that tells of an event of this type.
    #[track_caller]
    fn made(&self, event: &str) -> &Span {
        let made = |span: &&Span| matches!(span.says("messaging.operation.name"), "create" | "send");
        let found: Vec<_> = self
            .0
            .iter()
            .filter(made)
            .filter(|span| span.says("plimsoll.event.type").ends_with(event))
            .collect();
        assert_eq!(found.len(), 1, "{event}: {found:?}");
        found[0]
    }

    /// A span and what it follows upon, up to the parent that was sent.
    fn way(&self, span: &Span) -> (Vec<Span>, String) {
        let (mut way, mut parent) = (vec![span.clone()], span.parent.clone());
        while let Some(span) = self.0.iter().find(|span| span.id == parent) {
            (way, parent) = ([way, vec![span.clone()]].concat(), span.parent.clone());
        }
        (way, parent)
    }
}

fn names(way: &[Span]) -> Vec<&str> {
    way.iter().map(|span| span.name.as_str()).collect()
}

#[test]
fn a_promotion_is_one_trace_from_the_request_to_the_branch() {
    let sink = Sink::start();
    let shop = Shop::open(&[&sink.setting(), "telemetry.headers=x-key=hunter2"]);
    let preview = traced(&shop.alice, "/promotions?wait=60", &to_production("shop"), &within(ASKED)).ok(200);
    let promotion = id(&preview);
    let approve = format!("/promotions/{promotion}/approve");
    traced(&shop.bob, &approve, &json!({}), &within(APPROVED)).ok(200);
    shop.alice.until_status(&promotion, "open");
    let events = shop.admin.audit(&format!("&promotion_id={promotion}"));
    let organisation = shop.admin.get("/auth/me").json["organisation"]["id"].clone();
    eventually("the audit has every event of the promotion", || {
        shop.admin.get("/audit/export").text.contains("PromotionOpened").then_some(())
    });
    let Shop { mut server, .. } = shop;
    assert_eq!(server.stop("TERM").code(), Some(0), "the last spans leave before the process does");

    let trace = Trace::of(&sink, TRACE);
    let (way, from) = trace.way(trace.made("PreviewCompleted"));
    assert_eq!((names(&way), &*from), (PREVIEW.to_vec(), ASKED));
    let groups = ["promotion", "explain", "risk", "cost", "diff"];
    let consumers: Vec<&str> = way
        .iter()
        .map(|span| span.says("messaging.consumer.group.name"))
        .filter(|group| !group.is_empty())
        .collect();
    assert_eq!(consumers, groups);
    let (push, from) = trace.way(trace.made("BranchPushed"));
    assert_eq!((names(&push), &*from), (PUSH.to_vec(), APPROVED));
    // The approval is a request of its own; that it is about the first is a link.
    let (approved, requested) = (trace.made("PromotionApproved"), trace.made("PreviewRequested"));
    assert_eq!((&approved.links, &push[3].id), (&vec![requested.id.clone()], &approved.id));

    kinds(&way, &push);
    attributes(&push, &promotion, &events, &organisation);
    batches(&trace);
    sent(&sink, &preview);
}

fn kinds(way: &[Span], push: &[Span]) {
    use SpanKind::{Client, Consumer, Internal, Producer, Server};
    let kinds = |way: &[Span]| way.iter().map(|span| span.kind).collect::<Vec<_>>();
    assert_eq!(kinds(push), [Producer, Internal, Consumer, Producer, Server, Client, Server]);
    assert_eq!(kinds(&way[..4]), [Producer, Consumer, Producer, Consumer]);
    // Who handles one message is in its trace, and links to it as well.
    let handled: Vec<_> = way.iter().chain(push).filter(|span| span.kind == Consumer).collect();
    assert_eq!(handled.len(), 6);
    assert!(handled.iter().all(|span| span.links == [span.parent.clone()]));
}

fn attributes(push: &[Span], promotion: &str, events: &[Value], organisation: &Value) {
    let of = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    let approved = events.iter().find(|event| event["type"] == "plimsoll.promotion.v1.PromotionApproved");
    let approved = approved.unwrap_or_else(|| panic!("{events:?}"));
    let message = [
        ("messaging.system", "postgresql"),
        ("messaging.destination.name", "plimsoll.promotion.v1"),
        ("messaging.message.id", approved["id"].as_str().unwrap()),
        ("messaging.message.conversation_id", promotion),
        ("plimsoll.event.type", "plimsoll.promotion.v1.PromotionApproved"),
        ("plimsoll.organisation.id", organisation.as_str().unwrap()),
    ];
    let created = [("messaging.operation.name", "create"), ("messaging.operation.type", "create")];
    assert_eq!(push[3].attributes, of(&[&message[..], &created].concat()));
    let partition = push[2].says("messaging.destination.partition.id");
    assert!(partition.parse::<u32>().is_ok_and(|partition| partition < 8), "{partition}");
    let processed = [
        ("messaging.operation.name", "process"),
        ("messaging.operation.type", "process"),
        ("messaging.consumer.group.name", "gitops"),
        ("messaging.destination.partition.id", partition),
    ];
    assert_eq!(push[2].attributes, of(&[&message[..], &processed].concat()));
    assert_eq!(push[1].attributes, of(&[("plimsoll.promotion.id", promotion)]));
    let rpc = of(&[
        ("rpc.system", "grpc"),
        ("rpc.service", "plimsoll.promotion.v1.PromotionService"),
        ("rpc.method", "Approve"),
        ("rpc.grpc.status_code", "0"),
    ]);
    assert_eq!([&push[4].attributes, &push[5].attributes], [&rpc, &rpc]);
    let http = [
        ("http.request.method", "POST"),
        ("http.route", "/api/v1/promotions/{id}/approve"),
        ("url.scheme", "http"),
        ("http.response.status_code", "200"),
        ("plimsoll.organisation.id", organisation.as_str().unwrap()),
    ];
    assert_eq!(push[6].attributes, of(&http));
}

/// What is done with several messages at once links to each of them.
fn batches(trace: &Trace) {
    let with = |name: &str, group: &str| -> Vec<&Span> {
        let found = |span: &&Span| span.name == name && span.says("messaging.consumer.group.name") == group;
        trace.0.iter().filter(found).collect()
    };
    for name in ["PreviewRequested", "PromotionApproved"] {
        let made = &trace.made(name).id;
        let relayed = with("send plimsoll.promotion.v1", "");
        let relayed = relayed.iter().find(|span| span.links.contains(made)).unwrap();
        assert_eq!(relayed.kind, SpanKind::Client);
        let audited = with("process plimsoll.promotion.v1", "audit");
        let audited = audited.iter().find(|span| span.links.contains(made)).unwrap();
        for span in [relayed, audited] {
            assert_eq!(span.says("messaging.batch.message_count"), span.links.len().to_string());
            assert!(span.links.contains(&span.parent));
        }
    }
}

/// What left: to the endpoint, with its headers, and nothing that anybody wrote.
fn sent(sink: &Sink, preview: &Value) {
    let sent = sink.sent();
    for (head, _) in &sent {
        assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
        assert!(head.to_lowercase().contains("x-key: hunter2"), "{head}");
    }
    let names: BTreeSet<String> =
        sink.resources().iter().map(|resource| resource["service.name"].clone()).collect();
    assert_eq!(names, BTreeSet::from(["plimsoll".to_owned()]));
    let hash = preview["preview_hash"].as_str().unwrap();
    for said in ["shop", "staging", "production", "alice", "bob", "registry.example", "plimsoll/", hash] {
        for (_, body) in &sent {
            let found =
                body.find(said).map(|at| body[at.saturating_sub(60)..].chars().take(90).collect::<String>());
            assert_eq!(found, None, "{said} has left");
        }
    }
}

/// A pipeline tells its commands of its trace in their environment.
#[test]
fn a_command_says_in_whose_trace_it_runs() {
    let sink = Sink::start();
    let shop = Shop::open(&[&sink.setting()]);
    let server = format!("http://127.0.0.1:{}", shop.server.port());
    let list = |traceparent: &str| {
        let mut command = plimsoll();
        command.args(["cluster", "list", "--server", &server, "--token-file"]);
        command.arg(shop.server.keys().join("admin.token")).env("TRACEPARENT", traceparent);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    };
    list(&within(ASKED));
    list("none");
    let Shop { mut server, .. } = shop;
    assert_eq!(server.stop("TERM").code(), Some(0));
    let parents: Vec<String> = (sink.spans().into_iter())
        .filter(|span| span.name == "GET /api/v1/clusters")
        .map(|span| span.parent)
        .collect();
    assert_eq!(parents, [ASKED, ""]);
}

#[test]
fn what_is_no_trace_begins_one_and_what_is_not_sampled_leaves_nothing() {
    let sink = Sink::start();
    let shop = Shop::open(&[&sink.setting()]);
    let ask = |traceparent: &str| {
        let answer = traced(&shop.alice, "/promotions?wait=60", &to_production("shop"), traceparent);
        id(&answer.ok(200))
    };
    let garbled = ask(&within(ASKED).to_uppercase());
    let unsampled = "0af7651916cd43dd8448eb211c80319c";
    ask(&format!("00-{unsampled}-{ASKED}-00"));
    let stranger = shop.server.client(None);
    traced(&stranger, "/promotions", &json!({}), &within(APPROVED)).refused(401, "TOKEN_MISSING");
    let Shop { mut server, .. } = shop;
    assert_eq!(server.stop("TERM").code(), Some(0));

    let spans = sink.spans();
    let asked: Vec<_> = spans.iter().filter(|span| span.name == "POST /api/v1/promotions").collect();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0].parent, "");
    let own = Trace::of(&sink, &asked[0].trace);
    assert_eq!(own.made("PreviewCompleted").says("messaging.message.conversation_id"), garbled);
    let others: Vec<_> = spans.iter().filter(|span| [TRACE, unsampled].contains(&&*span.trace)).collect();
    assert!(others.is_empty(), "{others:?}");
}

/// The endpoint does not answer, or is not there: everything else is as ever, and what was lost is told.
#[test]
fn an_endpoint_that_is_away_costs_spans_and_nothing_else() {
    let hangs = TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (address, is_told) in [(hangs.local_addr().unwrap(), false), (gone, true)] {
        let shop = Shop::open(&[&format!("telemetry.endpoint=http://{address}")]);
        let promotion = id(&shop.preview());
        shop.approve(&promotion);
        shop.alice.until_status(&promotion, "open");
        if is_told {
            let lost = || {
                let metrics = shop.admin.try_call("GET", "/metrics", &[], None).unwrap().text;
                metrics.contains("plimsoll_trace_lost_spans_total{error_type=\"not_taken\"}").then_some(())
            };
            eventually("lost spans are counted", lost);
        }
        let Shop { mut server, .. } = shop;
        assert_eq!(server.stop("TERM").code(), Some(0));
        let logged = fs::read_to_string(server.data.with_extension("err")).unwrap();
        assert_eq!(logged.matches("spans are lost").count(), usize::from(is_told), "{logged}");
    }
}

#[test]
fn settings_of_traces_that_are_none_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::new(directory.path(), &[]);
    for (setting, key) in [
        ("telemetry.endpoint=https://me:hunter2@otlp.example", "telemetry.endpoint"),
        ("telemetry.headers=hunter2", "telemetry.headers"),
        ("telemetry.ca=hunter2", "telemetry.ca"),
        ("telemetry.sample_ratio=2", "telemetry.sample_ratio"),
    ] {
        let output = server.command(&["telemetry.endpoint=http://127.0.0.1:9", setting]).output().unwrap();
        let said = text(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains("error[CONFIG_INVALID]") && said.contains(key) && !said.contains("hunter2"),
            "{said}"
        );
    }
}
