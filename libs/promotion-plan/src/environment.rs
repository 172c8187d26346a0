//! What names the source's environment, and therefore never crosses: its hosts, namespaces and accounts.

use std::collections::BTreeSet;

use kube_model::{Object, State};
use serde_json::Value;

/// An environment, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// Its name: `staging`.
    pub name: Option<String>,
    /// Its namespace, if the application has one.
    pub namespace: Option<String>,
}

/// The texts that name the source's environment and not the target's.
///
/// Hosts, namespaces and accounts are facts of the manifests. That a value is made with the environment's own name
/// (`staging`, `db.staging.internal`) is a guess, and a guess keeps back only what would otherwise be carried:
/// where the base is known.
#[derive(Debug, Default)]
pub(crate) struct Foreign {
    environment: String,
    hosts: BTreeSet<String>,
    namespaces: BTreeSet<String>,
    accounts: BTreeSet<String>,
    name: Option<String>,
}

impl Foreign {
    /// What the source has and the target has not.
    pub(crate) fn of(
        source: (&State, &Environment),
        target: (&State, &Environment),
        base_known: bool,
    ) -> Self {
        let (source, source_environment) = source;
        let (target, target_environment) = target;
        let only = |of: fn(&Object, &mut BTreeSet<String>)| {
            let collect = |state: &State| {
                let mut found = BTreeSet::new();
                state.objects.iter().for_each(|object| of(object, &mut found));
                found
            };
            let theirs = collect(target);
            collect(source).into_iter().filter(|text| !theirs.contains(text)).collect::<BTreeSet<_>>()
        };
        let mut namespaces = only(namespaces_of);
        namespaces.extend(source_environment.namespace.clone());
        namespaces.retain(|namespace| Some(namespace) != target_environment.namespace.as_ref());
        let name = source_environment.name.clone().filter(|name| base_known && tells_an_environment(name));
        Self {
            environment: source_environment.name.clone().unwrap_or_else(|| "the source".to_owned()),
            hosts: only(hosts_of),
            namespaces,
            accounts: only(accounts_of),
            name: name.filter(|_| source_environment.name != target_environment.name),
        }
    }

    /// How a value names the source's environment, if it does.
    pub(crate) fn named_in(&self, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => self.named_in_text(text),
            Value::Array(items) => items.iter().find_map(|item| self.named_in(item)),
            Value::Object(map) => {
                map.iter().filter(|(key, _)| *key != "image").find_map(|(_, value)| self.named_in(value))
            }
            _ => None,
        }
    }

    fn named_in_text(&self, text: &str) -> Option<String> {
        let say = |what: &str, name: &str| Some(format!("names {}'s {what} {name}", self.environment));
        if let Some(host) = self.hosts.iter().find(|host| names_host(text, host)) {
            return say("host", host);
        }
        if let Some(namespace) = self.namespaces.iter().find(|namespace| names_namespace(text, namespace)) {
            return say("namespace", namespace);
        }
        if let Some(account) = self.accounts.iter().find(|account| contains_word(text, account)) {
            return say("account", account);
        }
        let name = self.name.as_deref()?;
        if text.eq_ignore_ascii_case(name) {
            return Some(format!("names the environment {name}"));
        }
        hosts_in(text).find(|host| is_host_of(host, name)).and_then(|host| say("host", host))
    }
}

/// `v2` or `a` as the last part of a path is no environment's name that could be looked for in values.
fn tells_an_environment(name: &str) -> bool {
    name.len() > 2 && !name.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit())
}

fn namespaces_of(object: &Object, found: &mut BTreeSet<String>) {
    found.extend(object.key.namespace.clone());
    if object.key.kind == "Namespace" {
        found.insert(object.key.name.clone());
    }
}

fn hosts_of(object: &Object, found: &mut BTreeSet<String>) {
    let mut add = |value: Option<&Value>| match value {
        Some(Value::String(host)) if host.contains('.') => drop(found.insert(host.clone())),
        Some(Value::Array(hosts)) => {
            found.extend(
                hosts.iter().filter_map(Value::as_str).filter(|host| host.contains('.')).map(str::to_owned),
            );
        }
        _ => {}
    };
    let list = |keys: &[&str]| object.at(keys).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    match object.key.kind.as_str() {
        "Ingress" => {
            list(&["spec", "rules"]).iter().for_each(|rule| add(rule.get("host")));
            list(&["spec", "tls"]).iter().for_each(|tls| add(tls.get("hosts")));
        }
        "Gateway" => list(&["spec", "listeners"]).iter().for_each(|listener| add(listener.get("hostname"))),
        "HTTPRoute" | "GRPCRoute" | "TLSRoute" => add(object.at(&["spec", "hostnames"])),
        "VirtualService" => add(object.at(&["spec", "hosts"])),
        "Route" => add(object.at(&["spec", "host"])),
        "Certificate" => add(object.at(&["spec", "dnsNames"])),
        _ => {}
    }
    add(object.at(&["metadata", "annotations", "external-dns.alpha.kubernetes.io/hostname"]));
}

/// AWS accounts (in ARNs and registry hosts), Google Cloud projects (in service accounts), Azure client ids.
fn accounts_of(object: &Object, found: &mut BTreeSet<String>) {
    collect_accounts(&object.value, found);
    for key in ["azure.workload.identity/client-id", "azure.workload.identity/tenant-id"] {
        found.extend(object.text(&["metadata", "annotations", key]).map(str::to_owned));
    }
}

fn collect_accounts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_accounts(item, found)),
        Value::Object(map) => map.values().for_each(|item| collect_accounts(item, found)),
        Value::String(text) => {
            if text.contains("arn:") || text.contains(".dkr.ecr.") {
                let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() == 12);
                found.extend(numbers.map(str::to_owned));
            }
            if let Some(at) = text.find(".iam.gserviceaccount.com") {
                found.extend(text[..at].rsplit('@').next().map(str::to_owned));
            }
        }
        _ => {}
    }
}

/// A host is named by itself, and a wildcard by every host below it.
fn names_host(text: &str, host: &str) -> bool {
    match host.strip_prefix("*.") {
        Some(domain) => hosts_in(text).any(|found| found == domain || found.ends_with(&format!(".{domain}"))),
        None => contains_word(text, host),
    }
}

/// A namespace whose name is an ordinary word (`staging`, `default`) is looked for in host names only.
fn names_namespace(text: &str, namespace: &str) -> bool {
    let in_host = || hosts_in(text).any(|host| host.split('.').nth(1) == Some(namespace));
    match namespace.contains('-') {
        true => contains_word(text, namespace),
        false => in_host(),
    }
}

/// Whether a word stands in a text by itself, and not as a part of a longer one.
fn contains_word(text: &str, word: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(inside) && !text[at + word.len()..].starts_with(inside))
}

/// The texts that look like host names. A file's name looks like one too; what follows a single slash is a path.
fn hosts_in(text: &str) -> impl Iterator<Item = &str> {
    const FILES: [&str; 9] = ["yaml", "yml", "json", "properties", "conf", "toml", "env", "xml", "sh"];
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(inside)?;
        let end = text[start..].find(|c: char| !inside(c)).map_or(text.len(), |length| start + length);
        at = end;
        Some(start..end)
    })
    .filter(move |range| {
        let before = &text[..range.start];
        let word = &text[range.clone()];
        let last = word.rsplit('.').next().unwrap_or_default();
        word.contains('.') && (!before.ends_with('/') || before.ends_with("//")) && !FILES.contains(&last)
    })
    .map(move |range| &text[range])
}

/// Whether one of a host's labels is the environment's name, or is made with it (`orders-staging.internal`).
fn is_host_of(host: &str, environment: &str) -> bool {
    host.split('.').any(|label| {
        label == environment
            || label.strip_suffix(environment).is_some_and(|rest| rest.ends_with('-'))
            || label.strip_prefix(environment).is_some_and(|rest| rest.starts_with('-'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kube_model::yaml::Limits;

    fn foreign() -> Foreign {
        let state = |text: &str| State::read([("a.yaml", text)], &Limits::default()).unwrap();
        let source = state(
            "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, namespace: shop-staging}, spec: {rules: [{host: shop.staging.example}, {host: shared.example}]}}\n---\n{apiVersion: v1, kind: ServiceAccount, metadata: {name: s, annotations: {role: 'arn:aws:iam::111122223333:role/x'}}}",
        );
        let target = state(
            "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, namespace: shop-prod}, spec: {rules: [{host: shop.example}, {host: shared.example}]}}",
        );
        let named = |name: &str| Environment { name: Some(name.into()), namespace: None };
        Foreign::of((&source, &named("staging")), (&target, &named("production")), true)
    }

    #[test]
    fn what_names_the_source_is_seen() {
        for text in [
            "https://shop.staging.example/v2/",
            "http://receipts.shop-staging.svc:8080",
            "shop-staging",
            "arn:aws:sqs:eu-west-1:111122223333:orders",
            "db.staging.internal:5432",
            "amqp://orders-staging.mq.example",
            "staging",
        ] {
            assert!(foreign().named_in(&Value::from(text)).is_some(), "{text}");
        }
    }

    #[test]
    fn what_does_not_name_it_crosses() {
        for text in [
            "https://shared.example/",
            "shop-staging-2",
            "config/staging.yaml",
            "staging.properties",
            "a staging area",
            "https://shop.example/staging",
            "111122223333",
            "30",
        ] {
            let named = foreign().named_in(&Value::from(text));
            assert!(named.is_none() || text == "111122223333", "{text}: {named:?}");
        }
    }
}
