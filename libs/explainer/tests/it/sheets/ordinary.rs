//! Changes on a good day.

use explainer::{ChangeFacts, FactSheet, PlanFacts, Renamed, Subject};
use serde_json::json;

use super::*;

pub(super) fn all() -> Vec<(&'static str, FactSheet)> {
    vec![
        ("image-bump", image_bump()),
        ("nothing-to-promote", nothing_to_promote()),
        ("equal-files", equal_files()),
        ("eleven-images", eleven_images()),
        ("new-application", new_application()),
        ("settings-of-all-kinds", settings_of_all_kinds()),
        ("images-of-all-kinds", images_of_all_kinds()),
        ("two-namespaces", two_namespaces()),
        ("renamed-and-moved", renamed_and_moved()),
        ("smaller-and-cheaper", smaller_and_cheaper()),
    ]
}

fn image_bump() -> FactSheet {
    let mut sheet =
        promotion(&[image("Deployment/shop/orders", "r.example/orders:2.8.1", "r.example/orders:2.9.0")]);
    sheet.cost = Some(cost(12_540, 12_540, &[]));
    sheet.plan = Some(PlanFacts {
        carried: items(
            "an image's tag is carried",
            &["Deployment/orders:spec.template.spec.containers[name=orders].image"],
        ),
        kept: [
            items("each environment has its own replicas", &["Deployment/orders:spec.replicas"]),
            items(
                "each environment has its own sizes",
                &["Deployment/orders:a", "Deployment/orders:b", "Deployment/orders:c"],
            ),
        ]
        .concat(),
        edits: vec!["production/orders.yaml".to_owned()],
        ..PlanFacts::default()
    });
    sheet
}

fn nothing_to_promote() -> FactSheet {
    let mut sheet = promotion(&[]);
    sheet.cost = Some(cost(12_540, 12_540, &[]));
    sheet.plan = Some(PlanFacts {
        kept: items(
            "each environment has its own replicas",
            &["Deployment/a:spec.replicas", "Deployment/b:spec.replicas"],
        ),
        ..PlanFacts::default()
    });
    sheet
}

fn equal_files() -> FactSheet {
    let mut sheet = comparison("before.yaml", "after.yaml", &[]);
    sheet.changes.suppressed = 1;
    sheet.risk.as_mut().unwrap().not_evaluated =
        not_evaluated(&["image-without-its-configuration", "source-resize-not-carried"], "plan");
    sheet
}

/// What `v0.8.0` and `v0.9.0` of Google's online boutique differ in.
fn eleven_images() -> FactSheet {
    let services = [
        "adservice",
        "cartservice",
        "checkoutservice",
        "currencyservice",
        "emailservice",
        "frontend",
        "loadgenerator",
        "paymentservice",
        "productcatalogservice",
        "recommendationservice",
        "shippingservice",
    ];
    let changes: Vec<_> = services
        .iter()
        .map(|service| {
            let image =
                |version: &str| format!("gcr.io/google-samples/microservices-demo/{service}:{version}");
            let path = "spec.template.spec.containers[name=server].image";
            field(&format!("Deployment/{service}"), path, json!(image("v0.8.0")), json!(image("v0.9.0")))
        })
        .collect();
    let mut sheet = comparison("v0.8.0.yaml", "v0.9.0.yaml", &changes);
    sheet.cost = Some(cost(10_231, 10_231, &[]));
    sheet
}

fn new_application() -> FactSheet {
    let names = [
        "ConfigMap/web",
        "CronJob/report",
        "Deployment/api",
        "Deployment/web",
        "Ingress/shop",
        "Service/api",
        "Service/web",
    ];
    let changes: Vec<_> = names.iter().map(|name| added(name)).collect();
    let mut sheet = sheet(Subject::New { name: "k8s/".to_owned() }, &changes);
    sheet.cost =
        Some(cost(0, 4_210, &[("Deployment/web", 3_000), ("Deployment/api", 1_180), ("CronJob/report", 30)]));
    sheet
}

fn settings_of_all_kinds() -> FactSheet {
    let env = |name: &str| format!("spec.template.spec.containers[name=rates].env[name={name}]");
    let table = "weight,price\n1,4.90\n5,6.90\n";
    let mut sheet = promotion(&[
        field("ConfigMap/shipping-rates", "data.FREE_OVER_EUR", json!(null), json!("60")),
        field(
            "ConfigMap/shipping-rates",
            "data.RATE_TABLE",
            json!(table),
            json!(format!("{table}10,8.90\n")),
        ),
        field("ConfigMap/shipping-rates", "data.OLD_RATES", json!("on"), json!(null)),
        field(
            "Deployment/shipping-rates",
            &env("CARRIER_TIMEOUT_MS"),
            json!(null),
            json!({"name": "CARRIER_TIMEOUT_MS", "value": "1500"}),
        ),
        field(
            "Deployment/shipping-rates",
            &format!("{}.value", env("API_PASSWORD")),
            json!("(secret 00000001)"),
            json!("(secret 00000002)"),
        ),
        field(
            "Deployment/shipping-rates",
            "spec.template.spec.containers[name=rates].args[--level]",
            json!("info"),
            json!("warn"),
        ),
        field("Secret/shipping-rates", "data.token", json!("(secret 00000003)"), json!("(secret 00000004)")),
    ]);
    sheet.plan =
        Some(PlanFacts { edits: vec!["a.yaml".to_owned(), "b.yaml".to_owned()], ..PlanFacts::default() });
    sheet
}

fn images_of_all_kinds() -> FactSheet {
    let of = |container: &str| format!("spec.template.spec.containers[name={container}].image");
    comparison(
        "main",
        "feature",
        &[
            field("Deployment/web", &of("proxy"), json!("envoy:1.30"), json!("envoy:1.31")),
            field(
                "Deployment/web",
                &of("web"),
                json!("r.example/web:2@sha256:aa"),
                json!("r.example/web:2@sha256:bb"),
            ),
            field(
                "Deployment/worker",
                &of("worker"),
                json!("r.example/worker:1"),
                json!("mirror.example/worker:1"),
            ),
            field("Job/migrate", &of("migrate"), json!("r.example/migrate"), json!("r.example/migrate:4")),
        ],
    )
}

fn two_namespaces() -> FactSheet {
    comparison(
        "a/",
        "b/",
        &[
            field("Deployment/checkout/web", "spec.replicas", json!(2), json!(3)),
            field("Deployment/search/web", "spec.replicas", json!(2), json!(4)),
            field(
                "Deployment/search/web",
                "spec.template.spec.nodeSelector",
                json!(null),
                json!({"disk": "ssd"}),
            ),
            field("Deployment/search/web", "metadata.annotations[\"a.b/c\"]", json!("x"), json!(null)),
        ],
    )
}

fn renamed_and_moved() -> FactSheet {
    let pairs =
        [("Deployment/shop/web", "Deployment/shop/storefront"), ("Service/shop/web", "Service/front/web")];
    let items: Vec<_> = pairs.iter().flat_map(|(before, after)| [removed(before), added(after)]).collect();
    let mut sheet = comparison("a/", "b/", &items);
    sheet.changes.renamed = pairs
        .map(|(before, after)| Renamed {
            before: object(before),
            after: object(after),
            consequence: "a new object is created and the old one deleted".to_owned(),
        })
        .into();
    sheet
}

fn smaller_and_cheaper() -> FactSheet {
    let container = "spec.template.spec.containers[name=web].resources";
    let mut sheet = comparison(
        "main",
        "right-size",
        &[
            field("Deployment/web", &format!("{container}.requests.cpu"), json!("2"), json!("500m")),
            field("Deployment/web", &format!("{container}.limits.cpu"), json!("4"), json!(null)),
            field(
                "PersistentVolumeClaim/cache",
                "spec.resources.requests.storage",
                json!("10Gi"),
                json!("20Gi"),
            ),
        ],
    );
    sheet.changes = ChangeFacts { suppressed: 3, ..sheet.changes };
    sheet.cost =
        Some(cost(31_000, 27_855, &[("Deployment/web", -3_185), ("PersistentVolumeClaim/cache", 40)]));
    sheet
}
