//! Which of the services this process runs.

use std::collections::BTreeSet;

use events::Service;
use service::Address;

use crate::failure::Failure;
use crate::up::config::Services;

/// Which of the services this process runs.
#[derive(Debug, Clone)]
pub(crate) struct Part(BTreeSet<Service>);

impl Part {
    /// These, or all of them if none is named.
    pub(crate) fn of(only: &[Service]) -> Self {
        let all = if only.is_empty() { &Service::ALL[..] } else { only };
        Self(all.iter().copied().collect())
    }

    pub(crate) fn services(&self) -> impl Iterator<Item = Service> + '_ {
        self.0.iter().copied()
    }

    pub(crate) fn runs(&self, service: Service) -> bool {
        self.0.contains(&service)
    }

    /// Which process makes what an installation has once: its keys, its first organisation, its admin.
    pub(crate) fn founds(&self) -> bool {
        self.runs(Service::Gateway)
    }

    /// Whether others have to run the rest.
    pub(crate) fn is_whole(&self) -> bool {
        self.0.len() == Service::ALL.len()
    }

    /// Where a service is called: `inside` if it runs here, else where the configuration says.
    pub(crate) fn address(
        &self,
        service: Service,
        inside: &Address,
        elsewhere: &Services,
    ) -> Result<Address, Failure> {
        let said = match service {
            _ if self.runs(service) => return Ok(inside.clone()),
            Service::Catalog => &elsewhere.catalog,
            Service::Promotion => &elsewhere.promotion,
            Service::Audit => &elsewhere.audit,
            _ => &None,
        };
        said.clone().ok_or_else(|| {
            let why = format!("services.{service}: it is called from here and runs elsewhere; say where");
            Failure::new("CONFIG_INVALID", why)
        })
    }

    /// Its names, as `--only` takes them.
    pub(crate) fn names(&self) -> String {
        self.services().map(Service::name).collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_elsewhere_has_to_be_said() {
        let (inside, outside): (Address, Address) =
            ("unix:/run/a.sock".parse().unwrap(), "catalog:9000".parse().unwrap());
        let said = Services { catalog: Some(outside.clone()), ..Services::default() };
        let part = Part::of(&[Service::Promotion, Service::Gateway]);
        assert_eq!(part.names(), "promotion,gateway");
        assert_eq!(part.address(Service::Promotion, &inside, &said).unwrap(), inside);
        assert_eq!(part.address(Service::Catalog, &inside, &said).unwrap(), outside);
        let missing = part.address(Service::Audit, &inside, &said).unwrap_err();
        assert!(missing.render().contains("error[CONFIG_INVALID]: services.audit"), "{}", missing.render());
        assert!(!part.is_whole() && Part::of(&[]).is_whole());
    }
}
