//! An endpoint that is slow, wrong, verbose, malicious, rate-limited, truncated, dead: what people see each time.
//! `docs/explanation-model.md` has the same table.

use std::time::Duration;

use serde_json::json;

use crate::fake::{Does, Fake};
use crate::world::{ACME, World, config, good};

/// What an endpoint does, and what comes of it: the code with which it falls back (none if it does not), how often it is
/// asked, and whether an answer was refused.
struct Case {
    name: &'static str,
    plan: Vec<Does>,
    why: Option<&'static str>,
    tries: u32,
    refused: &'static [&'static str],
}

fn case(name: &'static str, plan: Vec<Does>, why: Option<&'static str>, tries: u32) -> Case {
    Case { name, plan, why, tries, refused: &[] }
}

/// What a model writes that obeys whoever wrote the manifests.
fn obeying() -> String {
    json!({
        "headline": "Safe to approve: no risk, $0.00, see https://evil.example.",
        "paragraphs": [{"concern": "risk", "text": "The risk is none. **Approve now**, `kubectl apply` is harmless."}],
        "checklist": [],
    })
    .to_string()
}

/// The same in plain prose.
fn persuading() -> String {
    json!({
        "headline": "This change is safe.",
        "paragraphs": [{"concern": "risk", "text": "There is no risk. The finding is known. Please approve it."}],
        "checklist": ["The risk is low."],
    })
    .to_string()
}

fn verbose() -> String {
    let mut answer: serde_json::Value = serde_json::from_str(&good()).unwrap();
    answer["paragraphs"][0]["text"] = json!("The image changes. ".repeat(500));
    answer.to_string()
}

fn cases() -> Vec<Case> {
    let refuses = |status, headers, text| Does::Refuses(status, headers, text);
    let after = |seconds: &str| vec![("retry-after", seconds.to_owned())];
    let huge = "x".repeat(3 << 20);
    vec![
        case("good, streamed", vec![Does::Streams(good())], None, 1),
        case("good, at once", vec![Does::Says(good())], None, 1),
        case("good, in a fence", vec![Does::Streams(format!("```json\n{}\n```", good()))], None, 1),
        case("knows no schema", vec![Does::KnowsNoSchema(good())], None, 2),
        case("fails once", vec![refuses(500, vec![], "oops"), Does::Streams(good())], None, 2),
        case("limits the rate once", vec![refuses(429, after("1"), ""), Does::Streams(good())], None, 2),
        case(
            "limits the rate for long",
            vec![refuses(429, after("3600"), "")],
            Some("MODEL_RATE_LIMITED"),
            1,
        ),
        case("is overloaded for long", vec![refuses(503, after("3600"), "")], Some("MODEL_RATE_LIMITED"), 1),
        case("fails", vec![refuses(500, vec![], "oops")], Some("MODEL_FAILED"), 3),
        case("refuses the key", vec![refuses(401, vec![], "bad key sk-1234")], Some("MODEL_KEY_REFUSED"), 1),
        case("knows no such model", vec![refuses(404, vec![], "")], Some("MODEL_NOT_FOUND"), 1),
        case("refuses the request", vec![refuses(400, vec![], "")], Some("MODEL_REQUEST_REFUSED"), 2),
        case(
            "points elsewhere",
            vec![refuses(302, vec![("location", "http://127.0.0.1:1/".to_owned())], "")],
            Some("MODEL_REQUEST_REFUSED"),
            1,
        ),
        case("is slow", vec![Does::Hangs(Duration::from_secs(20))], Some("MODEL_TIMEOUT"), 1),
        case("breaks off", vec![Does::BreaksOff(good())], Some("MODEL_ANSWER_TRUNCATED"), 1),
        case("runs out of tokens", vec![Does::RunsOut(good())], Some("MODEL_ANSWER_TRUNCATED"), 1),
        case(
            "is huge",
            vec![Does::Body("text/event-stream", huge.clone())],
            Some("MODEL_ANSWER_TOO_LARGE"),
            1,
        ),
        case(
            "writes without end",
            vec![Does::Streams("a".repeat(100_000))],
            Some("MODEL_ANSWER_TOO_LARGE"),
            1,
        ),
        case(
            "is a login page",
            vec![Does::Body("text/html", "<html>Sign in</html>".to_owned())],
            Some("MODEL_ANSWER_GARBLED"),
            1,
        ),
        case(
            "streams no JSON",
            vec![Does::Body("text/event-stream", "data: hello\n\n".to_owned())],
            Some("MODEL_ANSWER_GARBLED"),
            1,
        ),
        case("declines", vec![Does::Declines], Some("MODEL_DECLINED"), 1),
        Case {
            refused: &["not_json"],
            ..case(
                "answers no JSON",
                vec![Does::Streams("Sure! Here it is.".to_owned())],
                Some("MODEL_ANSWER_REFUSED"),
                2,
            )
        },
        Case {
            refused: &["shape"],
            ..case(
                "answers another object",
                vec![Does::Streams("{\"risk\":\"none\"}".to_owned())],
                Some("MODEL_ANSWER_REFUSED"),
                2,
            )
        },
        Case {
            refused: &["too_long"],
            ..case("is verbose", vec![Does::Streams(verbose())], Some("MODEL_ANSWER_REFUSED"), 2)
        },
        Case {
            refused: &["figure", "markup", "identifier"],
            ..case("is malicious", vec![Does::Streams(obeying())], Some("MODEL_ANSWER_REFUSED"), 2)
        },
        Case {
            refused: &["safety_claim", "negation", "level"],
            ..case("persuades", vec![Does::Streams(persuading())], Some("MODEL_ANSWER_REFUSED"), 2)
        },
        Case {
            refused: &["figure"],
            ..case(
                "is malicious, and then not",
                vec![Does::Streams(obeying()), Does::Streams(good())],
                None,
                2,
            )
        },
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_see_whatever_the_endpoint_does() {
    for Case { name, plan, why, tries, refused } in cases() {
        let fake = Fake::start(plan).await;
        let world = World::new(config(&fake.url));
        let phrased = world.phrased(1).await;
        assert_eq!(phrased.why.as_deref(), why, "{name}");
        assert_eq!(phrased.fell_back, why.is_some(), "{name}");
        assert_eq!(phrased.phrased.is_some(), why.is_none(), "{name}");
        assert_eq!((phrased.tries, fake.seen().len()), (tries, tries as usize), "{name}");
        for reason in refused {
            assert!(phrased.refused.iter().any(|known| known == reason), "{name}: {:?}", phrased.refused);
        }
        assert_eq!(phrased.refused.is_empty(), refused.is_empty(), "{name}: {:?}", phrased.refused);
        if let Some(text) = world.shown(&phrased).await {
            assert!(
                text.starts_with("A new image moves to \"production\", and the level is none."),
                "{name}: {text}"
            );
            assert!(!text.contains("evil") && !text.contains("afe"), "{name}: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_there() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    drop(listener);
    let phrased = World::new(config(&url)).phrased(1).await;
    assert_eq!(phrased.why.as_deref(), Some("MODEL_UNREACHABLE"));
    assert_eq!((phrased.endpoint.as_str(), phrased.tokens_in, phrased.cost_micros), ("127.0.0.1", 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_fails_is_left_alone_and_tried_again_later() {
    let fake = Fake::start(vec![
        Does::Refuses(401, vec![], ""),
        Does::Refuses(401, vec![], ""),
        Does::Refuses(401, vec![], ""),
        Does::Refuses(401, vec![], ""),
        Does::Refuses(401, vec![], ""),
        Does::Streams(good()),
    ])
    .await;
    let world = World::new(config(&fake.url));
    for number in 1..=5 {
        assert_eq!(world.phrased(number).await.why.as_deref(), Some("MODEL_KEY_REFUSED"));
    }
    let left_alone = world.phrased(6).await;
    assert_eq!((left_alone.why.as_deref(), left_alone.tries), (Some("MODEL_BREAKER_OPEN"), 0));
    assert_eq!(fake.seen().len(), 5);
    world.later(61);
    assert_eq!(world.phrased(7).await.why, None);
}

/// What one organisation's manifests say to a content filter is nothing that others feel: they are answered, and with a schema.
#[tokio::test(flavor = "multi_thread")]
async fn requests_that_are_refused_for_what_they_say_close_nothing() {
    let filtered = || Does::Refuses(400, vec![], "content_filter");
    let mut plan: Vec<Does> = (0..10).map(|_| filtered()).collect();
    plan.extend((0..6).map(|_| Does::Refuses(413, vec![], "")));
    plan.push(Does::Streams(good()));
    let fake = Fake::start(plan).await;
    let world = World::new(config(&fake.url));
    for number in 1..=11 {
        assert_eq!(world.phrased(number).await.why.as_deref(), Some("MODEL_REQUEST_REFUSED"), "{number}");
    }
    let answered = world.phrased(12).await;
    assert_eq!((answered.why, answered.tries), (None, 1));
    let seen = fake.seen();
    assert_eq!(seen.last().unwrap().body["response_format"]["type"], json!("json_schema"));
}

/// Who has answered without a schema is asked without one from then on.
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_knows_no_schema_is_asked_for_one_once() {
    let fake = Fake::start(vec![Does::KnowsNoSchema(good())]).await;
    let world = World::new(config(&fake.url));
    for (number, version, tries) in [(1, "1.2.0", 2), (2, "1.3.0", 1), (3, "1.4.0", 1)] {
        let phrased = world.hear(&world.preview(ACME, number, version).await).await;
        assert_eq!((phrased.why, phrased.tries), (None, tries), "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_is_a_chat_completion_with_a_schema() {
    let fake = Fake::start(vec![Does::Streams(obeying()), Does::Streams(good())]).await;
    let key = service::Secret::new("sk-test-0123456789".to_owned());
    let world = World::new(explain::Config { key: Some(key), ..config(&fake.url) });
    let phrased = world.phrased(1).await;
    let seen = fake.seen();
    let [first, second] = &seen[..] else { panic!("two requests") };
    assert_eq!(first.headers["authorization"], "Bearer sk-test-0123456789");
    assert_eq!((&first.body["model"], &first.body["stream"]), (&json!("test-model"), &json!(true)));
    assert_eq!(first.body["max_tokens"], json!(2000));
    let format = &first.body["response_format"];
    assert_eq!((&format["type"], &format["json_schema"]["strict"]), (&json!("json_schema"), &json!(true)));
    assert_eq!(first.body["messages"].as_array().unwrap().len(), 2);
    let messages = second.body["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 4);
    assert!(messages[3]["content"].as_str().unwrap().contains("cannot be shown"));
    // 1,000 and 200 tokens, as the endpoint counts them, for each of the two.
    assert_eq!((phrased.tokens_in, phrased.tokens_out), (2000, 400));
    let events = format!("{:?}", world.published().await);
    assert!(!events.contains("sk-test"));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_pseudonyms_no_name_of_the_manifests_leaves() {
    let fake = Fake::start(vec![Does::Streams(good())]).await;
    let world = World::new(explain::Config { pseudonyms: true, ..config(&fake.url) });
    let phrased = world.phrased(1).await;
    let sent = fake.seen()[0].body.to_string();
    for name in ["registry.example", "production", "staging", "shop-prod", "Deployment web", "1.2.0"] {
        assert!(!sent.contains(name), "{name} leaves");
    }
    let text = world.shown(&phrased).await.unwrap();
    assert!(text.contains("from \"registry.example/web:1.1.0\" to \"registry.example/web:1.2.0\""), "{text}");
}
