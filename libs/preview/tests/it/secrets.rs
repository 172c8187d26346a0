use preview::Document;

use crate::promotion::{Files, Promotion};

/// The places in which a secret can hide, each with a marker of its own.
fn canaries() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../services/plimsoll/tests/it/secrets/canaries.yaml");
    std::fs::read_to_string(path).unwrap()
}

const MARKERS: [&str; 4] = ["canary", "Y2FuYXJ5", "c2lnbmF0dXJl", "AKIAIOSFODNN7"];

fn all(text: String) -> Files {
    vec![("all.yaml", text)]
}

/// The release has new images, and an init container with secrets in it has moved.
fn promotion(target: String) -> Promotion {
    let released = canaries().replace("a:1", "a:2");
    let (migrate, rest) = released.split_once("      - name: warm").unwrap();
    let (head, migrate) = migrate.split_once("      - name: migrate").unwrap();
    let (warm, rest) = rest.split_once("      containers:").unwrap();
    let moved =
        format!("{head}      - name: warm{warm}      - name: migrate{migrate}      containers:{rest}");
    Promotion::new(all(moved), all(target), Some(all(canaries())))
}

#[test]
fn no_document_shows_one() {
    let documents = promotion(canaries()).preview();
    let (before, after) = documents.rendered.write().unwrap();
    for bytes in [
        documents.plan.write().unwrap(),
        documents.changes.write().unwrap(),
        before,
        after,
        documents.cost.write().unwrap(),
        documents.risk.write().unwrap(),
        documents.explanation.write().unwrap(),
    ] {
        let text = String::from_utf8(bytes).unwrap();
        for marker in MARKERS {
            let found = text
                .find(marker)
                .map(|at| text[at.saturating_sub(80)..].chars().take(160).collect::<String>());
            assert_eq!(found, None, "{marker}");
        }
    }
}

#[test]
fn what_moves_with_its_secrets_is_written_from_the_file() {
    for target in [canaries(), format!("\u{feff}{}", canaries().replace('\n', "\r\n"))] {
        let promotion = promotion(target.clone());
        let plan = promotion.preview().plan;
        let masked = plan.edits.iter().flat_map(|edit| &edit.splices).filter(|splice| splice.masked);
        assert!(masked.clone().count() > 0, "{:#?}", plan.edits);
        for splice in masked {
            assert!(splice.text.contains("(secret ") && !splice.pieces.is_empty(), "{splice:#?}");
        }
        let edited = promotion.edited(&plan);
        let count = |text: &str| text.matches("canary").count();
        assert_eq!(count(&edited[0].1), count(&target), "no secret is lost");
        assert!(edited[0].1.find("- name: warm").unwrap() < edited[0].1.find("- name: migrate").unwrap());
    }
}
