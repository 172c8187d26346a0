//! The rules, one file a subject.

mod access;
mod admission;
mod api_versions;
mod artefact;
mod autoscaling;
mod balancer;
mod bounds;
mod callers;
mod capacity;
mod configuration;
mod data;
mod definitions;
mod delivery;
pub(crate) mod disruption;
mod drift;
mod exposure;
mod hardening;
mod history;
mod images;
pub(crate) mod immutable;
pub(crate) mod ingress;
mod isolation;
mod keeping;
mod lifecycle;
mod mounts;
mod origins;
mod placement;
pub(crate) mod policies;
mod policy_paths;
mod privileges;
mod probes;
mod promotion;
mod quotas;
mod refused;
mod replicas;
mod restarts;
mod room;
mod routing;
mod services;
mod traffic_policy;
mod updates;
mod usage;
mod users;
mod variables;

use crate::rule::Rule;
use crate::tables;

const TABLES: [&[Rule]; 43] = [
    replicas::RULES,
    users::RULES,
    probes::RULES,
    lifecycle::RULES,
    placement::RULES,
    bounds::RULES,
    disruption::RULES,
    capacity::RULES,
    quotas::RULES,
    usage::RULES,
    room::RULES,
    autoscaling::RULES,
    data::RULES,
    keeping::RULES,
    mounts::RULES,
    definitions::RULES,
    services::RULES,
    callers::RULES,
    ingress::RULES,
    routing::RULES,
    balancer::RULES,
    traffic_policy::RULES,
    policy_paths::RULES,
    configuration::RULES,
    variables::RULES,
    immutable::RULES,
    refused::RULES,
    api_versions::RULES,
    updates::RULES,
    admission::RULES,
    policies::RULES,
    privileges::RULES,
    hardening::RULES,
    access::RULES,
    exposure::RULES,
    images::RULES,
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
