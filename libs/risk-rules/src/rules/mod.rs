//! The rules, one file a subject.

mod access;
mod admission;
mod api_versions;
mod argo_rollouts;
mod artefact;
mod autoscaling;
mod balancer;
mod bounds;
mod budget_selectors;
mod callers;
mod capacity;
mod cascades;
mod configuration;
mod cronjobs;
mod data;
mod definitions;
mod delivery;
mod demands;
mod directories;
pub(crate) mod disruption;
mod drift;
mod exposure;
mod gateways;
mod hardening;
mod headless;
mod history;
mod hooks;
mod image_names;
mod images;
pub(crate) mod immutable;
pub(crate) mod ingress;
mod isolation;
mod jobs;
mod keeping;
mod lifecycle;
mod mounts;
mod names;
mod origins;
mod placement;
pub(crate) mod policies;
mod policy_dns;
mod policy_paths;
mod policy_peers;
mod policy_ports;
mod priorities;
mod privileges;
mod probes;
mod promotion;
mod quotas;
mod refused;
mod removed;
mod replicas;
mod restarts;
mod rivals;
mod room;
mod routing;
mod services;
mod spread;
mod traffic_policy;
mod updates;
mod usage;
mod users;
mod variables;
mod webhook_backends;

use crate::rule::Rule;
use crate::tables;

const TABLES: [&[Rule]; 60] = [
    replicas::RULES,
    users::RULES,
    probes::RULES,
    lifecycle::RULES,
    spread::RULES,
    placement::RULES,
    bounds::RULES,
    disruption::RULES,
    budget_selectors::RULES,
    rivals::RULES,
    cronjobs::RULES,
    removed::RULES,
    capacity::RULES,
    quotas::RULES,
    demands::RULES,
    usage::RULES,
    room::RULES,
    autoscaling::RULES,
    data::RULES,
    keeping::RULES,
    cascades::RULES,
    mounts::RULES,
    directories::RULES,
    definitions::RULES,
    services::RULES,
    headless::RULES,
    callers::RULES,
    ingress::RULES,
    routing::RULES,
    gateways::RULES,
    names::RULES,
    balancer::RULES,
    traffic_policy::RULES,
    policy_paths::RULES,
    policy_dns::RULES,
    configuration::RULES,
    variables::RULES,
    immutable::RULES,
    jobs::RULES,
    refused::RULES,
    priorities::RULES,
    api_versions::RULES,
    updates::RULES,
    argo_rollouts::RULES,
    admission::RULES,
    webhook_backends::RULES,
    policies::RULES,
    privileges::RULES,
    hardening::RULES,
    access::RULES,
    exposure::RULES,
    images::RULES,
    image_names::RULES,
    origins::RULES,
    promotion::RULES,
    artefact::RULES,
    drift::RULES,
    delivery::RULES,
    restarts::RULES,
    history::RULES,
];

static ALL: [Rule; tables::count(&TABLES)] = tables::joined(&TABLES);

/// Every rule, by subject.
pub static RULES: &[Rule] = &ALL;
