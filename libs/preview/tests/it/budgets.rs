//! The budgets of the target's policy, in the answer.

use application::Application;
use preview::response;
use serde_json::Value;

use crate::promotion::{Promotion, app};

const APPLICATION: &str = "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {name: shop}\nspec:\n  environments: [{name: staging, path: a}, {name: production, path: b}]\n  budgets:\n  - {environment: production, monthly: 40.00 USD}\n  - {name: shop, monthly: 1000.00 USD}\n  - {environment: staging, monthly: 1.00 USD}\n";

/// Two replicas of half a core and 128 MiB are 2 × 730 × (0.5 × 0.031611 + 0.125 × 0.004237) = 23.8492825 a month by the
/// shipped prices; a second such workload makes it 47.70, which is 7.70 over 40.
#[test]
fn the_answer_says_how_the_targets_budgets_stand() {
    let web = || ("web.yaml", app("web", 1, "info", "128Mi"));
    let new = ("new.yaml", app("new", 1, "info", "128Mi"));
    let mut promotion = Promotion::new(vec![web(), new], vec![web()], Some(vec![web()]));
    let answer = |promotion: &Promotion| -> Value {
        let documents = promotion.preview();
        serde_json::to_value(response(documents.previewed(), &documents.explanation)).unwrap()
    };
    assert!(answer(&promotion).get("budgets").is_none());
    promotion.policy = Application::parse(APPLICATION).unwrap().policy("staging", "production");
    let budgets = answer(&promotion)["budgets"].clone();
    assert_eq!(budgets.as_array().unwrap().len(), 2, "{budgets:#}");
    assert_eq!(budgets[0]["text"], "broken: $7.70 over $40.00 a month");
    assert_eq!(
        (budgets[0]["budget"].as_str(), budgets[0]["against"].as_bool()),
        (Some("production"), Some(true))
    );
    // The other environments are not among a preview's documents.
    assert_eq!(budgets[1]["verdict"], "not_evaluated");
}
