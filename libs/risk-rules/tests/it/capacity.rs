use risk_rules::Level::{High, Medium};

use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    let limit = "spec.template.spec.containers[name=web].resources.limits.memory";
    vec![
        // Three quarters of 512Mi are 384Mi.
        case("memory-limit-lowered").edit("limits: {memory: 512Mi}", "limits: {memory: 384Mi}").gives(
            High,
            "Deployment/web",
            limit,
            "The memory limit of container web falls from 512Mi to 384Mi; the kernel kills it when it uses more.",
        ),
        case("memory-limit-lowered").edit("limits: {memory: 512Mi}", "limits: {memory: 400Mi}").gives(
            Medium,
            "Deployment/web",
            limit,
            "The memory limit of container web falls from 512Mi to 400Mi; the kernel kills it when it uses more.",
        ),
        case("memory-limit-lowered").edit("limits: {memory: 512Mi}", "limits: {memory: 256Mi}").gives(
            High,
            "Deployment/web",
            limit,
            "The memory limit of container web falls from 512Mi to 256Mi, which is below its request of 384Mi.",
        ),
        // The same amount, written otherwise; more; another container that has none.
        case("memory-limit-lowered").edit("limits: {memory: 512Mi}", "limits: {memory: 0.5Gi}"),
        case("memory-limit-lowered").edit("limits: {memory: 512Mi}", "limits: {memory: 1Gi}"),
        case("memory-limit-lowered")
            .edit("requests: {cpu: 250m, memory: 384Mi}", "requests: {cpu: 250m, memory: 64Mi}"),
        case("memory-limit-removed").edit("          limits: {memory: 512Mi}\n", "").gives(
            Medium,
            "Deployment/web",
            limit,
            "The memory limit of container web, 512Mi, is gone: it may take all the memory of its node from the \
             others there.",
        ),
        case("memory-limit-removed").edit("limits: {memory: 512Mi}", "limits: {memory: 512Mi, cpu: 1}"),
        case("memory-limit-removed").remove("Deployment", "web"),
        case("request-above-limit")
            .edit("requests: {cpu: 250m, memory: 384Mi}", "requests: {cpu: 250m, memory: 640Mi}")
            .gives(
                High,
                "Deployment/web",
                "spec.template.spec.containers[name=web].resources.requests.memory",
                "The memory request of container web, 640Mi, is above its limit of 512Mi: the API server refuses \
                 such a pod.",
            ),
        case("request-above-limit")
            .edit("requests: {cpu: 250m, memory: 384Mi}", "requests: {cpu: 250m, memory: 512Mi}"),
        // The lowered limit is one finding, not two.
        case("request-above-limit").edit("limits: {memory: 512Mi}", "limits: {memory: 256Mi}"),
        case("autoscaler-without-requests")
            .edit("requests: {cpu: 500m, memory: 256Mi}", "requests: {memory: 256Mi}")
            .gives(
                Medium,
                "HorizontalPodAutoscaler/api",
                "spec.metrics",
                "It scales by the use of cpu as a share of the request, and container api has none: the autoscaler \
                 does not act, unless a LimitRange sets requests.",
            ),
        // A limit stands in for a request; memory is not what it measures.
        case("autoscaler-without-requests").edit(
            "{requests: {cpu: 500m, memory: 256Mi}, limits: {memory: 256Mi}}",
            "{requests: {memory: 256Mi}, limits: {cpu: 1}}",
        ),
        case("autoscaler-without-requests")
            .edit("{requests: {cpu: 500m, memory: 256Mi}, limits: {memory: 256Mi}}", "{requests: {cpu: 500m}}"),
    ]
}

#[test]
fn what_containers_may_use() {
    cases().iter().for_each(|case| {
        case.check();
    });
}
