//! What environments, and the directories around them, are commonly called.

/// Names that are an environment by themselves.
const ALONE: [&str; 32] = [
    "acc",
    "acceptance",
    "alpha",
    "beta",
    "canary",
    "demo",
    "dev",
    "devel",
    "develop",
    "development",
    "dr",
    "e2e",
    "int",
    "integration",
    "live",
    "nonprod",
    "perf",
    "pre-prod",
    "preprod",
    "preview",
    "prd",
    "prod",
    "production",
    "qa",
    "sandbox",
    "sit",
    "stage",
    "staging",
    "stg",
    "test",
    "testing",
    "uat",
];

/// Names that are an environment as part of another: `prod-eu`, `us-east-1-staging`.
const PARTS: [&str; 10] =
    ["dev", "nonprod", "preprod", "prd", "prod", "production", "qa", "staging", "stg", "uat"];

/// Directories whose own directories are environments.
pub(crate) const LAYOUTS: [&str; 4] = ["overlays", "envs", "environments", "env"];

/// Directories that say nothing about what is in them.
const GENERIC: [&str; 27] = [
    "app",
    "apps",
    "application",
    "applications",
    "argo",
    "argocd",
    "base",
    "chart",
    "charts",
    "clusters",
    "config",
    "configs",
    "deploy",
    "deployment",
    "deployments",
    "flux",
    "gitops",
    "helm",
    "k8s",
    "kube",
    "kubernetes",
    "kustomize",
    "manifests",
    "releases",
    "services",
    "src",
    "values",
];

/// What is shared between environments.
const SHARED: [&str; 17] = [
    "_base",
    "base",
    "common",
    "components",
    "default",
    "defaults",
    "example",
    "examples",
    "global",
    "local",
    "overrides",
    "sample",
    "secret",
    "secrets",
    "shared",
    "template",
    "templates",
];

fn is_in(list: &[&str], word: &str) -> bool {
    list.contains(&word.to_ascii_lowercase().as_str())
}

/// Whether a word is an environment's name.
pub(crate) fn is_environment(word: &str) -> bool {
    is_in(&ALONE, word) || word.split(['-', '_', '.']).any(|part| is_in(&PARTS, part))
}

pub(crate) fn is_layout(segment: &str) -> bool {
    is_in(&LAYOUTS, segment)
}

pub(crate) fn is_generic(segment: &str) -> bool {
    is_in(&GENERIC, segment) || is_layout(segment)
}

/// Whether a name is of what environments share, and so none itself.
pub(crate) fn is_shared(name: &str) -> bool {
    name.is_empty() || name.starts_with(['.', '_']) || is_in(&SHARED, name)
}

/// An object's name without the words in it that name an environment; `environment` is known to be one.
pub(crate) fn bare(name: &str, environment: Option<&str>) -> String {
    let known = environment.unwrap_or_default();
    let without = [format!("-{known}"), format!("{known}-")];
    if !known.is_empty() {
        if let Some(rest) = name.strip_suffix(&without[0]).or_else(|| name.strip_prefix(&without[1])) {
            return rest.to_owned();
        }
        if name == known {
            return String::new();
        }
    }
    let parts = name.split('-').filter(|part| !is_in(&ALONE, part));
    parts.collect::<Vec<_>>().join("-")
}

/// The word in a name that names an environment: `production` of `shop-production`.
pub(crate) fn environment_in(name: &str) -> Option<String> {
    if is_in(&ALONE, name) {
        return Some(name.to_owned());
    }
    name.split(['-', '_']).find(|part| is_in(&PARTS, part)).map(str::to_owned)
}

/// The environment that a values file is for, by its name: `values-NAME.yaml`, `values.NAME.yaml`, `NAME-values.yaml`,
/// `values/NAME.yaml`, `production.yaml`.
pub(crate) fn of_values_file(path: &str) -> Option<&str> {
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))?;
    let separated = |rest: &'_ str| rest.starts_with(['-', '.', '_']);
    let after = stem.strip_prefix("values").filter(|rest| separated(rest)).map(|rest| &rest[1..]);
    let before = stem.strip_suffix("values").filter(|rest| rest.ends_with(['-', '.', '_']));
    let before = before.map(|rest| &rest[..rest.len() - 1]);
    let in_values = || {
        let parent = directory.rsplit('/').next().unwrap_or_default();
        let listed = parent == "values" || is_layout(parent) || is_environment(stem);
        Some(stem).filter(|_| listed && stem != "values")
    };
    after.or(before).or_else(in_values).filter(|name| !is_shared(name) && !name.contains("schema"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_values_file_names_its_environment() {
        for (path, expected) in [
            ("values-production.yaml", Some("production")),
            ("chart/values.staging.yml", Some("staging")),
            ("values_qa.yaml", Some("qa")),
            ("prod-values.yaml", Some("prod")),
            ("values/eu-1.yaml", Some("eu-1")),
            ("envs/production.yaml", Some("production")),
            ("config/prod.yaml", Some("prod")),
            ("config/shop.yaml", None),
            ("values.yaml", None),
            ("values-common.yaml", None),
            ("values-schema.yaml", None),
            ("values.json", None),
        ] {
            assert_eq!(of_values_file(path), expected, "{path}");
        }
    }

    #[test]
    fn a_name_loses_its_environment() {
        for (name, environment, expected) in [
            ("shop-staging", Some("staging"), "shop"),
            ("eu-1-shop", Some("eu-1"), "shop"),
            ("production", Some("production"), ""),
            ("guestbook-stg", Some("staging"), "guestbook"),
            ("prod-payments-api", None, "payments-api"),
            ("test-runner-service", Some("production"), "runner-service"),
            ("shop", None, "shop"),
        ] {
            assert_eq!(bare(name, environment), expected, "{name}");
        }
    }

    #[test]
    fn words_that_are_environments() {
        for word in ["production", "prod-eu", "us-east-1-staging", "Staging", "qa2-qa"] {
            assert!(is_environment(word), "{word}");
        }
        for word in ["shop", "live-chat", "demo-app", "products", "load-balancer", "canary-controller"] {
            assert!(!is_environment(word), "{word}");
        }
    }
}
