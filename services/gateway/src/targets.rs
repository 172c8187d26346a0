//! Which environments a request means that names clusters and namespaces.

use api::promotion::PreviewRequest;
use application::{Environment, Spec};
use serde_json::json;

use crate::error::ApiError;

/// An application as the catalog has it.
pub(crate) struct Application {
    pub(crate) id: String,
    pub(crate) spec: Spec,
}

/// What is asked for, in either form.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wanted<'a> {
    /// Both environments on one cluster, by their namespaces.
    Namespaces { application: &'a str, cluster: &'a str, source: &'a str, target: &'a str },
    /// The environment on a cluster, from where its rule says.
    Target { application: &'a str, cluster: &'a str },
}

impl<'a> Wanted<'a> {
    /// The form that the body is in.
    pub(crate) fn of(asked: &'a PreviewRequest) -> Result<Self, ApiError> {
        let by_namespaces =
            [&asked.cluster_id, &asked.workload_name, &asked.source_namespace, &asked.target_namespace];
        let by_target = [&asked.workload_id, &asked.target_cluster_id, &asked.git_commit];
        let given = |fields: &[&Option<String>]| fields.iter().any(|field| field.is_some());
        match asked {
            PreviewRequest {
                cluster_id: Some(cluster),
                workload_name: Some(application),
                source_namespace: Some(source),
                target_namespace: Some(target),
                ..
            } if !given(&by_target) => Ok(Self::Namespaces { application, cluster, source, target }),
            PreviewRequest { workload_id: Some(application), target_cluster_id: Some(cluster), .. }
                if !given(&by_namespaces) =>
            {
                Ok(Self::Target { application, cluster })
            }
            _ => Err(ApiError::unprocessable(
                "BODY_INVALID",
                "the body has either cluster_id, workload_name, source_namespace and target_namespace, or workload_id, \
                 target_cluster_id and perhaps git_commit",
            )),
        }
    }

    pub(crate) fn application(&self) -> &'a str {
        match self {
            Self::Namespaces { application, .. } | Self::Target { application, .. } => application,
        }
    }

    pub(crate) fn cluster(&self) -> &'a str {
        match self {
            Self::Namespaces { cluster, .. } | Self::Target { cluster, .. } => cluster,
        }
    }
}

/// The environments that are meant: from, and to. Exactly one pair has to fit.
pub(crate) fn find(
    wanted: &Wanted<'_>,
    application: &Application,
    cluster: &str,
) -> Result<(String, String), ApiError> {
    let here = |environment: &&Environment| environment.cluster.as_deref() == Some(cluster);
    let on_cluster: Vec<&Environment> = application.spec.environments.iter().filter(here).collect();
    let pairs: Vec<(&str, &str)> = match wanted {
        Wanted::Namespaces { source, target, .. } => {
            let of = |namespace: &str| -> Vec<&str> {
                let there = |environment: &&&Environment| environment.namespace.as_deref() == Some(namespace);
                on_cluster.iter().filter(there).map(|environment| environment.name.as_str()).collect()
            };
            let to = of(target);
            of(source).into_iter().flat_map(|from| to.iter().map(move |to| (from, *to))).collect()
        }
        Wanted::Target { .. } => {
            let rules = application.spec.promotions.iter();
            let on = |to: &str| on_cluster.iter().any(|environment| environment.name == to);
            rules.filter(|rule| on(&rule.to)).map(|rule| (rule.from.as_str(), rule.to.as_str())).collect()
        }
    };
    match pairs.as_slice() {
        [(from, to)] if from != to => Ok(((*from).to_owned(), (*to).to_owned())),
        _ => Err(ambiguous(&pairs, application, cluster)),
    }
}

fn ambiguous(pairs: &[(&str, &str)], application: &Application, cluster: &str) -> ApiError {
    let shown = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(from, to)| json!({"from": from, "to": to})).collect::<Vec<_>>()
    };
    let rules: Vec<(&str, &str)> =
        application.spec.promotions.iter().map(|rule| (rule.from.as_str(), rule.to.as_str())).collect();
    // Where nothing fits, the application's own promotions are what somebody may have meant.
    let candidates = if pairs.is_empty() { shown(&rules) } else { shown(pairs) };
    let here = |environment: &Environment| environment.cluster.as_deref() == Some(cluster);
    let why = match pairs.len() {
        0 if !application.spec.environments.iter().any(here) => {
            format!(
                "no environment of the application is on the cluster {cluster}, as its plimsoll.yaml says"
            )
        }
        0 => format!("no promotion of the application fits what was asked for on the cluster {cluster}"),
        1 => "what was asked for is one environment, and nothing is promoted to itself".to_owned(),
        more => {
            format!("{more} promotions of the application fit what was asked for on the cluster {cluster}")
        }
    };
    ApiError::unprocessable("AMBIGUOUS_TARGET", why).with(json!({"candidates": candidates}))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

    use super::*;

    fn shop() -> Application {
        let document = r#"{"apiVersion": "plimsoll.dev/v1", "kind": "Application", "metadata": {"name": "shop"}, "spec": {
            "environments": [
                {"name": "staging", "path": "staging", "cluster": "eu", "namespace": "shop-staging"},
                {"name": "production", "path": "production", "cluster": "eu", "namespace": "shop"},
                {"name": "us", "path": "us", "cluster": "us-1", "namespace": "shop"},
                {"name": "asia", "path": "asia", "cluster": "asia-1", "namespace": "shop"}],
            "promotions": [
                {"from": "staging", "to": "production"},
                {"from": "production", "to": "us"},
                {"from": "staging", "to": "asia"},
                {"from": "production", "to": "asia"}]}}"#;
        let spec = application::Application::read(document.as_bytes()).unwrap().spec;
        Application { id: "1".to_owned(), spec }
    }

    fn target() -> Wanted<'static> {
        Wanted::Target { application: "shop", cluster: "any" }
    }

    fn pair(from: &str, to: &str) -> (String, String) {
        (from.to_owned(), to.to_owned())
    }

    #[test]
    fn two_namespaces_of_a_cluster_are_two_environments() {
        let wanted =
            |source, target| Wanted::Namespaces { application: "shop", cluster: "eu", source, target };
        assert_eq!(find(&wanted("shop-staging", "shop"), &shop(), "eu"), Ok(pair("staging", "production")));
        let nothing = find(&wanted("shop-staging", "elsewhere"), &shop(), "eu").unwrap_err();
        assert_eq!(nothing.code, "AMBIGUOUS_TARGET");
        assert_eq!(find(&wanted("shop", "shop"), &shop(), "eu").unwrap_err().code, "AMBIGUOUS_TARGET");
    }

    #[test]
    fn a_target_is_promoted_to_from_where_its_rule_says() {
        assert_eq!(find(&target(), &shop(), "eu"), Ok(pair("staging", "production")));
        assert_eq!(find(&target(), &shop(), "us-1"), Ok(pair("production", "us")));
        let two = find(&target(), &shop(), "asia-1").unwrap_err();
        let candidates = json!([{"from": "staging", "to": "asia"}, {"from": "production", "to": "asia"}]);
        assert_eq!((two.code.as_str(), &two.details["candidates"]), ("AMBIGUOUS_TARGET", &candidates));
        let none = find(&target(), &shop(), "mars").unwrap_err();
        assert!(
            none.message.starts_with("no environment of the application is on the cluster mars"),
            "{none:?}"
        );
        assert_eq!(none.details["candidates"].as_array().map(Vec::len), Some(4));
    }

    #[test]
    fn the_forms_do_not_mix() {
        let text = |text: &str| Some(text.to_owned());
        let mixed = PreviewRequest {
            cluster_id: text("eu"),
            workload_name: text("shop"),
            source_namespace: text("a"),
            target_namespace: text("b"),
            git_commit: text("abc"),
            ..PreviewRequest::default()
        };
        assert_eq!(Wanted::of(&mixed).unwrap_err().code, "BODY_INVALID");
        let form = PreviewRequest { git_commit: None, ..mixed };
        let expected = Wanted::Namespaces { application: "shop", cluster: "eu", source: "a", target: "b" };
        assert_eq!(Wanted::of(&form), Ok(expected));
        assert_eq!(Wanted::of(&PreviewRequest::default()).unwrap_err().code, "BODY_INVALID");
    }
}
