//! Pods that are billed by themselves: what they are rounded to.

use crate::cursor::Cursor;
use crate::error::CostError;
use crate::placement::pinned;
use crate::pod::{Requests, Role};
use crate::usage::Platform;

/// A core, and a byte, in nano-units.
const NANO: i128 = 1_000_000_000;
const MIB: i128 = NANO << 20;
const GIB: i128 = NANO << 30;

/// The label of a node's compute class on GKE.
const COMPUTE_CLASS: &str = "cloud.google.com/compute-class";

/// Memory from, to and in steps of so many MiB.
type Sizes = (i128, i128, i128);

/// What Fargate has, by milli-cores ("Fargate pod configuration" of the EKS user guide, "Pod CPU and memory"; 0.25 vCPU goes
/// with 0.5, 1 or 2 GB only).
const FARGATE: [(i128, Sizes); 7] = [
    (250, (512, 2_048, 512)),
    (500, (1_024, 4_096, 1_024)),
    (1_000, (2_048, 8_192, 1_024)),
    (2_000, (4_096, 16_384, 1_024)),
    (4_000, (8_192, 30_720, 1_024)),
    (8_000, (16_384, 61_440, 4_096)),
    (16_000, (32_768, 122_880, 8_192)),
];

impl Platform {
    /// What the pod says of where it runs; else what the user does. `labels` are the pod's own.
    pub(crate) fn of(
        pod: &Cursor<'_>,
        labels: Option<&Cursor<'_>>,
        given: Option<Self>,
    ) -> Result<Option<Self>, CostError> {
        let labelled = |key: &str| labels.and_then(|labels| labels.text(key)).is_some();
        let on_fargate = pinned(pod, "eks.amazonaws.com/compute-type")? == Some("fargate")
            || labelled("eks.amazonaws.com/fargate-profile")
            || pod.text("schedulerName") == Some("fargate-scheduler");
        if on_fargate {
            return Ok(Some(Self::Fargate));
        }
        if pinned(pod, "type")? == Some("virtual-kubelet")
            || pinned(pod, "kubernetes.azure.com/mode")? == Some("virtual")
        {
            return Ok(Some(Self::VirtualNodes));
        }
        if pinned(pod, COMPUTE_CLASS)? == Some("autopilot") {
            return Ok(Some(Self::Autopilot));
        }
        Ok(given)
    }

    /// Why a pod is not billed as this platform's own, which is what it is counted as: Autopilot has other minimums, ratios
    /// and prices for its other compute classes.
    pub(crate) fn other_class(self, pod: &Cursor<'_>) -> Result<Option<String>, CostError> {
        let class = pinned(pod, COMPUTE_CLASS)?.filter(|class| *class != "autopilot");
        let class = class.filter(|_| self == Self::Autopilot);
        Ok(class.map(|class| {
            format!("it asks for the compute class {class}, which is not billed as general-purpose pods are; it is counted as those")
        }))
    }

    pub(crate) const ALL: [Self; 3] = [Self::Fargate, Self::Autopilot, Self::VirtualNodes];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fargate => "Fargate",
            Self::Autopilot => "GKE Autopilot",
            Self::VirtualNodes => "Azure Container Instances",
        }
    }

    /// What the platform does to the request of one container.
    ///
    /// Autopilot gives 0.5 vCPU and 2 GiB to what asks for nothing, and 50m and 100 MiB in a DaemonSet ("Resource requests in
    /// Autopilot" of GKE's documentation, default values of the general-purpose class). Virtual nodes ask Azure for 1 vCPU and 1.5 GB then, and round to
    /// 0.01 vCPU and 0.1 GB (10⁹ bytes) downwards, not below one such step; init containers have no request there
    /// (`getContainers` of virtual-kubelet/azure-aci).
    pub(crate) fn fill(self, role: Role, is_daemon: bool, requests: &mut Requests<'_>) {
        match self {
            Self::Fargate => {}
            Self::Autopilot => {
                let (cpu, memory) = if is_daemon { (NANO / 20, 100 * MIB) } else { (NANO / 2, 2 * GIB) };
                requests.entry("cpu").or_insert(cpu);
                requests.entry("memory").or_insert(memory);
            }
            Self::VirtualNodes if role == Role::Init => requests.clear(),
            Self::VirtualNodes => {
                for (name, default, step) in
                    [("cpu", NANO, NANO / 100), ("memory", 1_500_000_000 * NANO, 100_000_000 * NANO)]
                {
                    let asked = requests.get(name).copied().unwrap_or(default);
                    requests.insert(name, (asked / step * step).max(step));
                }
            }
        }
    }

    /// What a pod of this effective request is billed as. An error says why there is no such pod.
    ///
    /// Fargate adds 256 MiB and takes the next size. Autopilot's general-purpose pods have at least 50m and 52 MiB, and
    /// from 1 to 6.5 GiB a vCPU; what is missing of either is added.
    pub(crate) fn round(self, requests: &mut Requests<'_>) -> Result<(), String> {
        let of = |name: &str| requests.get(name).copied().unwrap_or(0);
        let (cpu, memory) = (of("cpu"), of("memory"));
        let (cpu, memory) = match self {
            Self::Fargate => fargate(cpu, memory + 256 * MIB)
                .ok_or("Fargate has no size that is so large, so the pod stays Pending")?,
            Self::Autopilot => autopilot(cpu.max(NANO / 20), memory.max(52 * MIB))
                .ok_or("it asks for more than can be counted")?,
            Self::VirtualNodes => (cpu, memory),
        };
        requests.insert("cpu", cpu);
        requests.insert("memory", memory);
        Ok(())
    }

    /// The rule in words.
    pub(crate) fn rule(self) -> &'static str {
        match self {
            Self::Fargate => {
                "Fargate adds 256 MiB and takes its next size (EKS user guide, Fargate pod configuration)"
            }
            Self::Autopilot => {
                "GKE Autopilot: 50m and 52 MiB at least, 1 to 6.5 GiB a vCPU (GKE, Resource requests in Autopilot)"
            }
            Self::VirtualNodes => {
                "Azure Container Instances: rounded down to 0.01 vCPU and 0.1 GB a container (virtual-kubelet/azure-aci)"
            }
        }
    }
}

fn fargate(cpu: i128, memory: i128) -> Option<(i128, i128)> {
    FARGATE.iter().find_map(|(millis, (least, most, step))| {
        let (size, least, most, step) = (millis * NANO / 1_000, least * MIB, most * MIB, step * MIB);
        if cpu > size || memory > most {
            return None;
        }
        let steps = -(-(memory - least).max(0)).div_euclid(step);
        let fitting = least + steps * step;
        // 0.25 vCPU has 0.5, 1 and 2 GB, but no 1.5 GB.
        let fitting = if *millis == 250 && fitting == 1_536 * MIB { most } else { fitting };
        Some((size, fitting))
    })
}

fn autopilot(cpu: i128, memory: i128) -> Option<(i128, i128)> {
    // A GiB a core: 2³⁰ bytes for 10⁹ nano-cores. 6.5 GiB a core: × 13 / 2.
    let memory = memory.max(cpu.checked_mul(1 << 30)?);
    let needed = -(-memory.checked_mul(2)?).div_euclid(13 << 30);
    Some((cpu.max(needed), memory))
}
