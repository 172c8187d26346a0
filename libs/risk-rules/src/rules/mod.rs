//! The rules, one file a subject.

mod access;
mod admission;
mod api_versions;
mod autoscaling;
mod bounds;
mod capacity;
mod configuration;
mod data;
mod disruption;
mod exposure;
mod history;
mod images;
mod immutable;
mod ingress;
mod lifecycle;
mod placement;
mod privileges;
mod probes;
mod promotion;
mod replicas;
mod restarts;
mod services;
mod traffic_policy;
mod updates;
mod usage;

use crate::rule::Rule;

const TABLES: [&[Rule]; 25] = [
    replicas::RULES,
    probes::RULES,
    lifecycle::RULES,
    placement::RULES,
    bounds::RULES,
    disruption::RULES,
    capacity::RULES,
    usage::RULES,
    autoscaling::RULES,
    data::RULES,
    services::RULES,
    ingress::RULES,
    traffic_policy::RULES,
    configuration::RULES,
    immutable::RULES,
    api_versions::RULES,
    updates::RULES,
    admission::RULES,
    privileges::RULES,
    access::RULES,
    exposure::RULES,
    images::RULES,
    promotion::RULES,
    restarts::RULES,
    history::RULES,
];

const COUNT: usize = {
    let (mut count, mut table) = (0, 0);
    while table < TABLES.len() {
        count += TABLES[table].len();
        table += 1;
    }
    count
};

static ALL: [Rule; COUNT] = {
    let mut all = [TABLES[0][0]; COUNT];
    let (mut count, mut table) = (0, 0);
    while table < TABLES.len() {
        let mut rule = 0;
        while rule < TABLES[table].len() {
            all[count] = TABLES[table][rule];
            count += 1;
            rule += 1;
        }
        table += 1;
    }
    all
};

/// Every rule, by subject.
pub static RULES: &[Rule] = &ALL;
