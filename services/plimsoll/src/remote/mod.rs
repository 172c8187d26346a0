//! Verbs that call a server: one file an area.

pub(crate) mod audit;
pub(crate) mod catalog;
mod client;
mod credentials;
pub(crate) mod dead_letters;
mod given;
pub(crate) mod login;
mod progress;
pub(crate) mod promotions;
mod show;
mod standing;
pub(crate) mod tokens;
mod told;
pub(crate) mod waivers;
mod watch;

pub(crate) use client::Client;
