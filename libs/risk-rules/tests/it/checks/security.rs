//! Privileges, users, what pods share with their node, accounts and roles.

use risk_rules::Level::{High, Low, Medium};

use super::{CONTAINER, Case, case, web};

pub(super) fn cases() -> Vec<Case> {
    [privileges(), confinement(), users(), host(), accounts(), roles()].into_iter().flatten().collect()
}

/// A container with these fields in its security context.
fn context(fields: &str) -> String {
    web(&format!(", securityContext: {{{fields}}}"), "")
}

const NET_RAW: &str = "kube-linter/drop-net-raw-capability";
const ESCALATION: &str = "kube-linter/privilege-escalation-container";
const RESTRICTED: &str = "pod-security-restricted/capabilities";

fn privileges() -> Vec<Case> {
    let capabilities = format!("{CONTAINER}.securityContext.capabilities");
    let escalation = format!("{CONTAINER}.securityContext.allowPrivilegeEscalation");
    vec![
        case("container-privileged", context("privileged: true"))
            .gives(High, "Deployment/web", format!("{CONTAINER}.securityContext.privileged"))
            .equal_to(&[
                "kube-linter/privileged-container",
                ESCALATION,
                "pod-security-baseline/privileged-containers",
                "pod-security-restricted/privilege-escalation",
            ])
            .not(context("privileged: false")),
        case("capabilities-beyond-baseline", context("capabilities: {drop: [ALL], add: [SYS_ADMIN, CHOWN]}"))
            .gives(High, "Deployment/web", format!("{capabilities}.add"))
            .equal_to(&["pod-security-baseline/capabilities", RESTRICTED, ESCALATION])
            .not(context("capabilities: {add: [CHOWN]}")),
        case("capabilities-beyond-baseline", context("capabilities: {drop: [ALL], add: [NET_RAW]}"))
            .gives(High, "Deployment/web", format!("{capabilities}.add"))
            .equal_to(&["pod-security-baseline/capabilities", RESTRICTED, NET_RAW]),
        // kube-linter is silent where nothing is said of capabilities, though NET_RAW is then kept.
        case("net-raw-kept", web("", ""))
            .gives(Low, "Deployment/web", capabilities.as_str())
            .equal_to(&[NET_RAW, RESTRICTED])
            .not(context("capabilities: {drop: [all]}"))
            .not(context("capabilities: {drop: [NET_RAW]}")),
        case("capabilities-not-dropped", context("capabilities: {drop: [NET_RAW]}"))
            .gives(Low, "Deployment/web", capabilities.as_str())
            .equal_to(&[RESTRICTED])
            .not(context("capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}")),
        case("escalation-allowed", context("allowPrivilegeEscalation: true"))
            .gives(Medium, "Deployment/web", escalation.as_str())
            .equal_to(&[ESCALATION, "pod-security-restricted/privilege-escalation"])
            .not(context("allowPrivilegeEscalation: false"))
            .not(web("", "")),
        case("escalation-not-denied", web("", ""))
            .gives(Low, "Deployment/web", escalation.as_str())
            .equal_to(&["pod-security-restricted/privilege-escalation"])
            .not(context("allowPrivilegeEscalation: false"))
            .not(web("", ", os: {name: windows}")),
    ]
}

fn confinement() -> Vec<Case> {
    let of = |field: &str| format!("{CONTAINER}.securityContext.{field}");
    let pod = |field: &str| web("", &format!(", securityContext: {{{field}}}"));
    vec![
        case("root-file-system-not-read-only", web("", ""))
            .gives(Low, "Deployment/web", of("readOnlyRootFilesystem"))
            .equal_to(&["kube-linter/no-read-only-root-fs"])
            .not(context("readOnlyRootFilesystem: true")),
        case("seccomp-unconfined", context("seccompProfile: {type: Unconfined}"))
            .gives(Medium, "Deployment/web", of("seccompProfile"))
            .equal_to(&["pod-security-baseline/seccomp", "pod-security-restricted/seccomp"])
            .not(context("seccompProfile: {type: Localhost, localhostProfile: a.json}")),
        case("seccomp-not-set", web("", ""))
            .gives(Low, "Deployment/web", of("seccompProfile"))
            .equal_to(&["pod-security-restricted/seccomp"])
            .not(pod("seccompProfile: {type: RuntimeDefault}")),
        case("app-armor-overridden", pod("appArmorProfile: {type: Unconfined}"))
            .gives(Medium, "Deployment/web", "spec.template.spec.securityContext.appArmorProfile.type")
            .equal_to(&["pod-security-baseline/apparmor"])
            .not(pod("appArmorProfile: {type: RuntimeDefault}")),
        case("selinux-options", context("seLinuxOptions: {type: spc_t}"))
            .gives(Medium, "Deployment/web", of("seLinuxOptions.type"))
            .equal_to(&["pod-security-baseline/selinux"])
            .not(context("seLinuxOptions: {type: container_t, level: \"s0:c1\"}")),
        case("proc-unmasked", context("procMount: Unmasked"))
            .gives(Medium, "Deployment/web", of("procMount"))
            .equal_to(&["kube-linter/unsafe-proc-mount", "pod-security-baseline/proc-mount-type"])
            .not(context("procMount: Default")),
        case("sysctl-unsafe", pod("sysctls: [{name: kernel.msgmax, value: \"65536\"}]"))
            .gives(Medium, "Deployment/web", "spec.template.spec.securityContext.sysctls[name=kernel.msgmax]")
            .equal_to(&["kube-linter/unsafe-sysctls", "pod-security-baseline/sysctls"])
            // Safe since Kubernetes 1.22; kube-linter takes all of net. for unsafe.
            .not(pod("sysctls: [{name: net.ipv4.ip_unprivileged_port_start, value: \"80\"}]")),
        case("sysctl-unsafe", pod("sysctls: [{name: vm.swappiness, value: \"1\"}]"))
            .gives(Medium, "Deployment/web", "spec.template.spec.securityContext.sysctls[name=vm.swappiness]")
            .equal_to(&["pod-security-baseline/sysctls"]),
        case(
            "volume-type-restricted",
            web("", ", volumes: [{name: data, nfs: {server: nfs.example, path: /data}}]"),
        )
        .gives(Low, "Deployment/web", "spec.template.spec.volumes[name=data].nfs")
        .equal_to(&["pod-security-restricted/volume-types"])
        .not(web("", ", volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]"))
        .not(web("", ", volumes: [{name: data, hostPath: {path: /data}}]")),
    ]
}

fn users() -> Vec<Case> {
    let pod = |field: &str| web("", &format!(", securityContext: {{{field}}}"));
    let of = |field: &str| format!("{CONTAINER}.securityContext.{field}");
    let (linter, non_root) = ("kube-linter/run-as-non-root", "pod-security-restricted/running-as-non-root");
    let user = "pod-security-restricted/running-as-non-root-user";
    vec![
        case("may-run-as-root", web("", ""))
            .gives(Low, "Deployment/web", of("runAsNonRoot"))
            .equal_to(&[linter, non_root])
            .not(pod("runAsUser: 1000"))
            .not(pod("runAsNonRoot: true")),
        case("may-run-as-root", pod("runAsUser: 0"))
            .gives(Medium, "Deployment/web", "spec.template.spec.securityContext.runAsUser")
            .equal_to(&[linter, non_root, user]),
        // The container's own word counts: it has to run as another than root, as root.
        case(
            "may-run-as-root",
            web(", securityContext: {runAsUser: 0}", ", securityContext: {runAsNonRoot: true}"),
        )
        .gives(Medium, "Deployment/web", of("runAsUser"))
        .equal_to(&[linter, user]),
        case("non-root-not-required", pod("runAsUser: 1000"))
            .gives(Low, "Deployment/web", of("runAsNonRoot"))
            .equal_to(&[non_root])
            .not(pod("runAsUser: 1000, runAsNonRoot: true"))
            .not(web("", "")),
        case(
            "non-root-not-required",
            web(
                ", securityContext: {runAsUser: 1000, runAsNonRoot: true}",
                ", securityContext: {runAsUser: 0}",
            ),
        )
        .gives(Low, "Deployment/web", "spec.template.spec.securityContext.runAsUser")
        .equal_to(&[user]),
    ]
}

fn host() -> Vec<Case> {
    let namespaces = "pod-security-baseline/host-namespaces";
    let shares = |field: &'static str, check: &'static str| {
        case("host-namespace-used", web("", &format!(", {field}: true")))
            .gives(High, "Deployment/web", format!("spec.template.spec.{field}"))
            .equal_to(&[check, namespaces])
            .not(web("", &format!(", {field}: false")))
    };
    let mounted = |path: &str, mount: &str| {
        web(
            &format!(", volumeMounts: [{mount}]"),
            &format!(", volumes: [{{name: node, hostPath: {{path: {path}}}}}]"),
        )
    };
    let path = "spec.template.spec.volumes[name=node].hostPath.path";
    let standards = ["pod-security-baseline/hostpath-volumes", "pod-security-restricted/volume-types"];
    let read_only = "{name: node, mountPath: /node, readOnly: true}";
    vec![
        shares("hostNetwork", "kube-linter/host-network"),
        shares("hostPID", "kube-linter/host-pid"),
        shares("hostIPC", "kube-linter/host-ipc"),
        case("host-path-mounted", mounted("/etc", read_only))
            .gives(High, "Deployment/web", path)
            .equal_to(&["kube-linter/sensitive-host-mounts", standards[0], standards[1]])
            .not(web("", ", volumes: [{name: node, emptyDir: {}}]")),
        case("host-path-mounted", mounted("/var/run/docker.sock", "{name: node, mountPath: /node}"))
            .gives(High, "Deployment/web", path)
            .equal_to(&[
                "kube-linter/docker-sock",
                "kube-linter/writable-host-mount",
                standards[0],
                standards[1],
            ]),
        case("host-path-mounted", mounted("/var/log", read_only))
            .gives(Medium, "Deployment/web", path)
            .equal_to(&standards),
        case("host-port-taken", web(", ports: [{containerPort: 80, hostPort: 8080}]", ""))
            .gives(
                Medium,
                "Deployment/web",
                format!("{CONTAINER}.ports[containerPort=80,protocol=TCP].hostPort"),
            )
            .equal_to(&["pod-security-baseline/host-ports"])
            .not(web(", ports: [{containerPort: 80, hostPort: 0}]", "")),
        case(
            "host-in-probe",
            web(", livenessProbe: {httpGet: {host: 169.254.169.254, path: /, port: 80}}", ""),
        )
        .gives(Medium, "Deployment/web", format!("{CONTAINER}.livenessProbe.httpGet.host"))
        .equal_to(&["pod-security-baseline/host-probes-lifecycle-hooks"])
        .not(web(", livenessProbe: {httpGet: {host: \"\", path: /, port: 80}}", "")),
        case("host-process", web("", ", securityContext: {windowsOptions: {hostProcess: true}}"))
            .gives(High, "Deployment/web", "spec.template.spec.securityContext.windowsOptions.hostProcess")
            .equal_to(&["pod-security-baseline/hostprocess"])
            .not(web("", ", securityContext: {windowsOptions: {hostProcess: false}}")),
    ]
}

fn accounts() -> Vec<Case> {
    vec![
        case("default-account", web("", ""))
            .gives(Low, "Deployment/web", "spec.template.spec.serviceAccountName")
            .equal_to(&["kube-linter/default-service-account"])
            .not(web("", ", serviceAccountName: web"))
            .not(web("", ", automountServiceAccountToken: false")),
        case("account-field-deprecated", web("", ", serviceAccount: web"))
            .gives(Low, "Deployment/web", "spec.template.spec.serviceAccount")
            .equal_to(&["kube-linter/deprecated-service-account-field"])
            .not(web("", ", serviceAccountName: web")),
    ]
}

fn role(kind: &str, rule: &str) -> String {
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: web{}}}\nrules: [{{{rule}}}]\n",
        if kind == "Role" { ", namespace: shop" } else { "" }
    )
}

fn bound(kind: &str, role: &str, name: &str) -> String {
    format!(
        "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: web{}}}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {role}, name: {name}}}\nsubjects: [{{kind: ServiceAccount, name: web, namespace: shop}}]\n",
        if kind == "RoleBinding" { ", namespace: shop" } else { "" }
    )
}

fn roles() -> Vec<Case> {
    let secrets = "apiGroups: [\"\"], resources: [secrets], verbs: [get]";
    let of = |rule: &str| format!("{}{}", role("Role", rule), bound("RoleBinding", "Role", "web"));
    let constraints = |admits: bool| {
        format!(
            "apiVersion: security.openshift.io/v1\nkind: SecurityContextConstraints\nmetadata: {{name: web}}\nallowPrivilegedContainer: {admits}\n"
        )
    };
    vec![
        case("secrets-within-reach", of(secrets))
            .gives(Medium, "RoleBinding/web", "roleRef")
            .equal_to(&["kube-linter/access-to-secrets"])
            .not(of("apiGroups: [\"\"], resources: [configmaps], verbs: [get]"))
            .not(role("Role", secrets)),
        // kube-linter looks for a Role of that name alone.
        case(
            "secrets-within-reach",
            format!("{}{}", role("ClusterRole", secrets), bound("RoleBinding", "ClusterRole", "web")),
        )
        .gives(Medium, "RoleBinding/web", "roleRef")
        .equal_to(&["kube-linter/access-to-secrets"]),
        case("pods-may-be-created", of("apiGroups: [batch], resources: [cronjobs], verbs: [create]"))
            .gives(Medium, "RoleBinding/web", "roleRef")
            .equal_to(&["kube-linter/access-to-create-pods"])
            .not(of("apiGroups: [apps], resources: [deployments], verbs: [get]"))
            .not(of("apiGroups: [example.com], resources: [deployments], verbs: [create]")),
        case("cluster-admin-bound", bound("ClusterRoleBinding", "ClusterRole", "cluster-admin"))
            .gives(High, "ClusterRoleBinding/web", "subjects")
            .equal_to(&["kube-linter/cluster-admin-role-binding"])
            .not(bound("ClusterRoleBinding", "ClusterRole", "view")),
        case("wildcard-in-role", role("Role", "apiGroups: [\"\"], resources: [pods], verbs: [\"*\"]"))
            .gives(Medium, "Role/web", "rules")
            .equal_to(&["kube-linter/wildcard-in-rules"])
            .not(role("Role", "apiGroups: [\"*\"], resources: [pods], verbs: [get]")),
        case("privileged-containers-admitted", constraints(true))
            .gives(Medium, "SecurityContextConstraints/web", "allowPrivilegedContainer")
            .equal_to(&["kube-linter/scc-deny-privileged-container"])
            .not(constraints(false)),
    ]
}
