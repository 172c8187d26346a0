//! The API, and the projections that answer it.
