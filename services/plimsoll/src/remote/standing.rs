//! What stands against a promotion, and what to do about it.

use serde_json::{Map, Value};

use crate::escape;
use crate::help;
use crate::remote::promotions::text;

type Row = (&'static str, String);

/// How many places are named; the preview has them all.
const PLACES: usize = 10;

/// What there is to say of an answer about a promotion, each with its name.
pub(super) fn rows(answer: &Map<String, Value>) -> Vec<Row> {
    let mut rows = vec![("supersedes", supersedes(answer))];
    // What was in the way does not matter any more once it is over.
    if !api::promotion::is_final(&text(answer, "status")) {
        rows.extend(obstacle(answer));
        rows.extend(places(answer));
    }
    rows.extend(failure(answer));
    rows
}

fn supersedes(answer: &Map<String, Value>) -> String {
    let older = answer.get("supersedes").and_then(Value::as_array).into_iter().flatten();
    escape::line(&older.filter_map(Value::as_str).collect::<Vec<_>>().join(", "))
}

fn obstacle(answer: &Map<String, Value>) -> Vec<Row> {
    match text(answer, "obstacle") {
        code if code.is_empty() => Vec::new(),
        code => vec![("obstacle", escape::line(&code)), ("next", help::of(&code).to_owned())],
    }
}

fn failure(answer: &Map<String, Value>) -> Vec<Row> {
    let Some(Value::Object(failure)) = answer.get("failure") else { return Vec::new() };
    let code = text(failure, "code");
    let why = escape::line(&format!("{code}: {}", text(failure, "message")));
    vec![("failure", why), ("next", help::of(&code).to_owned())]
}

/// What stands against single places: all that are blocked, and of the others those whose reason is a code.
fn places(answer: &Map<String, Value>) -> Vec<Row> {
    let list = |name: &str| {
        let items = answer.get("plan").and_then(|plan| plan.get(name)).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(Value::as_object).cloned().collect::<Vec<_>>()
    };
    let mut rows = Vec::new();
    for (name, list) in ["blocked", "pending", "candidates"].map(|name| (name, list(name))) {
        let coded =
            |item: &&Map<String, Value>| name == "blocked" || text(item, "reason").starts_with("PLAN_");
        let named: Vec<&Map<String, Value>> = list.iter().filter(coded).collect();
        let row = |item: &&Map<String, Value>| {
            (name, escape::line(&format!("{}: {}", text(item, "place"), text(item, "reason"))))
        };
        rows.extend(named.iter().take(PLACES).map(row));
        if named.len() > PLACES {
            rows.push((name, format!("and {} more", named.len() - PLACES)));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(answer: &Value) -> Vec<Row> {
        rows(answer.as_object().unwrap()).into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    #[test]
    fn a_refused_take_is_shown_with_its_code() {
        let answer = json!({"status": "preview", "obstacle": "PLAN_BLOCKED", "plan": {
            "blocked": [{"place": "Deployment/web:spec.replicas", "reason": "both changed it"}],
            "pending": [
                {"place": "Secret/db:data.password", "reason": "PLAN_SECRET_EDIT: the edit would write a secret"},
                {"place": "ConfigMap/a:data.x", "reason": "declined"}],
            "candidates": []}});
        let rows = of(&answer);
        assert_eq!(rows[0], ("obstacle", "PLAN_BLOCKED".to_owned()));
        assert_eq!(rows[2].1, "Deployment/web:spec.replicas: both changed it");
        assert_eq!(rows[3].0, "pending");
        assert!(rows[3].1.starts_with("Secret/db:data.password: PLAN_SECRET_EDIT: "), "{rows:?}");
        assert_eq!(rows.len(), 4, "{rows:?}");
    }

    #[test]
    fn what_is_over_says_why_and_what_to_do() {
        for code in [
            "PROMOTION_SUPERSEDED",
            "PROMOTION_STALE",
            "PROMOTION_CLOSED",
            "PROMOTION_REJECTED",
            "PUSH_REFUSED",
        ] {
            let answer = json!({"status": "failed", "obstacle": "PLAN_BLOCKED", "failure": {"code": code, "message": "why"}});
            let rows = of(&answer);
            assert_eq!(rows[0], ("failure", format!("{code}: why")));
            assert!(rows[1].0 == "next" && !rows[1].1.starts_with("see the page"), "{rows:?}");
            assert_eq!(rows.len(), 2);
        }
    }

    #[test]
    fn a_request_says_whose_place_it_took() {
        let answer = json!({"status": "preview", "obstacle": null, "supersedes": ["0199-a", "0199-b"]});
        assert_eq!(of(&answer), [("supersedes", "0199-a, 0199-b".to_owned())]);
    }
}
