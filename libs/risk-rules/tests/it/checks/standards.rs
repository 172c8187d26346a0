//! The Pod Security Standards, control by control, with the values of the page
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/>.

use serde_json::json;

use super::{still, web};

/// The controls for which a namespace with these labels refuses the pods of a Deployment.
fn refused(labels: &str, container: &str, pod: &str) -> Vec<String> {
    refused_as(labels, &web(container, pod))
}

fn refused_as(labels: &str, workload: &str) -> Vec<String> {
    let namespace =
        format!("---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {{{labels}}}}}\n");
    let report = still(&format!("{workload}{namespace}"));
    let found = report.findings.iter().find(|finding| finding.rule == "pod-security-refuses");
    let controls = found.and_then(|finding| finding.after.clone()).unwrap_or_else(|| json!([]));
    serde_json::from_value(controls).unwrap()
}

const BASELINE: &str = "pod-security.kubernetes.io/enforce: baseline";
const RESTRICTED: &str = "pod-security.kubernetes.io/enforce: restricted";

/// A pod that the restricted standard allows: field by field what the page asks for.
const SOUND: &str = "allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}";

fn context(fields: &str) -> String {
    format!(", securityContext: {{{fields}}}")
}

/// Fields of a container's security context that the baseline forbids, and ones that it allows.
#[test]
fn the_baseline_on_a_container() {
    let forbidden = [
        ("HostProcess", "windowsOptions: {hostProcess: true}"),
        ("Privileged Containers", "privileged: true"),
        ("Capabilities", "capabilities: {add: [NET_RAW]}"),
        ("Capabilities", "capabilities: {add: [CHOWN, SYS_TIME]}"),
        ("AppArmor", "appArmorProfile: {type: Unconfined}"),
        ("SELinux", "seLinuxOptions: {type: spc_t}"),
        ("SELinux", "seLinuxOptions: {user: root}"),
        ("SELinux", "seLinuxOptions: {role: admin}"),
        ("/proc Mount Type", "procMount: Unmasked"),
        ("Seccomp", "seccompProfile: {type: Unconfined}"),
    ];
    for (control, fields) in forbidden {
        assert_eq!(refused(BASELINE, &context(fields), ""), [control], "{fields}");
    }
    for fields in [
        "",
        "windowsOptions: {hostProcess: false}",
        "privileged: false",
        "capabilities: {add: [AUDIT_WRITE, CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, MKNOD, NET_BIND_SERVICE, SETFCAP, SETGID, SETPCAP, SETUID, SYS_CHROOT]}",
        "appArmorProfile: {type: RuntimeDefault}",
        "appArmorProfile: {type: Localhost, localhostProfile: a}",
        "seLinuxOptions: {type: \"\", user: \"\", role: \"\", level: \"s0:c1\"}",
        "seLinuxOptions: {type: container_t}",
        "seLinuxOptions: {type: container_init_t}",
        "seLinuxOptions: {type: container_kvm_t}",
        "seLinuxOptions: {type: container_engine_t}",
        "procMount: Default",
        "seccompProfile: {type: Localhost, localhostProfile: a}",
    ] {
        assert!(refused(BASELINE, &context(fields), "").is_empty(), "{fields}");
    }
}

#[test]
fn the_baseline_on_a_pod() {
    let forbidden = [
        ("HostProcess", ", securityContext: {windowsOptions: {hostProcess: true}}"),
        ("Host Namespaces", ", hostNetwork: true"),
        ("Host Namespaces", ", hostPID: true"),
        ("Host Namespaces", ", hostIPC: true"),
        ("HostPath Volumes", ", volumes: [{name: a, hostPath: {path: /a}}]"),
        ("AppArmor", ", securityContext: {appArmorProfile: {type: Unconfined}}"),
        ("SELinux", ", securityContext: {seLinuxOptions: {type: spc_t}}"),
        ("Seccomp", ", securityContext: {seccompProfile: {type: Unconfined}}"),
        ("Sysctls", ", securityContext: {sysctls: [{name: kernel.shmmax, value: \"1\"}]}"),
    ];
    for (control, pod) in forbidden {
        assert_eq!(refused(BASELINE, "", pod), [control], "{pod}");
    }
    for sysctl in [
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
    ] {
        let pod = format!(", securityContext: {{sysctls: [{{name: {sysctl}, value: \"1\"}}]}}");
        assert!(refused(BASELINE, "", &pod).is_empty(), "{sysctl}");
    }
    for pod in
        [", hostNetwork: false", ", hostUsers: false", ", volumes: [{name: a, nfs: {server: a, path: /a}}]"]
    {
        assert!(refused(BASELINE, "", pod).is_empty(), "{pod}");
    }
}

#[test]
fn host_ports_and_hosts_of_probes() {
    assert_eq!(refused(BASELINE, ", ports: [{containerPort: 80, hostPort: 80}]", ""), ["Host Ports"]);
    assert!(refused(BASELINE, ", ports: [{containerPort: 80, hostPort: 0}]", "").is_empty());
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        for action in ["httpGet", "tcpSocket"] {
            let with = |host: &str| format!(", {probe}: {{{action}: {{port: 80, host: {host}}}}}");
            assert_eq!(
                refused(BASELINE, &with("10.0.0.1"), ""),
                ["Host Probes / Lifecycle Hooks"],
                "{probe} {action}"
            );
            assert!(refused(BASELINE, &with("\"\""), "").is_empty());
        }
    }
    for hook in ["postStart", "preStop"] {
        for action in ["httpGet", "tcpSocket"] {
            let hook = format!(", lifecycle: {{{hook}: {{{action}: {{port: 80, host: node}}}}}}");
            assert_eq!(refused(BASELINE, &hook, ""), ["Host Probes / Lifecycle Hooks"], "{hook}");
        }
    }
}

#[test]
fn the_annotations_of_app_armor() {
    let annotated = |profile: &str| {
        web("", "").replace(
            "metadata: {labels: {app: web}}",
            &format!("metadata: {{labels: {{app: web}}, annotations: {{container.apparmor.security.beta.kubernetes.io/web: {profile}}}}}"),
        )
    };
    assert_eq!(refused_as(BASELINE, &annotated("unconfined")), ["AppArmor"]);
    for profile in ["runtime/default", "localhost/web"] {
        assert!(refused_as(BASELINE, &annotated(profile)).is_empty(), "{profile}");
    }
}

/// The restricted standard asks for what a plain pod does not have.
#[test]
fn the_restricted_standard() {
    assert_eq!(
        refused(RESTRICTED, "", ""),
        ["Capabilities", "Privilege Escalation", "Running as Non-root", "Seccomp"]
    );
    assert!(refused(RESTRICTED, &context(SOUND), "").is_empty());
    let edit = |from: &str, to: &str| context(&SOUND.replace(from, to));
    for (control, container) in [
        ("Privilege Escalation", edit("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true")),
        ("Privilege Escalation", edit("allowPrivilegeEscalation: false, ", "")),
        ("Capabilities", edit("drop: [ALL]", "drop: [NET_RAW]")),
        ("Capabilities", edit("drop: [ALL]", "drop: [ALL], add: [CHOWN]")),
        ("Running as Non-root", edit("runAsNonRoot: true", "runAsNonRoot: false")),
        ("Running as Non-root user", edit("runAsNonRoot: true", "runAsNonRoot: true, runAsUser: 0")),
        ("Seccomp", edit(", seccompProfile: {type: RuntimeDefault}", "")),
    ] {
        assert_eq!(refused(RESTRICTED, &container, ""), [control], "{container}");
    }
    assert!(refused(RESTRICTED, &edit("drop: [ALL]", "drop: [ALL], add: [NET_BIND_SERVICE]"), "").is_empty());
    assert!(
        refused(RESTRICTED, &edit("runAsNonRoot: true", "runAsNonRoot: true, runAsUser: 1000"), "")
            .is_empty()
    );
}

/// "The container fields may be undefined if the pod-level is set"; a container's own word counts.
#[test]
fn what_the_pod_says_holds_for_its_containers() {
    let own = ", securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}";
    let pod = context("runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}");
    assert!(refused(RESTRICTED, own, &pod).is_empty());
    let denies = own.replace("false,", "false, runAsNonRoot: false,");
    assert_eq!(refused(RESTRICTED, &denies, &pod), ["Running as Non-root"]);
    let unconfined = own.replace("false,", "false, seccompProfile: {type: Unconfined},");
    assert_eq!(refused(RESTRICTED, &unconfined, &pod), ["Seccomp"]);
    // The pod may not say no, even where every container says yes.
    assert_eq!(
        refused(RESTRICTED, &context(SOUND), &context("runAsNonRoot: false")),
        ["Running as Non-root"]
    );
    assert_eq!(refused(RESTRICTED, &context(SOUND), &context("runAsUser: 0")), ["Running as Non-root user"]);
}

#[test]
fn the_volumes_of_the_restricted_standard() {
    let with =
        |volume: &str| refused(RESTRICTED, &context(SOUND), &format!(", volumes: [{{name: a, {volume}}}]"));
    for volume in [
        "configMap: {name: a}",
        "csi: {driver: a}",
        "downwardAPI: {}",
        "emptyDir: {}",
        "ephemeral: {}",
        "persistentVolumeClaim: {claimName: a}",
        "projected: {}",
        "secret: {secretName: a}",
    ] {
        assert!(with(volume).is_empty(), "{volume}");
    }
    // The admission controller allows it since Kubernetes 1.33 (kubernetes/kubernetes#130394).
    assert!(with("image: {reference: 'registry.example/models:1'}").is_empty());
    for volume in
        ["nfs: {server: a, path: /a}", "gitRepo: {repository: a}", "awsElasticBlockStore: {volumeID: a}"]
    {
        assert_eq!(with(volume), ["Volume Types"], "{volume}");
    }
    assert_eq!(with("hostPath: {path: /a}"), ["HostPath Volumes", "Volume Types"]);
}

/// Three controls are for Linux alone; the others are for Windows as well.
#[test]
fn windows_pods() {
    assert_eq!(refused(RESTRICTED, "", ", os: {name: windows}"), ["Running as Non-root"]);
    let at = |version: &str| format!("{RESTRICTED}, pod-security.kubernetes.io/enforce-version: {version}");
    assert_eq!(
        refused(&at("v1.24"), "", ", os: {name: windows}"),
        ["Capabilities", "Privilege Escalation", "Running as Non-root", "Seccomp"]
    );
}

#[test]
fn init_and_ephemeral_containers_count() {
    for list in ["initContainers", "ephemeralContainers"] {
        let pod =
            format!(", {list}: [{{name: other, image: \"a:1\", securityContext: {{privileged: true}}}}]");
        assert_eq!(refused(BASELINE, "", &pod), ["Privileged Containers"], "{list}");
    }
}

/// `enforce-version` pins the standard of a version: the page says since when a control or a value counts.
#[test]
fn the_version_of_the_standard() {
    let at = |minor: u32| format!("{BASELINE}, pod-security.kubernetes.io/enforce-version: v1.{minor}");
    let probe = ", livenessProbe: {httpGet: {port: 80, host: node}}";
    assert!(refused(&at(33), probe, "").is_empty());
    assert_eq!(refused(&at(34), probe, ""), ["Host Probes / Lifecycle Hooks"]);
    let sysctl = ", securityContext: {sysctls: [{name: net.ipv4.tcp_fin_timeout, value: \"30\"}]}";
    assert_eq!(refused(&at(28), "", sysctl), ["Sysctls"]);
    assert!(refused(&at(29), "", sysctl).is_empty());
    let engine = ", securityContext: {seLinuxOptions: {type: container_engine_t}}";
    assert_eq!(refused(&at(30), engine, ""), ["SELinux"]);
    assert!(refused(&at(31), engine, "").is_empty());
    let latest = format!("{BASELINE}, pod-security.kubernetes.io/enforce-version: latest");
    assert_eq!(refused(&latest, probe, ""), ["Host Probes / Lifecycle Hooks"]);
}
