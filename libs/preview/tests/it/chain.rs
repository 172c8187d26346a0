use cost_model::{Assumptions, CostReport};
use diff_engine::Diff;
use preview::{
    Document, ExplanationDocument, PlanDocument, PreviewParts, Previewed, Rendered, preview_hash, response,
};
use price_book::PriceBook;
use proptest::prelude::*;
use risk_rules::RiskReport;
use serde_json::Value;

use crate::promotion::{Documents, Files, Promotion, app, unknown_nodes};

const JOB: &str = "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: job-}\nspec: {template: {spec: {containers: [{name: run, image: 'a:TAG'}]}}}\n";

fn job(tag: &str) -> String {
    JOB.replace("TAG", tag)
}

/// A new image, a size that the target keeps, a new file, a file that goes, jobs that the server names.
fn promotion() -> Promotion {
    let settings = |value: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings, namespace: shop}}\ndata: {{a: {value}}}\n"
        )
    };
    let jobs = |last: &str| format!("{}---\n{}---\n{}", job("1"), job("1"), job(last));
    let source: Files = vec![
        ("web.yaml", app("web", 2, "debug", "128Mi")),
        ("new.yaml", app("new", 1, "info", "64Mi")),
        ("jobs.yaml", jobs("2")),
    ];
    let old: Files = vec![
        ("web.yaml", app("web", 1, "info", "128Mi")),
        ("old.yaml", settings("b")),
        ("jobs.yaml", jobs("1")),
    ];
    let target: Files = vec![
        ("web.yaml", format!("\u{feff}# ours\r\n{}", app("web", 1, "info", "512Mi").replace('\n', "\r\n"))),
        ("old.yaml", settings("b")),
        ("jobs.yaml", jobs("1")),
    ];
    Promotion::new(source, target, Some(old))
}

/// What the services do: each stage reads the documents of the stages before it from their bytes.
fn through_bytes(documents: &Documents) -> Vec<Vec<u8>> {
    let plan = documents.plan.write().unwrap();
    let changes = documents.changes.write().unwrap();
    let (before, after) = documents.rendered.write().unwrap();
    let book = PriceBook::shipped().unwrap().write().unwrap();

    let (plan_read, rendered) =
        (PlanDocument::read(&plan).unwrap(), Rendered::read(&before, &after).unwrap());
    let book = PriceBook::read(&book).unwrap();
    let cost = preview::cost(&rendered, &book, &Assumptions::default()).unwrap().write().unwrap();
    let risk = preview::risk(&rendered, &plan_read, preview::of_nodes(None)).write().unwrap();
    let explanation = preview::explain(
        &plan_read,
        &Diff::read(&changes).unwrap(),
        (&CostReport::read(&cost).unwrap(), None),
        &RiskReport::read(&risk).unwrap(),
    );
    vec![plan, changes, before, after, cost, risk, explanation.write().unwrap()]
}

#[test]
fn the_chain_says_what_the_engines_say_when_they_are_called_directly() {
    let direct = promotion().preview();
    assert_eq!((direct.plan.carried.len(), direct.plan.edits.len()), (5, 4), "{:#?}", direct.plan.carried);
    let bytes = through_bytes(&direct);
    let (before, after) = direct.rendered.write().unwrap();
    let again = [
        direct.plan.write().unwrap(),
        direct.changes.write().unwrap(),
        before,
        after,
        direct.cost.write().unwrap(),
        direct.risk.write().unwrap(),
        direct.explanation.write().unwrap(),
    ];
    assert_eq!(bytes, again);
    assert_eq!(ExplanationDocument::read(&bytes[6]).unwrap(), direct.explanation);
    assert_eq!(PlanDocument::read(&bytes[0]).unwrap(), direct.plan);
    assert_eq!(CostReport::read(&bytes[4]).unwrap(), direct.cost);
}

#[test]
fn the_same_files_give_the_same_bytes_in_whatever_order_they_come() {
    let mut other = promotion();
    other.source.reverse();
    other.target.reverse();
    let (one, other) = (promotion().preview(), other.preview());
    assert_eq!(through_bytes(&one), through_bytes(&other));
}

#[test]
fn both_states_are_read_as_they_are_written() {
    let documents = promotion().preview();
    let (before, after) = documents.rendered.write().unwrap();
    let read = Rendered::read(&before, &after).unwrap();
    for (one, other) in [(&documents.rendered.before, &read.before), (&documents.rendered.after, &read.after)]
    {
        assert_eq!(one.len(), other.len());
        for (one, other) in one.iter().zip(other) {
            assert_eq!(
                (&one.key, &one.api_version, &one.value),
                (&other.key, &other.api_version, &other.value)
            );
            assert_eq!(one.origin, other.origin);
        }
    }
    assert_eq!(documents.rendered.after.iter().filter(|object| object.key.name == "job-*").count(), 3);
    // What has not changed is written once.
    let written = String::from_utf8(after.clone()).unwrap();
    assert_eq!(
        (written.matches("\"same\":").count(), written.matches("\"other\":{\"api").count()),
        (2, 3),
        "{written}"
    );
    assert!(Rendered::read(&after, &before).is_err());
    assert_eq!(Rendered::read(b"{\"objects\":[]}", &after).unwrap_err().code(), "PREVIEW_DOCUMENT");
}

#[test]
fn the_edits_of_the_document_are_those_of_the_files() {
    let promotion = promotion();
    let edited = promotion.edited(&promotion.preview().plan);
    let paths: Vec<&str> = edited.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["production/jobs.yaml", "production/new.yaml", "production/web.yaml"]);
    let expected = app("web", 2, "debug", "512Mi").replace('\n', "\r\n");
    assert_eq!(edited[2].1, format!("\u{feff}# ours\r\n{expected}"));
    assert_eq!(edited[1].1, app("new", 1, "info", "64Mi"));
}

#[test]
fn the_plan_pins_every_file_of_the_target() {
    let promotion = promotion();
    let plan = promotion.preview().plan;
    let files: Vec<(&str, &[u8])> =
        promotion.target.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    assert_eq!(plan.inputs.files.len(), 3);
    assert_eq!(plan.inputs.moved(&files), None);
    assert!(plan.inputs.moved(&files[1..]).is_some());
}

/// `POST promotions/preview` and `schemas/json/preview.schema.json`.
#[test]
fn the_answer_has_the_fields_that_were_asked_for() {
    let documents = promotion().preview();
    let answer: Value =
        serde_json::to_value(response(documents.previewed(), &documents.explanation)).unwrap();
    assert_eq!(answer["diff_summary"]["added"][0], "deployment/new");
    assert_eq!(answer["diff_summary"]["removed"][0], "configmap/settings");
    assert!(answer["diff"]["changes"].is_array() && answer["diff"]["suppressed"].is_array());
    assert_eq!(answer["estimated_cost"]["currency"], "USD");
    // 2 pods of 0.5 cores and 64 MiB are new: the delta is theirs.
    assert_eq!(answer["cost_preview"]["resources"]["cpu"], "+1 vCPU");
    assert_eq!(answer["cost_preview"]["delta_monthly_usd"], answer["estimated_cost"]["delta"]);
    assert_eq!(answer["risk_level"], documents.risk.risk_level.as_str());
    let (all, risk) = (answer["explanation"].as_str().unwrap(), answer["risk_explanation"].as_str().unwrap());
    // The paragraphs about risk stand apart in the whole.
    assert!(risk.contains("findings"), "{risk}");
    assert!(risk.split(". ").all(|sentence| all.contains(sentence)), "{risk} is of {all}");
    assert_eq!(answer["plan"]["carried"][0]["place"], documents.plan.carried[0].label);
}

#[test]
fn the_hash_of_a_preview_is_that_of_its_documents() {
    let hash = |promotion: &Promotion| {
        let documents = promotion.preview();
        preview_hash(&PreviewParts {
            bill: documents.bill.digest().unwrap(),
            cost: documents.cost.digest().unwrap(),
            findings: documents.risk.digest().unwrap(),
            plan: documents.plan.digest().unwrap(),
            policy: promotion.policy.digest().unwrap(),
            price_book: PriceBook::shipped().unwrap().digest().unwrap(),
            snapshot: unknown_nodes().digest().unwrap(),
        })
    };
    let one = hash(&promotion());
    assert_eq!(one, hash(&promotion()));
    let skipped = promotion().skip("Deployment/web:spec.template.spec.containers[name=web].image");
    assert_ne!(one, hash(&skipped));
    let mut stricter = promotion();
    stricter.policy.approvals = 2;
    assert_ne!(one, hash(&stricter));
}

#[test]
fn what_cannot_be_planned_says_why() {
    let code = |promotion: &Promotion| promotion.diff().err().map(|error| error.code());
    let with = |text: &str| Promotion { target: vec![("a.yaml", text.to_owned())], ..promotion() };
    assert_eq!(code(&with("a: [")), Some("MANIFEST_SYNTAX"));
    assert_eq!(code(&with("# nothing\n")), Some("SOURCE_EMPTY"));
    assert_eq!(code(&promotion().take("Deployment/lost:spec")), Some("PLAN_PLACE_UNKNOWN"));
    let nothing = Promotion { source: promotion().target, base: None, ..promotion() };
    assert_eq!(nothing.preview().plan.obstacle(), Some("NOTHING_TO_PROMOTE"));
    assert_eq!(promotion().preview().plan.obstacle(), None);
}

fn any_app() -> impl Strategy<Value = Vec<(u8, u8, bool)>> {
    prop::collection::vec((1..4_u8, 1..4_u8, any::<bool>()), 1..4)
}

fn files(apps: &[(u8, u8, bool)]) -> Files {
    let text = |(index, (tag, level, present)): (usize, &(u8, u8, bool))| {
        let shown = app(&format!("a{index}"), *tag, &format!("l{level}"), "64Mi");
        present.then_some(shown).unwrap_or_else(|| job(&tag.to_string()))
    };
    vec![("all.yaml", apps.iter().enumerate().map(text).collect::<Vec<_>>().join("---\n"))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_promotion_goes_through_its_bytes(source in any_app(), target in any_app(), base in prop::option::of(any_app())) {
        let promotion = Promotion::new(files(&source), files(&target), base.as_deref().map(files));
        let documents = promotion.preview();
        let bytes = through_bytes(&documents);
        prop_assert_eq!(&bytes[6], &documents.explanation.write().unwrap());
        prop_assert_eq!(&bytes[4], &documents.cost.write().unwrap());
        prop_assert_eq!(PlanDocument::read(&bytes[0]).unwrap().write().unwrap(), documents.plan.write().unwrap());
        let Previewed { plan, .. } = documents.previewed();
        promotion.edited(plan);
    }
}
