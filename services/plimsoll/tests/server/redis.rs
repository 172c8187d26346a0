//! The control plane with a Redis that is there, wiped, full of poison, held and gone: what it answers is what it answers without.

use serde_json::{Value, json};
use test_redis::TestRedis;
use tokio::runtime::Runtime;

use crate::client::{Client, eventually};
use crate::flow::{Shop, id};

/// What a preview says, without what names it.
fn says(preview: &Value) -> Value {
    let parts = ["plan", "diff", "estimated_cost", "risk_level", "findings", "headline", "explanation"];
    parts.into_iter().map(|part| (part.to_owned(), preview[part].clone())).collect()
}

/// The documents of a promotion, as whoever looks at it later is given them.
fn documents(client: &Client, promotion: &str) -> Vec<Value> {
    let parts = ["preview", "diff", "cost", "risk", "explanation"];
    parts.map(|part| client.get(&format!("/promotions/{promotion}/{part}")).ok(200)).into()
}

#[test]
fn what_is_answered_is_the_same_whatever_becomes_of_redis() {
    let runtime = Runtime::new().unwrap();
    let Some(mut redis) = runtime.block_on(TestRedis::start()) else { return };
    let mut shop = Shop::open(&[]);
    let expected = says(&shop.preview());
    assert_ne!(expected["plan"], json!(null));
    let setting = format!("redis.url={}", redis.url());
    let again = |shop: &mut Shop| {
        assert_eq!(shop.server.stop("TERM").code(), Some(0));
        shop.server.spawn_with(&[&setting]);
        shop.server.ready();
    };
    again(&mut shop);

    let first = shop.preview();
    assert_eq!(says(&first), expected, "it is there");
    let (first, organisation) = (id(&first), shop.admin.get("/auth/me").json["organisation"]["id"].clone());
    let organisation = organisation.as_str().unwrap().to_owned();
    let keys = eventually("blobs and limits are shared", || {
        let keys = redis.keys();
        let has = |what: &str| keys.iter().any(|key| key.starts_with(&format!("plimsoll:{what}:")));
        (has("blob") && has("limit")).then_some(keys)
    });
    assert!(keys.iter().all(|key| key.split(':').nth(2) == Some(&*organisation)), "{keys:?}");

    redis.say("FLUSHALL");
    assert_eq!(says(&shop.preview()), expected, "it was wiped");

    let kept = documents(&shop.alice, &first);
    let poisoned = redis.keys();
    assert!(poisoned.iter().any(|key| key.contains(":blob:")), "{poisoned:?}");
    poisoned.iter().for_each(|key| redis.say(&format!("SET {key} poison")));
    // Another process, which has read nothing yet.
    again(&mut shop);
    assert_eq!(documents(&shop.alice, &first), kept, "it was poisoned");
    assert_eq!(says(&shop.preview()), expected, "it was poisoned");

    redis.hold();
    assert_eq!(says(&shop.preview()), expected, "it is held");
    redis.release();

    redis.stop();
    assert_eq!(says(&shop.preview()), expected, "it is gone");
    let last = shop.preview();
    shop.approve(&id(&last));
    shop.alice.until_status(&id(&last), "open");

    runtime.block_on(redis.begin());
    eventually("it is used again", || {
        shop.alice.get("/promotions").ok(200);
        (!redis.keys().is_empty()).then_some(())
    });
    assert_eq!(shop.server.stop("TERM").code(), Some(0));
}

/// Started without one, a server finds it later.
#[test]
fn a_server_starts_without_the_redis_that_it_is_told_of() {
    let runtime = Runtime::new().unwrap();
    let Some(mut redis) = runtime.block_on(TestRedis::start()) else { return };
    redis.stop();
    let shop = Shop::open(&[&format!("redis.url={}", redis.url())]);
    shop.preview();
    runtime.block_on(redis.begin());
    eventually("it is found", || {
        shop.alice.get("/promotions").ok(200);
        (!redis.keys().is_empty()).then_some(())
    });
}
