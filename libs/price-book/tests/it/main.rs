//! The price book, as its readers meet it.

mod customer;
mod layers;
mod rules;
mod shipped;
