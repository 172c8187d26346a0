//! How large the volumes are that a workload or a claim asks for, and of which class.

use price_book::PriceBook;

use crate::cursor::Cursor;
use crate::error::CostError;
use crate::item::Item;
use crate::ratio::Ratio;
use crate::storage_class::{Class, Iops};
use crate::surroundings::Surroundings;

/// What one set of volumes holds, and what to say of it.
#[derive(Debug, Default)]
pub(crate) struct Claimed {
    /// By item, in the resource's unit.
    pub(crate) held: Vec<(Item, Ratio)>,
    pub(crate) notes: Vec<String>,
    /// Of which items it is a guess what is paid for, and why.
    pub(crate) assumed: Vec<(Item, String)>,
    /// What is asked for and has no price.
    pub(crate) unpriced: Option<String>,
}

const BILLED_BY_USE: &str = "what is stored is billed, not what is asked for: it is counted as full";

/// What volumes are priced by.
#[derive(Clone, Copy)]
pub(crate) struct Classes<'a, 'b> {
    pub(crate) around: &'b Surroundings<'a>,
    pub(crate) book: &'b PriceBook,
}

impl Claimed {
    fn add(&mut self, claim: &Cursor<'_>, what: &str, classes: Classes<'_, '_>) -> Result<(), CostError> {
        let overflow = || CostError::overflow(&claim.object.key);
        let Some(size) = claim.at(&["spec", "resources", "requests", "storage"]) else {
            self.notes.push(format!("{what}: no storage request, counted at nothing"));
            return Ok(());
        };
        let gib = Ratio::new(size.quantity()?.nanos(), 1_000_000_000 << 30).ok_or_else(overflow)?;
        let (class, guess) = match class_of(claim, classes.around) {
            Ok(class) => {
                let guess = class.is_billed_by_use().then(|| BILLED_BY_USE.to_owned());
                (class, guess)
            }
            Err(why) => (Class::default(), Some(why)),
        };
        if class.is_on_nodes() {
            self.notes.push(format!("{what}: on the disks of nodes, which are a part of their price"));
            return Ok(());
        }
        if let Some(why) = &class.unreadable {
            self.unpriced = Some(format!("{why}; the rest is counted"));
        }
        let item = Item::Storage(class.disk.clone());
        self.assumed.extend(guess.map(|why| (item.clone(), why)));
        self.held.push((item, gib));
        self.performance(&class, gib, classes.book).ok_or_else(overflow)
    }

    /// What is asked for beyond what comes with the disk.
    fn performance(&mut self, class: &Class, gib: Ratio, book: &PriceBook) -> Option<()> {
        let quote = class.disk.quote(book);
        let iops = match class.iops {
            Some(Iops::Each(iops)) => Some(Ratio::whole(iops)),
            Some(Iops::PerGib(iops)) => Some(Ratio::whole(iops).times(gib)?),
            None => None,
        };
        let mibps = class.mibps.map(Ratio::whole);
        let beyond = |asked: Option<Ratio>, free: u32| match asked {
            Some(asked) => Some(Some(asked.at_least(Ratio::whole(free))?.minus(Ratio::whole(free))?)),
            None => Some(None),
        };
        for (more, quote, item, what) in [
            (beyond(iops, quote.free_iops)?, quote.iops_month, Item::Iops(class.disk.clone()), "IOPS"),
            (
                beyond(mibps, quote.free_mibps)?,
                quote.mibps_month,
                Item::Throughput(class.disk.clone()),
                "MiB/s",
            ),
        ] {
            match (more.filter(|more| more.is_positive()), quote) {
                (Some(more), Some(_)) => self.held.push((item, more)),
                (Some(more), None) => {
                    let more = more.decimal(0)?;
                    let why = format!(
                        "its StorageClass asks for {more} {what} that have no price; the rest is counted"
                    );
                    self.unpriced = Some(why);
                }
                (None, _) => {}
            }
        }
        Some(())
    }
}

/// The class of a claim; an error says why it is not known.
fn class_of(claim: &Cursor<'_>, around: &Surroundings<'_>) -> Result<Class, String> {
    let spec = claim.get("spec");
    let text = |key: &str| spec.as_ref().and_then(|spec| spec.text(key));
    let annotated = claim.at(&["metadata", "annotations"]);
    let named = text("storageClassName")
        .or_else(|| annotated.as_ref().and_then(|all| all.text("volume.beta.kubernetes.io/storage-class")));
    let class = match named {
        Some("") => return Err("it is bound to a volume that was made elsewhere".to_owned()),
        Some(name) => around
            .storage_class(name)
            .ok_or_else(|| format!("the StorageClass {name} is not in this state"))?,
        None => around
            .default_storage_class()
            .ok_or("it names no StorageClass, and the default one is not known")?,
    };
    let class = Class::of(class);
    let Some(name) = text("volumeAttributesClassName").filter(|name| !name.is_empty()) else {
        return Ok(class);
    };
    Ok(match around.volume_attributes(name) {
        Some(attributes) => class.with_attributes(attributes),
        None => class.unread(format!("the VolumeAttributesClass {name} is not in this state")),
    })
}

/// Whether the disk of a claim stays when the claim goes.
pub(crate) fn is_retained(claim: &Cursor<'_>, around: &Surroundings<'_>) -> bool {
    class_of(claim, around).is_ok_and(|class| class.retains)
}

/// A PersistentVolumeClaim.
pub(crate) fn claim(object: &Cursor<'_>, classes: Classes<'_, '_>) -> Result<Claimed, CostError> {
    let mut claimed = Claimed::default();
    claimed.add(object, "claim", classes)?;
    Ok(claimed)
}

/// The `volumeClaimTemplates` of a StatefulSet: for each of its pods.
pub(crate) fn templates(workload: &Cursor<'_>, classes: Classes<'_, '_>) -> Result<Claimed, CostError> {
    let mut claimed = Claimed::default();
    let Some(spec) = workload.get("spec") else { return Ok(claimed) };
    for template in spec.items("volumeClaimTemplates")? {
        let name =
            template.get("metadata").and_then(|metadata| metadata.text("name")).unwrap_or("without a name");
        claimed.add(&template, &format!("volumeClaimTemplate {name}"), classes)?;
    }
    Ok(claimed)
}

/// The generic ephemeral volumes of a pod: a claim for each pod, for as long as it runs.
pub(crate) fn ephemeral(pod: &Cursor<'_>, classes: Classes<'_, '_>) -> Result<Claimed, CostError> {
    let mut claimed = Claimed::default();
    for volume in pod.items("volumes")? {
        if let Some(template) = volume.at(&["ephemeral", "volumeClaimTemplate"]) {
            let name = volume.text("name").unwrap_or("without a name");
            claimed.add(&template, &format!("ephemeral volume {name}"), classes)?;
        }
    }
    Ok(claimed)
}
