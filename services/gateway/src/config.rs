//! How the gateway is set up.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use access::Voucher;
use events::Service;
use serde::Deserialize;
use service::{
    Address, AllDeadLetters, DeadLetterOperations, DeadLetters, Failure, Key, Parts, Peers, Secret,
};

use crate::first::First;
use crate::state::CALL_TIMEOUT;

/// How the gateway is set up.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where REST is served.
    pub listen: SocketAddr,
    /// Where gRPC is served to clients.
    pub grpc_listen: SocketAddr,
    /// The largest body of a request, in bytes.
    pub max_body_bytes: usize,
    /// How many seconds a caller has to send the head and the body of a request.
    pub read_timeout_seconds: u64,
    /// How many requests a minute a token may make on the long run.
    pub requests_per_minute: NonZeroU32,
    /// How many it may make at once.
    pub burst: NonZeroU32,
    /// How many streams of events a token may follow at once.
    pub streams_per_token: u32,
}

const fn at_least_one(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

impl Default for Config {
    /// Ports 8080 and 8081 of the loopback; 1 MiB; 15 s; 1,200 requests a minute, 200 at once;
    /// 20 streams.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            grpc_listen: SocketAddr::from(([127, 0, 0, 1], 8081)),
            max_body_bytes: 1 << 20,
            read_timeout_seconds: 15,
            requests_per_minute: at_least_one(1200),
            burst: at_least_one(200),
            streams_per_token: 20,
        }
    }
}

/// How the gateway is set up as a process of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessConfig {
    /// With which it vouches for callers to those that serve nothing but their dead letters (`diff`, `cost`, `risk`, `explain` and
    /// `gitops`): their `grpc.identity_key`. Who takes one of them over finds no key that promotions are approved with.
    pub engines_key: Secret<Key>,
    /// Where the services behind it are.
    pub services: Addresses,
    /// What its first start makes; nothing if it is not said.
    #[serde(default)]
    pub first: Option<First>,
    /// How it serves.
    #[serde(default)]
    pub serve: Config,
}

/// Where the services behind the gateway are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addresses {
    /// Promotions.
    pub promotion: Address,
    /// Applications and clusters.
    pub catalog: Address,
    /// The verifiable log.
    pub audit: Address,
    /// The diff engine, which is asked for its dead letters, as those that follow are.
    #[serde(default)]
    pub diff: Option<Address>,
    /// The cost engine.
    #[serde(default)]
    pub cost: Option<Address>,
    /// The risk engine.
    #[serde(default)]
    pub risk: Option<Address>,
    /// The explanation.
    #[serde(default)]
    pub explain: Option<Address>,
    /// Branches and merges.
    #[serde(default)]
    pub gitops: Option<Address>,
}

impl ProcessConfig {
    /// What no service could handle: the gateway's own is here, the others' where they are.
    ///
    /// # Errors
    /// `CONFIG_INVALID`: an address is none, or is not said.
    pub fn dead_letters(
        &self,
        voucher: &Voucher,
        peers: &Peers,
        parts: &Parts,
    ) -> Result<AllDeadLetters, Failure> {
        let own = [DeadLetters::new(Service::Gateway, parts)];
        let here = DeadLetterOperations::new(own, voucher.clone(), Arc::clone(&parts.clock));
        let engines = Voucher::new(*self.engines_key.expose().bytes());
        let others = Service::ALL.into_iter().filter(|service| *service != Service::Gateway);
        let there = others.map(|service| {
            let voucher = match service {
                Service::Catalog | Service::Promotion | Service::Audit => voucher,
                _ => &engines,
            };
            let channel = peers.channel(service, self.services.of(service)?, CALL_TIMEOUT)?;
            Ok((service, channel, voucher.clone()))
        });
        let there: Result<Vec<_>, Failure> = there.collect();
        Ok(AllDeadLetters::new(here, there?))
    }
}

impl Addresses {
    /// Where a service is.
    ///
    /// # Errors
    /// `CONFIG_INVALID`: it is not said.
    fn of(&self, service: Service) -> Result<&Address, Failure> {
        let address = match service {
            Service::Promotion => Some(&self.promotion),
            Service::Catalog => Some(&self.catalog),
            Service::Audit => Some(&self.audit),
            Service::Diff => self.diff.as_ref(),
            Service::Cost => self.cost.as_ref(),
            Service::Risk => self.risk.as_ref(),
            Service::Explain => self.explain.as_ref(),
            Service::Gitops => self.gitops.as_ref(),
            Service::Gateway => None,
        };
        address.ok_or_else(|| {
            let why =
                format!("gateway.services.{service}: its dead letters are asked for there; say where it is");
            Failure::unhandled("CONFIG_INVALID", why)
        })
    }
}
