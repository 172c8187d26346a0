//! What is told by its kind and paid by the hour: load balancers, control planes, GPUs.

use crate::list::Hourly;
use crate::offers::{Offer, choose};
use crate::rules::Priced;
use crate::{PriceBook, PriceList, Quote, Unit};

impl PriceBook {
    /// An hour of a load balancer of a kind (`nlb`, `alb`, `classic`, `forwarding-rule`, `standard`), of which it is not known
    /// where it is. Where no list has the kind, the unit price stands in.
    #[must_use]
    pub fn load_balancer(&self, kind: &str) -> Quote {
        self.load_balancer_in(kind, None)
    }

    /// An hour of a load balancer of a kind in a region.
    #[must_use]
    pub fn load_balancer_in(&self, kind: &str, region: Option<&str>) -> Quote {
        let unit = || self.unit(Unit::LoadBalancerHour);
        if kind.is_empty() {
            return unit();
        }
        self.hourly("load_balancer", |list| &list.load_balancers, kind, region).unwrap_or_else(|| {
            unit().assumed(format!(
                "a load balancer of the kind {kind} has no price in the book; that of any is taken"
            ))
        })
    }

    /// An hour of a managed control plane (`eks`, `gke`, `aks`); none where no list has it.
    #[must_use]
    pub fn cluster(&self, kind: &str, region: Option<&str>) -> Option<Quote> {
        self.hourly("cluster", |list| &list.clusters, kind, region)
    }

    /// An hour of a GPU that pods ask for as `resource` (`nvidia.com/gpu`), of a model if it is known (what nodes are labelled
    /// with: `nvidia-tesla-t4`). Where no list has the model, the unit price stands in.
    #[must_use]
    pub fn gpu(&self, resource: &str, model: Option<&str>) -> Quote {
        if let Some(quote) = model.and_then(|model| self.hourly("gpu", gpus, model, None)) {
            return quote;
        }
        if let Some(quote) = self.hourly("gpu", gpus, resource, None) {
            return quote;
        }
        let unit = self.unit(Unit::GpuHour);
        match (resource, model) {
            (_, Some(model)) => {
                unit.assumed(format!("{model} has no price in the book; that of any GPU is taken"))
            }
            ("nvidia.com/gpu" | "amd.com/gpu" | "gpu.intel.com/i915" | "gpu.intel.com/xe", None) => unit,
            (other, None) => {
                unit.assumed(format!("{other} has no price in the book; that of any GPU is taken"))
            }
        }
    }

    fn hourly(
        &self,
        resource: &str,
        part: impl Fn(&PriceList) -> &[Hourly],
        kind: &str,
        region: Option<&str>,
    ) -> Option<Quote> {
        let mut offers = Vec::new();
        for list in self.lists().iter().filter(|list| self.counts(list)) {
            let items = part(list).iter().filter(|item| item.kind.eq_ignore_ascii_case(kind));
            offers.extend(items.map(|item| Offer {
                list,
                provider: &item.provider,
                region: item.region.as_deref(),
                item,
                price: item.hour,
            }));
        }
        let (offer, why) = choose(kind, region, &offers)?;
        let priced = Priced { resource, provider: None, region, kind, is_spot: false };
        self.quote_of(offer, why, &priced)
    }
}

fn gpus(list: &PriceList) -> &[Hourly] {
    &list.gpus
}
