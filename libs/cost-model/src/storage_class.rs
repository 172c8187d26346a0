//! What a StorageClass says of the disks that it makes.

use kube_model::Object;

use crate::cursor::Cursor;
use crate::item::Disk;

/// A StorageClass, or a VolumeAttributesClass over one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Class {
    pub(crate) disk: Disk,
    /// I/O operations a second that are asked for: of each disk, or of each GiB of it.
    pub(crate) iops: Option<Iops>,
    /// MiB a second that are asked for.
    pub(crate) mibps: Option<u64>,
    /// Whether a disk stays when its claim goes (`reclaimPolicy: Retain`).
    pub(crate) retains: bool,
    /// What of it is asked for and cannot be read.
    pub(crate) unreadable: Option<String>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Iops {
    Each(u64),
    PerGib(u64),
}

/// Provisioners whose volumes are a part of a node's own disk, or of nothing that is paid for by the volume.
const ON_NODES: [&str; 8] = [
    "kubernetes.io/no-provisioner",
    "rancher.io/local-path",
    "openebs.io/local",
    "local.csi.openebs.io",
    "topolvm.io",
    "k8s.io/minikube-hostpath",
    "docker.io/hostpath",
    "microk8s.io/hostpath",
];

impl Class {
    /// Reads `provisioner`, `parameters` and the region of `allowedTopologies`. The names of parameters are those of the
    /// drivers' documentation: `ebs.csi.aws.com` (type, iops, iopsPerGB, throughput), `pd.csi.storage.gke.io` (type,
    /// provisioned-iops-on-create, provisioned-throughput-on-create), `disk.csi.azure.com` (skuName, DiskIOPSReadWrite,
    /// DiskMBpsReadWrite) and of the in-tree ones before them.
    pub(crate) fn of(object: &Object) -> Self {
        let root = Cursor::root(object);
        let mut class = Self::default();
        class.disk.provisioner = root.text("provisioner").map(str::to_owned);
        class.disk.region = region(object);
        class.retains = root.text("reclaimPolicy") == Some("Retain");
        class.apply(&root);
        class
    }

    /// Lays the parameters of a VolumeAttributesClass over those of the StorageClass.
    pub(crate) fn with_attributes(mut self, object: &Object) -> Self {
        self.apply(&Cursor::root(object));
        self
    }

    fn apply(&mut self, root: &Cursor<'_>) {
        let Some(parameters) = root.get("parameters") else { return };
        let text = |names: &[&str]| {
            let mut entries = parameters.value().as_object().into_iter().flatten();
            let found = entries.find(|(key, _)| names.iter().any(|name| key.eq_ignore_ascii_case(name)));
            found.and_then(|(_, value)| value.as_str())
        };
        let mut unreadable = None;
        let mut number = |names: &[&str]| {
            let value = text(names)?;
            let number = leading_number(value);
            if number.is_none() {
                unreadable = Some(format!("its {} {value:?} is no number", names.first()?));
            }
            number
        };
        if let Some(kind) = text(&["type", "skuName", "storageaccounttype"]) {
            self.disk.kind = Some(kind.to_owned());
        }
        if let Some(iops) = number(&["iops", "provisioned-iops-on-create", "DiskIOPSReadWrite"]) {
            self.iops = Some(Iops::Each(iops));
        } else if let Some(iops) = number(&["iopsPerGB"]) {
            self.iops = Some(Iops::PerGib(iops));
        }
        self.mibps =
            number(&["throughput", "provisioned-throughput-on-create", "DiskMBpsReadWrite"]).or(self.mibps);
        self.unreadable = unreadable.or(self.unreadable.take());
    }

    /// With something that it asks for and that cannot be read.
    pub(crate) fn unread(mut self, why: String) -> Self {
        self.unreadable = Some(why);
        self
    }

    /// Whether what is stored is billed, and not the size that a claim asks for: Amazon EFS, and the standard tiers of Azure
    /// Files (AWS, "Amazon EFS pricing"; Azure, "Understand Azure Files billing": provisioned is premium only).
    pub(crate) fn is_billed_by_use(&self) -> bool {
        let is_premium =
            || self.disk.kind.as_deref().is_some_and(|kind| kind.to_lowercase().starts_with("premium"));
        match self.disk.provisioner.as_deref() {
            Some("efs.csi.aws.com") => true,
            Some("file.csi.azure.com" | "kubernetes.io/azure-file") => !is_premium(),
            _ => false,
        }
    }

    pub(crate) fn is_on_nodes(&self) -> bool {
        self.disk.provisioner.as_deref().is_some_and(|provisioner| ON_NODES.contains(&provisioner))
    }
}

/// `250` and `250Mi` are both 250.
fn leading_number(text: &str) -> Option<u64> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    matches!(&text[digits..], "" | "Mi").then(|| text[..digits].parse().ok())?
}

/// The region that all disks of the class are in: of `topology.kubernetes.io/region`, or of zones that are named after it
/// (`eu-west-1a`, `europe-west1-b`).
fn region(object: &Object) -> Option<String> {
    let terms = object.at(&["allowedTopologies"])?.as_array()?;
    let mut regions: Vec<String> = Vec::new();
    for expression in terms.iter().filter_map(|term| term.get("matchLabelExpressions")?.as_array()).flatten()
    {
        let key = expression.get("key").and_then(|key| key.as_str()).unwrap_or_default();
        for value in expression.get("values").and_then(|values| values.as_array()).into_iter().flatten() {
            let value = value.as_str()?;
            match key.rsplit('/').next() {
                Some("region") => regions.push(value.to_owned()),
                Some("zone") => regions.push(region_of_zone(value).to_owned()),
                _ => {}
            }
        }
    }
    regions.dedup();
    if regions.len() == 1 { regions.pop() } else { None }
}

fn region_of_zone(zone: &str) -> &str {
    if let Some((region, last)) = zone.rsplit_once('-')
        && last.len() == 1
    {
        return region;
    }
    zone.trim_end_matches(|c: char| c.is_ascii_lowercase())
}
