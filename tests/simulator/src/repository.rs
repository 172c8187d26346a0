//! What is in the repositories of a history, and what people commit to them.

use std::collections::BTreeMap;

use seeded::Lot;

use crate::given::Hosts;

/// The branch that promotions are for.
pub(crate) const TARGET: &str = "main";
/// The one manifest of each environment.
pub(crate) const MANIFEST: &str = "web.yaml";
/// Where the application says what it is.
pub(crate) const DOCUMENT: &str = "plimsoll.yaml";
/// The directories of the environments.
pub(crate) const STAGING: &str = "overlays/staging/web.yaml";
pub(crate) const PRODUCTION: &str = "overlays/production/web.yaml";

/// Files by their paths: the new bytes, or none where the file goes.
pub(crate) type Changes = BTreeMap<String, Option<Vec<u8>>>;

pub(crate) fn change(path: &str, text: &str) -> Changes {
    Changes::from([(path.to_owned(), Some(text.as_bytes().to_vec()))])
}

pub(crate) fn document(name: &str, approvals: u32) -> String {
    format!(
        "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  environments:\n\
         \x20 - {{name: staging, path: overlays/staging, namespace: {name}-staging}}\n\
         \x20 - {{name: production, path: overlays/production, namespace: {name}-prod}}\n\
         \x20 promotions:\n  - {{from: staging, to: production, approvals: {approvals}}}\n"
    )
}

/// A Deployment. Its image is on one line, so that what an edit of it should give can be said without a planner.
pub(crate) fn manifest(namespace: &str, tag: &str, replicas: u64) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: {namespace}}}\nspec:\n\
         \x20 replicas: {replicas}\n  selector: {{matchLabels: {{app: web}}}}\n  template:\n\
         \x20   metadata: {{labels: {{app: web}}}}\n    spec:\n      containers:\n      - name: web\n\
         {IMAGE}{tag}\n        resources: {{requests: {{cpu: 100m, memory: 128Mi}}}}\n"
    )
}

/// What the line of the image begins with.
pub(crate) const IMAGE: &str = "        image: registry.example/web:";

/// The tag of a manifest's image.
pub(crate) fn tag(manifest: &str) -> Option<&str> {
    manifest.lines().find_map(|line| line.strip_prefix(IMAGE))
}

/// The manifest with another tag: nothing else of it changes.
pub(crate) fn with_tag(manifest: &str, tag: &str) -> String {
    let line = |line: &str| match line.starts_with(IMAGE) {
        true => format!("{IMAGE}{tag}\n"),
        false => line.to_owned(),
    };
    manifest.split_inclusive('\n').map(line).collect()
}

/// Staging gets a new image.
pub(crate) fn release(hosts: &Hosts, url: &str, tag: &str) {
    let manifest = with_tag(&hosts.file(url, STAGING), tag);
    hosts.commit(url, &change(STAGING, &manifest), &format!("Release {tag}"));
}

/// Somebody commits something to the target branch.
pub(crate) fn someone_commits(hosts: &Hosts, url: &str, lot: &mut Lot) {
    let production = hosts.file(url, PRODUCTION);
    let number = lot.of_range(1..=1_000_000);
    let changes = match lot.of_range(0..=9) {
        0..=3 => change("README.md", &format!("{number}\n")),
        4..=6 => change(PRODUCTION, &format!("# {number}\n{production}")),
        7 => change(PRODUCTION, &production.replacen("replicas: ", "replicas: 1", 1)),
        8 => change(PRODUCTION, &with_tag(&production, &format!("1.0.{number}"))),
        _ => {
            let document = hosts.file(url, DOCUMENT);
            change(DOCUMENT, &document.replace("approvals: 1", "approvals: 2"))
        }
    };
    hosts.commit(url, &changes, &format!("Change {number}"));
}
