//! A product of an offer, and what of it a cluster pays for.

use rust_decimal::Decimal;
use serde::Deserialize;

use crate::gathered::{HourlyPart, StoragePart};

/// The attributes that decide; the others are passed over.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Attributes {
    pub(super) servicecode: String,
    pub(super) location_type: String,
    pub(super) region_code: String,
    pub(super) instance_type: String,
    pub(super) vcpu: String,
    pub(super) memory: String,
    pub(super) gpu: String,
    pub(super) tenancy: String,
    pub(super) operating_system: String,
    pub(super) license_model: String,
    pub(super) usagetype: String,
    pub(super) operation: String,
    pub(super) capacitystatus: String,
    pub(super) pre_installed_sw: String,
    pub(super) volume_api_name: String,
    pub(super) marketoption: String,
}

/// What of a product is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    Instance { region: String, name: String, cpu: Option<Decimal>, memory_gib: Option<Decimal>, gpus: u32 },
    Storage { region: String, kind: String, part: StoragePart },
    Hourly { region: String, part: HourlyPart, kind: &'static str },
}

/// What a cluster pays for, or why it is passed over.
pub(super) fn wanted(family: &str, product: &Attributes) -> Result<Wanted, &'static str> {
    if !product.location_type.is_empty() && product.location_type != "AWS Region" {
        return Err("in a local zone or on an outpost");
    }
    if product.region_code.is_empty() {
        return Err("of no region");
    }
    let region = product.region_code.clone();
    let storage = |part| {
        let kind = product.volume_api_name.clone();
        if kind.is_empty() {
            Err("of no kind of volume")
        } else {
            Ok(Wanted::Storage { region: region.clone(), kind, part })
        }
    };
    let balancer = |kind| match product.usagetype.ends_with("LoadBalancerUsage") {
        true => Ok(Wanted::Hourly { region: region.clone(), part: HourlyPart::LoadBalancer, kind }),
        false => Err("a balancer's traffic"),
    };
    match family {
        "Compute Instance" | "Compute Instance (bare metal)" => instance(product, region.clone()),
        "Storage" => storage(StoragePart::Size),
        // The group is "EBS IOPS"; snapshots and the tiers of io2 above the first are of other usage types.
        "System Operation" if ends_in(&product.usagetype, "VolumeP-IOPS.", &product.volume_api_name) => {
            storage(StoragePart::Operations)
        }
        "Provisioned Throughput" => storage(StoragePart::Throughput),
        "Load Balancer" => balancer("classic"),
        "Load Balancer-Application" => balancer("alb"),
        "Load Balancer-Network" => balancer("nlb"),
        "Load Balancer-Gateway" => balancer("gwlb"),
        _ if product.usagetype.ends_with("AmazonEKS-Hours:perCluster") => {
            Ok(Wanted::Hourly { region, part: HourlyPart::Cluster, kind: "eks" })
        }
        _ => Err("nothing that a cluster pays for"),
    }
}

/// `EBS:VolumeP-IOPS.io2` of io2, and `EBS:VolumeP-IOPS.piops` of io1.
fn ends_in(usage: &str, before: &str, kind: &str) -> bool {
    let end = usage.split_once(before).map(|(_, end)| end);
    end.is_some_and(|end| end == kind || (kind == "io1" && end == "piops"))
}

fn instance(product: &Attributes, region: String) -> Result<Wanted, &'static str> {
    let is = |value: &str, wanted: &str| value.is_empty() || value == wanted;
    if product.instance_type.is_empty() {
        return Err("of no instance type");
    }
    if product.operating_system != "Linux" {
        return Err("not Linux");
    }
    if product.tenancy != "Shared" {
        return Err("not shared");
    }
    let is_plain = is(&product.pre_installed_sw, "NA")
        && is(&product.license_model, "No License required")
        && is(&product.operation, "RunInstances");
    if !is_plain {
        return Err("with software or a licence");
    }
    if !is(&product.capacitystatus, "Used") || !is(&product.marketoption, "OnDemand") {
        return Err("a capacity reservation or block");
    }
    Ok(Wanted::Instance {
        region,
        name: product.instance_type.clone(),
        cpu: product.vcpu.parse().ok(),
        memory_gib: memory(&product.memory),
        gpus: product.gpu.parse().unwrap_or(0),
    })
}

/// `1,952 GiB`.
fn memory(text: &str) -> Option<Decimal> {
    text.strip_suffix("GiB")?.trim().replace(',', "").parse().ok()
}
