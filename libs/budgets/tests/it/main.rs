//! Budgets against hand-computed costs.
//!
//! A core costs 0.1 an hour and memory nothing, so that a replica of one core is 73.00 a month (730 hours).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic in a test is the report")]

use application::{Application, Budget};
use budgets::{Elsewhere, Spending, Standing, States, standings};
use cost_model::{Assumptions, CostReport};
use kube_model::yaml::Limits;
use kube_model::{Object, State};
use price_book::PriceBook;

const BOOK: &str = r#"{"currency": "USD", "as_of": "2026-09-06", "source": "a contract", "cpu_core_hour": "0.1", "ram_gib_hour": "0", "gpu_hour": "0", "storage_gib_month": "0", "load_balancer_hour": "0"}"#;

fn objects(text: &str) -> Vec<Object> {
    State::read([("a.yaml", text.as_bytes())], &Limits::default()).unwrap().objects
}

/// A Deployment with a label on itself, or on its pods only.
fn deployment(name: &str, replicas: u32, labels: &str, of_pods: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, labels: {{{labels}}}}}\nspec:\n  replicas: {replicas}\n  template:\n    metadata: {{labels: {{{of_pods}}}}}\n    spec: {{containers: [{{name: c, image: \"a:1\", resources: {{requests: {{cpu: 1}}}}}}]}}\n---\n"
    )
}

struct Environment {
    before: Option<Vec<Object>>,
    after: Vec<Object>,
    report: CostReport,
}

impl Environment {
    fn of(before: Option<&str>, after: &str) -> Self {
        let (before, after) = (before.map(objects), objects(after));
        let book = PriceBook::parse(BOOK).unwrap();
        let report = cost_model::estimate(before.as_deref(), &after, &book, &Assumptions::default()).unwrap();
        Self { before, after, report }
    }

    fn spending(&self) -> Spending<'_> {
        let states = States::Objects { before: self.before.as_deref(), after: &self.after };
        Spending { report: &self.report, states }
    }
}

fn budget(text: &str) -> Budget {
    let text = format!(
        "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {{name: a}}\nspec:\n  environments: [{{name: production, path: p}}]\n  budgets: [{text}]\n"
    );
    Application::parse(&text).unwrap().spec.budgets.remove(0)
}

fn stands(text: &str, here: &Environment) -> Standing {
    standings(&[budget(text)], &here.spending(), Elsewhere::Known(&[])).remove(0)
}

/// Two replicas, 146.00, grow to `replicas`.
fn grown(replicas: u32) -> Environment {
    Environment::of(Some(&deployment("web", 2, "", "")), &deployment("web", replicas, "", ""))
}

#[test]
fn a_budget_says_what_is_left_and_by_how_much_it_is_broken() {
    for (text, replicas, verdict, against) in [
        ("{environment: production, monthly: 300 USD}", 3, "$81.00 left of $300.00 a month", false),
        // Just reached is not broken.
        ("{environment: production, monthly: 219 USD}", 3, "$0.00 left of $219.00 a month", false),
        ("{environment: production, monthly: 200 USD}", 3, "broken: $19.00 over $200.00 a month", true),
        // Over already: less is not against it, more is.
        (
            "{environment: production, monthly: 50 USD}",
            1,
            "$23.00 over $50.00 a month, as before: the change adds nothing",
            false,
        ),
        ("{environment: production, monthly: 50 USD}", 3, "broken: $169.00 over $50.00 a month", true),
        // 50 % more than 146.00 is 219.00.
        (
            "{environment: production, growth: 50%}",
            3,
            "$0.00 left of $219.00 a month, 50% more than before",
            false,
        ),
        (
            "{environment: production, growth: 49%}",
            3,
            "broken: $1.46 over $217.54 a month, 49% more than before",
            true,
        ),
        (
            "{environment: production, monthly: 300 EUR}",
            3,
            "not evaluated: it is in EUR, and the prices are in USD",
            true,
        ),
    ] {
        let standing = stands(text, &grown(replicas));
        assert_eq!(standing.text(), verdict, "{text}");
        assert_eq!(standing.is_against(), against, "{text}");
        assert_eq!(standing.reason().is_some(), against, "{text}");
    }
}

#[test]
fn a_teams_budget_counts_what_has_its_label() {
    let of = |checkout: u32| {
        deployment("own", checkout, "team: checkout", "")
            + &deployment("pods", 1, "", "team: checkout")
            + &deployment("other", 7, "team: search", "team: checkout")
    };
    let here = Environment::of(Some(&of(1)), &of(2));
    let standing = stands("{selector: {team: checkout}, monthly: 200 USD}", &here);
    // Its own label goes before that of the pods: 1 + 1 replicas, then 2 + 1.
    assert_eq!(standing.baseline.unwrap().micros, 146_000_000);
    assert_eq!(standing.projected.unwrap().micros, 219_000_000);
    let reason = "the budget all environments, team=checkout is broken: $19.00 over $200.00 a month";
    assert_eq!(standing.reason().unwrap(), reason);
    let empty = stands("{selector: {team: nobody}, monthly: 1 USD}", &here);
    assert_eq!(empty.text(), "$1.00 left of $1.00 a month");
}

#[test]
fn a_budget_on_all_environments_counts_the_others() {
    let (here, staging) = (grown(3), Environment::of(None, &deployment("web", 1, "", "")));
    let budgets =
        [budget("{name: shop, monthly: 290 USD}"), budget("{environment: production, monthly: 290 USD}")];
    let others = [staging.spending()];
    let all = standings(&budgets, &here.spending(), Elsewhere::Known(&others));
    // 219.00 + 73.00 = 292.00.
    assert_eq!(all[0].reason().unwrap(), "the budget shop is broken: $2.00 over $290.00 a month");
    assert_eq!(all[1].text(), "$71.00 left of $290.00 a month");
    let unread = standings(&budgets, &here.spending(), Elsewhere::Unknown("staging cannot be rendered"));
    assert_eq!(unread[0].text(), "not evaluated: staging cannot be rendered");
    assert!(unread[0].is_against() && !unread[1].is_against());
}

#[test]
fn what_is_not_known_is_no_budget_that_holds() {
    let odd = |size: u32| {
        format!(
            "{}apiVersion: db.example/v1\nkind: Postgres\nmetadata: {{name: main}}\nspec: {{size: {size}}}\n",
            deployment("web", 1, "", "")
        )
    };
    let text = "{environment: production, monthly: 100 USD}";
    let changed = stands(text, &Environment::of(Some(&odd(1)), &odd(2)));
    let shown = "$27.00 left of $100.00 a month at most: what Postgres.db.example/main costs is not known";
    assert_eq!(changed.text(), shown);
    assert!(changed.is_against());
    assert!(!stands(text, &Environment::of(Some(&odd(1)), &odd(1))).is_against());
    // It goes: what it costs afterwards is known.
    let gone = stands(text, &Environment::of(Some(&odd(1)), &deployment("web", 1, "", "")));
    assert_eq!(gone.text(), "$27.00 left of $100.00 a month");
    // More than the limit is more, whatever the rest costs.
    assert!(
        stands("{environment: production, monthly: 70 USD}", &Environment::of(None, &odd(1))).is_against()
    );
}

#[test]
fn what_is_over_already_may_be_added_to_by_what_is_not_known() {
    let odd = |replicas: u32, size: u32| {
        format!(
            "{}apiVersion: db.example/v1\nkind: Postgres\nmetadata: {{name: main}}\nspec: {{size: {size}}}\n",
            deployment("web", replicas, "", "")
        )
    };
    // 2 replicas are 146.00, and one is 73.00: over 50.00 by 23.00 at least, as nobody knows what the database does.
    let text = "{environment: production, monthly: 50 USD}";
    let changed = stands(text, &Environment::of(Some(&odd(2, 1)), &odd(1, 2)));
    let shown =
        "$23.00 over $50.00 a month at least: what Postgres.db.example/main costs is not known".to_owned();
    assert_eq!((changed.text(), changed.is_against()), (shown, true));
    // The database stays as it is: the change adds nothing.
    let same = stands(text, &Environment::of(Some(&odd(2, 1)), &odd(1, 1)));
    assert_eq!(same.verdict, budgets::Verdict::OverBefore);
    assert!(!same.is_against());
}

/// 100 GiB at 0.10 a GiB and month are 10.00: the set goes, its disk stays (`reclaimPolicy: Retain`) and is the team's.
#[test]
fn a_volume_that_stays_is_whose_it_was() {
    let class = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: keep}\nprovisioner: a.example\nreclaimPolicy: Retain\n---\n";
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db, labels: {team: data}}\nspec:\n  replicas: 1\n  serviceName: db\n  template:\n    metadata: {labels: {app: db}}\n    spec: {containers: [{name: c, image: \"a:1\", resources: {requests: {cpu: 1}}}]}\n  volumeClaimTemplates:\n  - metadata: {name: data}\n    spec: {storageClassName: keep, accessModes: [ReadWriteOnce], resources: {requests: {storage: 100Gi}}}\n";
    let book = BOOK.replace("\"storage_gib_month\": \"0\"", "\"storage_gib_month\": \"0.10\"");
    let (before, after) = (objects(&format!("{class}{set}")), objects(class));
    let book = PriceBook::parse(&book).unwrap();
    let report = cost_model::estimate(Some(&before), &after, &book, &Assumptions::default()).unwrap();
    let here = Environment { before: Some(before), after, report };
    let stands = |states| {
        let budgets = [budget("{environment: production, selector: {team: data}, monthly: 9 USD}")];
        standings(&budgets, &Spending { report: &here.report, states }, Elsewhere::Known(&[])).remove(0)
    };
    for states in [here.spending().states, States::Report] {
        let standing = stands(states);
        assert_eq!(standing.baseline.unwrap().micros, 83_000_000);
        assert_eq!(standing.projected.unwrap().micros, 10_000_000);
    }
}

#[test]
fn a_state_alone_has_not_grown() {
    let alone = Environment::of(None, &deployment("web", 1, "", ""));
    let standing = stands("{environment: production, growth: 10%}", &alone);
    assert_eq!(standing.text(), "not evaluated: there is no state before to grow from");
    assert!(!standing.is_against());
}

/// A report alone says the same where no label changes.
#[test]
fn a_report_says_whose_its_objects_are() {
    let of = |checkout: u32| {
        deployment("own", checkout, "team: checkout", "") + &deployment("pods", 1, "", "team: checkout")
    };
    let odd = "apiVersion: db.example/v1\nkind: Postgres\nmetadata: {name: main}\n";
    let here = Environment::of(Some(&(of(1) + odd)), &of(2));
    let budgets = [
        budget("{environment: production, selector: {team: checkout}, monthly: 200 USD}"),
        budget("{environment: production, growth: 50%}"),
        budget("{environment: production, selector: {team: x}, monthly: 1 USD}"),
    ];
    let of_report = Spending { report: &here.report, states: States::Report };
    let told = standings(&budgets, &of_report, Elsewhere::Unknown("nobody has read them"));
    assert_eq!(told, standings(&budgets, &here.spending(), Elsewhere::Unknown("nobody has read them")));
    assert_eq!(told[0].text(), "broken: $19.00 over $200.00 a month");
}

#[test]
fn json_has_the_figures_and_the_sentence() {
    let standing = stands("{environment: production, monthly: 200 USD}", &grown(3));
    let json = serde_json::to_value(&standing).unwrap();
    assert_eq!((json["verdict"].as_str(), json["against"].as_bool()), (Some("broken"), Some(true)));
    assert_eq!(
        (json["limit_micros"].as_i64(), json["left_micros"].as_i64()),
        (Some(200_000_000), Some(-19_000_000))
    );
    assert!(json["month_to_date_micros"].is_null());
}
