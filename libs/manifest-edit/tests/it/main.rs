//! Edits, tried from outside.

mod bytes;
mod properties;
