//! Where images come from, and how far they jump.

use std::collections::{BTreeSet, HashMap};

use kube_model::image::ImageRef;
use kube_model::{Object, shown, shown_list};
use serde_json::Value;

use super::placement::ARCHITECTURE;
use crate::Impact::{Harm, Safeguard};
use crate::Level;
use crate::model::{Change, View, Workload, references};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "image-registry-new",
        group: Group::SupplyChain,
        title: "An image comes from a registry that nothing came from before",
        levels: [Level::Low, Level::Low],
        source: "https://kubernetes.io/docs/concepts/containers/images/#image-names",
        remedy: "Check that the registry is one of yours, and that the target may pull from it.",
        fires: "`registry.example/web` becomes `mirror.example/web`",
        near_miss: "another image came from that registry before; everything is new",
        equivalents: &[],
        check: Check::States(registry_new),
    },
    Rule {
        id: "database-major-jump",
        group: Group::SupplyChain,
        title: "An image with data of its own goes to another major version",
        levels: [Level::Medium, Level::High],
        source: "https://www.postgresql.org/docs/current/upgrading.html",
        remedy: "Read the upgrade notes: many databases need a dump or a step of their own, and cannot go back.",
        fires: "`postgres:16.2` of a StatefulSet becomes `postgres:17`",
        near_miss: "`postgres:16.2` becomes `postgres:16.3`; a web server without data",
        equivalents: &[],
        check: Check::States(database_jump),
    },
    Rule {
        id: "architecture-changed",
        group: Group::SupplyChain,
        title: "Pods go to nodes of another architecture",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-arch",
        remedy: "Make sure that every image of the pod is built for that architecture.",
        fires: "`kubernetes.io/arch: amd64` becomes `arm64`",
        near_miss: "the label is removed with the architecture that all nodes have",
        equivalents: &[],
        check: Check::States(architecture_changed),
    },
    Rule {
        id: "pull-secret-removed",
        group: Group::SupplyChain,
        title: "Pods lose the credentials that their images are pulled with",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/",
        remedy: "Keep imagePullSecrets, or give them to the ServiceAccount.",
        fires: "`imagePullSecrets` is removed, and the image stays in its registry",
        near_miss: "the ServiceAccount has them; the image goes to another registry",
        equivalents: &[],
        check: Check::States(pull_secret_removed),
    },
    Rule {
        id: "migration-beside-old-pods",
        group: Group::Promotion,
        title: "A schema migration runs while pods of the old version serve",
        levels: [Level::Low, Level::Low],
        source: "https://martinfowler.com/articles/evodb.html",
        remedy: "Make sure that the old version works with the new schema, and that the step can be taken back.",
        fires: "the image of an init container named `migrate` changes with that of three pods",
        near_miss: "the strategy is Recreate; the migration stays as it is",
        equivalents: &[],
        check: Check::States(migration),
    },
];

/// The registry of an image: the first part, where it is a host (the grammar of `distribution/reference`).
fn registry(image: &str) -> &str {
    match ImageRef::parse(image).repository.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host,
        _ => "docker.io",
    }
}

fn registry_new(change: &Change<'_>) -> Vec<Hit> {
    let images = change.before.workloads.iter().flat_map(|workload| &workload.containers);
    let known: BTreeSet<&str> = images.filter_map(|container| container.image()).map(registry).collect();
    let mut told = BTreeSet::new();
    let mut hits = Vec::new();
    for (workload, before, after) in change.containers_after().filter(|_| !known.is_empty()) {
        let Some(image) = after.image() else { continue };
        let host = registry(image);
        if known.contains(host) || !told.insert(host) {
            continue;
        }
        let message =
            format!("The image of {} comes from {}, and nothing did before.", after.named(), shown(host));
        let was = before.and_then(|(_, container)| container.image());
        let hit = Hit::new(Safeguard.possible(), workload.object, after.path_of(&["image"]), message);
        hits.push(hit.before(was).after(Some(image)));
    }
    hits
}

/// Images whose data an older or newer major version does not read.
pub(super) const DATABASES: [&str; 14] = [
    "cassandra",
    "clickhouse",
    "cockroach",
    "couchdb",
    "elasticsearch",
    "etcd",
    "kafka",
    "mariadb",
    "mongo",
    "mysql",
    "neo4j",
    "opensearch",
    "postgres",
    "redis",
];

fn has_data(workload: &Workload<'_>) -> bool {
    let makes_claims = workload.object.at(&["spec", "volumeClaimTemplates"]).and_then(Value::as_array);
    makes_claims.is_some_and(|claims| !claims.is_empty())
        || references(workload).iter().any(|reference| reference.kind == "PersistentVolumeClaim")
}

/// The first number of a tag that is a version: `17`, `v3.1.0`, `16.2-alpine`. A number of more than four digits is a
/// date or a build.
fn major(tag: &str) -> Option<u32> {
    let text = tag.strip_prefix('v').unwrap_or(tag);
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let follows = text[end..].chars().next();
    let is_version = (1..=3).contains(&end) && follows.is_none_or(|c| matches!(c, '.' | '-'));
    is_version.then(|| text[..end].parse().ok()).flatten()
}

fn database_jump(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut known: HashMap<*const Object, bool> = HashMap::new();
    let mut keeps = |workload: &Workload<'_>| {
        *known.entry(std::ptr::from_ref(workload.object)).or_insert_with(|| has_data(workload))
    };
    for (workload, before, after) in change.containers().filter(|(_, _, after)| !after.runs_first) {
        let (Some(was_text), Some(text)) = (before.image(), after.image()) else { continue };
        let (was, is) = (ImageRef::parse(was_text), ImageRef::parse(text));
        let (Some(old), Some(new)) = (was.tag.and_then(major), is.tag.and_then(major)) else { continue };
        if was.name() != is.name() || old == new || !keeps(workload) {
            continue;
        }
        let is_database = DATABASES.iter().any(|name| is.name().contains(name));
        let (risk, follows) = match is_database {
            true => (Harm.likely(), "it may not read the data that it finds, and may not go back"),
            false => (Harm.possible(), "it has data of its own, which it must be able to read"),
        };
        let message =
            format!("The image of {} goes from major version {old} to {new}: {follows}.", after.named());
        let hit = Hit::new(risk, workload.object, after.path_of(&["image"]), message);
        hits.push(hit.before(Some(was_text)).after(Some(text)));
    }
    hits
}

fn architecture_changed(change: &Change<'_>) -> Vec<Hit> {
    let architecture = |workload: &Workload<'_>| {
        workload
            .pod
            .get("nodeSelector")
            .and_then(|selector| selector.get(ARCHITECTURE)?.as_str())
            .map(str::to_owned)
    };
    let mut hits = Vec::new();
    for (before, after) in change.workloads() {
        let (was, is) = (architecture(before), architecture(after));
        let Some(new) = is.as_deref().filter(|_| was != is) else { continue };
        let message = format!(
            "Its pods go to nodes of {}: an image that is not built for it does not start.",
            shown(new)
        );
        let path = after.path.key("nodeSelector").key(ARCHITECTURE);
        hits.push(
            Hit::new(Harm.possible(), after.object, path, message).before(was.clone()).after(is.clone()),
        );
    }
    hits
}

fn pull_secrets<'a>(view: &View<'a>, workload: &Workload<'a>) -> BTreeSet<&'a str> {
    let account = workload.pod.get("serviceAccountName").and_then(Value::as_str).unwrap_or("default");
    let account = view.named("ServiceAccount", account, workload.object);
    let lists =
        [workload.pod.get("imagePullSecrets"), account.and_then(|account| account.at(&["imagePullSecrets"]))];
    let secrets = lists.into_iter().flatten().filter_map(Value::as_array).flatten();
    secrets.filter_map(|secret| secret.get("name")?.as_str()).collect()
}

fn pull_secret_removed(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in change.workloads() {
        let had = pull_secrets(&change.before, before);
        let registries = |workload: &Workload<'_>| -> BTreeSet<String> {
            workload
                .containers
                .iter()
                .filter_map(|one| one.image())
                .map(|image| registry(image).to_owned())
                .collect()
        };
        let stays = !registries(before).is_disjoint(&registries(after));
        if had.is_empty() || !pull_secrets(&change.after, after).is_empty() || !stays {
            continue;
        }
        let names: Vec<String> = had.into_iter().map(shown).collect();
        let message = format!(
            "Its images are pulled without {} from now on: a node that does not have them already may not get them.",
            shown_list(&names, 3)
        );
        let field = "imagePullSecrets";
        let hit = Hit::new(Harm.possible(), after.object, after.path.key(field), message);
        hits.push(hit.values(before.pod.get(field), after.pod.get(field)));
    }
    hits
}

const MIGRATIONS: [&str; 7] =
    ["migrate", "migration", "migrations", "flyway", "liquibase", "alembic", "schema"];

fn is_migration(name: &str) -> bool {
    name.split(['-', '.', '_', '/']).any(|part| MIGRATIONS.contains(&part))
}

fn migration(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (workload, before, after) in change.containers() {
        let rolls = workload.object.key.kind == "Deployment"
            && workload.object.text(&["spec", "strategy", "type"]) != Some("Recreate");
        if !rolls || !after.runs_first || !is_migration(after.name) || before.image() == after.image() {
            continue;
        }
        let message = format!(
            "The {} changes the schema while pods of the old version still serve, and after a rollback the schema stays.",
            after.named()
        );
        let hit = Hit::new(Safeguard.possible(), workload.object, after.path_of(&["image"]), message);
        hits.push(hit.before(before.image()).after(after.image()));
    }
    hits
}
