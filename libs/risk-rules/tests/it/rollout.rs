use risk_rules::Level::{High, Low, Medium};

use crate::case::{Case, case};
use crate::immutable;

macro_rules! refused {
    ($field:literal, $kind:literal) => {
        concat!(
            $field,
            " cannot be changed once the ",
            $kind,
            " exists: the API server refuses the change, and what is applied with it may stop half-way."
        )
    };
}

pub(crate) fn cases() -> Vec<Case> {
    [fields(), near_misses(), hooks(), jobs(), addresses(), selectors(), immutable::cases()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn what_the_api_server_refuses() {
    cases().iter().for_each(|case| {
        case.check();
    });
}

fn fields() -> Vec<Case> {
    let rule = "immutable-field-changed";
    vec![
        case(rule).edit("    matchLabels: {app: web}", "    matchLabels: {app: web, tier: front}").gives(
            High,
            "Deployment/web",
            "spec.selector",
            refused!("spec.selector", "Deployment"),
        ),
        case(rule).edit("serviceName: db", "serviceName: database").gives(
            High,
            "StatefulSet/db",
            "spec.serviceName",
            refused!("spec.serviceName", "StatefulSet"),
        ),
        case(rule).edit("storage: 20Gi", "storage: 40Gi").gives(
            High,
            "StatefulSet/db",
            "spec.volumeClaimTemplates",
            refused!("spec.volumeClaimTemplates", "StatefulSet"),
        ),
        case(rule).edit("migrate:5.0.0", "migrate:5.1.0").gives(
            High,
            "Job/migrate",
            "spec.template",
            refused!("spec.template", "Job"),
        ),
        case(rule).edit("kind: Role, name: web}", "kind: ClusterRole, name: view}").gives(
            High,
            "RoleBinding/web",
            "roleRef",
            refused!("roleRef", "RoleBinding"),
        ),
        case(rule).edit("data: {a: \"1\"}", "data: {a: \"2\"}").gives(
            High,
            "ConfigMap/fixed",
            "data",
            "It is marked immutable, and its data changes: the API server refuses the change.",
        ),
    ]
}

fn near_misses() -> Vec<Case> {
    let rule = "immutable-field-changed";
    vec![
        // The template's labels may change, and a default that is written out is no change.
        case(rule).edit("labels: {app: web, tier: front}", "labels: {app: web, tier: edge}"),
        case(rule).edit("serviceName: db", "serviceName: db\n  podManagementPolicy: OrderedReady"),
        case(rule).edit("storage: 20Gi", "storage: 20480Mi"),
        case(rule).edit(
            "  accessModes: [ReadWriteOnce]\n",
            "  accessModes: [ReadWriteOnce]\n  storageClassName: fast\n",
        ),
        case(rule).edit("roleRef: {apiGroup: rbac.authorization.k8s.io, kind", "roleRef: {kind"),
    ]
}

const MIGRATE: &str = "metadata: {name: migrate, namespace: shop}";

/// The Job with these annotations.
fn noted(notes: &str) -> String {
    format!("metadata: {{name: migrate, namespace: shop, annotations: {{{notes}}}}}")
}

/// Argo CD documentation, "Sync Phases and Waves", and Helm documentation, "Chart Hooks": a hook without a delete policy is
/// deleted before it is made anew.
fn hooks() -> Vec<Case> {
    let rule = "immutable-field-changed";
    let hook = |notes: &str| case(rule).given(MIGRATE, &noted(notes)).edit("migrate:5.0.0", "migrate:5.1.0");
    let stays = |case: Case| {
        case.gives(
            High,
            "Job/migrate",
            "spec.template",
            "spec.template cannot be changed once the Job exists: the API server refuses the change, and what is applied \
             with it may stop half-way. Its delete policy leaves it there when it has succeeded.",
        )
    };
    let (argo, helm) = ("argocd.argoproj.io/hook: PreSync", "helm.sh/hook: \"pre-install,pre-upgrade\"");
    let (deleted, helm_deleted) = ("argocd.argoproj.io/hook-delete-policy", "helm.sh/hook-delete-policy");
    vec![
        hook(argo),
        hook(helm),
        hook(&format!("{argo}, {deleted}: BeforeHookCreation")),
        hook(&format!("{argo}, {deleted}: HookSucceeded")),
        hook(&format!("{argo}, {deleted}: \"HookFailed, BeforeHookCreation\"")),
        hook(&format!("{helm}, {helm_deleted}: \"hook-succeeded,hook-failed\", helm.sh/hook-weight: \"-5\"")),
        // A policy that neither knows is none.
        hook(&format!("{argo}, {deleted}: Always")),
        // Not applied to what is installed.
        hook(&format!("helm.sh/hook: test, {helm_deleted}: hook-failed")),
        hook(&format!("argocd.argoproj.io/hook: PostDelete, {deleted}: HookFailed")),
        stays(hook(&format!("{argo}, {deleted}: HookFailed"))),
        stays(hook(&format!("{helm}, {helm_deleted}: hook-failed"))),
        // Argo CD reads Helm's policy too.
        stays(hook(&format!("{argo}, {helm_deleted}: hook-failed"))),
        // It becomes a plain Job: the hook that is there was deleted when it succeeded, or was not.
        hook(&format!("{argo}, {deleted}: HookSucceeded"))
            .edit(&noted(&format!("{argo}, {deleted}: HookSucceeded")), MIGRATE),
        hook(argo).edit(&noted(argo), MIGRATE).gives(
            High,
            "Job/migrate",
            "spec.template",
            refused!("spec.template", "Job"),
        ),
        // A plain Job becomes a hook, and is deleted before.
        case(rule).edit(MIGRATE, &noted(argo)).edit("migrate:5.0.0", "migrate:5.1.0"),
    ]
}

/// `migrate` with a time to live.
fn jobs() -> Vec<Case> {
    let (again, refused) = ("finished-job-runs-again", "immutable-field-changed");
    let plain = "spec:\n  template:\n    spec:\n      restartPolicy: Never\n";
    let lives = "spec:\n  ttlSecondsAfterFinished: 600\n  template:\n    spec:\n      restartPolicy: Never\n";
    let path = "spec.ttlSecondsAfterFinished";
    const AGAIN: &str = "It is deleted 600 s after it is done (ttlSecondsAfterFinished), and what is gone is made anew when it \
                         is applied: it runs again.";
    let bumped = |case: Case| case.edit("migrate:5.0.0", "migrate:5.1.0");
    vec![
        bumped(case(again).given(plain, lives)).gives(Medium, "Job/migrate", path, AGAIN),
        case(again).given(plain, lives).edit(MIGRATE, "metadata: {name: migrate, namespace: shop, labels: {team: a}}").gives(
            Medium,
            "Job/migrate",
            path,
            AGAIN,
        ),
        case(again).edit(plain, lives).gives(Medium, "Job/migrate", path, AGAIN),
        bumped(case(again)),
        case(again).given(plain, lives).edit("web:2.4.1", "web:2.5.0"),
        bumped(case(again).given(plain, lives).given(MIGRATE, &noted("helm.sh/hook: pre-upgrade"))),
        // Refused while it is there, and taken when it is gone.
        bumped(case(refused).given(plain, lives)).gives(
            High,
            "Job/migrate",
            "spec.template",
            "spec.template cannot be changed once the Job exists: the API server refuses the change, and what is applied \
             with it may stop half-way. It is deleted 600 s after it is done; a Job that is gone is made anew instead.",
        ),
        // The Job that is there has no time to live.
        bumped(case(refused).edit(plain, lives)).gives(
            High,
            "Job/migrate",
            "spec.template",
            refused!("spec.template", "Job"),
        ),
    ]
}

fn addresses() -> Vec<Case> {
    let (rule, refused) = ("service-address-changed", "immutable-field-changed");
    let (web, headless) =
        ("  type: ClusterIP\n  selector: {app: web}\n", "  clusterIP: None\n  selector: {app: web}\n");
    let (db, of_db) = ("  clusterIP: None\n  selector: {app: db}\n", "  selector: {app: db}\n");
    let fixed = "  clusterIP: 10.0.0.9\n  selector: {app: web}\n";
    let forced = "metadata: {name: web, namespace: shop, annotations: {argocd.argoproj.io/sync-options: \"Replace=true,Force=true\"}}";
    let web_service = "kind: Service\nmetadata: {name: web, namespace: shop}";
    let force = |case: Case| case.given(web_service, &format!("kind: Service\n{forced}"));
    let path = "spec.clusterIP";
    vec![
        case(rule).edit(web, headless).gives(
            Medium,
            "Service/web",
            path,
            "It becomes headless. Once it is deleted and made anew, its name stands for the addresses of its pods: nothing \
             spreads connections over them, and port 80 is not led to http any more.",
        ),
        force(case(rule)).edit(web, headless).says(High, "Service/web", path, "It becomes headless. Made anew, its name"),
        case(rule).edit(db, of_db).gives(
            Medium,
            "Service/db",
            path,
            "It is headless no more. The API server keeps it headless; once it is deleted and made anew, its name stands for \
             one address, and the pods of StatefulSet db have no names below db any more.",
        ),
        case(rule).given(web, headless).edit(headless, fixed).says(
            Low,
            "Service/web",
            path,
            "Once it is deleted and made anew, its name stands for one address, and who looks up its pods finds one address.",
        ),
        case(rule).given(web, fixed).edit("10.0.0.9", "10.0.0.10"),
        case(rule).edit("  clusterIP: None\n  selector: {app: db}", "  clusterIP: None\n  sessionAffinity: None\n  selector: {app: db}"),
        case(rule).edit(web, "  type: ExternalName\n  externalName: shop.example\n"),
        case(rule).edit("kind: Service\nmetadata: {name: db, namespace: shop}", "kind: Service\nmetadata: {name: db-pods, namespace: shop}"),
        // The cluster has chosen an address, and nobody changes it; what is left out stays as it is.
        case(refused).edit(web, headless).gives(High, "Service/web", path, refused!("spec.clusterIP", "Service")),
        case(refused).given(web, headless).edit(headless, fixed).gives(
            High,
            "Service/web",
            path,
            refused!("spec.clusterIP", "Service"),
        ),
        case(refused).edit(db, of_db),
        case(refused).edit("  clusterIP: None\n", "  clusterIP: \"\"\n"),
        force(case(refused)).edit(web, headless),
    ]
}

fn selectors() -> Vec<Case> {
    let rule = "selector-misses-its-pods";
    vec![
        case(rule).edit("labels: {app: worker}", "labels: {name: worker}").gives(
            High,
            "Deployment/worker",
            "spec.template.metadata.labels",
            "Its selector does not match the labels of its own pods: the API server refuses it.",
        ),
        case(rule).edit("labels: {app: web, tier: front}", "labels: {app: web}"),
        case(rule)
            .given("labels: {app: worker}", "labels: {name: worker}")
            .edit("worker:1.8.0", "worker:1.9.0"),
    ]
}
