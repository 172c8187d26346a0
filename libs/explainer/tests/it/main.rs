//! Explanations of changes that people meet, read as a whole, and the proof that they say nothing but facts.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic in a test is its report")]

mod checker;
mod facts;
mod golden;
mod hostile;
mod inventions;
mod references;
mod sheets;
