//! The `plimsoll` command as people and pipelines run it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic in a test is the report")]

mod bad_input;
mod branches;
mod budgets;
mod commands;
mod cost_views;
mod drift;
mod example;
mod exit_codes;
mod formats;
mod hostile;
mod init;
mod known;
mod live;
mod many;
mod newsletter;
mod nodes;
mod patch;
mod policies;
mod prices;
mod render;
mod rules;
mod runbooks;
mod sandbox;
mod sarif;
mod scenario_edits;
mod scenarios;
mod schemas;
mod secrets;
mod settings;
mod shop;
mod sources;
mod usage;
mod waivers;
mod what_if;
mod write;
