use risk_rules::Level::{High, Low, Medium};

use crate::case::{Case, case};

const POD: &str = "      securityContext: {runAsNonRoot: true}\n";

pub(crate) fn cases() -> Vec<Case> {
    [
        tokens(),
        seccomp(),
        files(),
        ports(),
        variables(),
        accounts(),
        registries(),
        jumps(),
        nodes(),
        pulls(),
        migrations(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn what_kept_containers_in_and_where_images_come_from() {
    cases().iter().for_each(|case| {
        case.check();
    });
}

fn with(field: &str) -> String {
    format!("{POD}      {field}\n")
}

fn tokens() -> Vec<Case> {
    let rule = "token-mounted";
    let without = with("automountServiceAccountToken: false");
    vec![
        case(rule).given(POD, &without).edit(&without, POD).gives(
            Medium,
            "Deployment/web",
            "spec.template.spec.automountServiceAccountToken",
            "Its pods get the token of their ServiceAccount, which they did not have before.",
        ),
        case(rule).edit(POD, &with("automountServiceAccountToken: true")),
        case(rule)
            .given("kind: ServiceAccount\nmetadata: {name: web, namespace: shop}", "kind: ServiceAccount\nmetadata: {name: web, namespace: shop}\nautomountServiceAccountToken: false")
            .given(POD, &without)
            .edit(&without, POD),
    ]
}

fn seccomp() -> Vec<Case> {
    let rule = "seccomp-lowered";
    let profile = |name: &str| {
        format!("      securityContext: {{runAsNonRoot: true, seccompProfile: {{type: {name}}}}}\n")
    };
    let path = "spec.template.spec.containers[name=web].securityContext.seccompProfile";
    vec![
        case(rule).given(POD, &profile("RuntimeDefault")).edit("RuntimeDefault", "Unconfined").says(
            High,
            "Deployment/web",
            path,
            "is Unconfined",
        ),
        case(rule).given(POD, &profile("RuntimeDefault")).edit(&profile("RuntimeDefault"), POD).gives(
            Medium,
            "Deployment/web",
            path,
            "The seccomp profile of container web is not set: most clusters then let every system call through.",
        ),
        case(rule).given(POD, &profile("Localhost")).edit("Localhost", "RuntimeDefault"),
        case(rule).edit("web:2.4.1", "web:2.5.0"),
    ]
}

fn files() -> Vec<Case> {
    let rule = "root-file-system-writable";
    let (own, read_only) = (
        "          allowPrivilegeEscalation: false\n",
        "          allowPrivilegeEscalation: false\n          readOnlyRootFilesystem: true\n",
    );
    vec![
        case(rule).given(own, read_only).edit(read_only, own).gives(
            Medium,
            "Deployment/web",
            "spec.template.spec.containers[name=web].securityContext.readOnlyRootFilesystem",
            "The container web may write to its own file system: so may who breaks into it.",
        ),
        case(rule).edit(own, read_only),
        case(rule).edit(
            own,
            "          allowPrivilegeEscalation: false\n          readOnlyRootFilesystem: false\n",
        ),
    ]
}

fn ports() -> Vec<Case> {
    let rule = "host-port-added";
    let port = "{name: http, containerPort: 8080}";
    vec![
        case(rule).edit(port, "{name: http, containerPort: 8080, hostPort: 8080}").says(
            Medium,
            "Deployment/web",
            "spec.template.spec.containers[name=web].ports",
            "takes the port 8080 of its node",
        ),
        case(rule)
            .edit(port, "{name: http, containerPort: 8080}\n        - {name: admin, containerPort: 9000}"),
    ]
}

fn variables() -> Vec<Case> {
    let rule = "secret-in-environment";
    let args = "        args: [\"--level=info\"]\n";
    let volumes = "      volumes:\n      - name: rates\n";
    let file = "      volumes:\n      - {name: key, secret: {secretName: key}}\n      - name: rates\n";
    let variable = "        args: [\"--level=info\"]\n        envFrom: [{secretRef: {name: key}}]\n";
    vec![
        case(rule).given(volumes, file).edit(file, volumes).edit(args, variable).gives(
            Low,
            "Deployment/web",
            "spec.template.spec.containers",
            "The Secret key was a file and becomes a variable.",
        ),
        case(rule).edit(args, variable),
        case(rule).given(args, variable).edit(volumes, file),
    ]
}

fn accounts() -> Vec<Case> {
    let rule = "service-account-switched";
    let account = |verbs: &str| {
        format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: robot, namespace: shop}}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: robot, namespace: shop}}\nrules:\n- {{apiGroups: [\"\"], resources: [configmaps, pods], verbs: [{verbs}]}}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: robot, namespace: shop}}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: robot}}\nsubjects:\n- {{kind: ServiceAccount, name: robot, namespace: shop}}"
        )
    };
    let path = "spec.template.spec.serviceAccountName";
    let edit = |case: Case| case.edit("serviceAccountName: web", "serviceAccountName: robot");
    vec![
        edit(case(rule).given_also(&account("get, delete"))).gives(
            High,
            "Deployment/web",
            path,
            "Its pods run as the ServiceAccount robot instead of web, which also allows delete on configmaps, delete on \
             pods and get on pods.",
        ),
        edit(case(rule).given_also(&account("get"))).says(Medium, "Deployment/web", path, "get on pods"),
        edit(case(rule).given_also(&account("get").replace("[configmaps, pods]", "[configmaps]"))),
        case(rule).given_also(&account("delete")).edit("web:2.4.1", "web:2.5.0"),
    ]
}

fn registries() -> Vec<Case> {
    let rule = "image-registry-new";
    vec![
        case(rule).edit("registry.example/postgres:16.2", "mirror.example/postgres:16.2").gives(
            Low,
            "StatefulSet/db",
            "spec.template.spec.containers[name=db].image",
            "The image of container db comes from mirror.example, and nothing did before.",
        ),
        case(rule).edit("registry.example/postgres:16.2", "postgres:16.2").says(
            Low,
            "StatefulSet/db",
            "spec.template.spec.containers[name=db].image",
            "docker.io",
        ),
        case(rule).edit("registry.example/postgres:16.2", "registry.example/mirror/postgres:16.2"),
    ]
}

fn jumps() -> Vec<Case> {
    let rule = "database-major-jump";
    let path = "spec.template.spec.containers[name=db].image";
    vec![
        case(rule).edit("postgres:16.2", "postgres:17").gives(
            High,
            "StatefulSet/db",
            path,
            "The image of container db goes from major version 16 to 17: it may not read the data that it finds, and may \
             not go back.",
        ),
        case(rule).given("registry.example/postgres:16.2", "registry.example/files:1.9").edit("files:1.9", "files:2.0").says(
            Medium,
            "StatefulSet/db",
            path,
            "it has data of its own",
        ),
        case(rule).edit("postgres:16.2", "postgres:16.3"),
        case(rule).edit("shop/web:2.4.1", "shop/web:3.0.0"),
        case(rule).given("postgres:16.2", "postgres:20240101").edit("postgres:20240101", "postgres:20250101"),
    ]
}

fn nodes() -> Vec<Case> {
    let rule = "architecture-changed";
    let on = |name: &str| with(&format!("nodeSelector: {{kubernetes.io/arch: {name}}}"));
    vec![
        case(rule).given(POD, &on("amd64")).edit("arch: amd64", "arch: arm64").gives(
            Medium,
            "Deployment/web",
            "spec.template.spec.nodeSelector[\"kubernetes.io/arch\"]",
            "Its pods go to nodes of arm64: an image that is not built for it does not start.",
        ),
        case(rule).given(POD, &on("amd64")).edit(&on("amd64"), POD),
    ]
}

fn pulls() -> Vec<Case> {
    let rule = "pull-secret-removed";
    let credentials = with("imagePullSecrets: [{name: regcred}]");
    vec![
        case(rule).given(POD, &credentials).edit(&credentials, POD).says(
            Medium,
            "Deployment/web",
            "spec.template.spec.imagePullSecrets",
            "pulled without regcred",
        ),
        case(rule)
            .given("kind: ServiceAccount\nmetadata: {name: web, namespace: shop}", "kind: ServiceAccount\nmetadata: {name: web, namespace: shop}\nimagePullSecrets: [{name: regcred}]")
            .given(POD, &credentials)
            .edit(&credentials, POD),
        case(rule).given(POD, &credentials).edit(&credentials, POD).edit("registry.example/shop/web:2.4.1", "public.example/shop/web:2.4.1"),
    ]
}

fn migrations() -> Vec<Case> {
    let rule = "migration-beside-old-pods";
    let init =
        with("initContainers: [{name: db-migrate, image: \"registry.example/shop/web:2.4.1\", args: [up]}]");
    let given = || case(rule).given(POD, &init);
    vec![
        given()
            .edit("image: \"registry.example/shop/web:2.4.1\"", "image: \"registry.example/shop/web:2.5.0\"")
            .says(
                Low,
                "Deployment/web",
                "spec.template.spec.initContainers[name=db-migrate].image",
                "after a rollback the schema stays",
            ),
        given().edit("args: [up]", "args: [up, -v]"),
        given()
            .given("type: RollingUpdate\n    rollingUpdate: {maxUnavailable: 25%}", "type: Recreate")
            .edit("image: \"registry.example/shop/web:2.4.1\"", "image: \"registry.example/shop/web:2.5.0\""),
    ]
}
