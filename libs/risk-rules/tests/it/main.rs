//! Every rule with a change that it has to see and one that it must not, from pairs of YAML texts.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic in a test is its report")]

mod availability;
mod calls;
mod capacity;
mod case;
mod catalogue;
mod checks;
mod configuration;
mod data;
mod delivery;
mod directories;
mod facts;
mod gateways;
mod generated;
mod growth;
mod hardening;
mod immutable;
mod keeping;
mod lifecycle;
mod named;
mod needs;
mod network;
mod ordinary;
mod outages;
mod placement;
mod policies;
mod promotion;
mod refused;
mod report;
mod rivals;
mod rollout;
mod room;
mod routing;
mod security;
mod settings;
mod supply_chain;
mod updates;
mod waivers;
