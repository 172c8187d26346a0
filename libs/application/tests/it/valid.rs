use application::{Application, Render};

use crate::{SHOP, SMALL};

#[test]
fn everything_that_is_written_is_read() {
    let shop = Application::parse(SHOP).unwrap();
    assert_eq!(shop.metadata.name, "shop");
    assert_eq!(shop.spec.source.repo.as_deref(), Some("https://git.example/shop.git"));
    assert_eq!(shop.spec.source.render, Some(Render::Kustomize));
    let production = shop.environment("production").unwrap();
    assert_eq!(production.path, "overlays/production");
    assert_eq!(production.cluster.as_deref(), Some("eu-prod"));
    assert_eq!(production.namespace.as_deref(), Some("shop"));
    let promotion = shop.promotion("staging", "production").unwrap();
    assert!(promotion.promote.is_empty());
    assert_eq!(promotion.keep[0].to_string(), "Deployment/*:spec.replicas");
    assert_eq!((promotion.approvals, promotion.self_approval), (1, false));
    assert_eq!(shop.spec.ignore.len(), 1);
    assert_eq!(shop.spec.waivers[0].until.to_string(), "2026-12-31");
    assert_eq!(shop.spec.budgets[0].monthly.micros, 1_200_000_000);
}

#[test]
fn what_is_left_out_has_its_default() {
    let small = Application::parse(SMALL).unwrap();
    assert!(small.spec.source.render.is_none());
    assert!(small.environment("test").is_none());
    assert!(small.promotion("staging", "production").is_none());
    let text = format!("{SMALL}  promotions: [{{from: staging, to: production}}]\n");
    let promotion = Application::parse(&text).unwrap().promotion("staging", "production").cloned().unwrap();
    assert_eq!((promotion.approvals, promotion.self_approval), (1, false));
    assert!(Application::parse(&text).unwrap().promotion("production", "staging").is_none());
}
