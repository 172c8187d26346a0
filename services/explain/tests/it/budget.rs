//! What an organisation may spend.

use rust_decimal::Decimal;

use crate::fake::{Does, Fake};
use crate::world::{ACME, OTHER, World, config, good};

#[tokio::test(flavor = "multi_thread")]
async fn a_day_has_so_many_tokens_for_each_organisation() {
    let fake = Fake::start(vec![Does::Streams(good())]).await;
    // An explanation uses 1,200 as the endpoint counts them, and asks for room for two answers of 2,000 each and what is
    // sent, which is some 9,000: there is room for the first, and not for the second.
    let world = World::new(explain::Config { tokens_per_day: 14_000, ..config(&fake.url) });
    let mut outcomes = Vec::new();
    for (number, image) in (1..=6).zip(["1.2.0", "1.3.0", "1.4.0", "1.5.0", "1.6.0", "1.7.0"]) {
        let message = world.preview(ACME, number, image).await;
        outcomes.push(world.hear(&message).await.why);
    }
    let used_up = outcomes.iter().position(Option::is_some).expect("the budget is never used up");
    assert!(used_up > 0, "{outcomes:?}");
    assert!(outcomes[used_up..].iter().all(|why| why.as_deref() == Some("MODEL_BUDGET")), "{outcomes:?}");
    assert_eq!(fake.seen().len(), used_up);
    // What was answered before costs nothing.
    assert!(world.phrased(7).await.cached);
    let others = world.preview(OTHER, 8, "1.8.0").await;
    assert_eq!(world.hear(&others).await.why, None);
    world.later(24 * 60 * 60);
    let tomorrow = world.preview(ACME, 9, "1.9.0").await;
    assert_eq!(world.hear(&tomorrow).await.why, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_has_so_much_money() {
    let fake = Fake::start(vec![Does::Streams(good())]).await;
    // 1,000 × 1.00 / 1,000 + 200 × 2.00 / 1,000 = 1.40 for an explanation.
    let prices = explain::Config { price_in: Decimal::ONE, price_out: Decimal::TWO, ..config(&fake.url) };
    let world = World::new(explain::Config { spend_per_month: Some(Decimal::from(30)), ..prices.clone() });
    let phrased = world.phrased(1).await;
    assert_eq!((phrased.cost_micros, phrased.currency.as_str()), (1_400_000, "USD"));
    let poor = World::new(explain::Config { spend_per_month: Some(Decimal::ONE), ..prices });
    let phrased = poor.phrased(1).await;
    assert_eq!((phrased.why.as_deref(), phrased.tries), (Some("MODEL_BUDGET"), 0));
}
