//! Which requests a policy is about.

use admission::Outcome;

use crate::case::{bound, deployment, outcomes, refuses};

fn with(constraints: &str) -> String {
    bound(
        &format!("matchConstraints: {constraints}\nvalidations: [{{expression: 'false', message: nay}}]"),
        "validationActions: [Deny]",
    )
}

const DEPLOYMENTS: &str =
    "{apiGroups: [apps], apiVersions: [v1], operations: ['*'], resources: [deployments]}";

#[test]
fn rules_are_about_groups_versions_resources_operations_names_and_scope() {
    let after = deployment("shop", 1, "web:1");
    let refused = [refuses("nay")];
    for (rule, is_about) in [
        (DEPLOYMENTS, true),
        ("{apiGroups: [apps], apiVersions: ['*'], operations: [CREATE], resources: ['deployments/*']}", true),
        (
            "{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments/scale]}",
            false,
        ),
        ("{apiGroups: [apps], apiVersions: [v1], operations: [UPDATE], resources: [deployments]}", false),
        ("{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [deployments]}", false),
        (
            "{apiGroups: [apps], apiVersions: [v1], operations: ['*'], resources: [deployments], resourceNames: [api]}",
            false,
        ),
        (
            "{apiGroups: [apps], apiVersions: [v1], operations: ['*'], resources: [deployments], scope: Cluster}",
            false,
        ),
        (
            "{apiGroups: [apps], apiVersions: [v1], operations: ['*'], resources: [deployments], scope: Namespaced}",
            true,
        ),
    ] {
        let found = outcomes(&with(&format!("{{resourceRules: [{rule}]}}")), "", &after);
        assert_eq!(found == refused, is_about, "{rule}: {found:?}");
    }
}

#[test]
fn an_excluded_resource_is_left_out() {
    let excluded = DEPLOYMENTS.replace('}', ", resourceNames: [web]}");
    let policy = with(&format!("{{resourceRules: [{DEPLOYMENTS}], excludeResourceRules: [{excluded}]}}"));
    let after = deployment("shop", 1, "web:1");
    assert_eq!(outcomes(&policy, "", &after), []);
    assert_eq!(outcomes(&policy, "", &after.replace("name: web, n", "name: api, n")), [refuses("nay")]);
}

#[test]
fn an_object_selector_looks_at_the_object_before_too() {
    let policy = with(&format!(
        "{{resourceRules: [{DEPLOYMENTS}], objectSelector: {{matchLabels: {{guarded: 'yes'}}}}}}"
    ));
    let plain = deployment("shop", 1, "web:1");
    let labelled = plain.replace("namespace: shop}", "namespace: shop, labels: {guarded: 'yes'}}");
    assert_eq!(outcomes(&policy, "", &plain), []);
    assert_eq!(outcomes(&policy, &labelled, &plain), [refuses("nay")]);
}

#[test]
fn the_labels_of_a_namespace_that_is_not_at_hand_are_not_known() {
    let with_selector =
        |selector: &str| with(&format!("{{resourceRules: [{DEPLOYMENTS}], namespaceSelector: {selector}}}"));
    let after = deployment("shop", 1, "web:1");
    let why = "the labels of the namespace shop, which is not among the files".to_owned();
    assert_eq!(
        outcomes(&with_selector("{matchLabels: {environment: test}}"), "", &after),
        [Outcome::NotEvaluated(why)]
    );
    // The API server labels each Namespace with its name.
    let named =
        "{matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system]}]}";
    assert_eq!(outcomes(&with_selector(named), "", &after), [refuses("nay")]);
}

#[test]
fn an_object_of_another_version_is_converted_by_the_api_server() {
    let beta = DEPLOYMENTS.replace("[v1]", "[v1beta1]");
    let after = deployment("shop", 1, "web:1");
    let [Outcome::NotEvaluated(why)] =
        &outcomes(&with(&format!("{{resourceRules: [{beta}]}}")), "", &after)[..]
    else {
        panic!("it has to be left open");
    };
    assert!(why.contains("converts it from apps/v1"), "{why}");
    assert_eq!(outcomes(&with(&format!("{{matchPolicy: Exact, resourceRules: [{beta}]}}")), "", &after), []);
}

#[test]
fn a_definition_says_the_plural_of_its_kind() {
    let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: mice.example.com}\nspec: {group: example.com, scope: Cluster, names: {kind: Mouse, plural: mice}, versions: []}\n---\n";
    let policy = with(
        "{resourceRules: [{apiGroups: [example.com], apiVersions: [v1], operations: ['*'], resources: [mice], scope: Cluster}]}",
    );
    let after = format!("{definition}apiVersion: example.com/v1\nkind: Mouse\nmetadata: {{name: m}}\n");
    assert_eq!(outcomes(&policy, definition, &after), [refuses("nay")]);
}
