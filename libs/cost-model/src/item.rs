//! What is priced: a resource, and of which class it is.

use price_book::{PriceBook, Quote, StorageAsk, StorageQuote, Unit};

use crate::resource::Resource;
use crate::usage::TrafficPrices;

/// What a part of a cost pays for. One object may hold several classes of one resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Item {
    Cpu(Capacity),
    Memory(Capacity),
    /// A GPU, by the name under which pods ask for it and the model that they are held to.
    Gpu(String, Option<String>),
    Storage(Disk),
    /// What is provisioned of I/O operations a second beyond what comes with a disk.
    Iops(Disk),
    /// The same of MiB a second.
    Throughput(Disk),
    /// A load balancer of a kind; empty where it is not known.
    LoadBalancer(String),
    /// Traffic, which has its price from the usage file or from what is assumed.
    Traffic(Traffic),
}

/// On what kind of capacity pods run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Capacity {
    /// On demand, or not said.
    OnDemand,
    /// Such as may be taken away.
    Spot,
    /// Pods that are billed by themselves, without a node.
    Serverless(&'static str),
}

/// What is known of a disk.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Disk {
    pub(crate) provisioner: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) region: Option<String>,
}

/// Kinds of traffic that are billed by the GB (10⁹ bytes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Traffic {
    Zone,
    Region,
    Internet,
    Nat,
    Balancer,
}

impl Traffic {
    pub(crate) const ALL: [Self; 5] = [Self::Zone, Self::Region, Self::Internet, Self::Nat, Self::Balancer];

    fn class(self) -> &'static str {
        match self {
            Self::Zone => "between zones",
            Self::Region => "between regions",
            Self::Internet => "to the internet",
            Self::Nat => "through a NAT gateway",
            Self::Balancer => "through a load balancer",
        }
    }
}

impl Disk {
    fn class(&self) -> Option<String> {
        let parts = [&self.provisioner, &self.kind, &self.region];
        let text = parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        (!text.is_empty()).then_some(text)
    }

    pub(crate) fn quote(&self, book: &PriceBook) -> StorageQuote {
        book.storage(&StorageAsk {
            provisioner: self.provisioner.as_deref().unwrap_or_default(),
            kind: self.kind.as_deref(),
            region: self.region.as_deref(),
        })
    }
}

impl Capacity {
    fn class(self) -> Option<String> {
        match self {
            Self::OnDemand => None,
            Self::Spot => Some("spot".to_owned()),
            Self::Serverless(platform) => Some(platform.to_owned()),
        }
    }

    /// The book has unit prices of on-demand nodes only; elsewhere they stand in for what is not known.
    fn quote(self, unit: Unit, book: &PriceBook) -> Quote {
        let quote = book.unit(unit);
        match self {
            Self::OnDemand => quote,
            Self::Spot => quote.assumed(
                "it runs on spot nodes, of which the unit price is not known: that of on-demand ones is taken"
                    .to_owned(),
            ),
            Self::Serverless(platform) => quote.assumed(format!(
                "{platform} bills pods at prices of its own, which are not known: those of nodes are taken"
            )),
        }
    }
}

impl Item {
    pub(crate) fn resource(&self) -> Resource {
        match self {
            Self::Cpu(_) => Resource::Cpu,
            Self::Memory(_) => Resource::Memory,
            Self::Gpu(..) => Resource::Gpu,
            Self::Storage(_) => Resource::Storage,
            Self::Iops(_) => Resource::StorageIops,
            Self::Throughput(_) => Resource::StorageThroughput,
            Self::LoadBalancer(_) => Resource::LoadBalancer,
            Self::Traffic(_) => Resource::Traffic,
        }
    }

    /// Which one of the resource it is, in words; none where that is not said.
    pub(crate) fn class(&self) -> Option<String> {
        match self {
            Self::Cpu(capacity) | Self::Memory(capacity) => capacity.class(),
            Self::Gpu(resource, model) => Some(match model {
                Some(model) => format!("{resource} {model}"),
                None => resource.clone(),
            }),
            Self::Storage(disk) | Self::Iops(disk) | Self::Throughput(disk) => disk.class(),
            Self::LoadBalancer(kind) => (!kind.is_empty()).then(|| kind.clone()),
            Self::Traffic(kind) => Some(kind.class().to_owned()),
        }
    }

    /// The price of a unit of usage.
    pub(crate) fn quote(&self, book: &PriceBook, prices: &TrafficPrices) -> Quote {
        match self {
            Self::Cpu(capacity) => capacity.quote(Unit::CpuCoreHour, book),
            Self::Memory(capacity) => capacity.quote(Unit::RamGibHour, book),
            Self::Gpu(resource, model) => book.gpu(resource, model.as_deref()),
            Self::Storage(disk) => disk.quote(book).gib_month,
            // A book without such prices charges nothing beside the size, and then nothing is held.
            Self::Iops(disk) => disk.quote(book).iops_month.unwrap_or_else(|| disk.quote(book).gib_month),
            Self::Throughput(disk) => {
                disk.quote(book).mibps_month.unwrap_or_else(|| disk.quote(book).gib_month)
            }
            Self::LoadBalancer(kind) => book.load_balancer(kind),
            Self::Traffic(kind) => prices.quote(*kind, book),
        }
    }
}
