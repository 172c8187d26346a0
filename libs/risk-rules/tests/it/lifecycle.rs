use risk_rules::Level::{High, Low, Medium};

use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    [probes(), grace(), hooks()].into_iter().flatten().collect()
}

#[test]
fn how_containers_start_and_stop() {
    cases().iter().for_each(|case| {
        case.check();
    });
}

fn probes() -> Vec<Case> {
    let rule = "probe-tightened";
    let (live, ready) = (
        "livenessProbe: {httpGet: {path: /live, port: http}}",
        "readinessProbe: {httpGet: {path: /ready, port: http}}",
    );
    vec![
        // By default 3 tries, 10 s apart; 1 try 10 s apart is a third.
        case(rule).edit(live, "livenessProbe: {httpGet: {path: /live, port: http}, failureThreshold: 1}").gives(
            Medium,
            "Deployment/web",
            "spec.template.spec.containers[name=web].livenessProbe",
            "The liveness probe of container web gives up after 10 s instead of 30 s: a slow answer is enough to kill it.",
        ),
        case(rule)
            .given(ready, "readinessProbe: {httpGet: {path: /ready, port: http}, timeoutSeconds: 5}")
            .edit("timeoutSeconds: 5", "timeoutSeconds: 2")
            .gives(
                Low,
                "Deployment/web",
                "spec.template.spec.containers[name=web].readinessProbe",
                "The readiness probe of container web waits 2 s for an answer instead of 5 s: it is taken out of its \
                 Services sooner.",
            ),
        // What the remedy asks for: shop's web has a startup probe, which waits for the others.
        case(rule)
            .given(live, "livenessProbe: {httpGet: {path: /live, port: http}, initialDelaySeconds: 120}")
            .edit(", initialDelaySeconds: 120", ""),
        case(rule)
            .given("        startupProbe: {httpGet: {path: /live, port: http}}\n", "")
            .given(live, "livenessProbe: {httpGet: {path: /live, port: http}, initialDelaySeconds: 120}")
            .edit(", initialDelaySeconds: 120", "")
            .says(Medium, "Deployment/web", "spec.template.spec.containers[name=web].livenessProbe", "after 30 s instead of 150 s"),
        // 2 tries of 3 are 20 s of 30; more time; a probe that is new.
        case(rule).edit(live, "livenessProbe: {httpGet: {path: /live, port: http}, failureThreshold: 2}"),
        case(rule).edit(live, "livenessProbe: {httpGet: {path: /live, port: http}, failureThreshold: 6}"),
        case(rule).given(live, "tty: false").edit("tty: false", "livenessProbe: {httpGet: {path: /live, port: http}, failureThreshold: 1}"),
    ]
}

fn grace() -> Vec<Case> {
    let rule = "grace-period-shortened";
    let place = "      securityContext: {runAsNonRoot: true}\n";
    let with = |seconds: u32| {
        format!(
            "      securityContext: {{runAsNonRoot: true}}\n      terminationGracePeriodSeconds: {seconds}\n"
        )
    };
    let path = "spec.template.spec.terminationGracePeriodSeconds";
    let hook = "        args: [\"--level=info\"]\n        lifecycle: {preStop: {exec: {command: [sh, -c, \"sleep 15; quit\"]}}}\n";
    vec![
        case(rule).given(place, &with(60)).edit(&with(60), &with(30)).gives(
            Medium,
            "Deployment/web",
            path,
            "Its pods get 30 s to stop instead of 60 s: what takes longer is killed.",
        ),
        // 30 s is the default; 20 s are more than half of it.
        case(rule).edit(place, &with(20)).gives(
            Low,
            "Deployment/web",
            path,
            "Its pods get 20 s to stop instead of 30 s: what takes longer is killed.",
        ),
        case(rule)
            .given("        args: [\"--level=info\"]\n", hook)
            .edit(place, &with(10))
            .gives(
                High,
                "Deployment/web",
                path,
                "Its pods get 10 s to stop, and the preStop hook of container web alone sleeps 15 s: it is killed before \
                 it is told to stop.",
            ),
        case(rule).given(place, &with(30)).edit(&with(30), place),
        case(rule).edit(place, &with(60)),
        // The hook leaves half of the default.
        case(rule).edit("        args: [\"--level=info\"]\n", hook),
    ]
}

fn hooks() -> Vec<Case> {
    let rule = "prestop-removed";
    let of_web = "        args: [\"--level=info\"]\n        lifecycle: {preStop: {sleep: {seconds: 5}}}\n";
    let of_worker = "        livenessProbe: {exec: {command: [alive]}}\n        lifecycle: {preStop: {exec: {command: [drain]}}}\n";
    vec![
        case(rule)
            .given("        args: [\"--level=info\"]\n", of_web)
            .edit("        lifecycle: {preStop: {sleep: {seconds: 5}}}\n", "")
            .gives(
                Medium,
                "Deployment/web",
                "spec.template.spec.containers[name=web].lifecycle.preStop",
                "The preStop hook of container web is gone: it is told to stop while Service web may still send it requests.",
            ),
        case(rule)
            .given("        livenessProbe: {exec: {command: [alive]}}\n", of_worker)
            .edit("        lifecycle: {preStop: {exec: {command: [drain]}}}\n", "")
            .gives(
                Low,
                "Deployment/worker",
                "spec.template.spec.containers[name=worker].lifecycle.preStop",
                "The preStop hook of container worker is gone: it is told to stop at once.",
            ),
        case(rule).given("        args: [\"--level=info\"]\n", of_web).edit("{seconds: 5}", "{seconds: 8}"),
        case(rule).given("        args: [\"--level=info\"]\n", of_web).remove("Deployment", "web"),
    ]
}
