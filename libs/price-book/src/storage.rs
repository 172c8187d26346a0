//! What a volume costs.

use crate::list::StorageClass;
use crate::offers::{Offer, choose};
use crate::rules::Priced;
use crate::{PriceBook, Quote, Unit};

/// What is asked of a volume's price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageAsk<'a> {
    /// The `provisioner` of its StorageClass; empty where it is not known.
    pub provisioner: &'a str,
    /// Its kind, as the parameters of the StorageClass have it (`gp3`, `pd-balanced`, `StandardSSD_LRS`); without one, what the
    /// driver's documentation says it makes.
    pub kind: Option<&'a str>,
    /// Where it is.
    pub region: Option<&'a str>,
}

/// What a volume costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageQuote {
    /// A GiB (2³⁰ bytes) for a month of 730 hours.
    pub gib_month: Quote,
    /// An operation a second above `free_iops`, for a month; none where operations are not paid apart.
    pub iops_month: Option<Quote>,
    /// The operations a second that the price of the size covers.
    pub free_iops: u32,
    /// A MiB/s above `free_mibps`, for a month; none where throughput is not paid apart.
    pub mibps_month: Option<Quote>,
    /// The MiB/s that the price of the size covers.
    pub free_mibps: u32,
}

/// Provisioners, whose they are, and the kind that a class without a type gives, by the drivers' documentation.
const PROVISIONERS: [(&str, &str, Option<&str>); 12] = [
    ("ebs.csi.aws.com", "aws", Some("gp3")),
    ("ebs.csi.eks.amazonaws.com", "aws", Some("gp3")),
    ("kubernetes.io/aws-ebs", "aws", Some("gp2")),
    ("efs.csi.aws.com", "aws", Some("efs")),
    ("fsx.csi.aws.com", "aws", None),
    ("pd.csi.storage.gke.io", "gcp", Some("pd-standard")),
    ("kubernetes.io/gce-pd", "gcp", Some("pd-standard")),
    ("filestore.csi.storage.gke.io", "gcp", Some("filestore-standard")),
    ("disk.csi.azure.com", "azure", Some("StandardSSD_LRS")),
    ("kubernetes.io/azure-disk", "azure", Some("StandardSSD_LRS")),
    ("file.csi.azure.com", "azure", Some("azurefile-Standard_LRS")),
    ("kubernetes.io/azure-file", "azure", Some("azurefile-Standard_LRS")),
];

impl PriceBook {
    /// The price of a volume. Where no list has its kind, the unit price of storage stands in, and where none has its region,
    /// that of another: assumed, with the reason.
    #[must_use]
    pub fn storage(&self, ask: &StorageAsk<'_>) -> StorageQuote {
        let Some((_, provider, default)) = PROVISIONERS.iter().find(|(name, ..)| *name == ask.provisioner)
        else {
            return self.storage_unit(match ask.provisioner {
                "" => "its storage class is not known".to_owned(),
                name => format!("what volumes of {name} cost is not known"),
            });
        };
        let Some(kind) = ask.kind.or(*default) else {
            return self
                .storage_unit(format!("its storage class does not say which kind of {provider} it is"));
        };
        let offers = self.storage_offers(provider, kind);
        let priced = Priced {
            resource: "storage",
            provider: Some(provider),
            region: ask.region,
            kind,
            is_spot: false,
        };
        let found = choose(kind, ask.region, &offers)
            .and_then(|(offer, why)| self.storage_quote(offer, why, &priced));
        found.unwrap_or_else(|| self.storage_unit(self.no_storage(provider, kind)))
    }

    fn storage_offers(&self, provider: &str, kind: &str) -> Vec<Offer<'_, StorageClass>> {
        let is_it =
            |class: &&StorageClass| class.provider == provider && class.kind.eq_ignore_ascii_case(kind);
        let lists = self.lists().iter().filter(|list| self.counts(list));
        let offers = lists.flat_map(|list| {
            list.storage.iter().filter(is_it).map(move |item| Offer {
                list,
                provider: &item.provider,
                region: item.region.as_deref(),
                item,
                price: item.gib_month,
            })
        });
        offers.collect()
    }

    fn storage_quote(
        &self,
        offer: &Offer<'_, StorageClass>,
        why: Option<String>,
        priced: &Priced<'_>,
    ) -> Option<StorageQuote> {
        let quote = |price| self.quote_of(&Offer { price, ..*offer }, why.clone(), priced);
        // A rate that was negotiated for a GiB is none for an operation.
        let above =
            |price| self.quote_of(&Offer { price, ..*offer }, why.clone(), &Priced { kind: "", ..*priced });
        Some(StorageQuote {
            gib_month: quote(offer.price)?,
            iops_month: offer.item.iops_month.and_then(above),
            free_iops: offer.item.free_iops,
            mibps_month: offer.item.mibps_month.and_then(above),
            free_mibps: offer.item.free_mibps,
        })
    }

    fn no_storage(&self, provider: &str, kind: &str) -> String {
        let has_it =
            |class: &StorageClass| class.provider == provider && class.kind.eq_ignore_ascii_case(kind);
        match self.lists().iter().find(|list| list.storage.iter().any(has_it)) {
            Some(list) => format!("{kind} {}", self.no_rate(list)),
            None => format!("{kind} of {provider} has no price in the book"),
        }
    }

    fn storage_unit(&self, why: String) -> StorageQuote {
        let why = format!("{why}; the price of any GiB is taken");
        StorageQuote {
            gib_month: self.unit(Unit::StorageGibMonth).assumed(why),
            iops_month: None,
            free_iops: 0,
            mibps_month: None,
            free_mibps: 0,
        }
    }
}
